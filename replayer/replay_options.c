/* SPDX-License-Identifier: MIT */
/* replay_options.c: `hindcast replay` as its user sees it: options, help, what may be. */
#include "replayer/replay_options.h"

#include "formats/base/arena.h"
#include "replayer/cmd_report_out.h"
#include "replayer/commands.h"
#include "replayer/judge/compare.h"
#include "replayer/remote/sdks.h"
#include "replayer/replay_listen.h"
#include "replayer/report/report.h"

#define ROW(name, letter, kind, value, member, help) \
	{name, letter, kind, value, offsetof(struct replay_options, member), help}

#define HEADING(text) {text, 0, OPT_HEADING, NULL, 0, NULL}

static const struct opt REPLAY_OPTS[] = {
	HEADING("the worker"),
	ROW("worker", 'w', OPT_LIST, "CMD", workers,
	    "The command that starts the worker, as you start it in production; the shell runs "
	    "it with TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and TEMPORAL_TASK_QUEUE set. "
	    "{address}, {namespace} and {queue} in it are replaced. Given more than once, each "
	    "history goes to the worker that polls its task queue; one that takes its queue "
	    "from the environment is told which: -w 'TEMPORAL_TASK_QUEUE=red ./worker'."),
	ROW("env", 'e', OPT_LIST, "NAME=VALUE", env,
	    "Sets a variable for the worker; {address}, {namespace} and {queue} are replaced in "
	    "it too. May be given more than once."),
	ROW("namespace", 'n', OPT_STRING, "NAME", name_space,
	    "What TEMPORAL_NAMESPACE is set to (default: default). Go workers in "
	    "ReplayNamespace are checked in fewer tasks."),
	ROW("task-queue", 'q', OPT_STRING, "NAME", queue,
	    "What TEMPORAL_TASK_QUEUE is set to (default: the queue most histories name)."),
	ROW("sdk", 0, OPT_STRING, "NAME", sdk,
	    "Takes the worker for one of this SDK, for workers built on it that call "
	    "themselves something else."),
	ROW("jobs", 'j', OPT_INT, "N", jobs,
	    "Starts each worker N times and shares the histories out (default: 1)."),
	ROW("compare", 0, OPT_FLAG, NULL, compare,
	    "With two --worker, an old and a new one: replays all histories against the old one, "
	    "then against the new one, and says what only one of them diverges on. What both "
	    "diverge on does not fail the run."),
	ROW("map-queue", 0, OPT_LIST, "FROM=TO", map_queue,
	    "Histories of task queue FROM go to the worker that polls TO. May be given more "
	    "than once."),
	ROW("worker-memory", 0, OPT_SIZE, "SIZE", worker_memory,
	    "What the processes of one worker may hold in memory together, as 800M or 2G; one "
	    "that takes more is ended (default: no limit)."),
	ROW("isolate", 0, OPT_FLAG, NULL, isolate,
	    "Runs the worker in a network of its own that holds nothing but hindcast; where "
	    "that cannot be set up, no worker starts."),
	HEADING("a worker that was started elsewhere"),
	ROW("listen", 0, OPT_STRING, "HOST:PORT", listen,
	    "Waits for a worker that was started elsewhere, instead of --worker or beside it."),
	ROW("tls", 0, OPT_STRING, "auto|CERT,KEY", tls,
	    "With --listen: serves TLS, with a certificate and key in PEM files, or with one "
	    "made for this run."),
	ROW("api-key-file", 0, OPT_STRING, "FILE", api_key_file,
	    "With --listen: only workers that send the key in FILE are served."),
	ROW("insecure", 0, OPT_FLAG, NULL, insecure,
	    "With --listen: allows an address beyond loopback without TLS and a key."),
	HEADING("which histories"),
	ROW("workflow-id", 0, OPT_STRING, "ID", workflow_id,
	    "The workflow id of histories that do not say theirs (default: from the file's "
	    "name, WORKFLOWID.json or WORKFLOWID__RUNID.json)."),
	ROW("where", 0, OPT_STRING, "QUERY", where,
	    "Only histories that fit, as \"type = Order and events < 500 and age < 7d\" "
	    "(docs/query.md); the others get no verdict. What can't be read is invalid "
	    "nevertheless."),
	ROW("sample", 0, OPT_INT, "N", sample,
	    "Only N of the histories, or of those that fit --where: the same ones for the same "
	    "--seed."),
	ROW("seed", 0, OPT_STRING, "TEXT", seed, "What --sample chooses by (default: empty)."),
	ROW("dry-run", 0, OPT_FLAG, NULL, dry_run,
	    "Says which history would go to which task queue and recipe, and starts nothing."),
	HEADING("how they are replayed"),
	ROW("timeout", 't', OPT_INT, "SECONDS", timeout_s,
	    "How long the worker may take over one task of a history (default: 60)."),
	ROW("ready-timeout", 0, OPT_INT, "SECONDS", ready_s,
	    "How long the worker may take to its first poll, and (at most 30) on top of "
	    "--timeout over its first task (default: 60)."),
	ROW("max-time", 0, OPT_INT, "SECONDS", max_time_s,
	    "Ends the run after that time; what was not judged by then is skipped (max-time), "
	    "and the exit code is 3."),
	ROW("port", 0, OPT_INT, "PORT", port,
	    "The loopback port to listen on; further workers get the ports after it (default: "
	    "free ones)."),
	ROW("page-bytes", 0, OPT_SIZE, "SIZE", page_bytes,
	    "Histories longer than this are served in pages (default: 64 MiB)."),
	ROW("tail", 0, OPT_FLAG, NULL, tail,
	    "Serves open histories to their end, to see their last, failing task fail again. "
	    "That part runs live: local activities and side effects do happen."),
	HEADING("what is looked at"),
	ROW("strict", 0, OPT_FLAG, NULL, strict,
	    "Compares what no SDK compares too: inputs, results, timeouts, timer durations, "
	    "retry policies, memo, search attributes."),
	ROW("strict-tasks", 0, OPT_INT, "N", strict_tasks,
	    "With --strict: at most N workflow tasks of a history (default: all)."),
	ROW("ignore", 0, OPT_LIST, "PATH", ignore,
	    "With --strict: does not compare this, as ScheduleActivityTask.heartbeatTimeout or "
	    "*.header. May be given more than once."),
	ROW("stacks", 0, OPT_STRING, "diverged|all|none", stacks,
	    "Where the code stood is asked before a divergence (the default), after every "
	    "workflow task, or never. All stacks are in the run file and the JSON report; the "
	    "other reports show where the code stood last."),
	ROW("query", 0, OPT_LIST, "NAME", queries,
	    "Asks this query of the workflow's own wherever a stack is asked. May be given "
	    "more than once."),
	ROW("confirm", 0, OPT_FLAG, NULL, confirm,
	    "Replays what diverged once more in a fresh worker; one that differs from itself "
	    "is called unstable."),
	ROW("payloads", 0, OPT_FLAG, NULL, payloads,
	    "Keeps payloads and the SDK's messages whole in the run file."),
	HEADING("what fails the run"),
	ROW("baseline", 0, OPT_STRING, "FILE", baseline,
	    "Divergences and failures that FILE lists do not fail the run; only new ones do, and "
	    "fixed ones are named (docs/baseline.md)."),
	ROW("update-baseline", 0, OPT_FLAG, NULL, update_baseline,
	    "Writes this run's divergences and failures into the --baseline FILE, and takes "
	    "those that are fixed out of it."),
	ROW("fail-on", 0, OPT_STRING, "VERDICT,...", fail_on,
	    "The verdicts, or kinds of divergence, that fail the run, as \"diverged,crashed\" "
	    "or \"marker,missing\"; \"none\" (default: all but passed and skipped)."),
	ROW("require", 0, OPT_INT, "N", require,
	    "Exit code 4 where fewer than N histories were judged: passed or diverged (default: "
	    "1)."),
	ROW("fail-fast", 0, OPT_FLAG, NULL, fail_fast,
	    "Ends the run at the first history that fails it; the rest is skipped "
	    "(fail-fast)."),
	HEADING("what is written"),
	ROW("run", 0, OPT_STRING, "FILE", run,
	    "Where the run file goes (default: " REPLAY_DEFAULT_RUN_FILE ")."),
	ROW("resume", 0, OPT_FLAG, NULL, resume,
	    "Goes on with a run file that was cut short: what has a verdict there keeps it."),
	ROW("report", 'r', OPT_LIST, "KIND[:FILE]", reports,
	    REPORT_HELP "Where none goes to standard output, the text report does."),
	ROW("quiet", 0, OPT_FLAG, NULL, quiet, "No progress and no notes on standard error."),
	ROW("verbose", 'v', OPT_FLAG, NULL, verbose,
	    "Says which recipe each history is replayed by, and which calls of the worker "
	    "are not implemented."),
};

