/* SPDX-License-Identifier: MIT */
/* corpus.h: the histories of one replay run: who they are, and which can be replayed. */
#pragma once

#include "formats/base/arena.h"
#include "formats/base/vec.h"
#include "formats/load.h"
#include "replayer/ledger.h"
#include "replayer/verdict.h"

/*
 * A row a history, a few hundred bytes each: the events themselves are read, looked at and
 * dropped, and read again when their turn comes, so that memory does not grow with them.
 * Only some megabytes of wire bytes are kept: most runs are read once.
 */
struct corpus_item {
	struct str path;
	struct str workflow_id;
	struct str run_id; /* p NULL: not known; a fresh one is used */
	struct str workflow_type;
	struct str queue;
	struct str sdk, sdk_version;
	bool workflow_id_guessed; /* from the file's name */
	bool run_id_guessed;
	int64_t events;
	int64_t bytes; /* of wire form */
	/* At most one is there, for corpus_take(); neither: to be read again. */
	struct str held_wire; /* mem_alloc'ed */
	struct history *held;
	/* Set where the verdict needs no worker: invalid, skipped. */
	bool decided;
	struct verdict verdict;
};

struct corpus {
	struct arena arena;
	VEC_OF(struct corpus_item) items;
	size_t n_undecided;
	size_t held_bytes;
};

struct corpus_settings {
	const struct schema *schema;
	struct str workflow_id; /* for histories that name none; n = 0: from the file's name */
};

void corpus_init(struct corpus *c);
void corpus_done(struct corpus *c);
/* Adds the history of one file. Never fails: what can't be read gets the verdict invalid. */
void corpus_add(struct corpus *c, const struct corpus_settings *settings, struct str path);
/* The events of one of them, the caller's from now on. */
bool corpus_take(struct corpus *c, const struct schema *schema, size_t index,
		 struct history *ret, struct err *err);
/* It is to be taken again: H goes back, or is dropped where the file can be read again. */
void corpus_put_back(struct corpus *c, size_t index, struct history *h);
/* What the run file says of an item, whoever judged it; borrows from both. */
struct ledger_entry corpus_entry(const struct corpus_item *item, const struct verdict *verdict);
/* The task queue that most histories name; n = 0: none names one. */
struct str corpus_common_queue(const struct corpus *c);
