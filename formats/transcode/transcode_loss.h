/* SPDX-License-Identifier: MIT */
/* transcode_loss.h: what a conversion could not carry over, and what it guessed. */
#pragma once

#include "formats/base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum transcode_severity {
	TRANSCODE_LOST,	   /* it is not in the output */
	TRANSCODE_GUESSED, /* it is, but perhaps not byte for byte as it once was */
	TRANSCODE_KEPT,	   /* it is, though the schema lacks it: for who asked to keep such */
	TRANSCODE_NOTED,   /* nothing of worth went, but the input was out of the ordinary */
};

enum transcode_kind {
	TRANSCODE_LOST_MEMBER,	   /* a JSON member without a field in the schema */
	TRANSCODE_LOST_VALUE,	   /* an enum name without a number (written as 0) */
	TRANSCODE_LOST_FIELD,	   /* a wire field without a name */
	TRANSCODE_LOST_CADENCE,	   /* a member of Cadence's that Temporal has no place for */
	TRANSCODE_GUESS_SHORTHAND, /* a payload written as its value (HTTP API, CLI) */
	TRANSCODE_GUESS_DECODED,   /* a payload with its data decoded (Web UI, tdbg) */
	TRANSCODE_GUESS_DATA_ONLY, /* a payload without its metadata (Web UI 2.15 to 2.19) */
	TRANSCODE_GUESS_CADENCE,   /* a blob of Cadence's, taken apart into payloads */
	TRANSCODE_KEPT_MEMBER,	   /* as LOST_MEMBER, with keep_unknown: in a carrier */
	TRANSCODE_KEPT_VALUE,	   /* as LOST_VALUE, with keep_unknown: in a carrier */
	TRANSCODE_NOTE_REMOVED,	   /* a field that Temporal has since removed */
	TRANSCODE_NOTE_UI,	   /* a member that the Web UI puts beside an event's own */
	TRANSCODE_NOTE_BYTES,	   /* bytes as {"type": "Buffer"} or as a list of numbers */
	TRANSCODE_KINDS,
};

#define TRANSCODE_LOSS_FIRST 3
#define TRANSCODE_LOSS_PATH 120

struct transcode_item {
	int64_t event_id;		/* 0: unknown, or not inside an event */
	char path[TRANSCODE_LOSS_PATH]; /* "events[3].foo", "events[3].#99"; cut where longer */
};

/* A value of its own: borrows nothing, so it may outlive what it tells about. All zero: none. */
struct transcode_loss {
	size_t n[TRANSCODE_KINDS];
	size_t exact_payloads; /* carried over byte for byte */
	size_t taken_apart;    /* payloads that blobs of Cadence's became: all are guesses */
	struct transcode_item first[TRANSCODE_KINDS][TRANSCODE_LOSS_FIRST]; /* as n, at most */
};

/* All of that severity. --strict wants LOST and GUESSED to be none. */
size_t transcode_loss_count(const struct transcode_loss *loss, enum transcode_severity severity);

/* Adds MORE behind what INTO has. */
void transcode_loss_join(struct transcode_loss *into, const struct transcode_loss *more);

/*
 * "2 members the schema does not know (first: events[3].foo of event 4), 1 ..."; false, and
 * nothing, where there is none of that severity.
 */
bool transcode_loss_text(const struct transcode_loss *loss, enum transcode_severity severity,
			 struct buf *out);

/* One kind, for reports made by machines: a name like "lost-member", and its severity. */
const char *transcode_kind_name(enum transcode_kind kind);
enum transcode_severity transcode_kind_severity(enum transcode_kind kind);
