/* SPDX-License-Identifier: MIT */
/* codec_book.c: entries in the order they were wanted in, and a map to them. */
#include "viewer/model/codec_book.h"

void codec_book_init(struct codec_book *b)
{
	*b = (struct codec_book){0};
	arena_init(&b->arena);
}

void codec_book_done(struct codec_book *b)
{
	map_done(&b->map);
	vec_done(&b->entries);
	arena_done(&b->arena);
}

void codec_book_clear(struct codec_book *b)
{
	codec_book_done(b);
	codec_book_init(b);
}

/* False: there is no room for N bytes more. */
static bool take_room(struct codec_book *b, size_t n)
{
	if (n > CODEC_BOOK_BYTES - b->bytes)
		return false;
	b->bytes += n;
	return true;
}

static struct str no_room(void)
{
	return STR("64 MB of payloads are kept already; :codec URL forgets them");
}

enum codec_standing codec_book_want(struct codec_book *b, struct str payload, struct str *ret_why)
{
	const uint64_t *at = map_get(&b->map, payload);
	struct codec_entry *e;

	*ret_why = STR_NONE;
	if (!at && !take_room(b, payload.n)) {
		*ret_why = no_room();
		return CODEC_REFUSED;
	}
	if (!at) {
		payload = arena_str(&b->arena, payload);
		map_put(&b->map, payload, b->entries.n, NULL);
		vec_push(&b->entries, (struct codec_entry){.payload = payload});
		b->n_waits++;
		return CODEC_WAITS;
	}
	e = &b->entries.at[*at];
	if (e->standing == CODEC_REFUSED)
		*ret_why = e->answer;
	return e->standing;
}

bool codec_book_known(const struct codec_book *b, struct str payload, struct str *ret)
{
	const uint64_t *at = b->entries.n ? map_get(&b->map, payload) : NULL;

	if (!at || b->entries.at[*at].standing != CODEC_KNOWN)
		return false;
	*ret = b->entries.at[*at].answer;
	return true;
}

size_t codec_book_next(const struct codec_book *b, struct str *ret, size_t most)
{
	size_t n = 0;

	for (size_t i = 0; b->n_waits && i < b->entries.n && n < most; i++) {
		const struct codec_entry *e = &b->entries.at[i];

		if (e->standing != CODEC_WAITS)
			continue;
		if (e->alone && n)
			break;
		ret[n++] = e->payload;
		if (e->alone)
			break;
	}
	return n;
}

void codec_book_asked(struct codec_book *b, size_t n)
{
	b->n_waits -= n;
	b->n_asked = n;
	for (size_t i = 0; n && i < b->entries.n; i++)
		if (b->entries.at[i].standing == CODEC_WAITS) {
			b->entries.at[i].standing = CODEC_ASKED;
			n--;
		}
}

void codec_book_answered(struct codec_book *b, const struct str *answers)
{
	size_t n = 0;

	for (size_t i = 0; n < b->n_asked && i < b->entries.n; i++) {
		struct codec_entry *e = &b->entries.at[i];
		bool room;

		if (e->standing != CODEC_ASKED)
			continue;
		room = take_room(b, answers[n].n);
		e->standing = room ? CODEC_KNOWN : CODEC_REFUSED;
		e->answer = room ? arena_str(&b->arena, answers[n]) : no_room();
		n++;
	}
	b->n_asked = 0;
}

void codec_book_refused(struct codec_book *b, struct str why)
{
	struct str kept = take_room(b, why.n) ? arena_str(&b->arena, why) : no_room();

	for (size_t i = 0; b->n_asked && i < b->entries.n; i++)
		if (b->entries.at[i].standing == CODEC_ASKED) {
			b->entries.at[i].standing = CODEC_REFUSED;
			b->entries.at[i].answer = kept;
			b->n_asked--;
		}
}

size_t codec_book_again(struct codec_book *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->entries.n; i++) {
		struct codec_entry *e = &b->entries.at[i];

		if (e->standing != CODEC_REFUSED)
			continue;
		e->standing = CODEC_WAITS;
		e->alone = true;
		n++;
	}
	b->n_waits += n;
	return n;
}
