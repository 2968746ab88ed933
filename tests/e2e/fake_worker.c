/* SPDX-License-Identifier: MIT */
/* fake_worker.c: a worker that answers by a script instead of running workflow code. */
/*
 *     fake_worker [NAME=VALUE]... [WORKFLOWID:ACTION]...
 *
 * It polls TEMPORAL_ADDRESS as an SDK's worker does and answers each task by the first rule
 * whose workflow id is the task's ("*" is any; without a rule: pass). Settings, which may
 * stand anywhere:
 *
 *     sdk=temporal-python version=1.20.0      what it calls itself; "" says nothing
 *     queue=NAME                              may be repeated (default: TEMPORAL_TASK_QUEUE)
 *     pollers=2 address=HOST:PORT namespace=NAME
 *     connect=PORT                            connects there and never polls
 *     sticky=1                                polls sticky, activity and Nexus queues too
 *     term=ignore                             is not impressed by SIGTERM
 *     roots=FILE                              speaks TLS, and trusts what FILE vouches for
 *     key=KEY                                 sends it as its API key
 *     identity=NAME                           (default: PID@fake)
 *     also=METHOD                             calls this before it polls
 *
 * Actions, with their arguments behind further colons:
 *
 *     pass                  the history replays; a query is answered
 *     twice                 the same, and then nondeterminism for the same task
 *     nd:MESSAGE            nondeterminism
 *     nd-from:N:MESSAGE     the same where event N is served, else pass
 *     nd-unless:RUNID:MESSAGE   the same under any other run id
 *     code:TYPE:MESSAGE     workflow code raised something
 *     extra                 a timer that no history holds
 *     complete              completes the workflow
 *     stack:TEXT            answers queries so, and passes
 *     die:SIGNAL exit:CODE hang
 *     hog:MB                takes that much memory, and hangs
 *     flood:MB              writes that much output, and passes
 *     once:FILE:ACTION      ACTION while FILE is not there (it is made); then pass
 *     when:FILE:ACTION      ACTION as soon as FILE is there
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "formats/base/buf.h"
#include "formats/wire.h"
#include "tests/unit/grpc_client.h"

#define SERVICE "/temporal.api.workflowservice.v1.WorkflowService/"
#define MAX_POLLS 64

struct settings {
	const char *sdk, *version, *address, *name_space, *also, *roots, *key, *identity;
	const char *queues[8];
	size_t n_queues;
	int pollers;
	bool other_polls;
	const char *const *rules;
	size_t n_rules;
};

struct task {
	struct str token, workflow_id, run_id;
	bool legacy_query;
	int64_t last_event;
};

struct poll {
	struct client_call *call;
	struct str queue;
	const char *method;
	bool sticky;
	bool other; /* never gets work */
};

/* A call whose answer does not matter: waited for, so that it is out. */
static void tell(struct client *c, const char *method, struct buf *request)
{
	struct client_call *call = client_start(c, method, buf_str(request), CLIENT_PLAIN, 5000);

	while (!client_done(call))
		client_wait(c, 100);
	client_free(call);
	buf_done(request);
}

static struct buf begin(struct str token)
{
	struct buf b;

	buf_init(&b, 0);
	wire_put_bytes(&b, 1, token);
	return b;
}

static void put_failure(struct buf *b, uint32_t field, const char *type, const char *message)
{
	struct buf failure, info;

	buf_init(&failure, 0);
	buf_init(&info, 0);
	wire_put_bytes(&failure, 1, str_of(message));
	if (*type) {
		wire_put_bytes(&info, 1, str_of(type));
		wire_put_bytes(&failure, 5, buf_str(&info));
	}
	wire_put_bytes(b, field, buf_str(&failure));
	buf_done(&info);
	buf_done(&failure);
}

/* CAUSE: of temporal.api.enums.v1.WorkflowTaskFailedCause. */
static void fail(struct client *c, const struct task *t, int cause, const char *type,
		 const char *message)
{
	struct buf b = begin(t->token);

	if (t->legacy_query) {
		wire_put_value(&b, 2, 2);
		wire_put_bytes(&b, 4, str_of(message));
		put_failure(&b, 7, type, message);
		wire_put_value(&b, 8, (uint64_t)cause);
		tell(c, SERVICE "RespondQueryTaskCompleted", &b);
		return;
	}
	wire_put_value(&b, 2, (uint64_t)cause);
	put_failure(&b, 3, type, message);
	tell(c, SERVICE "RespondWorkflowTaskFailed", &b);
}

