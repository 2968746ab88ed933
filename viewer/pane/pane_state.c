/* SPDX-License-Identifier: MIT */
/* pane_state.c: what was open after the current event. */
#include "viewer/pane/words.h"

static void build(const struct pane_context *c, struct page *p)
{
	page_puts(p, STYLE_DIM, "state");
}

const struct pane PANE_ROW_STATE = {
	.name = "state",
	.tab = '5',
	.scope = SCOPE_HISTORY,
	.help = "what was open after the current event",
	.build = build,
	.hints = {{ACTION_DOWN, "scroll"}, {ACTION_BACK, "back"}, {ACTION_HELP, "help"}},
};
