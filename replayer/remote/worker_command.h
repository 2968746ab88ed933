/* SPDX-License-Identifier: MIT */
/* worker_command.h: the command and the environment that a worker is started with. */
#pragma once

#include "replayer/remote/supervise.h"

/* What the placeholders stand for, in a command for the shell. */
bool worker_command(char **ret, const struct worker_settings *s, struct arena *a,
		    struct err *err);
/* A vector for execve(), in the arena. */
bool worker_environ(char ***ret, const struct worker_settings *s, struct arena *a,
		    struct err *err);
