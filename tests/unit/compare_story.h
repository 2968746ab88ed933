/* SPDX-License-Identifier: MIT */
/* compare_story.h: a workflow task told from both sides, for tests of comparing. */
#pragma once

#include "formats/base/buf.h"
#include "formats/base/limits.h"
#include "replayer/judge/compare.h"
#include "replayer/judge/compare_fields.h"

struct compare_story {
	struct arena arena;
	const struct schema *schema;
	struct buf events; /* JSON, behind event 4 */
	int64_t next_id;
	struct command_view *commands;
	size_t n_commands;
	struct message_view messages[4];
	size_t n_messages;
	const char *run_timeout; /* of the run, "3s"; NULL: none */
	struct history history;
	struct evidence_wanted wanted;
	struct task_commands task;
};

int compare_set_up(void **state);
int compare_tear_down(void **state);

/* TYPE "ActivityTaskScheduled"; ATTRIBUTES: members of its attributes, without braces. */
void event(struct compare_story *s, const char *type, const char *attributes);
void command(struct compare_story *s, const char *type, const char *attributes);
/* A payload's JSON, of bytes in that encoding, or of JSON. */
const char *encoded(struct compare_story *s, const char *encoding, const char *data);
const char *payload(struct compare_story *s, const char *json);
/* One activity on each side, of the same type and id, with those further members. */
void activity(struct compare_story *s, const char *history, const char *worker);
/* The same with one argument each. */
void argument(struct compare_story *s, const char *history, const char *worker);
/* An activity, a timer on one side. */
void step(struct compare_story *s, const char *id, const char *type, bool worker);
void timer(struct compare_story *s, const char *id, const char *after, bool worker);

void read_history(struct compare_story *s);
void compare(struct compare_story *s);
/* Both sides are empty again. */
void forget(struct compare_story *s);

/* Row I: the event (0: none) and the names of both sides. */
void assert_row(struct compare_story *s, size_t i, int64_t event_id, const char *history,
		const char *worker);
/* The only difference of all rows, or NULL. */
const struct difference *only_difference(struct compare_story *s);
void assert_same(struct compare_story *s);
void assert_differs(struct compare_story *s, const char *path, const char *history,
		    const char *worker);
