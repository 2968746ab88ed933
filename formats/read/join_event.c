/* SPDX-License-Identifier: MIT */
/* join_event.c: an event's id and type, and whether it was there before. */
#include "formats/read/join_event.h"

#include "formats/wire/wire_step.h"

/*
 * Events whose bytes are gone are known again by a hash: so many back. A server's histories
 * have at most 51,200 events, and a page that comes twice comes twice in a row.
 */
#define SEEN_MOST ((size_t)64 * 1024)
#define SEEN_FIRST ((size_t)1024)

struct join_seen {
	int64_t id;
	uint64_t hash;
	size_t history; /* its ordinal: rows of others are left where they are */
};

/* The id is the first field and the type among the next in all that is written. */
struct join_event join_event_of(struct str whole)
{
	struct join_event e = {.whole = whole};
	struct wire_step f = {0};
	const char *p, *end;

	if (!whole.n || !wire_step(whole.p, whole.p + whole.n, &f))
		return e;
	e.bytes = f.bytes;
	p = f.bytes.p;
	end = p + f.bytes.n;
	while ((!e.id || !e.type) && p && p < end && (p = wire_step(p, end, &f))) {
		if (f.number == 1 && f.type == WIRE_VARINT)
			e.id = (int64_t)f.value;
		else if (f.number == 3 && f.type == WIRE_VARINT)
			e.type = (int32_t)f.value;
		else if (f.number > 5)
			break;
	}
	return e;
}

/* Not cryptographic: who forges an equal pair loses an event of their own history. */
static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0xff51afd7ed558ccdu;
	return hash ^ hash >> 32;
}

/* In four lanes, as one would wait for its multiplications. */
static uint64_t hash_of(struct str s)
{
	uint64_t lanes[4] = {0x9e3779b97f4a7c15u ^ s.n, 1, 2, 3}, hash = 0, words[4];
	size_t i = 0;

	for (; i + sizeof(words) <= s.n; i += sizeof(words)) {
		memcpy(words, s.p + i, sizeof(words));
		for (unsigned k = 0; k < 4; k++)
			lanes[k] = mix(lanes[k], words[k]);
	}
	memset(words, 0, sizeof(words));
	memcpy(words, s.p + i, s.n - i);
	for (unsigned k = 0; k < 4; k++)
		hash = mix(hash, mix(lanes[k], words[k]));
	return hash ^ hash >> 29;
}

struct str join_so_far(const struct join *j)
{
	return j->borrowed.n ? j->borrowed : buf_str(&j->out);
}

/* Offsets of the events that were added since the last time. */
static void index_so_far(struct join *j)
{
	struct wire w = wire_of(join_so_far(j));
	struct wire_field f;

	if (j->offsets.n) {
		w.at = *vec_last(&j->offsets);
		wire_next(&w, &f);
	}
	for (size_t at = w.at; wire_next(&w, &f); at = w.at)
		vec_push(&j->offsets, at);
}

static enum join_seen_as known_in_whole(struct join *j, const struct join_event *e)
{
	enum join_seen_as found = JOIN_NEW;
	size_t i = 0, n;

	index_so_far(j);
	n = j->offsets.n;
	if (!j->irregular) {
		i = (size_t)(e->id - j->first);
		n = i < n ? i + 1 : i;
	}
	for (; i < n && found != JOIN_SAME; i++) {
		struct wire w = {join_so_far(j), j->offsets.at[i], false};
		struct wire_field f;

		if (wire_next(&w, &f) && (int64_t)wire_value_at(f.bytes, 1, 0) == e->id)
			found = str_eq(f.bytes, e->bytes) ? JOIN_SAME : JOIN_OTHER;
	}
	return found;
}

enum join_seen_as join_known(struct join *j, const struct join_event *e)
{
	const struct join_seen *row;

	if (!j->open || e->id < j->first || (!j->irregular && e->id > j->last))
		return JOIN_NEW;
	if (j->keep_whole)
		return known_in_whole(j, e);
	row = &j->seen[(uint64_t)e->id % j->seen_cap];
	if (row->id != e->id || row->history != j->report->info.ordinal) /* too far back to tell, or in a gap */
		return !j->irregular && e->id <= j->last ? JOIN_OTHER : JOIN_NEW;
	return row->hash == hash_of(e->bytes) ? JOIN_SAME : JOIN_OTHER;
}

static void grow(struct join *j, size_t cap)
{
	struct join_seen *rows = mem_zalloc(cap * sizeof(*rows));

	for (size_t i = 0; i < j->seen_cap; i++)
		if (j->seen[i].history == j->report->info.ordinal)
			rows[(uint64_t)j->seen[i].id % cap] = j->seen[i];
	mem_free(j->seen);
	j->seen = rows;
	j->seen_cap = cap;
}

void join_remember(struct join *j, const struct join_event *e)
{
	if (j->keep_whole)
		return;
	if (!j->seen_cap)
		grow(j, SEEN_FIRST);
	else if (j->n >= j->seen_cap && j->seen_cap < SEEN_MOST)
		grow(j, j->seen_cap * 2);
	j->seen[(uint64_t)e->id % j->seen_cap] =
		(struct join_seen){e->id, hash_of(e->bytes), j->report->info.ordinal};
}
