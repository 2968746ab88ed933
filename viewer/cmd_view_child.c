/* SPDX-License-Identifier: MIT */
/* cmd_view_child.c: processes in the foreground, with what they read. */
#include "viewer/cmd_view_child.h"

#include "viewer/term/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const int KEYBOARD[] = {SIGINT, SIGQUIT, SIGTSTP};
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

/*
 * TEXT as a file to read from, at its first byte: whoever reads a part of it, or stops in the
 * middle, keeps nobody waiting, as a pipe would. < 0: there is no room for it.
 */
static int text_file(struct str text)
{
	int fd = memfd_create("hindcast", MFD_CLOEXEC);

	for (size_t at = 0; fd >= 0 && at < text.n;) {
		ssize_t n = pwrite(fd, text.p + at, text.n - at, (off_t)at);

		if (n > 0) {
			at += (size_t)n;
		} else if (n == 0 || errno != EINTR) {
			close(fd);
			return -1;
		}
	}
	return fd;
}

static void wait_for(pid_t child, struct child_end *ret)
{
	int status = 0;

	*ret = (struct child_end){0};
	while (waitpid(child, &status, WUNTRACED) < 0 && errno == EINTR)
		continue;
	while (WIFSTOPPED(status)) {
		stop_here();
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

static bool run(const char *const *argv, struct str input, bool quiet, enum child_wait wait,
		struct child_end *ret, struct err *err)
{
	struct sigaction before[N_KEYBOARD];
	int in = input.p ? text_file(input) : -1, error;
	pid_t child;

	if (input.p && in < 0)
		return err_errno(err, "no memory for what %s reads", argv[0]);
	ignore(before);
	error = spawn(&child, argv, in, quiet);
	if (in >= 0)
		close(in);
	if (!error) {
		wait_for(child, ret);
		if (wait == CHILD_BACK_AFTER_ENTER)
			wait_for_enter();
	}
	restore(before);
	errno = error;
	return !error || err_errno(err, "%s can't be run", argv[0]);
}

bool child_run(const char *const *argv, struct str input, enum child_wait wait,
	       struct child_end *ret, struct err *err)
{
	return run(argv, input, false, wait, ret, err);
}

bool child_feed(const char *const *argv, struct str input)
{
	struct child_end end;

	return run(argv, input.p ? input : STR(""), true, CHILD_BACK_AT_ONCE, &end, NULL) &&
	       !end.code && !end.signal;
}
