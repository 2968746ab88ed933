/* SPDX-License-Identifier: MIT */
/* reply.h: a worker's replies and commands for tests, told in the words of the domain. */
#pragma once

#include "replayer/remote/task.h"

/*
 * Values; what they borrow lives in A. Commands are the wire bytes of
 * temporal.api.command.v1.Command; a list of them ends with COMMAND_NONE.
 */
#define COMMAND_NONE ((struct command_view){0})

struct command_view command_activity(struct arena *a, const char *id, const char *type);
struct command_view command_timer(struct arena *a, const char *id, int64_t seconds);
struct command_view command_marker(struct arena *a, const char *name);
struct command_view command_complete(struct arena *a);
/* TYPE: of application_failure_info; "" for none. */
struct command_view command_fail(struct arena *a, const char *message, const char *type);
/* The search attribute that Go writes behind a Version marker. */
struct command_view command_version_upsert(struct arena *a);

struct task_reply reply_completed(struct arena *a, ...);
/* RespondWorkflowTaskFailed; CAUSE of WorkflowTaskFailedCause. */
enum { CAUSE_NONE = 0, CAUSE_UNHANDLED = 14, CAUSE_NONDETERMINISM = 24 };
struct task_reply reply_failed(enum sdk_family family, int cause, const char *message);
struct task_reply reply_query(const char *answer);
struct task_reply reply_query_failed(enum sdk_family family, int cause, const char *message);
