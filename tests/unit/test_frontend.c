/* SPDX-License-Identifier: MIT */
/* test_frontend.c: what a worker meets: polls held, tasks handed out once, first replies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/wire/field.h"
#include "formats/wire/wire.h"
#include "tests/unit/frontend_story.h"

/* ---- polls ---- */

static void poll_says_who_polls(void **state)
{
	struct story *s = *state;
	struct client_call *c = workflow_poll(s, "orders");
	const struct poller *p;

	wait_for_a_poll(s);
	assert_int_equal(frontend_pollers(s->frontend), 1);
	p = frontend_poller(s->frontend, 0);
	assert_true(str_is(p->identity, "17@host"));
	assert_true(str_is(p->instance, "instance-1"));
	assert_true(str_is(p->name_space, "somewhere"));
	assert_true(str_is(p->client_name, "temporal-python"));
	assert_true(str_is(p->version, "1.20.0"));
	assert_ptr_equal(p->sdk, sdk_find(STR("Python")));
	assert_int_equal(p->held, 1);
	assert_int_equal(frontend_queues(s->frontend), 1);
	assert_true(str_is(frontend_queue(s->frontend, 0), "orders"));
	give_up(s, c);
	assert_true(p->gone);
}

static void polls_without_work_are_held(void **state)
{
	struct story *s = *state;
	struct client_call *c = workflow_poll(s, "orders");

	assert_false(run(s, c, QUIET_MS));
	give_up(s, c);
}

/* Nothing real ever runs in a replayed worker. */
static void other_polls_never_get_work(void **state)
{
	struct story *s = *state;
	struct client_call *others[3] = {
		poll_queue(s, SERVICE "PollWorkflowTaskQueue", "17@host-sticky", STICKY),
		poll_queue(s, SERVICE "PollActivityTaskQueue", "orders", NORMAL),
		poll_queue(s, SERVICE "PollNexusTaskQueue", "orders", NORMAL),
	};

	assert_false(run(s, others[0], QUIET_MS));
	assert_null(frontend_waiting(s->frontend, STR_NONE, SDK_UNKNOWN));
	assert_int_equal(frontend_queues(s->frontend), 0);
	(void)get_task(s);
	for (size_t i = 0; i < 3; i++) {
		assert_false(client_done(others[i]));
		give_up(s, others[i]);
	}
}

static void poll_is_chosen_by_queue_and_family(void **state)
{
	struct story *s = *state;
	struct client_call *orders = workflow_poll(s, "orders"), *refunds;

	wait_for_a_poll(s);
	refunds = workflow_poll(s, "refunds");
	(void)run(s, NULL, QUIET_MS);
	assert_null(frontend_waiting(s->frontend, STR("nobody"), SDK_UNKNOWN));
	assert_null(frontend_waiting(s->frontend, STR("orders"), SDK_GO));
	assert_non_null(frontend_waiting(s->frontend, STR("orders"), SDK_CORE));
	serve_on(s, STR("refunds"));
	assert_true(run(s, refunds, PATIENCE_MS));
	assert_false(client_done(orders));
	client_free(refunds);
	give_up(s, orders);
}

static void sdk_that_the_user_names_wins(void **state)
{
	struct story *s = *state;
	struct client_call *c;

	open_frontend(s, 1 << 20, sdk_find(STR("Java")));
	client_names(s->client, "temporal-cobol", NULL);
	c = workflow_poll(s, "orders");
	wait_for_a_poll(s);
	assert_ptr_equal(frontend_poller(s->frontend, 0)->sdk, sdk_find(STR("Java")));
	give_up(s, c);
}

static void unknown_sdk_is_said_to_be_unknown(void **state)
{
	struct story *s = *state;
	struct client_call *c;

	client_names(s->client, NULL, NULL);
	c = workflow_poll(s, "orders");
	wait_for_a_poll(s);
	assert_null(frontend_poller(s->frontend, 0)->sdk);
	assert_null(frontend_poller(s->frontend, 0)->client_name.p);
	give_up(s, c);
}

/* ---- tasks and replies ---- */

