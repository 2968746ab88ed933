/* SPDX-License-Identifier: MIT */
/* pane_detail.c: the current event in words. */
#include "viewer/pane/words.h"

static void build(const struct pane_context *c, struct page *p)
{
	page_puts(p, STYLE_DIM, "detail");
}

const struct pane PANE_ROW_DETAIL = {
	.name = "detail",
	.tab = '8',
	.scope = SCOPE_HISTORY,
	.help = "the current event in words",
	.build = build,
	.hints = {{ACTION_DOWN, "scroll"}, {ACTION_BACK, "back"}, {ACTION_HELP, "help"}},
};
