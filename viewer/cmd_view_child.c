/* SPDX-License-Identifier: MIT */
/* cmd_view_child.c: processes in the foreground, with what they read. */
#include "viewer/cmd_view_child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const int KEYBOARD[] = {SIGINT, SIGQUIT, SIGTSTP, SIGPIPE};
#define N_KEYBOARD (sizeof(KEYBOARD) / sizeof(*KEYBOARD))

/* Ignoring a signal also throws away one that waits to be read. */
static void ignore(struct sigaction *ret_before)
{
	const struct sigaction none = {.sa_handler = SIG_IGN};

	for (size_t i = 0; i < N_KEYBOARD; i++)
		sigaction(KEYBOARD[i], &none, &ret_before[i]);
}

static void restore(const struct sigaction *before)
{
	struct sigaction now[N_KEYBOARD];

	ignore(now);
	for (size_t i = 0; i < N_KEYBOARD; i++)
		sigaction(KEYBOARD[i], &before[i], NULL);
}

/* In and out as the child gets them; < 0: the terminal's, which may not be standard input. */
static int spawn(pid_t *ret, const char *const *argv, int in, bool quiet)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t all, none;
	int error;

	sigfillset(&all);
	sigemptyset(&none);
	posix_spawnattr_init(&how);
	posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigdefault(&how, &all);
	posix_spawnattr_setsigmask(&how, &none);
	posix_spawn_file_actions_init(&files);
	if (in >= 0)
		posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
	else if (!isatty(STDIN_FILENO) && access("/dev/tty", R_OK | W_OK) == 0 && isatty(STDOUT_FILENO))
		posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/tty", O_RDWR, 0);
	for (int fd = STDOUT_FILENO; quiet && fd <= STDERR_FILENO; fd++)
		posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_WRONLY, 0);
	error = posix_spawnp(ret, argv[0], &files, &how, (char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&how);
	return error;
}

static void feed(int fd, struct str text)
{
	while (text.n) {
		ssize_t n = write(fd, text.p, text.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		text = str_skip(text, (size_t)n);
	}
	close(fd);
}

static void wait_for(pid_t child, struct child_end *ret)
{
	int status = 0;

	*ret = (struct child_end){0};
	while (waitpid(child, &status, WUNTRACED) < 0 && errno == EINTR)
		continue;
	while (WIFSTOPPED(status)) {
		kill(getpid(), SIGSTOP);
		kill(child, SIGCONT);
		while (waitpid(child, &status, WUNTRACED) < 0 && errno == EINTR)
			continue;
	}
	if (WIFSIGNALED(status))
		ret->signal = WTERMSIG(status);
	else
		ret->code = WEXITSTATUS(status);
}

static void wait_for_enter(void)
{
	static const char TEXT[] = "\n[Enter: back to the history] ";
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	char c = 0;

	if (tty < 0 || !isatty(STDOUT_FILENO)) {
		if (tty >= 0)
			close(tty);
		return;
	}
	if (write(tty, TEXT, sizeof(TEXT) - 1) > 0)
		while (c != '\n' && c != '\r' && read(tty, &c, 1) == 1)
			continue;
	close(tty);
}

static bool run(const char *const *argv, struct str input, bool quiet, struct child_end *ret,
		struct err *err)
{
	struct sigaction before[N_KEYBOARD];
	int ends[2] = {-1, -1}, error;
	pid_t child;

	if (input.p && pipe2(ends, O_CLOEXEC) != 0)
		return err_errno(err, "no pipe");
	ignore(before);
	error = spawn(&child, argv, ends[0], quiet);
	if (ends[0] >= 0)
		close(ends[0]);
	if (!error && ends[1] >= 0)
		feed(ends[1], input);
	else if (ends[1] >= 0)
		close(ends[1]);
	if (!error)
		wait_for(child, ret);
	restore(before);
	errno = error;
	return !error || err_errno(err, "%s can't be run", argv[0]);
}

bool child_run(const char *const *argv, struct str input, enum child_wait wait,
	       struct child_end *ret, struct err *err)
{
	bool ok = run(argv, input, false, ret, err);

	if (ok && wait == CHILD_BACK_AFTER_ENTER)
		wait_for_enter();
	return ok;
}

bool child_feed(const char *const *argv, struct str input)
{
	struct child_end end;

	return run(argv, input.p ? input : STR(""), true, &end, NULL) && !end.code && !end.signal;
}
