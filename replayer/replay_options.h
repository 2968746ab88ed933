/* SPDX-License-Identifier: MIT */
/* replay_options.h: what `hindcast replay` can be told, as one struct. */
#pragma once

#include "formats/base/opts.h"

#define REPLAY_DEFAULT_RUN_FILE ".hindcast/last.jsonl"

/* Filled by opts_parse(); numbers are 0 where the option was not given. */
struct replay_options {
	/* the worker */
	struct opt_list workers;
	struct opt_list env;
	struct str name_space;
	struct str queue;
	struct str sdk;
	long long jobs;
	bool compare;
	struct opt_list map_queue;
	long long worker_memory; /* bytes */
	bool isolate;
	/* workers that were started elsewhere */
	struct str listen;
	struct str tls;
	struct str api_key_file;
	bool insecure;
	/* which histories */
	struct str workflow_id;
	struct str where;
	long long sample;
	struct str seed;
	bool dry_run;
	/* how they are replayed */
	long long timeout_s;
	long long ready_s;
	long long max_time_s;
	long long port;
	long long page_bytes;
	bool tail;
	/* what is looked at */
	bool strict;
	long long strict_tasks;
	struct opt_list ignore;
	struct str stacks;
	struct opt_list queries;
	bool confirm;
	bool payloads;
	/* what it amounts to */
	struct str baseline;
	bool update_baseline;
	struct str fail_on;
	long long require;
	bool fail_fast;
	/* what is written */
	struct str run;
	bool resume;
	struct opt_list reports;
	bool quiet;
	bool verbose;
};

/* What can be said of O without looking at the world. ERR_USAGE. */
bool replay_options_check(const struct replay_options *o, size_t n_operands, struct err *err);
/* The command itself (cmd_replay.c); SETTINGS: struct replay_options. Exit code. */
int replay_run(const struct command_context *context, void *settings,
	       const struct str *operands, size_t n_operands);
