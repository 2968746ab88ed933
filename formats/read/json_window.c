/* SPDX-License-Identifier: MIT */
/* json_window.c: looking for the end of a value, and for more input. */
#include "formats/read/json_window.h"

#include "formats/base/limits.h"
#include "formats/read/json_ahead.h"
#include "formats/transcode/json.h"
#include "formats/transcode/json_text.h"
#include "formats/transcode/scan.h"

#include <inttypes.h>
#include <stdio.h>

bool json_window_more(struct json_window *w, struct err *err)
{
	bool ok;

	if (w->ahead && !input_stays(w->in))
		json_ahead_hold(w->ahead);
	input_take(w->in, w->at);
	w->at = 0;
	ok = input_more(w->in, err);
	if (w->ahead)
		json_ahead_text(w->ahead, w->in);
	return ok;
}

#define LET_GO ((size_t)4 * 1024 * 1024)

void json_window_keep(struct json_window *w, size_t n)
{
	/* Of a mapped file it is all there, and what is behind the cursor goes. */
	if (w->in->at_end && w->at >= LET_GO) {
		input_take(w->in, w->at);
		w->at = 0;
	}
	/* An error comes again where what came before it is used up. */
	while (!w->in->at_end && w->in->window.n - w->at < n && json_window_more(w, NULL))
		;
}

/* False: an error of the input. At the end nothing changes. */
static bool more(struct json_window *w, struct err *err)
{
	if (w->in->window.n - w->at > LIMIT_JSON_VALUE_BYTES)
		return err_set(err, ERR_LIMIT, "a JSON value of more than %zu bytes",
			       LIMIT_JSON_VALUE_BYTES);
	return json_window_more(w, err);
}

char json_window_peek(struct json_window *w)
{
	for (;;) {
		struct str s = w->in->window;

		w->at = (size_t)(json_blanks(s.p + w->at, s.p + s.n) - s.p);
		if (w->at < s.n)
			return s.p[w->at];
		/* An error of the input comes again with whatever is asked next. */
		if (w->in->at_end || !more(w, NULL))
			return '\0';
	}
}

bool json_window_take(struct json_window *w, char c)
{
	if (json_window_peek(w) != c || w->at >= w->in->window.n)
		return false;
	w->at++;
	return true;
}

bool json_window_end(struct json_window *w)
{
	return json_window_peek(w) == '\0' && w->at >= w->in->window.n;
}

bool json_window_error(const struct json_window *w, struct err *err, const char *format, ...)
{
	char message[ERR_MESSAGE_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	err_set(err, ERR_SYNTAX, "%s", message);
	return input_locate(w->in, w->at, INPUT_TEXT, err);
}

bool json_window_cut(struct json_window *w, struct err *err)
{
	struct str rest = w->in->window;
	int64_t line, column;
	size_t n = rest.n;

	/* Where the last word is, not behind the line feed at the end. */
	input_where(w->in, n, &line, &column);
	err_set(err, ERR_SYNTAX,
		"truncated: the text ends at line %" PRId64 ", column %" PRId64 ", inside the history",
		line, column);
	return input_locate(w->in, n, INPUT_TEXT, err);
}

/* How far the end of a value has been looked for, from where it begins. */
struct extent {
	size_t at;
	struct scan_json json; /* of an object or a list */
};

/* Up to a blank, a comma or a bracket: a number or a name. */
static bool word_ends(struct extent *x, const char *p, size_t n)
{
	for (; x->at < n; x->at++) {
		char c = p[x->at];

		if (json_is_blank(c) || c == ',' || c == ']' || c == '}')
			return true;
	}
	return false;
}

static bool string_ends(struct extent *x, const char *p, size_t n)
{
	x->at += x->at == 0; /* its quote */
	while (x->at < n) {
		bool high;
		const char *stop = json_scan(p + x->at, p + n, &high);

		x->at = (size_t)(stop - p);
		if (x->at >= n || (*stop == '\\' && x->at + 1 >= n))
			return false; /* looked at again with what it escapes */
		if (*stop == '"')
			return true;
		x->at += *stop == '\\' ? 2 : 1;
	}
	return false;
}

/* Its first end at depth 0; brackets and strings are all that is looked at. */
static bool brackets_end(struct extent *x, const char *p, size_t n)
{
	enum { BLOCKS = 16 };
	uint32_t places[BLOCKS * SCAN_BLOCK];
	char last[SCAN_BLOCK];
	struct scan_json rest;

	while (n - x->at >= SCAN_BLOCK) {
		size_t blocks = (n - x->at) / SCAN_BLOCK;
		bool first = x->at == 0;

		blocks = blocks < BLOCKS ? blocks : BLOCKS;
		if (scan()->json(&x->json, p + x->at, blocks, places) > first)
			return true;
		x->at += blocks * SCAN_BLOCK;
	}
	rest = x->json; /* the block may not be whole yet */
	memset(last, ' ', sizeof(last));
	memcpy(last, p + x->at, n - x->at);
	return scan()->json(&rest, last, 1, places) > (x->at == 0);
}

bool json_window_whole(struct json_window *w, struct err *err)
{
	struct extent x = {0};
	char c = json_window_peek(w);

	for (;;) {
		const char *p = w->in->window.p + w->at;
		size_t n = w->in->window.n - w->at;

		if (c == '{' || c == '[' ? brackets_end(&x, p, n)
					 : c == '"' ? string_ends(&x, p, n) : word_ends(&x, p, n))
			return true;
		if (w->in->at_end)
			return (n && c != '{' && c != '[' && c != '"') || json_window_cut(w, err);
		if (!more(w, err))
			return false;
	}
}

bool json_window_string(struct json_window *w, struct str *ret, struct err *err)
{
	struct json j;
	bool ok;

	if (json_window_peek(w) != '"')
		return w->at >= w->in->window.n ? json_window_cut(w, err)
						: json_window_error(w, err, "a string is expected");
	j = (struct json){w->in->window, w->at};
	ok = json_read_string(&j, &w->scratch, ret, w->in->at_end ? err : NULL);
	if (!ok && !w->in->at_end) {
		if (!json_window_whole(w, err))
			return false;
		j = (struct json){w->in->window, w->at};
		ok = json_read_string(&j, &w->scratch, ret, err);
	}
	if (ok) {
		w->at = j.at;
		return true;
	}
	if (err && err->byte >= (int64_t)w->in->window.n)
		return json_window_cut(w, err);
	return err ? input_locate(w->in, (size_t)err->byte, INPUT_TEXT, err) : false;
}

bool json_window_skip(struct json_window *w, struct str *ret, struct err *err)
{
	struct json j;

	if (!json_window_whole(w, err))
		return false;
	j = (struct json){w->in->window, w->at};
	if (!json_skip(&j, ret, err))
		return err ? input_locate(w->in, (size_t)err->byte, INPUT_TEXT, err) : false;
	w->at = j.at;
	return true;
}
