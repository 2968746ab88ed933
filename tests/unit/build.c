/* SPDX-License-Identifier: MIT */
/* build.c: writing events field by field; numbers are history.proto's. */
#include "tests/unit/build.h"

#include "formats/history/events.h"
#include "formats/wire/wire.h"

#include <stdio.h>

/* 2026-01-01T00:00:00Z */
#define FIRST_SECOND 1767225600

void build_init(struct build *b)
{
	*b = (struct build){.next_id = 1, .next_code_id = 1};
	buf_init(&b->wire, 0);
}

void build_done(struct build *b)
{
	buf_done(&b->wire);
}

int64_t build_event_with_id(struct build *b, int64_t id, int32_t type, uint32_t attributes,
			    struct str bytes)
{
	struct buf event, time;

	buf_init(&event, 0);
	buf_init(&time, 0);
	wire_put_value(&time, 1, FIRST_SECOND + (uint64_t)id - 1);
	wire_put_value(&event, 1, (uint64_t)id);
	wire_put_bytes(&event, 2, buf_str(&time));
	wire_put_value(&event, 3, (uint64_t)type);
	if (attributes)
		wire_put_bytes(&event, attributes, bytes);
	wire_put_bytes(&b->wire, 1, buf_str(&event));
	buf_done(&time);
	buf_done(&event);
	b->next_id = id + 1;
	return id;
}

int64_t build_event(struct build *b, int32_t type, uint32_t attributes, struct str bytes)
{
	return build_event_with_id(b, b->next_id, type, attributes, bytes);
}

/* Attributes under construction; done() adds the event. */
struct attributes {
	struct buf bytes;
};

static struct attributes begin(void)
{
	struct attributes a;

	buf_init(&a.bytes, 0);
	return a;
}

static void text(struct attributes *a, uint32_t number, const char *value)
{
	wire_put_bytes(&a->bytes, number, str_of(value));
}

static void number(struct attributes *a, uint32_t field, int64_t value)
{
	wire_put_value(&a->bytes, field, (uint64_t)value);
}

/* A message whose field 1 is text: activity type, workflow type, task queue, failure. */
static void named(struct attributes *a, uint32_t field, const char *value)
{
	struct attributes inner = begin();

	text(&inner, 1, value);
	wire_put_bytes(&a->bytes, field, buf_str(&inner.bytes));
	buf_done(&inner.bytes);
}

static int64_t done(struct build *b, int32_t type, uint32_t field, struct attributes *a)
{
	int64_t id = build_event(b, type, field, buf_str(&a->bytes));

	buf_done(&a->bytes);
	return id;
}

int64_t build_started_after(struct build *b, const char *workflow_type, const char *run)
{
	struct attributes a = begin();

	named(&a, 1, workflow_type);
	named(&a, 5, "queue");
	text(&a, 14, "run-1");
	text(&a, 16, "run-1");
	number(&a, 18, 1);
	text(&a, 28, "w-1");
	if (run)
		text(&a, 10, run);
	return done(b, EVENT_WORKFLOW_EXECUTION_STARTED, 6, &a);
}

int64_t build_started(struct build *b, const char *workflow_type)
{
	return build_started_after(b, workflow_type, NULL);
}

int64_t build_task_scheduled(struct build *b)
{
	struct attributes a = begin();

	named(&a, 1, "queue");
	number(&a, 3, 1);
	b->scheduled = done(b, EVENT_WORKFLOW_TASK_SCHEDULED, 10, &a);
	return b->scheduled;
}

int64_t build_task_started(struct build *b)
{
	struct attributes a = begin();

	number(&a, 1, b->scheduled);
	b->started = done(b, EVENT_WORKFLOW_TASK_STARTED, 11, &a);
	return b->started;
}

int64_t build_task_completed_with(struct build *b, const char *sdk, const char *version,
				  const char *build_id)
{
	struct attributes a = begin(), metadata = begin();

	number(&a, 1, b->scheduled);
	number(&a, 2, b->started);
	if (sdk) {
		text(&metadata, 3, sdk);
		text(&metadata, 4, version);
		wire_put_bytes(&a.bytes, 6, buf_str(&metadata.bytes));
	}
	buf_done(&metadata.bytes);
	if (build_id)
		named(&a, 5, build_id);
	b->completed = done(b, EVENT_WORKFLOW_TASK_COMPLETED, 12, &a);
	return b->completed;
}

