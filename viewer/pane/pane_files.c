/* SPDX-License-Identifier: MIT */
/* pane_files.c: the histories that are open. */
#include "viewer/pane/words.h"

static void build(const struct pane_context *c, struct page *p)
{
	page_puts(p, STYLE_DIM, "files");
}

const struct pane PANE_ROW_FILES = {
	.name = "files",
	.tab = 0,
	.scope = SCOPE_TOP,
	.help = "the histories that are open",
	.build = build,
	.hints = {{ACTION_DOWN, "scroll"}, {ACTION_BACK, "back"}, {ACTION_HELP, "help"}},
};
