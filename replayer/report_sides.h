/* SPDX-License-Identifier: MIT */
/* report_sides.h: what text reports share: one history's verdict in lines of plain words. */
#pragma once

#include "replayer/run_file.h"

/*
 * A label with a text behind it: {"history", "event 16 ActivityTaskScheduled Charge"}.
 * Text is ready to be shown: neutralised and cut. Values live in the arena.
 */
enum report_tone { TONE_PLAIN, TONE_HISTORY, TONE_CODE };

struct report_line {
	const char *label; /* NULL: goes on with the line above */
	struct str text;
	enum report_tone tone;
};

struct report_lines {
	VEC_OF(struct report_line) items;
};

/* S made harmless, cut to LIMIT bytes (0: whole). */
struct str report_visible(struct str s, size_t limit, struct arena *a);
/* One line: "OrderWorkflow order-88121, event 16, workflow task 3". */
struct str report_subject(const struct run_row *row, struct arena *a);
/* One line: kind or reason, for a heading: "replaced", "deadlock"; or STR_NONE. */
struct str report_reason(const struct run_row *row, struct arena *a);
/* Both sides, the field, the SDK's words, the clues, what to try. */
void report_body(const struct run_row *row, struct arena *a, struct report_lines *ret);
