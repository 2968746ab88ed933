/* SPDX-License-Identifier: MIT */
/* pane_time.c: the timeline. */
#include "viewer/pane/words.h"

static void build(const struct pane_context *c, struct page *p)
{
	page_puts(p, STYLE_DIM, "time");
}

const struct pane PANE_ROW_TIME = {
	.name = "time",
	.tab = '3',
	.scope = SCOPE_HISTORY,
	.help = "the timeline",
	.build = build,
	.hints = {{ACTION_DOWN, "scroll"}, {ACTION_BACK, "back"}, {ACTION_HELP, "help"}},
};
