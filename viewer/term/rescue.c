/* SPDX-License-Identifier: MIT */
/* rescue.c: what a handler of SIGABRT may do: write() and tcsetattr() of what lies ready. */
#include "viewer/term/rescue.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

static struct {
	int in, out;
	struct termios modes;
	char bytes[512];
	size_t n;
} ready;

static void on_abort(int number)
{
	ssize_t n = write(ready.out, ready.bytes, ready.n);

	(void)n; /* nobody is left to be told */
	tcsetattr(ready.in, TCSANOW, &ready.modes);
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
	sigaction(SIGABRT, &action, NULL);
}

void rescue_end(void)
{
	signal(SIGABRT, SIG_DFL);
}
