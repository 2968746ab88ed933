/* SPDX-License-Identifier: MIT */
/* corpus.h: the histories of one replay run: who they are, and which can be replayed. */
#pragma once

#include "formats/base/arena.h"
#include "formats/base/map.h"
#include "formats/base/vec.h"
#include "formats/query/query.h"
#include "formats/read/load.h"
#include "replayer/dispatch/duplicates.h"
#include "replayer/dispatch/spool.h"
#include "replayer/judge/verdict.h"
#include "replayer/run/ledger.h"

/* A verdict that needed no worker: invalid, skipped. */
struct corpus_decision {
	struct verdict verdict;
	struct str duplicate_of; /* the path of the same history; or STR_NONE */
};

/*
 * A row a history, some 200 bytes each and its names: the events themselves are read, looked
 * at and dropped, and read again when their turn comes, so that memory does not grow with
 * them. Only some megabytes of wire bytes are kept: most runs are read once.
 */
struct corpus_item {
	struct str path; /* FILE, or FILE#N where it holds several */
	struct str workflow_id;
	struct str run_id; /* p NULL: not known; a fresh one is used */
	struct str workflow_type; /* these four are kept once for all items */
	struct str queue;
	struct str sdk, sdk_version;
	bool workflow_id_guessed; /* from the file's name */
	bool run_id_guessed;
	bool payloads_guessed; /* the export showed them as values or decoded */
	bool decided;
	bool resumed; /* decided in the run that is gone on with: it stands in the file */
	bool once; /* its input can't be read again just for it */
	uint64_t place; /* in the order given: of the file, and within it */
	int64_t events;
	int64_t bytes; /* of wire form */
	uint64_t digest; /* of ids and wire form; 0: it could not be read */
	int64_t spooled; /* in the corpus' spool; -1: it is not there */
	/* At most one is there, for corpus_take(); neither: spooled, or to be read again. */
	struct str held_wire; /* mem_alloc'ed */
	struct history *held;
	const struct corpus_decision *decision; /* NULL unless decided */
};

struct corpus {
	struct arena arena;
	VEC_OF(struct corpus_item) items;
	size_t n_undecided;
	size_t n_left_out; /* by the query, or not in the sample */
	size_t held_bytes;
	struct spool spool;
	struct load_pages *pages; /* of the files that are gathered */
	struct members_cursor *members; /* the archive that they are read from */
	struct duplicates seen; /* hashes of what is to be replayed -> items */
	struct map names;	/* -> name_list */
	VEC_OF(struct str) name_list;
};

struct corpus_settings {
	const struct schema *schema;
	struct str workflow_id; /* for histories that name none; n = 0: from the file's name */
	const struct query *where; /* NULL: all of them */
	int64_t now;		   /* for WHERE's age: ns since 1970 */
	size_t sample;		   /* so many of them; 0: all */
	struct str seed;	   /* the same ones for the same seed */
};

void corpus_init(struct corpus *c);
void corpus_done(struct corpus *c);
/*
 * Adds the histories of one file. Never fails: what can't be read gets the verdict invalid,
 * whatever WHERE says; so does the rest of a file that is damaged behind some whole ones. One
 * whose bytes and ids are those of an earlier one is `skipped`. PATH must live as long as C.
 */
void corpus_add(struct corpus *c, const struct corpus_settings *settings, struct str path);
/*
 * Adds all of them, or the sample: histories in an order that only their paths and the seed
 * decide, until there are enough that fit; duplicates don't count and are left out. Items
 * are in the order of PATHS.
 */
void corpus_gather(struct corpus *c, const struct corpus_settings *settings,
		   const struct source_file *files, size_t n);
/* An item that no worker is to judge any more: skipped, with that reason. */
void corpus_skip(struct corpus *c, size_t index, const char *reason, struct str message);
/* An item whose verdict an earlier part of the run has written. */
void corpus_resumed(struct corpus *c, size_t index);
/* The events of one of them, the caller's from now on. */
bool corpus_take(struct corpus *c, const struct schema *schema, size_t index,
		 struct history *ret, struct err *err);
/* It is to be taken again: H goes back, or is dropped where the file can be read again. */
void corpus_put_back(struct corpus *c, size_t index, struct history *h);
/* What the run file says of an item, whoever judged it; borrows from both. */
struct ledger_entry corpus_entry(const struct corpus_item *item, const struct verdict *verdict);
/* The task queue that most histories name; n = 0: none names one. */
struct str corpus_common_queue(const struct corpus *c);
