/* SPDX-License-Identifier: MIT */
/* thread.h: threads that signals leave alone. */
#pragma once

#include <pthread.h>
#include <stdbool.h>

/*
 * Starts a thread that no signal is delivered to but its own faults: signals are for the
 * program's first thread. False: none is to be had. The caller joins *RET.
 */
bool thread_start(pthread_t *ret, void *(*run)(void *data), void *data);

/* Whether more than one thread of this process can run at a time. */
bool thread_several(void);
