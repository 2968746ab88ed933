/* SPDX-License-Identifier: MIT */
/* supervise.c: the processes of a worker, from the shell that starts it to the last one. */
#include "replayer/remote/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "formats/base/buf.h"
#include "formats/base/mem.h"
#include "formats/base/visible.h"
#include "replayer/remote/isolate.h"
#include "replayer/remote/procnet.h"
#include "replayer/remote/procs.h"
#include "replayer/remote/worker_command.h"

/*
 * What nobody lets go of: a shell that reads a pipe of ours. The pipe ends with this
 * program, however it ends (SIGKILL too), and then every process of session $1 goes. In
 * /proc/PID/stat the session is the fourth word behind the name in brackets.
 */
static const char guard_script[] =
	"trap '' HUP INT QUIT TERM\n"
	"read -r go_on\n"
	"left=20\n"
	"while [ $left -gt 0 ]; do\n"
	"	left=$((left - 1)) found=\n"
	"	for d in /proc/[0-9]*; do\n"
	"		read -r stat 2>/dev/null <$d/stat || continue\n"
	"		set -- \"$1\" ${stat##*) }\n"
	"		[ \"$5\" = \"$1\" ] && [ \"$2\" != Z ] || continue\n"
	"		found=1\n"
	"		kill -9 \"${d#/proc/}\"\n"
	"	done\n"
	"	[ \"$found\" ] || exit 0\n"
	"done\n";

#define SHELL "/bin/sh"

/* Rounds of waiting 5 ms for killed processes to be gone: a machine may be loaded. */
#define KILL_ROUNDS 400

struct worker_process {
	struct arena arena;
	pid_t shell; /* leads the session; reaped last, so that its number stays ours */
	struct pids sessions; /* the shell's, and those that its children made */
	pid_t guard;
	int guard_pipe;
	int channel; /* to the helper that isolates it, or -1 */
	struct str address;
	const char *log_path;
	int64_t kill_at;
	bool killed;
};

struct spawn {
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
};

static void spawn_done(struct spawn *s)
{
	posix_spawn_file_actions_destroy(&s->files);
	posix_spawnattr_destroy(&s->how);
}

/* What a child gets of our descriptors; -1: nothing. */
struct streams {
	int in, out;
	int third; /* as its descriptor 3 */
};

