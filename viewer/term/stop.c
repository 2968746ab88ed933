/* SPDX-License-Identifier: MIT */
/* stop.c: SIGTSTP by its default action, which the kernel withholds from orphaned groups. */
#include "viewer/term/stop.h"

#include <signal.h>
#include <stddef.h>
#include <time.h>

void stop_here(void)
{
	const struct sigaction usual = {.sa_handler = SIG_DFL};
	const struct timespec at_once = {0};
	struct sigaction before;
	sigset_t stop, go_on, mask;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	sigemptyset(&go_on);
	sigaddset(&go_on, SIGCONT);
	sigaction(SIGTSTP, &usual, &before);
	sigprocmask(SIG_UNBLOCK, &stop, &mask);
	kill(0, SIGTSTP); /* it is delivered before kill() returns */
	sigprocmask(SIG_SETMASK, &mask, NULL);
	sigaction(SIGTSTP, &before, NULL);
	/* What let it go on is no news: whoever stopped here takes the terminal again. */
	if (sigismember(&mask, SIGCONT))
		sigtimedwait(&go_on, NULL, &at_once);
}
