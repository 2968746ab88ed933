/* SPDX-License-Identifier: MIT */
/* cmd_replay_session.h: a replay run in its world: clock, signals, what is said and written. */
#pragma once

#include "formats/base/context.h"
#include "replayer/dispatch/corpus.h"
#include "replayer/dispatch/dispatch.h"
#include "replayer/replay_listen.h"
#include "replayer/replay_options.h"
#include "replayer/run/baseline.h"
#include "replayer/run/compared.h"
#include "replayer/run/policy.h"

struct session {
	const struct command_context *context;
	const struct replay_options *settings;
	struct ledger *ledger;
	int signals; /* signalfd of SIGINT and SIGTERM, while they are held; or -1 */
	int interrupted; /* 0: no; 1: nothing new goes out; more: stops at once */
	int64_t started_ms;
	bool shows_progress;
	struct policy policy;
	struct policy_count count;
	struct baseline *baseline; /* NULL: none */
	struct listen listen;	   /* of --listen */
	/* --compare: the old worker's turn comes first. */
	const struct replay_options *old_settings; /* NULL: there is none */
	struct corpus *old_corpus;
	struct str old_path; /* of its run file */
	struct compared *old; /* once it is over */
	bool is_old;
	struct str open; /* the command that opens what was found; n 0: nothing was */
	struct arena arena;
};

/* "2026-01-31T12:00:00Z" in ROOM of N bytes. */
struct str session_timestamp(char *room, size_t n);
/* SIGINT and SIGTERM end the program, with exit code 130: outside of the two below. */
void session_init_signals(void);
/* From here they come by s->signals: a run file is open, and wants its end. */
void session_hold_signals(struct session *s);
/* What came meanwhile is forgotten; from here they end the program again. */
void session_release_signals(struct session *s);
void session_clear_progress(struct session *s);

/* ---- of struct dispatch_host; CONTEXT is the session ---- */

int64_t session_now_ms(void *context);
/*
 * Ctrl-C once finishes what is out; again, it stops. SIGTERM stops: who sends that gives no
 * more than some seconds before SIGKILL.
 */
enum dispatch_stop session_stops(void *context, const char **ret_reason);
void session_note(void *context, struct str text);
void session_detail(void *context, struct str text);
void session_progress(void *context, size_t done, size_t total);
/* It fails no run: the baseline lists it, or the old worker (of ENTRY) diverges there too. */
bool session_knows(const struct session *s, const struct ledger_entry *entry);
/* Writes it down, with what the baseline and the old worker say of it. */
bool session_verdict(void *context, const struct ledger_entry *entry, struct err *err);
