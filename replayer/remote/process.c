/* SPDX-License-Identifier: MIT */
/* process.c: waiting for a first poll, telling why it does not come, and stopping. */
#include "replayer/remote/process.h"

#include "formats/base/mem.h"
#include "replayer/dispatch/dispatch.h"
#include "replayer/remote/supervise.h"
#include "replayer/remote/worker_log.h"

#include <string.h>

/* For its own goodbyes; there is no work in it that could be lost. */
#define GRACE_MS ((int64_t)3000)
#define TAIL_BYTES ((size_t)700)

struct process {
	struct worker_process *worker; /* NULL: it could not be started */
	const struct dispatch_host *host;
	struct arena arena;
	struct str log;
	int64_t ready_ms;
	int64_t started_ms;
};

static int64_t now(const struct process *p)
{
	return p->host->now_ms(p->host->context);
}

struct str process_log(const struct process *p)
{
	return p->log;
}

bool process_died(const struct process *p)
{
	return worker_state(p->worker, NULL) != WORKER_RUNNING;
}

struct str process_ending(const struct process *p, struct arena *a)
{
	struct str tail = worker_tail(p->worker, TAIL_BYTES, a);
	const char *said = tail.n ? "; its last output:\n" : "; it printed nothing";
	int code = 0;

	switch (worker_state(p->worker, &code)) {
	case WORKER_KILLED:
		return arena_printf(a, "the worker was killed by signal %d (%s)%s%.*s", code,
				    strsignal(code), said, STR_ARG(tail));
	case WORKER_EXITED:
		return arena_printf(a, "the worker exited with status %d%s%s%.*s", code,
				    code == 127 ? " (command not found?)" : "", said,
				    STR_ARG(tail));
	case WORKER_RUNNING:
		break;
	}
	return arena_printf(a, "the worker still runs%s%.*s", said, STR_ARG(tail));
}

static bool not_ready(struct process *p, struct err *err)
{
	struct str peer, ending;

	if (process_died(p)) {
		ending = process_ending(p, &p->arena);
		return err_set(err, ERR_WORKER, "before its first poll %.*s", STR_ARG(ending));
	}
	if (worker_foreign_peer(p->worker, &p->arena, &peer)) {
		worker_kill(p->worker);
		return err_set(err, ERR_WORKER,
			       "the worker is connected to %.*s and does not poll here: it was "
			       "stopped; have it take its address from TEMPORAL_ADDRESS, or pass "
			       "{address} in its command or --env NAME={address}",
			       STR_ARG(peer));
	}
	ending = worker_tail(p->worker, TAIL_BYTES, &p->arena);
	return err_set(err, ERR_WORKER,
		       "the worker did not poll within %lld s (--ready-timeout): does it connect "
		       "to TEMPORAL_ADDRESS?%s%.*s",
		       (long long)(p->ready_ms / 1000), ending.n ? " Its last output:\n" : "",
		       STR_ARG(ending));
}

bool process_may_poll(struct process *p, struct err *err)
{
	if (!process_died(p) && now(p) - p->started_ms <= p->ready_ms)
		return true;
	return not_ready(p, err);
}

bool process_listener(struct process *p, int *ret, struct err *err)
{
	return worker_listener(p->worker, ret, err);
}

bool process_start(struct process **ret, const struct process_settings *settings, int port,
		   struct err *err)
{
	struct process *p = mem_zalloc(sizeof(*p));
	struct worker_settings w = {
		.command = settings->command,
		.name_space = settings->name_space,
		.queue = settings->queue,
		.env = settings->env,
		.n_env = settings->n_env,
		.environ = settings->environ,
		.isolate = settings->isolate,
		.port = port,
	};

	*ret = p;
	p->host = settings->host;
	p->ready_ms = settings->ready_ms;
	p->started_ms = now(p);
	arena_init(&p->arena);
	p->log = arena_printf(&p->arena, "%.*s.worker-%u.log", STR_ARG(settings->log_prefix),
			      settings->number + 1);
	w.log_path = p->log.p;
	w.address = arena_printf(&p->arena, "127.0.0.1:%d", port);
	return worker_start(&p->worker, &w, err);
}

int64_t process_memory(const struct process *p)
{
	return worker_memory(p->worker);
}

enum go_local_activities process_local_activities(const struct process *p)
{
	return p->worker ? worker_local_activities(p->worker) : GO_LOCAL_ACTIVITIES_UNKNOWN;
}

void process_trim_log(const struct process *p)
{
	(void)worker_log_trim(p->log.p);
}

void process_stop(struct process *p)
{
	if (p->worker)
		worker_stop(p->worker, now(p), GRACE_MS);
}

bool process_stopped(struct process *p)
{
	return !p->worker || worker_stopped(p->worker, now(p));
}

void process_kill(struct process *p)
{
	if (p->worker)
		worker_kill(p->worker);
}

void process_free(struct process *p)
{
	if (!p)
		return;
	if (p->worker) {
		worker_free(p->worker);
		process_trim_log(p);
	}
	arena_done(&p->arena);
	mem_free(p);
}
