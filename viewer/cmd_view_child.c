/* SPDX-License-Identifier: MIT */
/* cmd_view_child.c: processes in the foreground, with what they read. */
#include "viewer/cmd_view_child.h"

#include "viewer/term/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
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

/* ---- waiting, for the child and for whoever asks the viewer to end ---- */

/* A child that was asked to end gets so long to put the terminal in order. */
enum { GRACE_MS = 2000 };

/* They come one by one out of a descriptor, where a call that waits would miss one. */
static int block_signals(sigset_t *ret_before)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, ret_before);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/*
 * Until a signal comes: its number. 0: there is something to read from TTY (< 0: nothing is
 * waited for there), or WAIT milliseconds are over (< 0: they never are).
 */
static int next_signal(int signals, int tty, int wait)
{
	struct pollfd fds[] = {{signals, POLLIN, 0}, {tty, POLLIN, 0}};
	struct signalfd_siginfo info;

	while (poll(fds, 2, wait) < 0 && errno == EINTR)
		continue;
	return read(signals, &info, sizeof(info)) == sizeof(info) ? (int)info.ssi_signo : 0;
}

static void wait_for(pid_t child, int signals, struct child_end *ret)
{
	int status = 0;

	for (;;) {
		pid_t changed = waitpid(child, &status, WUNTRACED | WNOHANG);
		int number;

		if (changed && (!WIFSTOPPED(status) || ret->asked))
			break;
		if (changed) {
			stop_here();
			kill(child, SIGCONT);
		}
		number = next_signal(signals, -1, ret->asked ? GRACE_MS : -1);
		if (ret->asked && !number)
			return;
		if (number && number != SIGCHLD) {
			ret->asked = number;
			kill(child, number);
			kill(child, SIGCONT);
		}
	}
	if (WIFSIGNALED(status))
		ret->signal = WTERMSIG(status);
	else if (WIFEXITED(status))
		ret->code = WEXITSTATUS(status);
}

static void wait_for_enter(int signals, struct child_end *ret)
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
		while (c != '\n' && c != '\r' && !ret->asked) {
			int number = next_signal(signals, tty, -1);

			if (number && number != SIGCHLD)
				ret->asked = number;
			else if (!number && read(tty, &c, 1) != 1)
				break;
		}
	close(tty);
}

static bool run(const char *const *argv, struct str input, bool quiet, enum child_wait wait,
		struct child_end *ret, struct err *err)
{
	struct sigaction before[N_KEYBOARD];
	sigset_t mask;
	int in = input.p ? text_file(input) : -1, signals, error;
	pid_t child;

	*ret = (struct child_end){0};
	if (input.p && in < 0)
		return err_errno(err, "no memory for what %s reads", argv[0]);
	ignore(before);
	signals = block_signals(&mask);
	error = signals < 0 ? errno : spawn(&child, argv, in, quiet);
	if (in >= 0)
		close(in);
	if (!error) {
		wait_for(child, signals, ret);
		if (wait == CHILD_BACK_AFTER_ENTER && !ret->asked)
			wait_for_enter(signals, ret);
	}
	if (signals >= 0)
		close(signals);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	restore(before);
	errno = error;
	return !error || err_errno(err, "%s can't be run", argv[0]);
}

bool child_run(const char *const *argv, struct str input, enum child_wait wait,
	       struct child_end *ret, struct err *err)
{
	return run(argv, input, false, wait, ret, err);
}

bool child_feed(const char *const *argv, struct str input, struct child_end *ret)
{
	return run(argv, input.p ? input : STR(""), true, CHILD_BACK_AT_ONCE, ret, NULL) &&
	       !ret->code && !ret->signal;
}