enum { NON_DETERMINISTIC_ERROR = 24, UNHANDLED_FAILURE = 14 };

static void diverge(struct client *c, const struct task *t, const char *message)
{
	fail(c, t, NON_DETERMINISTIC_ERROR, "", message);
}

static void answer_query(struct client *c, const struct task *t, const char *text)
{
	struct buf b = begin(t->token), payload, payloads;

	buf_init(&payload, 0);
	buf_init(&payloads, 0);
	wire_put_bytes(&payload, 2, str_of(text));
	wire_put_bytes(&payloads, 1, buf_str(&payload));
	wire_put_value(&b, 2, 1);
	wire_put_bytes(&b, 3, buf_str(&payloads));
	buf_done(&payload);
	buf_done(&payloads);
	tell(c, SERVICE "RespondQueryTaskCompleted", &b);
}

/* COMMAND: the bytes of one, or nothing. */
static void complete_task(struct client *c, const struct task *t, struct str command)
{
	struct buf b = begin(t->token);

	if (t->legacy_query) {
		buf_done(&b);
		answer_query(c, t, "\"\"");
		return;
	}
	if (command.n)
		wire_put_bytes(&b, 2, command);
	tell(c, SERVICE "RespondWorkflowTaskCompleted", &b);
}

/* Of temporal.api.command.v1.Command: StartTimer "late", CompleteWorkflowExecution. */
#define TIMER STR("\x08\x03\x22\x06\x0a\x04late")
#define COMPLETE STR("\x08\x04\x22\x00")

/* ---- actions ---- */

struct action {
	const char *name;
	void (*run)(struct client *c, const struct task *t, char *arguments);
};

static void act(struct client *c, const struct task *t, char *action);

/* Splits what is before the next colon off *REST. */
static char *word(char **rest)
{
	char *begin_of = *rest, *colon = strchr(*rest, ':');

	*rest = colon ? colon + 1 : *rest + strlen(*rest);
	if (colon)
		*colon = '\0';
	return begin_of;
}

static void do_pass(struct client *c, const struct task *t, char *arguments)
{
	complete_task(c, t, STR_NONE);
}

static void do_twice(struct client *c, const struct task *t, char *arguments)
{
	complete_task(c, t, STR_NONE);
	diverge(c, t, "[TMPRL1100] Nondeterminism error: the second reply");
}

static void do_nd(struct client *c, const struct task *t, char *arguments)
{
	diverge(c, t, arguments);
}

static void do_nd_from(struct client *c, const struct task *t, char *arguments)
{
	if (t->last_event < strtol(word(&arguments), NULL, 10))
		complete_task(c, t, STR_NONE);
	else
		diverge(c, t, arguments);
}

static void do_nd_unless(struct client *c, const struct task *t, char *arguments)
{
	if (str_is(t->run_id, word(&arguments)))
		complete_task(c, t, STR_NONE);
	else
		diverge(c, t, arguments);
}

static void do_code(struct client *c, const struct task *t, char *arguments)
{
	const char *type = word(&arguments);

	fail(c, t, UNHANDLED_FAILURE, type, arguments);
}

static void do_extra(struct client *c, const struct task *t, char *arguments)
{
	complete_task(c, t, TIMER);
}

static void do_complete(struct client *c, const struct task *t, char *arguments)
{
	complete_task(c, t, COMPLETE);
}

static void do_stack(struct client *c, const struct task *t, char *arguments)
{
	if (t->legacy_query)
		answer_query(c, t, arguments);
	else
		complete_task(c, t, STR_NONE);
}

static void do_die(struct client *c, const struct task *t, char *arguments)
{
	(void)fprintf(stderr, "about to die\n");
	(void)raise((int)strtol(arguments, NULL, 10));
}

static void do_exit(struct client *c, const struct task *t, char *arguments)
{
	_exit((int)strtol(arguments, NULL, 10));
}

static void do_hang(struct client *c, const struct task *t, char *arguments)
{
}

static void do_hog(struct client *c, const struct task *t, char *arguments)
{
	size_t n = (size_t)strtol(arguments, NULL, 10) << 20;
	volatile char *held = malloc(n);

	if (!held)
		exit(5);
	for (size_t i = 0; i < n; i += 4096)
		held[i] = 1;
	for (;;)
		pause();
}

