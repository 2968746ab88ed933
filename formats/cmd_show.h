/* SPDX-License-Identifier: MIT */
/* cmd_show.h: one run of `hindcast show`: what was asked for, and the views of it. */
#pragma once

#include "formats/cmd_inputs.h"
#include "formats/cmd_payloads.h"
#include "formats/history/columns.h"
#include "formats/history/groups.h"
#include "formats/payload/codec.h"
#include "formats/query/query.h"

#include <locale.h>
#include <regex.h>

struct show {
	/* Views; none: a line per event. */
	struct str event;
	struct str state_at;
	struct str grep;
	bool tasks;
	bool groups;

	/* Of what, and how much. */
	struct str where;
	struct str columns;
	long long limit;
	long long tail;
	bool ignore_case;

	/* Payloads. */
	bool payloads;
	struct payload_options reading;

	/* How. */
	struct str from;
	bool json;
	bool utc;
	bool local;
	bool colour;
};

/* Event ids, both ends included. */
struct show_range {
	int64_t from, to;
};

struct show_ranges {
	const struct show_range *at;
	size_t n;
};

/* "5", "5-9", "12-" and several with commas; *RET lives in A. ERR_USAGE names OPTION. */
bool show_ranges_read(struct str text, const char *option, struct arena *a,
		      struct show_ranges *ret, struct err *err);

/* One run of the command: every view prints through it. */
struct showing {
	const struct command_context *context;
	const struct show *settings;
	const struct query *where; /* NULL: all events */
	struct columns columns;	   /* n is 0: the usual line */
	struct show_ranges ranges; /* of --event or --state-at */
	regex_t regex;
	bool has_regex;
	struct codec_tools tools; /* for reading payloads */
	locale_t utf8; /* of the regular expression; 0: none */
	struct buf out;
	bool paint;   /* escape sequences for colours are wanted */
	bool any;     /* something was printed already */
	bool found;   /* --grep: something matched */
	size_t n_files; /* of the command line, in all */
	bool decode;  /* payloads of whole histories, before anything is shown */
	struct payload_files files;

	/* Of the history at hand. */
	struct str path; /* FILE, or FILE#N */
	bool many;	 /* it is not the only one */
	bool sure;	 /* all events that may be asked for can be decoded */
	const struct history *h;
	struct groups groups; /* made by the views that need them */
	struct arena arena;
	struct arena step; /* of one row */
	struct load_pages *pages;
};

/*
 * A view prints what it shows of s->h. False: it can't, ERR says why; then what it added to
 * s->out since the last show_flush() is dropped.
 */
typedef bool show_view(struct showing *s, struct err *err);

bool show_lines(struct showing *s, struct err *err);  /* cmd_show_lines.c: a line per event; --columns, too */
bool show_events(struct showing *s, struct err *err); /* cmd_show.c: events whole */
bool show_tasks(struct showing *s, struct err *err);  /* cmd_show_tasks.c */
bool show_groups(struct showing *s, struct err *err); /* cmd_show_groups.c */
bool show_states(struct showing *s, struct err *err); /* cmd_show_state.c */
bool show_matches(struct showing *s, struct err *err); /* cmd_show_grep.c */

/* ---- what views share (cmd_show_parts.c) ---- */

void show_flush(struct showing *s);
/*
 * Flushes what is more than a write's worth. Over JSON nothing is before it is sure that the
 * view will not have to begin again (load.h): that is when it has ended, or after much of it.
 */
void show_flush_much(struct showing *s);
/* The lines above a view: who the run is, how large, how it ended. */
void show_header(struct showing *s);
/* Whether --where takes the event. */
bool show_wants(const struct showing *s, size_t index);
/* The same of a row of the caller's. */
typedef bool show_want(const struct showing *s, const void *rows, size_t index);
/*
 * Marks in CHOSEN those of N ROWS that WANT takes: all, the first --limit or the last --tail;
 * behind those no row is asked for. Returns how many they are.
 */
size_t show_choose(const struct showing *s, const void *rows, size_t n, show_want *want,
		   bool *chosen);

/* "12.345s", "1h02m03s": how long after the first event; or as --utc and --local want it. */
struct str show_time(const struct showing *s, int64_t time, struct arena *a);
/* "2026-11-22 19:09:16.586+0100". */
struct str show_local_time(int64_t time, struct arena *a);

/* S made harmless and filled up to WIDTH, and two blanks behind it. */
void show_cell(struct buf *out, struct str s, size_t width);
/* Of the terminal, not of bytes: UTF-8 sequences count as one. */
size_t show_width(struct str s);
/* With --payloads: the values that an event carries, LABEL before them; else nothing. */
void show_payloads(struct showing *s, const char *label, size_t index);
/* The same as ,"KEY":"VALUE". */
void show_payloads_member(struct showing *s, const char *key, size_t index);
/* "label value" behind a comma, where there is a value. */
void show_fact(struct buf *out, const char *label, struct str value);
/* ,"KEY":1.250000000 where NS is known, that is not negative. */
void show_json_seconds(struct buf *out, const char *key, int64_t ns);
/* ,"KEY":"VALUE" where there is a value. */
void show_member(struct buf *out, const char *key, struct str value);

enum show_colour { SHOW_GOOD, SHOW_BAD, SHOW_ODD, SHOW_DIM, SHOW_STRONG };
/* PAINTED and plain() around what is to have that colour; nothing where none is wanted. */
void show_paint(struct showing *s, enum show_colour colour);
void show_plain(struct showing *s);
/* The colour of an outcome; false: none in particular. */
bool show_colour_of(enum entity_kind kind, enum entity_state state, enum show_colour *ret);
