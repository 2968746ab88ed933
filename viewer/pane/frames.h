/* SPDX-License-Identifier: MIT */
/* frames.h: frames of a stack as lines of a page, with the code they stand in. */
#pragma once

#include "replayer/judge/evidence.h"
#include "viewer/pane/pane.h"

/*
 *     > workflows.go:66  orders.OrderWorkflow   build/orders/src
 *        64      ok, err := workflow.AwaitWithTimeout(ctx, ...)
 *        66 >    if err != nil {
 *
 * The lines carry file and line, for the editor. AROUND: lines of code before and behind, from
 * the folder with the source code; without it, what the worker sent of the line itself.
 */
enum frame_code { FRAME_ALONE, FRAME_WITH_CODE };
void frame_add(const struct pane_context *c, struct page *p, const struct stack_frame *f,
	       enum frame_code code);
/* A coroutine: its name, the user's frames, the SDK's folded. ID is of its folds. */
void frames_add(const struct pane_context *c, struct page *p, const struct stack_coroutine *r,
		uint64_t id, enum frame_code code);
