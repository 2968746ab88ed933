/* SPDX-License-Identifier: MIT */
/* compare_story.c: both sides of a task from protobuf's JSON, and what differs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/base/base64.h"
#include "formats/read/load.h"
#include "formats/transcode/transcode.h"
#include "tests/unit/compare_story.h"

#include <stdio.h>

int compare_set_up(void **state)
{
	static struct compare_story s;

	s = (struct compare_story){.next_id = 5};
	arena_init(&s.arena);
	s.schema = schema_new(&s.arena);
	s.commands = arena_array(&s.arena, struct command_view, LIMIT_ALIGNED + 10);
	buf_init(&s.events, 0);
	*state = &s;
	return 0;
}

int compare_tear_down(void **state)
{
	struct compare_story *s = *state;

	history_done(&s->history);
	buf_done(&s->events);
	arena_done(&s->arena);
	return 0;
}

/* ---- telling both sides, in protobuf's JSON ---- */

/* TYPE "ActivityTaskScheduled"; ATTRIBUTES: members of its attributes, without braces. */
void event(struct compare_story *s, const char *type, const char *attributes)
{
	char key[80];

	snprintf(key, sizeof(key), "%sEventAttributes", type);
	key[0] = (char)(key[0] + ('a' - 'A'));
	buf_printf(&s->events,
		   ",{\"eventId\":\"%d\",\"eventType\":\"%s\",\"%s\":{"
		   "\"workflowTaskCompletedEventId\":\"4\"%s%s}}",
		   (int)s->next_id++, type, key, *attributes ? "," : "", attributes);
}

void command(struct compare_story *s, const char *type, const char *attributes)
{
	const struct schema_message *m = schema_message(s->schema, "temporal.api.command.v1.Command");
	char key[80];
	struct str json;
	struct err err = ERR_INIT;
	struct buf wire;
	size_t at = 0;

	snprintf(key, sizeof(key), "%sCommandAttributes", type);
	key[0] = (char)(key[0] + ('a' - 'A'));
	json = arena_printf(&s->arena, "{\"commandType\":\"%s\",\"%s\":{%s}}", type, key, attributes);
	buf_init(&wire, 0);
	if (!transcode_json_to_wire(m, json, &at, NULL, &s->arena, &wire, &err))
		fail_msg("%s", err.message);
	s->commands[s->n_commands++] = (struct command_view){
		pair_of_command_name(str_of(type))->command_type,
		arena_str(&s->arena, buf_str(&wire)),
	};
	buf_done(&wire);
}

/* {"metadata":{"encoding":...},"data":...} */
const char *encoded(struct compare_story *s, const char *encoding, const char *data)
{
	char *x = arena_zalloc(&s->arena, BASE64_ENCODED(strlen(encoding)) + 1);
	char *y = arena_zalloc(&s->arena, BASE64_ENCODED(strlen(data)) + 1);

	base64_encode(str_of(encoding), x);
	base64_encode(str_of(data), y);
	return arena_printf(&s->arena, "{\"metadata\":{\"encoding\":\"%s\"},\"data\":\"%s\"}", x, y).p;
}

const char *payload(struct compare_story *s, const char *json)
{
	return encoded(s, "json/plain", json);
}

/* One activity on each side, of the same type and id, with those further members. */
void activity(struct compare_story *s, const char *history, const char *worker)
{
	const char *same = "\"activityId\":\"1\",\"activityType\":{\"name\":\"Charge\"}";

	event(s, "ActivityTaskScheduled", arena_printf(&s->arena, "%s%s", same, history).p);
	command(s, "ScheduleActivityTask", arena_printf(&s->arena, "%s%s", same, worker).p);
}

/* The same with one argument each. */
void argument(struct compare_story *s, const char *history, const char *worker)
{
	activity(s,
		 arena_printf(&s->arena, ",\"input\":{\"payloads\":[%s]}", payload(s, history)).p,
		 arena_printf(&s->arena, ",\"input\":{\"payloads\":[%s]}", payload(s, worker)).p);
}

void step(struct compare_story *s, const char *id, const char *type, bool worker)
{
	struct str text = arena_printf(&s->arena, "\"activityId\":\"%s\",\"activityType\":{\"name\":"
				       "\"%s\"}", id, type);

	if (worker)
		command(s, "ScheduleActivityTask", text.p);
	else
		event(s, "ActivityTaskScheduled", text.p);
}

