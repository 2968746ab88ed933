/* SPDX-License-Identifier: MIT */
/* document.c: opening a history, and states at any event of it. */
#include "viewer/model/document.h"

#include "formats/base/ascending.h"
#include "formats/history/events.h"
#include "viewer/model/findings.h"
#include "viewer/model/named_words.h"
#include "viewer/model/reading.h"

bool document_ends_badly(int32_t type)
{
	enum entity_kind kind;

	if (!entity_kind_of(type, &kind))
		return false;
	for (size_t i = 0; i < ENTITY_RULES_N; i++) {
		const struct entity_rule *r = &ENTITY_RULES[i];

		if (r->event == type && (r->to == ENTITY_FAILED || r->to == ENTITY_TIMED_OUT ||
					 r->to == ENTITY_TERMINATED || r->to == ENTITY_REJECTED))
			return true;
	}
	return false;
}

static bool ends_turn(int32_t type)
{
	return type == EVENT_WORKFLOW_TASK_COMPLETED || type == EVENT_WORKFLOW_TASK_FAILED ||
	       type == EVENT_WORKFLOW_TASK_TIMED_OUT;
}

static struct str label_of(const struct document *d)
{
	if (d->history.workflow_id.n)
		return d->history.workflow_id;
	return str_skip(d->path, str_folder(d->path).n);
}

/* All but the groups. */
static void work_out(struct document *d)
{
	struct history *h = &d->history;

	timeline_init(&d->timeline, h, &d->groups);
	checkpoints_init(&d->checkpoints);
	d->failures.n = d->turns.n = 0;
	for (size_t i = 0; i < h->n_events; i++) {
		if (document_ends_badly(h->events[i].type))
			vec_push(&d->failures, (uint32_t)i);
		if (ends_turn(h->events[i].type))
			vec_push(&d->turns, (uint32_t)i);
	}
	outline_begin(&d->outline, h, &d->outline_filter, true);
	while (!outline_is_filtered(&d->outline) && outline_step(&d->outline, h->n_events))
		continue;
}

void document_move_run_row(struct document *d, const struct run_row *row)
{
	d->known_row = row;
	d->run_row = d->mask ? NULL : row;
}

void document_set_run_row(struct document *d, const struct run_row *row)
{
	document_move_run_row(d, row);
	row = d->run_row;
	findings_free(d->findings);
	d->findings = NULL;
	named_forget(d);
	d->diverges = d->history.n_events;
	if (row && row->verdict.kind == VERDICT_DIVERGED)
		d->diverges = history_find(&d->history, row->verdict.divergence.event_id);
}

/* What a file holds. */
struct whole {
	struct history history, plain; /* as in a document */
	struct load_info info;
	struct groups groups;
	struct arena arena; /* of groups */
};

static bool is_small(struct str path, const struct load_info *info, struct err *err)
{
	return info->input_bytes <= MASK_MOST_BYTES ||
	       err_set(err, ERR_LIMIT, "too large to be redacted here (%zu bytes, at most %zu): hindcast "
		       "redact makes a file of it: %.*s", info->input_bytes, MASK_MOST_BYTES,
		       STR_ARG(path));
}

/* Every event is looked at for its group: one that can't be decoded by itself shows there. */
static bool read_plain(struct str path, const struct schema *schema, const struct mask *mask,
		       struct whole *ret, struct err *err)
{
	struct load_settings settings = {
		.schema = schema,
		.flags = LOAD_INDEX | LOAD_PARTIAL | LOAD_KEEP_UNKNOWN,
	};

	for (int try = 0; try < 2; try++) {
		if (!load_one(&settings, path, &ret->history, &ret->info, err))
			return false;
		if (mask && !is_small(path, &ret->info, err)) {
			history_done(&ret->history);
			return false;
		}
		arena_init(&ret->arena);
		groups_make(&ret->history, &ret->arena, &ret->groups);
		if (!ret->history.live || history_decoded(&ret->history, NULL))
			return true;
		arena_done(&ret->arena);
		history_done(&ret->history);
		settings.flags &= ~(unsigned)LOAD_INDEX;
	}
	return err_set(err, ERR_IO, "%.*s: the file changed while it was read", STR_ARG(path));
}

static bool read_whole(struct str path, const struct schema *schema, struct mask *mask,
		       struct whole *ret, struct err *err)
{
	struct history masked;

	*ret = (struct whole){0};
	if (!read_plain(path, schema, mask, ret, err))
		return false;
	if (!mask)
		return true;
	arena_done(&ret->arena);
	if (!mask_history(mask, &ret->history, &masked, err)) {
		history_done(&ret->history);
		return err_wrap(err, "%.*s", STR_ARG(path));
	}
	ret->plain = ret->history;
	ret->history = masked;
	arena_init(&ret->arena);
	groups_make(&ret->history, &ret->arena, &ret->groups);
	return true;
}

