/* SPDX-License-Identifier: MIT */
/* cmd_replay.c: hindcast replay: histories against a worker, verdicts out. */
#include "formats/base/context.h"
#include "formats/base/visible.h"
#include "replayer/baseline.h"
#include "replayer/cmd_replay_dry.h"
#include "replayer/cmd_report_out.h"
#include "replayer/commands.h"
#include "replayer/dispatch.h"
#include "replayer/policy.h"
#include "replayer/replay_inputs.h"
#include "replayer/replay_listen.h"
#include "replayer/replay_options.h"
#include "replayer/replay_settings.h"
#include "replayer/resume.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

/* Work shorter than this needs no progress line. */
#define PROGRESS_AFTER_MS 1000

/* ---- the outside world ---- */

struct session {
	const struct command_context *context;
	const struct replay_options *settings;
	struct ledger *ledger;
	int signals; /* signalfd of SIGINT and SIGTERM */
	int interrupted; /* 0: no; 1: nothing new goes out; more: stops at once */
	int64_t started_ms;
	bool shows_progress;
	struct policy policy;
	struct policy_count count;
	struct baseline *baseline; /* NULL: none */
	struct listen listen;	   /* of --listen */
};

static int64_t now_ms(void *context)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct str timestamp(char *room, size_t n)
{
	time_t seconds = time(NULL);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	return str_slice(room, strftime(room, n, "%Y-%m-%dT%H:%M:%SZ", &tm));
}

static int watch_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static void clear_progress(struct session *s)
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
	clear_progress(s);
	fprintf(s->context->err, "hindcast: %s%.*s\n", kind, STR_ARG(buf_str(&line)));
	buf_done(&line);
}

static void on_note(void *context, struct str text)
{
	struct session *s = context;

	if (!s->settings->quiet)
		say(s, "note: ", text);
}

/*
 * Ctrl-C once finishes what is out; again, it stops. SIGTERM stops: who sends that gives no
 * more than some seconds before SIGKILL.
 */
static enum dispatch_stop stops(void *context, const char **ret_reason)
{
	struct session *s = context;
	struct signalfd_siginfo info;

	*ret_reason = NULL;
	while (s->signals >= 0 && read(s->signals, &info, sizeof(info)) == sizeof(info)) {
		s->interrupted += info.ssi_signo == SIGTERM ? 2 : 1;
		if (s->interrupted == 1)
			on_note(s, STR("interrupted: what is out is finished first; once more "
				       "stops at once"));
	}
	if (s->interrupted)
		return s->interrupted > 1 ? DISPATCH_STOP : DISPATCH_FINISH;
	*ret_reason = policy_stops(&s->policy, &s->count);
	if (!*ret_reason && s->settings->max_time_s &&
	    now_ms(NULL) - s->started_ms >= s->settings->max_time_s * 1000)
		*ret_reason = POLICY_MAX_TIME;
	return *ret_reason ? DISPATCH_STOP : DISPATCH_GO_ON;
}

static void on_detail(void *context, struct str text)
{
	struct session *s = context;

	if (s->settings->verbose)
		say(s, "", text);
}

static void on_progress(void *context, size_t done, size_t total)
{
	struct session *s = context;

	if (s->settings->quiet || !s->context->err_is_tty ||
	    now_ms(NULL) - s->started_ms < PROGRESS_AFTER_MS)
		return;
	fprintf(s->context->err, "\r\033[K%zu of %zu histories, %lld diverged", done, total,
		(long long)s->count.verdicts[VERDICT_DIVERGED]);
	fflush(s->context->err);
	s->shows_progress = true;
}

static bool on_verdict(void *context, const struct ledger_entry *entry, struct err *err)
{
	struct session *s = context;
	struct ledger_entry known = *entry;

	if (s->baseline && baseline_takes(entry))
		known.known = s->settings->update_baseline || baseline_knows(s->baseline, entry);
	policy_add(&s->policy, &s->count, &known);
	return ledger_add(s->ledger, &known, err);
}

/* ---- the parts of a run ---- */