static bool bad_range(struct err *err, const char *name, long long value, long long most)
{
	if (value >= 0 && value <= most)
		return false;
	err_set(err, ERR_USAGE,
		"--%s %lld: a number from 1 to %lld is expected (0: the default)", name, value,
		most);
	return true;
}

static bool ranges(const struct replay_options *o, struct err *err)
{
	return !bad_range(err, "timeout", o->timeout_s, 86400) &&
	       !bad_range(err, "ready-timeout", o->ready_s, 86400) &&
	       !bad_range(err, "max-time", o->max_time_s, 604800) &&
	       !bad_range(err, "jobs", o->jobs, 256) &&
	       !bad_range(err, "sample", o->sample, 100000000) &&
	       !bad_range(err, "require", o->require, 100000000) &&
	       !bad_range(err, "strict-tasks", o->strict_tasks, 1000000) &&
	       !bad_range(err, "port", o->port, 65535) &&
	       !bad_range(err, "page-bytes", o->page_bytes, 120LL * 1024 * 1024);
}

/* What without another option would silently do nothing. */
static bool partners(const struct replay_options *o, struct err *err)
{
	bool worker = o->workers.items.n > 0;
	const struct {
		const char *name;
		bool given;
		const char *needs;
		bool has;
	} rows[] = {
		{"update-baseline", o->update_baseline, "--baseline FILE", o->baseline.n > 0},
		{"seed", o->seed.p != NULL, "--sample N", o->sample > 0},
		{"strict-tasks", o->strict_tasks != 0, "--strict", o->strict},
		{"ignore", o->ignore.items.n > 0, "--strict", o->strict},
		{"query", o->queries.items.n > 0, "--stacks diverged or all",
		 !str_is(o->stacks, "none")},
		{"env", o->env.items.n > 0, "--worker 'CMD'", worker},
		{"jobs", o->jobs > 1, "--worker 'CMD'", worker},
		{"port", o->port != 0, "--worker 'CMD'", worker},
		{"worker-memory", o->worker_memory != 0, "--worker 'CMD'", worker},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].given && !rows[i].has)
			return err_set(err, ERR_USAGE, "--%s needs %s", rows[i].name,
				       rows[i].needs);
	return true;
}

