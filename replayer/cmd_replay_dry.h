/* SPDX-License-Identifier: MIT */
/* cmd_replay_dry.h: what a replay run would do. */
#pragma once

#include "replayer/dispatch/dispatch.h"

#include <stdio.h>

/* Two lines a history: its path; type, size, queue and recipe, or why it needs no worker. */
void replay_dry_run(const struct corpus *corpus, const struct dispatch_settings *settings,
		    FILE *out);
