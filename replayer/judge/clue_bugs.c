/* SPDX-License-Identifier: MIT */
/* clue_bugs.c: the table of known SDK bugs that look like, or become, a divergence. */
#include "formats/history/events.h"
#include "replayer/judge/clue_parts.h"

#define MOST_VERSIONS ((size_t)5)

static bool says(const struct clue_case *c, const char *words)
{
	return str_has(c->verdict->message, words);
}

/* An update completes between two version markers of one workflow task. */
static bool update_between_versions(const struct clue_case *c, struct arena *a)
{
	const struct history *h = c->history;
	struct clue_patch patch;

	if (!says(c, "getVersion call before the existing version marker"))
		return false;
	for (size_t t = 0; t < h->n_tasks; t++) {
		bool version = false, update = false;

		for (size_t i = h->tasks[t].completed + 1; i < h->tasks[t].batch_end; i++) {
			update |= version && h->events[i].type ==
						     EVENT_WORKFLOW_EXECUTION_UPDATE_COMPLETED;
			if (!clue_patch(h, i, a, &patch))
				continue;
			if (update)
				return true;
			version = true;
		}
	}
	return false;
}

static bool shifted_sequence(const struct clue_case *c, struct arena *a)
{
	(void)a;
	return clue_only_generated(c);
}

/* The number that the core gave a local activity when it was called; 0: not known. */
static long long local_activity_seq(const struct history *h, size_t index)
{
	struct str data;
	long long seq = 0;
	ptrdiff_t at;

	if (h->events[index].type != EVENT_MARKER_RECORDED ||
	    !str_is(clue_field(h, index, "marker_name"), "core_local_activity"))
		return 0;
	data = clue_field(h, index, "details[data].payloads.data");
	at = str_find(data, STR("\"seq\":"));
	if (at < 0)
		return 0;
	data = str_skip(data, (size_t)at + strlen("\"seq\":"));
	for (size_t n = 0; n < data.n && data.p[n] >= '0' && data.p[n] <= '9' && n < 18; n++)
		seq = seq * 10 + (data.p[n] - '0');
	return seq;
}

/* Up to the divergence one ended before another that was called earlier. */
static bool local_activities_crossed(const struct clue_case *c, struct arena *a)
{
	const struct history_task *task = clue_task(c);
	long long highest = 0;

	(void)a;
	if (!task || !(says(c, " of recorded marker ") ||
		       says(c, "Local activity marker data has sequence number")))
		return false;
	for (size_t i = 0; i < task->batch_end; i++) {
		long long seq = local_activity_seq(c->history, i);

		if (seq && seq < highest)
			return true;
		highest = seq > highest ? seq : highest;
	}
	return false;
}

/* The marker in question is deprecated, and another patch's stands right beside it. */
static bool adjacent_deprecated_patches(const struct clue_case *c, struct arena *a)
{
	const struct history *h = c->history;
	struct clue_patch patch, other;
	size_t at = clue_at(c);

	if (at == h->n_events || !says(c, "does not match expected id") ||
	    !clue_patch(h, at, a, &patch) || !patch.deprecated)
		return false;
	return (at > 0 && clue_patch(h, at - 1, a, &other)) ||
	       (at + 1 < h->n_events && clue_patch(h, at + 1, a, &other));
}

static bool deadlock(const struct clue_case *c, struct arena *a)
{
	(void)a;
	return c->verdict->kind == VERDICT_FAILED && str_is(c->verdict->reason, "deadlock");
}

/* Only a history whose ids are in order is served, so it is not the history's fault. */
static bool order_of_sound_history(const struct clue_case *c, struct arena *a)
{
	(void)a;
	return c->verdict->kind == VERDICT_INVALID &&
	       says(c, "History is out of order");
}

/*
 * Each was looked up in the SDK's public issues. FIXED: the first version without it, of each
 * SDK concerned; a row without versions concerns all of that SDK.
 */
static const struct bug {
	struct {
		const char *sdk;   /* client name */
		const char *fixed; /* NULL: in none that is known */
	} of[MOST_VERSIONS];
	bool (*holds)(const struct clue_case *c, struct arena *a); /* of this history and verdict */
	const char *sentence;
} BUGS[] = {
	{{{"temporal-java", NULL}}, update_between_versions,
	 "known bug temporalio/sdk-java#2796: a run in which an update completed between two "
	 "getVersion markers, as in this one, does not replay, even where the code is unchanged; "
	 "newer SDKs only keep new runs from it"},
	{{{"temporal-python", NULL}}, shifted_sequence,
	 "temporalio/sdk-python#1109: workflow.uuid4() and workflow.random() draw from one seeded "
	 "sequence, so a call that was added or removed earlier may have shifted this value"},
	{{{"temporal-typescript", NULL}}, shifted_sequence,
	 "temporalio/sdk-typescript#1935, #2023: uuid4() and Math.random() draw from one seeded "
	 "sequence, so a draw in a query handler, update validator or interceptor, or a call that "
	 "was added or removed earlier, may have shifted this value"},
	{{{"temporal-python", NULL}}, local_activities_crossed,
	 "known bug temporalio/sdk-python#1578: local activities that ran at once, as some did in "
	 "this run, are replayed in the order of their calls, not of their ends, so unchanged code "
	 "may diverge"},
	{{{"temporal-typescript", NULL}}, local_activities_crossed,
	 "known bug temporalio/sdk-typescript#1744: local activities that ran at once, as some did "
	 "in this run, may be replayed in another order, so unchanged code may diverge; a newer SDK "
	 "(temporalio/sdk-rust#1442) mends it"},
	{{{"temporal-python", "1.4.0"}, {"temporal-typescript", "1.8.4"}},
	 adjacent_deprecated_patches,
	 "known bug temporalio/sdk-rust#535: of two patches side by side, a deprecated one cannot be "
	 "removed while the other changes; remove one at a time, or use a newer SDK"},
	{{{"temporal-python", NULL}}, deadlock,
	 "PostHog/posthog#48777: on a busy machine unchanged code may take more than the 2 s that "
	 "the detector allows; fewer --jobs help, --env TEMPORAL_DEBUG=1 switches it off"},
	{{{"temporal-typescript", NULL}, {"temporal-go", NULL}, {"temporal-java", NULL},
	  {"temporal-dotnet", NULL}, {"temporal-ruby", NULL}}, deadlock,
	 "on a busy machine the deadlock detector may speak of unchanged code; fewer --jobs help, "
	 "--env TEMPORAL_DEBUG=1 switches it off"},
	{{{"temporal-python", NULL}, {"temporal-typescript", NULL}, {"temporal-dotnet", NULL},
	  {"temporal-ruby", NULL}}, order_of_sound_history,
	 "temporalio/sdk-rust#855: the events of this history are in order; the SDK may say so "
	 "where the code has changed, after local activities above all"},
};

size_t clue_bugs(void)
{
	return sizeof(BUGS) / sizeof(*BUGS);
}

static bool concerns(const struct bug *bug, const struct clue_case *c)
{
	for (size_t i = 0; c->sdk && i < MOST_VERSIONS && bug->of[i].sdk; i++)
		if (strcmp(bug->of[i].sdk, c->sdk->client_name) == 0)
			return !bug->of[i].fixed ||
			       (c->version.n &&
				version_cmp(c->version, str_of(bug->of[i].fixed)) < 0);
	return false;
}

struct str clue_bug(const struct clue_case *c, size_t index, struct arena *a)
{
	const struct bug *bug = &BUGS[index];

	return concerns(bug, c) && bug->holds(c, a) ? str_of(bug->sentence) : STR_NONE;
}
