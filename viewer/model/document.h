/* SPDX-License-Identifier: MIT */
/* document.h: an open history: what is worked out of it, and where the user is in it. */
#pragma once

#include "formats/history/groups.h"
#include "formats/history/state.h"
#include "formats/read/load.h"
#include "replayer/run/run_file.h"
#include "viewer/model/chart.h"
#include "viewer/model/checkpoints.h"
#include "viewer/model/mask.h"
#include "viewer/model/outline.h"
#include "viewer/model/tree.h"

/*
 * What a history says never changes; where the user is does. Everything that is shown is a
 * function of the two. "At event N" is after N was recorded.
 *
 * Of a large file the first events are a document already, which is a history of its own,
 * while the rest is read (reading.h): then the whole takes its place, with the user where
 * they were.
 *
 * Through a mask it is another history: what the file holds without its secrets, as hindcast
 * redact makes it, with as many events. What a run says of the history can't be masked, and is
 * left out.
 */
struct document {
	struct str path;  /* as it was given: FILE or FILE#N */
	struct str label; /* the workflow id, else the file's name */
	struct arena arena;
	struct arena worked; /* what is worked out of the history: it goes with it */
	struct history history;
	struct history plain; /* with a mask: what the file holds; info's strings live in it */
	struct mask *mask;    /* NULL: none */
	struct load_info info;
	struct groups groups;
	struct reading *reading; /* the rest of the file; NULL: all of it is there */
	struct reading *broken;	 /* what the first part is over, where the rest can't be read */
	struct timeline timeline;
	struct checkpoints checkpoints;
	VEC_OF(uint32_t) turns;	    /* events that ended a workflow task, in order */
	VEC_OF(uint32_t) failures;  /* events that failed or timed out, in order */

	/* What a replay run made of it; NULL: nothing is known. */
	const struct run_row *run_row;
	const struct run_row *known_row; /* the same, also while a mask hides it */
	size_t diverges; /* index of the event where it diverges; n_events: nowhere */
	struct findings *findings; /* of run_row; NULL: nobody asked yet (findings.h) */
	struct named *named;	   /* the same (named_words.h) */

	/* Where the user is. */
	size_t at; /* index of the current event */
	int64_t wanted; /* id of an event to go to when it is there; INT64_MAX: the last; 0: none */
	size_t wanted_index; /* the same by its index; 0: none */
	struct outline outline;
	struct str filter; /* of the outline, as typed; n 0: none */
	struct arena filter_arena; /* of the filter that there is */
	struct outline_filter outline_filter;
	struct matcher filter_words; /* of a filter that is no query */
	/* Made when they are looked at first (history NULL: not yet). */
	struct tree tree;
	struct chart chart;
};

enum document_haste {
	DOCUMENT_WHOLE, /* all of it at once */
	DOCUMENT_FIRST, /* what a first screen needs; the rest with document_idle() */
};

/* ROW may be NULL. The error carries the path. */
bool document_open(struct document **ret, struct str path, const struct schema *schema,
		   const struct run_row *row, enum document_haste haste, struct err *err);
/*
 * A slice of the rest of the file. DOCUMENT_GREW: the whole is there, and all that was worked
 * out of the first part is gone; `at` is where the user was, or wanted to be. DOCUMENT_DAMAGED: the
 * first part is all there will be, and info.damage says why.
 */
enum document_step { DOCUMENT_DONE, DOCUMENT_READS, DOCUMENT_GREW, DOCUMENT_DAMAGED };
enum document_step document_idle(struct document *d);
/*
 * The file has changed: reads it again, as DOCUMENT_GREW. Who was at its last event is at the new
 * last one. False, with everything as it was, where it can't be read just now.
 */
bool document_read_again(struct document *d, struct err *err);
void document_free(struct document *d);
/* An event that is not there yet, by its id or else by its index: in place of the one before. */
void document_want(struct document *d, int64_t id, size_t index);
/*
 * Reads it again, through M; NULL: as it is. False, with everything as it was: what could not be
 * read or masked.
 */
bool document_set_mask(struct document *d, struct mask *m, struct err *err);
/* What a replay made of it, which may change while it is open. */
void document_set_run_row(struct document *d, const struct run_row *row);
/* The same row, which lies elsewhere now. */
void document_move_run_row(struct document *d, const struct run_row *row);

/*
 * A query, or a word where TEXT is no query; with ! in front those that do not fit; n 0: all.
 * False: it is no query, and everything is as it was. The outline is made anew, step by step.
 */
bool document_filter(struct document *d, struct str text, const struct codec_tools *tools,
		     struct err *err);
/* With the filter of the outline; CHANGE is another number whenever that may have changed. */
struct tree *document_tree(struct document *d, unsigned change);
struct chart *document_chart(struct document *d, unsigned change);
/* The state after the first N events; valid until the next call. */
const struct state *document_state(struct document *d, size_t n);
/*
 * Events that the code was shown before the current one was recorded, and all up to the
 * divergence that it is beyond: what is neither is dimmed.
 */
bool document_replayed(const struct document *d, size_t event);
/*
 * What recedes at the current event: what is still to come, what was recorded but not shown
 * to the code yet, and what is beyond the divergence. What code did itself it knows.
 */
bool document_dims(const struct document *d, size_t event);
/* Events of that type are ends that nobody wished for. */
bool document_ends_badly(int32_t type);
/* It failed or timed out. */
bool document_fails(const struct document *d, size_t event);
/* The number (from 1) of the workflow task that stands around an event, or gets to see it. */
size_t document_task(const struct document *d, size_t event);
/* The row of the run of a workflow task's commands, or NULL. */
const struct task_commands *document_commands(const struct document *d, size_t task);
const struct stack *document_stack(const struct document *d, size_t task);