/* A session of its own, signals as a fresh program expects them, none of our files. */
static void spawn_init(struct spawn *s, const struct streams *given)
{
	int in = given->in, out = given->out;
	sigset_t all, none;

	sigfillset(&all);
	sigemptyset(&none);
	posix_spawnattr_init(&s->how);
	posix_spawnattr_setflags(&s->how, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF |
						  POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigdefault(&s->how, &all);
	posix_spawnattr_setsigmask(&s->how, &none);
	posix_spawn_file_actions_init(&s->files);
	if (in >= 0)
		posix_spawn_file_actions_adddup2(&s->files, in, 0);
	else
		posix_spawn_file_actions_addopen(&s->files, 0, "/dev/null", O_RDONLY, 0);
	if (out >= 0)
		posix_spawn_file_actions_adddup2(&s->files, out, 1);
	else
		posix_spawn_file_actions_addopen(&s->files, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&s->files, 1, 2);
	if (given->third >= 0)
		posix_spawn_file_actions_adddup2(&s->files, given->third, 3);
	posix_spawn_file_actions_addclosefrom_np(&s->files, given->third >= 0 ? 4 : 3);
}

/*
 * posix_spawn() and not fork(): libgrpc's threads hold locks at any moment, and a copy of
 * the process would find them held for ever.
 */
static bool spawn(pid_t *ret, const char *program, const char *const *argv, char *const *env,
		  const struct streams *given, struct err *err)
{
	struct spawn s CLEANUP(spawn_done);
	int failed;

	spawn_init(&s, given);
	failed = posix_spawn(ret, program, &s.files, &s.how, (char *const *)argv, env);
	if (failed == 0)
		return true;
	errno = failed;
	return err_errno(err, "can't start %s", program);
}

static bool start_guard(struct worker_process *w, struct err *err)
{
	char session[16], *none[] = {NULL};
	const char *argv[] = {"sh", "-c", guard_script, "guard", session, NULL};
	int ends[2];
	bool ok;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_errno(err, "can't make a pipe");
	(void)snprintf(session, sizeof(session), "%d", (int)w->shell);
	ok = spawn(&w->guard, SHELL, argv, none, &(struct streams){ends[0], -1, -1}, err);
	close(ends[0]);
	w->guard_pipe = ends[1];
	return ok;
}

static int open_log(const char *path, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);

	/* Also where the file was there already: it may hold payloads. */
	if (fd < 0 || fchmod(fd, 0600) < 0)
		err_errno(err, "can't write the worker's output to %s", path);
	else
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* The helper becomes the shell, so it is the same process from the start. */
static bool start_isolated(struct worker_process *w, const struct worker_settings *settings,
			   const char *command, char *const *env, int log, struct err *err)
{
	char port[16];
	const char *argv[] = {"hindcast", ISOLATE_WORD, port, command, NULL};
	int ends[2];
	bool ok;

	(void)snprintf(port, sizeof(port), "%d", settings->port);
	if (!isolate_channel(ends, err))
		return false;
	w->channel = ends[0];
	ok = spawn(&w->shell, settings->isolate, argv, env,
		   &(struct streams){-1, log, ends[1]}, err);
	close(ends[1]);
	return ok;
}

static bool start(struct worker_process *w, const struct worker_settings *settings,
		  struct err *err)
{
	const char *argv[] = {"sh", "-c", NULL, NULL};
	char *command, **env;
	bool ok;
	int log;

	if (!worker_command(&command, settings, &w->arena, err) ||
	    !worker_environ(&env, settings, &w->arena, err))
		return false;
	argv[2] = command;
	log = open_log(w->log_path, err);
	if (log < 0)
		return false;
	if (settings->isolate)
		ok = start_isolated(w, settings, command, env, log, err);
	else
		ok = spawn(&w->shell, SHELL, argv, env, &(struct streams){-1, log, -1}, err);
	close(log);
	if (!ok)
		return false;
	vec_push(&w->sessions, w->shell);
	return start_guard(w, err);
}

bool worker_start(struct worker_process **ret, const struct worker_settings *settings,
		  struct err *err)
{
	struct worker_process *w = mem_zalloc(sizeof(*w));

	arena_init(&w->arena);
	w->guard_pipe = w->channel = -1;
	w->address = arena_str(&w->arena, settings->address);
	w->log_path = arena_cstr(&w->arena, str_of(settings->log_path));
	if (!start(w, settings, err)) {
		worker_free(w);
		return false;
	}
	*ret = w;
	return true;
}

enum worker_state worker_state(struct worker_process *w, int *ret_code)
{
	siginfo_t info = {0};
	int got;

	/* WNOWAIT: while the shell is not reaped, no other process can get its number. */
	do
		got = waitid(P_PID, (id_t)w->shell, &info, WEXITED | WNOHANG | WNOWAIT);
	while (got < 0 && errno == EINTR);
	if (got == 0 && info.si_pid == 0)
		return WORKER_RUNNING;
	if (ret_code)
		*ret_code = got == 0 ? info.si_status : 0;
	return got < 0 || info.si_code == CLD_EXITED ? WORKER_EXITED : WORKER_KILLED;
}

bool worker_listener(struct worker_process *w, int *ret, struct err *err)
{
	return isolate_receive(w->channel, ret, err);
}

pid_t worker_pid(const struct worker_process *w)
{
	return w->shell;
}

void worker_stop(struct worker_process *w, int64_t now_ms, int64_t grace_ms)
{
	if (w->killed)
		return;
	w->kill_at = now_ms + grace_ms;
	(void)procs_signal(&w->sessions, SIGTERM);
}

bool worker_stopped(struct worker_process *w, int64_t now_ms)
{
	bool over = w->killed || now_ms >= w->kill_at;

	if (!over && worker_state(w, NULL) == WORKER_RUNNING)
		return false; /* without a look at all of /proc */
	return procs_signal(&w->sessions, over ? SIGKILL : 0) == 0;
}

void worker_kill(struct worker_process *w)
{
	w->killed = true;
	(void)procs_signal(&w->sessions, SIGKILL);
	/* And at once, since a list of processes is old when it is read. */
	(void)kill(-w->shell, SIGKILL);
}

static void reap(pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

void worker_free(struct worker_process *w)
{
	const struct timespec pause = {.tv_nsec = 5 * 1000 * 1000};

	if (!w)
		return;
	if (w->shell > 0) {
		worker_kill(w);
		for (int i = 0; i < KILL_ROUNDS && procs_signal(&w->sessions, SIGKILL) > 0; i++)
			(void)nanosleep(&pause, NULL);
	}
	if (w->guard_pipe >= 0)
		close(w->guard_pipe);
	if (w->channel >= 0)
		close(w->channel);
	if (w->guard > 0) {
		(void)kill(w->guard, SIGKILL);
		reap(w->guard);
	}
	if (w->shell > 0)
		reap(w->shell);
	vec_done(&w->sessions);
	arena_done(&w->arena);
	mem_free(w);
}

/* The last MAX bytes of a file, from the start of a line where one is in reach. */
static void read_end(const char *path, size_t max, struct buf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *room = NULL;
	ssize_t n = 0;
	off_t from;

	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && (room = buf_room(out, max))) {
		from = st.st_size > (off_t)max ? st.st_size - (off_t)max : 0;
		n = pread(fd, room, max, from);
		out->n += n > 0 ? (size_t)n : 0;
	}
	close(fd);
}

/* LINE without its colours, and with blanks for tabs. */
static void add_plain(struct str line, struct buf *out)
{
	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] == '\x1b' && i + 1 < line.n && line.p[i + 1] == '[') {
			/* Parameters up to a letter. */
			for (i += 2; i < line.n && line.p[i] >= ' ' && line.p[i] < '@';)
				i++;
		} else if (line.p[i] == '\t') {
			buf_puts(out, "    ");
		} else {
			buf_add_char(out, line.p[i]);
		}
	}
}

