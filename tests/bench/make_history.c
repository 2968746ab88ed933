/* SPDX-License-Identifier: MIT */
/* make_history.c: events drawn by a fixed generator. */
#include "tests/bench/make_history.h"

#include "formats/base/base64.h"

#include <stdio.h>

struct maker {
	struct buf *out;
	uint64_t random;
	size_t id;	/* of the event being written */
	size_t last;	/* of the history */
	size_t completed; /* id of the last WorkflowTaskCompleted */
	uint64_t nanos;	  /* its time */
	uint64_t seed;
	void (*flush)(struct buf *out);
};

/* Events of one round, at most: a task, and what its commands lead to. */
#define ROUND_MOST 40
#define FLUSH_AT ((size_t)1024 * 1024)

static uint64_t draw(struct maker *m, uint64_t below)
{
	m->random ^= m->random << 13;
	m->random ^= m->random >> 7;
	m->random ^= m->random << 17;
	return m->random % below;
}

/* As many lines of an order as fit. */
static void fill_json(struct maker *m, char *to, size_t n)
{
	static const char *const GOODS[] = {
		"pen",	 "envelope", "stapler", "ink, blue", "ink, black", "paper A4", "paper A3",
		"ruler", "eraser",   "folder",	"notebook",  "calendar",   "scissors", "glue",
		"tape",	 "clip",
	};
	size_t at = (size_t)snprintf(to, n, "{\"order\":\"A-%u\",\"customer\":%u,\"lines\":[",
				     (unsigned)draw(m, 1000000), (unsigned)draw(m, 100000));
	char line[100];

	for (;;) {
		int more = snprintf(line, sizeof(line),
				    "%s{\"sku\":\"%s\",\"n\":%u,\"price\":%u.%02u,\"shelf\":\"%08x\"}",
				    to[at - 1] == '[' ? "" : ",", GOODS[draw(m, 16)],
				    (unsigned)draw(m, 40), (unsigned)draw(m, 900),
				    (unsigned)draw(m, 100), (unsigned)draw(m, UINT32_MAX));

		if (at + (size_t)more + 2 > n)
			break;
		memcpy(to + at, line, (size_t)more);
		at += (size_t)more;
	}
	memset(to + at, ' ', n - at);
	memcpy(to + n - 2, "]}", 2);
}

static void put_payload(struct maker *m, const char *indent)
{
	size_t n = 375 + (size_t)draw(m, 375), sealed = draw(m, 5) == 0;
	char bytes[750], text[BASE64_ENCODED(750)];

	if (!sealed)
		fill_json(m, bytes, n);
	for (size_t i = 0; sealed && i < n; i++)
		bytes[i] = (char)draw(m, 256);
	base64_encode(str_slice(bytes, n), text);
	buf_printf(m->out,
		   "{\n%s  \"payloads\": [\n%s    {\n%s      \"metadata\": {\n"
		   "%s        \"encoding\": \"%s\"\n%s      },\n%s      \"data\": \"",
		   indent, indent, indent, indent,
		   sealed ? "YmluYXJ5L2VuY3J5cHRlZA==" : "anNvbi9wbGFpbg==", indent, indent);
	buf_add_bytes(m->out, text, BASE64_ENCODED(n));
	buf_printf(m->out, "\"\n%s    }\n%s  ]\n%s}", indent, indent, indent);
}

static void begin(struct maker *m, const char *type, const char *attributes)
{
	m->nanos = (m->nanos + draw(m, 900000000)) | 1; /* all nine digits needed */
	buf_printf(m->out,
		   "    {\n      \"eventId\": \"%zu\",\n"
		   "      \"eventTime\": \"2026-03-%02uT%02u:%02u:%02u.%09uZ\",\n"
		   "      \"eventType\": \"EVENT_TYPE_%s\",\n      \"taskId\": \"%zu\",\n"
		   "      \"%sEventAttributes\": {\n",
		   m->id, (unsigned)(m->nanos / 86400000000000 % 28 + 1),
		   (unsigned)(m->nanos / 3600000000000 % 24),
		   (unsigned)(m->nanos / 60000000000 % 60), (unsigned)(m->nanos / 1000000000 % 60),
		   (unsigned)(m->nanos % 1000000000), type, 1048576 + m->id * 3, attributes);
}