static void take_whole(struct document *d, const struct whole *w)
{
	d->plain = w->plain;
	d->history = w->history;
	d->info = w->info;
	d->groups = w->groups;
	d->worked = w->arena;
}

bool document_open(struct document **ret, struct str path, const struct schema *schema,
		   const struct run_row *row, enum document_haste haste, struct err *err)
{
	struct document *d = mem_zalloc(sizeof(*d));
	struct whole whole;
	int64_t wanted = row && row->verdict.kind == VERDICT_DIVERGED
				 ? row->verdict.divergence.event_id
				 : 0;

	arena_init(&d->arena);
	arena_init(&d->worked);
	outline_init(&d->outline);
	d->path = arena_str(&d->arena, path);
	if (haste == DOCUMENT_FIRST && reading_open(&d->reading, path, schema, wanted)) {
		reading_peek(d->reading, &d->history);
		groups_make(&d->history, &d->worked, &d->groups);
	} else if (read_whole(d->path, schema, NULL, &whole, err)) {
		take_whole(d, &whole);
	} else {
		arena_done(&d->arena);
		mem_free(d);
		return false;
	}
	d->label = arena_str(&d->arena, label_of(d));
	work_out(d);
	document_set_run_row(d, row);
	d->at = d->diverges < d->history.n_events ? d->diverges : 0;
	*ret = d;
	return true;
}

/* What was worked out of the first part, and that part itself. */
static void forget(struct document *d)
{
	checkpoints_done(&d->checkpoints);
	timeline_done(&d->timeline);
	tree_done(&d->tree);
	chart_done(&d->chart);
	d->tree = (struct tree){0};
	d->chart = (struct chart){0};
	arena_done(&d->worked);
	history_done(&d->history);
	history_done(&d->plain);
}

void document_want(struct document *d, int64_t id, size_t index)
{
	d->wanted = id;
	d->wanted_index = index;
}

/* Where the user wanted to be, as far as that is there; else where they were. */
static size_t place(const struct document *d)
{
	size_t n = d->history.n_events, wanted = d->wanted_index ? d->wanted_index : n;

	if (d->wanted)
		wanted = d->wanted == INT64_MAX ? n - 1 : history_find(&d->history, d->wanted);
	return wanted < n ? wanted : d->at < n ? d->at : n - 1;
}

static void replace(struct document *d, const struct whole *w)
{
	forget(d);
	reading_free(d->reading);
	reading_free(d->broken);
	d->reading = d->broken = NULL;
	take_whole(d, w);
	if (!str_eq(d->label, label_of(d))) /* an id may hold what is masked */
		d->label = arena_str(&d->arena, label_of(d));
	work_out(d);
	document_set_run_row(d, d->known_row);
	d->at = place(d);
	document_want(d, 0, 0);
}

enum document_step document_idle(struct document *d)
{
	struct err err = ERR_INIT;
	struct whole whole = {0};

	switch (d->reading ? reading_step(d->reading) : READING_GOES_ON) {
	case READING_GOES_ON:
		return d->reading ? DOCUMENT_READS : DOCUMENT_DONE;
	case READING_WHOLE:
		reading_take(d->reading, &whole.history, &whole.info, &whole.groups, &whole.arena);
		break;
	case READING_UNUSUAL:
		if (read_whole(d->path, d->history.schema, d->mask, &whole, &err))
			break;
		/* The first part is all there will be, over the text that was read for it. */
		d->info.damage = arena_str(&d->arena, str_of(err.message));
		d->broken = d->reading;
		d->reading = NULL;
		return DOCUMENT_DAMAGED;
	}
	replace(d, &whole);
	return DOCUMENT_GREW;
}

bool document_read_again(struct document *d, struct err *err)
{
	struct whole whole;

	if (!read_whole(d->path, d->history.schema, d->mask, &whole, err))
		return false;
	if (d->at == d->history.n_events - 1)
		document_want(d, INT64_MAX, 0);
	replace(d, &whole);
	return true;
}

bool document_set_mask(struct document *d, struct mask *m, struct err *err)
{
	struct mask *before = d->mask;
	size_t at = d->at;

	if (m && !is_small(d->path, &d->info, err))
		return false;
	d->mask = m;
	if (!document_read_again(d, err)) {
		d->mask = before;
		return false;
	}
	mask_hold(m);
	mask_release(before);
	d->at = at < d->history.n_events ? at : d->at;
	return true;
}

