/* SPDX-License-Identifier: MIT */
/* fake_actions.c: what the fake worker can do with a task; fake_worker.c lists it. */
#include "tests/e2e/fake_worker.h"

#include "formats/base/mem.h"
#include "formats/wire/wire.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Of gRPC's status codes. */
#define UNAVAILABLE 14

int64_t fake_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct str next_task(const struct client_call *call, const char *method)
{
	if (client_status(call) != 0 || strcmp(method, SERVICE "RespondWorkflowTaskCompleted") != 0)
		return STR_NONE;
	return wire_bytes_at(client_reply(call), 1);
}

void fake_tell(struct fake *w, const char *method, struct buf *request)
{
	bool again = true;

	/* As SDKs do: where the connection broke, the same once more by the next one. */
	for (int tries = 0; again && tries < 20; tries++) {
		struct client_call *call = client_start(w->c, method, buf_str(request),
							CLIENT_PLAIN, 5000);

		while (!client_done(call))
			client_wait(w->c, 100);
		again = client_status(call) == UNAVAILABLE;
		if (next_task(call, method).n)
			w->take(w, next_task(call, method));
		client_free(call);
		if (again)
			(void)usleep(20 * 1000);
	}
	buf_done(request);
}

/* The first answer to T counts; from now on nobody waits for it. */
static struct buf begin(struct fake *w, struct task *t)
{
	struct buf b;

	if (!t->answered && t->connection == w->connection)
		w->n_held--;
	t->answered = true;
	buf_init(&b, 0);
	wire_put_bytes(&b, 1, t->token);
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
static void fail(struct fake *w, struct task *t, int cause, const char *type,
		 const char *message)
{
	struct buf b = begin(w, t);

	if (t->legacy_query) {
		wire_put_value(&b, 2, 2);
		wire_put_bytes(&b, 4, str_of(message));
		put_failure(&b, 7, type, message);
		wire_put_value(&b, 8, (uint64_t)cause);
		fake_tell(w, SERVICE "RespondQueryTaskCompleted", &b);
		return;
	}
	wire_put_value(&b, 2, (uint64_t)cause);
	put_failure(&b, 3, type, message);
	fake_tell(w, SERVICE "RespondWorkflowTaskFailed", &b);
}

enum { NON_DETERMINISTIC_ERROR = 24, UNHANDLED_FAILURE = 14 };

static void diverge(struct fake *w, struct task *t, const char *message)
{
	fail(w, t, NON_DETERMINISTIC_ERROR, "", message);
}

static void answer_query(struct fake *w, struct task *t, const char *text)
{
	struct buf b = begin(w, t), payload, payloads;

	buf_init(&payload, 0);
	buf_init(&payloads, 0);
	wire_put_bytes(&payload, 2, str_of(text));
	wire_put_bytes(&payloads, 1, buf_str(&payload));
	wire_put_value(&b, 2, 1);
	wire_put_bytes(&b, 3, buf_str(&payloads));
	buf_done(&payload);
	buf_done(&payloads);
	fake_tell(w, SERVICE "RespondQueryTaskCompleted", &b);
}

/* COMMAND: the bytes of one, or nothing. */
static void complete_task(struct fake *w, struct task *t, struct str command)
{
	struct buf b = begin(w, t);

	if (t->legacy_query) {
		buf_done(&b);
		answer_query(w, t, "\"\"");
		return;
	}
	if (command.n)
		wire_put_bytes(&b, 2, command);
	if (w->asks_for_next)
		wire_put_value(&b, 5, 1);
	fake_tell(w, SERVICE "RespondWorkflowTaskCompleted", &b);
}

/* Of temporal.api.command.v1.Command: StartTimer "late", CompleteWorkflowExecution. */
#define TIMER STR("\x08\x03\x22\x06\x0a\x04late")
#define COMPLETE STR("\x08\x04\x22\x00")

/* ---- actions ---- */

struct action {
	const char *name;
	void (*run)(struct fake *w, struct task *t, char *arguments);
};

static void act(struct fake *w, struct task *t, char *action);

/* Splits what is before the next colon off *REST. */
static char *word(char **rest)
{
	char *begin_of = *rest, *colon = strchr(*rest, ':');

	*rest = colon ? colon + 1 : *rest + strlen(*rest);
	if (colon)
		*colon = '\0';
	return begin_of;
}

static void do_pass(struct fake *w, struct task *t, char *arguments)
{
	complete_task(w, t, STR_NONE);
}

static void do_twice(struct fake *w, struct task *t, char *arguments)
{
	complete_task(w, t, STR_NONE);
	diverge(w, t, "[TMPRL1100] Nondeterminism error: the second reply");
}

static void do_nd(struct fake *w, struct task *t, char *arguments)
{
	diverge(w, t, arguments);
}

static void do_nd_from(struct fake *w, struct task *t, char *arguments)
{
	if (t->last_event < strtol(word(&arguments), NULL, 10))
		complete_task(w, t, STR_NONE);
	else
		diverge(w, t, arguments);
}

static void do_nd_own(struct fake *w, struct task *t, char *arguments)
{
	char *at = strstr(arguments, "PID");
	struct buf text;

	buf_init(&text, 0);
	buf_printf(&text, "%.*s%d%s", at ? (int)(at - arguments) : 0, arguments, (int)getpid(),
		   at ? at + 3 : arguments);
	buf_add_char(&text, '\0');
	diverge(w, t, text.p);
	buf_done(&text);
}

static void do_nd_unless(struct fake *w, struct task *t, char *arguments)
{
	if (str_is(t->run_id, word(&arguments)))
		complete_task(w, t, STR_NONE);
	else
		diverge(w, t, arguments);
}

static void do_code(struct fake *w, struct task *t, char *arguments)
{
	const char *type = word(&arguments);

	fail(w, t, UNHANDLED_FAILURE, type, arguments);
}

static void do_extra(struct fake *w, struct task *t, char *arguments)
{
	complete_task(w, t, TIMER);
}

static void do_complete(struct fake *w, struct task *t, char *arguments)
{
	complete_task(w, t, COMPLETE);
}

static void do_stack(struct fake *w, struct task *t, char *arguments)
{
	if (t->legacy_query)
		answer_query(w, t, arguments);
	else
		complete_task(w, t, STR_NONE);
}

static void do_die(struct fake *w, struct task *t, char *arguments)
{
	(void)fprintf(stderr, "about to die\n");
	(void)raise((int)strtol(arguments, NULL, 10));
}

static void do_exit(struct fake *w, struct task *t, char *arguments)
{
	_exit((int)strtol(arguments, NULL, 10));
}

static void do_hang(struct fake *w, struct task *t, char *arguments)
{
}

static void do_hog(struct fake *w, struct task *t, char *arguments)
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

static void do_flood(struct fake *w, struct task *t, char *arguments)
{
	size_t n = (size_t)strtol(arguments, NULL, 10) << 20;
	static const char line[] = "the same line of output, again and again and again and yet\n";

	for (size_t i = 0; i < n; i += sizeof(line) - 1)
		if (write(1, line, sizeof(line) - 1) < 0)
			exit(6);
	complete_task(w, t, STR_NONE);
}

static void do_once(struct fake *w, struct task *t, char *arguments)
{
	const char *file = word(&arguments);
	int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0) {
		complete_task(w, t, STR_NONE);
		return;
	}
	close(fd);
	act(w, t, arguments);
}