int64_t build_task_completed_by(struct build *b, const char *sdk, const char *version)
{
	return build_task_completed_with(b, sdk, version, NULL);
}

int64_t build_task_completed(struct build *b)
{
	return build_task_completed_by(b, NULL, NULL);
}

int64_t build_task(struct build *b)
{
	int64_t id = build_task_scheduled(b);

	build_task_started(b);
	build_task_completed(b);
	return id;
}

int64_t build_task_failed_of(struct build *b, int cause, const char *message)
{
	struct attributes a = begin();

	number(&a, 1, b->scheduled);
	number(&a, 2, b->started);
	number(&a, 3, cause);
	named(&a, 4, message);
	return done(b, EVENT_WORKFLOW_TASK_FAILED, 14, &a);
}

int64_t build_task_failed(struct build *b, const char *message)
{
	return build_task_failed_of(b, 23 /* WORKFLOW_WORKER_UNHANDLED_FAILURE */, message);
}

int64_t build_task_reset(struct build *b, const char *base)
{
	struct attributes a = begin();

	number(&a, 1, b->scheduled);
	number(&a, 2, b->started);
	number(&a, 3, 20); /* RESET_WORKFLOW */
	text(&a, 6, base);
	return done(b, EVENT_WORKFLOW_TASK_FAILED, 14, &a);
}

static void code_id(struct build *b, struct attributes *a, uint32_t field)
{
	char id[16];

	snprintf(id, sizeof(id), "%d", b->next_code_id++);
	text(a, field, id);
}

int64_t build_activity_with_id(struct build *b, const char *id, const char *type)
{
	struct attributes a = begin();

	text(&a, 1, id);
	named(&a, 2, type);
	named(&a, 4, "queue");
	number(&a, 11, b->completed);
	return done(b, EVENT_ACTIVITY_TASK_SCHEDULED, 15, &a);
}

int64_t build_activity_scheduled(struct build *b, const char *type)
{
	char id[16];

	snprintf(id, sizeof(id), "%d", b->next_code_id++);
	return build_activity_with_id(b, id, type);
}

int64_t build_activity_started(struct build *b, int64_t scheduled)
{
	struct attributes a = begin();

	number(&a, 1, scheduled);
	number(&a, 4, 1);
	return done(b, EVENT_ACTIVITY_TASK_STARTED, 16, &a);
}

int64_t build_activity_completed(struct build *b, int64_t scheduled)
{
	struct attributes a = begin();

	number(&a, 2, scheduled);
	number(&a, 3, b->next_id - 1);
	return done(b, EVENT_ACTIVITY_TASK_COMPLETED, 17, &a);
}

int64_t build_activity_failed(struct build *b, int64_t scheduled, const char *message)
{
	struct attributes a = begin();

	named(&a, 1, message);
	number(&a, 2, scheduled);
	number(&a, 3, b->next_id - 1);
	return done(b, EVENT_ACTIVITY_TASK_FAILED, 18, &a);
}

int64_t build_activity(struct build *b, const char *type)
{
	int64_t id = build_activity_scheduled(b, type);

	build_activity_started(b, id);
	build_activity_completed(b, id);
	return id;
}

int64_t build_timer_started(struct build *b, int64_t seconds)
{
	struct attributes a = begin(), duration = begin();

	code_id(b, &a, 1);
	number(&duration, 1, seconds);
	wire_put_bytes(&a.bytes, 2, buf_str(&duration.bytes));
	buf_done(&duration.bytes);
	number(&a, 3, b->completed);
	return done(b, EVENT_TIMER_STARTED, 20, &a);
}

int64_t build_timer_fired(struct build *b, int64_t started)
{
	struct attributes a = begin();

	number(&a, 2, started);
	return done(b, EVENT_TIMER_FIRED, 21, &a);
}

int64_t build_timer(struct build *b, int64_t seconds)
{
	int64_t id = build_timer_started(b, seconds);

	build_timer_fired(b, id);
	return id;
}

