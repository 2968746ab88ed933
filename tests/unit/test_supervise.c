/* SPDX-License-Identifier: MIT */
/* test_supervise.c: a child's environment, ends, output, connections and memory. */
#include "replayer/remote/supervise.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "formats/base/buf.h"
#include "formats/base/mem.h"
#include "replayer/remote/worker_command.h"

#define WAIT_MS 20000

struct fixture {
	char dir[64];
	char log[128];
	struct arena arena;
	struct worker_process *worker;
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

#define UNTIL(condition)                                           \
	do {                                                       \
		int64_t end_ = now_ms() + WAIT_MS;                 \
		while (!(condition)) {                             \
			usleep(2000);                              \
			if (now_ms() > end_)                       \
				fail_msg("never: %s", #condition); \
		}                                                  \
	} while (0)

static int setup(void **state)
{
	struct fixture *f = mem_zalloc(sizeof(*f));

	(void)snprintf(f->dir, sizeof(f->dir), "/tmp/test_supervise.XXXXXX");
	if (!mkdtemp(f->dir))
		return -1;
	(void)snprintf(f->log, sizeof(f->log), "%s/worker.log", f->dir);
	arena_init(&f->arena);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	worker_free(f->worker);
	(void)unlink(f->log);
	(void)rmdir(f->dir);
	arena_done(&f->arena);
	mem_free(f);
	return 0;
}

static struct worker_settings settings_of(struct fixture *f, const char *command)
{
	static char path[4096];
	static const char *const environ_[] = {path, "HOME=/nowhere", "TEMPORAL_API_KEY=secret",
					 "TEMPORAL_TLS=1", "TEMPORAL_TLS_CERT=x",
					 "TEMPORAL_PROFILE=prod", "TEMPORAL_CONFIG_FILE=/c",
					 "TEMPORAL_ADDRESS=real.example:7233",
					 "TEMPORAL_TASK_QUEUE=theirs", "KEPT=a b", NULL};

	(void)snprintf(path, sizeof(path), "PATH=%s", getenv("PATH"));
	return (struct worker_settings){
		.command = str_of(command),
		.address = STR("127.0.0.1:41234"),
		.name_space = STR("default"),
		.queue = STR("orders"),
		.environ = (char *const *)environ_,
		.log_path = f->log,
	};
}

static void run(struct fixture *f, const char *command)
{
	struct worker_settings s = settings_of(f, command);
	struct err err = ERR_INIT;

	if (!worker_start(&f->worker, &s, &err))
		fail_msg("%s", err.message);
}

static struct str output(struct fixture *f)
{
	return worker_tail(f->worker, 4000, &f->arena);
}

static void check_env(void **state)
{
	static const char *const lines[] = {
		"TEMPORAL_ADDRESS=127.0.0.1:41234\n", "TEMPORAL_NAMESPACE=default\n",
		"TEMPORAL_TASK_QUEUE=mine\n", "KEPT=a b\n", "HOME=/nowhere\n",
		"TARGET=grpc://127.0.0.1:41234/orders\n",
	};
	static const char *const gone[] = {"API_KEY", "TLS", "PROFILE", "CONFIG", "real.example",
					   "theirs"};
	struct str env[] = {STR("TARGET=grpc://{address}/{queue}"),
			    STR("TEMPORAL_TASK_QUEUE=mine"),
			    STR("TEMPORAL_ADDRESS=real.example:7233")};
	struct fixture *f = *state;
	struct worker_settings s = settings_of(f, "env; echo end");
	struct err err = ERR_INIT;
	struct str out;

	s.env = env;
	s.n_env = 3;
	assert_true(worker_start(&f->worker, &s, &err));
	UNTIL(str_ends(output(f), STR("end")));
	out = output(f);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (!str_has(out, lines[i]))
			fail_msg("no %s in %s", lines[i], out.p);
	for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++)
		if (str_has(out, gone[i]))
			fail_msg("%s in %s", gone[i], out.p);
}

static void check_env_malformed(void **state)
{
	struct str env[] = {STR("NOT AN ASSIGNMENT")};
	struct fixture *f = *state;
	struct worker_settings s = settings_of(f, "true");
	struct err err = ERR_INIT;

	s.env = env;
	s.n_env = 1;
	assert_false(worker_start(&f->worker, &s, &err));
	assert_null(f->worker);
	assert_non_null(strstr(err.message, "NOT AN ASSIGNMENT"));
}

/* Command, queue, what the shell is given ("" where it must be refused). */
static const char *const placeholders[][3] = {
	{"w --to={address} -q {queue}", "orders", "w --to=127.0.0.1:41234 -q orders"},
	{"w \"{queue}\" '{queue}'", "orders", "w \"orders\" 'orders'"},
	{"w {queue}", "a b; rm -rf $HOME", "w 'a b; rm -rf $HOME'"},
	{"w {queue}", "it's", "w 'it'\\''s'"},
	{"w {queue}", "", "w ''"},
	{"w \"{queue}\"", "$(id)", ""},
	{"w '{queue}'", "x'y", ""},
	{"w `echo {queue}`", "a;b", ""},
	{"w \\\"{queue}", "a b", "w \\\"'a b'"},
	{"w 'it' \"s\" {queue}", "a b", "w 'it' \"s\" 'a b'"},
	{"w {other} {queue", "a b", "w {other} {queue"},
};

static void check_placeholders(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(placeholders) / sizeof(placeholders[0]); i++) {
		struct worker_settings s = settings_of(f, placeholders[i][0]);
		struct err err = ERR_INIT;
		char *command = NULL;
		bool ok;

		s.queue = str_of(placeholders[i][1]);
		ok = worker_command(&command, &s, &f->arena, &err);
		if (placeholders[i][2][0] == '\0') {
			assert_false(ok);
			assert_non_null(strstr(err.message, "{queue}"));
			continue;
		}
		assert_true(ok);
		assert_string_equal(command, placeholders[i][2]);
	}
}

