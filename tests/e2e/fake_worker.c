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
 *     next=1        takes the next task with the answer to the last, as Go does
 *     also=METHOD                             calls this before it polls
 *     rules=FILE                              rules, one a line, before those of the command
 *     log=FILE      a line for each task: ms PID WORKFLOWID LASTEVENT; "-" when it starts
 *     pause=MS                                acts on a task after a random time up to this
 *     slow=MS                                 starts after a random time up to this
 *
 * Actions, with their arguments behind further colons:
 *
 *     pass                  the history replays; a query is answered
 *     twice                 the same, and then nondeterminism for the same task
 *     nd:MESSAGE            nondeterminism
 *     nd-from:N:MESSAGE     the same where event N is served, else pass
 *     nd-unless:RUNID:MESSAGE   the same under any other run id
 *     nd-own:MESSAGE        the same with the process's own number in place of PID
 *     code:TYPE:MESSAGE     workflow code raised something
 *     extra                 a timer that no history holds
 *     complete              completes the workflow
 *     stack:TEXT            answers queries so, and passes
 *     die:SIGNAL exit:CODE hang
 *     hog:MB                takes that much memory, and hangs
 *     flood:MB              writes that much output, and passes
 *     once:FILE:ACTION      ACTION while FILE is not there (it is made); then pass
 *     when:FILE:ACTION      ACTION as soon as FILE is there
 *     after:MS:ACTION       ACTION after that time; other tasks go on meanwhile
 *     then:ACTION           passes, and then ACTION
 *     together:ACTION       ACTION where other tasks are out too; alone it passes
 *     stray:FILE:ACTION     answers tasks that it does not hold (FILE: of others), then ACTION
 *     drop:ACTION           breaks the connection, and then ACTION by a new one
 *     zombie                calls ShutdownWorker, and neither polls nor answers any more
 */
#include "tests/e2e/fake_worker.h"

#include "formats/base/mem.h"
#include "formats/wire/wire.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_POLLS 64

struct settings {
	const char *sdk, *version, *address, *name_space, *also, *roots, *key, *identity;
	const char *queues[8];
	size_t n_queues;
	int pollers;
	bool other_polls;
	char **rules;
	size_t n_rules;
	bool asks_for_next;
	int log;	/* -1: none */
	int pause_ms;
	unsigned random;
};

struct poll {
	struct client_call *call;
	struct str queue;
	const char *method;
	bool sticky;
	bool other; /* never gets work */
};

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

/* Where to act on it, or NULL. */
static const char *action_of(const char *rule, struct str id)
{
	if (strncmp(rule, "*:", 2) == 0)
		return rule + 2;
	if (strncmp(rule, id.p, id.n) == 0 && rule[id.n] == ':')
		return rule + id.n + 1;
	return NULL;
}

static void write_log(const struct settings *s, const struct task *t)
{
	char line[400];
	int n = snprintf(line, sizeof(line), "%lld %d %.*s %lld\n", (long long)fake_now_ms(),
			 (int)getpid(), (int)(t->workflow_id.n < 300 ? t->workflow_id.n : 300),
			 t->workflow_id.p, (long long)t->last_event);

	if (s->log >= 0 && write(s->log, line, (size_t)n) != n)
		exit(8);
}

static void open_log(struct settings *s, const char *file)
{
	char line[80];
	int n = snprintf(line, sizeof(line), "%lld %d - 0\n", (long long)fake_now_ms(),
			 (int)getpid());

	s->log = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (write(s->log, line, (size_t)n) != n)
		exit(8);
}

static void on_task(struct fake *w, struct str reply)
{
	struct settings *s = w->taker;
	struct task *t = mem_zalloc(sizeof(*t));
	struct str execution = wire_bytes_at(reply, 2);
	const char *action = NULL;
	char *words;

	arena_init(&t->arena);
	t->token = arena_str(&t->arena, wire_bytes_at(reply, 1));
	t->workflow_id = arena_str(&t->arena, wire_bytes_at(execution, 1));
	t->run_id = arena_str(&t->arena, wire_bytes_at(execution, 2));
	t->legacy_query = wire_bytes_at(reply, 10).p != NULL;
	t->last_event = last_event_of(wire_bytes_at(reply, 8));
	t->connection = w->connection;
	w->n_held++;
	write_log(s, t);
	for (size_t i = 0; !action && i < s->n_rules; i++)
		action = action_of(s->rules[i], t->workflow_id);
	words = strdup(action ? action : "pass");
	if (s->pause_ms) {
		int64_t due = fake_now_ms() + rand_r(&s->random) % s->pause_ms;

		vec_push(&w->later, (struct later){t, words, due});
		return;
	}
	fake_act(w, t, words);
	free(words);
}

