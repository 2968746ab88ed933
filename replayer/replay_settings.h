/* SPDX-License-Identifier: MIT */
/* replay_settings.h: what `hindcast replay` was told, as dispatch takes it. */
#pragma once

#include "replayer/dispatch/dispatch.h"
#include "replayer/replay_options.h"

/* What is not an option, and yet decides how a run goes; the caller owns all of it. */
struct replay_world {
	const struct schema *schema;
	char *const *environ;	 /* the worker inherits it */
	struct str common_queue; /* the task queue that most histories name */
	struct str run_file;	 /* worker logs lie beside it */
	struct str root;	 /* the folder that hindcast runs in; n = 0: not known */
	const struct listen *listen; /* what --listen was read to; NULL: not given */
	uid_t user;		 /* who runs hindcast */
	uint64_t seed;		 /* unique to this run */
};

/*
 * A digest of the worker's command and of what is asked of it: another one means that verdicts
 * may be others. It says nothing of the command itself, which has no place in a run file.
 */
uint64_t replay_asked(const struct replay_options *o);
/* The result borrows from both, and from nothing else. */
struct dispatch_settings replay_settings(const struct replay_options *o,
					 const struct replay_world *world);
