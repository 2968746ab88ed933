/* SPDX-License-Identifier: MIT */
/* rescue.c: what a handler of SIGABRT may do: read(), write() and tcsetattr() of what lies ready. */
#include "viewer/term/rescue.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* Standard error is a pipe meanwhile, which holds what a terminal shows of many screens. */
static struct {
	int in, out;
	struct termios modes;
	char bytes[512];
	size_t n;
	int words;  /* the pipe's end to read; -1: standard error is what it was */
	int before; /* what it was */
} ready = {.words = -1};

static void begin_words(void)
{
	int ends[2];

	if (!isatty(STDERR_FILENO) || pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
		return;
	ready.before = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
	if (ready.before >= 0 && dup2(ends[1], STDERR_FILENO) >= 0)
		ready.words = ends[0];
	else
		close(ends[0]);
	close(ends[1]);
}

/* The words that were said meanwhile, to whom they were meant for. */
static void end_words(void)
{
	char piece[1024];
	ssize_t n;

	if (ready.words < 0)
		return;
	dup2(ready.before, STDERR_FILENO);
	close(ready.before);
	while ((n = read(ready.words, piece, sizeof(piece))) > 0)
		if (write(STDERR_FILENO, piece, (size_t)n) != n)
			break;
	close(ready.words);
	ready.words = -1;
}

static void on_abort(int number)
{
	ssize_t n = write(ready.out, ready.bytes, ready.n);

	(void)n; /* nobody is left to be told */
	tcsetattr(ready.in, TCSANOW, &ready.modes);
	end_words();
	raise(number); /* SA_RESETHAND: it ends the program when this returns */
}

void rescue_begin(int in, int out, const struct termios *modes, struct str bytes)
{
	const struct sigaction action = {.sa_handler = on_abort, .sa_flags = SA_RESETHAND};

	ready.in = in;
	ready.out = out;
	ready.modes = *modes;
	ready.n = bytes.n <= sizeof(ready.bytes) ? bytes.n : 0;
	if (ready.n)
		memcpy(ready.bytes, bytes.p, ready.n);
	begin_words();
	sigaction(SIGABRT, &action, NULL);
}

void rescue_end(void)
{
	signal(SIGABRT, SIG_DFL);
	end_words();
}
