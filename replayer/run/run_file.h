/* SPDX-License-Identifier: MIT */
/* run_file.h: a run file read back: what reports and the viewer are made from. */
#pragma once

#include "formats/base/arena.h"
#include "replayer/run/causes.h"
#include "replayer/run/ledger.h"

/*
 * Hostile input: every line is bounded, keys that we do not know are ignored, known ones
 * must be of their kind, and nothing in it is ever run or opened. A run that was cut short
 * has no totals line and perhaps half a last line: what is whole is read.
 *
 * Totals and causes are counted from the rows, never taken from the totals line. Rows are
 * in the order of their paths, since workers finish in any order.
 */
struct run_row {
	struct ledger_entry entry; /* its verdict points to the one below */
	struct verdict verdict;
	size_t cause; /* index into causes, or CAUSES_NONE */
	enum verdict_kind was; /* before run_file_update(); VERDICT_KINDS: it is as it was read */
	int64_t line;
};

struct run_file {
	struct arena arena; /* all strings */
	struct ledger_header header;
	struct run_row *rows;
	size_t n_rows;
	int64_t totals[VERDICT_KINDS];
	struct causes causes;
	struct causes causes_before; /* they were last counted anew */
	struct run_reader *reader;   /* how far it was read */
	struct str ended; /* STR_NONE: the run was interrupted */
	bool half_line;	  /* the last line was not whole and was left out */
};

/* Errors carry the number of the line. */
bool run_file_read(struct run_file **ret, struct str path, struct err *err);
/* The same from memory; strings are copied. */
bool run_file_parse(struct run_file **ret, struct str text, struct err *err);
/*
 * Reads what was appended to the file since, up to about MOST bytes, while R stays as it is.
 * RUN_OTHER: it is not there, was replaced or cut, or what was appended is wrong, and
 * run_file_read() has the words for it.
 */
enum run_growth {
	RUN_SAME,
	RUN_GREW,      /* run_file_take_more() */
	RUN_GREW_PART, /* there is more to read */
	RUN_OTHER,
};
enum run_growth run_file_read_more(struct run_file *r, struct str path, size_t most);
/* Its rows take their places, so those of before are elsewhere; causes are there once more. */
void run_file_take_more(struct run_file *r);
/*
 * The history of row I was replayed again: the only row of MORE takes its place, and all is
 * counted anew. MORE stays the caller's, and is there as long as R or another row is in its
 * place. Causes of before are there until all is counted anew once more.
 */
void run_file_update(struct run_file *r, size_t i, struct run_file *more);
void run_file_free(struct run_file *r);
/* "DIR/last" of "DIR/last.jsonl": what lies beside a run file is called after that. */
struct str run_file_stem(struct str path);
