/* SPDX-License-Identifier: MIT */
/* causes.c: grouping by fingerprint, in an order that depends on nothing but the verdicts. */
#include "replayer/run/causes.h"

#include <stdlib.h>

/* A title is one line of a terminal, or two. */
#define TITLE_MESSAGE_BYTES ((size_t)140)

void causes_init(struct causes *c)
{
	*c = (struct causes){0};
	arena_init(&c->arena);
}

void causes_done(struct causes *c)
{
	map_done(&c->by_key);
	vec_done(&c->items);
	arena_done(&c->arena);
}

static struct str divergence_title(const struct divergence *d, struct arena *a)
{
	struct str history = side_text(&d->history, a);
	struct str worker = side_text(&d->worker, a);
	struct str about = history.n ? history : worker;

	if (d->field.n && (d->history_value.n || d->worker_value.n))
		return arena_printf(a, "%.*s: %.*s is '%.*s' in history, '%.*s' in the code",
				    STR_ARG(about), STR_ARG(d->field),
				    STR_ARG(d->history_value), STR_ARG(d->worker_value));
	if (history.n && worker.n)
		return arena_printf(a, "history has %.*s, the code asked for %.*s",
				    STR_ARG(history), STR_ARG(worker));
	if (history.n)
		return arena_printf(a, "history has %.*s, the code did not ask for it there",
				    STR_ARG(history));
	if (worker.n)
		return arena_printf(a, "the code asked for %.*s, history does not have it",
				    STR_ARG(worker));
	return str_of(divergence_name(d->kind));
}

static struct str message_title(const struct verdict *v, struct arena *a)
{
	struct str rest = str_trim(v->message);
	struct str line = str_trim(str_split(&rest, '\n'));
	const char *more = line.n > TITLE_MESSAGE_BYTES ? "..." : "";

	line = str_take(line, TITLE_MESSAGE_BYTES);
	if (v->reason.n && line.n)
		return arena_printf(a, "%.*s: %.*s%s", STR_ARG(v->reason), STR_ARG(line),
				    more);
	if (v->reason.n)
		return v->reason;
	if (line.n)
		return arena_printf(a, "%.*s%s", STR_ARG(line), more);
	return str_of(verdict_name(v->kind));
}

static struct str title(const struct ledger_entry *e, struct arena *a)
{
	const struct verdict *v = e->verdict;
	struct str text = v->kind == VERDICT_DIVERGED ? divergence_title(&v->divergence, a)
						      : message_title(v, a);

	if (!e->workflow_type.n)
		return arena_str(a, text);
	return arena_printf(a, "%.*s: %.*s", STR_ARG(e->workflow_type), STR_ARG(text));
}

static struct str key(const struct ledger_entry *e, struct arena *a)
{
	const struct verdict *v = e->verdict;
	struct str message = v->message;

	if (v->fingerprint[0])
		return str_of(v->fingerprint);
	/* What follows is the worker's last output, and never twice the same. */
	if (v->kind == VERDICT_CRASHED)
		message = str_split(&message, '\n');
	return arena_printf(a, "%s\n%.*s\n%.*s\n%.*s", verdict_name(v->kind),
			    STR_ARG(v->reason), STR_ARG(e->workflow_type),
			    STR_ARG(message));
}

static bool is_smaller(const struct ledger_entry *e, const struct cause *than)
{
	if (e->events != than->events)
		return e->events < than->events;
	return str_cmp(e->history, than->smallest) < 0;
}

size_t causes_add(struct causes *c, const struct ledger_entry *entry)
{
	const struct verdict *v = entry->verdict;
	struct arena_mark mark = arena_mark(&c->arena);
	struct str k;
	struct cause *cause;
	uint64_t *index;

	if (v->kind == VERDICT_PASSED)
		return CAUSES_NONE;
	k = key(entry, &c->arena);
	index = map_get(&c->by_key, k);
	if (index) {
		arena_rewind(&c->arena, mark);
	} else {
		k = arena_str(&c->arena, k);
		index = map_put(&c->by_key, k, c->items.n, NULL);
		vec_push(&c->items,
			 (struct cause){.fingerprint = v->fingerprint[0] ? k : STR_NONE,
					.kind = v->kind,
					.index = c->items.n});
	}
	cause = &c->items.at[*index];
	if (!cause->count || is_smaller(entry, cause)) {
		cause->events = entry->events;
		cause->smallest = arena_str(&c->arena, entry->history);
		cause->title = title(entry, &c->arena);
	}
	cause->count++;
	return cause->index;
}

static int by_weight(const void *a, const void *b)
{
	const struct cause *x = a, *y = b;
	int order;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	order = str_cmp(x->title, y->title);
	return order ? order : str_cmp(x->fingerprint, y->fingerprint);
}

void causes_sort(struct causes *c)
{
	if (c->items.n)
		qsort(c->items.at, c->items.n, sizeof(*c->items.at), by_weight);
}
