/* SPDX-License-Identifier: MIT */
/* transcode_memo.h: what the reader of JSON remembers of the events before. */
#pragma once

#include "formats/transcode/transcode_parts.h"

/*
 * Histories repeat themselves, and what was read once need not be understood again:
 *
 *     names          an enum's value is found by some bytes of its name
 *     memo, values   an object of this field with the very text of last time has the bytes
 *                    of last time: task queues, types, retry policies, headers
 *     memo, payload  a payload that begins with the very text of last time up to its data has
 *                    the metadata of last time
 *
 * A wrong guess costs a comparison, never a wrong answer: only what
 * left no trace but its bytes is kept (no note, no loss, no payload, as what is thought of
 * those may change), and a text that is compared whole is the text that was checked.
 */
#define MEMO_MOST 80	 /* of a history's some 200 fields with messages */
#define MEMO_TEXT 448	 /* a retry policy with all its members, indented */
#define MEMO_WIRE 192

/* Below this a field's memo is given up: what never repeats is not to be copied each time. */
#define MEMO_HOPELESS (-16)

struct memo {
	uint16_t text_n; /* 0: nothing kept */
	uint16_t wire_n;
	uint16_t depth;
	int8_t score;	/* up with each hit, down with each miss */
	bool is_json;	/* of a payload: its data must be JSON */
	char text[MEMO_TEXT];
	char wire[MEMO_WIRE];
};

/* Names of enum values met, by some of their bytes; a name is one of its enum's only. */
#define MEMO_NAMES 64
struct memo_name {
	struct str name; /* in the schema; p is NULL: none */
	const struct schema_enum_value *value;
};

struct transcode_memo {
	struct memo_name names[MEMO_NAMES];
	uint8_t of[SCHEMA_IDS]; /* by field: memo + 1; 0: none */
	unsigned n;
	struct memo memos[MEMO_MOST];
};

_Static_assert(MEMO_MOST < UINT8_MAX, "a memo's number is a byte");

/*
 * F's memo, made if there is room; NULL: none, or given up. Payloads have MEMO_PAIR of them,
 * as those of a field may come plain and encrypted in turn; the first one counts.
 */
#define MEMO_PAIR 2

static inline struct memo *memo_of(struct transcode_memo *memory, const struct schema_field *f)
{
	struct memo *memo;

	if (!memory->of[f->id]) {
		unsigned n = f->message->role == SCHEMA_PAYLOAD ? MEMO_PAIR : 1;

		if (memory->n + n > MEMO_MOST)
			return NULL;
		memory->of[f->id] = (uint8_t)(memory->n + 1);
		memory->n += n;
	}
	memo = &memory->memos[memory->of[f->id] - 1];
	return memo->score > MEMO_HOPELESS ? memo : NULL;
}

/* What is kept in MEMO, to O, where there is room for MEMO_WIRE bytes. */
static inline char *memo_put(char *o, const struct memo *memo)
{
	for (size_t i = 0; i < memo->wire_n; i += 16)
		memcpy(o + i, memo->wire + i, 16);
	return o + memo->wire_n;
}

static inline void memo_hit(struct memo *memo)
{
	memo->score += memo->score < 100;
}

static inline void memo_missed(struct memo *memo)
{
	memo->score -= memo->score > MEMO_HOPELESS;
}

static inline struct memo_name *memo_name(struct transcode_memo *memory, struct str name)
{
	uint64_t bits, before = 0;

	if (name.n < 8)
		return NULL;
	memcpy(&bits, name.p + name.n - 8, 8);
	if (name.n >= 24) /* _ACTIVITY in front of _TASK_SCHEDULED, or _WORKFLOW */
		memcpy(&before, name.p + name.n - 24, 8);
	bits = (bits ^ before >> 5 ^ name.n) * 0x9e3779b97f4a7c15;
	return &memory->names[bits >> 58 & (MEMO_NAMES - 1)];
}
