/* SPDX-License-Identifier: MIT */
/* pane.c: the table, and the two ways in which panes have rows. */
#include "viewer/pane/pane.h"

#include "viewer/session.h"

const struct pane *const PANE_TABLE[PANES] = {
#define PANE(identifier) [PANE_##identifier] = &PANE_ROW_##identifier,
#include "viewer/pane/panes.def"
#undef PANE
};

bool pane_find(struct str name, enum pane_kind *ret)
{
	for (int i = 0; i < PANES; i++)
		if (str_is(name, PANE_TABLE[i]->name)) {
			*ret = (enum pane_kind)i;
			return true;
		}
	return false;
}

/* What a page is about beside the document: its event, or the row of the first screen. */
static size_t place_of(const struct pane_context *c, enum pane_kind kind)
{
	struct session *s = c->session;
	enum pane_kind main = session_place(s)->pane;

	if (c->document)
		return PANE_TABLE[kind]->scope == SCOPE_WHOLE ? 0 : c->document->at;
	return main == kind ? 0 : s->scrolls[main].row;
}

static bool same_place(const struct page_key *a, const struct page_key *b)
{
	return a->made && a->document == b->document && a->at == b->at && a->width == b->width &&
	       a->height == b->height;
}

/* The same page with all folds open: it is there as long as texts are searched in it. */
static const struct page *page_unfolded(const struct pane_context *c, enum pane_kind kind,
					const struct page_key *want)
{
	struct session *s = c->session;

	if (s->unfolded_of == kind && same_place(&s->unfolded_key, want) &&
	    s->unfolded_key.generation == want->generation)
		return &s->unfolded;
	page_clear(&s->unfolded);
	s->unfolded.all_open = true;
	PANE_TABLE[kind]->build(c, &s->unfolded);
	s->unfolded_of = kind;
	s->unfolded_key = *want;
	return &s->unfolded;
}

/* The page that keys go to has its folds open where what is searched is in them. */
static void lead(const struct pane_context *c, enum pane_kind kind, const struct page_key *want)
{
	struct page *page = &c->session->pages[kind];
	bool any_closed = false;

	for (size_t i = 0; i < page->lines.n; i++)
		any_closed |= page->lines.at[i].closed;
	while (any_closed && page_lead(page, page_unfolded(c, kind, want))) {
		page_clear(page);
		PANE_TABLE[kind]->build(c, page);
	}
}

static void make_page(const struct pane_context *c, enum pane_kind kind, const struct page_key *want)
{
	struct session *s = c->session;
	const struct page_key *have = &s->page_keys[kind];
	struct page *page = &s->pages[kind];
	struct scroll *scroll = &s->scrolls[kind];
	bool same = same_place(have, want), anew = !same || have->search != want->search ||
						   have->generation != want->generation;
	bool stays;
	size_t row = same ? page_row_without_led(page, scroll->row) : 0;

	/* Lines are the same for any search that leads to no fold of them. */
	stays = same && have->generation == want->generation && !have->turned && !page->led.n;
	if (anew)
		page->led.n = 0;
	page->seeks = want->search ? &s->search.matcher : NULL;
	if (!stays) {
		page_clear(page);
		page->all_open = s->expanded || !c->height;
		PANE_TABLE[kind]->build(c, page);
	}
	if (anew && want->search)
		lead(c, kind, want);
	page_show(page);
	if (same && have->search != want->search)
		scroll->row = page_row_with_led(page, row);
}

static const struct page *made_page(const struct pane_context *c, enum pane_kind kind)
{
	struct session *s = c->session;
	struct page_key *have = &s->page_keys[kind];
	bool leads = s->search.matcher.text.n && kind == s->focus && c->height;
	struct page_key want = {c->document,   place_of(c, kind), c->width, c->height,
				s->generation, leads ? s->searches : 0, true, false};

	if (same_place(have, &want) && have->search == want.search &&
	    have->generation == want.generation && !have->turned)
		return &s->pages[kind];
	/* What tells of another row begins at its top. */
	if (!c->document && have->at != want.at)
		s->scrolls[kind] = (struct scroll){0};
	make_page(c, kind, &want);
	*have = want;
	return &s->pages[kind];
}

const struct page *pane_page(const struct pane_context *c, enum pane_kind kind)
{
	return PANE_TABLE[kind]->build ? made_page(c, kind) : NULL;
}

size_t pane_count(const struct pane_context *c, enum pane_kind kind)
{
	const struct pane *p = PANE_TABLE[kind];

	return p->build ? made_page(c, kind)->shown.n : p->count(c);
}

const struct page_line *pane_page_line(const struct pane_context *c, enum pane_kind kind, size_t i)
{
	const struct page *page;

	if (!PANE_TABLE[kind]->build)
		return NULL;
	page = made_page(c, kind);
	return i < page->shown.n ? &page->lines.at[page->shown.at[i]] : NULL;
}

bool pane_fold(const struct pane_context *c, enum pane_kind kind, size_t i, enum pane_fold how)
{
	const struct page_line *line = pane_page_line(c, kind, i);

	if (!line || !line->fold || (how == PANE_OPEN && !line->closed) ||
	    (how == PANE_CLOSE && line->closed))
		return false;
	page_turn(&c->session->pages[kind], line->fold);
	c->session->page_keys[kind].turned = true;
	return true;
}

size_t pane_fold_around(const struct pane_context *c, enum pane_kind kind, size_t i)
{
	const struct page_line *line = pane_page_line(c, kind, i), *above;

	while (line && i-- > 0) {
		above = pane_page_line(c, kind, i);
		if (above->fold && above->level < line->level)
			return i;
	}
	return PANE_NO_ROW;
}

void pane_row(const struct pane_context *c, enum pane_kind kind, size_t i, struct line *l)
{
	const struct page_line *line = pane_page_line(c, kind, i);

	if (line) {
		line_put(l, line->text);
		if (line->closed && line->hides)
			line_printf(l, STYLE_DIM, "  ... %u more", line->hides);
	} else if (PANE_TABLE[kind]->row)
		PANE_TABLE[kind]->row(c, i, l);
}

size_t pane_feet(const struct pane_context *c, enum pane_kind kind)
{
	const struct pane *p = PANE_TABLE[kind];
	size_t n = p->feet ? p->feet(c) : 0;

	return c->height && n > c->height / 3 ? c->height / 3 : n;
}

size_t pane_rows(const struct pane_context *c, enum pane_kind kind)
{
	size_t fixed = (PANE_TABLE[kind]->head != NULL) + pane_feet(c, kind);

	return c->height > fixed ? c->height - fixed : 1;
}
