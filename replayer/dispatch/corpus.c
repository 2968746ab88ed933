/* SPDX-License-Identifier: MIT */
/* corpus.c: looking at each history once before any worker starts. */
#include "replayer/dispatch/corpus.h"

#include "formats/base/mem.h"
#include "formats/history/events.h"
#include "formats/wire/text_check.h"

#include <inttypes.h>
#include <stdlib.h>

/*
 * Wire bytes kept for their turn: reading JSON again takes as long as serving it. The first
 * history is kept whatever its size, as a run of a single large one is common. Rows count
 * too: in a corpus of a hundred thousand, what is kept would be a small part of it, and
 * memory is to stay within bounds.
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
	spool_done(&c->spool);
	load_pages_free(c->pages);
	duplicates_done(&c->seen);
	map_done(&c->names);
	vec_done(&c->name_list);
	arena_done(&c->arena);
}

static struct corpus_decision *decide(struct corpus *c, struct corpus_item *item,
				      enum verdict_kind kind, const char *reason,
				      struct str message)
{
	struct corpus_decision *d = arena_new(&c->arena, struct corpus_decision);

	d->verdict = (struct verdict){.kind = kind, .reason = str_of(reason), .message = message};
	item->decision = d;
	item->decided = true;
	return d;
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
 * What no worker can be given. A name of an event type that this schema lacks has no number
 * to be served under (a number that is not known passes unchanged). Workers don't answer an
 * event whose attributes are another type's: some hang on it. And so does a Python worker on
 * text that is none; JSON was checked when it was read, protobuf was not.
 */
static bool can_be_served(const struct history *h, bool text_checked, struct err *err)
{
	for (size_t i = 0; i < h->n_events; i++) {
		const struct event *e = &h->events[i];
		const struct event_row *row = event_row(e->type);

		if (e->type == EVENT_UNSPECIFIED)
			return err_set(err, ERR_FORMAT,
				       "event %" PRId64 ": its type is not known here, so no "
				       "worker can be served it",
				       e->id);
		if (row && !event_attributes_fit(h, i))
			return err_set(err, ERR_FORMAT,
				       "event %" PRId64 ": it is a %s without the attributes of "
				       "one",
				       e->id, row->name);
		if (!text_checked &&
		    !text_check(history_event_message(h), history_event(h, i), err))
			return err_wrap(err, "event %" PRId64, e->id);
	}
	return history_sound(h, err);
}

static struct str keep(struct arena *a, struct str s)
{
	return s.p ? arena_str(a, s) : STR_NONE;
}

/* Types, queues and SDKs are few, and named by every history. */
static struct str keep_once(struct corpus *c, struct str s)
{
	uint64_t *index = s.p ? map_get(&c->names, s) : NULL;

	if (!s.p)
		return STR_NONE;
	if (!index) {
		s = arena_str(&c->arena, s);
		index = map_put(&c->names, s, c->name_list.n, NULL);
		vec_push(&c->name_list, s);
	}
	return c->name_list.at[*index];
}

static void note_ids(struct corpus *c, const struct corpus_settings *settings,
		     struct corpus_item *item, const struct history *h)
{
	item->workflow_id = keep(&c->arena, h->workflow_id);
	item->run_id = keep(&c->arena, h->run_id);
	ids_from_name(item, settings, &c->arena);
}

static void note_facts(struct corpus *c, struct corpus_item *item, const struct history *h)
{
	item->workflow_type = keep_once(c, h->workflow_type);
	item->queue = keep_once(c, h->task_queue);
	item->sdk = keep_once(c, h->sdk_name);
	item->sdk_version = keep_once(c, h->sdk_version);
	item->events = (int64_t)h->n_events;
	item->bytes = (int64_t)h->wire.n;
}

static bool is_wanted(const struct corpus_settings *settings, const struct corpus_item *item,
		      const struct history *h)
{
	struct query_history about;

	if (!settings->where)
		return true;
	about = query_history_of(h, item->path);
	about.workflow_id = item->workflow_id;
	about.run_id = item->run_id;
	about.now = settings->now;
	return query_fits_history(settings->where, &about);
}

static void look(struct corpus *c, struct corpus_item *item, const struct history *h,
		 const struct load_info *info)
{
	struct err err = ERR_INIT;

	if (!can_be_served(h, info->text_checked, &err))
		decide(c, item, VERDICT_INVALID, NULL,
		       arena_str(&c->arena, str_of(err.message)));
	else if (!h->n_tasks)
		decide(c, item, VERDICT_SKIPPED, "no-workflow-task",
		       STR("no workflow task has completed, so there is nothing to replay yet"));
}

