/* SPDX-License-Identifier: MIT */
/* detail.c: a table of the fields that are worth a word on the event's line. */
#include "formats/history/detail.h"

#include "formats/base/limits.h"
#include "formats/base/visible.h"
#include "formats/history/events.h"
#include "formats/history/marker.h"
#include "formats/transcode/transcode_parts.h"
#include "formats/wire/field.h"

#include <inttypes.h>
#include <stdio.h>

/* Several rows of one type are shown in this order. */
static const struct detail_row {
	int32_t type;
	const char *label; /* in front of the value, or NULL */
	const char *path;
	int64_t unless; /* a number that goes without saying */
} ROWS[] = {
	{EVENT_WORKFLOW_EXECUTION_STARTED, "attempt", "attempt", 1},
	{EVENT_WORKFLOW_EXECUTION_STARTED, "cron", "cron_schedule", 0},
	{EVENT_WORKFLOW_EXECUTION_STARTED, "continued from", "continued_execution_run_id", 0},
	{EVENT_WORKFLOW_EXECUTION_FAILED, NULL, "failure.message", 0},
	{EVENT_WORKFLOW_EXECUTION_TERMINATED, NULL, "reason", 0},
	{EVENT_WORKFLOW_EXECUTION_CANCEL_REQUESTED, NULL, "cause", 0},
	{EVENT_WORKFLOW_TASK_SCHEDULED, "attempt", "attempt", 1},
	{EVENT_WORKFLOW_TASK_FAILED, NULL, "cause", 0},
	{EVENT_WORKFLOW_TASK_FAILED, NULL, "failure.message", 0},
	{EVENT_WORKFLOW_TASK_TIMED_OUT, NULL, "timeout_type", 0},
	{EVENT_ACTIVITY_TASK_STARTED, "attempt", "attempt", 1},
	{EVENT_ACTIVITY_TASK_STARTED, "last:", "last_failure.message", 0},
	{EVENT_ACTIVITY_TASK_FAILED, NULL, "failure.message", 0},
	{EVENT_ACTIVITY_TASK_FAILED, NULL, "retry_state", 0},
	{EVENT_ACTIVITY_TASK_TIMED_OUT, NULL, "failure.message", 0},
	{EVENT_ACTIVITY_TASK_TIMED_OUT, NULL, "retry_state", 0},
	{EVENT_MARKER_RECORDED, NULL, "failure.message", 0},
	{EVENT_START_CHILD_WORKFLOW_EXECUTION_FAILED, NULL, "cause", 0},
	{EVENT_CHILD_WORKFLOW_EXECUTION_FAILED, NULL, "failure.message", 0},
	{EVENT_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED, NULL, "cause", 0},
	{EVENT_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED, NULL, "cause", 0},
	{EVENT_WORKFLOW_EXECUTION_UPDATE_COMPLETED, NULL, "outcome.failure.message", 0},
	{EVENT_WORKFLOW_EXECUTION_UPDATE_REJECTED, NULL, "failure.message", 0},
	{EVENT_NEXUS_OPERATION_FAILED, NULL, "failure.message", 0},
	{EVENT_NEXUS_OPERATION_FAILED, "cause:", "failure.cause.message", 0},
	{EVENT_NEXUS_OPERATION_TIMED_OUT, NULL, "failure.message", 0},
	{EVENT_NEXUS_OPERATION_CANCELED, NULL, "failure.message", 0},
	{EVENT_NEXUS_OPERATION_CANCEL_REQUEST_FAILED, NULL, "failure.message", 0},
	{EVENT_WORKFLOW_EXECUTION_PAUSED, NULL, "reason", 0},
	{EVENT_WORKFLOW_EXECUTION_UNPAUSED, NULL, "reason", 0},
};

static void add_value(const struct detail_row *row, const struct field_value *v, struct buf *out)
{
	const struct schema_enum_value *e;
	struct str text = v->bytes;
	char number[24];

	if (v->field->kind == SCHEMA_ENUM || v->field->kind != SCHEMA_STRING) {
		if (v->number == (uint64_t)row->unless)
			return;
		snprintf(number, sizeof(number), "%" PRId64, (int64_t)v->number);
		text = str_of(number);
	}
	if (v->field->kind == SCHEMA_ENUM) {
		e = schema_enum_by_number(v->field->enumeration, (int32_t)v->number);
		if (e)
			text = e->camel;
	}
	if (!text.n)
		return;
	if (out->n)
		buf_puts(out, "; ");
	if (row->label)
		buf_printf(out, "%s ", row->label);
	visible_add(out, text, LIMIT_SHOWN_NAME_BYTES);
}

