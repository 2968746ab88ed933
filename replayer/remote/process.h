/* SPDX-License-Identifier: MIT */
/* process.h: one worker process from its start through its first poll to its end. */
#pragma once

#include "formats/base/arena.h"
#include "formats/base/err.h"
#include "replayer/remote/frontend.h"
#include "replayer/remote/go_binary.h"

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
	const char *isolate;   /* as in struct worker_settings */
	const struct dispatch_host *host;
};

/*
 * Starts it, and waits for nothing. *RET is set in any case; process_free() follows. PORT:
 * of the frontend that it is to poll.
 */
bool process_start(struct process **ret, const struct process_settings *settings, int port,
		   struct err *err);
/*
 * It has not polled by now. True: it may still; false: it has ended, or its time is over,
 * and the message has its last output, or the address that it is connected to instead.
 */
bool process_may_poll(struct process *p, struct err *err);
/* Where it is isolated, until it came or failed: as isolate_receive(). */
bool process_listener(struct process *p, int *ret, struct err *err);
bool process_died(const struct process *p);
/* "the worker was killed by signal 11 (Segmentation fault); its last output: ..." */
struct str process_ending(const struct process *p, struct arena *a);
/* Resident bytes of all its processes. */
int64_t process_memory(const struct process *p);
/* Whether its code can start local activities, as far as its program tells. */
enum go_local_activities process_local_activities(const struct process *p);
/* Keeps its log below a ceiling; to be called now and then. */
void process_trim_log(const struct process *p);
/* Its log's path. */
struct str process_log(const struct process *p);
/* SIGTERM, and SIGKILL when some seconds are over; process_stopped() until it is true. */
void process_stop(struct process *p);
bool process_stopped(struct process *p);
void process_kill(struct process *p);
void process_free(struct process *p);
