/* SPDX-License-Identifier: MIT */
/* join_parts.c: parts that came out of order, and where they belong. */
#include "formats/read/join.h"

#include "formats/base/limits.h"
#include "formats/wire/wire.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* An event of a part in held. */
struct piece {
	int64_t id;
	struct str whole;
	size_t place;
};

typedef VEC_OF(struct piece) pieces;

static void list_pieces(const struct join *j, const struct join_part *p, pieces *list)
{
	struct wire w = wire_of(str_slice(j->held.p + p->from, p->to - p->from));
	struct wire_field f;

	while (wire_next(&w, &f))
		vec_push(list, (struct piece){(int64_t)wire_value_at(f.bytes, 1, 0), f.whole,
					      list->n});
}

static int by_id(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return (x->place > y->place) - (x->place < y->place);
}

/* The part's events again, in the order of LIST. */
static void rewrite(struct join *j, struct join_part *p, const pieces *list)
{
	struct buf events;

	buf_init(&events, 0);
	for (size_t i = 0; i < list->n; i++)
		buf_add(&events, list->at[i].whole);
	memcpy(j->held.p + p->from, events.p, events.n);
	p->to = p->from + events.n;
	j->held.n = p->to;
	buf_done(&events);
	p->n = list->n;
	p->last = list->at[list->n - 1].id;
	p->rises = true;
	for (size_t i = 1; i < list->n; i++)
		p->rises &= list->at[i].id == history_next_id(list->at[i - 1].id);
}

static void turn_round(struct join *j, struct join_part *p)
{
	pieces list = {0};

	list_pieces(j, p, &list);
	for (size_t i = 0; i < list.n / 2; i++) {
		struct piece other = list.at[i];

		list.at[i] = list.at[list.n - 1 - i];
		list.at[list.n - 1 - i] = other;
	}
	rewrite(j, p, &list);
	vec_done(&list);
	p->falls = false;
	p->more = JOIN_LAST; /* what follows is older */
	p->turned = true;
}

/* Groups of events: some events are in several of them. */
static bool gather(struct join *j, struct join_part *p, struct err *err)
{
	pieces list = {0};
	size_t n = 0;
	bool ok = true;

	list_pieces(j, p, &list);
	qsort(list.at, list.n, sizeof(*list.at), by_id);
	for (size_t i = 0; ok && i < list.n; i++) {
		if (n && list.at[n - 1].id == list.at[i].id)
			ok = str_eq(list.at[n - 1].whole, list.at[i].whole) ||
			     err_set(err, ERR_SYNTAX,
				     "event %" PRId64 " is in two groups, and not the same",
				     list.at[i].id);
		else
			list.at[n++] = list.at[i];
	}
	list.n = n;
	p->sorted = !p->rises;
	if (ok)
		rewrite(j, p, &list);
	vec_done(&list);
	return ok;
}

static bool fits(const struct join *j, const struct join_part *p, bool late)
{
	if (!p->rises)
		return false;
	if (p->low == 1)
		return true;
	if (!j->open || j->kind == JOIN_WHOLE)
		return false;
	return p->low == history_next_id(j->last) || (late && p->low <= j->last);
}

static bool feed(struct join *j, const struct join_part *p, struct err *err)
{
	int64_t last = j->open ? j->last : 0;

	if (!join_feed(j, p, false, err))
		return false;
	if (j->open && (j->last != last || p->high == last))
		j->more = p->more;
	return true;
}

bool join_settle(struct join *j, struct err *err)
{
	struct join_part p = j->part;

	if (!buf_ok(&j->held, err))
		return false;
	if (p.kind == JOIN_SCATTERED && !gather(j, &p, err))
		return false;
	if (p.falls && p.n > 1)
		turn_round(j, &p);
	if (p.kind == JOIN_WHOLE || fits(j, &p, false)) {
		bool ok = p.kind == JOIN_WHOLE && !(p.rises && p.low == 1)
				  ? join_feed(j, &p, true, err)
				  : feed(j, &p, err);

		j->held.n = p.from;
		j->part.last = p.high;
		j->part.turned = p.turned;
		return ok;
	}
	vec_push(&j->waiting, p);
	return true;
}

static void take_out(struct join *j, size_t i)
{
	struct join_part *p = j->waiting.at;

	memmove(p + i, p + i + 1, (j->waiting.n - i - 1) * sizeof(*p));
	if (--j->waiting.n == 0)
		j->held.n = 0;
}

bool join_waiting(struct join *j, bool late, struct err *err)
{
	for (size_t i = 0; i < j->waiting.n;) {
		struct join_part p = j->waiting.at[i];

		if (!fits(j, &p, late) || (j->closed && p.low > j->last)) {
			i++;
			continue;
		}
		if (!feed(j, &p, err))
			return false;
		/* It stood before what it follows; of pages that goes without saying. */
		if (p.kind != JOIN_PAGE && !load_report_has(j->report, "newest-first") &&
		    !load_report_has(j->report, "sorted"))
			load_report_note(j->report, "sorted",
					 "parts came out of order: they are sorted");
		take_out(j, i);
		i = 0;
	}
	return true;
}

