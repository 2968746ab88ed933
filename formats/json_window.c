/* SPDX-License-Identifier: MIT */
/* json_window.c: looking for the end of a value, and for more input. */
#include "formats/json_window.h"

#include "formats/base/limits.h"
#include "formats/json.h"
#include "formats/json_text.h"

#include <inttypes.h>
#include <stdio.h>

/* False: an error of the input. At the end nothing changes. */
static bool more(struct json_window *w, struct err *err)
{
	if (w->in->window.n - w->at > LIMIT_JSON_VALUE_BYTES)
		return err_set(err, ERR_LIMIT, "a JSON value of more than %zu bytes",
			       LIMIT_JSON_VALUE_BYTES);
	input_take(w->in, w->at);
	w->at = 0;
	return input_more(w->in, err);
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

/* How far the end of a value has been looked for. */
struct extent {
	size_t at; /* behind the value's start */
	unsigned depth;
	bool in_string, in_word, done;
};

static void scan_string(struct extent *x, const char *p, size_t n)
{
	while (x->at < n) {
		bool high;
		const char *stop = json_scan(p + x->at, p + n, &high);

		x->at = (size_t)(stop - p);
		if (x->at >= n)
			return;
		if (*stop == '"') {
			x->at++;
			x->in_string = false;
			return;
		}
		if (*stop == '\\' && x->at + 1 >= n)
			return; /* looked at again with what it escapes */
		x->at += *stop == '\\' ? 2 : 1;
	}
}

/* Goes on where it stopped: brackets and strings are all that is looked at. */
static void scan(struct extent *x, const char *p, size_t n)
{
	while (x->at < n && !x->done) {
		char c;

		if (x->in_string) {
			scan_string(x, p, n);
			if (x->in_string)
				return;
			x->done = x->depth == 0;
			continue;
		}
		c = p[x->at];
		if (x->in_word && (json_is_blank(c) || c == ',' || c == ']' || c == '}')) {
			x->done = true;
			return;
		}
		x->at++;
		if (c == '"') {
			x->in_string = true;
		} else if (c == '{' || c == '[') {
			x->depth++;
		} else if (c == '}' || c == ']') {
			x->depth -= x->depth > 0;
			x->done = x->depth == 0;
		} else if (!x->depth && !json_is_blank(c)) {
			x->in_word = true;
		}
	}
}

bool json_window_whole(struct json_window *w, struct err *err)
{
	struct extent x = {0};

	json_window_peek(w);
	for (;;) {
		scan(&x, w->in->window.p + w->at, w->in->window.n - w->at);
		if (x.done)
			return true;
		if (w->in->at_end)
			return (x.in_word && !x.depth) || json_window_cut(w, err);
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
