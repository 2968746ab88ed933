/* SPDX-License-Identifier: MIT */
/* thread.c: a thread starts with the signals blocked that its maker has blocked. */
#include "formats/base/thread.h"

#include <sched.h>
#include <signal.h>

bool thread_start(pthread_t *ret, void *(*run)(void *data), void *data)
{
	static const int FAULTS[] = {SIGBUS, SIGSEGV, SIGFPE, SIGILL};
	sigset_t all, before;
	bool ok;

	sigfillset(&all);
	for (size_t i = 0; i < sizeof(FAULTS) / sizeof(*FAULTS); i++)
		sigdelset(&all, FAULTS[i]);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	ok = pthread_create(ret, NULL, run, data) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return ok;
}

bool thread_several(void)
{
	cpu_set_t set;

	/* A machine with more processors than the set has room for has several. */
	return sched_getaffinity(0, sizeof(set), &set) != 0 || CPU_COUNT(&set) > 1;
}
