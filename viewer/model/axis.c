/* SPDX-License-Identifier: MIT */
/* axis.c: which idle times are cut out, and where a time comes to lie. */
#include "viewer/model/axis.h"

/* In a double's exact range, however far apart the times of a damaged history are. */
#define COLUMNS_MOST 1e15
#define SECOND UINT64_C(1000000000)
enum { IDLE_SECONDS = 1, BUSY_SECONDS = 60, TIMES_THE_REST = 4, ZOOM_MOST = 50 };

/* ---- gaps ---- */

/* Whether something runs while an entity of that kind is started. */
static bool runs(enum entity_kind kind)
{
	return kind == ENTITY_TASK || kind == ENTITY_ACTIVITY || kind == ENTITY_CHILD ||
	       kind == ENTITY_NEXUS;
}

/* How many more run after an event than before it. */
static int change_at(const struct groups *g, size_t event)
{
	const struct group *group = groups_of(g, event);

	if (!group || !runs(group->kind) || group->started == GROUP_NONE ||
	    group->started == group->closed)
		return 0;
	return group->started == event ? 1 : group->closed == event ? -1 : 0;
}

/* Spans by their size: a class for each power of two. */
struct spans {
	uint64_t stays; /* the sum of those that are never cut out */
	uint64_t sum[64], least[64];
};

static unsigned class_of(uint64_t span)
{
	return 63 - (unsigned)__builtin_clzll(span | 1);
}

/* Calls with each span between neighbours in time; BUSY: something runs in it. */
typedef void see_span(void *with, int64_t from, int64_t to, bool busy);

static void each_span(const struct history *h, const struct groups *g, see_span *see, void *with)
{
	int64_t last = 0, running = 0;

	for (size_t i = 0; i < h->n_events; i++) {
		int64_t time = h->events[i].time;

		if (time && last && time > last)
			see(with, last, time, running > 0);
		if (time > last || !last)
			last = time;
		running += change_at(g, i);
	}
}

static bool may_go(uint64_t span, bool busy)
{
	return span >= (busy ? BUSY_SECONDS : IDLE_SECONDS) * SECOND;
}

static void count_span(void *with, int64_t from, int64_t to, bool busy)
{
	struct spans *s = with;
	uint64_t span = (uint64_t)to - (uint64_t)from;
	unsigned class = class_of(span);

	if (!may_go(span, busy)) {
		s->stays += span;
		return;
	}
	s->sum[class] += span;
	if (!s->least[class] || span < s->least[class])
		s->least[class] = span;
}

/* The smallest class of which all spans are cut out; 64: none is. */
static unsigned first_class(const struct spans *s)
{
	uint64_t rest = s->stays;

	for (unsigned i = 0; i < 64; i++) {
		if (s->sum[i] && rest && s->least[i] / TIMES_THE_REST > rest)
			return i;
		rest += s->sum[i];
	}
	return 64;
}

struct cutting {
	struct axis *axis;
	unsigned class;
};

static void cut_span(void *with, int64_t from, int64_t to, bool busy)
{
	struct cutting *c = with;
	uint64_t span = (uint64_t)to - (uint64_t)from;

	if (!may_go(span, busy) || class_of(span) < c->class)
		return;
	vec_push(&c->axis->gaps, (struct axis_gap){from, to, c->axis->hidden});
	c->axis->hidden += span;
	if (span > c->axis->longest)
		c->axis->longest = span;
}

void axis_make(struct axis *a, const struct history *h, const struct groups *g, bool idle_shown)
{
	struct spans spans = {0};
	struct cutting cutting = {a, 64};

	*a = (struct axis){0};
	for (size_t i = 0; i < h->n_events; i++) {
		int64_t time = h->events[i].time;

		if (!time)
			continue;
		if (!a->begin || time < a->begin)
			a->begin = time;
		if (!a->end || time > a->end)
			a->end = time;
	}
	if (idle_shown)
		return;
	each_span(h, g, count_span, &spans);
	cutting.class = first_class(&spans);
	if (cutting.class < 64)
		each_span(h, g, cut_span, &cutting);
}

void axis_done(struct axis *a)
{
	vec_done(&a->gaps);
}

/* ---- columns ---- */

/* Gaps that begin before a time. */
static size_t gaps_before(const struct axis *a, int64_t time)
{
	size_t low = 0, high = a->gaps.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (a->gaps.at[middle].from < time)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static uint64_t visible_in_all(const struct axis *a)
{
	return (uint64_t)a->end - (uint64_t)a->begin - a->hidden;
}

struct axis_scale axis_fit(const struct axis *a, size_t room, unsigned zoom, size_t label)
{
	struct axis_scale s = {.axis = a, .gap = label + 5}; /* //, //, and one between */
	size_t taken;

	if (a->gaps.n && s.gap > room / 2 / a->gaps.n)
		s.gap = 3;
	if (a->gaps.n && s.gap > room / 2 / a->gaps.n)
		s.gap = 0;
	taken = a->gaps.n * s.gap + 1;
	s.per_column = (double)visible_in_all(a) / (double)(room > taken ? room - taken : 1);
	for (unsigned i = 0; i < zoom && i < ZOOM_MOST; i++)
		s.per_column /= 2;
	if (s.per_column < 1)
		s.per_column = 1;
	return s;
}

size_t axis_column(const struct axis_scale *s, int64_t time)
{
	const struct axis *a = s->axis;
	size_t n;
	uint64_t visible;
	double column;
	bool within;

	if (time < a->begin)
		time = a->begin;
	if (time > a->end)
		time = a->end;
	n = gaps_before(a, time);
	visible = (uint64_t)time - (uint64_t)a->begin;
	within = n && time < a->gaps.at[n - 1].to;
	if (within)
		visible = (uint64_t)a->gaps.at[n - 1].from - (uint64_t)a->begin - a->gaps.at[n - 1].before;
	else if (n)
		visible -= a->gaps.at[n - 1].before + ((uint64_t)a->gaps.at[n - 1].to -
						       (uint64_t)a->gaps.at[n - 1].from);
	column = (double)visible / s->per_column;
	return (size_t)(column < COLUMNS_MOST ? column : COLUMNS_MOST) + (n - within) * s->gap +
	       (within && s->gap);
}

size_t axis_columns(const struct axis_scale *s)
{
	return axis_column(s, s->axis->end) + 1;
}

uint64_t axis_step(const struct axis_scale *s, size_t columns)
{
	/* Of what people count in; from an hour on in hours and days. */
	static const uint64_t STEPS[] = {
		1000000,       2000000,	      5000000,	     10000000,	    20000000,
		50000000,      100000000,     200000000,     500000000,	    SECOND,
		2 * SECOND,    5 * SECOND,    10 * SECOND,   15 * SECOND,   30 * SECOND,
		60 * SECOND,   120 * SECOND,  300 * SECOND,  600 * SECOND,  900 * SECOND,
		1800 * SECOND, 3600 * SECOND, 7200 * SECOND, 21600 * SECOND, 43200 * SECOND,
	};
	double least = s->per_column * (double)columns;
	uint64_t day = 86400 * SECOND;

	for (size_t i = 0; i < sizeof(STEPS) / sizeof(*STEPS); i++)
		if ((double)STEPS[i] >= least)
			return STEPS[i];
	while ((double)day < least && day < UINT64_MAX / 4)
		day *= 2;
	return day;
}
