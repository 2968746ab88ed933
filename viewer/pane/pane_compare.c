/* SPDX-License-Identifier: MIT */
/* pane_compare.c: two histories side by side. */
#include "viewer/pane/words.h"

static void build(const struct pane_context *c, struct page *p)
{
	page_puts(p, STYLE_DIM, "compare");
}

const struct pane PANE_ROW_COMPARE = {
	.name = "compare",
	.tab = 0,
	.scope = SCOPE_HISTORY,
	.help = "two histories side by side",
	.build = build,
	.hints = {{ACTION_DOWN, "scroll"}, {ACTION_BACK, "back"}, {ACTION_HELP, "help"}},
};
