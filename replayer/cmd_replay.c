/* SPDX-License-Identifier: MIT */
/* cmd_replay.c: hindcast replay: histories against a worker, verdicts out. */
#include "formats/base/context.h"
#include "replayer/cmd_replay_dry.h"
#include "replayer/cmd_replay_session.h"
#include "replayer/cmd_report_out.h"
#include "replayer/commands.h"
#include "replayer/dispatch/dispatch.h"
#include "replayer/replay_inputs.h"
#include "replayer/replay_listen.h"
#include "replayer/replay_options.h"
#include "replayer/replay_settings.h"
#include "replayer/report/report_open.h"
#include "replayer/run/baseline.h"
#include "replayer/run/compared.h"
#include "replayer/run/policy.h"
#include "replayer/run/resume.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

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
		seed = (uint64_t)getpid() << 32 ^ (uint64_t)session_now_ms(NULL);
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
	session_detail(s, str_slice(text, (size_t)n));
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
	struct dispatch_host host = {s, session_now_ms, session_stops,
				     session_verdict, session_note, session_detail,
				     session_progress};
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

/* "WHAT is guessed in 3 of 10 histories, WHY", once for all of them. */
static void tell_guessed(struct session *s, size_t n, size_t of, const char *what,
			 const char *why)
{
	char text[300];
	int length;

	if (!n)
		return;
	length = snprintf(text, sizeof(text), "%s guessed in %zu of %zu %s%s", what, n, of,
			  of == 1 ? "history" : "histories", why);
	session_note(s, str_slice(text, (size_t)length));
}

/* What needs no worker is said at once, and what is guessed. */
static bool tell_decided(struct session *s, const struct corpus *corpus, struct err *err)
{
	size_t ids = 0, payloads = 0;

	for (size_t i = 0; i < corpus->items.n; i++) {
		const struct corpus_item *item = &corpus->items.at[i];
		struct ledger_entry entry;

		ids += !item->decided && item->workflow_id_guessed;
		payloads += !item->decided && item->payloads_guessed;
		if (!item->decided || item->resumed)
			continue;
		entry = corpus_entry(item, &item->decision->verdict);
		if (!session_verdict(s, &entry, err))
			return false;
	}
	tell_guessed(s, ids, corpus->items.n, "the workflow id is",
		     ", from the file's name: ids derived from it may differ (--workflow-id)");
	tell_guessed(s, payloads, corpus->items.n, "payloads are",
		     ", exported decoded or as values: what depends on their bytes may differ "
		     "(hindcast check)");
	return true;
}

