/* SPDX-License-Identifier: MIT */
/* pane_stack.c: where the code stood after the current workflow task. */
#include "viewer/pane/words.h"

static void build(const struct pane_context *c, struct page *p)
{
	page_puts(p, STYLE_DIM, "stack");
}

const struct pane PANE_ROW_STACK = {
	.name = "stack",
	.tab = '6',
	.scope = SCOPE_HISTORY,
	.help = "where the code stood after the current workflow task",
	.build = build,
	.hints = {{ACTION_DOWN, "scroll"}, {ACTION_BACK, "back"}, {ACTION_HELP, "help"}},
};
