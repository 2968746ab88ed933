/* SPDX-License-Identifier: MIT */
/* json_lines.c: one pass over JSON text, skipping what is closed. */
#include "viewer/pane/json_lines.h"

#include "formats/base/width.h"
#include "formats/history/detail.h"
#include "formats/transcode/json.h"
#include "formats/transcode/scan.h"

/* Members of a list in one go, bytes of a string in one go, and what x opens at most. */
#define PART_MEMBERS ((size_t)200)
#define OPENED_BYTES ((size_t)16 * 1024)
#define OPENED_LINES ((size_t)4000)
/* Longer ones are told by their bytes: counting members would cost a pass over them. */
#define COUNTED_BYTES ((size_t)128 * 1024)

static void put_value(const struct json_lines *j, struct str text, uint64_t id, unsigned depth,
		      const char *tail);

static bool blank(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

void json_lines_pack(struct str text, size_t most, struct buf *out)
{
	size_t begin = out->n;
	bool quoted = false;

	for (size_t i = 0; i < text.n && out->n - begin < most; i++) {
		if (!quoted && blank(text.p[i]))
			continue;
		buf_add_char(out, text.p[i]);
		if (quoted && text.p[i] == '\\' && i + 1 < text.n)
			buf_add_char(out, text.p[++i]);
		else if (text.p[i] == '"')
			quoted = !quoted;
	}
}

/* What x opens has an end; one may go on from there part by part. */
static bool fold(const struct json_lines *j, uint64_t id, enum page_fold begin)
{
	struct page *p = j->page;
	bool all = p->all_open, open;

	p->all_open = all && p->lines.n < OPENED_LINES;
	open = page_fold(p, id, begin);
	p->all_open = all;
	return open;
}

/* ---- texts ---- */

/* Bytes that what is behind the cursor's column has room for, with words about the rest. */
static size_t room_of(const struct json_lines *j)
{
	size_t from = j->page->now.columns + 24;

	return j->width > from + 16 ? j->width - from : 16;
}

/* At most N bytes of S, and no half of a character or of an escape. */
static size_t whole(struct str s, size_t n)
{
	size_t from;

	if (n >= s.n)
		return s.n;
	while (n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	for (from = n; from && n - from < 6 && s.p[from - 1] != '\\';)
		from--;
	return from && n - from < 6 && s.p[from - 1] == '\\' ? from - 1 : n;
}

/* How much of S goes into a line of ROOM bytes: up to a line break that it holds, if any. */
static size_t line_of(struct str s, size_t room)
{
	size_t n = whole(s, room);
	ptrdiff_t at = str_find(str_take(s, n), STR("\\n"));

	n = at >= 0 ? (size_t)at + 2 : n;
	return n ? n : s.n;
}

static void put_long(const struct json_lines *j, struct str text, uint64_t id, const char *tail)
{
	struct page *p = j->page;
	size_t shown = whole(text, room_of(j));
	size_t room = j->width > j->left + 20 ? j->width - j->left - 4 : 16;
	size_t end = whole(text, OPENED_BYTES);

	if (!fold(j, id, PAGE_CLOSED)) {
		line_add(&p->now, STYLE_PLAIN, str_take(text, shown));
		line_puts(&p->now, STYLE_DIM, "... ");
		line_add(&p->now, STYLE_DIM, detail_bytes(text.n - shown, &p->arena));
		line_printf(&p->now, STYLE_DIM, " more%s", tail);
		page_end(p);
		return;
	}
	for (size_t at = 0; at < end;) {
		size_t n = line_of(str_slice(text.p + at, end - at), room);

		line_add(&p->now, STYLE_PLAIN, str_slice(text.p + at, n));
		at += n;
		if (at == text.n)
			line_puts(&p->now, STYLE_DIM, tail);
		page_end(p);
		p->about.level += at == n;
		line_to(&p->now, at < end ? j->left + 4 : 0);
		p->about.goes_on = at < end ? (uint32_t)j->left + 5 : 0;
	}
	if (end < text.n) {
		line_to(&p->now, j->left + 4);
		line_puts(&p->now, STYLE_DIM, "... ");
		line_add(&p->now, STYLE_DIM, detail_bytes(text.n - end, &p->arena));
		line_printf(&p->now, STYLE_DIM, " more, which copying takes along%s", tail);
		page_end(p);
	}
	p->about.level--;
}

/* ---- lists and objects ---- */

/* Bytes that are walked at first, and then at most. */
enum { WALK_LEAST = SCAN_BLOCK, WALK_MOST = 64 * SCAN_BLOCK };

/* Over what J is at the bracket of; TEXT is JSON, so brackets alone are asked about. */
static bool skip_container(struct json *j)
{
	struct scan_json state = {0};
	uint32_t places[WALK_MOST];
	char tail[SCAN_BLOCK];
	size_t n = WALK_LEAST;

	for (bool begun = false; j->at < j->text.n; j->at += n, n = n < WALK_MOST ? 2 * n : n) {
		const char *p = j->text.p + j->at;
		size_t left = j->text.n - j->at, found;

		n = n < left / SCAN_BLOCK * SCAN_BLOCK ? n : left / SCAN_BLOCK * SCAN_BLOCK;
		if (!n) {
			memset(tail, ' ', sizeof(tail));
			memcpy(tail, p, left);
			p = tail;
			n = SCAN_BLOCK;
		}
		found = scan()->json(&state, p, n / SCAN_BLOCK, places);
		if (found > !begun) { /* where it begins, and then its end */
			j->at += places[!begun] + 1;
			return j->at <= j->text.n;
		}
		begun = true;
	}
	return false;
}

/* Over a string: TEXT is JSON, so its end is the first quote without an odd number of \ before. */
static bool skip_string(struct json *j)
{
	size_t begin = j->at + 1, at = begin, back;

	for (;;) {
		const char *quote = at < j->text.n ? memchr(j->text.p + at, '"', j->text.n - at) : NULL;

		if (!quote)
			return false;
		at = (size_t)(quote - j->text.p);
		for (back = at; back > begin && j->text.p[back - 1] == '\\';)
			back--;
		j->at = ++at;
		if ((at - 1 - back) % 2 == 0)
			return true;
	}
}

static bool skip(struct json *j, struct str *ret)
{
	size_t from;
	char c = json_peek(j);

	if (c != '{' && c != '[' && c != '"')
		return json_skip(j, ret, NULL);
	from = j->at;
	if (!(c == '"' ? skip_string(j) : skip_container(j)))
		return false;
	*ret = str_slice(j->text.p + from, j->at - from);
	return true;
}

/* The next member of what J stands in: its key (n 0 in a list) and value. False: no more. */
static bool next(struct json *j, bool object, struct str *ret_key, struct str *ret_value)
{
	char c = json_peek(j);

	*ret_key = STR_NONE;
	if (c == ',')
		j->at++;
	else if (c == ']' || c == '}' || !c)
		return false;
	if (object && (!json_skip(j, ret_key, NULL) || !json_take(j, ':')))
		return false;
	*ret_key = str_trim(*ret_key);
	if (!skip(j, ret_value))
		return false;
	*ret_value = str_trim(*ret_value);
	return true;
}

static size_t count(struct json j, bool object)
{
	struct str key, value;
	size_t n = 0;

	while (next(&j, object, &key, &value))
		n++;
	return n;
}

static bool last(struct json j)
{
	return json_peek(&j) != ',';
}

static void put_key(struct line *l, struct str key)
{
	if (!key.n)
		return;
	line_add(l, STYLE_STRONG, key);
	line_puts(l, STYLE_DIM, ": ");
}

/* "... 14 more": what is left from AT on. */
static void put_rest(const struct json_lines *j, struct json at, bool object, const char *word)
{
	struct line *l = &j->page->now;
	size_t bytes = at.text.n - at.at;

	line_puts(l, STYLE_DIM, "... ");
	if (bytes > COUNTED_BYTES)
		line_add(l, STYLE_DIM, detail_bytes(bytes, &j->page->arena));
	else
		line_printf(l, STYLE_DIM, "%zu", count(at, object));
	line_printf(l, STYLE_DIM, " %s", bytes > COUNTED_BYTES ? "more" : word);
}

/* "[1, ... 14 more]": the first member where it is short. */
static void put_closed(const struct json_lines *j, struct str text, const char *tail)
{
	struct line *l = &j->page->now;
	bool object = text.p[0] == '{';
	struct json at = {text, 1}, after;
	struct str key, value;
	size_t shown = 0;
	struct buf packed;

	buf_init(&packed, 0);
	line_puts(l, STYLE_DIM, object ? "{" : "[");
	after = at;
	if (next(&after, object, &key, &value) && value.n <= 120)
		json_lines_pack(value, 120, &packed);
	if (packed.n && packed.n + key.n < 40) {
		at = after;
		put_key(l, key);
		line_add(l, STYLE_PLAIN, buf_str(&packed));
		line_puts(l, STYLE_DIM, ", ");
		shown = 1;
	}
	buf_done(&packed);
	put_rest(j, at, object, shown ? "more" : object ? "members" : "items");
	line_printf(l, STYLE_DIM, "%s%s", object ? "}" : "]", tail);
	page_end(j->page);
}

static void put_members(const struct json_lines *j, struct str text, uint64_t id, unsigned depth)
{
	struct page *p = j->page;
	bool object = text.p[0] == '{';
	struct json at = {text, 1}, before = at;
	struct str key, value;

	for (size_t i = 0; next(&at, object, &key, &value); i++, before = at) {
		uint64_t own = object ? page_id(id, key) : page_id_number(id, i);

		line_to(&p->now, j->left + 2 * (size_t)depth);
		if (i && i % PART_MEMBERS == 0 && !fold(j, page_id_number(id ^ 1, i), PAGE_CLOSED)) {
			put_rest(j, before, object, "more");
			page_end(p);
			return;
		}
		if (p->about.fold)
			page_part(p);
		put_key(&p->now, key);
		put_value(j, value, own, depth, last(at) ? "" : ",");
		if (j->behind && object)
			j->behind(j, own, j->left + 2 * (size_t)depth, text, key);
	}
}

static void put_container(const struct json_lines *j, struct str text, uint64_t id, unsigned depth,
			  const char *tail)
{
	struct page *p = j->page;
	bool object = text.p[0] == '{';
	bool closed = depth >= j->open_depth && text.n > j->open_most;

	if (!fold(j, id, closed ? PAGE_CLOSED : PAGE_OPEN)) {
		put_closed(j, text, tail);
		return;
	}
	line_puts(&p->now, STYLE_DIM, object ? "{" : "[");
	page_end(p);
	p->about.level++;
	put_members(j, text, id, depth + 1);
	line_to(&p->now, j->left + 2 * (size_t)depth);
	line_printf(&p->now, STYLE_DIM, "%s%s", object ? "}" : "]", tail);
	page_end(p);
	p->about.level--; /* the brace goes with what it closes */
}

static bool put_packed(const struct json_lines *j, struct str text, unsigned depth, const char *tail)
{
	struct page *p = j->page;
	struct json at = {text, 1};
	char c = json_peek(&at);
	size_t room = j->width > p->now.columns + 1 ? j->width - p->now.columns - 1 : 0;
	struct buf packed;
	bool fits;

	if (c != '}' && c != ']' && (text.n > 4 * j->inline_most || !depth))
		return false;
	buf_init(&packed, 0);
	json_lines_pack(text, j->inline_most + 3, &packed);
	fits = packed.n <= 2 || (packed.n <= j->inline_most && packed.n <= room);
	if (fits) {
		line_add(&p->now, STYLE_PLAIN, buf_str(&packed));
		line_puts(&p->now, STYLE_DIM, tail);
		page_end(p);
	}
	buf_done(&packed);
	return fits;
}

static void put_value(const struct json_lines *j, struct str text, uint64_t id, unsigned depth,
		      const char *tail)
{
	struct page *p = j->page;

	if (text.p[0] == '{' || text.p[0] == '[') {
		if (!put_packed(j, text, depth, tail))
			put_container(j, text, id, depth, tail);
	} else if (text.n > room_of(j) + 20) {
		put_long(j, text, id, tail);
	} else {
		line_add(&p->now, STYLE_PLAIN, text);
		line_puts(&p->now, STYLE_DIM, tail);
		page_end(p);
	}
}

void json_lines_add(const struct json_lines *j, struct str text)
{
	text = str_trim(text);
	if (text.n)
		put_value(j, text, j->id, 0, "");
	else
		page_end(j->page);
}