static void task_is_served_with_its_fields(void **state)
{
	struct story *s = *state;
	const struct schema_message *m =
		schema_message(s->schema, MESSAGES "PollWorkflowTaskQueueResponse");
	struct str task = get_task(s);

	assert_true(field_str(m, task, "task_token").n > 0);
	assert_true(str_is(field_str(m, task, "workflow_execution.workflow_id"), "order-1"));
	assert_true(str_is(field_str(m, task, "workflow_execution.run_id"), "run-1"));
	assert_true(str_is(field_str(m, task, "workflow_type.name"), "OrderWorkflow"));
	assert_true(field_int(m, task, "previous_started_event_id", 0) == (int64_t)1 << 62);
	assert_int_equal(field_int(m, task, "started_event_id", 0), 9);
	assert_int_equal(field_int(m, task, "attempt", 0), 1);
	/* the history's own queue, not the poll's */
	assert_true(str_is(field_str(m, task, "workflow_execution_task_queue.name"), "queue"));
	assert_int_equal(field_int(m, task, "workflow_execution_task_queue.kind", 0), NORMAL);
	assert_true(str_is(field_str(m, task, "queries[q].query_type"), "__stack_trace"));
	assert_false(field_str(m, task, "query.query_type").n);
	assert_false(field_str(m, task, "next_page_token").n);
	assert_true(str_eq(field_str(m, task, "history"), s->history.wire));
}

static void legacy_query_and_prefix(void **state)
{
	struct story *s = *state;
	const struct schema_message *m =
		schema_message(s->schema, MESSAGES "PollWorkflowTaskQueueResponse");
	struct str task;

	s->spec.query = TASK_QUERY_LEGACY;
	s->spec.n_events = 5;
	task = get_task(s);
	assert_true(str_is(field_str(m, task, "query.query_type"), "__stack_trace"));
	assert_false(field_str(m, task, "queries[q].query_type").n);
	assert_true(str_eq(field_str(m, task, "history"), history_prefix(&s->history, 5)));
}

static void first_reply_of_a_token_counts(void **state)
{
	struct story *s = *state;
	struct str token = wire_bytes_at(get_task(s), 1);

	respond(s, SERVICE "RespondWorkflowTaskFailed", token);
	assert_int_equal(s->replies, 1);
	assert_int_equal(s->kind, REPLY_FAILED);
	assert_int_equal(s->family, SDK_CORE);
	respond(s, SERVICE "RespondWorkflowTaskCompleted", token);
	respond(s, SERVICE "RespondQueryTaskCompleted", token);
	assert_int_equal(s->replies, 1);
	/* Nor does it answer the next task in its place. */
	(void)get_task(s);
	respond(s, SERVICE "RespondWorkflowTaskCompleted", token);
	assert_int_equal(s->replies, 1);
}

static void unknown_tokens_are_accepted_and_forgotten(void **state)
{
	static const char *const TOKENS[] = {"", "x", "hc.7.0.1", "hc.7.99.1", "hc.8.0.1",
					     "hc.7.-1.1", "hc.7.0"};
	struct story *s = *state;

	for (size_t i = 0; i < sizeof(TOKENS) / sizeof(*TOKENS); i++)
		respond(s, SERVICE "RespondWorkflowTaskCompleted", str_of(TOKENS[i]));
	assert_int_equal(s->replies, 0);
}

static void replies_are_read_by_kind(void **state)
{
	static const struct {
		const char *method;
		enum reply_kind kind;
	} ROWS[] = {
		{SERVICE "RespondWorkflowTaskCompleted", REPLY_COMPLETED},
		{SERVICE "RespondWorkflowTaskFailed", REPLY_FAILED},
		{SERVICE "RespondQueryTaskCompleted", REPLY_QUERY_ANSWERED},
	};
	struct story *s = *state;

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		respond(s, ROWS[i].method, wire_bytes_at(get_task(s), 1));
		assert_int_equal(s->replies, i + 1);
		assert_int_equal(s->kind, ROWS[i].kind);
	}
}

static void abandoned_task_has_no_reply(void **state)
{
	struct story *s = *state;
	struct str token = wire_bytes_at(get_task(s), 1);

	frontend_abandon(s->frontend, &s->delivery);
	respond(s, SERVICE "RespondWorkflowTaskCompleted", token);
	assert_int_equal(s->replies, 0);
	assert_int_equal(s->losses, 0);
}

/* ---- a task behind a task ---- */

enum { TAKES_NEXT = 5 }; /* return_new_workflow_task */

static struct str completed_answer(struct story *s, struct str token, bool takes_next)
{
	struct str answer;
	struct buf b;

	buf_init(&b, 0);
	wire_put_bytes(&b, 1, token);
	if (takes_next)
		wire_put_value(&b, TAKES_NEXT, 1);
	assert_int_equal(call(s, SERVICE "RespondWorkflowTaskCompleted", buf_str(&b), &answer),
			 GRPC_OK);
	buf_done(&b);
	return answer;
}

