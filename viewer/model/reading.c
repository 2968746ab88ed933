/* SPDX-License-Identifier: MIT */
/* reading.c: an index, then groups, a slice at a time. */
#include "viewer/model/reading.h"

#include "formats/base/mem.h"
#include "formats/read/load_slices.h"

#define FIRST_EVENTS 512
/* Slices of some two milliseconds each. */
#define INDEX_A_STEP 4000
#define GROUPS_A_STEP 500

struct reading {
	struct load_slices *slices;
	struct history history; /* whole, once it was indexed */
	struct load_info info;
	struct group_maker *maker; /* NULL: it is still indexed */
	struct groups groups;
	struct arena arena; /* of groups */
	size_t grouped;
	bool taken;
};

bool reading_open(struct reading **ret, struct str path, const struct schema *schema,
		  int64_t wanted)
{
	const struct load_settings settings = {
		.schema = schema,
		.flags = LOAD_INDEX | LOAD_PARTIAL | LOAD_KEEP_UNKNOWN,
	};
	struct load_slices *slices;
	struct reading *r;
	size_t first = FIRST_EVENTS;

	if (!load_slices_open(&slices, &settings, path))
		return false;
	if (wanted > 0 && wanted < (int64_t)LIMIT_HISTORY_EVENTS)
		first += (size_t)wanted;
	if (load_slices_step(slices, first) != JSON_INDEX_MORE || !load_slices_events(slices)) {
		load_slices_free(slices);
		return false;
	}
	r = mem_zalloc(sizeof(*r));
	r->slices = slices;
	arena_init(&r->arena);
	*ret = r;
	return true;
}

void reading_peek(const struct reading *r, struct history *ret)
{
	load_slices_peek(r->slices, ret);
}

static enum reading_state index_step(struct reading *r)
{
	enum json_index_state state = load_slices_step(r->slices, INDEX_A_STEP);

	if (state == JSON_INDEX_MORE)
		return READING_GOES_ON;
	if (state != JSON_INDEX_WHOLE || !load_slices_take(r->slices, &r->history, &r->info))
		return READING_UNUSUAL;
	r->maker = groups_begin(&r->history, &r->arena, &r->groups);
	return READING_GOES_ON;
}

enum reading_state reading_step(struct reading *r)
{
	size_t n = r->history.n_events;

	if (!r->maker)
		return index_step(r);
	r->grouped = n - r->grouped > GROUPS_A_STEP ? r->grouped + GROUPS_A_STEP : n;
	groups_run(r->maker, r->grouped);
	if (r->grouped < n)
		return READING_GOES_ON;
	return history_decoded(&r->history, NULL) ? READING_WHOLE : READING_UNUSUAL;
}

void reading_take(struct reading *r, struct history *ret, struct load_info *info,
		  struct groups *groups, struct arena *ret_arena)
{
	groups_end(r->maker);
	*ret = r->history;
	*info = r->info;
	*groups = r->groups;
	*ret_arena = r->arena;
	r->taken = true;
}

bool reading_indexed(const struct reading *r)
{
	return r->maker != NULL;
}

unsigned reading_thousandths(const struct reading *r)
{
	if (!r->maker)
		return load_slices_thousandths(r->slices) / 2;
	return 500 + (unsigned)(r->grouped * 500 / r->history.n_events);
}

void reading_free(struct reading *r)
{
	if (!r)
		return;
	if (!r->taken) {
		if (r->maker)
			groups_end(r->maker);
		if (r->history.n_events)
			history_done(&r->history);
		arena_done(&r->arena);
	}
	load_slices_free(r->slices);
	mem_free(r);
}
