/* SPDX-License-Identifier: MIT */
/* pane_elsewhere.c: the other histories with the same failure, or the same cause. */
#include "viewer/pane/words_run.h"

#include <inttypes.h>

/*
 *  the same failure: CardDeclined: card declined, non-retryable
 *  in 2 of 11 other histories
 *    order-1003  ev 33  3 times  histories/go/declined.json
 */
#define LISTED_MOST 1000

static void add_first(struct page *p, const char *what, struct str text, size_t width)
{
	line_puts(&p->now, STYLE_STRONG, what);
	page_text(p, STYLE_BAD, text, p->now.columns, width);
}

/* ---- of a failure ---- */

static int64_t first_id(const struct search_history *h)
{
	size_t event = search_first(h);

	if (h->document && event < h->document->history.n_events)
		return h->document->history.events[event].id;
	return h->first_id;
}

static void add_history(const struct search_history *h, struct page *p)
{
	struct str name = h->row	? words_history(h->row)
			  : h->document ? h->document->label
					: str_skip(h->path, str_folder(h->path).n);

	p->about.history = arena_str(&p->arena, h->row ? h->row->entry.history : h->path);
	p->about.id = first_id(h);
	line_puts(&p->now, STYLE_PLAIN, "   ");
	line_add(&p->now, STYLE_LINK, name);
	line_printf(&p->now, STYLE_PLAIN, "  ev %" PRId64, p->about.id);
	if (h->n_hits > 1)
		line_printf(&p->now, STYLE_PLAIN, "  %zu times", h->n_hits);
	line_puts(&p->now, STYLE_DIM, "  ");
	line_add(&p->now, STYLE_DIM, h->path);
	page_end(p);
}

static void add_failure(const struct elsewhere *e, size_t width, struct page *p)
{
	const struct search *s = &e->search;
	const struct search_history *own = search_find(s, e->history);
	size_t others = s->histories.n - (own != NULL);

	add_first(p, " the same failure: ", e->failure, width);
	if (e->key.sealed) {
		page_puts(p, STYLE_ODD, " it is encoded: which are the same is not known without its key");
		return;
	}
	line_printf(&p->now, STYLE_PLAIN, " in %zu of %zu other histor%s", e->found.n, others,
		    others == 1 ? "y" : "ies");
	if (own && own->n_hits > 1)
		line_printf(&p->now, STYLE_PLAIN, ", and %zu times in this one", own->n_hits);
	if (e->searching)
		line_printf(&p->now, STYLE_ODD, ", %zu looked through so far", s->looked);
	if (s->unread)
		line_printf(&p->now, STYLE_ODD, ", %zu could not be read", s->unread);
	page_end(p);
	for (size_t i = 0; i < e->found.n && i < LISTED_MOST; i++)
		add_history(&s->histories.at[e->found.at[i]], p);
	if (e->found.n > LISTED_MOST)
		line_printf(&p->now, STYLE_DIM, "   %zu more", e->found.n - LISTED_MOST), page_end(p);
}

/* ---- of a divergence ---- */

static void add_cause(const struct session *s, const struct elsewhere *e, size_t width, struct page *p)
{
	const struct run_row *row = session_row_named(s, e->history);
	const struct cause *cause = words_cause_of(s->run, row);
	int64_t others = cause ? cause->count - 1 : 0;

	if (!cause) { /* the run was read again */
		page_puts(p, STYLE_DIM, " the run knows no cause of this history any more");
		return;
	}
	add_first(p, " the same cause: ", words_cause(row, &p->arena), width);
	line_printf(&p->now, STYLE_PLAIN, " in %" PRId64 " other histor%s", others,
		    others == 1 ? "y" : "ies");
	page_end(p);
	words_same_cause(s->run, row, LISTED_MOST, p);
}

static void build(const struct pane_context *c, struct page *p)
{
	const struct elsewhere *e = &c->session->elsewhere;

	if (c->session->mask) {
		page_puts(p, STYLE_DIM, " left out: what other histories and the run say can't be redacted");
		return;
	}
	switch (e->kind) {
	case ELSEWHERE_NOTHING:
		page_puts(p, STYLE_DIM, " * at a failure or a divergence lists the histories with the same");
		break;
	case ELSEWHERE_FAILURE:
		add_failure(e, c->width, p);
		break;
	case ELSEWHERE_CAUSE:
		add_cause(c->session, e, c->width, p);
	}
}

const struct pane PANE_ROW_ELSEWHERE = {
	.name = "elsewhere",
	.scope = SCOPE_ANY,
	.help = "the other histories with the same failure, or the same cause of a divergence",
	.build = build,
	.hints = {{ACTION_DOWN, "row"}, {ACTION_ENTER, "go there"}, {ACTION_SEARCH, "search"},
		  {ACTION_BACK, "back"}, {ACTION_HELP, "help"}},
};