static bool has_room(const struct corpus *c, size_t n)
{
	size_t rows = c->items.n * sizeof(*c->items.at) + c->arena.total;

	return !c->held_bytes || c->held_bytes + n + rows <= HELD_BYTES;
}

/* What can't be read again goes to disk where memory is full; if that fails, it stays. */
static bool keep_elsewhere(struct corpus *c, struct corpus_item *item, const struct history *h)
{
	if (!item->once || item->spooled >= 0)
		return true;
	return spool_add(&c->spool, h->wire, &item->spooled, NULL);
}

/* H is the item's, or gone. */
static void hold(struct corpus *c, struct corpus_item *item, struct history *h)
{
	size_t n = h->wire.n;

	if (item->decided || (!has_room(c, n) && keep_elsewhere(c, item, h))) {
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

/* From the spool, or the file. */
static bool read_again(const struct corpus *c, const struct schema *schema,
		       const struct corpus_item *item, struct history *ret, struct err *err)
{
	struct arena arena;
	char *wire;

	if (item->spooled < 0)
		return load_history(schema, item->path, ret, NULL, err);
	arena_init(&arena);
	wire = arena_alloc(&arena, (size_t)item->bytes);
	if (spool_read(&c->spool, item->spooled, wire, (size_t)item->bytes, err) &&
	    history_take(ret, &arena, str_slice(wire, (size_t)item->bytes), schema, err))
		return true;
	arena_done(&arena);
	return err_wrap(err, "%.*s", STR_ARG(item->path));
}

void corpus_resumed(struct corpus *c, size_t index)
{
	struct corpus_item *item = &c->items.at[index];

	c->n_undecided -= !item->decided;
	item->decided = item->resumed = true;
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
		return read_again(c, schema, item, ret, err);
	}
	c->held_bytes -= ret->wire.n;
	return true;
}

void corpus_put_back(struct corpus *c, size_t index, struct history *h)
{
	hold(c, &c->items.at[index], h);
}

/* ---- the same history again ---- */

static bool same_bytes(const struct corpus *c, const struct corpus_settings *settings,
		       const struct corpus_item *item, struct str wire)
{
	struct history h;
	bool same;

	if (item->held)
		return str_eq(item->held->wire, wire);
	if (item->held_wire.p)
		return str_eq(item->held_wire, wire);
	if (!read_again(c, settings->schema, item, &h, NULL))
		return false;
	same = str_eq(h.wire, wire);
	history_done(&h);
	return same;
}

/* What was seen before gets its verdict; what was not is remembered as the next item. */
static void look_back(struct corpus *c, const struct corpus_settings *settings,
		      struct corpus_item *item, const struct history *h)
{
	uint64_t hash = duplicates_hash(item->workflow_id, 1);
	size_t at = 0, index;

	hash = duplicates_hash(h->wire, duplicates_hash(item->run_id, hash));
	item->digest = hash;
	while (duplicates_next(&c->seen, hash, &at, &index)) {
		const struct corpus_item *seen = &c->items.at[index];

		if (str_eq(seen->workflow_id, item->workflow_id) &&
		    str_eq(seen->run_id, item->run_id) &&
		    same_bytes(c, settings, seen, h->wire)) {
			decide(c, item, VERDICT_SKIPPED, "duplicate",
			       arena_printf(&c->arena, "duplicate of %.*s", STR_ARG(seen->path)))
				->duplicate_of = seen->path;
			return;
		}
	}
	duplicates_add(&c->seen, hash, c->items.n);
}

/* ---- adding ---- */

static bool is_duplicate(const struct corpus_item *item)
{
	return item->decided && item->decision->duplicate_of.p;
}

/* One file on its way into the corpus. */
struct adding {
	struct corpus *c;
	const struct corpus_settings *settings;
	struct str path;
	uint64_t place;	/* of the file, in the upper half */
	size_t most;	/* items; what is behind is left out */
	bool duplicates_too;
	size_t n; /* histories of it so far */
};

static struct corpus_item new_item(struct adding *a, struct str path)
{
	return (struct corpus_item){.path = path, .spooled = -1, .place = a->place + a->n++};
}

static bool add_one(void *data, struct history *h, const struct load_info *info, struct err *err)
{
	struct adding *a = data;
	struct corpus *c = a->c;
	struct arena_mark mark = arena_mark(&c->arena);
	struct corpus_item item;
	size_t named;

	(void)err;
	if (c->items.n >= a->most) {
		c->n_left_out++;
		return true;
	}
	load_path_split(a->path, &named);
	item = new_item(a, info->only || named
				   ? a->path
				   : arena_printf(&c->arena, "%.*s#%zu", STR_ARG(a->path),
						  info->ordinal));
	item.once = !info->only || info->joined || str_is(a->path, "-") ||
		    (c->members && c->members->archive);
	note_ids(c, a->settings, &item, h);
	if (!is_wanted(a->settings, &item, h)) {
		c->n_left_out++;
		arena_rewind(&c->arena, mark);
		return true;
	}
	item.payloads_guessed = transcode_loss_count(&info->loss, TRANSCODE_GUESSED) > 0;
	note_facts(c, &item, h);
	look(c, &item, h, info);
	if (!item.decided)
		look_back(c, a->settings, &item, h);
	if (!a->duplicates_too && is_duplicate(&item)) {
		c->n_left_out++;
		return true;
	}
	hold(c, &item, h);
	c->n_undecided += !item.decided;
	vec_push(&c->items, item);
	return true;
}

static void add_file(struct adding *a)
{
	struct load_settings load = {
		.schema = a->settings->schema,
		.pages = a->c->pages,
		.members = a->c->members,
	};
	struct err err = ERR_INIT;
	struct corpus_item item;

	if (load_each(&load, a->path, add_one, a, &err) || a->c->items.n >= a->most)
		return;
	item = new_item(a, a->path);
	decide(a->c, &item, VERDICT_INVALID, NULL, arena_str(&a->c->arena, str_of(err.message)));
	vec_push(&a->c->items, item);
}

void corpus_add(struct corpus *c, const struct corpus_settings *settings, struct str path)
{
	struct adding a = {c, settings, path, (uint64_t)c->items.n << 32, SIZE_MAX, true, 0};

	add_file(&a);
}

struct draw {
	uint64_t lot;
	size_t place;
};

static int by_lot(const void *a, const void *b)
{
	const struct draw *x = a, *y = b;

	if (x->lot != y->lot)
		return x->lot < y->lot ? -1 : 1;
	return (x->place > y->place) - (x->place < y->place);
}

static int by_place(const void *a, const void *b)
{
	const struct corpus_item *x = a, *y = b;

	return (x->place > y->place) - (x->place < y->place);
}

/* The paths in the order of their lots. */
static struct draw *draw_lots(const struct corpus_settings *settings,
			      const struct source_file *files, size_t n)
{
	struct draw *lots = mem_alloc(sizeof(*lots) * (n ? n : 1));
	struct buf key;

	buf_init(&key, 0);
	for (size_t i = 0; i < n; i++) {
		buf_clear(&key);
		buf_add(&key, settings->seed);
		buf_add_char(&key, '\0');
		buf_add(&key, files[i].path);
		lots[i] = (struct draw){map_hash(buf_str(&key)), i};
	}
	buf_done(&key);
	qsort(lots, n, sizeof(*lots), by_lot);
	return lots;
}

static void gather_sample(struct corpus *c, const struct corpus_settings *settings,
			  const struct source_file *files, size_t n)
{
	struct draw *lots = draw_lots(settings, files, n);
	size_t i = 0;

	for (; i < n && c->items.n < settings->sample; i++) {
		struct adding a = {c, settings, files[lots[i].place].path,
				   (uint64_t)lots[i].place << 32, settings->sample, false, 0};

		add_file(&a);
	}
	c->n_left_out += n - i;
	mem_free(lots);
	if (c->items.n)
		qsort(c->items.at, c->items.n, sizeof(*c->items.at), by_place);
}

void corpus_gather(struct corpus *c, const struct corpus_settings *settings,
		   const struct source_file *files, size_t n)
{
	struct members_cursor members = {0};

	c->pages = load_pages_new(files, n);
	c->members = &members;
	if (settings->sample)
		gather_sample(c, settings, files, n);
	else
		for (size_t i = 0; i < n; i++)
			corpus_add(c, settings, files[i].path);
	load_pages_free(c->pages);
	members_cursor_done(&members);
	c->pages = NULL;
	c->members = NULL;
	/* Nothing is compared any more. */
	duplicates_done(&c->seen);
	map_done(&c->names);
}

void corpus_skip(struct corpus *c, size_t index, const char *reason, struct str message)
{
	struct corpus_item *item = &c->items.at[index];

	BUG_IF(item->decided);
	decide(c, item, VERDICT_SKIPPED, reason, message);
	c->n_undecided--;
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
		.digest = item->digest,
		.sdk = item->sdk,
		.sdk_version = item->sdk_version,
		.duplicate_of = item->decided ? item->decision->duplicate_of : STR_NONE,
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
