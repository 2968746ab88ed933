/* SPDX-License-Identifier: MIT */
/* frontend_story.h: a frontend and a worker's client on one thread, step by step. */
#pragma once

#include "replayer/remote/frontend.h"
#include "tests/unit/build.h"
#include "tests/unit/grpc_client.h"

#define SERVICE "/temporal.api.workflowservice.v1.WorkflowService/"
#define MESSAGES "temporal.api.workflowservice.v1."
/* Long enough for a call that should come, on a loaded machine. */
#define PATIENCE_MS 10000
/* Long enough to believe that nothing comes. */
#define QUIET_MS 150

enum { GRPC_OK = 0, GRPC_NOT_FOUND = 5, GRPC_UNIMPLEMENTED = 12 };

struct story {
	struct arena arena;
	const struct schema *schema;
	struct frontend *frontend;
	struct client *client;
	struct history history;
	struct task_spec spec;
	/* What the owner was told. */
	int delivery; /* its address stands for a delivery */
	size_t replies, losses;
	enum reply_kind kind;
	enum sdk_family family;
	size_t n_commands;
	bool follows; /* the owner's next task goes with the answer to this reply */
};

/* cmocka's: *STATE is the story; its history is a closed one of 11 events, two tasks. */
int story_set_up(void **state);
int story_tear_down(void **state);
/* Another frontend and client in place of those there are. */
void open_frontend(struct story *s, size_t page_bytes, const struct sdk_row *sdk);

/* Both sides go on until CALL is done (NULL: never), or the time is over. */
bool run(struct story *s, const struct client_call *call, int64_t ms);
/* A call to its end; its status. RET_REPLY lives in the arena. */
int call(struct story *s, const char *method, struct str request, struct str *ret_reply);

enum { NORMAL = 1, STICKY = 2 };
struct client_call *poll_queue(struct story *s, const char *method, const char *queue, int kind);
struct client_call *workflow_poll(struct story *s, const char *queue);
void wait_for_a_poll(struct story *s);
/* The worker cancels that call. */
void give_up(struct story *s, struct client_call *c);
void serve_on(struct story *s, struct str queue);
/* A task from poll to worker; its bytes, in the arena. */
struct str get_task(struct story *s);
/* A reply whose only content is its token. */
void respond(struct story *s, const char *method, struct str token);
/* For libgrpc's clock and ours alike: monotonic. */
int64_t now_ms(void);