static int by_low(const void *a, const void *b)
{
	const struct join_part *x = a, *y = b;

	if (x->low != y->low)
		return x->low < y->low ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

/* "events 1 to 18 are there, " or with several ranges between commas */
static void present(const struct join *j, struct buf *out)
{
	int64_t low = j->open ? j->first : 0, high = j->open ? j->last : 0;

	buf_puts(out, "events ");
	for (size_t i = 0; i < j->waiting.n; i++) {
		const struct join_part *p = &j->waiting.at[i];

		if (high && p->low <= history_next_id(high)) {
			high = p->high > high ? p->high : high;
			continue;
		}
		if (high)
			buf_printf(out, "%" PRId64 " to %" PRId64 ", ", low, high);
		low = p->low;
		high = p->high;
	}
	buf_printf(out, "%" PRId64 " to %" PRId64 " are there, ", low, high);
}

/* "events 1 to 18 and 36 to 60 are missing" */
static void missing(const struct join *j, struct buf *out)
{
	int64_t next = j->open ? history_next_id(j->last) : 1;
	size_t n = 0;

	for (size_t i = 0; i < j->waiting.n; i++) {
		const struct join_part *p = &j->waiting.at[i];

		if (p->low > next) {
			buf_puts(out, n++ ? ", " : "events ");
			if (p->low - 1 > next)
				buf_printf(out, "%" PRId64 " to ", next);
			buf_printf(out, "%" PRId64, p->low - 1);
		}
		next = p->high >= next ? history_next_id(p->high) : next;
	}
	if (n)
		buf_puts(out, " are missing");
}

static int by_number(const void *a, const void *b)
{
	const struct join_part *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

/* Lists by themselves: as they were written, for check to say what is wrong with them. */
static bool are_lists(const struct join *j)
{
	for (size_t i = 0; i < j->waiting.n; i++)
		if (j->waiting.at[i].kind != JOIN_STREAM)
			return false;
	return true;
}

static bool give_rest(struct join *j, struct err *err)
{
	for (size_t i = 0; i < j->waiting.n; i++)
		if (!join_feed(j, &j->waiting.at[i], true, err))
			return false;
	j->waiting.n = 0;
	return true;
}

bool join_leftover(struct join *j, struct err *err)
{
	struct join_part *first = j->waiting.at;
	struct buf text;
	bool ok;

	if (are_lists(j)) {
		qsort(first, j->waiting.n, sizeof(*first), by_number);
		return give_rest(j, err);
	}
	if (!join_waiting(j, true, err))
		return false;
	if (!j->waiting.n)
		return true;
	/* A list by itself, as it was written: check says what is wrong with it. */
	if (j->waiting.n == 1 && !j->n_events &&
	    (first->kind == JOIN_PLAIN || first->kind == JOIN_SCATTERED || first->low == 1))
		return give_rest(j, err);
	qsort(j->waiting.at, j->waiting.n, sizeof(*j->waiting.at), by_low);
	buf_init(&text, 0);
	if (first->low == 1 || (j->open && first->low <= history_next_id(j->last)))
		buf_printf(&text,
			   "events %" PRId64 " to %" PRId64 " (part %zu) belong to no history here, "
			   "or to more than one: name the parts of each history by themselves",
			   first->low, first->high, first->number);
	else
		buf_puts(&text, "only a part of a history: ");
	if (first->low != 1 && !(j->open && first->low <= history_next_id(j->last))) {
		present(j, &text);
		missing(j, &text);
		buf_puts(&text, ": fetch the other pages and name all of them together");
	}
	ok = join_damage(j, text.p, err);
	buf_done(&text);
	return ok && give_rest(j, err);
}

bool join_lone(struct join *j, struct join_lone *ret, struct err *err)
{
	struct join_part *p = j->waiting.at;

	if (j->mode != JOIN_IDLE && !join_part_end(j, false, err))
		return false;
	if (j->open) {
		*ret = (struct join_lone){j->first, j->last, true};
		return j->more && !j->waiting.n && !j->irregular &&
		       j->report->info.ordinal == 1;
	}
	if (!j->waiting.n || j->n_events)
		return false;
	qsort(p, j->waiting.n, sizeof(*p), by_low);
	for (size_t i = 0; i < j->waiting.n; i++)
		if (!p[i].rises || (i && p[i].low != history_next_id(p[i - 1].high)))
			return false;
	*ret = (struct join_lone){p->low, vec_last(&j->waiting)->high,
				  vec_last(&j->waiting)->more != JOIN_LAST};
	return true;
}

void join_is_page(struct join *j)
{
	if (!j->open)
		return;
	if (j->kind != JOIN_PAGE)
		j->n_joined++;
	j->kind = JOIN_PAGE;
}
