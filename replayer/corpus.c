/* SPDX-License-Identifier: MIT */
/* corpus.c: looking at each history once before any worker starts. */
#include "replayer/corpus.h"

#include <inttypes.h>

#include "formats/base/map.h"
#include "formats/base/mem.h"
#include "formats/events.h"

/*
 * Wire bytes kept for their turn: reading JSON again takes as long as serving it. The first
 * history is kept whatever its size, as a run of a single large one is common.
 */
#define HELD_BYTES ((size_t)16 * 1024 * 1024)
/* From here on copying and indexing again takes longer than an arena's slack is worth. */
#define HELD_WHOLE_BYTES ((size_t)1024 * 1024)

void corpus_init(struct corpus *c)
{
	*c = (struct corpus){0};
	arena_init(&c->arena);
}

void corpus_done(struct corpus *c)
{
	for (size_t i = 0; i < c->items.n; i++) {
		struct corpus_item *item = &c->items.at[i];

		mem_free((void *)item->held_wire.p);
		if (item->held)
			history_done(item->held);
		mem_free(item->held);
	}
	vec_done(&c->items);
	arena_done(&c->arena);
}

static void decide(struct corpus_item *item, enum verdict_kind kind, const char *reason,
		   struct str message)
{
	item->decided = true;
	item->verdict = (struct verdict){.kind = kind, .reason = str_of(reason), .message = message};
}

/* "dir/WORKFLOWID__RUNID.json.gz": what is in the name where the history does not say. */
static void ids_from_name(struct corpus_item *item, const struct corpus_settings *settings,
			  struct arena *a)
{
	struct str name = item->path;
	ptrdiff_t cut;

	for (size_t i = name.n; i > 0; i--)
		if (name.p[i - 1] == '/') {
			name = str_skip(name, i);
			break;
		}
	cut = str_find(name, STR("."));
	if (cut > 0)
		name = str_take(name, (size_t)cut);
	cut = str_find(name, STR("__"));
	if (cut > 0 && !item->run_id.n) {
		item->run_id = arena_str(a, str_skip(name, (size_t)cut + 2));
		item->run_id_guessed = true;
	}
	if (item->workflow_id.n)
		return;
	if (settings->workflow_id.n) {
		item->workflow_id = settings->workflow_id;
		return;
	}
	item->workflow_id = arena_str(a, cut > 0 ? str_take(name, (size_t)cut) : name);
	item->workflow_id_guessed = true;
}

/*
 * A name of an event type that this schema lacks has no number to be served under: the
 * worker would get an event without a type. A number that is not known passes unchanged.
 */
static bool types_known(const struct history *h, struct err *err)
{
	for (size_t i = 0; i < h->n_events; i++)
		if (h->events[i].type == EVENT_UNSPECIFIED)
			return err_set(err, ERR_FORMAT,
				       "event %" PRId64 ": its type is not known here, so no "
				       "worker can be served it",
				       h->events[i].id);
	return true;
}

/* Workers don't answer an event whose attributes are another type's: some hang on it. */
static bool attributes_fit(const struct history *h, struct err *err)
{
	for (size_t i = 0; i < h->n_events; i++) {
		const struct event_row *row = event_row(h->events[i].type);

		if (row && !event_attributes_fit(h, i))
			return err_set(err, ERR_FORMAT,
				       "event %" PRId64 ": it is a %s without the attributes of "
				       "one",
				       h->events[i].id, row->name);
	}
	return true;
}

static struct str keep(struct arena *a, struct str s)
{
	return s.p ? arena_str(a, s) : STR_NONE;
}

static void look(struct corpus *c, const struct corpus_settings *settings,
		 struct corpus_item *item, const struct history *h)
{
	struct arena *a = &c->arena;
	struct err err = ERR_INIT;

