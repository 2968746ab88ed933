/* SPDX-License-Identifier: MIT */
/* unfit.h: why a worker that polls can not judge a history, in words. */
#pragma once

#include "replayer/remote/frontend.h"

/* Nobody polls QUEUE: the queues that are polled at these frontends. */
struct str unfit_queue(const struct frontend *const *frontends, size_t n, struct str queue,
		       struct arena *a);
/* True where P's SDK is unknown or too old: the verdict's reason, and the words. */
bool unfit_worker(const struct poller *p, const char **ret_reason, struct str *ret_why,
		  struct arena *a);
