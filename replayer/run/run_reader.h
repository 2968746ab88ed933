/* SPDX-License-Identifier: MIT */
/* run_reader.h: lines of a run file become rows; how far that is, for a file that grows. */
#pragma once

#include "formats/base/map.h"
#include "formats/base/vec.h"
#include "replayer/run/run_file.h"

#include <sys/types.h>

/* Bytes of a file that are known again. */
struct run_print {
	off_t at;
	size_t n;
	uint64_t hash;
};

/*
 * Lives as long as its run file. Rows are read into a list of their own first, so that a
 * line that is wrong leaves the run as it was.
 */
struct run_reader {
	struct run_file *run;
	VEC_OF(struct run_row) rows; /* read, but not in the run yet */
	int64_t line;
	bool ended; /* the totals line was read */
	struct map shared; /* -> shared_list: what most rows say alike, kept once */
	VEC_OF(struct str) shared_list;
	struct err *err;

	/* Where the lines that were read end; the next is behind. */
	size_t bytes;
	bool open_line; /* the last of them had no line end yet */
	/* The file, and what its beginning and the last bytes before that place were. */
	bool is_file;
	dev_t dev;
	ino_t ino;
	struct run_print prints[2];
};

/* WHOLE: a line end follows; half a last line is what an interrupted run leaves. */
bool run_reader_line(struct run_reader *r, struct str text, bool whole);
