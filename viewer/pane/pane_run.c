/* SPDX-License-Identifier: MIT */
/* pane_run.c: a replay run: verdicts by cause. */
#include "viewer/pane/words.h"

static void build(const struct pane_context *c, struct page *p)
{
	page_puts(p, STYLE_DIM, "run");
}

const struct pane PANE_ROW_RUN = {
	.name = "run",
	.tab = 0,
	.scope = SCOPE_TOP,
	.help = "a replay run: verdicts by cause",
	.build = build,
	.hints = {{ACTION_DOWN, "scroll"}, {ACTION_BACK, "back"}, {ACTION_HELP, "help"}},
};
