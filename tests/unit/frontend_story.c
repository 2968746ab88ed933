/* SPDX-License-Identifier: MIT */
/* frontend_story.c: the steps of tests of the frontend. */
#include "tests/unit/frontend_story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "formats/wire/wire.h"

static struct serve next_of(struct story *s, struct str queue)
{
	return (struct serve){
		.queue = queue,
		.workflow_id = STR("order-1"),
		.run_id = STR("run-1"),
		.spec = &s->spec,
		.delivery = &s->delivery,
	};
}

static void on_reply(void *context, void *delivery, const struct poller *poller,
		     const struct task_reply *reply)
{
	struct story *s = context;

	assert_ptr_equal(delivery, &s->delivery);
	s->replies++;
	s->kind = reply->kind;
	s->family = reply->failure.family;
	s->n_commands = reply->n_commands;
	if (s->follows) {
		struct serve serve = next_of(s, STR("orders"));

		s->follows = frontend_follow(s->frontend, &serve);
	}
}

static void on_lost(void *context, void *delivery)
{
	struct story *s = context;

	assert_ptr_equal(delivery, &s->delivery);
	s->losses++;
}

void open_frontend(struct story *s, size_t page_bytes, const struct sdk_row *sdk)
{
	struct frontend_settings settings = {
		.page_bytes = page_bytes, .sdk = sdk, .seed = 7};
	struct frontend_owner owner = {s, on_reply, on_lost, NULL};
	struct err err = ERR_INIT;

	/* The client first: a server that says goodbye waits for who is there. */
	if (s->client)
		client_close(s->client);
	frontend_close(s->frontend);
	assert_true(frontend_open(&s->frontend, s->schema, &settings, &owner, &err));
	s->client = client_open(frontend_port(s->frontend));
	client_names(s->client, "temporal-python", "1.20.0");
}

int story_set_up(void **state)
{
	static struct story story;
	struct build b;

	story = (struct story){0};
	arena_init(&story.arena);
	story.schema = schema_new(&story.arena);
	build_init(&b);
	build_started(&b, "OrderWorkflow");
	build_task(&b);
	build_activity(&b, "Charge");
	build_task(&b);
	build_completed(&b);
	story.history = build_history(&b, story.schema);
	build_done(&b);
	story.spec = (struct task_spec){
		.history = &story.history,
		.n_events = story.history.n_events,
		.previous_started = (int64_t)1 << 62,
		.started = 9,
		.query = TASK_QUERY_MAP,
		.query_type = "__stack_trace",
	};
	open_frontend(&story, 1 << 20, NULL);
	*state = &story;
	return 0;
}

int story_tear_down(void **state)
{
	struct story *s = *state;

	client_close(s->client);
	frontend_close(s->frontend);
	history_done(&s->history);
	arena_done(&s->arena);
	return 0;
}

int64_t now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool run(struct story *s, const struct client_call *call, int64_t ms)
{
	int64_t until = now_ms() + ms;

	while (now_ms() < until) {
		if (call && client_done(call))
			return true;
		(void)frontend_step(s->frontend, now_ms(), 2);
		client_step(s->client);
	}
	return call && client_done(call);
}

int call(struct story *s, const char *method, struct str request, struct str *ret_reply)
{
	struct client_call *c = client_start(s->client, method, request, CLIENT_PLAIN, 0);
	int status;

	assert_true(run(s, c, PATIENCE_MS));
	status = client_status(c);
	if (ret_reply)
		*ret_reply = arena_str(&s->arena, client_reply(c));
	client_free(c);
	return status;
}

struct client_call *poll_queue(struct story *s, const char *method, const char *queue, int kind)
{
	struct client_call *c;
	struct buf b, q;

	buf_init(&b, 0);
	buf_init(&q, 0);
	wire_put_bytes(&q, 1, str_of(queue));
	wire_put_value(&q, 2, (uint64_t)kind);
	wire_put_bytes(&b, 1, STR("somewhere"));
	wire_put_bytes(&b, 2, buf_str(&q));
	wire_put_bytes(&b, 3, STR("17@host"));
	wire_put_bytes(&b, 8, STR("instance-1"));
	c = client_start(s->client, method, buf_str(&b), CLIENT_GZIP, 0);
	buf_done(&q);
	buf_done(&b);
	return c;
}

struct client_call *workflow_poll(struct story *s, const char *queue)
{
	return poll_queue(s, SERVICE "PollWorkflowTaskQueue", queue, NORMAL);
}

void wait_for_a_poll(struct story *s)
{
	for (int64_t until = now_ms() + PATIENCE_MS;
	     !frontend_waiting(s->frontend, STR_NONE, SDK_UNKNOWN);) {
		assert_true(now_ms() < until);
		(void)run(s, NULL, 5);
	}
}

void give_up(struct story *s, struct client_call *c)
{
	client_cancel(c);
	assert_true(run(s, c, PATIENCE_MS));
	client_free(c);
}

void serve_on(struct story *s, struct str queue)
{
	struct serve serve = next_of(s, queue);

	frontend_serve(s->frontend, &serve);
}

struct str get_task(struct story *s)
{
	struct client_call *c = workflow_poll(s, "orders");
	struct str task;

	wait_for_a_poll(s);
	serve_on(s, STR_NONE);
	assert_true(run(s, c, PATIENCE_MS));
	task = arena_str(&s->arena, client_reply(c));
	client_free(c);
	return task;
}

void respond(struct story *s, const char *method, struct str token)
{
	struct buf b;

	buf_init(&b, 0);
	wire_put_bytes(&b, 1, token);
	assert_int_equal(call(s, method, buf_str(&b), NULL), GRPC_OK);
	buf_done(&b);
}
