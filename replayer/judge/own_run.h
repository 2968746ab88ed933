/* SPDX-License-Identifier: MIT */
/* own_run.h: what a worker answers under a substitute run id, told under the run's own. */
#pragma once

#include "formats/base/arena.h"
#include "replayer/remote/task.h"

/*
 * core and Java keep a run's state under its run id, so that every task but a run's first
 * goes out under a fresh id. Code that builds ids or inputs from the run id then answers with
 * that one, which no history holds: it would be taken for a difference.
 */
struct run_ids {
	struct str own;	   /* of the run */
	struct str served; /* of the task that is out; the same, or a substitute */
};

/*
 * A copy of REPLY in A, commands, messages and texts, in which `served` is `own`. Both must be of one
 * length, as run ids are: the bytes of commands are wire bytes. Else it is a mere copy. What
 * is derived in another way (a hash of the id) stays as it is.
 */
struct task_reply own_run_reply(const struct task_reply *reply, const struct run_ids *ids,
				struct arena *a);