/* Where the run is over before a worker starts, the rest has its verdict too. */
static bool skip_rest(struct session *s, struct corpus *corpus, struct err *err)
{
	const char *reason = NULL;

	if (session_stops(s, &reason) == DISPATCH_GO_ON || !reason)
		return true;
	for (size_t i = 0; i < corpus->items.n; i++) {
		const struct corpus_item *item = &corpus->items.at[i];
		struct ledger_entry entry;

		if (item->decided)
			continue;
		corpus_skip(corpus, i, reason, STR("the run ended before its turn came"));
		entry = corpus_entry(item, &item->decision->verdict);
		if (!session_verdict(s, &entry, err))
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
		session_note(s, buf_str(&note));
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
	s->open = report_open(run, run_path, &s->arena);
	/* Half a run says nothing of what is fixed, and must not change what is known. */
	if (fine && s->baseline && !s->interrupted)
		fine = follow_up(s, run, err);
	run_file_free(run);
	return fine;
}

/* On standard error: a report is the same wherever its run file lies. */
static void say_what_next(const struct session *s, struct str run_path)
{
	fprintf(s->context->err, "hindcast: run file: %.*s\n", STR_ARG(run_path));
	if (s->open.n)
		fprintf(s->context->err, "hindcast: open: %.*s\n", STR_ARG(s->open));
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

/*
 * A row holds what baseline and old worker said of it then; where they would say something
 * else now, or were not asked, it is replayed again. Returns how many are left out so.
 */
static size_t may_be_kept(const struct session *s, const struct run_file *old, bool *keep)
{
	size_t n = 0;

	for (size_t i = 0; i < old->n_rows; i++) {
		const struct ledger_entry *entry = &old->rows[i].entry;

		keep[i] = (entry->old != NULL) == (s->old_settings != NULL) &&
			  entry->known == session_knows(s, entry);
		n += !keep[i];
	}
	return n;
}

/* Goes on with the run file that is there. */
static bool open_again(struct session *s, struct corpus *corpus, struct str run_path,
		       struct ledger_header *header, struct err *err)
{
	struct run_file *old;
	size_t kept, changed, other;
	struct arena a;
	bool *keep, fine;

	if (!run_file_read(&old, run_path, err))
		return err_wrap(err, "--resume");
	arena_init(&a);
	keep = arena_array(&a, bool, old->n_rows);
	other = may_be_kept(s, old, keep);
	kept = resume_match(corpus, old, keep, &changed);
	header->resumed = (int64_t)kept;
	session_note(s, arena_printf(&a, "resumed: %zu of %zu histories have a verdict", kept,
				corpus->items.n));
	if (other)
		session_note(s, arena_printf(&a, "%zu verdicts are of another baseline or comparison, "
					    "and not kept", other));
	if (old->header.asked.n && !str_eq(old->header.asked, header->asked))
		session_note(s, STR("the worker's command or what is asked of it is not what it was: the "
				    "verdicts that are there are kept all the same"));
	if (changed)
		session_note(s, arena_printf(&a, "%zu histories have changed since, and are replayed "
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
	char started[32], asked[17];
	int n = snprintf(asked, sizeof(asked), "%016" PRIx64, replay_asked(s->settings));
	struct ledger_header header = {.tool = str_of(s->context->version),
				       .started = session_timestamp(started, sizeof(started)),
				       .histories = (int64_t)corpus->items.n,
				       .left_out = (int64_t)corpus->n_left_out,
				       .asked = str_slice(asked, (size_t)n),
				       .old_run = s->old_path};

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

/* From the open ledger to the last verdict. */
static bool judge(struct session *s, struct corpus *corpus, struct str run_path,
		  enum dispatch_end *ret)
{
	struct err err = ERR_INIT;
	bool fine = tell_decided(s, corpus, &err) && skip_rest(s, corpus, &err);

	*ret = DISPATCH_DONE;
	if (fine && corpus->n_undecided)
		*ret = dispatch(s, corpus, run_path, &err);
	session_clear_progress(s);
	if (!fine || *ret == DISPATCH_FAILED || *ret == DISPATCH_NO_WORKER) {
		if (s->is_old)
			err_wrap(&err, "the old worker");
		fail(s->context, 0, &err);
	}
	/* Reports are made from the run file alone, and need the room. */
	corpus_done(corpus);
	/* There is nothing to report of a run that our own failure cut short. */
	return fine && *ret != DISPATCH_FAILED;
}

/* --compare: the old worker's verdicts, in a run file of their own, whole or resumed. */
static bool replay_old(struct session *s, enum dispatch_end *ret)
{
	struct session old = *s;
	struct str path = s->old_path;
	struct err err = ERR_INIT;
	char ended[32];
	bool fine;

	old.settings = s->old_settings;
	old.old_settings = NULL;
	old.old_path = STR_NONE;
	old.count = (struct policy_count){0};
	old.baseline = NULL;
	old.policy.fail_fast = false;
	old.is_old = true;
	if (!open_ledger(&old, s->old_corpus, path, &err)) {
		fail(s->context, 0, &err);
		return false;
	}
	fine = judge(&old, s->old_corpus, path, ret);
	s->interrupted = old.interrupted;
	if (ledger_close(old.ledger, session_timestamp(ended, sizeof(ended)), &err) && fine &&
	    (*ret != DISPATCH_DONE || compared_read(&s->old, path, &err)))
		return true;
	/* Where it was not fine, that is said already. */
	if (fine)
		fail(s->context, 0, &err);
	return false;
}

static int replay(struct session *s, struct corpus *corpus, struct str run_path)
{
	char ended[32];
	enum dispatch_end end = DISPATCH_DONE;
	struct err err = ERR_INIT, late = ERR_INIT;
	bool fine, closed;

	if (s->old_settings)
		s->old_path = compared_path(run_path, &s->arena);
	/* First of all: nobody may take what an earlier run left for this one's. */
	if (!open_ledger(s, corpus, run_path, &err))
		return fail(s->context, POLICY_UNJUDGED, &err);
	session_hold_signals(s);
	fine = !s->old_settings || replay_old(s, &end);
	if (fine && end == DISPATCH_DONE)
		fine = judge(s, corpus, run_path, &end);
	closed = ledger_close(s->ledger, session_timestamp(ended, sizeof(ended)), &late);
	/* The run file is whole; nobody should have to wait for a report that hangs. */
	session_release_signals(s);
	if (!closed || (fine && !report(s, run_path, &late))) {
		if (fine)
			fail(s->context, 0, &late);
		fine = false;
	}
	if (!s->settings->quiet)
		say_what_next(s, run_path);
	return fine ? exit_code(s, end) : POLICY_UNJUDGED;
}

static struct str run_path_of(const struct replay_options *o)
{
	return o->run.n ? o->run : STR(REPLAY_DEFAULT_RUN_FILE);
}

/* What this run writes, or an earlier one wrote there, is no history of its own. */
static bool inputs(struct session *s, struct corpus *corpus,
		   const struct corpus_settings *settings, const struct str *operands,
		   size_t n_operands, struct err *err)
{
	struct str runs[] = {run_path_of(s->settings),
			     compared_path(run_path_of(s->settings), &corpus->arena)};
	struct str others[1 + sizeof(runs) / sizeof(*runs)] = {s->settings->baseline};
	size_t n = 1;

	/* Where it is a history, that is said when the run file is opened. */
	for (size_t i = 0; i < sizeof(runs) / sizeof(*runs); i++)
		if (ledger_is_run(runs[i]))
			others[n++] = runs[i];
	return replay_inputs(corpus, settings, operands, n_operands, others, n, err);
}

/* --compare: what the old worker is asked, and what the new one. */
struct sides_settings {
	struct replay_options old, new;
	struct corpus corpus; /* the old worker's; events are read twice */
};

static bool prepare_sides(struct session *s, struct sides_settings *sides,
			  const struct corpus_settings *settings, const struct str *operands,
			  size_t n_operands, struct err *err)
{
	sides->old = sides->new = *s->settings;
	sides->old.workers.items.n = sides->new.workers.items.n = 1;
	sides->new.workers.items.at++;
	s->old_settings = &sides->old;
	s->settings = &sides->new;
	s->old_corpus = &sides->corpus;
	for (size_t i = 0; i < n_operands; i++)
		if (str_is(operands[i], "-"))
			return err_set(err, ERR_USAGE, "--compare reads each history twice, and "
						       "standard input can be read once");
	return inputs(s, &sides->corpus, settings, operands, n_operands, err);
}

static int gather_and_replay(struct session *s, struct corpus *corpus, const struct str *operands,
			     size_t n_operands, struct str run_path)
{
	struct corpus_settings settings;
	struct sides_settings sides;
	struct err err = ERR_INIT;
	int code;

	corpus_init(&sides.corpus);
	if (!prepare(s, &settings, &corpus->arena, &err))
		code = fail(s->context, POLICY_USAGE, &err);
	else if (!inputs(s, corpus, &settings, operands, n_operands, &err))
		code = fail(s->context, POLICY_NOTHING, &err);
	else if (s->settings->dry_run)
		code = dry_run(s, corpus, run_path);
	else if (s->settings->compare &&
		 !prepare_sides(s, &sides, &settings, operands, n_operands, &err))
		code = fail(s->context, POLICY_USAGE, &err);
	else
		code = replay(s, corpus, run_path);
	corpus_done(&sides.corpus);
	return code;
}

int replay_run(const struct command_context *context, void *settings,
	       const struct str *operands, size_t n_operands)
{
	const struct replay_options *o = settings;
	struct session s = {.context = context, .settings = o, .signals = -1,
			    .started_ms = session_now_ms(NULL)};
	struct err err = ERR_INIT;
	struct corpus corpus;
	int code;

	if (!replay_options_check(o, n_operands, &err))
		return fail(context, POLICY_USAGE, &err);
	corpus_init(&corpus);
	arena_init(&s.arena);
	session_init_signals();
	code = gather_and_replay(&s, &corpus, operands, n_operands,
				 run_path_of(o));
	corpus_done(&corpus);
	baseline_free(s.baseline);
	compared_free(s.old);
	arena_done(&s.arena);
	return code;
}
