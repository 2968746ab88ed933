/* SPDX-License-Identifier: MIT */
/* report_sarif_rules.c: the table of rules; new ones go to its end. */
#include "replayer/report/report_sarif_rules.h"

#include "replayer/run/run_json.h"

static const struct {
	enum verdict_kind verdict;
	enum divergence_kind kind;
	const char *name;
	const char *is;   /* a sentence: what is wrong */
	const char *help; /* and what it means */
} RULES[] = {
	{VERDICT_DIVERGED, DIVERGENCE_MARKER, "MarkerDiverged",
	 "A patch, version, side effect or local activity marker does not fit.",
	 "The run recorded a marker that the code no longer makes, or the code makes one that "
	 "the run does not have. Keep what open runs recorded; put what is new behind a patch."},
	{VERDICT_DIVERGED, DIVERGENCE_UPDATE, "UpdateDiverged",
	 "The messages of an update differ.",
	 "The code accepts, rejects or completes an update other than the run did."},
	{VERDICT_DIVERGED, DIVERGENCE_EARLY_CLOSE, "EndsTooEarly",
	 "The code ends where history goes on.",
	 "Runs from before the change must go on to their old end: put the change behind a patch."},
	{VERDICT_DIVERGED, DIVERGENCE_LATE_CLOSE, "EndsTooLate",
	 "History ends where the code goes on.",
	 "Runs from before the change must end where they ended: put what is new behind a patch."},
	{VERDICT_DIVERGED, DIVERGENCE_WRONG_CLOSE, "EndsOtherwise",
	 "History and code both end, each in another way.",
	 "The run completed, failed, was cancelled or continued as new, and the code does another "
	 "of these."},
	{VERDICT_DIVERGED, DIVERGENCE_ATTRIBUTE, "AttributeDiverged",
	 "The same command, but something in it differs.",
	 "A type, an id or another compared attribute of the command is not what the run recorded."},
	{VERDICT_DIVERGED, DIVERGENCE_REORDERED, "Reordered",
	 "The code asks for the same things in another order.",
	 "The order of commands is part of what a run recorded: keep it for runs from before the "
	 "change."},
	{VERDICT_DIVERGED, DIVERGENCE_REPLACED, "Replaced",
	 "The code asks for something else in the place of what history has.",
	 "Runs from before the change must get what they got: put the new command behind a patch."},
	{VERDICT_DIVERGED, DIVERGENCE_MISSING, "Missing",
	 "The code does not ask for what history has.",
	 "Keep what was removed for runs from before the change: leave it out behind a patch only."},
	{VERDICT_DIVERGED, DIVERGENCE_EXTRA, "Extra",
	 "The code asks for something that history does not have.",
	 "Put what is new behind a patch, so that runs from before the change go without it."},
	{VERDICT_FAILED, 0, "ReplayFailed",
	 "The code raised an error of another kind while it was replayed.",
	 "An exception, a deadlock, or an SDK older than the history: nothing was compared."},
	{VERDICT_UNREGISTERED, 0, "TypeNotRegistered",
	 "The worker has no such workflow type.",
	 "Open runs of this type would wait for ever on this worker."},
	{VERDICT_TIMED_OUT, 0, "ReplayTimedOut",
	 "The worker gave no answer in time.",
	 "It hangs on this history, or needs a longer --timeout."},
	{VERDICT_CRASHED, 0, "WorkerCrashed",
	 "The worker died of this history.",
	 "The end of the worker's output says more."},
	{VERDICT_INVALID, 0, "HistoryInvalid",
	 "The history itself is broken.",
	 "hindcast check says what is wrong with the file."},
};
#define N_RULES (sizeof(RULES) / sizeof(*RULES))

size_t sarif_rule_of(const struct verdict *v)
{
	for (size_t i = 0; i < N_RULES; i++)
		if (RULES[i].verdict == v->kind &&
		    (v->kind != VERDICT_DIVERGED || RULES[i].kind == v->divergence.kind))
			return i;
	BUG_IF(true);
	return 0;
}

struct str sarif_rule_id(size_t rule, struct arena *a)
{
	if (RULES[rule].verdict != VERDICT_DIVERGED)
		return str_of(verdict_name(RULES[rule].verdict));
	return arena_printf(a, "diverged-%s", divergence_name(RULES[rule].kind));
}

static json_t *text(const char *s)
{
	json_t *o = json_object();

	run_json_set(o, "text", json_string(s));
	return o;
}

static json_t *rule_json(size_t i, struct arena *a)
{
	json_t *o = json_object(), *level = json_object(), *tags = json_array(),
	       *properties = json_object();

	run_json_set(o, "id", run_json_str(sarif_rule_id(i, a)));
	run_json_set(o, "name", json_string(RULES[i].name));
	run_json_set(o, "shortDescription", text(RULES[i].is));
	run_json_set(o, "fullDescription", text(RULES[i].help));
	run_json_set(o, "help", text(RULES[i].help));
	run_json_set(level, "level", json_string("error"));
	run_json_set(o, "defaultConfiguration", level);
	json_array_append_new(tags, json_string("temporal"));
	json_array_append_new(tags, json_string("replay"));
	run_json_set(properties, "tags", tags);
	run_json_set(o, "properties", properties);
	return o;
}

json_t *sarif_rules(struct arena *a)
{
	json_t *list = json_array();

	for (size_t i = 0; i < N_RULES; i++)
		json_array_append_new(list, rule_json(i, a));
	return list;
}