static void the_answer_to_a_task_carries_the_next(void **state)
{
	struct story *s = *state;
	struct str first = wire_bytes_at(get_task(s), 1), next;

	s->follows = true;
	next = wire_bytes_at(completed_answer(s, first, true), 1);
	assert_true(s->follows);
	assert_true(str_eq(field_str(schema_message(s->schema, MESSAGES
						    "PollWorkflowTaskQueueResponse"),
				     next, "workflow_execution.run_id"),
			   STR("run-1")));
	assert_int_equal(wire_bytes_at(next, 8).n, s->history.wire.n);
	s->follows = false;
	respond(s, SERVICE "RespondWorkflowTaskFailed", wire_bytes_at(next, 1));
	assert_int_equal(s->replies, 2);
	assert_int_equal(s->losses, 0);
}

static void no_other_answer_carries_a_task(void **state)
{
	struct story *s = *state;
	struct str token = wire_bytes_at(get_task(s), 1);

	s->follows = true;
	respond(s, SERVICE "RespondWorkflowTaskFailed", token);
	assert_false(s->follows);
	token = wire_bytes_at(get_task(s), 1);
	assert_int_equal(completed_answer(s, token, true).n, 0);
	/* Nor does that to a worker which does not ask for it. */
	token = wire_bytes_at(get_task(s), 1);
	s->follows = true;
	assert_int_equal(completed_answer(s, token, false).n, 0);
	assert_false(s->follows);
}

/* ---- losses ---- */

/* The worker's last poll dies while it has a task: it will not answer. */
static void task_of_a_dead_worker_is_lost(void **state)
{
	struct story *s = *state;
	struct client_call *other = poll_queue(s, SERVICE "PollWorkflowTaskQueue", "17@sticky", STICKY);
	struct str token = wire_bytes_at(get_task(s), 1);

	give_up(s, other);
	assert_int_equal(s->losses, 1);
	respond(s, SERVICE "RespondWorkflowTaskCompleted", token);
	assert_int_equal(s->replies, 0);
}

static void busy_worker_keeps_its_task(void **state)
{
	struct story *s = *state;
	struct client_call *one = poll_queue(s, SERVICE "PollWorkflowTaskQueue", "17@sticky", STICKY);
	struct client_call *two = poll_queue(s, SERVICE "PollWorkflowTaskQueue", "17@sticky", STICKY);
	struct str token = wire_bytes_at(get_task(s), 1);

	give_up(s, one);
	assert_int_equal(s->losses, 0);
	respond(s, SERVICE "RespondWorkflowTaskCompleted", token);
	assert_int_equal(s->replies, 1);
	give_up(s, two);
}

static void cancelled_poll_gets_no_task(void **state)
{
	struct story *s = *state;
	struct client_call *c = workflow_poll(s, "orders");

	wait_for_a_poll(s);
	give_up(s, c);
	(void)run(s, NULL, QUIET_MS);
	assert_null(frontend_waiting(s->frontend, STR_NONE, SDK_UNKNOWN));
}

static void forgetting_pollers_loses_what_is_out(void **state)
{
	struct story *s = *state;
	struct client_call *held;
	struct str token = wire_bytes_at(get_task(s), 1);

	held = workflow_poll(s, "orders");
	wait_for_a_poll(s);
	frontend_forget_pollers(s->frontend);
	assert_int_equal(s->losses, 1);
	assert_int_equal(frontend_pollers(s->frontend), 0);
	assert_int_equal(frontend_queues(s->frontend), 0);
	assert_null(frontend_waiting(s->frontend, STR_NONE, SDK_UNKNOWN));
	assert_true(run(s, held, PATIENCE_MS));
	assert_true(client_status(held) != GRPC_OK);
	client_free(held);
	respond(s, SERVICE "RespondWorkflowTaskCompleted", token);
	assert_int_equal(s->replies, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, story_set_up, story_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(poll_says_who_polls),
		TEST(polls_without_work_are_held),
		TEST(other_polls_never_get_work),
		TEST(poll_is_chosen_by_queue_and_family),
		TEST(sdk_that_the_user_names_wins),
		TEST(unknown_sdk_is_said_to_be_unknown),
		TEST(task_is_served_with_its_fields),
		TEST(legacy_query_and_prefix),
		TEST(first_reply_of_a_token_counts),
		TEST(unknown_tokens_are_accepted_and_forgotten),
		TEST(replies_are_read_by_kind),
		TEST(abandoned_task_has_no_reply),
		TEST(the_answer_to_a_task_carries_the_next),
		TEST(no_other_answer_carries_a_task),
		TEST(task_of_a_dead_worker_is_lost),
		TEST(busy_worker_keeps_its_task),
		TEST(cancelled_poll_gets_no_task),
		TEST(forgetting_pollers_loses_what_is_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
