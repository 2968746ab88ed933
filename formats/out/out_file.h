/* SPDX-License-Identifier: MIT */
/* out_file.h: a file that appears whole under its name, or not at all. */
#pragma once

#include "formats/base/buf.h"
#include "formats/base/err.h"
#include "formats/bytes/filter.h"
#include "formats/bytes/packer.h"
#include "formats/out/out.h"

/*
 * While it is written the file has no name (O_TMPFILE in the folder that it will stand in),
 * so that even a kill leaves nothing; where the filesystem can't do that it has the name of
 * its target with the process's number and ".tmp" behind it. Its name is given at the end:
 *
 *     out_file_open(&f, folder, where, packing, err)
 *     f.sink is written to
 *     out_file_finish(&f, err)
 *     out_file_keep(&f, path, force, err)     or out_file_drop(&f)
 */
struct out_file {
	struct out_sink sink; /* first: it is what writers see */
	int fd;		      /* -1: closed */
	bool direct; /* standard output, a device or a pipe: it is written to as it stands */
	int held_for; /* the direct file that fd holds bytes for, until they are finished; or -1 */
	struct str where;     /* for messages */
	struct str temporary; /* name of it, where it needs one; else p is NULL */
	struct packer *packer; /* NULL: nothing is packed */
	struct behind *behind; /* packs and writes, where there is much of it; or NULL */
	size_t alone;	       /* bytes that were packed without it */
	struct arena names;
};

/* A file in FOLDER (n = 0: the working directory); errors of writing it name WHERE. */
bool out_file_open(struct out_file *f, struct str folder, struct str where,
		   const struct filter *packing, struct err *err);
/* Standard output (FD), or PATH where it is no plain file: /dev/null, a named pipe. */
bool out_file_direct(struct out_file *f, int fd, struct str name, const struct filter *packing,
		     struct err *err);
/* Whether PATH exists and is to be written to directly; then *RET_FD is open for it. */
bool out_file_is_special(struct str path, int *ret_fd, struct err *err);

/* Nothing of a direct file is seen before it is finished; other files are so anyway. */
bool out_file_hold(struct out_file *f, struct err *err);
/* All is written: the last bytes, compressed, reach the file. */
bool out_file_finish(struct out_file *f, struct err *err);
/*
 * PATH is the finished file from now on. ERR_IO where there is one of that name (and not
 * FORCE). Nothing happens to a direct one.
 */
bool out_file_keep(struct out_file *f, struct str path, bool force, struct err *err);
/* Whether the finished file is as PATH is; false too where that can't be read. */
bool out_file_same(const struct out_file *f, struct str path);
/* Makes the folders that PATH says, those behind its first FROM bytes, where they are missing. */
bool out_file_folders(struct str path, size_t from, struct err *err);
/* Nothing is left of it; also after a failure of the others, and after keeping. */
void out_file_drop(struct out_file *f);
