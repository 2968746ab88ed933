/* SPDX-License-Identifier: MIT */
/* cmd_show_parts.c: what the views of `hindcast show` share. */
#include "formats/cmd_show.h"

#include "formats/base/limits.h"
#include "formats/base/visible.h"
#include "formats/history/columns_path.h"
#include "formats/history/detail.h"
#include "formats/history/events.h"
#include "formats/transcode/json.h"

#include <inttypes.h>
#include <time.h>

#define FLUSH_AT ((size_t)64 * 1024)

void show_flush(struct showing *s)
{
	if (s->out.n)
		fwrite(s->out.p, 1, s->out.n, s->context->out);
	buf_clear(&s->out);
}

static bool all_decode(const struct history *h)
{
	for (size_t i = 0; i < h->n_events; i++)
		(void)history_event(h, i);
	return history_decoded(h, NULL);
}

void show_flush_much(struct showing *s)
{
	if (s->out.n <= FLUSH_AT || (!s->sure && s->out.n <= LIMIT_SHOW_HELD_BYTES))
		return;
	if (s->sure || (s->sure = all_decode(s->h)))
		show_flush(s);
	else
		buf_clear(&s->out);
}

/* ---- text ---- */

size_t show_width(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

void show_cell(struct buf *out, struct str s, size_t width)
{
	size_t begin = out->n;

	visible_add(out, s, LIMIT_SHOWN_NAME_BYTES);
	for (size_t n = show_width(str_slice(out->p + begin, out->n - begin)); n < width; n++)
		buf_add_char(out, ' ');
	buf_puts(out, "  ");
}

void show_fact(struct buf *out, const char *label, struct str value)
{
	if (!value.n)
		return;
	buf_printf(out, ", %s", label);
	visible_add(out, value, LIMIT_SHOWN_NAME_BYTES);
}

void show_member(struct buf *out, const char *key, struct str value)
{
	if (!value.n)
		return;
	buf_printf(out, ",\"%s\":", key);
	json_put_string(out, value);
}

void show_payloads(struct showing *s, const char *label, size_t index)
{
	struct buf text;

	if (!s->settings->payloads)
		return;
	buf_init(&text, 0);
	columns_payload_add(s->h, index, &s->tools, &text);
	if (text.n) {
		buf_puts(&s->out, label);
		visible_add(&s->out, buf_str(&text), LIMIT_SHOWN_NAME_BYTES);
	}
	buf_done(&text);
}

void show_payloads_member(struct showing *s, const char *key, size_t index)
{
	struct buf text;

	if (!s->settings->payloads)
		return;
	buf_init(&text, 0);
	columns_payload_add(s->h, index, &s->tools, &text);
	show_member(&s->out, key, buf_str(&text));
	buf_done(&text);
}

void show_json_seconds(struct buf *out, const char *key, int64_t ns)
{
	if (ns >= 0)
		buf_printf(out, ",\"%s\":%" PRId64 ".%09" PRId64, key, ns / 1000000000,
			   ns % 1000000000);
}

/* Readable on light and dark grounds: no white, no grey but by the terminal's own dimming. */
static const char *const COLOURS[] = {
	[SHOW_GOOD] = "\x1b[32m", [SHOW_BAD] = "\x1b[1;31m", [SHOW_ODD] = "\x1b[35m",
	[SHOW_DIM] = "\x1b[2m",	  [SHOW_STRONG] = "\x1b[1m",
};

void show_paint(struct showing *s, enum show_colour colour)
{
	if (s->paint)
		buf_puts(&s->out, COLOURS[colour]);
}

void show_plain(struct showing *s)
{
	if (s->paint)
		buf_puts(&s->out, "\x1b[0m");
}

bool show_colour_of(enum entity_kind kind, enum entity_state state, enum show_colour *ret)
{
	switch (state) {
	case ENTITY_DONE:
		*ret = SHOW_GOOD;
		return kind == ENTITY_WORKFLOW || kind == ENTITY_ACTIVITY ||
		       kind == ENTITY_CHILD || kind == ENTITY_UPDATE || kind == ENTITY_NEXUS ||
		       kind == ENTITY_TIMER;
	case ENTITY_FAILED:
	case ENTITY_TIMED_OUT:
	case ENTITY_TERMINATED:
	case ENTITY_REJECTED:
		*ret = SHOW_BAD;
		return true;
	case ENTITY_CANCELED:
	case ENTITY_SCHEDULED_CANCELING:
	case ENTITY_STARTED_CANCELING:
		*ret = SHOW_ODD;
		return true;
	default:
		return false;
	}
}

/* ---- times and sizes ---- */

struct str show_local_time(int64_t ns, struct arena *a)
{
	int64_t rest = ns % 1000000000;
	time_t t = (time_t)(ns / 1000000000 - (rest < 0));
	char day[64], zone[16];
	struct tm tm;

	rest += rest < 0 ? 1000000000 : 0;
	localtime_r(&t, &tm);
	strftime(day, sizeof(day), "%Y-%m-%d %H:%M:%S", &tm);
	strftime(zone, sizeof(zone), "%z", &tm);
	return arena_printf(a, "%s.%03" PRId64 "%s", day, rest / 1000000, zone);
}

struct str show_time(const struct showing *s, int64_t time, struct arena *a)
{
	int64_t start = s->h->events[0].time, since;

	if (!time)
		return STR("-");
	if (s->settings->utc)
		return detail_time(time, a);
	if (s->settings->local)
		return show_local_time(time, a);
	if (!start || __builtin_sub_overflow(time, start, &since))
		return STR("-");
	return detail_span(since, a);
}

/* ---- which rows ---- */

bool show_wants(const struct showing *s, size_t index)
{
	struct query_event about = {s->h, index};

	return !s->where || query_fits_event(s->where, &about);
}

size_t show_choose(const struct showing *s, const void *rows, size_t n, show_want *want,
		   bool *chosen)
{
	size_t most = SIZE_MAX, have = 0;
	bool back = s->settings->tail > 0;

	if (s->settings->limit > 0)
		most = (size_t)s->settings->limit;
	if (back)
		most = (size_t)s->settings->tail;
	memset(chosen, 0, n * sizeof(*chosen));
	for (size_t i = 0; i < n && have < most; i++) {
		size_t at = back ? n - 1 - i : i;

		chosen[at] = want(s, rows, at);
		have += chosen[at];
	}
	return have;
}

/* ---- the header ---- */

static void add_end(struct showing *s)
{
	static const char *const ENDS[] = {"open", "closed", "ended from outside"};
	const struct history *h = s->h;
	struct str last;

	buf_puts(&s->out, ENDS[h->end]);
	if (h->end == HISTORY_OPEN)
		return;
	last = event_type_name(h, h->n_events - 1, &s->step);
	buf_puts(&s->out, " by ");
	buf_add(&s->out, last);
}

void show_header(struct showing *s)
{
	const struct history *h = s->h;
	struct arena_mark mark = arena_mark(&s->step);
	struct buf *out = &s->out;

	if (s->any)
		buf_add_char(out, '\n');
	s->any = true;
	show_paint(s, SHOW_STRONG);
	visible_add(out, s->path, 0);
	show_plain(s);
	buf_puts(out, ": ");
	visible_add(out, h->workflow_type.n ? h->workflow_type : STR("unnamed workflow"),
		    LIMIT_SHOWN_NAME_BYTES);
	show_fact(out, "workflow ", h->workflow_id);
	show_fact(out, "run ", h->run_id);
	show_fact(out, "queue ", h->task_queue);
	show_fact(out, "", h->sdk_name);
	if (h->sdk_version.n) {
		buf_add_char(out, ' ');
		visible_add(out, h->sdk_version, LIMIT_SHOWN_NAME_BYTES);
	}
	buf_printf(out, "\n%zu event%s, %zu workflow task%s, ", h->n_events,
		   h->n_events == 1 ? "" : "s", h->n_tasks, h->n_tasks == 1 ? "" : "s");
	add_end(s);
	if (h->events[0].time)
		show_fact(out, "from ", detail_time(h->events[0].time, &s->step));
	buf_puts(out, "\n\n");
	arena_rewind(&s->step, mark);
}
