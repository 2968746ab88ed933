/* SPDX-License-Identifier: MIT */
/* pane_diff.c: history beside worker, where they part. */
#include "viewer/pane/words.h"

static void build(const struct pane_context *c, struct page *p)
{
	page_puts(p, STYLE_DIM, "diff");
}

const struct pane PANE_ROW_DIFF = {
	.name = "diff",
	.tab = '4',
	.scope = SCOPE_HISTORY,
	.help = "history beside worker, where they part",
	.build = build,
	.hints = {{ACTION_DOWN, "scroll"}, {ACTION_BACK, "back"}, {ACTION_HELP, "help"}},
};
