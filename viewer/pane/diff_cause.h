/* SPDX-License-Identifier: MIT */
/* diff_cause.h: below the two columns: why they part, where the code stood, what to do. */
#pragma once

#include "viewer/pane/pane.h"

/* Of any history: what a run made of it, or how to get one. */
void diff_add_cause(const struct pane_context *c, struct page *p);
/* Of a history that no run is open for: how to get one. */
void diff_add_no_run(const struct pane_context *c, struct page *p);
