/* SPDX-License-Identifier: MIT */
/* words.h: times, sizes, names and verdicts as all panes write them. */
#pragma once

#include "viewer/session.h"

/* "+0.333" since the start, "+0.021" since the event before, or the time of day; in A. */
struct str words_time(const struct session *s, const struct document *d, size_t event,
		      struct arena *a);
/* The same in at most ROOM columns: a date and a time give up digits, then the date. */
struct str words_time_in(const struct session *s, const struct document *d, size_t event,
			 size_t room, struct arena *a);
/* Of any time, as the session's mode wants it. */
struct str words_time_of(const struct session *s, const struct document *d, int64_t time,
			 struct arena *a);
/* Of a Timestamp's parts, which may be further away than nanoseconds go, or no date at all. */
struct str words_time_at(const struct session *s, const struct document *d, int64_t seconds,
			 int64_t nanos, struct arena *a);
/* "2026-11-22T21:56:47.613Z", whatever the mode. */
struct str words_date(const struct document *d, size_t event, struct arena *a);
const char *words_time_mode(enum time_mode mode);
/* Columns that times take: as many as those of this history need. */
size_t words_time_width(const struct session *s, const struct document *d);
/* "+0.333  2026-08-24 10:00:00.333Z", whatever the session's mode; nothing where it is not known. */
struct str words_moment(const struct document *d, size_t event, struct arena *a);

/* The type of an event: whole where ROOM columns are enough, else by a table of short names. */
struct str words_type(const struct document *d, size_t event, size_t room, struct arena *a);
/* Where an event leaves what it is about: bad, good, dim. */
enum style words_style(const struct document *d, size_t event);
/* Name, id, attempt, payload: what one line says of an event. */
void words_what(struct session *s, const struct document *d, size_t event, struct line *l);

/* Who reads it wants no more than two units: "12ms", "1.8s", "3m07s", "2h20m", "4d02h". */
struct str words_span(int64_t nanoseconds, struct arena *a);
/*
 * What an event is about: activity type, timer's duration ("1h30m"), signal, marker as its SDK
 * means it ("Version fee-v2 = 1").
 */
struct str words_name(const struct document *d, size_t event, struct arena *a);
/* The same or, where it has no name, its type. */
struct str words_label(const struct document *d, size_t event, struct arena *a);
/* Columns of the widest label of a group ("A51195"); 4 for short histories. */
size_t words_group_width(const struct history *h);
/* Appends what it carries, decoded; of a marker the value alone, not what its SDK keeps beside. */
void words_payload(struct session *s, const struct document *d, size_t event, struct buf *out);
/* words_name(), with the id behind it where that says more: code chose it. */
void words_subject(struct session *s, const struct document *d, size_t event, enum style style,
		   struct line *l);
/* "activity", "child", "signal out": a kind in one word or two. */
const char *words_kind(enum entity_kind kind);
/* Where a state leaves what is in it: bad, good, odd. */
enum style words_state_style(enum entity_state state);

/* "diverged at ev 12", "passed". */
void words_verdict(const struct run_row *row, struct line *l);
enum style words_verdict_style(enum verdict_kind kind);

/* "j/k event  } task ...": what fits into ROOM columns. */
void words_hint(const struct session *s, enum pane_kind pane, size_t room, struct line *l);
