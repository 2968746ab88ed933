/* SPDX-License-Identifier: MIT */
/* fmt_export.c: a Temporal Cloud export: items with a history each, some of them twice. */
#include "formats/read/proto_cursor.h"

#include "formats/base/map.h"
#include "formats/bytes/members.h"
#include "formats/history/events.h"

/* export.v1.WorkflowExecutions: items = 1; WorkflowExecution: history = 1. */

/* ---- runs that were exported twice ---- */

/*
 * Temporal Cloud exports at least once: a run may come again, and may have gone on by then.
 * What is a run's begin, byte for byte, and comes again longer, is left out; a reset run
 * names the same first run, but goes another way, and is kept. This takes a look through the
 * file before it is read, so it is not done for what can't be opened again.
 */
struct item {
	uint64_t n;	 /* bytes of events */
	uint64_t digest; /* of all of them */
	size_t times;	 /* that the run was exported, up to here */
	bool left_out;
};

struct plan {
	struct arena arena;
	struct map runs; /* run id -> index of its latest item */
	VEC_OF(struct item) items;
};

/* One item while it is looked at. */
struct look {
	struct item item;
	const struct item *before; /* of the same run, or NULL */
	bool same;		   /* BEFORE is how this one begins */
	struct str run_id;
};

static uint64_t mix(uint64_t digest, struct str event)
{
	uint64_t word;
	size_t i = 0;

	digest ^= event.n;
	for (; i + 8 <= event.n; i += 8) {
		memcpy(&word, event.p + i, 8);
		digest = (digest ^ word) * 0xff51afd7ed558ccdu;
		digest ^= digest >> 32;
	}
	word = 0;
	memcpy(&word, event.p + i, event.n - i);
	return (digest ^ word) * 0xff51afd7ed558ccdu;
}

static void look_at_event(struct plan *p, struct look *l, struct str whole)
{
	if (!l->item.n) { /* HistoryEvent's attributes of WorkflowExecutionStarted = 6 */
		struct str event = wire_bytes_at(whole, 1);
		struct str id = wire_bytes_at(wire_bytes_at(event, 6), 14);
		uint64_t *index;

		l->run_id = id.n ? arena_str(&p->arena, id) : STR_NONE;
		index = id.n ? map_get(&p->runs, id) : NULL;
		l->before = index ? &p->items.at[*index] : NULL;
	}
	l->item.digest = mix(l->item.digest, whole);
	l->item.n += whole.n;
	if (l->before && l->item.n == l->before->n)
		l->same = l->item.digest == l->before->digest;
}

static bool look_at_item(struct plan *p, struct proto_cursor *c, uint64_t end, struct look *l)
{
	struct proto_header h;
	struct str whole = STR_NONE;
	enum proto_peeked next;

	while ((next = proto_peek(c, end, &h, NULL)) == PROTO_FIELD) {
		bool enters = h.number == 1 && h.type == WIRE_BYTES;
		uint64_t inner = proto_position(c) + h.bytes + h.n;

		if (!enters) {
			if (!proto_take(c, &h, &whole, NULL))
				return false;
			continue;
		}
		c->at += h.bytes;
		while ((next = proto_peek(c, inner, &h, NULL)) == PROTO_FIELD) {
			if (!proto_take(c, &h, &whole, NULL))
				return false;
			look_at_event(p, l, whole);
		}
		if (next != PROTO_END)
			return false;
	}
	return next == PROTO_END;
}

static bool look_through(struct plan *p, struct proto_cursor *c)
{
	struct proto_header h;
	struct str whole = STR_NONE;
	enum proto_peeked next;

	while ((next = proto_peek(c, UINT64_MAX, &h, NULL)) == PROTO_FIELD) {
		struct look l = {.item = {.times = 1}};

		if (h.number != 1 || h.type != WIRE_BYTES) {
			if (!proto_take(c, &h, &whole, NULL))
				return false;
			continue;
		}
		c->at += h.bytes;
		if (!look_at_item(p, c, proto_position(c) + h.n, &l))
			return false;
		if (l.same) {
			struct item *before = &p->items.at[l.before - p->items.at];

			before->left_out = true;
			l.item.times = before->times + 1;
		}
		if (l.run_id.n)
			*map_put(&p->runs, l.run_id, 0, NULL) = p->items.n;
		vec_push(&p->items, l.item);
	}
	return next == PROTO_END;
}

