/* SPDX-License-Identifier: MIT */
/* input_begin.h: between how an input is opened (input_open.c) and how it goes on (input.c). */
#pragma once

#include "formats/bytes/input.h"

/* Large enough that calls don't count, small enough to stay in the processor's cache. */
#define INPUT_CHUNK ((size_t)256 * 1024)

/* Then `map` or `size` may be set, and one of the two below is called. */
void input_begin(struct input *in);
/* IN over READER, which gives what UNDER unpacks; the first bytes are in the window. */
void input_begin_ahead(struct input *in, struct input *under, struct input_reader reader);
/* IN, so far read by its reader, goes on in BYTES, which are all of the input. */
void input_go_on_whole(struct input *in, struct str bytes);
/* Memory for a window: bytes go from one input to another with it, uncopied. */
struct input_memory {
	char *p; /* from mem_alloc(), or NULL */
	size_t cap;
};

/*
 * The whole of IN's window, which is not empty, is taken; its memory goes to *M, and that of
 * *M is the window's from here on. Lines are not counted any more. RET's bytes are in *M, or
 * where IN's bytes stand if they are not its own.
 */
struct str input_take_memory(struct input *in, struct input_memory *m);
/* After false of these the input is done with already. */
bool input_begin_whole(struct input *in, struct str bytes, unsigned flags, struct err *err);
bool input_begin_reader(struct input *in, struct input_reader reader, unsigned flags,
			struct err *err);