/* Beyond the last port libgrpc begins at the first again. */
static bool ports_left(const struct replay_options *o, struct err *err)
{
	long long jobs = o->jobs ? o->jobs : 1;
	long long last = o->port + jobs * (long long)o->workers.items.n - 1;

	if (!o->port || last <= 65535)
		return true;
	return err_set(err, ERR_USAGE, "--port %lld: each worker process gets a port of its own, and "
				       "there is none beyond 65535", o->port);
}

/* FROM=TO, and each FROM once. */
static bool good_mapping(const struct opt_list *list, size_t index, struct err *err)
{
	struct str to = list->items.at[index], from = str_split(&to, '=');

	if (!from.n || !to.n)
		return err_set(err, ERR_USAGE, "--map-queue %.*s: FROM=TO is expected",
			       STR_ARG(list->items.at[index]));
	for (size_t i = 0; i < index; i++) {
		struct str rest = list->items.at[i];

		if (str_eq(str_split(&rest, '='), from))
			return err_set(err, ERR_USAGE,
				       "--map-queue %.*s: task queue %.*s is mapped twice",
				       STR_ARG(list->items.at[index]), STR_ARG(from));
	}
	return true;
}

bool replay_options_check(const struct replay_options *o, size_t n_operands, struct err *err)
{
	struct arena a;
	bool fine = true;

	if (!o->workers.items.n && !o->listen.n)
		return err_set(err, ERR_USAGE,
			       "replay needs a worker: --worker 'CMD', or --listen HOST:PORT (see "
			       "hindcast replay --help)");
	if (!n_operands)
		return err_set(err, ERR_USAGE, "replay needs a history: a file, a folder, a glob or -");
	if (o->compare && (o->workers.items.n != 2 || o->listen.n))
		return err_set(err, ERR_USAGE, "--compare needs two --worker, the old one and then "
					       "the new one; there %s %zu%s",
			       o->workers.items.n == 1 ? "is" : "are", o->workers.items.n,
			       o->listen.n ? ", and --listen" : "");
	if (!partners(o, err) || !replay_listen_check(o, err))
		return false;
	arena_init(&a);
	if (o->sdk.n && !sdk_find(o->sdk))
		fine = err_set(err, ERR_USAGE, "--sdk %.*s: known are %.*s", STR_ARG(o->sdk),
			       STR_ARG(sdk_labels(&a)));
	for (size_t i = 0; fine && i < o->env.items.n; i++)
		if (str_find(o->env.items.at[i], STR("=")) <= 0)
			fine = err_set(err, ERR_USAGE, "--env %.*s: NAME=VALUE is expected",
				       STR_ARG(o->env.items.at[i]));
	for (size_t i = 0; fine && i < o->map_queue.items.n; i++)
		fine = good_mapping(&o->map_queue, i, err);
	for (size_t i = 0; fine && i < o->ignore.items.n; i++)
		fine = compare_rule_check(o->ignore.items.at[i], err);
	arena_done(&a);
	fine = fine && reports_check(&o->reports, err);
	if (fine && o->stacks.n && !str_is(o->stacks, "diverged") && !str_is(o->stacks, "all") &&
	    !str_is(o->stacks, "none"))
		fine = err_set(err, ERR_USAGE, "--stacks %.*s: diverged, all or none is expected",
			       STR_ARG(o->stacks));
	return fine && ranges(o, err) && ports_left(o, err);
}

