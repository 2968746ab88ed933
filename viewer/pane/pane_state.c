/* SPDX-License-Identifier: MIT */
/* pane_state.c: how the run stood after the current event. */
#include "viewer/pane/words.h"

#include "formats/history/detail.h"
#include "formats/history/events.h"
#include "formats/history/state_words.h"

#include <inttypes.h>

/*
 *      now   running   open 2   signals not shown 1   history 12 events, 19 KB
 *      open  T11   timer 5s, id 11: running, fires +5.333 (in 5.000s)
 *            A12   activity ReserveStock, id 12: not started
 *      ...
 *
 * The first line sums up, for where no more than a few rows are seen. Each fact stands for
 * an event, which Enter goes to.
 */
/* Of each part, until x shows all of them: a key must not wait for a thousand timers. */
#define FACTS_MOST 100
#define OPEN_FEW 3

static size_t left_of(const struct pane_context *c)
{
	return c->width < 60 ? 6 : 19;
}

struct telling {
	const struct pane_context *c;
	struct page *p;
	enum state_part part;
	size_t n; /* facts of it so far */
};

static enum style style_of(const struct state_fact *fact, enum state_part part)
{
	return part == STATE_RUN && fact->event != GROUP_NONE ? STYLE_ODD
	       : part == STATE_SIGNALS			      ? STYLE_ODD
							      : STYLE_PLAIN;
}

/* What is told stands right of its label or, where there is no room, below it. */
static void add_label(const struct pane_context *c, const char *label, struct page *p)
{
	page_label(p, label, left_of(c));
	if (p->now.columns > left_of(c))
		page_end(p);
	line_to(&p->now, left_of(c));
}

static void add_fact(void *with, const struct state_fact *fact)
{
	struct telling *w = with;
	size_t left = left_of(w->c);

	if (!fact->nth)
		add_label(w->c, state_part_label(w->part), w->p);
	w->n++;
	w->p->about.event = fact->event == GROUP_NONE ? PAGE_NO_EVENT : fact->event;
	page_text(w->p, style_of(fact, w->part), fact->text, left, w->c->width);
}

/* A time to come, with how far it is from the current event; or how far it is past. */
static struct str time_text(void *with, int64_t time, struct arena *a)
{
	const struct telling *w = with;
	const struct document *d = w->c->document;
	struct str text = words_time_of(w->c->session, d, time, a);
	int64_t now = d->history.events[d->at].time, ns;

	if (w->part != STATE_OPEN || !now || __builtin_sub_overflow(time, now, &ns))
		return text;
	return ns >= 0 ? arena_printf(a, "%.*s (in %.*s)", STR_ARG(text), STR_ARG(words_span(ns, a)))
		       : arena_printf(a, "%.*s (due since %.*s)", STR_ARG(text),
				      STR_ARG(words_span(now - time, a)));
}

static struct str name_text(void *with, size_t event, struct arena *a)
{
	const struct telling *w = with;

	return words_name(w->c->document, event, a);
}

static size_t n_open(const struct state *s)
{
	size_t n = 0;

	for (int kind = 0; kind < ENTITY_KINDS; kind++)
		if (kind != ENTITY_WORKFLOW && kind != ENTITY_PAUSE)
			n += s->pending[kind];
	return n;
}

static const struct {
	const char *what;
	enum entity_kind kind;
	bool opened; /* how many there were, not how many are open */
} COUNTS[] = {
	{"activities", ENTITY_ACTIVITY, false},
	{"timers", ENTITY_TIMER, false},
	{"children", ENTITY_CHILD, false},
	{"updates", ENTITY_UPDATE, false},
	{"Nexus", ENTITY_NEXUS, false},
	{"signals in all", ENTITY_SIGNAL, true},
};

/* ": activities 2, timers 998" where the rows below are more than a small pane has. */
static struct str kinds_open(const struct state *s, size_t open, struct arena *a)
{
	struct str ret = STR("");
	size_t told = 0;

	for (size_t i = 0; open > OPEN_FEW && i < sizeof(COUNTS) / sizeof(*COUNTS); i++) {
		size_t n = COUNTS[i].opened ? 0 : s->pending[COUNTS[i].kind];

		if (n)
			ret = arena_printf(a, "%.*s%s%s %zu", STR_ARG(ret), told ? ", " : ": ",
					   COUNTS[i].what, n);
		told += n;
	}
	if (told && told < open)
		ret = arena_printf(a, "%.*s, others %zu", STR_ARG(ret), open - told);
	return ret;
}

/* Items stand beside each other, the next line takes what has no room. */
static void add_item(const struct pane_context *c, struct page *p, enum style style, size_t left,
		     struct str text)
{
	if (p->now.columns + text.n + 2 > c->width && p->now.columns > left) {
		page_end(p);
		line_to(&p->now, left);
	} else if (p->now.columns > left) {
		line_puts(&p->now, STYLE_PLAIN, "  ");
	}
	line_to(&p->now, left);
	line_add(&p->now, style, text);
}

