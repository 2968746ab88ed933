/* SPDX-License-Identifier: MIT */
/* pane_failure.c: a failure with its causes, stacks, retries and what came of it. */
#include "viewer/pane/words.h"

static void build(const struct pane_context *c, struct page *p)
{
	page_puts(p, STYLE_DIM, "failure");
}

const struct pane PANE_ROW_FAILURE = {
	.name = "failure",
	.tab = 0,
	.scope = SCOPE_HISTORY,
	.help = "a failure with its causes, stacks, retries and what came of it",
	.build = build,
	.hints = {{ACTION_DOWN, "scroll"}, {ACTION_BACK, "back"}, {ACTION_HELP, "help"}},
};
