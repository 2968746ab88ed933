/* SPDX-License-Identifier: MIT */
/* words_time.c: times of events and in them: since the start, between events, as dates. */
#include "viewer/pane/words.h"

#include "formats/history/history_row.h"
#include "formats/transcode/transcode_parts.h"
#include "formats/wire/wire.h"

#include <inttypes.h>

#define NANOS 1000000000

const char *words_time_mode(enum time_mode mode)
{
	static const char *const WORDS[TIMES_MODES] = {
		[TIMES_SINCE_START] = "since start",
		[TIMES_BETWEEN] = "between",
		[TIMES_UTC] = "utc",
		[TIMES_LOCAL] = "local",
	};

	return WORDS[mode];
}

/* ---- moments ---- */

/*
 * Nanoseconds in 64 bits go from 1677 to 2262, and 0 of them stands for none: what an event says
 * itself goes further.
 */
struct moment {
	int64_t seconds, nanos; /* nanos 0 to 999999999, but in what no schema allows */
	bool known;
};

static struct moment moment_of(int64_t ns)
{
	int64_t rest = ns % NANOS;

	if (rest < 0)
		rest += NANOS;
	return (struct moment){ns / NANOS - (ns % NANOS < 0), rest, ns != 0};
}

static struct moment moment_of_event(const struct document *d, size_t event)
{
	struct err err = ERR_INIT;
	struct str bytes, time;

	if (d->history.events[event].time || !history_event_try(&d->history, event, &bytes, &err))
		return moment_of(d->history.events[event].time);
	time = wire_bytes_at(bytes, HISTORY_FIELD_TIME);
	return (struct moment){(int64_t)wire_value_at(time, 1, 0), (int64_t)wire_value_at(time, 2, 0),
			       time.p != NULL};
}

static bool between(struct moment from, struct moment to, int64_t *ret_ns)
{
	int64_t seconds, nanos, ns;

	return !__builtin_sub_overflow(to.seconds, from.seconds, &seconds) &&
	       !__builtin_sub_overflow(to.nanos, from.nanos, &nanos) &&
	       !__builtin_mul_overflow(seconds, (int64_t)NANOS, &ns) &&
	       !__builtin_add_overflow(ns, nanos, ret_ns);
}

/* ---- as text ---- */

/* Further than nanoseconds go days are all that counts. */
static struct str days(struct moment from, struct moment to, struct arena *a)
{
	int64_t seconds;

	if (__builtin_sub_overflow(to.seconds, from.seconds, &seconds))
		return STR("no date");
	return arena_printf(a, "%+" PRId64 "d", seconds / 86400);
}

/* Nine columns at most, so that they stay below each other however long a run took. */
static struct str since(struct moment from, struct moment to, struct arena *a)
{
	const char *sign;
	uint64_t ms, s;
	int64_t ns;

	if (!from.known || !to.known)
		return STR("-");
	if (!between(from, to, &ns))
		return days(from, to, a);
	sign = ns < 0 ? "-" : "+";
	ms = (ns < 0 ? -(uint64_t)ns : (uint64_t)ns) / 1000000;
	s = ms / 1000;
	if (s < 60)
		return arena_printf(a, "%s%" PRIu64 ".%03" PRIu64, sign, s, ms % 1000);
	if (s < 600)
		return arena_printf(a, "%s%" PRIu64 ":%02" PRIu64 ".%03" PRIu64, sign, s / 60,
				    s % 60, ms % 1000);
	if (s < 3600)
		return arena_printf(a, "%s%" PRIu64 ":%02" PRIu64 ".%" PRIu64, sign, s / 60, s % 60,
				    ms % 1000 / 100);
	if (s < 86400)
		return arena_printf(a, "%s%" PRIu64 ":%02" PRIu64 ":%02" PRIu64, sign, s / 3600,
				    s / 60 % 60, s % 60);
	if (s < 86400 * 100)
		return arena_printf(a, "%s%" PRIu64 "d%02" PRIu64 ":%02" PRIu64, sign, s / 86400,
				    s / 3600 % 24, s / 60 % 60);
	return arena_printf(a, "%s%" PRIu64 "d%02" PRIu64 "h", sign, s / 86400, s / 3600 % 24);
}