static void add_summary(const struct pane_context *c, const struct state *s, struct page *p)
{
	const struct history *h = &c->document->history;
	struct arena *a = &c->session->step;
	size_t open = n_open(s);

	add_item(c, p, STYLE_STRONG, 1, arena_printf(a, "after ev %" PRId64, h->events[s->n - 1].id));
	add_item(c, p, open ? STYLE_STRONG : STYLE_PLAIN, 1,
		 open ? arena_printf(a, "open %zu%.*s", open, STR_ARG(kinds_open(s, open, a)))
		      : STR("open: nothing"));
	add_item(c, p, STYLE_PLAIN, 1,
		 s->shown ? arena_printf(a, "seen ev 1-%" PRId64, h->events[s->shown - 1].id)
			  : STR("seen nothing"));
	if (s->signals_unseen)
		add_item(c, p, STYLE_ODD, 1, arena_printf(a, "new signals %zu", s->signals_unseen));
	if (s->cancel_request != GROUP_NONE)
		add_item(c, p, STYLE_ODD, 1, STR("cancel requested"));
	if (s->paused)
		add_item(c, p, STYLE_ODD, 1, STR("paused"));
	if (s->continue_suggested)
		add_item(c, p, STYLE_ODD, 1, STR("continue-as-new suggested"));
	page_end(p);
}

static void tell(struct telling *w, const struct state *s, enum state_part part,
		 const char *otherwise)
{
	struct state_teller teller = {
		.timeline = &w->c->document->timeline,
		.tools = &w->c->session->options.tools,
		.most = w->c->session->expanded ? 0 : FACTS_MOST,
		.arena = &w->c->session->step,
		.time_text = time_text,
		.name = name_text,
		.fact = add_fact,
		.with = w,
	};

	w->part = part;
	w->n = 0;
	state_tell(&teller, s, part);
	if (w->n || !otherwise)
		return;
	add_label(w->c, state_part_label(part), w->p);
	page_puts(w->p, STYLE_PLAIN, otherwise);
}

/* "activities 1  timers 1  children 0": of each kind how many are open. */
static void add_counts(const struct pane_context *c, const struct state *s, struct page *p)
{
	size_t left = left_of(c);

	add_label(c, "pending", p);
	for (size_t i = 0; i < sizeof(COUNTS) / sizeof(*COUNTS); i++) {
		size_t n = COUNTS[i].opened ? s->opened[COUNTS[i].kind] : s->pending[COUNTS[i].kind];

		add_item(c, p, n ? STYLE_PLAIN : STYLE_DIM, left,
			 arena_printf(&c->session->step, "%s %zu", COUNTS[i].what, n));
	}
	page_end(p);
}

/* How far the run is from where a server ends it. */
static void add_limits(const struct pane_context *c, const struct state *s, struct page *p)
{
	const struct server_limit_row *bytes = &SERVER_LIMIT_ROWS[SERVER_BYTES];
	/* By its id: a server counts those that are missing here, too. */
	int64_t last = c->document->history.events[s->n - 1].id;
	struct arena *a = &c->session->step;

	add_label(c, "server limits", p);
	page_text(p, STYLE_PLAIN,
		  arena_printf(a, "%" PRId64 " of %" PRIu64 " events, %.*s of %.*s", last,
			       SERVER_LIMIT_ROWS[SERVER_EVENTS].error,
			       STR_ARG(detail_bytes(s->bytes, a)),
			       STR_ARG(detail_bytes(bytes->error, a))),
		  left_of(c), c->width);
	add_label(c, "continue-as-new", p);
	page_puts(p, s->continue_suggested ? STYLE_ODD : STYLE_PLAIN,
		  s->continue_suggested ? "suggested by the last workflow task" : "not suggested");
}

static void build(const struct pane_context *c, struct page *p)
{
	const struct state *s = document_state(c->document, c->document->at + 1);
	struct arena_mark mark = arena_mark(&c->session->step);
	struct telling w = {.c = c, .p = p};

	add_summary(c, s, p);
	tell(&w, s, STATE_OPEN, "nothing");
	tell(&w, s, STATE_RUN, NULL);
	tell(&w, s, STATE_SHOWN, NULL);
	tell(&w, s, STATE_SIGNALS, "none");
	add_counts(c, s, p);
	tell(&w, s, STATE_CHANGES, "none");
	tell(&w, s, STATE_ATTRIBUTES, "none");
	tell(&w, s, STATE_MEMOS, "none");
	tell(&w, s, STATE_CLOSED, NULL);
	tell(&w, s, STATE_SIZE, NULL);
	add_limits(c, s, p);
	arena_rewind(&c->session->step, mark);
}

const struct pane PANE_ROW_STATE = {
	.name = "state",
	.tab = '5',
	.scope = SCOPE_HISTORY,
	.help = "what was open at the current event, and what the code had seen",
	.build = build,
	.hints = {{ACTION_DOWN, "scroll"}, {ACTION_ENTER, "to the event"}, {ACTION_NEXT_TASK, "task"},
		  {ACTION_EXPAND, "all"}, {ACTION_SEARCH, "search"}, {ACTION_HELP, "help"}, {ACTION_BACK, "back"}},
};
