/* SPDX-License-Identifier: MIT */
/* corpus.h: the histories of one replay run: who they are, and which can be replayed. */
#pragma once

#include "formats/base/arena.h"
#include "formats/base/vec.h"
#include "formats/load.h"
#include "replayer/verdict.h"

/*
 * A row a history, a few hundred bytes each: the events themselves are read, looked at and
 * dropped, and read again when their turn comes, so that memory does not grow with them.
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
	/* Set where the verdict needs no worker: invalid, skipped. */
	bool decided;
	struct verdict verdict;
};

struct corpus {
	struct arena arena;
	VEC_OF(struct corpus_item) items;
	size_t n_undecided;
	struct str standard_input; /* what `-` held: it can be read once only */
};

struct corpus_settings {
	const struct schema *schema;
	struct str workflow_id; /* for histories that name none; n = 0: from the file's name */
};

void corpus_init(struct corpus *c);
void corpus_done(struct corpus *c);
/* Adds the history of one file. Never fails: what can't be read gets the verdict invalid. */
void corpus_add(struct corpus *c, const struct corpus_settings *settings, struct str path);
/* The history of an item again, when its turn comes. */
bool corpus_load(const struct corpus *c, const struct schema *schema, size_t index,
		 struct history *ret, struct err *err);
/* The task queue that most histories name; n = 0: none names one. */
struct str corpus_common_queue(const struct corpus *c);
