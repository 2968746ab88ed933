/* SPDX-License-Identifier: MIT */
/* redact_verify.h: whether a redacted history means the same to a worker. */
#pragma once

#include "formats/base/context.h"
#include "formats/base/opts.h"
#include "formats/redact/redact.h"

/*
 * Stands around redact's stage: what goes in and what comes out is kept in a folder of its own
 * (mode 0700) until the end, and replayed against one worker command:
 *
 *     FOLDER/original/000001.bin   FOLDER/redacted/000001.bin
 */
struct redact_verify;

/*
 * FOLDER must be empty, and the caller's to make and remove; what is in it goes with _close(),
 * but for the worker's output where _run() failed.
 */
struct redact_verify *redact_verify_open(struct redact *redact, struct str folder);
void redact_verify_close(struct redact_verify *v);
struct stage *redact_verify_stage(struct redact_verify *v);

/*
 * Replays both sides with WORKER. False: that could not be done, or a history has no verdict to
 * compare. *RET_DIFFERENT: how many got another one; LINES gets a line for each.
 */
bool redact_verify_run(struct redact_verify *v, const struct command_context *context,
		       struct str worker, const struct opt_list *env, size_t *ret_different,
		       struct buf *lines, struct err *err);
