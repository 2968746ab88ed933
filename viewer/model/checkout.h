/* SPDX-License-Identifier: MIT */
/* checkout.h: source code below a folder that the user named, for files that a stack names. */
#pragma once

#include "formats/base/arena.h"
#include "formats/base/buf.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * What a stack calls a file comes from a worker or out of a run file: it is hostile, and
 * often the path of another machine. Only a regular file that lies below the folder is ever
 * opened, never by way of ".." or of a link that leads out of it, and never one of more than
 * CHECKOUT_FILE_BYTES. Where the path as it is leads nowhere, its first parts are left out one
 * by one: /home/ci/orders/workflow.go may be orders/workflow.go here, or workflow.go; each is
 * looked for in the usual folders for sources too, as src/main/java.
 */
#define CHECKOUT_FILE_BYTES ((size_t)2 << 20)

/* The path below DIR, in A. False: there is no such file. */
bool checkout_find(struct str dir, struct str file, struct arena *a, struct str *ret);

struct code_lines {
	struct str path; /* below the folder */
	int64_t first;	 /* number of the first line */
	const struct str *at;
	size_t n;
};

/* LINE with AROUND lines before and behind it. False: no such file, or it ends before LINE. */
bool checkout_lines(struct str dir, struct str file, int64_t line, size_t around,
		    struct arena *a, struct code_lines *ret);

/* For checkout_walk.h: the folder itself as a path without links (p NULL: there is none), */
struct str checkout_root(struct str dir, struct arena *a);
/* and the text of a file PATH below it by the rules above, in place of what TEXT had. */
bool checkout_read(struct str root, struct str path, struct buf *text, struct arena *a);
