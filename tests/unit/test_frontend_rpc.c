/* SPDX-License-Identifier: MIT */
/* test_frontend_rpc.c: histories in pages, and the rest of what a worker asks a server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/base/limits.h"
#include "formats/wire/field.h"
#include "formats/wire/wire.h"
#include "tests/unit/frontend_story.h"

static size_t events_in(struct str history)
{
	struct wire w = wire_of(history);
	struct wire_field f;
	size_t n = 0;

	while (wire_next(&w, &f))
		n += f.number == 1;
	return n;
}

/* ---- pages ---- */

static struct str page(struct story *s, struct str page_token, struct str run_id, int *ret_status)
{
	struct buf b, execution;
	struct str reply;

	buf_init(&b, 0);
	buf_init(&execution, 0);
	wire_put_bytes(&execution, 1, STR("order-1"));
	wire_put_bytes(&execution, 2, run_id);
	wire_put_bytes(&b, 2, buf_str(&execution));
	if (page_token.n)
		wire_put_bytes(&b, 4, page_token);
	*ret_status = call(s, SERVICE "GetWorkflowExecutionHistory", buf_str(&b), &reply);
	buf_done(&execution);
	buf_done(&b);
	return reply;
}

static void page_holds_what_fits(void **state)
{
	struct story *s = *state;
	struct str task;
	size_t n;

	/* Room for three events: a fourth would be too much. */
	open_frontend(s, history_prefix(&s->history, 4).n - 1, NULL);
	task = get_task(s);
	n = events_in(wire_bytes_at(task, 8));
	assert_int_equal(n, 3);
	assert_true(wire_bytes_at(task, 9).n > 0);
}

/* The pages joined are the prefix that is served, and not a byte more. */
static void pages_are_the_prefix(void **state)
{
	struct story *s = *state;
	const struct schema_message *m =
		schema_message(s->schema, MESSAGES "GetWorkflowExecutionHistoryResponse");
	struct buf all;
	struct str task, token;
	int status;

	open_frontend(s, 1, NULL);
	s->spec.n_events = 5;
	task = get_task(s);
	buf_init(&all, 0);
	buf_add(&all, wire_bytes_at(task, 8));
	token = wire_bytes_at(task, 9);
	while (token.n) {
		struct str reply = page(s, token, STR("run-1"), &status);

		buf_add(&all, field_str(m, reply, "history"));
		token = field_str(m, reply, "next_page_token");
	}
	assert_true(str_eq(buf_str(&all), history_prefix(&s->history, 5)));
	buf_done(&all);
}

/* Workers that lost their cache ask from the start, by run id. */
static void history_is_given_by_run_id(void **state)
{
	struct story *s = *state;
	const struct schema_message *m =
		schema_message(s->schema, MESSAGES "GetWorkflowExecutionHistoryResponse");
	struct str reply;
	int status;

	s->spec.n_events = 5;
	(void)get_task(s);
	reply = page(s, STR(""), STR("run-1"), &status);
	assert_int_equal(status, GRPC_OK);
	assert_true(str_eq(field_str(m, reply, "history"), history_prefix(&s->history, 5)));
	(void)page(s, STR(""), STR("another-run"), &status);
	assert_int_equal(status, GRPC_NOT_FOUND);
	(void)page(s, STR("hc.7.0.1@0"), STR("run-1"), &status);
	assert_int_equal(status, GRPC_NOT_FOUND);
	(void)page(s, STR("hc.7.0.1@5"), STR("run-1"), &status);
	assert_int_equal(status, GRPC_NOT_FOUND);
	(void)page(s, STR("nonsense"), STR("run-1"), &status);
	assert_int_equal(status, GRPC_NOT_FOUND);
}

/* ---- the rest of a server ---- */

static void health_and_system_info(void **state)
{
	struct story *s = *state;
	const struct schema_message *m =
		schema_message(s->schema, MESSAGES "GetSystemInfoResponse");
	struct str reply;

	assert_int_equal(call(s, "/grpc.health.v1.Health/Check", STR(""), &reply), GRPC_OK);
	assert_int_equal(wire_value_at(reply, 1, 0), 1);
	assert_int_equal(call(s, SERVICE "GetSystemInfo", STR(""), &reply), GRPC_OK);
	assert_int_equal(field_int(m, reply, "capabilities.sdk_metadata", 0), 1);
	assert_int_equal(field_int(m, reply, "capabilities.supports_schedules", 0), 0);
}

static void every_namespace_is_there(void **state)
{
	struct story *s = *state;
	const struct schema_message *m =
		schema_message(s->schema, MESSAGES "DescribeNamespaceResponse");
	struct str reply;

	assert_int_equal(call(s, SERVICE "DescribeNamespace", STR("\x0a\x08my-place"), &reply),
			 GRPC_OK);
	assert_true(str_is(field_str(m, reply, "namespace_info.name"), "my-place"));
	assert_int_equal(field_int(m, reply, "namespace_info.state", 0), 1);
}