static void end(struct maker *m)
{
	buf_puts(m->out, m->id == m->last ? "      }\n    }\n" : "      }\n    },\n");
	m->id++;
	if (m->flush && m->out->n > FLUSH_AT)
		m->flush(m->out);
}

static void id_member(struct maker *m, const char *name, size_t id, const char *after)
{
	buf_printf(m->out, "        \"%s\": \"%zu\"%s\n", name, id, after);
}

static void task_member(struct maker *m, const char *after)
{
	id_member(m, "workflowTaskCompletedEventId", m->completed, after);
}

static void put_start(struct maker *m)
{
	char run[40];

	snprintf(run, sizeof(run), "5f1c7a52-0c1e-4e0b-9d3a-%012llx", (unsigned long long)m->seed);
	begin(m, "WORKFLOW_EXECUTION_STARTED", "workflowExecutionStarted");
	buf_puts(m->out, "        \"workflowType\": {\n          \"name\": \"Orders\"\n        },\n"
			 "        \"taskQueue\": {\n          \"name\": \"orders\",\n"
			 "          \"kind\": \"TASK_QUEUE_KIND_NORMAL\"\n        },\n"
			 "        \"input\": ");
	put_payload(m, "        ");
	buf_printf(m->out,
		   ",\n        \"workflowExecutionTimeout\": \"0s\",\n"
		   "        \"workflowRunTimeout\": \"0s\",\n"
		   "        \"workflowTaskTimeout\": \"10s\",\n"
		   "        \"originalExecutionRunId\": \"%s\",\n"
		   "        \"identity\": \"shop@host-2\",\n"
		   "        \"firstExecutionRunId\": \"%s\",\n        \"attempt\": 1,\n"
		   "        \"firstWorkflowTaskBackoff\": \"0s\",\n        \"header\": {},\n"
		   "        \"workflowId\": \"orders-%llu\"\n",
		   run, run, (unsigned long long)m->seed);
	end(m);
}

static void put_scheduled(struct maker *m)
{
	begin(m, "ACTIVITY_TASK_SCHEDULED", "activityTaskScheduled");
	buf_printf(m->out,
		   "        \"activityId\": \"%zu\",\n        \"activityType\": {\n"
		   "          \"name\": \"ReserveStock\"\n        },\n"
		   "        \"taskQueue\": {\n          \"name\": \"orders\",\n"
		   "          \"kind\": \"TASK_QUEUE_KIND_NORMAL\"\n        },\n"
		   "        \"header\": {},\n        \"input\": ",
		   m->id);
	put_payload(m, "        ");
	buf_puts(m->out, ",\n        \"scheduleToCloseTimeout\": \"0s\",\n"
			 "        \"startToCloseTimeout\": \"10s\",\n"
			 "        \"heartbeatTimeout\": \"0s\",\n");
	task_member(m, ",");
	buf_puts(m->out, "        \"retryPolicy\": {\n          \"initialInterval\": \"1s\",\n"
			 "          \"backoffCoefficient\": 2,\n"
			 "          \"maximumInterval\": \"100s\"\n        }\n");
	end(m);
}

static void put_started(struct maker *m, size_t scheduled)
{
	begin(m, "ACTIVITY_TASK_STARTED", "activityTaskStarted");
	id_member(m, "scheduledEventId", scheduled, ",");
	buf_printf(m->out,
		   "        \"identity\": \"7@host-%u@\",\n"
		   "        \"requestId\": \"%08x-6f43-44a9-a4be-%012x\",\n"
		   "        \"attempt\": 1\n",
		   (unsigned)draw(m, 9), (unsigned)draw(m, UINT32_MAX),
		   (unsigned)draw(m, UINT32_MAX));
	end(m);
}