static void do_when(struct fake *w, struct task *t, char *arguments)
{
	const char *file = word(&arguments);
	const struct timespec pause_of = {.tv_nsec = 5 * 1000 * 1000};

	while (access(file, F_OK) != 0)
		(void)nanosleep(&pause_of, NULL);
	act(w, t, arguments);
}

static void do_then(struct fake *w, struct task *t, char *arguments)
{
	complete_task(w, t, STR_NONE);
	act(w, t, arguments);
}

/* Alone it is as good as gold: what happens is never this history's doing. */
static void do_together(struct fake *w, struct task *t, char *arguments)
{
	if (t->connection == w->connection && w->n_held > 1)
		act(w, t, arguments);
	else
		complete_task(w, t, STR_NONE);
}

static void do_after(struct fake *w, struct task *t, char *arguments)
{
	int64_t due = fake_now_ms() + strtol(word(&arguments), NULL, 10);

	vec_push(&w->later, (struct later){t, strdup(arguments), due});
}

/* A copy of T that nobody waits for, with another token. */
static void answer_for(struct fake *w, const struct task *t, struct str token)
{
	struct task stray = *t;

	stray.token = token;
	stray.answered = true;
	diverge(w, &stray, "[TMPRL1100] Nondeterminism error: an answer to somebody else's task");
}

/* The last token that another process has left in FILE; our own takes its place. */
static struct str somebody_s_token(const struct task *t, const char *file, struct arena *a)
{
	struct str line, found = STR_NONE, pid, rest;
	char room[400];
	int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	ssize_t n = fd < 0 ? -1 : pread(fd, room, sizeof(room), 0);

