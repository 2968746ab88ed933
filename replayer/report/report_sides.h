/* SPDX-License-Identifier: MIT */
/* report_sides.h: what reports share: one history's verdict in lines of plain words. */
#pragma once

#include "replayer/run/run_file.h"

/*
 * A label with a text behind it: {"history", "event 16 ActivityTaskScheduled Charge"}.
 * Text is ready to be shown: neutralised and cut. Values live in the arena.
 *
 *     history:  event 41 StartChildWorkflowExecutionInitiated ShipOrder   a label
 *     task 8:   - 41 StartChildWorkflowExecutionInitiated ShipOrder       with a sign
 *               + StartChildWorkflowExecution ShipOrder                   a sign alone
 *               ~ workflowId: order-1-ship -> ship-order-1                  of the two above
 *     the SDK:  [TMPRL1100] Nondeterminism error
 *             | and its second line                                       REPORT_QUOTED
 */
enum report_tone { TONE_PLAIN, TONE_HISTORY, TONE_CODE };

/* Words of somebody else: set apart by a bar, so that none of them can pass for ours. */
#define REPORT_QUOTED '|'

struct report_line {
	const char *label; /* NULL: goes on with the line above */
	struct str text;
	enum report_tone tone;
	/*
	 * '-' history only, '+' code only, '=' both, '~' an attribute, '>' here, ' ' or 0: none.
	 * CI servers take "::" for a command of theirs behind blanks too, so what has no sign
	 * and no label begins with a word of ours.
	 */
	char sign;
};

struct report_lines {
	VEC_OF(struct report_line) items;
};

void report_lines_done(struct report_lines *lines);

/* S made harmless, cut to LIMIT bytes (0: whole). */
struct str report_visible(struct str s, size_t limit, struct arena *a);
/* The same for a name: cut to what one may take of a line. */
struct str report_name(struct str s, struct arena *a);
/* One line: "OrderWorkflow order-88121, event 16, workflow task 3". */
struct str report_subject(const struct run_row *row, struct arena *a);
/* One line: kind or reason, for a heading: "replaced", "deadlock"; or STR_NONE. */
struct str report_reason(const struct run_row *row, struct arena *a);
/* One line for lists: both sides, or the first line of why. */
struct str report_headline(const struct run_row *row, struct arena *a);
/* Both sides or the reason, and where the code stood: what fits in an annotation. */
void report_brief(const struct run_row *row, struct arena *a, struct report_lines *ret);
/* What a known one needs: as the body begins, without the events, words and advice below. */
void report_known(const struct run_row *row, struct arena *a, struct report_lines *ret);
/* All that helps: the brief, the whole task, the events around, the SDK's words, advice. */
void report_body(const struct run_row *row, struct arena *a, struct report_lines *ret);

/* What stands in front of a line's text: its label in a column, its bar, its sign. */
struct str report_margin(const struct report_line *line, struct arena *a);

/* The user's frame nearest to where it broke, with a file and a line; NULL: not known. */
const struct stack_frame *report_place(const struct run_row *row);

/* "ActivityTaskScheduled Charge (id x)"; the id only where it says more. STR_NONE: nothing. */
struct str report_side(const struct side *s, const struct side *other, int64_t event_id,
		       struct arena *a);
/* A whole text in lines, at most MOST of them, the rest quoted. */
void report_quote(struct str text, const char *label, size_t most, struct arena *a,
		  struct report_lines *ret);
void report_add(struct report_lines *lines, struct report_line line);

/* PATH as a shell takes it for one word. STR_NONE where no line of text could hold it. */
struct str report_shell_word(struct str path, struct arena *a);

/* "1 cause", "2 causes". */
struct str report_count(int64_t n, const char *one, const char *many, struct arena *a);