static void goodbyes_are_answered(void **state)
{
	static const char *const METHODS[] = {SERVICE "ShutdownWorker",
					      SERVICE "RecordWorkerHeartbeat",
					      SERVICE "ResetStickyTaskQueue"};
	struct story *s = *state;

	for (size_t i = 0; i < sizeof(METHODS) / sizeof(*METHODS); i++)
		assert_int_equal(call(s, METHODS[i], STR(""), NULL), GRPC_OK);
	assert_int_equal(frontend_unimplemented(s->frontend), 0);
}

static void unimplemented_calls_are_remembered_once(void **state)
{
	struct story *s = *state;

	for (int i = 0; i < 2; i++) {
		assert_int_equal(call(s, SERVICE "StartWorkflowExecution", STR(""), NULL),
				 GRPC_UNIMPLEMENTED);
		assert_int_equal(call(s, "/other.Service/Call", STR(""), NULL),
				 GRPC_UNIMPLEMENTED);
	}
	assert_int_equal(frontend_unimplemented(s->frontend), 2);
	assert_true(str_is(frontend_unimplemented_name(s->frontend, 0),
			   SERVICE "StartWorkflowExecution"));
	assert_true(str_is(frontend_unimplemented_name(s->frontend, 1), "/other.Service/Call"));
}

static void bytes_that_are_no_message_do_no_harm(void **state)
{
	struct story *s = *state;

	(void)call(s, SERVICE "RespondWorkflowTaskCompleted", STR("\xff\xff\xff"), NULL);
	(void)call(s, SERVICE "RespondWorkflowTaskFailed", STR("\x1a\x7f"), NULL);
	(void)call(s, SERVICE "GetWorkflowExecutionHistory", STR("\x12\x05\x0a"), NULL);
	assert_int_equal(s->replies, 0);
	(void)get_task(s);
}

static struct str poll_of(struct story *s, struct str identity, struct str queue)
{
	struct buf b, q;
	struct str whole;

	buf_init(&b, 0);
	buf_init(&q, 0);
	wire_put_bytes(&q, 1, queue);
	wire_put_value(&q, 2, NORMAL);
	wire_put_bytes(&b, 1, STR("somewhere"));
	wire_put_bytes(&b, 2, buf_str(&q));
	wire_put_bytes(&b, 3, identity);
	whole = arena_str(&s->arena, buf_str(&b));
	buf_done(&q);
	buf_done(&b);
	return whole;
}

static void pollers_have_a_ceiling(void **state)
{
	enum { RESOURCE_EXHAUSTED = 8 };
	struct story *s = *state;
	size_t n = LIMIT_POLL_NAME_BYTES + 1;
	char *bytes = arena_array(&s->arena, char, n);
	struct str name = str_slice(memset(bytes, 'x', n), n);
	struct client_call *c;

	assert_int_equal(call(s, SERVICE "PollWorkflowTaskQueue", poll_of(s, name, STR("q")), NULL),
			 RESOURCE_EXHAUSTED);
	assert_int_equal(call(s, SERVICE "PollWorkflowTaskQueue", poll_of(s, STR("me"), name), NULL),
			 RESOURCE_EXHAUSTED);
	for (size_t i = 0; i < LIMIT_POLLERS; i++) {
		c = client_start(s->client, SERVICE "PollWorkflowTaskQueue",
				 poll_of(s, arena_printf(&s->arena, "%zu", i), STR("q")),
				 CLIENT_PLAIN, 0);
		while (frontend_pollers(s->frontend) <= i)
			assert_false(run(s, c, 1));
		give_up(s, c);
	}
	assert_int_equal(call(s, SERVICE "PollWorkflowTaskQueue", poll_of(s, STR("me"), STR("q")),
			      NULL), RESOURCE_EXHAUSTED);
	assert_int_equal(frontend_pollers(s->frontend), LIMIT_POLLERS);
	/* Who is known already is served as ever. */
	c = client_start(s->client, SERVICE "PollWorkflowTaskQueue",
			 poll_of(s, STR("0"), STR("q")), CLIENT_PLAIN, 0);
	assert_false(run(s, c, QUIET_MS));
	give_up(s, c);
}

static void fresh_run_ids_look_like_run_ids(void **state)
{
	struct story *s = *state;
	struct str one = frontend_fresh_run_id(s->frontend, &s->arena);
	struct str two = frontend_fresh_run_id(s->frontend, &s->arena);

	assert_int_equal(one.n, 36);
	assert_int_equal(one.p[8], '-');
	assert_int_equal(one.p[23], '-');
	assert_false(str_eq(one, two));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, story_set_up, story_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(page_holds_what_fits),
		TEST(pages_are_the_prefix),
		TEST(history_is_given_by_run_id),
		TEST(health_and_system_info),
		TEST(every_namespace_is_there),
		TEST(goodbyes_are_answered),
		TEST(unimplemented_calls_are_remembered_once),
		TEST(bytes_that_are_no_message_do_no_harm),
		TEST(pollers_have_a_ceiling),
		TEST(fresh_run_ids_look_like_run_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