static void check_exit(void **state)
{
	struct fixture *f = *state;
	int code = 0;

	run(f, "echo hello; exit 7");
	UNTIL(worker_state(f->worker, &code) != WORKER_RUNNING);
	assert_int_equal(worker_state(f->worker, &code), WORKER_EXITED);
	assert_int_equal(code, 7);
	assert_true(str_is(output(f), "hello"));
}

static void check_missing(void **state)
{
	struct fixture *f = *state;
	int code = 0;

	run(f, "no-such-program-anywhere --x");
	UNTIL(worker_state(f->worker, &code) != WORKER_RUNNING);
	assert_int_equal(code, 127);
	assert_true(str_has(output(f), "no-such-program-anywhere"));
}

static void check_signal(void **state)
{
	struct fixture *f = *state;
	int code = 0;

	run(f, "kill -SEGV $$; sleep 100");
	UNTIL(worker_state(f->worker, &code) != WORKER_RUNNING);
	assert_int_equal(worker_state(f->worker, &code), WORKER_KILLED);
	assert_int_equal(code, SIGSEGV);
}

/* A child must not inherit what we ignore, block or hold open. */
static void check_inheritance(void **state)
{
	struct fixture *f = *state;
	struct stat st;
	sigset_t block;
	int fd = open("/dev/null", O_RDWR); /* not close-on-exec */

	sigemptyset(&block);
	sigaddset(&block, SIGUSR1);
	(void)sigprocmask(SIG_BLOCK, &block, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	run(f, "grep -E 'Sig(Blk|Ign)' /proc/self/status; ls /proc/self/fd | wc -l; cat; "
	       "ps -o sid= -p $$ | tr -d ' '; echo end");
	(void)signal(SIGPIPE, SIG_DFL);
	(void)sigprocmask(SIG_UNBLOCK, &block, NULL);
	close(fd);
	UNTIL(str_ends(output(f), STR("end")));
	assert_true(str_has(output(f), "SigBlk:    0000000000000000"));
	/* Bits 31 and 32: the C library's own two, which any posix_spawn() ignores. */
	assert_true(str_has(output(f), "SigIgn:    0000000180000000") ||
		    str_has(output(f), "SigIgn:    0000000000000000"));
	assert_true(str_has(output(f), "\n4\n")); /* 0, 1, 2 and ls's own */
	assert_int_equal(stat(f->log, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void check_tail(void **state)
{
	struct fixture *f = *state;
	struct str tail;

	run(f, "i=0; while [ $i -lt 500 ]; do echo line $i; i=$((i+1)); done; "
	       "printf 'red \\033[31m\\r\\nlast\\n'; echo; exit");
	UNTIL(worker_state(f->worker, NULL) == WORKER_EXITED);
	tail = worker_tail(f->worker, 40, &f->arena);
	assert_true(str_is(tail, "line 498\nline 499\nred \nlast"));
	tail = worker_tail(f->worker, 12, &f->arena);
	assert_true(tail.n <= 12);
	assert_true(str_ends(tail, STR("last")));
}

static void check_log_unwritable(void **state)
{
	struct fixture *f = *state;
	struct worker_settings s = settings_of(f, "true");
	struct err err = ERR_INIT;

	s.log_path = "/nonexistent/folder/worker.log";
	assert_false(worker_start(&f->worker, &s, &err));
	assert_non_null(strstr(err.message, "/nonexistent/folder/worker.log"));
}

static pid_t number(struct fixture *f, const char *word)
{
	struct str out = output(f);
	ptrdiff_t at = str_find(out, str_of(word));
	long long n;

	if (at < 0)
		return 0;
	out = str_skip(out, (size_t)at + strlen(word));
	return str_to_int(str_split(&out, '.'), &n) ? (pid_t)n : 0;
}

/* Gone, or a zombie that nobody has reaped yet. */
static bool is_gone(pid_t pid)
{
	char path[64], text[512] = {0};
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "r");
	if (!file)
		return true;
	(void)!fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	return strstr(text, ") Z ") != NULL;
}

static void check_stop_graceful(void **state)
{
	struct fixture *f = *state;

	run(f, "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.05; done");
	UNTIL(str_has(output(f), "ready"));
	worker_stop(f->worker, now_ms(), WAIT_MS);
	UNTIL(worker_stopped(f->worker, now_ms()));
	assert_true(str_has(output(f), "bye"));
}

static void check_stop_ignored(void **state)
{
	struct fixture *f = *state;
	int64_t began;

	run(f, "trap '' TERM; echo ready; while :; do sleep 0.05; done");
	UNTIL(str_has(output(f), "ready"));
	began = now_ms();
	worker_stop(f->worker, began, 300);
	UNTIL(worker_stopped(f->worker, now_ms()));
	assert_in_range(now_ms() - began, 300, 5000);
	assert_int_equal(worker_state(f->worker, NULL), WORKER_KILLED);
}

/* Those whose parent has gone, in another group of the session, and in another session. */
#define SCATTERED \
	"sh -c 'sleep 300 & echo orphan=$!.'; " \
	"timeout 300 sleep 301 & echo other=$!.; " \
	"setsid sh -c 'trap \"\" TERM; echo session=$$.; exec sleep 302' & "

static void check_group_kill(void **state)
{
	struct fixture *f = *state;
	pid_t pids[3];

	run(f, SCATTERED "wait");
	UNTIL(number(f, "orphan=") && number(f, "other=") && number(f, "session="));
	pids[0] = number(f, "orphan=");
	pids[1] = number(f, "other=");
	pids[2] = number(f, "session=");
	for (int i = 0; i < 3; i++) {
		assert_false(is_gone(pids[i]));
		assert_true(worker_owns(f->worker, pids[i]));
	}
	assert_false(worker_owns(f->worker, getpid()));
	assert_true(worker_owns(f->worker, worker_pid(f->worker)));
	assert_true(worker_memory(f->worker) > 500 * 1024);
	worker_free(f->worker);
	f->worker = NULL;
	for (int i = 0; i < 3; i++)
		assert_true(is_gone(pids[i]));
	/* Our own children are reaped, all of them. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

/* In a session of its own, deaf to SIGTERM, and its parent the first to go. */
static void check_stop_scattered(void **state)
{
	struct fixture *f = *state;
	pid_t pid;

	run(f, SCATTERED "wait");
	UNTIL(number(f, "session="));
	pid = number(f, "session=");
	worker_stop(f->worker, now_ms(), 200);
	UNTIL(worker_stopped(f->worker, now_ms()));
	assert_true(is_gone(pid));
}

/* The shell ends first; what it left behind is stopped all the same. */
static void check_stop_leftover(void **state)
{
	struct fixture *f = *state;
	pid_t pid;

	run(f, "sleep 300 & echo left=$!.; exit 0");
	UNTIL(worker_state(f->worker, NULL) == WORKER_EXITED);
	pid = number(f, "left=");
	assert_false(is_gone(pid));
	worker_stop(f->worker, now_ms(), WAIT_MS);
	UNTIL(worker_stopped(f->worker, now_ms()));
	assert_true(is_gone(pid));
}

/* The program that supervises is killed: nothing of the worker stays. */
static void check_nothing_outlives(void **state)
{
	struct fixture *f = *state;
	struct worker_process *w;
	struct worker_settings s = settings_of(
		f, "sh -c 'sleep 300 & echo orphan=$!.'; timeout 300 sleep 301 & echo other=$!.; "
		   "trap '' TERM; while :; do sleep 1; done");
	pid_t middle, pids[2];

	middle = fork();
	if (middle == 0) {
		struct err err = ERR_INIT;

		if (!worker_start(&w, &s, &err))
			_exit(1);
		for (;;)
			pause();
	}
	run(f, "true"); /* only to read the same log with */
	UNTIL(number(f, "orphan=") && number(f, "other="));
	pids[0] = number(f, "orphan=");
	pids[1] = number(f, "other=");
	assert_int_equal(kill(middle, SIGKILL), 0);
	assert_int_equal(waitpid(middle, NULL, 0), middle);
	UNTIL(is_gone(pids[0]) && is_gone(pids[1]));
}

static int listener(int family, unsigned *ret_port)
{
	struct sockaddr_in in = {.sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(in);
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&in, n), 0);
	assert_int_equal(listen(fd, 5), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &n), 0);
	*ret_port = ntohs(in.sin_port);
	return fd;
}

/* Connects to each address of its arguments, v6 sockets too, then waits. */
#define CONNECT                                                                       \
	"exec python3 -c 'import socket,sys,time\n"                                   \
	"keep=[]\n"                                                                   \
	"for a in sys.argv[1:]:\n"                                                    \
	"  host,port=a.rsplit(\":\",1)\n"                                             \
	"  s=socket.socket(socket.AF_INET6 if \":\" in host else socket.AF_INET)\n"   \
	"  s.connect((host,int(port))); keep.append(s)\n"                             \
	"print(\"connected\",flush=True)\n"                                           \
	"time.sleep(300)' "

static void run_connected(struct fixture *f, const char *targets, unsigned frontend,
			  unsigned other)
{
	struct worker_settings s;
	struct err err = ERR_INIT;
	char command[2048];

	/* TARGETS ends where the port belongs. */
	(void)snprintf(command, sizeof(command), CONNECT "%s%u", targets, other);
	s = settings_of(f, command);
	s.address = arena_printf(&f->arena, "127.0.0.1:%u", frontend);
	if (!worker_start(&f->worker, &s, &err))
		fail_msg("%s", err.message);
	UNTIL(str_has(output(f), "connected") || str_has(output(f), "Error"));
	assert_true(str_has(output(f), "connected"));
}

static void check_foreign_none(void **state)
{
	struct fixture *f = *state;
	unsigned frontend;
	int fd = listener(AF_INET, &frontend);
	struct str peer = STR_NONE;

	/* Ours, also through an IPv6 socket. */
	run_connected(f, "{address} ::ffff:127.0.0.1:", frontend, frontend);
	assert_false(worker_foreign_peer(f->worker, &f->arena, &peer));
	close(fd);
}

static void check_foreign(void **state)
{
	struct fixture *f = *state;
	unsigned frontend, other;
	int fd = listener(AF_INET, &frontend), fd2 = listener(AF_INET, &other);
	struct str peer = STR_NONE, want;

	run_connected(f, "{address} 127.0.0.1:", frontend, other);
	want = arena_printf(&f->arena, "127.0.0.1:%u", other);
	assert_true(worker_foreign_peer(f->worker, &f->arena, &peer));
	assert_true(str_eq(peer, want));
	worker_free(f->worker);
	/* v4 through a v6 socket is shown as what it is. */
	run_connected(f, "::ffff:127.0.0.1:", frontend, other);
	assert_true(worker_foreign_peer(f->worker, &f->arena, &peer));
	assert_true(str_eq(peer, want));
	close(fd);
	close(fd2);
}

/* A peer that does not answer: the connection stays half made. */
static void check_foreign_syn_sent(void **state)
{
	struct fixture *f = *state;
	struct str peer = STR_NONE;
	unsigned frontend, full;
	struct sockaddr_in in = {.sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = listener(AF_INET, &frontend), fd2 = listener(AF_INET, &full), fill[8];
	char command[1024];

	/* A full queue of connections drops what comes after. */
	assert_int_equal(listen(fd2, 0), 0);
	in.sin_port = htons((uint16_t)full);
	for (int i = 0; i < 8; i++) {
		fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		(void)connect(fill[i], (struct sockaddr *)&in, sizeof(in));
	}
	(void)snprintf(command, sizeof(command), CONNECT "127.0.0.1:%u", full);
	run(f, command);
	UNTIL(worker_foreign_peer(f->worker, &f->arena, &peer));
	assert_true(str_eq(peer, arena_printf(&f->arena, "127.0.0.1:%u", full)));
	assert_false(str_has(output(f), "connected"));
	for (int i = 0; i < 8; i++)
		close(fill[i]);
	close(fd);
	close(fd2);
}

/* Its own listener, and who comes to it from outside, are no foreign peers. */
static void check_foreign_own(void **state)
{
	struct fixture *f = *state;
	struct sockaddr_in in = {.sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct str peer = STR_NONE;
	int fd;

	run(f, "exec python3 -c 'import socket,time\n"
	       "l=socket.socket(); l.bind((\"0.0.0.0\",0)); l.listen(5)\n"
	       "c=socket.create_connection((\"127.0.0.1\",l.getsockname()[1])); a=l.accept()\n"
	       "print(\"port=%d.\"%l.getsockname()[1],flush=True)\n"
	       "b=l.accept(); print(\"accepted\",flush=True); time.sleep(300)'");
	UNTIL(number(f, "port="));
	assert_false(worker_foreign_peer(f->worker, &f->arena, &peer));
	in.sin_port = htons((uint16_t)number(f, "port="));
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	UNTIL(str_has(output(f), "accepted"));
	assert_false(worker_foreign_peer(f->worker, &f->arena, &peer));
	close(fd);
}

#define CHECK(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CHECK(check_env),	     CHECK(check_env_malformed),
		CHECK(check_placeholders),   CHECK(check_exit),
		CHECK(check_missing),	     CHECK(check_signal),
		CHECK(check_inheritance),    CHECK(check_tail),
		CHECK(check_log_unwritable), CHECK(check_stop_graceful),
		CHECK(check_stop_ignored),   CHECK(check_group_kill),
		CHECK(check_stop_leftover),   CHECK(check_stop_scattered),  CHECK(check_nothing_outlives),
		CHECK(check_foreign_none),   CHECK(check_foreign),
		CHECK(check_foreign_syn_sent), CHECK(check_foreign_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
