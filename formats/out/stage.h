/* SPDX-License-Identifier: MIT */
/* stage.h: what convert does to events between reading and writing them. */
#pragma once

#include "formats/base/buf.h"
#include "formats/base/err.h"
#include "formats/base/str.h"
#include "formats/base/vec.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * A stage takes wire bytes of a temporal.api.history.v1.History (`0A len event`, whole
 * events) and gives the same with something changed. Stages stand in a line; each chunk
 * goes through all of them before the next one is read:
 *
 *     reader --chunk--> stage --chunk--> stage --chunk--> writer
 *
 * For each history begin(), then events() for each chunk of about a megabyte, then end().
 * A stage that must see all events at once says so with `whole`: it gets the history as
 * one chunk, at the price of holding it in memory.
 *
 * The owner embeds `struct stage` first in a struct of its own:
 *
 *     struct codec { struct stage stage; ... };
 *     static const struct stage_kind CODEC = {.name = "codec", .events = codec_events};
 *     codec->stage.kind = &CODEC;
 */
struct stage;

struct stage_kind {
	const char *name; /* "codec": stands before its errors and its report */
	bool whole;	  /* events() must see the whole history */
	/* A new history: forget the one before. NULL: nothing to forget. */
	void (*begin)(struct stage *s);
	/*
	 * Appends to OUT what EVENTS become; leaving out events is allowed. EVENTS lives until
	 * the call returns. Errors name event and path; they end the history: nothing of it
	 * is written.
	 */
	bool (*events)(struct stage *s, struct str events, struct buf *out, struct err *err);
	/* After the last chunk: appends what was held back. NULL: nothing ever is. */
	bool (*end)(struct stage *s, struct buf *out, struct err *err);
	/*
	 * Appends a line (each with its line feed, no payload or secret in it) for what was
	 * done to the history that ended, and returns how many things were lost by it: with
	 * --strict more than none means that nothing is written. NULL: nothing to say.
	 */
	size_t (*report)(struct stage *s, struct buf *lines);
	/* Frees what the stage holds, not the stage. NULL: nothing. */
	void (*done)(struct stage *s);
};

struct stage {
	const struct stage_kind *kind;
	bool unwritten; /* what it made is not kept: its report says what would have been */
};

/* Stages in order. The stages are the caller's; the buffers between them live in here. */
struct stage_line {
	VEC_OF(struct stage *) stages;
	struct buf one, two; /* in turns: what a stage reads and what it makes */
	struct buf held;     /* the history so far, where a stage wants it whole */
	bool whole;	     /* one of them does */
};

void stage_line_init(struct stage_line *l);
void stage_line_add(struct stage_line *l, struct stage *s);
/* Also done() of each stage. */
void stage_line_done(struct stage_line *l);

void stage_line_begin(struct stage_line *l);
/*
 * EVENTS through all stages. *RET is what came out, empty where it was held back; it lives
 * until the next call. Without stages it is EVENTS itself.
 */
bool stage_line_events(struct stage_line *l, struct str events, struct str *ret,
		       struct err *err);
/* What the stages held back, after the last chunk. */
bool stage_line_end(struct stage_line *l, struct str *ret, struct err *err);
/* Whether what the stages made of the history is not kept; for the reports. */
void stage_line_unwritten(struct stage_line *l, bool unwritten);
/* The reports of all stages into LINES, "name: " before each line. Returns what was lost. */
size_t stage_line_report(struct stage_line *l, struct buf *lines);
