/* SPDX-License-Identifier: MIT */
/* check.h: what is wrong with a history, by one table of codes. */
#pragma once

#include "formats/history/groups.h"
#include "formats/read/load.h"

/*
 * CHECK_CODE(NAME, "code", "kind", SEVERITY, "what it means", "what to do" or NULL): codes
 * are for programs and stay as they are; kinds put codes together that one cause has.
 * A problem makes a replay fail or mislead, or a loader refuse the file; a note is worth
 * knowing and leaves the exit code alone; a hint is told only to who asks for all, since
 * healthy histories have some. docs/check.md is compared with this table.
 */
enum check_severity { CHECK_HINT, CHECK_NOTE, CHECK_PROBLEM };

enum check_code {
#define CHECK_CODE(name, code, kind, severity, meaning, fix) CHECK_##name,
#include "formats/check/check.def"
#undef CHECK_CODE
	CHECK_CODES,
};

struct check_row {
	const char *code;
	const char *kind;
	enum check_severity severity;
	const char *meaning;
	const char *fix; /* NULL: there is none that can be named without looking */
};

/* By enum check_code. */
extern const struct check_row CHECK_ROWS[CHECK_CODES];

struct check_finding {
	enum check_code code;
	int64_t event_id; /* 0: of no single event */
	int64_t line;	  /* of the file; 0: not known */
	struct str text;  /* one sentence; not yet visible_add()ed; valid during the call */
};

/* Where findings go. */
struct check {
	void (*report)(void *data, const struct check_finding *finding);
	void *data;
	/* Filled by check_history() for its parts. */
	const struct history *h;
	const struct groups *groups;
	const struct load_info *info;
	struct arena step; /* of one finding's text */
	bool gapless;	   /* ids count from 1: what refers to nothing is then no consequence */
};

/*
 * Reports all that is wrong with H, in an order that is the same every time: the file, the
 * sequence, the events one by one, the whole. Takes time linear in the events. INFO (may be
 * NULL) is what loading it told. Findings that follow from missing, doubled or displaced
 * events are left out where those are reported.
 */
void check_history(struct check *c, const struct history *h, const struct load_info *info);

/* The code for a file that could not be loaded, by the error; CHECK_CODES: it is no history. */
enum check_code check_code_of_error(const struct err *err);

/* ---- the parts, each in a file of its own ---- */

/* Reports with a text made by printf, EVENT being an index or n_events for none. */
void check_say(struct check *c, enum check_code code, size_t event, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

void check_load(struct check *c);     /* check_load.c: what the file was like */
void check_sequence(struct check *c); /* check_sequence.c: order, gaps, times, runs */
void check_types(struct check *c);    /* check_schema.c: types, attributes, unknown fields */
void check_payloads(struct check *c); /* check_payloads.c: text that is none, decoded payloads */
void check_entities(struct check *c); /* check_entities.c: references and life cycles */
void check_limits(struct check *c);   /* check_limits.c: sizes beside a server's limits */
