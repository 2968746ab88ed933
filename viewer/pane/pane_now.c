/* SPDX-License-Identifier: MIT */
/* pane_now.c: what the replay says of this history. */
#include "viewer/pane/words.h"

static void build(const struct pane_context *c, struct page *p)
{
	page_puts(p, STYLE_DIM, "now");
}

const struct pane PANE_ROW_NOW = {
	.name = "now",
	.tab = 0,
	.scope = SCOPE_HISTORY,
	.help = "what the replay says of this history",
	.build = build,
	.hints = {{ACTION_DOWN, "scroll"}, {ACTION_BACK, "back"}, {ACTION_HELP, "help"}},
};