int64_t build_child_initiated(struct build *b, const char *type, const char *workflow_id)
{
	struct attributes a = begin();

	text(&a, 2, workflow_id);
	named(&a, 3, type);
	number(&a, 11, b->completed);
	return done(b, EVENT_START_CHILD_WORKFLOW_EXECUTION_INITIATED, 34, &a);
}

int64_t build_signal(struct build *b, const char *name)
{
	struct attributes a = begin();

	text(&a, 1, name);
	return done(b, EVENT_WORKFLOW_EXECUTION_SIGNALED, 26, &a);
}

/* Payloads with one json/plain payload. */
static void payloads(struct attributes *a, uint32_t field, const char *json)
{
	struct attributes list = begin(), payload = begin(), encoding = begin();

	text(&encoding, 1, "encoding");
	text(&encoding, 2, "json/plain");
	wire_put_bytes(&payload.bytes, 1, buf_str(&encoding.bytes));
	text(&payload, 2, json);
	wire_put_bytes(&list.bytes, 1, buf_str(&payload.bytes));
	wire_put_bytes(&a->bytes, field, buf_str(&list.bytes));
	buf_done(&encoding.bytes);
	buf_done(&payload.bytes);
	buf_done(&list.bytes);
}

int64_t build_marker(struct build *b, const char *name, const char *detail, const char *json)
{
	struct attributes a = begin(), entry = begin();

	text(&a, 1, name);
	if (detail) {
		text(&entry, 1, detail);
		payloads(&entry, 2, json);
		wire_put_bytes(&a.bytes, 2, buf_str(&entry.bytes));
	}
	buf_done(&entry.bytes);
	number(&a, 3, b->completed);
	return done(b, EVENT_MARKER_RECORDED, 25, &a);
}

int64_t build_version_marker(struct build *b, const char *change, const char *version)
{
	const char *const details[][2] = {{"change-id", change}, {"version", version}};
	struct attributes a = begin();

	text(&a, 1, "Version");
	for (size_t i = 0; i < 2; i++) {
		struct attributes entry = begin();

		text(&entry, 1, details[i][0]);
		payloads(&entry, 2, details[i][1]);
		wire_put_bytes(&a.bytes, 2, buf_str(&entry.bytes));
		buf_done(&entry.bytes);
	}
	number(&a, 3, b->completed);
	return done(b, EVENT_MARKER_RECORDED, 25, &a);
}

int64_t build_update_accepted(struct build *b, const char *name, const char *update_id)
{
	struct attributes a = begin(), request = begin(), input = begin();

	text(&a, 1, update_id);
	text(&input, 2, name);
	wire_put_bytes(&request.bytes, 2, buf_str(&input.bytes));
	wire_put_bytes(&a.bytes, 4, buf_str(&request.bytes));
	buf_done(&input.bytes);
	buf_done(&request.bytes);
	return done(b, EVENT_WORKFLOW_EXECUTION_UPDATE_ACCEPTED, 46, &a);
}

int64_t build_update_completed(struct build *b, int64_t accepted, const char *update_id)
{
	struct attributes a = begin();

	named(&a, 1, update_id);
	number(&a, 3, accepted);
	return done(b, EVENT_WORKFLOW_EXECUTION_UPDATE_COMPLETED, 48, &a);
}

int64_t build_completed(struct build *b)
{
	struct attributes a = begin();

	number(&a, 2, b->completed);
	return done(b, EVENT_WORKFLOW_EXECUTION_COMPLETED, 7, &a);
}

int64_t build_terminated(struct build *b, const char *reason)
{
	struct attributes a = begin();

	text(&a, 1, reason);
	return done(b, EVENT_WORKFLOW_EXECUTION_TERMINATED, 27, &a);
}

struct str build_wire(const struct build *b)
{
	return buf_str(&b->wire);
}

struct history build_history(const struct build *b, const struct schema *schema)
{
	struct err err = ERR_INIT;
	struct history h;
	struct arena a;

	arena_init(&a);
	if (!history_take(&h, &a, arena_str(&a, build_wire(b)), schema, &err)) {
		fprintf(stderr, "%s\n", err.message);
		BUG_IF(true);
	}
	return h;
}