static int fail(const struct command_context *context, int code, const struct err *err)
{
	fprintf(context->err, "hindcast: %s\n", err->message);
	return code;
}

/* What is asked of the settings before anything is read or started; its strings are A's. */
static bool prepare(struct session *s, struct corpus_settings *ret_corpus, struct arena *a,
		    struct err *err)
{
	const struct replay_options *o = s->settings;
	struct err missing = ERR_INIT;

	*ret_corpus = (struct corpus_settings){
		.schema = s->context->schema,
		.workflow_id = o->workflow_id,
		.now = (int64_t)time(NULL) * 1000000000,
		.sample = (size_t)o->sample,
		.seed = o->seed,
	};
	if (o->where.p && !query_parse(&ret_corpus->where, o->where, QUERY_HISTORY,
				       s->context->schema, a, err))
		return err_wrap(err, "--where");
	if (!policy_read(&s->policy, o->fail_on, err) ||
	    (o->listen.p && !replay_listen_read(&s->listen, o, a, err)))
		return false;
	s->policy.require = o->require;
	s->policy.fail_fast = o->fail_fast;
	if (!o->baseline.n || baseline_read(&s->baseline, o->baseline, &missing))
		return true;
	if (missing.code == ERR_MISSING && o->update_baseline)
		return baseline_parse(&s->baseline, STR_NONE, err);
	return err_set(err, ERR_USAGE, "%s%s", missing.message,
		       missing.code == ERR_MISSING ? "; --update-baseline makes it" : "");
}

static uint64_t fresh_seed(void)
{
	uint64_t seed = 0;

	/* Only uniqueness over runs on one machine hangs on it. */
	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		seed = (uint64_t)getpid() << 32 ^ (uint64_t)now_ms(NULL);
	return seed;
}