	if (n > 0) {
		rest = str_slice(room, (size_t)n);
		line = str_split(&rest, '\n');
		pid = str_split(&line, ' ');
		if (strtol(arena_cstr(a, pid), NULL, 10) != getpid())
			found = arena_str(a, line);
	}
	line = arena_printf(a, "%d %.*s\n", (int)getpid(), STR_ARG(t->token));
	if (fd >= 0 && pwrite(fd, line.p, line.n, 0) < 0)
		exit(7);
	if (fd >= 0)
		close(fd);
	return found;
}

static void do_stray(struct fake *w, struct task *t, char *arguments)
{
	const char *file = word(&arguments);
	struct str other = somebody_s_token(t, file, &t->arena);

	answer_for(w, t, STR("hc.0.0.1"));
	answer_for(w, t, STR("\x00\xff no token at all"));
	answer_for(w, t, STR(""));
	answer_for(w, t, str_take(t->token, t->token.n - 1));
	if (other.n)
		answer_for(w, t, other);
	act(w, t, arguments);
}

/* What is held is never answered in time: nobody waits for it any more. */
static void forget_held(struct fake *w)
{
	w->connection++;
	w->n_held = 0;
}

/* Breaks the connection to hindcast under libgrpc, which makes a new one when asked. */
static void do_drop(struct fake *w, struct task *t, char *arguments)
{
	DIR *folder = opendir("/proc/self/fd");
	struct sockaddr_in peer;
	const struct dirent *entry;

	forget_held(w);
	while (folder && (entry = readdir(folder))) {
		int fd = (int)strtol(entry->d_name, NULL, 10);
		socklen_t n = sizeof(peer);

		if (getpeername(fd, (struct sockaddr *)&peer, &n) == 0 &&
		    ntohs(peer.sin_port) == w->port)
			(void)shutdown(fd, SHUT_RDWR);
	}
	if (folder)
		closedir(folder);
	act(w, t, arguments);
}

static void do_zombie(struct fake *w, struct task *t, char *arguments)
{
	struct buf nothing;

	buf_init(&nothing, 0);
	fake_tell(w, SERVICE "ShutdownWorker", &nothing);
	w->is_zombie = true;
}

static const struct action ACTIONS[] = {
	{"pass", do_pass},	     {"twice", do_twice},
	{"nd", do_nd},		     {"nd-from", do_nd_from},
	{"nd-unless", do_nd_unless}, {"code", do_code}, {"nd-own", do_nd_own},
	{"extra", do_extra},	     {"complete", do_complete},
	{"stack", do_stack},	     {"die", do_die},
	{"exit", do_exit},	     {"hang", do_hang},
	{"hog", do_hog},	     {"flood", do_flood},
	{"once", do_once},	     {"when", do_when},
	{"then", do_then},	     {"together", do_together},
	{"after", do_after},	     {"stray", do_stray},
	{"drop", do_drop},	     {"zombie", do_zombie},
};

static void act(struct fake *w, struct task *t, char *action)
{
	const char *name = word(&action);

	for (size_t i = 0; i < sizeof(ACTIONS) / sizeof(*ACTIONS); i++)
		if (strcmp(ACTIONS[i].name, name) == 0) {
			ACTIONS[i].run(w, t, action);
			return;
		}
	(void)fprintf(stderr, "fake_worker: no action %s\n", name);
	exit(2);
}

static void free_task(struct task *t)
{
	arena_done(&t->arena);
	mem_free(t);
}

void fake_act(struct fake *w, struct task *t, char *action)
{
	size_t n = w->later.n;

	act(w, t, action);
	if (w->later.n == n)
		free_task(t);
}

int fake_act_later(struct fake *w)
{
	int64_t now = fake_now_ms(), next = now + 1000;

	for (size_t i = 0; i < w->later.n;) {
		struct later l = w->later.at[i];

		if (l.due_ms > now) {
			next = l.due_ms < next ? l.due_ms : next;
			i++;
			continue;
		}
		w->later.at[i] = w->later.at[--w->later.n];
		/* A zombie finishes nothing. */
		if (w->is_zombie)
			free_task(l.task);
		else
			fake_act(w, l.task, l.action);
		free(l.action);
		now = fake_now_ms();
		next = now < next ? next : now;
		i = 0;
	}
	return (int)(next - now);
}
