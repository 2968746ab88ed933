/* SPDX-License-Identifier: MIT */
/* unfit.c: queues that nobody polls, SDKs without a recipe or too old for one. */
#include "replayer/remote/unfit.h"

/* The least queue name behind AFTER, or p NULL: polls come in any order, reports don't. */
static struct str next_queue(const struct frontend *const *frontends, size_t n,
			     struct str after)
{
	struct str least = STR_NONE;

	for (size_t k = 0; k < n; k++)
		for (size_t i = 0; i < frontend_queues(frontends[k]); i++) {
			struct str queue = frontend_queue(frontends[k], i);

			if ((!after.p || str_cmp(queue, after) > 0) &&
			    (!least.p || str_cmp(queue, least) < 0))
				least = queue;
		}
	return least;
}

struct str unfit_queue(const struct frontend *const *frontends, size_t n, struct str queue,
		       struct arena *a)
{
	struct str list = STR("");

	for (struct str q = next_queue(frontends, n, STR_NONE); q.p;
	     q = next_queue(frontends, n, q))
		list = arena_printf(a, "%.*s%s%.*s", STR_ARG(list), list.n ? ", " : "",
				    STR_ARG(q));
	return arena_printf(a, "nobody polls its task queue \"%.*s\"; the worker polls %.*s",
			    STR_ARG(queue), STR_ARG(list));
}

bool unfit_worker(const struct poller *p, const char **ret_reason, struct str *ret_why,
		  struct arena *a)
{
	if (!p->sdk) {
		*ret_reason = "unknown-sdk";
		*ret_why = arena_printf(
			a,
			"the worker calls itself \"%.*s\", an SDK without a recipe here; "
			"known: %.*s (--sdk NAME if it is built on one of them)",
			STR_ARG(p->client_name), STR_ARG(sdk_labels(a)));
		return true;
	}
	if (sdk_new_enough(p->sdk, p->version))
		return false;
	*ret_reason = "sdk-too-old";
	*ret_why = arena_printf(a,
				"the worker's %s SDK %.*s is older than %s, below which replay "
				"verdicts are not right",
				p->sdk->label, STR_ARG(p->version), p->sdk->oldest);
	return true;
}