static void do_flood(struct client *c, const struct task *t, char *arguments)
{
	size_t n = (size_t)strtol(arguments, NULL, 10) << 20;
	static const char line[] = "the same line of output, again and again and again and yet\n";

	for (size_t i = 0; i < n; i += sizeof(line) - 1)
		if (write(1, line, sizeof(line) - 1) < 0)
			exit(6);
	complete_task(c, t, STR_NONE);
}

static void do_once(struct client *c, const struct task *t, char *arguments)
{
	const char *file = word(&arguments);
	int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0) {
		complete_task(c, t, STR_NONE);
		return;
	}
	close(fd);
	act(c, t, arguments);
}

static void do_when(struct client *c, const struct task *t, char *arguments)
{
	const char *file = word(&arguments);
	const struct timespec pause_of = {.tv_nsec = 5 * 1000 * 1000};

	while (access(file, F_OK) != 0)
		(void)nanosleep(&pause_of, NULL);
	act(c, t, arguments);
}

static const struct action ACTIONS[] = {
	{"pass", do_pass},	     {"twice", do_twice},
	{"nd", do_nd},		     {"nd-from", do_nd_from},
	{"nd-unless", do_nd_unless}, {"code", do_code},
	{"extra", do_extra},	     {"complete", do_complete},
	{"stack", do_stack},	     {"die", do_die},
	{"exit", do_exit},	     {"hang", do_hang},
	{"hog", do_hog},	     {"flood", do_flood},
	{"once", do_once},	     {"when", do_when},
};

static void act(struct client *c, const struct task *t, char *action)
{
	const char *name = word(&action);

	for (size_t i = 0; i < sizeof(ACTIONS) / sizeof(*ACTIONS); i++)
		if (strcmp(ACTIONS[i].name, name) == 0) {
			ACTIONS[i].run(c, t, action);
			return;
		}
	(void)fprintf(stderr, "fake_worker: no action %s\n", name);
	exit(2);
}

/* ---- tasks ---- */

static int64_t last_event_of(struct str history)
{
	struct wire w = wire_of(history);
	struct wire_field f;
	int64_t id = 0;

	while (wire_next(&w, &f))
		if (f.number == 1 && f.type == WIRE_BYTES)
			id = (int64_t)wire_value_at(f.bytes, 1, 0);
	return id;
}

static void on_task(struct client *c, const struct settings *s, struct str reply)
{
	struct str execution = wire_bytes_at(reply, 2);
	struct task t = {
		.token = wire_bytes_at(reply, 1),
		.workflow_id = wire_bytes_at(execution, 1),
		.run_id = wire_bytes_at(execution, 2),
		.legacy_query = wire_bytes_at(reply, 10).p != NULL,
		.last_event = last_event_of(wire_bytes_at(reply, 8)),
	};

	for (size_t i = 0; i < s->n_rules; i++) {
		char *rule = strdup(s->rules[i]), *rest = rule;
		const char *id = word(&rest);
		bool mine = str_is(t.workflow_id, id) || strcmp(id, "*") == 0;

		if (mine)
			act(c, &t, rest);
		free(rule);
		if (mine)
			return;
	}
	complete_task(c, &t, STR_NONE);
}

/* ---- polls ---- */

static void start_poll(struct client *c, const struct settings *s, struct poll *p)
{
	struct buf b, queue;
	char identity[32];

	buf_init(&b, 0);
	buf_init(&queue, 0);
	(void)snprintf(identity, sizeof(identity), "%d@fake", (int)getpid());
	if (s->identity)
		(void)snprintf(identity, sizeof(identity), "%s", s->identity);
	wire_put_bytes(&queue, 1, p->queue);
	wire_put_value(&queue, 2, p->sticky ? 2 : 1);
	wire_put_bytes(&b, 1, str_of(s->name_space));
	wire_put_bytes(&b, 2, buf_str(&queue));
	wire_put_bytes(&b, 3, str_of(identity));
	p->call = client_start(c, p->method, buf_str(&b), CLIENT_GZIP, 70000);
	buf_done(&queue);
	buf_done(&b);
}

static size_t polls_of(const struct settings *s, struct poll *polls)
{
	static const struct poll OTHERS[] = {
		{.method = SERVICE "PollWorkflowTaskQueue", .sticky = true, .other = true},
		{.method = SERVICE "PollActivityTaskQueue", .other = true},
		{.method = SERVICE "PollNexusTaskQueue", .other = true},
	};
	size_t n = 0;

	for (size_t i = 0; i < s->n_queues; i++) {
		struct str queue = str_of(s->queues[i]);

		for (size_t k = 0; s->other_polls && k < 3; k++) {
			polls[n] = OTHERS[k];
			polls[n++].queue = queue;
		}
		for (int k = 0; k < s->pollers && n < MAX_POLLS - 3; k++)
			polls[n++] = (struct poll){.method = SERVICE "PollWorkflowTaskQueue",
						   .queue = queue};
	}
	return n;
}

