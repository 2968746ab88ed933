/* SPDX-License-Identifier: MIT */
/* layer.c: the table of layers, and whether what is inside one looks like anything. */
#include "formats/bytes/layer.h"

#include <inttypes.h>

#include "formats/base/mem.h"
#include "formats/wire/wire.h"

/* What has a mark of its own comes first. */
static const struct layer *const LAYERS[] = {
	&LAYER_GZIP, &LAYER_ZSTD,    &LAYER_BOM,      &LAYER_UTF16LE, &LAYER_UTF16BE,
	&LAYER_ZLIB, &LAYER_GRPC, &LAYER_HEX_DUMP, &LAYER_HEX,     &LAYER_BASE64,
};

/* Enough to tell a history by; a compressor gives this much of LAYER_SNIFF bytes. */
#define PEEK_BYTES 512

static bool tag_is(struct str s, size_t at, const char *tags)
{
	return at < s.n && s.p[at] && strchr(tags, s.p[at]);
}

/*
 * The first bytes of a message that holds events: a length-delimited first or second field
 * whose content begins with a tag again, or an id with another field behind it.
 */
static bool begins_as_message(struct str s)
{
	size_t at = 1;
	uint64_t n;

	if (!tag_is(s, 0, "\x08\x0a\x12") || !wire_varint(s, &at, &n))
		return false;
	if (s.p[0] == '\x08')
		return tag_is(s, at, "\x10\x12\x18");
	return n > 0 && tag_is(s, at, "\x08\x0a\x12");
}

static bool begins_as_delimited(struct str s)
{
	size_t at = 0;
	uint64_t n;

	return wire_varint(s, &at, &n) && n > 1 && begins_as_message(str_skip(s, at));
}

static bool begins_as_history(struct str begin)
{
	struct str text = str_trim(begin);

	if (text.n && (text.p[0] == '{' || text.p[0] == '['))
		return true;
	/* Thrift of Cadence: not read, but it can be said what it is. */
	if (begin.n > 2 && begin.p[0] == 'Y' && (uint8_t)begin.p[1] < 0x10)
		return true;
	/* Archives, of which members.h knows more. */
	if (str_starts(begin, STR("PK\x03\x04")) || str_starts(str_skip(begin, 257), STR("ustar")))
		return true;
	return begins_as_message(begin) || begins_as_delimited(begin);
}

bool layer_looks(struct str begin)
{
	bool ret = begins_as_history(begin);

	for (size_t i = 0; !ret && i < sizeof(LAYERS) / sizeof(*LAYERS); i++)
		ret = LAYERS[i] != &LAYER_ZLIB && LAYERS[i]->sniff(begin, false);
	return ret;
}

/* Text carriers become shorter each time they come off, so this ends. */
bool layer_promises(struct str begin, bool whole)
{
	return begins_as_history(begin) || layer_of(begin, whole, LAYER_SURE) != NULL;
}

size_t layer_peek(const struct layer *l, struct str begin, bool whole, char *to, size_t room)
{
	void *state = mem_zalloc(l->state_bytes + 1);
	char *memory = mem_alloc(LAYER_ROOM);
	struct layer_io io = {.in = begin, .in_at_end = whole, .out = memory, .room = LAYER_ROOM};
	struct err err = ERR_INIT;
	size_t n;

	if (!l->open || l->open(state, &err)) {
		for (size_t left = SIZE_MAX; !io.ended && io.in.n && io.in.n < left;) {
			left = io.in.n;
			if (io.room < LAYER_ROOM / 2 || !l->step(state, &io, &err))
				break;
		}
		if (l->close)
			l->close(state);
	}
	n = LAYER_ROOM - io.room;
	n = n < room ? n : room;
	memcpy(to, memory, n);
	mem_free(memory);
	mem_free(state);
	return n;
}

static bool makes_sense(const struct layer *l, struct str begin, bool whole)
{
	char peek[PEEK_BYTES];
	struct str part = str_take(begin, LAYER_SNIFF);
	size_t n = layer_peek(l, part, whole && part.n == begin.n, peek, sizeof(peek));

	return layer_promises(str_slice(peek, n), whole && n < sizeof(peek));
}

const struct layer *layer_of(struct str begin, bool whole, enum layer_ask ask)
{
	for (size_t i = 0; i < sizeof(LAYERS) / sizeof(*LAYERS); i++) {
		const struct layer *l = LAYERS[i];

		if (l->sniff(begin, whole) &&
		    (l->kind == LAYER_BYTES || ask == LAYER_PEEL || makes_sense(l, begin, whole)))
			return l;
	}
	return NULL;
}

bool layer_cut(const struct layer *l, const struct layer_io *io, struct err *err)
{
	return err_set(err, ERR_SYNTAX, "%s: truncated: it ends in the middle, at byte %" PRIu64,
		       l->name, io->in_at + io->in.n);
}

bool layer_damaged(const struct layer *l, const struct layer_io *io, const char *what,
		   struct err *err)
{
	return err_set(err, ERR_SYNTAX, "%s: %s at byte %" PRIu64, l->name, what, io->in_at);
}
