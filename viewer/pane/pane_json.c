/* SPDX-License-Identifier: MIT */
/* pane_json.c: the current event as JSON. */
#include "viewer/pane/words.h"

static void build(const struct pane_context *c, struct page *p)
{
	page_puts(p, STYLE_DIM, "json");
}

const struct pane PANE_ROW_JSON = {
	.name = "json",
	.tab = '7',
	.scope = SCOPE_HISTORY,
	.help = "the current event as JSON",
	.build = build,
	.hints = {{ACTION_DOWN, "scroll"}, {ACTION_BACK, "back"}, {ACTION_HELP, "help"}},
};