void timer(struct compare_story *s, const char *id, const char *after, bool worker)
{
	struct str text = arena_printf(&s->arena, "\"timerId\":\"%s\",\"startToFireTimeout\":\"%s\"",
				       id, after);

	if (worker)
		command(s, "StartTimer", text.p);
	else
		event(s, "TimerStarted", text.p);
}

#define EVENT_AT(id, type, attributes) \
	"{\"eventId\":\"" id "\",\"eventType\":\"" type "\"," attributes "}"

void read_history(struct compare_story *s)
{
	struct err err = ERR_INIT;
	struct str text = arena_printf(
		&s->arena,
		"{\"events\":["
		EVENT_AT("1", "WorkflowExecutionStarted",
			 "\"workflowExecutionStartedEventAttributes\":"
			 "{\"workflowRunTimeout\":\"%s\"}") ","
		EVENT_AT("2", "WorkflowTaskScheduled",
			 "\"workflowTaskScheduledEventAttributes\":{}") ","
		EVENT_AT("3", "WorkflowTaskStarted",
			 "\"workflowTaskStartedEventAttributes\":{\"scheduledEventId\":\"2\"}") ","
		EVENT_AT("4", "WorkflowTaskCompleted",
			 "\"workflowTaskCompletedEventAttributes\":{\"scheduledEventId\":\"2\","
			 "\"startedEventId\":\"3\"}") "%.*s]}",
		s->run_timeout ? s->run_timeout : "0s", STR_ARG(buf_str(&s->events)));

	history_done(&s->history);
	s->history = (struct history){0};
	if (!load_history_bytes(s->schema, text, &s->history, NULL, &err))
		fail_msg("%s", err.message);
	assert_int_equal(s->history.n_tasks, 1);
}

void compare(struct compare_story *s)
{
	struct task_reply reply = {.commands = s->commands, .n_commands = s->n_commands,
				   .messages = s->messages, .n_messages = s->n_messages};

	read_history(s);
	compare_task(&s->history, &s->history.tasks[0], &reply, &s->wanted, &s->arena, &s->task);
	assert_int_equal(s->task.task, 1);
	assert_int_equal(s->task.started_event_id, 3);
}

void forget(struct compare_story *s)
{
	buf_clear(&s->events);
	s->next_id = 5;
	s->n_commands = s->n_messages = 0;
}

/* Row I: the event (0: none) and the names of both sides. */
void assert_row(struct compare_story *s, size_t i, int64_t event_id, const char *history,
		const char *worker)
{
	const struct command_pair *p = &s->task.pairs[i];

	assert_true(i < s->task.n_pairs);
	assert_int_equal(p->event_id, event_id);
	assert_true(str_is(p->history.name, history));
	assert_true(str_is(p->worker.name, worker));
}

/* The only difference of all rows. */
const struct difference *only_difference(struct compare_story *s)
{
	const struct difference *found = NULL;

	compare(s);
	for (size_t i = 0; i < s->task.n_pairs; i++)
		for (size_t k = 0; k < s->task.pairs[i].n_differences; k++) {
			const struct difference *d = &s->task.pairs[i].differences[k];

			if (found)
				print_message("also: %.*s: %.*s, %.*s\n", STR_ARG(d->path),
					      STR_ARG(d->history), STR_ARG(d->worker));
			assert_null(found);
			found = d;
		}
	return found;
}

void assert_same(struct compare_story *s)
{
	const struct difference *d = only_difference(s);

	if (d)
		print_message("%.*s: %.*s, %.*s\n", STR_ARG(d->path), STR_ARG(d->history),
			      STR_ARG(d->worker));
	assert_null(d);
	forget(s);
}

void assert_differs(struct compare_story *s, const char *path, const char *history,
		    const char *worker)
{
	const struct difference *d = only_difference(s);

	assert_non_null(d);
	if (!str_is(d->path, path) || !str_is(d->history, history) || !str_is(d->worker, worker))
		print_message("%.*s: %.*s, %.*s\n", STR_ARG(d->path), STR_ARG(d->history),
			      STR_ARG(d->worker));
	assert_true(str_is(d->path, path));
	assert_true(str_is(d->history, history));
	assert_true(str_is(d->worker, worker));
	forget(s);
}
