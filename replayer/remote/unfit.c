/* SPDX-License-Identifier: MIT */
/* unfit.c: queues that nobody polls, SDKs without a recipe or too old for one. */
#include "replayer/remote/unfit.h"

struct str unfit_queue(const struct frontend *f, struct str queue, struct arena *a)
{
	struct str list = STR("");

	for (size_t i = 0; i < frontend_queues(f); i++)
		list = arena_printf(a, "%.*s%s%.*s", STR_ARG(list), i ? ", " : "",
				    STR_ARG(frontend_queue(f, i)));
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
