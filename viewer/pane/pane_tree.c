/* SPDX-License-Identifier: MIT */
/* pane_tree.c: events by what they are about: activities, timers, children .... */
#include "viewer/pane/words.h"

static void build(const struct pane_context *c, struct page *p)
{
	page_puts(p, STYLE_DIM, "tree");
}

const struct pane PANE_ROW_TREE = {
	.name = "tree",
	.tab = '2',
	.scope = SCOPE_HISTORY,
	.help = "events by what they are about: activities, timers, children ...",
	.build = build,
	.hints = {{ACTION_DOWN, "scroll"}, {ACTION_BACK, "back"}, {ACTION_HELP, "help"}},
};
