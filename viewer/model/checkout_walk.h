/* SPDX-License-Identifier: MIT */
/* checkout_walk.h: all source files below a folder, one by one, in slices. */
#pragma once

#include "formats/base/vec.h"
#include "viewer/model/checkout.h"

#include <dirent.h>

/*
 * By the rules of checkout.h, and by these: a file is of a language that an SDK is for, by its
 * name, and holds no NUL; links are not followed at all; what is hidden, what was installed or
 * built (node_modules, site-packages, target ...) is passed over. Folders come in breadth, the
 * files of each in the order of their names, so that a ceiling leaves out the deepest, and the
 * same ones each time.
 */
#define CHECKOUT_ENTRIES ((size_t)100000) /* names looked at, in all folders: a second or so */
#define CHECKOUT_FILES ((size_t)5000)	  /* that are read, */
#define CHECKOUT_BYTES ((size_t)64 << 20) /* and all of their bytes */

struct checkout_walk {
	struct arena arena;
	struct str root; /* p NULL: there is no such folder */
	VEC_OF(struct str) folders; /* below it, "" for itself; those from `next_folder` wait */
	size_t next_folder, first_found; /* this one: of those in the folder that is open */
	DIR *open; /* of the one before; NULL: none */
	VEC_OF(struct str) files; /* of that folder; those from `next_file` wait */
	size_t next_file;
	struct buf text;
	size_t entries, files_read, bytes;
	bool cut; /* a ceiling left something out */
};

enum checkout_step {
	CHECKOUT_DONE,
	CHECKOUT_WORKS,
	CHECKOUT_FILE, /* `path` and `text` of RET are a file, until the next step */
};

struct checkout_file {
	struct str path; /* below the folder */
	struct str text;
};

void checkout_walk_begin(struct checkout_walk *w, struct str dir);
void checkout_walk_done(struct checkout_walk *w);
/* Well below a millisecond where the disk is not waited for. */
enum checkout_step checkout_walk_step(struct checkout_walk *w, struct checkout_file *ret);