static void put_completed(struct maker *m, size_t scheduled)
{
	begin(m, "ACTIVITY_TASK_COMPLETED", "activityTaskCompleted");
	buf_puts(m->out, "        \"result\": ");
	put_payload(m, "        ");
	buf_puts(m->out, ",\n");
	id_member(m, "scheduledEventId", scheduled, ",");
	id_member(m, "startedEventId", m->id - 1, ",");
	buf_puts(m->out, "        \"identity\": \"7@host-4@\"\n");
	end(m);
}

static void put_failed(struct maker *m, size_t scheduled)
{
	begin(m, "ACTIVITY_TASK_FAILED", "activityTaskFailed");
	buf_puts(m->out, "        \"failure\": {\n"
			 "          \"message\": \"no stock for \\\"A-17\\\"\",\n"
			 "          \"source\": \"GoSDK\",\n          \"stackTrace\": \"");
	for (int i = 0; i < 12; i++)
		buf_printf(m->out, "main.(*Stock).reserve\\n\\t/srv/app/stock.go:%u\\n",
			   (unsigned)draw(m, 400));
	buf_puts(m->out, "\",\n          \"applicationFailureInfo\": {\n"
			 "            \"type\": \"OutOfStock\"\n          }\n        },\n");
	id_member(m, "scheduledEventId", scheduled, ",");
	id_member(m, "startedEventId", m->id - 1, ",");
	buf_puts(m->out, "        \"identity\": \"7@host-4@\",\n"
			 "        \"retryState\": \"RETRY_STATE_MAXIMUM_ATTEMPTS_REACHED\"\n");
	end(m);
}

static void put_task(struct maker *m)
{
	bool first = m->completed == 0;

	begin(m, "WORKFLOW_TASK_SCHEDULED", "workflowTaskScheduled");
	buf_puts(m->out, "        \"taskQueue\": {\n          \"name\": \"host:7f3c\",\n"
			 "          \"kind\": \"TASK_QUEUE_KIND_STICKY\",\n"
			 "          \"normalName\": \"orders\"\n        },\n"
			 "        \"startToCloseTimeout\": \"10s\",\n        \"attempt\": 1\n");
	end(m);
	begin(m, "WORKFLOW_TASK_STARTED", "workflowTaskStarted");
	id_member(m, "scheduledEventId", m->id - 1, ",");
	buf_printf(m->out,
		   "        \"identity\": \"7@host-1@\",\n"
		   "        \"requestId\": \"%08x-28a1-41d5-9c63-0242ac120002\",\n"
		   "        \"historySizeBytes\": \"%zu\"\n",
		   (unsigned)draw(m, UINT32_MAX), m->id * 399);
	end(m);
	m->completed = m->id;
	begin(m, "WORKFLOW_TASK_COMPLETED", "workflowTaskCompleted");
	id_member(m, "scheduledEventId", m->id - 2, ",");
	id_member(m, "startedEventId", m->id - 1, ",");
	buf_puts(m->out, "        \"identity\": \"7@host-1@\",\n"
			 "        \"workerVersion\": {\n"
			 "          \"buildId\": \"9a1c64f0b2\"\n        },\n"
			 "        \"sdkMetadata\": ");
	buf_puts(m->out, first ? "{\n          \"langUsedFlags\": [\n            3\n          ],\n"
				 "          \"sdkName\": \"temporal-go\",\n"
				 "          \"sdkVersion\": \"1.31.0\"\n        }" : "{}");
	buf_puts(m->out, ",\n        \"meteringMetadata\": {}\n");
	end(m);
}

static void put_signal(struct maker *m)
{
	begin(m, "WORKFLOW_EXECUTION_SIGNALED", "workflowExecutionSignaled");
	buf_puts(m->out, "        \"signalName\": \"amend\",\n        \"input\": ");
	put_payload(m, "        ");
	buf_puts(m->out, ",\n        \"identity\": \"shop@host-2\",\n        \"header\": {}\n");
	end(m);
}

static void put_timer(struct maker *m)
{
	begin(m, "TIMER_STARTED", "timerStarted");
	buf_printf(m->out,
		   "        \"timerId\": \"%zu\",\n        \"startToFireTimeout\": \"%us\",\n", m->id,
		   1 + (unsigned)draw(m, 3600));
	task_member(m, "");
	end(m);
}