/* What hindcast itself took, without the worker. */
static void tell_cost(struct session *s, size_t tasks)
{
	struct rusage use;
	char text[80];
	double ms;
	int n;

	getrusage(RUSAGE_SELF, &use);
	ms = (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1e3 +
	     (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e3;
	n = snprintf(text, sizeof(text), "own CPU %.1f ms, %zu tasks", ms, tasks);
	on_detail(s, str_slice(text, (size_t)n));
}

static struct dispatch_settings settings_of(const struct session *s,
					    const struct corpus *corpus, struct str run_file,
					    struct arena *a)
{
	struct replay_world world = {
		.schema = s->context->schema,
		.environ = environ,
		.common_queue = corpus_common_queue(corpus),
		.run_file = run_file,
		.listen = s->settings->listen.p ? &s->listen : NULL,
		.user = geteuid(),
		.seed = fresh_seed(),
	};
	char room[PATH_MAX];

	if (getcwd(room, sizeof(room)))
		world.root = arena_str(a, str_of(room));
	return replay_settings(s->settings, &world);
}

static enum dispatch_end dispatch(struct session *s, struct corpus *corpus,
				  struct str run_file, struct err *err)
{
	struct dispatch_host host = {s, now_ms, stops, on_verdict,
				     on_note, on_detail, on_progress};
	enum dispatch_end end = DISPATCH_FAILED;
	struct dispatch_settings d;
	struct arena a;
	size_t tasks = 0;

	arena_init(&a);
	d = settings_of(s, corpus, run_file, &a);
	if (replay_listen_certify(&s->listen, s->settings, d.log_prefix, time(NULL), &a, err))
		end = dispatch_run(corpus, &d, &host, &tasks, err);
	arena_done(&a);
	tell_cost(s, tasks);
	return end;
}

/* What needs no worker is said at once, and once for the people who guess ids. */
static bool tell_decided(struct session *s, const struct corpus *corpus, struct err *err)
{
	size_t guessed = 0;

	for (size_t i = 0; i < corpus->items.n; i++) {
		const struct corpus_item *item = &corpus->items.at[i];
		struct ledger_entry entry;

		guessed += !item->decided && item->workflow_id_guessed;
		if (!item->decided || item->resumed)
			continue;
		entry = corpus_entry(item, &item->decision->verdict);
		if (!on_verdict(s, &entry, err))
			return false;
	}
	if (guessed) {
		char text[200];
		int n = snprintf(text, sizeof(text),
				 "%zu histories do not say their workflow id; it was taken from "
				 "the file's name, and ids derived from it may differ "
				 "(--workflow-id)", guessed);

		on_note(s, str_slice(text, (size_t)n));
	}
	return true;
}

/* Where the run is over before a worker starts, the rest has its verdict too. */
static bool skip_rest(struct session *s, struct corpus *corpus, struct err *err)
{
	const char *reason = NULL;

	if (stops(s, &reason) == DISPATCH_GO_ON || !reason)
		return true;
	for (size_t i = 0; i < corpus->items.n; i++) {
		const struct corpus_item *item = &corpus->items.at[i];
		struct ledger_entry entry;

		if (item->decided)
			continue;
		corpus_skip(corpus, i, reason, STR("the run ended before its turn came"));
		entry = corpus_entry(item, &item->decision->verdict);
		if (!on_verdict(s, &entry, err))
			return false;
	}
	return true;
}

/* Fixed lines are named; with --update-baseline the file says what this run says. */
static bool follow_up(struct session *s, const struct run_file *run, struct err *err)
{
	struct buf text;
	struct str rest;
	bool fine = true;

	buf_init(&text, 0);
	baseline_fixed(s->baseline, run, &text);
	for (rest = buf_str(&text); rest.n;) {
		struct str line = str_split(&rest, '\n');
		struct buf note;

		buf_init(&note, 0);
		buf_printf(&note, "fixed: %.*s%s", STR_ARG(line),
			   s->settings->update_baseline
				   ? ""
				   : "; --update-baseline takes it off the list");
		on_note(s, buf_str(&note));
		buf_done(&note);
	}
	if (s->settings->update_baseline) {
		buf_clear(&text);
		baseline_update(s->baseline, run, &text);
		fine = buf_ok(&text, err) &&
		       baseline_write(s->settings->baseline, buf_str(&text), err);
	}
	buf_done(&text);
	return fine;
}

static bool report(struct session *s, struct str run_path, struct err *err)
{
	struct run_file *run;
	bool fine;

	if (!run_file_read(&run, run_path, err))
		return false;
	fine = reports_write(s->context, run, &s->settings->reports, true, err);
	/* Half a run says nothing of what is fixed, and must not change what is known. */
	if (fine && s->baseline && !s->interrupted)
		fine = follow_up(s, run, err);
	run_file_free(run);
	return fine;
}

static int exit_code(const struct session *s, enum dispatch_end end)
{
	static const enum policy_end ENDS[] = {
		[DISPATCH_DONE] = POLICY_END_DONE,
		[DISPATCH_INTERRUPTED] = POLICY_END_INTERRUPTED,
		[DISPATCH_NO_WORKER] = POLICY_END_NO_WORKER,
		[DISPATCH_FAILED] = POLICY_END_DONE,
	};
	long long judged = policy_judged(&s->count), require = s->policy.require;

	if (require > judged && end == DISPATCH_DONE)
		fprintf(s->context->err,
			"hindcast: %lld %s judged, and --require wants %lld\n", judged,
			judged == 1 ? "history was" : "histories were", require);
	return (int)policy_exit_code(&s->policy, &s->count, ENDS[end]);
}

/* What an earlier part of the run has judged counts as in one run. */
static void count_kept(struct session *s, const struct run_file *old, const bool *keep)
{
	for (size_t i = 0; i < old->n_rows; i++)
		if (keep[i])
			policy_add(&s->policy, &s->count, &old->rows[i].entry);
}

/* Goes on with the run file that is there. */
static bool open_again(struct session *s, struct corpus *corpus, struct str run_path,
		       struct ledger_header *header, struct err *err)
{
	struct run_file *old;
	size_t kept, changed;
	struct arena a;
	bool *keep, fine;

	if (!run_file_read(&old, run_path, err))
		return err_wrap(err, "--resume");
	arena_init(&a);
	keep = arena_array(&a, bool, old->n_rows);
	kept = resume_match(corpus, old, keep, &changed);
	header->resumed = (int64_t)kept;
	on_note(s, arena_printf(&a, "resumed: %zu of %zu histories have a verdict", kept,
				corpus->items.n));
	if (changed)
		on_note(s, arena_printf(&a, "%zu histories have changed since, and are replayed "
					    "again", changed));
	fine = ledger_resume(&s->ledger, run_path, header, old, keep, err);
	count_kept(s, old, keep);
	arena_done(&a);
	run_file_free(old);
	return fine;
}

static bool open_ledger(struct session *s, struct corpus *corpus, struct str run_path,
			struct err *err)
{
	char started[32];
	struct ledger_header header = {.tool = str_of(s->context->version),
				       .started = timestamp(started, sizeof(started)),
				       .histories = (int64_t)corpus->items.n,
				       .left_out = (int64_t)corpus->n_left_out};

	if (s->settings->resume && access(run_path.p, F_OK) == 0)
		return open_again(s, corpus, run_path, &header, err);
	return ledger_open(&s->ledger, run_path, &header, err);
}

static int dry_run(const struct session *s, const struct corpus *corpus, struct str run_path)
{
	struct dispatch_settings d;
	struct arena a;

	arena_init(&a);
	d = settings_of(s, corpus, run_path, &a);
	replay_dry_run(corpus, &d, s->context->out);
	arena_done(&a);
	return corpus->n_undecided ? POLICY_PASSED : POLICY_NOTHING;
}

static int replay(struct session *s, struct corpus *corpus, struct str run_path)
{
	char ended[32];
	enum dispatch_end end = DISPATCH_DONE;
	struct err err = ERR_INIT, late = ERR_INIT;
	bool fine;

	if (!open_ledger(s, corpus, run_path, &err))
		return fail(s->context, POLICY_UNJUDGED, &err);
	fine = tell_decided(s, corpus, &err) && skip_rest(s, corpus, &err);
	if (fine && corpus->n_undecided)
		end = dispatch(s, corpus, run_path, &err);
	clear_progress(s);
	if (!fine || end == DISPATCH_FAILED || end == DISPATCH_NO_WORKER)
		fail(s->context, 0, &err);
	/* Reports are made from the run file alone, and need the room. */
	corpus_done(corpus);
	/* There is nothing to report of a run that our own failure cut short. */
	fine &= end != DISPATCH_FAILED;
	if (!ledger_close(s->ledger, timestamp(ended, sizeof(ended)), &late) ||
	    (fine && !report(s, run_path, &late))) {
		if (fine)
			fail(s->context, 0, &late);
		fine = false;
	}
	if (!s->settings->quiet)
		fprintf(s->context->err, "hindcast: run file: %.*s\n", STR_ARG(run_path));
	return fine ? exit_code(s, end) : POLICY_UNJUDGED;
}

int replay_run(const struct command_context *context, void *settings,
	       const struct str *operands, size_t n_operands)
{
	const struct replay_options *o = settings;
	struct session s = {.context = context, .settings = o, .started_ms = now_ms(NULL)};
	struct err err = ERR_INIT;
	struct str run_path = o->run.n ? o->run : STR(REPLAY_DEFAULT_RUN_FILE);
	struct corpus_settings corpus_settings;
	struct corpus corpus;
	int code;

	if (!replay_options_check(o, n_operands, &err))
		return fail(context, POLICY_USAGE, &err);
	corpus_init(&corpus);
	if (!prepare(&s, &corpus_settings, &corpus.arena, &err)) {
		corpus_done(&corpus);
		return fail(context, POLICY_USAGE, &err);
	}
	s.signals = watch_signals();
	if (!replay_inputs(&corpus, &corpus_settings, operands, n_operands, o->baseline, &err))
		code = fail(context, POLICY_NOTHING, &err);
	else if (o->dry_run)
		code = dry_run(&s, &corpus, run_path);
	else
		code = replay(&s, &corpus, run_path);
	corpus_done(&corpus);
	baseline_free(s.baseline);
	if (s.signals >= 0)
		close(s.signals);
	return code;
}
