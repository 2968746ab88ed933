/* SPDX-License-Identifier: MIT */
/* json_window.h: a cursor over JSON text that is still arriving. */
#pragma once

#include "formats/base/buf.h"
#include "formats/bytes/input.h"

/*
 * json.h's cursor over an input's window: what is asked for is brought into the window
 * first. Memory stays at the largest value that is taken at a time, with a ceiling. After a
 * call that can bring more in, slices of the window are gone.
 */
struct json_window {
	struct input *in;
	size_t at; /* in in->window */
	struct buf scratch;
	struct json_ahead *ahead; /* who looks at the window as well; NULL: nobody */
};

/* Drops what is before the cursor and brings in more, or sets in->at_end. */
bool json_window_more(struct json_window *w, struct err *err);
/* The same until N bytes are there from the cursor on, or no more are to be had for now. */
void json_window_keep(struct json_window *w, size_t n);

/* The first byte of the next value or closing bracket, blanks skipped; 0 at the end. */
char json_window_peek(struct json_window *w);
/* Consumes C if it is next. */
bool json_window_take(struct json_window *w, char c);
/* True where nothing but blanks is left. */
bool json_window_end(struct json_window *w);
/* A string; *RET lives until the next call. */
bool json_window_string(struct json_window *w, struct str *ret, struct err *err);
/* Any value, checked. *RET is its text and lives until the next call. */
bool json_window_skip(struct json_window *w, struct str *ret, struct err *err);
/*
 * Brings the whole of the value at the cursor into the window, unchecked. False with an
 * error where the input ends inside it (`truncated`) or it is larger than allowed.
 */
bool json_window_whole(struct json_window *w, struct err *err);
/* Sets err with line and column of the cursor in the whole input; false. */
bool json_window_error(const struct json_window *w, struct err *err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same at the input's end. */
bool json_window_cut(struct json_window *w, struct err *err);
