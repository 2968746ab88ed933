/* SPDX-License-Identifier: MIT */
/* process.h: one worker process from its start through its first poll to its end. */
#pragma once

#include "formats/base/arena.h"
#include "formats/base/err.h"
#include "replayer/remote/frontend.h"

#include <stdint.h>

struct dispatch_host;
struct process;

struct process_settings {
	struct str command;
	const struct str *env;
	size_t n_env;
	char *const *environ;
	struct str name_space;
	struct str queue;
	struct str log_prefix; /* the log is LOG_PREFIX.worker-NUMBER.log */
	unsigned number;       /* from 0 */
	int64_t ready_ms;
	const struct dispatch_host *host;
};

/*
 * Starts it and waits for its first poll. False where it exits before, or does not poll in
 * time; the message has its last output, or the address that it is connected to instead.
 * *RET is set in any case; process_stop() and process_free() follow.
 */
bool process_start(struct process **ret, const struct process_settings *settings,
		   struct frontend *frontend, struct err *err);
bool process_died(const struct process *p);
/* "the worker was killed by signal 11 (Segmentation fault); its last output: ..." */
struct str process_ending(const struct process *p, struct arena *a);
/* Its log's path. */
struct str process_log(const struct process *p);
/* SIGTERM, the frontend kept going meanwhile, then SIGKILL. */
void process_stop(struct process *p, struct frontend *frontend);
void process_free(struct process *p);