/* ---- polls ---- */

static void start_poll(struct fake *w, const struct settings *s, struct poll *p)
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
	p->call = client_start(w->c, p->method, buf_str(&b), CLIENT_GZIP, 70000);
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

/* It has a reply, or an end. */
static void poll_done(struct fake *w, struct settings *s, struct poll *p)
{
	struct client_call *done = p->call;

	p->call = NULL;
	/* A connection that it has broken itself takes the polls with it. */
	if (client_status(done) != 0 && !w->connection) {
		(void)fprintf(stderr, "fake_worker: a poll ended with status %d\n",
			      client_status(done));
		exit(3);
	}
	if (client_reply(done).n && p->other) {
		(void)fprintf(stderr, "fake_worker: work for a poll that gets none\n");
		exit(4);
	}
	/* Before the work, as SDKs do: another poll is out meanwhile. */
	start_poll(w, s, p);
	if (client_status(done) == 0 && client_reply(done).n)
		on_task(w, client_reply(done));
	client_free(done);
}

static void rest_in_peace(struct fake *w, const struct poll *polls, size_t n)
{
	for (size_t i = 0; i < n; i++)
		client_cancel(polls[i].call);
	for (;;)
		client_wait(w->c, 1000);
}

static void work(struct fake *w, struct settings *s)
{
	struct poll polls[MAX_POLLS] = {0};
	size_t n = polls_of(s, polls);

	for (size_t i = 0; i < n; i++)
		start_poll(w, s, &polls[i]);
	for (;;) {
		int wait_ms = fake_act_later(w);
		bool idle = true;

		for (size_t i = 0; i < n && !w->is_zombie; i++) {
			if (!client_done(polls[i].call))
				continue;
			idle = false;
			poll_done(w, s, &polls[i]);
		}
		if (w->is_zombie)
			rest_in_peace(w, polls, n);
		if (idle)
			client_wait(w->c, wait_ms);
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

static void add_rules(struct settings *s, const char *file)
{
	FILE *f = fopen(file, "re");
	char *line = NULL;
	size_t room = 0;
	ssize_t n;

	if (!f) {
		perror(file);
		exit(2);
	}
	while ((n = getline(&line, &room, f)) > 0) {
		line[n - (line[n - 1] == '\n')] = '\0';
		s->rules = realloc(s->rules, (s->n_rules + 1) * sizeof(*s->rules));
		s->rules[s->n_rules++] = strdup(line);
	}
	free(line);
	(void)fclose(f);
}

static void start_slowly(struct settings *s, int ms)
{
	int us = rand_r(&s->random) % (ms + 1) * 1000;

	(void)usleep((useconds_t)us);
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
	else if (strcmp(name, "rules") == 0)
		add_rules(s, value);
	else if (strcmp(name, "log") == 0)
		open_log(s, value);
	else if (strcmp(name, "next") == 0)
		s->asks_for_next = true;
	else if (strcmp(name, "pause") == 0)
		s->pause_ms = (int)strtol(value, NULL, 10);
	else if (strcmp(name, "slow") == 0)
		start_slowly(s, (int)strtol(value, NULL, 10));
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
			     .name_space = "a-namespace", .log = -1};
	const char *queue = getenv("TEMPORAL_TASK_QUEUE");
	char authorization[1024];
	struct fake w = {.take = on_task, .taker = &s};
	const char *port;

	s.address = getenv("TEMPORAL_ADDRESS");
	s.random = (unsigned)getpid();
	for (int i = 1; i < argc; i++) {
		char *equals = strchr(argv[i], '='), *colon = strchr(argv[i], ':');

		if (equals && (!colon || equals < colon)) {
			*equals = '\0';
			set(&s, argv[i], equals + 1);
		} else {
			s.rules = realloc(s.rules, (s.n_rules + 1) * sizeof(*s.rules));
			s.rules[s.n_rules++] = argv[i];
		}
	}
	if (!s.n_queues)
		s.queues[s.n_queues++] = queue ? queue : "";
	if (!s.address)
		exit(2);
	(void)printf("fake worker on %s\n", s.queues[0]);
	(void)fflush(stdout);
	port = strrchr(s.address, ':');
	w.port = port ? (int)strtol(port + 1, NULL, 10) : 0;
	w.asks_for_next = s.asks_for_next;
	w.c = client_open_at(s.address, s.roots);
	client_names(w.c, s.sdk, s.version);
	(void)snprintf(authorization, sizeof(authorization), "Bearer %s", s.key ? s.key : "");
	if (s.key)
		client_authorization(w.c, authorization);
	if (s.also) {
		struct buf nothing;

		buf_init(&nothing, 0);
		fake_tell(&w, s.also, &nothing);
	}
	work(&w, &s);
}