	item->workflow_id = keep(a, h->workflow_id);
	item->run_id = keep(a, h->run_id);
	item->workflow_type = keep(a, h->workflow_type);
	item->queue = keep(a, h->task_queue);
	item->sdk = keep(a, h->sdk_name);
	item->sdk_version = keep(a, h->sdk_version);
	item->events = (int64_t)h->n_events;
	item->bytes = (int64_t)h->wire.n;
	ids_from_name(item, settings, a);
	if (!types_known(h, &err) || !attributes_fit(h, &err) || !history_sound(h, &err))
		decide(item, VERDICT_INVALID, NULL, arena_str(a, str_of(err.message)));
	else if (!h->n_tasks)
		decide(item, VERDICT_SKIPPED, "no-workflow-task",
		       STR("no workflow task has completed, so there is nothing to replay yet"));
}

/* H is the item's, or gone. */
static void hold(struct corpus *c, struct corpus_item *item, struct history *h)
{
	size_t n = h->wire.n;

	/* Standard input cannot be read again. */
	if (item->decided || (c->held_bytes && c->held_bytes + n > HELD_BYTES &&
			      !str_is(item->path, "-"))) {
		history_done(h);
		return;
	}
	c->held_bytes += n;
	if (n >= HELD_WHOLE_BYTES) {
		item->held = mem_alloc(sizeof(*h));
		*item->held = *h;
		*h = (struct history){0};
		return;
	}
	item->held_wire = str_slice(memcpy(mem_alloc(n), h->wire.p, n), n);
	history_done(h);
}

bool corpus_take(struct corpus *c, const struct schema *schema, size_t index,
		 struct history *ret, struct err *err)
{
	struct corpus_item *item = &c->items.at[index];
	struct arena arena;

	if (item->held) {
		*ret = *item->held;
		mem_free(item->held);
		item->held = NULL;
	} else if (item->held_wire.p) {
		arena_init(&arena);
		arena_adopt(&arena, (void *)item->held_wire.p);
		/* These bytes were a history a moment ago. */
		BUG_IF(!history_take(ret, &arena, item->held_wire, schema, err));
		item->held_wire = STR_NONE;
	} else {
		return load_history(schema, item->path, ret, NULL, err);
	}
	c->held_bytes -= ret->wire.n;
	return true;
}

void corpus_put_back(struct corpus *c, size_t index, struct history *h)
{
	hold(c, &c->items.at[index], h);
}

void corpus_add(struct corpus *c, const struct corpus_settings *settings, struct str path)
{
	struct corpus_item item = {.path = arena_str(&c->arena, path)};
	struct err err = ERR_INIT;
	struct history h;

	if (load_history(settings->schema, path, &h, NULL, &err)) {
		look(c, settings, &item, &h);
		hold(c, &item, &h);
	} else {
		decide(&item, VERDICT_INVALID, NULL, arena_str(&c->arena, str_of(err.message)));
	}
	c->n_undecided += !item.decided;
	vec_push(&c->items, item);
}

struct ledger_entry corpus_entry(const struct corpus_item *item, const struct verdict *verdict)
{
	return (struct ledger_entry){
		.history = item->path,
		.workflow_id = item->workflow_id,
		.run_id = item->run_id,
		.workflow_type = item->workflow_type,
		.queue = item->queue,
		.events = item->events,
		.bytes = item->bytes,
		.sdk = item->sdk,
		.sdk_version = item->sdk_version,
		.verdict = verdict,
	};
}

struct str corpus_common_queue(const struct corpus *c)
{
	struct map index = {0};
	VEC_OF(size_t) count = {0};
	struct str best = STR("");
	size_t most = 0;

	for (size_t i = 0; i < c->items.n; i++) {
		struct str queue = c->items.at[i].queue;
		bool is_new;
		uint64_t *at;

		if (c->items.at[i].decided || !queue.n)
			continue;
		at = map_put(&index, queue, count.n, &is_new);
		if (is_new)
			vec_push(&count, 0);
		if (++count.at[*at] > most) {
			most = count.at[*at];
			best = queue;
		}
	}
	vec_done(&count);
	map_done(&index);
	return best;
}
