/* SPDX-License-Identifier: MIT */
/* diff_json.c: the values of a JSON text, and numbers that are equal however written. */
#include "formats/diff/diff_leaves.h"

#include "formats/base/limits.h"
#include "formats/transcode/json.h"

#include <inttypes.h>
#include <stdlib.h>

struct reading {
	struct leaves *to;
	struct diff_rules *rules;
	struct str path;
	struct arena *a;
	struct buf json; /* the path to where it stands */
	struct buf scratch;
};

struct member {
	struct str key, value;
	size_t at; /* which of the object */
};

static bool read_value(struct reading *r, struct str text, unsigned depth);

static void add(struct reading *r, enum leaf_kind kind, struct str value)
{
	struct leaf leaf = {r->path, arena_str(r->a, buf_str(&r->json)), value, kind};

	leaves_add(r->to, r->rules, leaf);
}

static int by_key(const void *left, const void *right)
{
	const struct member *a = left, *b = right;
	int order = str_cmp(a->key, b->key);

	return order ? order : a->at < b->at ? -1 : 1;
}

/* The members, by key; of one that comes twice the last counts, as for most readers. */
static bool read_members(struct reading *r, struct json *j, struct member **ret, size_t *ret_n)
{
	VEC_OF(struct member) list = {0};
	struct str key, value;
	bool ok = json_take(j, '{');
	size_t n = 0;

	while (ok && json_peek(j) != '}') {
		ok = (!list.n || json_take(j, ',')) &&
		     json_read_string(j, &r->scratch, &key, NULL) && json_take(j, ':') &&
		     json_skip(j, &value, NULL);
		if (ok)
			vec_push(&list, (struct member){arena_str(r->a, key), value, list.n});
	}
	ok = ok && json_take(j, '}');
	if (ok && list.n)
		qsort(list.at, list.n, sizeof(*list.at), by_key);
	for (size_t i = 0; ok && i < list.n; i++)
		if (i + 1 == list.n || !str_eq(list.at[i].key, list.at[i + 1].key))
			list.at[n++] = list.at[i];
	*ret_n = n;
	if (list.at)
		arena_adopt(r->a, list.at);
	*ret = list.at;
	return ok;
}

static bool read_object(struct reading *r, struct json *j, unsigned depth)
{
	struct member *members = NULL;
	size_t n = 0, before = r->json.n;

	if (!read_members(r, j, &members, &n))
		return false;
	if (!n)
		add(r, LEAF_JSON_WORD, STR("{}"));
	for (size_t i = 0; i < n; i++) {
		json_path_add(&r->json, members[i].key);
		if (!read_value(r, members[i].value, depth + 1))
			return false;
		r->json.n = before;
	}
	return true;
}

static bool read_array(struct reading *r, struct json *j, unsigned depth)
{
	size_t n = 0, before = r->json.n;
	struct str value;

	json_take(j, '[');
	while (json_peek(j) != ']') {
		if ((n && !json_take(j, ',')) || !json_skip(j, &value, NULL))
			return false;
		buf_printf(&r->json, "[%zu]", n++);
		if (!read_value(r, value, depth + 1))
			return false;
		r->json.n = before;
	}
	if (!n)
		add(r, LEAF_JSON_WORD, STR("[]"));
	return json_take(j, ']');
}

static bool read_value(struct reading *r, struct str text, unsigned depth)
{
	struct json j = {text, 0};
	char first = json_peek(&j);
	struct str value;

	if (depth > LIMIT_DEPTH)
		return false;
	if (first == '{')
		return read_object(r, &j, depth);
	if (first == '[')
		return read_array(r, &j, depth);
	if (first == '"') {
		if (!json_read_string(&j, &r->scratch, &value, NULL))
			return false;
		add(r, LEAF_JSON_STRING, arena_str(r->a, value));
		return true;
	}
	if (!json_skip(&j, &value, NULL))
		return false;
	add(r, first == '-' || (first >= '0' && first <= '9') ? LEAF_JSON_NUMBER : LEAF_JSON_WORD,
	    value);
	return true;
}

bool leaves_of_json(struct leaves *to, struct diff_rules *rules, struct str path,
		    struct str text, struct arena *a)
{
	struct reading r = {.to = to, .rules = rules, .path = path, .a = a};
	struct json whole = {text, 0};
	size_t before = to->list.n;
	struct str value;
	bool ok;

	/* Once over all of it: what comes behind is sure to be JSON, to the end. */
	if (!json_skip(&whole, &value, NULL) || json_peek(&whole) || whole.at < text.n)
		return false;
	buf_init(&r.json, 0);
	buf_init(&r.scratch, 0);
	buf_add_char(&r.json, '$');
	ok = read_value(&r, value, 1);
	if (!ok)
		to->list.n = before;
	buf_done(&r.scratch);
	buf_done(&r.json);
	return ok;
}

/* The digits of S from *AT on, appended to DIGITS. */
static size_t take_digits(struct str s, size_t *at, struct buf *digits)
{
	size_t from = *at;

	while (*at < s.n && s.p[*at] >= '0' && s.p[*at] <= '9')
		(*at)++;
	buf_add_bytes(digits, s.p + from, *at - from);
	return *at - from;
}

struct str json_number_normal(struct str number, struct arena *a)
{
	long long exponent = 0;
	bool minus = number.n && number.p[0] == '-';
	size_t at = minus, fraction = 0;
	struct str digits, ret = number, text;
	struct buf all;

	buf_init(&all, 0);
	take_digits(number, &at, &all);
	if (at < number.n && number.p[at] == '.') {
		at++;
		fraction = take_digits(number, &at, &all);
	}
	text = str_skip(number, at + 1);
	if (at < number.n && text.n && text.p[0] == '+')
		text = str_skip(text, 1);
	/* An exponent past all sense stays as it was written. */
	if (at == number.n || (text.n < 18 && str_to_int(text, &exponent))) {
		digits = buf_str(&all);
		exponent -= (long long)fraction;
		while (digits.n > 1 && digits.p[0] == '0')
			digits = str_skip(digits, 1);
		while (digits.n > 1 && digits.p[digits.n - 1] == '0') {
			digits.n--;
			exponent++;
		}
		ret = str_is(digits, "0")
			      ? STR("0")
			      : arena_printf(a, "%s%.*se%lld", minus ? "-" : "", STR_ARG(digits),
					     exponent);
	}
	buf_done(&all);
	return ret;
}
