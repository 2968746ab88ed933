/* SPDX-License-Identifier: MIT */
/* repair.c: events as pieces of bytes with ids, sorted, thinned out and cut. */
#include "formats/check/repair.h"

#include "formats/base/limits.h"
#include "formats/history/history.h"
#include "formats/history/history_facts.h"
#include "formats/wire/wire.h"

#include <inttypes.h>
#include <stdlib.h>

struct piece {
	int64_t id;
	struct str whole; /* with tag and length */
	size_t place;
};

typedef VEC_OF(struct piece) pieces;

static bool list_pieces(struct str events, pieces *list, struct err *err)
{
	struct wire w = wire_of(events);
	struct wire_field f;

	while (wire_next(&w, &f)) {
		if (list->n == LIMIT_HISTORY_EVENTS)
			return err_set(err, ERR_LIMIT, "more than %zu events",
				       LIMIT_HISTORY_EVENTS);
		vec_push(list, (struct piece){(int64_t)wire_value_at(f.bytes, 1, 0), f.whole,
					      list->n});
	}
	return !w.broken || err_set(err, ERR_SYNTAX, "events that are not whole");
}

static int by_id(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return (x->place > y->place) - (x->place < y->place);
}

static void sort(pieces *list, struct repair_report *r)
{
	for (size_t i = 1; i < list->n && !r->sorted; i++)
		r->sorted = list->at[i].id < list->at[i - 1].id;
	if (r->sorted)
		qsort(list->at, list->n, sizeof(*list->at), by_id);
}

/* Events of one id that are compared: a hostile history must not cost its square. */
#define ALIKE_MOST 8

static void thin_out(pieces *list, struct repair_report *r)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++) {
		const struct piece *p = &list->at[i];
		bool alike = false;

		/* Several may share an id: each is held against the last that were kept of it. */
		for (size_t k = n; k-- > 0 && n - k <= ALIKE_MOST && list->at[k].id == p->id && !alike;)
			alike = str_eq(list->at[k].whole, p->whole);
		r->dropped += alike;
		if (alike)
			continue;
		if (n && list->at[n - 1].id == p->id && !r->differs)
			r->differs = p->id;
		list->at[n++] = *p;
	}
	list->n = n;
}

static void find_gaps(const pieces *list, struct repair_report *r)
{
	int64_t next = 1;

	for (size_t i = 0; i < list->n; i++) {
		if (list->at[i].id > next) {
			if (!r->gaps++)
				r->missing = next;
		}
		next = history_next_id(list->at[i].id);
	}
}

/* How many of the first events may stay, where the rest of the history is lost. */
static size_t border(const struct schema *schema, struct str events, size_t n)
{
	const struct history_task *last;
	struct history h;
	struct arena a;
	size_t keep = n;

	arena_init(&a);
	if (!history_take(&h, &a, arena_str(&a, events), schema, NULL)) {
		arena_done(&a);
		return n;
	}
	last = h.n_tasks ? &h.tasks[h.n_tasks - 1] : NULL;
	if (h.end == HISTORY_OPEN && last && last->batch_end == h.n_events)
		keep = last->completed;
	history_done(&h);
	return keep;
}

static bool closes_run(struct str whole)
{
	/* HistoryEvent.event_type */
	return history_end_by((int32_t)wire_value_at(wire_bytes_at(whole, 1), 3, 0)) != HISTORY_OPEN;
}

static void put(const pieces *list, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++)
		buf_add(out, list->at[i].whole);
}

bool repair_events(const struct schema *schema, struct str events, bool damaged, struct buf *out,
		   struct repair_report *ret, struct err *err)
{
	pieces list = {0};
	size_t keep;
	struct buf all;
	bool ok;

	*ret = (struct repair_report){.damaged = damaged};
	ok = list_pieces(events, &list, err);
	if (ok) {
		sort(&list, ret);
		thin_out(&list, ret);
		find_gaps(&list, ret);
		keep = list.n;
		buf_init(&all, LIMIT_HISTORY_BYTES);
		put(&list, list.n, &all);
		if (damaged && !ret->gaps)
			keep = border(schema, buf_str(&all), list.n);
		buf_done(&all);
		ret->cut = list.n - keep;
		ret->last = keep ? list.at[keep - 1].id : 0;
		ret->closed = keep && closes_run(list.at[keep - 1].whole);
		put(&list, keep, out);
	}
	vec_done(&list);
	return ok;
}

bool repair_report_wrong(const struct repair_report *r)
{
	return r->gaps || r->differs;
}

size_t repair_report_add(const struct repair_report *r, struct buf *lines)
{
	if (r->sorted)
		buf_puts(lines, "events were out of order: sorted\n");
	if (r->dropped)
		buf_printf(lines, "%zu event%s there twice and alike: kept once\n", r->dropped,
			   r->dropped == 1 ? " was" : "s were");
	if (r->differs)
		buf_printf(lines,
			   "event %" PRId64 " is there twice and not alike: which one is right "
			   "can't be told\n", r->differs);
	if (r->gaps)
		buf_printf(lines, "event %" PRId64 " is missing%s: that can't be repaired\n",
			   r->missing, r->gaps > 1 ? ", and others behind it" : "");
	if (r->damaged && !r->closed)
		buf_printf(lines, "kept up to event %" PRId64 "; what follows is lost\n", r->last);
	if (r->cut)
		buf_printf(lines,
			   "%zu event%s behind it %s left out: of a workflow task that may not be "
			   "whole\n", r->cut, r->cut == 1 ? "" : "s", r->cut == 1 ? "is" : "are");
	return r->damaged + r->cut;
}

/* ---- the stage ---- */

static struct repair_stage *repair_of(struct stage *s)
{
	return (struct repair_stage *)s;
}

static void begin(struct stage *s)
{
	repair_of(s)->damaged = false;
	repair_of(s)->report = (struct repair_report){0};
}

static bool events(struct stage *s, struct str bytes, struct buf *out, struct err *err)
{
	struct repair_stage *r = repair_of(s);

	return repair_events(r->schema, bytes, r->damaged, out, &r->report, err);
}

static size_t report(struct stage *s, struct buf *lines)
{
	return repair_report_add(&repair_of(s)->report, lines);
}

static const struct stage_kind REPAIR = {
	.name = "repair", .whole = true, .begin = begin, .events = events, .report = report};

void repair_stage_init(struct repair_stage *r, const struct schema *schema)
{
	*r = (struct repair_stage){.stage.kind = &REPAIR, .schema = schema};
}
