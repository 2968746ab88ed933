/* SPDX-License-Identifier: MIT */
/* members.h: histories inside of tar and zip files, read where they are. */
#pragma once

#include "formats/base/err.h"
#include "formats/base/str.h"
#include "formats/base/arena.h"
#include "formats/base/map.h"
#include "formats/bytes/input.h"

#include <stdint.h>

/*
 * A member is named as if the archive were a folder: `exports.tar.gz/orders/17.json`. The
 * archive may be packed in any way that input.h unpacks. Nothing is ever written to disk,
 * so names that lead out of a folder lead nowhere; those that are shown to people are
 * hostile like all text from outside. An archive inside of an archive is not looked into.
 *
 * A packed archive can only be read from its begin. Where members are asked for in their
 * order through one cursor, all of them together cost one pass:
 *
 *     struct members_cursor c = {0};
 *     for each path: members_input(&c, path, flags, &in, err) ... input_done(&in);
 *     members_cursor_done(&c);
 */
struct members;

struct member {
	struct str name; /* without ./ or / in front; until the next one is asked for */
	int64_t bytes;	 /* -1: not known before it is read */
};

/* BEGIN, the first 512 bytes or all of an unpacked file, is one of a tar or zip file. */
bool members_in(struct str begin);
/* NAME ends as an archive's name does: .tar .tar.gz .tgz .tar.zst .tzst .zip */
bool members_in_name(struct str name);

/* NULL with ERR set: it can't be read, or is no archive (ERR_FORMAT). */
struct members *members_open(struct str path, struct err *err);
/*
 * The same over IN, of which nothing is taken yet: an archive that comes through a pipe. IN
 * stays the caller's, and where it is until members_close().
 */
struct members *members_of_input(struct input *in, struct err *err);
void members_close(struct members *m);
/*
 * The next regular file in it; at the end *RET_END is true and RET is not touched. Folders,
 * links, and what macOS puts beside files (._x, __MACOSX/) are passed over.
 */
bool members_next(struct members *m, struct member *ret, bool *ret_end, struct err *err);

/* What is in the file that members_next() gave; RET is to be done before the next one. */
bool members_content(struct members *m, struct input *ret, struct err *err);

/* Where PATH goes through a file as if it were a folder: the file's path; n = 0: it doesn't. */
struct str members_path(struct str path);

struct members_cursor {
	struct members *archive; /* the one that is open, or NULL */
	/* Of that archive, once parts were asked for: names of all members, in the arena. */
	struct map names;
	struct arena memory;
	struct str named; /* the archive's path; n = 0: not asked for */
};

/*
 * Opens any PATH that input_open_path() opens, quickly where it is a member behind the last
 * one; the first of the parts of an archived history (archival.h) is opened with all others,
 * in whatever order they lie there. IN is to be done before the next. ERR_MISSING: there is
 * no such member.
 */
bool members_input(struct members_cursor *c, struct str path, unsigned flags, struct input *in,
		   struct err *err);
void members_cursor_done(struct members_cursor *c);