/* A date where it is one; else the seconds that are there in place of it. */
static struct str date(struct moment m, struct arena *a)
{
	char text[TRANSCODE_TEXT_MAX];

	if (!m.known)
		return STR("-");
	if (!transcode_timestamp_ok(m.seconds, m.nanos))
		return arena_printf(a, "1970%+" PRId64 "s", m.seconds);
	return arena_str(a, str_slice(text, transcode_print_timestamp(text, m.seconds,
								      (int32_t)m.nanos)));
}

static struct str local(const struct session *s, struct moment m, struct arena *a)
{
	int64_t ns;

	return m.known && between((struct moment){0}, m, &ns) ? s->options.local_time(ns, a) : date(m, a);
}

static bool as_dates(const struct session *s)
{
	return s->time == TIMES_UTC || s->time == TIMES_LOCAL;
}

static struct str dated(const struct session *s, struct moment m, struct arena *a)
{
	return s->time == TIMES_LOCAL && s->options.local_time ? local(s, m, a) : date(m, a);
}

struct str words_time_of(const struct session *s, const struct document *d, int64_t time,
			 struct arena *a)
{
	struct moment m = moment_of(time);

	return as_dates(s) ? dated(s, m, a) : since(moment_of_event(d, 0), m, a);
}

struct str words_time_at(const struct session *s, const struct document *d, int64_t seconds,
			 int64_t nanos, struct arena *a)
{
	struct moment m = {seconds, nanos, seconds || nanos}, start = moment_of_event(d, 0);
	int64_t ns;

	/* So far away a date says more than days. */
	if (as_dates(s) || (m.known && start.known && !between(start, m, &ns)))
		return dated(s, m, a);
	return since(start, m, a);
}

struct str words_time(const struct session *s, const struct document *d, size_t event,
		      struct arena *a)
{
	struct moment m = moment_of_event(d, event);

	if (s->time == TIMES_BETWEEN)
		return event ? since(moment_of_event(d, event - 1), m, a) : STR("+0.000");
	return as_dates(s) ? dated(s, m, a) : since(moment_of_event(d, 0), m, a);
}

size_t words_time_width(const struct session *s, const struct document *d)
{
	enum { DATE_AND_TIME = 24, TEN_SECONDS = 6, MINUTE = 7, LONGER = 9 };
	int64_t ns;

	if (as_dates(s))
		return DATE_AND_TIME;
	if (!between(moment_of_event(d, 0), moment_of_event(d, d->history.n_events - 1), &ns) ||
	    ns < 0 || ns >= 60 * (int64_t)NANOS)
		return LONGER;
	return ns < 10 * (int64_t)NANOS ? TEN_SECONDS : MINUTE;
}

struct str words_date(const struct document *d, size_t event, struct arena *a)
{
	return date(moment_of_event(d, event), a);
}

struct str words_moment(const struct document *d, size_t event, struct arena *a)
{
	enum { DATE = 10, MILLISECONDS = 23 };
	struct moment m = moment_of_event(d, event);
	struct str utc = date(m, a);

	if (!m.known || !transcode_timestamp_ok(m.seconds, m.nanos))
		return STR("");
	utc = str_take(utc, utc.n - 1 < MILLISECONDS ? utc.n - 1 : MILLISECONDS);
	return arena_printf(a, "%.*s  %.*s %.*sZ", STR_ARG(since(moment_of_event(d, 0), m, a)),
			    STR_ARG(str_take(utc, DATE)), STR_ARG(str_skip(utc, DATE + 1)));
}

struct str words_time_in(const struct session *s, const struct document *d, size_t event,
			 size_t room, struct arena *a)
{
	/* "2026-11-22T21:56:47.613241Z", or with a blank in the middle and no Z */
	enum { DATE = 11, SECONDS = 8, MILLISECONDS = 12 };
	struct str text = words_time(s, d, event, a), time = str_skip(text, DATE);

	if (text.n <= room || text.n < DATE + SECONDS || (text.p[DATE - 1] != 'T' && text.p[DATE - 1] != ' '))
		return text;
	if (room >= DATE + SECONDS)
		return str_take(text, room < DATE + MILLISECONDS ? DATE + SECONDS : DATE + MILLISECONDS);
	return str_take(time, room < MILLISECONDS ? SECONDS : MILLISECONDS);
}
