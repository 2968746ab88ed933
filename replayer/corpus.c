/* SPDX-License-Identifier: MIT */
/* corpus.c: looking at each history once before any worker starts. */
#include "replayer/corpus.h"

#include <inttypes.h>

#include "formats/base/limits.h"
#include "formats/base/map.h"
#include "formats/events.h"

void corpus_init(struct corpus *c)
{
	*c = (struct corpus){0};
	arena_init(&c->arena);
}

void corpus_done(struct corpus *c)
{
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
	if (!types_known(h, &err) || !history_sound(h, &err))
		decide(item, VERDICT_INVALID, NULL, arena_str(a, str_of(err.message)));
	else if (!h->n_tasks)
		decide(item, VERDICT_SKIPPED, "no-workflow-task",
		       STR("no workflow task has completed, so there is nothing to replay yet"));
}

static bool read_once(struct corpus *c, struct str path, struct err *err)
{
	struct buf all;
	bool ok;

	if (!str_is(path, "-"))
		return true;
	buf_init(&all, LIMIT_INPUT_BYTES);
	ok = source_read(path, &all, err);
	c->standard_input = arena_str(&c->arena, buf_str(&all));
	buf_done(&all);
	return ok;
}

static bool load(const struct corpus *c, const struct schema *schema, struct str path,
		 struct history *ret, struct err *err)
{
	if (!str_is(path, "-"))
		return load_history(schema, path, ret, NULL, err);
	return load_history_bytes(schema, c->standard_input, ret, NULL, err) ||
	       err_wrap(err, "standard input");
}

bool corpus_load(const struct corpus *c, const struct schema *schema, size_t index,
		 struct history *ret, struct err *err)
{
	return load(c, schema, c->items.at[index].path, ret, err);
}

void corpus_add(struct corpus *c, const struct corpus_settings *settings, struct str path)
{
	struct corpus_item item = {.path = arena_str(&c->arena, path)};
	struct err err = ERR_INIT;
	struct history h;

	if (read_once(c, path, &err) && load(c, settings->schema, path, &h, &err)) {
		look(c, settings, &item, &h);
		history_done(&h);
	} else {
		decide(&item, VERDICT_INVALID, NULL, arena_str(&c->arena, str_of(err.message)));
	}
	c->n_undecided += !item.decided;
	vec_push(&c->items, item);
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
