/* SPDX-License-Identifier: MIT */
/* reply.c: writing commands field by field; numbers are command.proto's. */
#include "tests/unit/reply.h"

#include "formats/base/buf.h"
#include "formats/wire/wire.h"

#include <stdarg.h>

#define MOST_COMMANDS 8

/* ATTRIBUTES are the command's field FIELD; takes the buffer. */
static struct command_view command(struct arena *a, int32_t type, uint32_t field,
				   struct buf *attributes)
{
	struct command_view c = {.type = type};
	struct buf b;

	buf_init(&b, 0);
	wire_put_value(&b, 1, (uint64_t)type);
	wire_put_bytes(&b, field, buf_str(attributes));
	c.bytes = arena_str(a, buf_str(&b));
	buf_done(&b);
	buf_done(attributes);
	return c;
}

/* A message whose field 1 is text. */
static void named(struct buf *b, uint32_t field, const char *value)
{
	struct buf inner;

	buf_init(&inner, 0);
	wire_put_bytes(&inner, 1, str_of(value));
	wire_put_bytes(b, field, buf_str(&inner));
	buf_done(&inner);
}

struct command_view command_activity(struct arena *a, const char *id, const char *type)
{
	struct buf b;

	buf_init(&b, 0);
	wire_put_bytes(&b, 1, str_of(id));
	named(&b, 2, type);
	return command(a, COMMAND_SCHEDULE_ACTIVITY_TASK, 2, &b);
}

struct command_view command_timer(struct arena *a, const char *id, int64_t seconds)
{
	struct buf b, duration;

	buf_init(&b, 0);
	buf_init(&duration, 0);
	wire_put_value(&duration, 1, (uint64_t)seconds);
	wire_put_bytes(&b, 1, str_of(id));
	wire_put_bytes(&b, 2, buf_str(&duration));
	buf_done(&duration);
	return command(a, COMMAND_START_TIMER, 3, &b);
}

struct command_view command_marker(struct arena *a, const char *name)
{
	struct buf b;

	buf_init(&b, 0);
	wire_put_bytes(&b, 1, str_of(name));
	return command(a, COMMAND_RECORD_MARKER, 10, &b);
}

struct command_view command_complete(struct arena *a)
{
	struct buf b;

	buf_init(&b, 0);
	return command(a, COMMAND_COMPLETE_WORKFLOW_EXECUTION, 4, &b);
}

struct command_view command_fail(struct arena *a, const char *message, const char *type)
{
	struct buf b, failure;

	buf_init(&b, 0);
	buf_init(&failure, 0);
	wire_put_bytes(&failure, 1, str_of(message));
	if (*type)
		named(&failure, 5, type);
	wire_put_bytes(&b, 1, buf_str(&failure));
	buf_done(&failure);
	return command(a, COMMAND_FAIL_WORKFLOW_EXECUTION, 5, &b);
}

struct command_view command_version_upsert(struct arena *a)
{
	struct buf b, fields, entry;

	buf_init(&b, 0);
	buf_init(&fields, 0);
	buf_init(&entry, 0);
	wire_put_bytes(&entry, 1, STR("TemporalChangeVersion"));
	wire_put_bytes(&entry, 2, STR(""));
	wire_put_bytes(&fields, 1, buf_str(&entry));
	wire_put_bytes(&b, 1, buf_str(&fields));
	buf_done(&entry);
	buf_done(&fields);
	return command(a, COMMAND_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES, 14, &b);
}

struct task_reply reply_completed(struct arena *a, ...)
{
	struct command_view *commands = arena_array(a, struct command_view, MOST_COMMANDS);
	struct task_reply reply = {.kind = REPLY_COMPLETED, .commands = commands};
	struct command_view c;
	va_list list;

	va_start(list, a);
	while ((c = va_arg(list, struct command_view)).type) {
		BUG_IF(reply.n_commands == MOST_COMMANDS);
		commands[reply.n_commands++] = c;
	}
	va_end(list);
	return reply;
}

struct task_reply reply_failed(enum sdk_family family, int cause, const char *message)
{
	return (struct task_reply){
		.kind = REPLY_FAILED,
		.failure = {.family = family, .cause = cause, .message = str_of(message)},
	};
}

struct task_reply reply_query(const char *answer)
{
	return (struct task_reply){
		.kind = REPLY_QUERY_ANSWERED,
		.query_answer = str_of(answer),
		.query_encoding = STR("json/plain"),
	};
}

struct task_reply reply_query_failed(enum sdk_family family, int cause, const char *message)
{
	struct task_reply reply = reply_failed(family, cause, message);

	reply.kind = REPLY_QUERY_FAILED;
	return reply;
}
