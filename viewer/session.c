/* SPDX-License-Identifier: MIT */
/* session.c: what is open, and where the user is in it. */
#include "viewer/session.h"

#include "viewer/act/act.h"

#include <inttypes.h>
#include <stdio.h>

void session_init(struct session *s, const struct schema *schema,
		  const struct session_options *options)
{
	*s = (struct session){.schema = schema, .options = *options, .width = 80, .height = 24};
	arena_init(&s->arena);
	arena_init(&s->step);
	file_list_init(&s->list);
	run_list_init(&s->runs);
	keymap_init(&s->keymap);
	prompt_init(&s->prompt);
	buf_init(&s->message, 0);
	buf_init(&s->request.text, 0);
	buf_init(&s->request.argument, 0);
	for (int i = 0; i < PANES; i++)
		page_init(&s->pages[i]);
	page_init(&s->unfolded);
	elsewhere_init(&s->elsewhere);
	buf_init(&s->origin.folds, 0);
	codec_book_init(&s->book);
	s->reader = s->options.reader ? *s->options.reader : (struct payload_reader){.schema = schema};
	s->reader.tools.known = s->options.tools.known = session_codec_known;
	s->reader.tools.known_data = s->options.tools.known_data = s;
	s->options.reader = &s->reader;
}

void session_done(struct session *s)
{
	search_forget(s);
	for (size_t i = 0; i < s->documents.n; i++)
		document_free(s->documents.at[i]);
	vec_done(&s->documents);
	mask_release(s->mask);
	vec_done(&s->files);
	file_list_done(&s->list);
	run_list_done(&s->runs);
	vec_done(&s->places);
	for (size_t i = 0; i < s->comparisons.n; i++)
		comparison_free(s->comparisons.at[i]);
	vec_done(&s->comparisons);
	vec_done(&s->jumps);
	vec_done(&s->marks);
	while (s->breakpoints.n)
		breakpoint_remove(s, s->breakpoints.n - 1);
	vec_done(&s->breakpoints);
	for (int i = 0; i < PANES; i++)
		page_done(&s->pages[i]);
	page_done(&s->unfolded);
	kept_done(&s->kept.payloads);
	kept_done(&s->kept.events);
	kept_done(&s->kept.wires);
	elsewhere_done(&s->elsewhere);
	buf_done(&s->origin.folds);
	if (s->run)
		run_file_free(s->run);
	for (size_t i = 0; i < s->reruns.n; i++)
		run_file_free(s->reruns.at[i].file);
	vec_done(&s->reruns);
	buf_done(&s->request.text);
	buf_done(&s->request.argument);
	buf_done(&s->message);
	prompt_done(&s->prompt);
	keymap_done(&s->keymap);
	codec_book_done(&s->book);
	arena_done(&s->step);
	arena_done(&s->arena);
}

/* ---- what is open ---- */

void session_add_file(struct session *s, struct str path, int64_t bytes)
{
	vec_push(&s->files, (struct file_row){.path = arena_str(&s->arena, path), .bytes = bytes});
}

/* The events before the damage are there; that they are not all must be seen. */
static void say_damage(struct session *s, const struct document *d)
{
	if (d->info.damage.p)
		session_message(s, STYLE_BAD, "%.*s", STR_ARG(d->info.damage));
}

/* Whether something that the user can go to is in D; jumps alone do not keep it. */
static bool is_needed(const struct session *s, const struct document *d)
{
	for (size_t i = 0; i < s->places.n; i++)
		if (s->places.at[i].document == d)
			return true;
	for (size_t i = 0; i < s->comparisons.n; i++)
		if (s->comparisons.at[i]->left == d || s->comparisons.at[i]->right == d)
			return true;
	for (size_t i = 0; i < s->marks.n; i++)
		if (s->marks.at[i].to.document == d)
			return true;
	for (size_t i = 0; i < s->breakpoints.n; i++)
		if (s->breakpoints.at[i].document == d)
			return true;
	return false;
}

static void forget_jumps(struct session *s, const struct document *d)
{
	size_t n = 0, before = s->jump_at;

	for (size_t i = 0; i < s->jumps.n; i++) {
		if (s->jumps.at[i].document != d)
			s->jumps.at[n++] = s->jumps.at[i];
		else if (i < before)
			s->jump_at--;
	}
	s->jumps.n = n;
}

static void close_document(struct session *s, size_t at)
{
	struct document *d = s->documents.at[at];

	forget_jumps(s, d);
	search_closed(&s->search, d);
	elsewhere_closed(&s->elsewhere, d);
	document_free(d);
	s->documents.n--;
	memmove(s->documents.at + at, s->documents.at + at + 1,
		(s->documents.n - at) * sizeof(*s->documents.at));
	session_changed(s); /* pages know what they are of by where it lies */
}