struct str worker_tail(const struct worker_process *w, size_t max, struct arena *a)
{
	struct buf raw CLEANUP(buf_done) = {0};
	struct buf out CLEANUP(buf_done) = {0};
	struct buf plain CLEANUP(buf_done) = {0};
	struct str rest, shown;
	ptrdiff_t line_end;

	read_end(w->log_path, max + 1, &raw);
	rest = buf_str(&raw);
	/* One byte more was read: where it is no line's end, the first line is cut. */
	if (rest.n > max) {
		line_end = str_find(rest, STR("\n"));
		if (line_end >= 0 && (size_t)line_end + 1 < rest.n)
			rest = str_skip(rest, (size_t)line_end + 1);
	}
	rest = str_trim(rest);
	while (rest.n > 0) {
		struct str line = str_split(&rest, '\n');

		if (str_ends(line, STR("\r")))
			line.n--;
		if (out.n > 0)
			buf_add_char(&out, '\n');
		buf_clear(&plain);
		add_plain(line, &plain);
		visible_add(&out, buf_str(&plain), 0);
	}
	/* What was made visible grew. */
	shown = buf_str(&out);
	if (shown.n > max) {
		shown = str_skip(shown, shown.n - max);
		line_end = str_find(shown, STR("\n"));
		if (line_end >= 0)
			shown = str_skip(shown, (size_t)line_end + 1);
	}
	return arena_str(a, shown);
}

bool worker_foreign_peer(const struct worker_process *w, struct arena *a, struct str *ret)
{
	struct pids pids = {0};
	bool found;

	procs_list(&w->sessions, &pids);
	found = procnet_foreign(&pids, w->address, a, ret);
	vec_done(&pids);
	return found;
}

int64_t worker_memory(const struct worker_process *w)
{
	struct pids pids = {0};
	int64_t total = 0;

	procs_list(&w->sessions, &pids);
	for (size_t i = 0; i < pids.n; i++)
		total += procs_resident(pids.at[i]);
	vec_done(&pids);
	return total;
}

enum go_local_activities worker_local_activities(const struct worker_process *w)
{
	enum go_local_activities found = GO_LOCAL_ACTIVITIES_UNKNOWN;
	struct pids pids = {0};

	procs_list(&w->sessions, &pids);
	for (size_t i = 0; i < pids.n && found != GO_LOCAL_ACTIVITIES_SOME; i++) {
		enum go_local_activities one = go_binary_look(pids.at[i]);

		if (one != GO_LOCAL_ACTIVITIES_UNKNOWN)
			found = one;
	}
	vec_done(&pids);
	return found;
}

bool worker_owns(const struct worker_process *w, pid_t pid)
{
	struct pids pids = {0};
	bool found = false;

	procs_list(&w->sessions, &pids);
	for (size_t i = 0; i < pids.n; i++)
		found = found || pids.at[i] == pid;
	vec_done(&pids);
	return found;
}