static void put_fired(struct maker *m, size_t started)
{
	begin(m, "TIMER_FIRED", "timerFired");
	buf_printf(m->out, "        \"timerId\": \"%zu\",\n", started);
	id_member(m, "startedEventId", started, "");
	end(m);
}

static void put_marker(struct maker *m)
{
	begin(m, "MARKER_RECORDED", "markerRecorded");
	buf_puts(m->out, "        \"markerName\": \"SideEffect\",\n        \"details\": {\n"
			 "          \"data\": ");
	put_payload(m, "          ");
	buf_puts(m->out, "\n        },\n");
	task_member(m, "");
	end(m);
}

/* Accepted and completed in one turn, as an update that waits for nothing is. */
static void put_update(struct maker *m)
{
	size_t accepted = m->id;

	begin(m, "WORKFLOW_EXECUTION_UPDATE_ACCEPTED", "workflowExecutionUpdateAccepted");
	buf_printf(m->out,
		   "        \"protocolInstanceId\": \"price-%zu\",\n"
		   "        \"acceptedRequestMessageId\": \"price-%zu/request\",\n"
		   "        \"acceptedRequestSequencingEventId\": \"%zu\",\n"
		   "        \"acceptedRequest\": {\n          \"meta\": {\n"
		   "            \"updateId\": \"price-%zu\",\n"
		   "            \"identity\": \"shop@host-2\"\n          },\n"
		   "          \"input\": {\n            \"name\": \"price\",\n            \"args\": ",
		   accepted, accepted, m->completed - 2, accepted);
	put_payload(m, "            ");
	buf_puts(m->out, "\n          }\n        }\n");
	end(m);
	begin(m, "WORKFLOW_EXECUTION_UPDATE_COMPLETED", "workflowExecutionUpdateCompleted");
	buf_printf(m->out,
		   "        \"meta\": {\n          \"updateId\": \"price-%zu\",\n"
		   "          \"identity\": \"shop@host-2\"\n        },\n"
		   "        \"outcome\": {\n          \"success\": ",
		   accepted);
	put_payload(m, "          ");
	buf_puts(m->out, "\n        },\n");
	id_member(m, "acceptedEventId", accepted, "");
	end(m);
}

static void put_close(struct maker *m)
{
	put_task(m);
	begin(m, "WORKFLOW_EXECUTION_COMPLETED", "workflowExecutionCompleted");
	buf_puts(m->out, "        \"result\": ");
	put_payload(m, "        ");
	buf_puts(m->out, ",\n");
	task_member(m, "");
	end(m);
}

/* A turn of the code, and what comes of its commands until the next. */
static void put_round(struct maker *m)
{
	size_t activities = 1 + (size_t)draw(m, 4), timers = (size_t)draw(m, 2);
	size_t signals = (size_t)draw(m, 3), first;

	put_task(m);
	if (draw(m, 6) == 0)
		put_update(m);
	first = m->id;
	for (size_t i = 0; i < activities; i++)
		put_scheduled(m);
	for (size_t i = 0; i < timers; i++)
		put_timer(m);
	if (draw(m, 4) == 0)
		put_marker(m);
	for (size_t i = 0; i < signals; i++)
		put_signal(m);
	for (size_t i = 0; i < activities; i++) {
		put_started(m, first + i);
		if (draw(m, 35) == 0)
			put_failed(m, first + i);
		else
			put_completed(m, first + i);
	}
	for (size_t i = 0; i < timers; i++)
		put_fired(m, first + activities + i);
}

void make_history(struct buf *out, const struct make_history *how)
{
	struct maker m = {
		.out = out,
		.random = 88172645463325252ULL + how->seed,
		.id = 1,
		.last = how->events,
		.seed = how->seed,
		.flush = how->flush,
	};

	buf_puts(out, "{\n  \"events\": [\n");
	put_start(&m);
	while (m.id + ROUND_MOST <= m.last)
		put_round(&m);
	/* What is left is less than a round; a close takes four. */
	while (m.id + 3 < m.last)
		put_signal(&m);
	put_close(&m);
	buf_puts(out, "  ]\n}\n");
	if (how->flush)
		how->flush(out);
}