void document_free(struct document *d)
{
	if (!d)
		return;
	checkpoints_done(&d->checkpoints);
	vec_done(&d->failures);
	vec_done(&d->turns);
	timeline_done(&d->timeline);
	outline_done(&d->outline);
	matcher_done(&d->filter_words);
	arena_done(&d->filter_arena);
	tree_done(&d->tree);
	chart_done(&d->chart);
	history_done(&d->history);
	history_done(&d->plain);
	mask_release(d->mask);
	reading_free(d->reading);
	reading_free(d->broken);
	findings_free(d->findings);
	named_forget(d);
	arena_done(&d->worked);
	arena_done(&d->arena);
	mem_free(d);
}

const struct state *document_state(struct document *d, size_t n)
{
	return checkpoints_state(&d->checkpoints, &d->timeline, n);
}

/* A query has signs that no single word has; what has them and can't be read is a mistake. */
static bool is_word(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (strchr("=<>()", text.p[i]))
			return false;
	return true;
}

bool document_filter(struct document *d, struct str text, const struct codec_tools *tools,
		     struct err *err)
{
	struct outline_filter filter = {.inverse = text.n && text.p[0] == '!', .tools = tools};
	struct str body = filter.inverse ? str_trim(str_skip(text, 1)) : text;
	struct arena a;

	arena_init(&a);
	if (body.n && !query_parse(&filter.query, body, QUERY_EVENT, d->history.schema, &a, err)) {
		filter.query = NULL;
		if (!is_word(body)) {
			arena_done(&a);
			return false;
		}
	}
	matcher_done(&d->filter_words);
	d->filter_words = (struct matcher){0};
	if (body.n && !filter.query) {
		matcher_init(&d->filter_words, body, &a);
		filter.words = &d->filter_words;
	}
	d->filter = body.n ? arena_str(&a, text) : STR_NONE;
	arena_done(&d->filter_arena);
	d->filter_arena = a;
	d->outline_filter = filter;
	outline_begin(&d->outline, &d->history, &filter, true);
	return true;
}

/* Of the rows that a filter leaves: 0 without one, and never the same for two of them. */
static size_t filter_key(const struct document *d, unsigned change)
{
	if (!outline_is_filtered(&d->outline))
		return 0;
	return d->outline.rows.n + 1 + (size_t)change * (d->history.n_events + 2);
}

struct tree *document_tree(struct document *d, unsigned change)
{
	size_t key = filter_key(d, change);

	if (!d->tree.history)
		tree_init(&d->tree, &d->history, &d->groups);
	if (key != d->tree.filter_key)
		tree_filter(&d->tree, key ? d->outline.rows.at : NULL, d->outline.rows.n);
	d->tree.filter_key = key;
	return &d->tree;
}

struct chart *document_chart(struct document *d, unsigned change)
{
	const struct tree *tree = document_tree(d, change);

	if (!d->chart.history)
		chart_init(&d->chart, &d->history, &d->groups);
	if (d->chart.filter_key != tree->filter_key)
		chart_filter(&d->chart, tree->wanted);
	d->chart.filter_key = tree->filter_key;
	return &d->chart;
}

bool document_replayed(const struct document *d, size_t event)
{
	return d->diverges >= d->history.n_events || event <= d->diverges;
}

/* Events that the code had been shown when the current one was recorded. */
static size_t shown(const struct document *d)
{
	size_t tasks = history_tasks_before(&d->history, d->at + 1);

	return tasks ? d->history.tasks[tasks - 1].started + 1 : 0;
}

bool document_dims(const struct document *d, size_t event)
{
	const struct event_row *row = event_row(d->history.events[event].type);

	if (event > d->at || !document_replayed(d, event))
		return true;
	return event >= shown(d) && !(row && (row->command || row->category == CATEGORY_TASK));
}

bool document_fails(const struct document *d, size_t event)
{
	size_t at = ascending_below(d->failures.at, d->failures.n, event);

	return at < d->failures.n && d->failures.at[at] == event;
}

size_t document_task(const struct document *d, size_t event)
{
	return history_task_of(&d->history, event);
}

const struct task_commands *document_commands(const struct document *d, size_t task)
{
	const struct evidence *e = d->run_row ? d->run_row->entry.evidence : NULL;

	for (size_t i = 0; e && i < e->tasks.n; i++)
		if (e->tasks.at[i].task == (int64_t)task)
			return &e->tasks.at[i];
	return NULL;
}

const struct stack *document_stack(const struct document *d, size_t task)
{
	const struct evidence *e = d->run_row ? d->run_row->entry.evidence : NULL;

	for (size_t i = 0; e && i < e->stacks.n; i++)
		if (e->stacks.at[i].task == (int64_t)task)
			return &e->stacks.at[i];
	return NULL;
}
