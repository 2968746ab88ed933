/* SPDX-License-Identifier: MIT */
/* path_match.c: paths taken apart part by part, patterns laid over them. */
#include "formats/wire/path_match.h"

#include "formats/base/buf.h"
#include "formats/base/limits.h"
#include "formats/transcode/json.h"

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-';
}

void json_path_add(struct buf *path, struct str name)
{
	bool plain = name.n > 0;

	for (size_t i = 0; i < name.n && plain; i++)
		plain = is_word(name.p[i]);
	if (plain) {
		buf_add_char(path, '.');
		buf_add(path, name);
		return;
	}
	buf_add_char(path, '[');
	json_put_string(path, name);
	buf_add_char(path, ']');
}

/* `*` is any run of characters; linear in TEXT for each star, as the last one moves alone. */
bool path_glob(struct str pattern, struct str text)
{
	size_t p = 0, t = 0, star = SIZE_MAX, from = 0;

	while (t < text.n) {
		if (p < pattern.n && pattern.p[p] == '*') {
			star = p++;
			from = t;
		} else if (p < pattern.n && pattern.p[p] == text.p[t]) {
			p++;
			t++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			t = ++from;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == '*')
		p++;
	return p == pattern.n;
}

/* Length of the bracket that S begins with, quotes inside it respected. */
static size_t bracket_length(struct str s)
{
	bool quoted = false;

	for (size_t i = 1; i < s.n; i++) {
		if (quoted && s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			quoted = !quoted;
		else if (!quoted && s.p[i] == ']')
			return i + 1;
	}
	return s.n;
}

/* ---- paths of fields ---- */

/* "name" or "name[key]" off the front; the point behind it goes too. */
struct str path_field_part(struct str *rest)
{
	struct str part = *rest;
	size_t n = 0;

	while (n < rest->n && rest->p[n] != '.')
		n += rest->p[n] == '[' ? bracket_length(str_skip(*rest, n)) : 1;
	part.n = n;
	*rest = str_skip(*rest, n + 1);
	return part;
}

/* "activity_id" and "activityId" are one name. */
bool path_name_fits(struct str pattern, struct str name)
{
	char camel[128];
	size_t n = 0;
	bool up = false;

	if (path_glob(pattern, name))
		return true;
	if (!memchr(pattern.p, '_', pattern.n) || pattern.n > sizeof(camel))
		return false;
	for (size_t i = 0; i < pattern.n; i++) {
		char c = pattern.p[i];

		if (c != '_')
			camel[n++] = up && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
		up = c == '_';
	}
	return path_glob(str_slice(camel, n), name);
}

struct str path_part_name(struct str part, struct str *ret_bracket)
{
	const char *open = part.n ? memchr(part.p, '[', part.n) : NULL;
	size_t n = open ? (size_t)(open - part.p) : part.n;

	*ret_bracket = str_skip(part, n);
	return str_take(part, n);
}

static bool part_fits(struct str pattern, struct str part)
{
	struct str wanted, have;
	struct str pattern_name = path_part_name(pattern, &wanted);
	struct str part_name = path_part_name(part, &have);

	return path_name_fits(pattern_name, part_name) && (!wanted.n || path_glob(wanted, have));
}

/* PATTERN's parts, beginning at PATH's first. */
static bool begins_with(struct str pattern, struct str path)
{
	while (pattern.n) {
		struct str want = path_field_part(&pattern);

		if (!path.n || !part_fits(want, path_field_part(&path)))
			return false;
	}
	return true;
}

static bool field_fits(struct str pattern, struct str path)
{
	for (; path.n; path_field_part(&path))
		if (begins_with(pattern, path))
			return true;
	return false;
}

/* ---- paths of JSON ---- */

/* ".name" or "[3]" or "[\"name\"]" off the front; ".." comes alone, with n = 2. */
static struct str json_part(struct str *rest)
{
	struct str part = *rest;
	size_t n = 1;

	if (str_starts(part, STR(".."))) {
		*rest = str_skip(part, 1);
		return str_take(part, 2);
	}
	if (part.p[0] == '[')
		n = bracket_length(part);
	else
		while (n < part.n && part.p[n] != '.' && part.p[n] != '[')
			n++;
	part.n = n;
	*rest = str_skip(*rest, n);
	return part;
}

/* ".*" and "[*]" are one step of either kind. */
static bool json_part_fits(struct str want, struct str have)
{
	return str_is(want, ".*") || str_is(want, "[*]") || path_glob(want, have);
}

/* As path_glob() with parts for characters, ".." for the star, and an open end. */
static bool json_fits(struct str pattern, struct str path)
{
	struct str after_star = STR_NONE, from = STR_NONE;

	while (pattern.n) {
		struct str want = json_part(&pattern), rest = path;

		if (str_is(want, "..")) {
			after_star = pattern;
			from = path;
			continue;
		}
		if (rest.n && json_part_fits(want, json_part(&rest))) {
			path = rest;
			continue;
		}
		if (!after_star.p || !from.n)
			return false;
		json_part(&from);
		path = from;
		pattern = after_star;
	}
	return true;
}

/* ---- patterns ---- */

bool path_pattern_read(struct str text, struct path_pattern *ret, struct err *err)
{
	const char *dollar = text.n ? memchr(text.p, '$', text.n) : NULL;
	struct str json = STR_NONE;

	if (!text.n)
		return err_set(err, ERR_USAGE, "the path is empty");
	if (text.n > LIMIT_QUERY_BYTES)
		return err_set(err, ERR_USAGE, "a path of more than %zu bytes", LIMIT_QUERY_BYTES);
	if (dollar) {
		json = str_skip(text, (size_t)(dollar - text.p) + 1);
		text = str_take(text, (size_t)(dollar - text.p));
		if (json.n && json.p[0] != '.' && json.p[0] != '[')
			return err_set(err, ERR_USAGE, "behind $ stands .name or [3]");
		if (!json.p)
			json = STR("");
		if (json.n && (json.p[json.n - 1] == '.'))
			return err_set(err, ERR_USAGE, "the path ends in a point");
	}
	if (text.n && (text.p[0] == '.' || text.p[text.n - 1] == '.' || str_has(text, "..")))
		return err_set(err, ERR_USAGE, "a part of the path is empty");
	*ret = (struct path_pattern){text, json};
	return true;
}

bool path_fits(const struct path_pattern *p, struct str path, struct str json)
{
	if (p->field.n && !field_fits(p->field, path))
		return false;
	if (!p->json.p)
		return true;
	return json.p && json_fits(p->json, str_skip(json, 1));
}