/* Where too many are open those that were opened first go, and never the last. */
static void close_oldest(struct session *s)
{
	for (size_t i = 0; i + 1 < s->documents.n && s->documents.n > DOCUMENTS_MOST;)
		if (is_needed(s, s->documents.at[i]))
			i++;
		else
			close_document(s, i);
}

struct document *session_open(struct session *s, struct str path, struct err *err)
{
	const struct run_row *row = session_row_named(s, path);
	struct str file = row ? file_list_locate(s, path) : path;
	struct document *d;

	for (size_t i = 0; i < s->documents.n; i++)
		if (str_eq(s->documents.at[i]->path, file))
			return s->documents.at[i];
	if (!document_open(&d, file, s->schema, row, DOCUMENT_FIRST, err))
		return NULL;
	if (s->mask && !document_set_mask(d, s->mask, err)) {
		document_free(d);
		return NULL;
	}
	vec_push(&s->documents, d);
	close_oldest(s);
	search_takes(s, d);
	say_damage(s, d);
	return d;
}

/* The only file: opened, unless it holds several histories. */
static bool begin_with_one(struct session *s, struct err *err)
{
	struct document *d = session_open(s, s->files.at[0].path, err);

	if (d) {
		session_show(s, PANE_LIST, d);
		return true;
	}
	file_list_begin(s);
	file_list_read(s, 0);
	if (s->files.n < 2)
		return false;
	file_list_order(s);
	session_show(s, PANE_FILES, NULL);
	return true;
}

bool session_begin(struct session *s, struct err *err)
{
	if (s->run) {
		session_show(s, PANE_RUN, NULL);
		return true;
	}
	if (s->files.n == 1)
		return begin_with_one(s, err);
	file_list_begin(s);
	session_show(s, PANE_FILES, NULL);
	return true;
}

/* ---- where the user is ---- */

struct place *session_place(struct session *s)
{
	return vec_last(&s->places);
}

struct document *session_document(struct session *s)
{
	return s->places.n ? session_place(s)->document : NULL;
}

void session_add_place(struct session *s, struct place place)
{
	if (s->places.n == PLACES_MOST) {
		memmove(s->places.at + 1, s->places.at + 2, (PLACES_MOST - 2) * sizeof(place));
		s->places.n--;
	}
	vec_push(&s->places, place);
}

/* Tabs are beside each other; all else is a level of its own. */
static bool is_tab(enum pane_kind pane)
{
	return PANE_TABLE[pane]->tab;
}

void session_show(struct session *s, enum pane_kind pane, struct document *d)
{
	struct place *now = s->places.n ? session_place(s) : NULL;
	struct pane_context c = {s, d, (size_t)s->width, 0};

	if (now && now->document == d && is_tab(now->pane) && is_tab(pane)) {
		now->pane = pane;
	} else if (!now || now->document != d || now->pane != pane) {
		session_add_place(s, (struct place){.pane = pane, .document = d});
	}
	s->focus = pane;
	s->zoomed = false;
	if (PANE_TABLE[pane]->row_of)
		s->scrolls[pane].synced = SIZE_MAX;
	else if (d)
		s->scrolls[pane] = (struct scroll){
			.row = PANE_TABLE[pane]->begin ? PANE_TABLE[pane]->begin(&c) : 0};
}

/* What D was took an end: the whole in place of its first part, or the file as it is now. */
static void grew(struct session *s, struct document *d)
{
	session_compare_again(s, d);
	if (s->seek.document == d)
		seek_give_up(s);
	for (int i = 0; i < PANES; i++)
		s->scrolls[i].synced = SIZE_MAX;
	search_again(s, d);
	elsewhere_again(s, d);
	session_changed(s);
}

struct document *session_show_history(struct session *s, const struct run_row *row)
{
	struct err err = ERR_INIT;
	size_t index = (size_t)(row - s->run->rows);
	size_t line = run_list_show(&s->runs, index);
	struct document *d = session_open(s, row->entry.history, &err);

	if (line != SIZE_MAX)
		s->scrolls[PANE_RUN].row = line;
	session_changed(s);
	if (d) {
		session_show(s, PANE_LIST, d);
		return d;
	}
	s->runs.problem = arena_str(&s->arena, str_of(err.message));
	s->runs.problem_row = index;
	session_show(s, PANE_VERDICT, NULL);
	session_message(s, STYLE_BAD, "%s", err.message);
	return NULL;
}

