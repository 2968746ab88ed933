/* SPDX-License-Identifier: MIT */
/* cmd_replay_session.c: the clock, the signals, and who hears of a verdict. */
#include "replayer/cmd_replay_session.h"

#include "formats/base/buf.h"
#include "formats/base/visible.h"
#include "replayer/run/ledger.h"

#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

/* Work shorter than this needs no progress line. */
#define PROGRESS_AFTER_MS 1000

int64_t session_now_ms(void *context)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct str session_timestamp(char *room, size_t n)
{
	time_t seconds = time(NULL);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	return str_slice(room, strftime(room, n, "%Y-%m-%dT%H:%M:%SZ", &tm));
}

/* The shell's own word for a program that Ctrl-C ended, and docs/replay.md's. */
static void end_program(int number)
{
	_exit(POLICY_INTERRUPTED);
}

void session_init_signals(void)
{
	struct sigaction action = {.sa_handler = end_program};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static sigset_t held_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	return set;
}

void session_hold_signals(struct session *s)
{
	sigset_t set = held_signals();

	sigprocmask(SIG_BLOCK, &set, NULL);
	s->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

void session_release_signals(struct session *s)
{
	sigset_t set = held_signals();
	struct signalfd_siginfo info;

	while (s->signals >= 0 && read(s->signals, &info, sizeof(info)) == sizeof(info))
		;
	if (s->signals >= 0)
		close(s->signals);
	s->signals = -1;
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

void session_clear_progress(struct session *s)
{
	if (s->shows_progress)
		fputs("\r\033[K", s->context->err);
	s->shows_progress = false;
}

static void say(struct session *s, const char *kind, struct str text)
{
	struct buf line;

	buf_init(&line, 0);
	visible_add(&line, text, 0);
	session_clear_progress(s);
	fprintf(s->context->err, "hindcast: %s%.*s\n", kind, STR_ARG(buf_str(&line)));
	buf_done(&line);
}

void session_note(void *context, struct str text)
{
	struct session *s = context;

	if (!s->settings->quiet)
		say(s, "note: ", text);
}

enum dispatch_stop session_stops(void *context, const char **ret_reason)
{
	struct session *s = context;
	struct signalfd_siginfo info;

	*ret_reason = NULL;
	while (s->signals >= 0 && read(s->signals, &info, sizeof(info)) == sizeof(info)) {
		s->interrupted += info.ssi_signo == SIGTERM ? 2 : 1;
		if (s->interrupted == 1)
			session_note(s, STR("interrupted: what is out is finished first; once more "
				       "stops at once"));
	}
	if (s->interrupted)
		return s->interrupted > 1 ? DISPATCH_STOP : DISPATCH_FINISH;
	*ret_reason = policy_stops(&s->policy, &s->count);
	if (!*ret_reason && s->settings->max_time_s &&
	    session_now_ms(NULL) - s->started_ms >= s->settings->max_time_s * 1000)
		*ret_reason = POLICY_MAX_TIME;
	return *ret_reason ? DISPATCH_STOP : DISPATCH_GO_ON;
}

void session_detail(void *context, struct str text)
{
	struct session *s = context;

	if (s->settings->verbose)
		say(s, "", text);
}

void session_progress(void *context, size_t done, size_t total)
{
	struct session *s = context;

	if (s->settings->quiet || !s->context->err_is_tty ||
	    session_now_ms(NULL) - s->started_ms < PROGRESS_AFTER_MS)
		return;
	fprintf(s->context->err, "\r\033[K%zu of %zu histories, %lld diverged", done, total,
		(long long)s->count.verdicts[VERDICT_DIVERGED]);
	fflush(s->context->err);
	s->shows_progress = true;
}

bool session_knows(const struct session *s, const struct ledger_entry *entry)
{
	if (s->baseline && baseline_takes(entry) &&
	    (s->settings->update_baseline || baseline_knows(s->baseline, entry)))
		return true;
	return entry->old && entry->old->kind == VERDICT_DIVERGED &&
	       entry->verdict->kind == VERDICT_DIVERGED;
}

bool session_verdict(void *context, const struct ledger_entry *entry, struct err *err)
{
	struct session *s = context;
	struct ledger_entry known = *entry;

	if (s->old)
		known.old = compared_find(s->old, entry);
	known.known = session_knows(s, &known);
	policy_add(&s->policy, &s->count, &known);
	return ledger_add(s->ledger, &known, err);
}

