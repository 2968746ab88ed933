/* SPDX-License-Identifier: MIT */
/* pane_help.c: the keys, from the table of actions and as they are bound. */
#include "viewer/pane/words.h"

/* The pane that was looked at when help was asked for. */
static const struct pane *below(const struct session *s)
{
	return PANE_TABLE[s->places.n > 1 ? s->places.at[s->places.n - 2].pane : PANE_LIST];
}

/* In less, what an action does goes below its keys. */
#define NARROW 60

static void add_action(const struct session *s, const struct action_row *row, size_t width,
		       struct page *p)
{
	size_t columns = 20;
	struct buf keys;

	buf_init(&keys, 0);
	keymap_keys(&s->keymap, row->action, &keys);
	line_puts(&p->now, STYLE_PLAIN, " ");
	line_cell(&p->now, STYLE_STRONG, buf_str(&keys), columns);
	line_puts(&p->now, STYLE_PLAIN, " ");
	line_cell(&p->now, STYLE_PLAIN, str_of(row->name), width < NARROW ? 18 : columns);
	buf_done(&keys);
	if (width < NARROW)
		page_end(p);
	page_text(p, STYLE_PLAIN, str_of(row->help), width < NARROW ? 4 : 42, width);
}

static void build(const struct pane_context *c, struct page *p)
{
	const struct session *s = c->session;
	const struct pane *pane = below(s);

	line_printf(&p->now, STYLE_STRONG, " %s: ", pane->name);
	line_puts(&p->now, STYLE_PLAIN, pane->help ? pane->help : "");
	page_end(p);
	for (size_t i = 0; i < N_ACTION_ROWS; i++) {
		if (ACTION_ROWS[i].part) {
			page_end(p);
			page_heading(p, str_of(ACTION_ROWS[i].part), c->width);
		} else {
			add_action(s, &ACTION_ROWS[i], c->width, p);
		}
	}
	page_end(p);
	page_heading(p, STR("What is what"), c->width);
	page_text(p, STYLE_PLAIN,
		  STR("At event N means: after N was recorded. The worker at task k: after it answered "
		      "workflow task k. Activities are not executed. Moving the cursor runs no code: stacks "
		      "and commands are those of the run file."),
		  1, c->width);
}

const struct pane PANE_ROW_HELP = {
	.name = "help",
	.scope = SCOPE_ANY,
	.help = "the keys of a view",
	.build = build,
	.hints = {{ACTION_DOWN, "scroll"}, {ACTION_SEARCH, "search"}, {ACTION_BACK, "back"}},
};
