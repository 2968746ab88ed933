/* SPDX-License-Identifier: MIT */
/* named_rows.h: places that name what diverges, as lines of a page. */
#pragma once

#include "viewer/pane/pane.h"

/*
 * Nobody saw the code at these places: each line says that it was found by a name, and none is
 * shown as a frame of a stack is. The document is one that diverges.
 */

/* "named     workflows.py:59  await workflow.sleep(...": the best of them, behind a label. */
void named_add_best(const struct pane_context *c, struct page *p, size_t label);
/* All, with their headings and, of the first, the lines around. */
void named_add(const struct pane_context *c, struct page *p);