/* What the SDKs keep in a marker's payloads: "version 3", "deprecated", "attempt 2". */
static void add_marker(struct str bytes, struct buf *out)
{
	static const struct {
		enum marker_part part;
		const char *label;
		const char *unless;
	} PARTS[] = {
		{MARKER_VERSION_NUMBER, "version ", ""},
		{MARKER_DEPRECATED, "deprecated ", "false"},
		{MARKER_ATTEMPT, "attempt ", "1"},
	};
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < sizeof(PARTS) / sizeof(*PARTS); i++) {
		struct str text = marker_part(bytes, PARTS[i].part, &a);

		if (!text.n || str_is(text, PARTS[i].unless))
			continue;
		buf_puts(out, out->n ? "; " : "");
		if (str_is(text, "true")) {
			buf_add(out, str_trim(str_of(PARTS[i].label)));
			continue;
		}
		buf_puts(out, PARTS[i].label);
		visible_add(out, text, LIMIT_SHOWN_NAME_BYTES);
	}
	arena_done(&a);
}

void detail_add(const struct history *h, size_t index, struct buf *out)
{
	const struct schema_message *m;
	struct buf text;
	struct str bytes;

	if (!event_attributes(h, index, &m, &bytes))
		return;
	buf_init(&text, 0);
	if (h->events[index].type == EVENT_MARKER_RECORDED)
		add_marker(bytes, &text);
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct field_value v;

		if (ROWS[i].type == h->events[index].type && field_at(m, bytes, ROWS[i].path, &v))
			add_value(&ROWS[i], &v, &text);
	}
	buf_add(out, buf_str(&text));
	buf_done(&text);
}

struct str detail_time(int64_t nanoseconds, struct arena *a)
{
	char text[TRANSCODE_TEXT_MAX];

	return arena_str(a, str_slice(text, transcode_print_nanos(text, nanoseconds)));
}

bool detail_seconds(int64_t from, int64_t to, struct buf *out)
{
	int64_t ns;
	uint64_t size;

	if (!from || !to || __builtin_sub_overflow(to, from, &ns))
		return false;
	size = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
	buf_printf(out, "%s%" PRIu64 ".%09" PRIu64, ns < 0 ? "-" : "", size / 1000000000,
		   size % 1000000000);
	return true;
}

struct str detail_span(int64_t ns, struct arena *a)
{
	const char *sign = ns < 0 ? "-" : "";
	uint64_t size = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
	uint64_t ms = size / 1000000 + (size % 1000000 >= 500000), s = ms / 1000;

	if (s < 60)
		return arena_printf(a, "%s%" PRIu64 ".%03" PRIu64 "s", sign, s, ms % 1000);
	if (s < 3600)
		return arena_printf(a, "%s%" PRIu64 "m%02" PRIu64 ".%03" PRIu64 "s", sign, s / 60,
				    s % 60, ms % 1000);
	if (s < 86400)
		return arena_printf(a, "%s%" PRIu64 "h%02" PRIu64 "m%02" PRIu64 "s", sign,
				    s / 3600, s / 60 % 60, s % 60);
	return arena_printf(a, "%s%" PRIu64 "d%02" PRIu64 "h%02" PRIu64 "m%02" PRIu64 "s", sign,
			    s / 86400, s / 3600 % 24, s / 60 % 60, s % 60);
}

struct str detail_bytes(uint64_t bytes, struct arena *a)
{
	static const char *const UNITS[] = {"bytes", "KB", "MB", "GB"};
	double n = (double)bytes;
	size_t unit = 0;

	while (n >= 1024 && unit + 1 < sizeof(UNITS) / sizeof(*UNITS)) {
		n /= 1024;
		unit++;
	}
	if (bytes == 1)
		return STR("1 byte");
	if (unit == 0 || n == (double)(uint64_t)n)
		return arena_printf(a, "%.0f %s", n, UNITS[unit]);
	return arena_printf(a, "%.1f %s", n, UNITS[unit]);
}