/* The level at which a tab of D is open, with nothing above it but what is D's too. */
static bool below(const struct session *s, const struct document *d, size_t *ret)
{
	for (size_t i = s->places.n; i > 0 && s->places.at[i - 1].document == d; i--)
		if (is_tab(s->places.at[i - 1].pane)) {
			*ret = i - 1;
			return true;
		}
	return false;
}

void session_show_tab(struct session *s, enum pane_kind pane, struct document *d)
{
	size_t level;

	if (below(s, d, &level))
		s->places.n = level + 1;
	session_show(s, pane, d);
}

static void remember(struct session *s, struct document *d)
{
	s->jumps.n = s->jump_at;
	if (s->jumps.n == JUMPS_MOST) {
		memmove(s->jumps.at, s->jumps.at + 1, (JUMPS_MOST - 1) * sizeof(*s->jumps.at));
		s->jumps.n--;
	}
	vec_push(&s->jumps, (struct jump){d, session_place(s)->pane, d->at});
	s->jump_at = s->jumps.n;
}

void session_go(struct session *s, size_t event, enum session_move how)
{
	struct document *d = session_document(s);

	if (!d || event >= d->history.n_events)
		return;
	if (how == SESSION_JUMP && event != d->at)
		remember(s, d);
	if (d->at == event)
		return;
	d->at = event;
	/* What tells of one event begins at its top. */
	for (int i = 0; i < PANES; i++)
		if (PANE_TABLE[i]->scope == SCOPE_HISTORY && !PANE_TABLE[i]->row_of &&
		    (enum pane_kind)i != session_place(s)->pane)
			s->scrolls[i] = (struct scroll){0};
}

bool session_go_next(struct session *s, int64_t id, enum session_move how)
{
	const struct history *h = &session_document(s)->history;
	size_t event = history_find_next(h, id);

	/* Ids count from 1: what is below is a slip, not a gap. */
	if (event >= h->n_events || (id < 1 && h->events[event].id != id)) {
		session_message(s, STYLE_BAD, "there is no event %" PRId64 ": they end with %" PRId64, id,
				h->events[h->n_events - 1].id);
		return false;
	}
	session_go(s, event, how);
	if (h->events[event].id != id)
		session_message(s, STYLE_ODD, "event %" PRId64 " is not in the file: this is the next, %" PRId64,
				id, h->events[event].id);
	return true;
}

void session_message(struct session *s, enum style style, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	buf_clear(&s->message);
	buf_puts(&s->message, text);
	s->message_style = style;
}

void session_changed(struct session *s)
{
	s->generation++;
}

/* ---- histories that grow ---- */

bool session_read_on(struct session *s, struct document *d)
{
	switch (document_idle(d)) {
	case DOCUMENT_DONE:
		return false;
	case DOCUMENT_READS:
		return true;
	case DOCUMENT_GREW:
		grew(s, d);
		break;
	case DOCUMENT_DAMAGED:
		session_changed(s);
	}
	say_damage(s, d);
	session_settle(s);
	return true;
}

bool session_read_again(struct session *s, struct document *d, struct err *err)
{
	if (!document_read_again(d, err))
		return false;
	grew(s, d);
	session_settle(s);
	return true;
}

/* ---- masks ---- */

/* All or none: the first ones go back, as they were, where a later one can't be masked. */
static bool mask_all(struct session *s, struct mask *m, struct err *err)
{
	struct err ignored = ERR_INIT;

	for (size_t i = 0; i < s->documents.n; i++) {
		if (document_set_mask(s->documents.at[i], m, err))
			continue;
		while (i-- > 0) {
			document_set_mask(s->documents.at[i], s->mask, &ignored);
			grew(s, s->documents.at[i]);
		}
		return false;
	}
	return true;
}

bool session_set_mask(struct session *s, struct str rule, struct err *err)
{
	struct mask *m = NULL;

	if (rule.p && !mask_new(&m, rule, s->options.salt, s->schema, err))
		return false;
	if (!mask_all(s, m, err)) {
		mask_release(m);
		return false;
	}
	mask_release(s->mask);
	s->mask = m;
	for (size_t i = 0; i < s->documents.n; i++)
		grew(s, s->documents.at[i]);
	session_settle(s);
	return true;
}

bool session_may_take(struct session *s)
{
	const struct document *d = session_document(s);

	return !s->mask || (d && d->mask && PANE_TABLE[s->focus]->scope != SCOPE_TOP &&
			    s->focus != PANE_ELSEWHERE && s->focus != PANE_VERDICT);
}