static void settings_done(void *settings)
{
	struct replay_options *o = settings;
	struct opt_list *lists[] = {&o->workers, &o->env,     &o->map_queue,
				    &o->ignore,  &o->queries, &o->reports};

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		opt_list_done(lists[i]);
}

const struct command COMMAND_REPLAY = {
	.name = "replay",
	.usage = "--worker CMD [OPTION]... HISTORY...",
	.summary = "replay histories against a worker and say where its code diverges",
	.details =
		"Starts the worker, unmodified, with the address of a frontend that hindcast "
		"opens on loopback, serves it each HISTORY as workflow tasks, and judges what it "
		"answers. No activity, local activity or side effect runs.\n\n"
		"HISTORY is a file, a folder (with all below it), a glob, or - for standard "
		"input. Every history gets exactly one verdict in the run file: passed, "
		"diverged, failed, unregistered, timed-out, crashed, invalid or skipped.\n\n"
		"TEMPORAL_API_KEY, TEMPORAL_TLS*, TEMPORAL_PROFILE and TEMPORAL_CONFIG_FILE are "
		"not passed on to the worker, and one that connects elsewhere instead of "
		"polling is stopped.",
	.examples =
		"hindcast replay --worker 'python worker.py' histories/\n"
		"    every history in a folder against a Python worker\n"
		"hindcast replay -w ./worker -r junit:replay.xml -r text histories/*.json\n"
		"    with a JUnit report beside the text\n"
		"hindcast replay -w ./worker --where 'type = Order and age < 30d' --sample 500 .\n"
		"    500 of last month's orders, the same ones each time\n"
		"hindcast replay -w 'java -jar app.jar --target={address}' order-17.json\n"
		"    a worker that takes its address as an argument\n",
	.opts = REPLAY_OPTS,
	.n_opts = sizeof(REPLAY_OPTS) / sizeof(*REPLAY_OPTS),
	.settings_size = sizeof(struct replay_options),
	.run = replay_run,
	.settings_done = settings_done,
};