static void work(struct client *c, const struct settings *s)
{
	struct poll polls[MAX_POLLS] = {0};
	size_t n = polls_of(s, polls);

	for (size_t i = 0; i < n; i++)
		start_poll(c, s, &polls[i]);
	for (;;) {
		bool idle = true;

		for (size_t i = 0; i < n; i++) {
			struct client_call *done = polls[i].call;

			if (!client_done(done))
				continue;
			idle = false;
			if (client_status(done) != 0) {
				(void)fprintf(stderr, "fake_worker: a poll ended with status %d\n",
					      client_status(done));
				exit(3);
			}
			if (client_reply(done).n && polls[i].other) {
				(void)fprintf(stderr, "fake_worker: work for a poll that gets none\n");
				exit(4);
			}
			/* Before the work, as SDKs do: another poll is out meanwhile. */
			start_poll(c, s, &polls[i]);
			if (client_reply(done).n)
				on_task(c, s, client_reply(done));
			client_free(done);
		}
		if (idle)
			client_wait(c, 1000);
	}
}

/* ---- start ---- */

static void connect_and_wait(const char *port)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons((uint16_t)strtol(port, NULL, 10)),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0) {
		perror("fake_worker: connect");
		exit(1);
	}
	for (;;)
		pause();
}

/* A file's text, or the end. */
static const char *text_of(const char *path)
{
	char *room = calloc(1, 65536);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (!room || fd < 0 || read(fd, room, 65535) <= 0) {
		perror(path);
		exit(1);
	}
	close(fd);
	return room;
}

static void set(struct settings *s, const char *name, const char *value)
{
	if (strcmp(name, "sdk") == 0)
		s->sdk = *value ? value : NULL;
	else if (strcmp(name, "version") == 0)
		s->version = *value ? value : NULL;
	else if (strcmp(name, "address") == 0)
		s->address = value;
	else if (strcmp(name, "namespace") == 0)
		s->name_space = value;
	else if (strcmp(name, "also") == 0)
		s->also = value;
	else if (strcmp(name, "pollers") == 0)
		s->pollers = (int)strtol(value, NULL, 10);
	else if (strcmp(name, "sticky") == 0)
		s->other_polls = true;
	else if (strcmp(name, "queue") == 0 && s->n_queues < 8)
		s->queues[s->n_queues++] = value;
	else if (strcmp(name, "term") == 0)
		(void)signal(SIGTERM, SIG_IGN);
	else if (strcmp(name, "roots") == 0)
		s->roots = text_of(value);
	else if (strcmp(name, "key") == 0)
		s->key = value;
	else if (strcmp(name, "identity") == 0)
		s->identity = value;
	else if (strcmp(name, "connect") == 0)
		connect_and_wait(value);
	else
		exit(2);
}

int main(int argc, char **argv)
{
	struct settings s = {.sdk = "temporal-python", .version = "1.20.0", .pollers = 2,
			     .name_space = "a-namespace"};
	const char **rules = calloc((size_t)argc, sizeof(*rules));
	const char *queue = getenv("TEMPORAL_TASK_QUEUE");
	char authorization[1024];
	struct client *c;

	s.address = getenv("TEMPORAL_ADDRESS");
	for (int i = 1; i < argc; i++) {
		char *equals = strchr(argv[i], '='), *colon = strchr(argv[i], ':');

		if (equals && (!colon || equals < colon)) {
			*equals = '\0';
			set(&s, argv[i], equals + 1);
		} else {
			rules[s.n_rules++] = argv[i];
		}
	}
	s.rules = rules;
	if (!s.n_queues)
		s.queues[s.n_queues++] = queue ? queue : "";
	if (!s.address)
		exit(2);
	(void)printf("fake worker on %s\n", s.queues[0]);
	(void)fflush(stdout);
	c = client_open_at(s.address, s.roots);
	client_names(c, s.sdk, s.version);
	(void)snprintf(authorization, sizeof(authorization), "Bearer %s", s.key ? s.key : "");
	if (s.key)
		client_authorization(c, authorization);
	if (s.also) {
		struct buf nothing;

		buf_init(&nothing, 0);
		tell(c, s.also, &nothing);
	}
	work(c, &s);
}
