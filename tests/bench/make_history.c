/* SPDX-License-Identifier: MIT */
/* make_history.c: events drawn by a fixed generator. */
#include "tests/bench/make_history.h"

#include "formats/base/base64.h"

#include <stdint.h>

struct maker {
	struct buf *out;
	uint64_t random;
	size_t id;	/* of the event being written */
	size_t last;	/* of the history */
	uint64_t nanos; /* its time */
};

static uint64_t draw(struct maker *m, uint64_t below)
{
	m->random ^= m->random << 13;
	m->random ^= m->random >> 7;
	m->random ^= m->random << 17;
	return m->random % below;
}

static void put_payload(struct maker *m, const char *indent)
{
	static const char WORDS[] = "{\"order\":\"A-17\",\"lines\":[{\"sku\":\"pen\",\"n\":3}]} ";
	size_t n = 375 + (size_t)draw(m, 375), sealed = draw(m, 5) == 0;
	char bytes[750], text[BASE64_ENCODED(750)];

	for (size_t i = 0; i < n; i++)
		bytes[i] = sealed ? (char)draw(m, 256) : WORDS[i % (sizeof(WORDS) - 1)];
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
}

static void id_member(struct maker *m, const char *name, size_t back, const char *after)
{
	buf_printf(m->out, "        \"%s\": \"%zu\"%s\n", name, m->id > back ? m->id - back : 1,
		   after);
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
	id_member(m, "workflowTaskCompletedEventId", 1, ",");
	buf_puts(m->out, "        \"retryPolicy\": {\n          \"initialInterval\": \"1s\",\n"
			 "          \"backoffCoefficient\": 2,\n"
			 "          \"maximumInterval\": \"100s\"\n        }\n");
	end(m);
}

static void put_started(struct maker *m)
{
	begin(m, "ACTIVITY_TASK_STARTED", "activityTaskStarted");
	id_member(m, "scheduledEventId", 1, ",");
	buf_printf(m->out,
		   "        \"identity\": \"7@host-%u@\",\n"
		   "        \"requestId\": \"%08x-6f43-44a9-a4be-%012x\",\n"
		   "        \"attempt\": 1\n",
		   (unsigned)draw(m, 9), (unsigned)draw(m, UINT32_MAX),
		   (unsigned)draw(m, UINT32_MAX));
	end(m);
}

static void put_completed(struct maker *m)
{
	begin(m, "ACTIVITY_TASK_COMPLETED", "activityTaskCompleted");
	buf_puts(m->out, "        \"result\": ");
	put_payload(m, "        ");
	buf_puts(m->out, ",\n");
	id_member(m, "scheduledEventId", 2, ",");
	id_member(m, "startedEventId", 1, ",");
	buf_puts(m->out, "        \"identity\": \"7@host-4@\"\n");
	end(m);
}

static void put_failed(struct maker *m)
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
	id_member(m, "scheduledEventId", 2, ",");
	id_member(m, "startedEventId", 1, ",");
	buf_puts(m->out, "        \"identity\": \"7@host-4@\",\n"
			 "        \"retryState\": \"RETRY_STATE_MAXIMUM_ATTEMPTS_REACHED\"\n");
	end(m);
}

static void put_activity(struct maker *m)
{
	put_scheduled(m);
	put_started(m);
	if (draw(m, 35) == 0)
		put_failed(m);
	else
		put_completed(m);
}

static void put_task(struct maker *m)
{
	begin(m, "WORKFLOW_TASK_SCHEDULED", "workflowTaskScheduled");
	buf_puts(m->out, "        \"taskQueue\": {\n          \"name\": \"host:7f3c\",\n"
			 "          \"kind\": \"TASK_QUEUE_KIND_STICKY\",\n"
			 "          \"normalName\": \"orders\"\n        },\n"
			 "        \"startToCloseTimeout\": \"10s\",\n        \"attempt\": 1\n");
	end(m);
	begin(m, "WORKFLOW_TASK_STARTED", "workflowTaskStarted");
	id_member(m, "scheduledEventId", 1, ",");
	buf_printf(m->out,
		   "        \"identity\": \"7@host-1@\",\n"
		   "        \"requestId\": \"%08x-28a1-41d5-9c63-0242ac120002\",\n"
		   "        \"historySizeBytes\": \"%zu\"\n",
		   (unsigned)draw(m, UINT32_MAX), m->id * 399);
	end(m);
	begin(m, "WORKFLOW_TASK_COMPLETED", "workflowTaskCompleted");
	id_member(m, "scheduledEventId", 2, ",");
	id_member(m, "startedEventId", 1, ",");
	buf_puts(m->out, "        \"identity\": \"7@host-1@\",\n"
			 "        \"workerVersion\": {\n"
			 "          \"buildId\": \"9a1c64f0b2\"\n        },\n"
			 "        \"sdkMetadata\": {},\n        \"meteringMetadata\": {}\n");
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
		   (unsigned)draw(m, 3600));
	id_member(m, "workflowTaskCompletedEventId", 1, "");
	end(m);
	begin(m, "TIMER_FIRED", "timerFired");
	buf_printf(m->out, "        \"timerId\": \"%zu\",\n", m->id - 1);
	id_member(m, "startedEventId", 1, "");
	end(m);
}

static void put_marker(struct maker *m)
{
	begin(m, "MARKER_RECORDED", "markerRecorded");
	buf_puts(m->out, "        \"markerName\": \"SideEffect\",\n        \"details\": {\n"
			 "          \"data\": ");
	put_payload(m, "          ");
	buf_puts(m->out, "\n        },\n");
	id_member(m, "workflowTaskCompletedEventId", 1, "");
	end(m);
}

void make_history(struct buf *out, size_t events)
{
	struct maker m = {.out = out, .random = 88172645463325252ULL, .id = 1, .last = events};

	buf_puts(out, "{\n  \"events\": [\n");
	while (m.id + 3 <= events) {
		uint64_t kind = draw(&m, 100);

		if (kind < 49)
			put_activity(&m);
		else if (kind < 69)
			put_task(&m);
		else if (kind < 85)
			put_signal(&m);
		else if (kind < 95)
			put_timer(&m);
		else
			put_marker(&m);
	}
	while (m.id <= events)
		put_signal(&m);
	buf_puts(out, "  ]\n}\n");
}
