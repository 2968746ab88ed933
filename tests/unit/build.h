/* SPDX-License-Identifier: MIT */
/* build.h: histories for tests, told in the words of the domain. */
#pragma once

#include "formats/base/buf.h"
#include "formats/history/history.h"

#include <stdint.h>

/*
 *     struct build b;
 *     build_init(&b);
 *     build_started(&b, "OrderWorkflow");
 *     build_task(&b);
 *     build_activity(&b, "Charge");
 *     build_task(&b);
 *     build_completed(&b);
 *     history = build_history(&b, schema);    or   wire = build_wire(&b);
 *     build_done(&b);
 *
 * Ids count from 1; a second passes between events; workflow "w-1", run "run-1", queue
 * "queue". Commands name the last workflow task completed. Every function returns the id of
 * the first event that it added.
 */
struct build {
	struct buf wire;
	int64_t next_id;
	int64_t completed; /* id of the last WorkflowTaskCompleted */
	int64_t scheduled; /* ids of the last workflow task's other events */
	int64_t started;
	int next_code_id; /* activity ids, timer ids */
};

void build_init(struct build *b);
void build_done(struct build *b);

int64_t build_started(struct build *b, const char *workflow_type);
/* As the run that RUN continued as new. */
int64_t build_started_after(struct build *b, const char *workflow_type, const char *run);

/* A workflow task: scheduled, started, completed; then its single steps. */
int64_t build_task(struct build *b);
int64_t build_task_scheduled(struct build *b);
int64_t build_task_started(struct build *b);
int64_t build_task_completed(struct build *b);
/* As a worker of that SDK says it with its first completion. */
int64_t build_task_completed_by(struct build *b, const char *sdk, const char *version);
/* The same, and the build id of the worker; NULL: none. */
int64_t build_task_completed_with(struct build *b, const char *sdk, const char *version,
				  const char *build_id);
int64_t build_task_failed(struct build *b, const char *message);
/* CAUSE of WorkflowTaskFailedCause. */
int64_t build_task_failed_of(struct build *b, int cause, const char *message);
/* The run was reset here; what is before it is of run BASE. */
int64_t build_task_reset(struct build *b, const char *base);

/* An activity: scheduled, started, completed; then its single steps. */
int64_t build_activity(struct build *b, const char *type);
int64_t build_activity_scheduled(struct build *b, const char *type);
int64_t build_activity_with_id(struct build *b, const char *id, const char *type);
int64_t build_activity_started(struct build *b, int64_t scheduled);
int64_t build_activity_completed(struct build *b, int64_t scheduled);
int64_t build_activity_failed(struct build *b, int64_t scheduled, const char *message);

/* A timer: started and fired. */
int64_t build_timer(struct build *b, int64_t seconds);
int64_t build_timer_started(struct build *b, int64_t seconds);
int64_t build_timer_fired(struct build *b, int64_t started);

int64_t build_child_initiated(struct build *b, const char *type, const char *workflow_id);
int64_t build_signal(struct build *b, const char *name);
/* DETAIL (a key of details, with the JSON of one payload) may be NULL. */
int64_t build_marker(struct build *b, const char *name, const char *detail, const char *json);
/* Go's and Java's marker of getVersion. */
int64_t build_version_marker(struct build *b, const char *change, const char *version);
int64_t build_update_accepted(struct build *b, const char *name, const char *update_id);
int64_t build_update_completed(struct build *b, int64_t accepted, const char *update_id);

int64_t build_completed(struct build *b);
int64_t build_terminated(struct build *b, const char *reason);

/* Any event: its type, the number of its attributes (0: none) and their bytes. */
int64_t build_event(struct build *b, int32_t type, uint32_t attributes, struct str bytes);
/* The same with a given id; counting goes on behind it. */
int64_t build_event_with_id(struct build *b, int64_t id, int32_t type, uint32_t attributes,
			    struct str bytes);

struct str build_wire(const struct build *b);
/* Copies the bytes: the history outlives the builder. Must be loadable. */
struct history build_history(const struct build *b, const struct schema *schema);