/* Damaged files have no plan: what is wrong with them is told when they are read. */
static void make_plan(struct plan *p, struct format_reader *r)
{
	struct input in;
	struct format_reader own = *r;

	arena_init(&p->arena);
	if (!r->path.n || str_is(r->path, "-") || !members_input(NULL, r->path, 0, &in, NULL))
		return;
	own.in = &in;
	{
		struct proto_cursor c = proto_cursor_of(&own);

		if (!look_through(p, &c))
			p->items.n = 0;
	}
	input_done(&in);
}

static void plan_done(struct plan *p)
{
	map_done(&p->runs);
	vec_done(&p->items);
	arena_done(&p->arena);
}

/* ---- reading ---- */

static bool sniff_export(struct format_reader *r, struct str head, bool all)
{
	(void)all;
	return proto_is(r, proto_levels(head) == 3, "proto export", "a Temporal Cloud export",
			"items with a history are its first field");
}

static bool skip(struct proto_cursor *c, uint64_t n, struct err *err)
{
	while (n) {
		size_t here = c->in->window.n - c->at;

		if (!here) {
			if (!proto_want(c, 1, err))
				return false;
			if (c->in->window.n == c->at)
				return proto_broken(c, err);
			continue;
		}
		here = here < n ? here : (size_t)n;
		c->at += here;
		n -= here;
	}
	return true;
}

static bool read_item(struct proto_cursor *c, uint64_t end, struct err *err)
{
	struct proto_header h;
	struct str whole = STR_NONE;
	enum proto_peeked next;

	while ((next = proto_peek(c, end, &h, err)) == PROTO_FIELD) {
		if (h.number == 1 && h.type == WIRE_BYTES) {
			c->at += h.bytes;
			if (!proto_read_history(c, proto_position(c) + h.n, JOIN_WHOLE, err))
				return false;
		} else if (proto_take(c, &h, &whole, err)) {
			proto_lose(c->r, h.number);
		} else {
			return false;
		}
	}
	return next == PROTO_END;
}

/* ITEM is what the plan says of it; NULL: nothing. */
static bool read_or_skip(struct proto_cursor *c, uint64_t n, const struct item *item,
			 struct err *err)
{
	if (item && item->left_out)
		return skip(c, n, err);
	/* The history before ends here: what is noted is this one's. */
	if (!join_part(c->r->join, JOIN_WHOLE, err))
		return false;
	if (item && item->times > 1)
		load_report_note(c->r->report, "exported-again",
				 "the run was exported %zu times: the last, which has all of the "
				 "others, is taken",
				 item->times);
	return read_item(c, proto_position(c) + n, err);
}

static bool read_items(struct format_reader *r, const struct plan *plan, struct err *err)
{
	struct proto_cursor c = proto_cursor_of(r);
	struct proto_header h;
	struct str whole = STR_NONE;
	enum proto_peeked next;
	size_t i = 0;

	while ((next = proto_peek(&c, UINT64_MAX, &h, err)) == PROTO_FIELD) {
		if (h.number == 1 && h.type == WIRE_BYTES) {
			const struct item *item = i < plan->items.n ? &plan->items.at[i] : NULL;

			i++;
			c.at += h.bytes;
			if (!read_or_skip(&c, h.n, item, err))
				return false;
		} else if (proto_take(&c, &h, &whole, err)) {
			proto_lose(r, h.number);
		} else {
			return false;
		}
	}
	return next == PROTO_END;
}

static bool read_export(struct format_reader *r, struct err *err)
{
	struct plan plan = {0};
	bool ok;

	make_plan(&plan, r);
	ok = read_items(r, &plan, err);
	plan_done(&plan);
	return ok;
}

const struct format FORMAT_EXPORT = {
	.name = "export",
	.what = "a Temporal Cloud export",
	.sniff = sniff_export,
	.read = read_export,
};
