/* SPDX-License-Identifier: MIT */
/* entity.c: the table of moves, and the words for kinds and states. */
#include "formats/history/entity.h"

/* clang-format off: a rule a line */
#define IN ENTITY_IN
#define NONE IN(ENTITY_NONE)
#define SCHEDULED IN(ENTITY_SCHEDULED)
#define STARTED IN(ENTITY_STARTED)
#define WAITING (SCHEDULED | IN(ENTITY_SCHEDULED_CANCELING))
#define RUNNING (STARTED | IN(ENTITY_STARTED_CANCELING))
#define CANCELING (IN(ENTITY_SCHEDULED_CANCELING) | IN(ENTITY_STARTED_CANCELING))
#define OPEN (WAITING | RUNNING)
#define CLOSED (IN(ENTITY_DONE) | IN(ENTITY_FAILED) | IN(ENTITY_TIMED_OUT) | IN(ENTITY_CANCELED))
#define SAME ENTITY_NONE

#define RULE(kind, event, from, to) {ENTITY_##kind, EVENT_##event, from, to}

/* The kinds in the enum's order; of each, opening events first. */
const struct entity_rule ENTITY_RULES[] = {
	RULE(WORKFLOW, WORKFLOW_EXECUTION_STARTED, NONE, ENTITY_STARTED),
	RULE(WORKFLOW, WORKFLOW_EXECUTION_CANCEL_REQUESTED, RUNNING, ENTITY_STARTED_CANCELING),
	RULE(WORKFLOW, WORKFLOW_EXECUTION_COMPLETED, RUNNING, ENTITY_DONE),
	RULE(WORKFLOW, WORKFLOW_EXECUTION_FAILED, RUNNING, ENTITY_FAILED),
	RULE(WORKFLOW, WORKFLOW_EXECUTION_TIMED_OUT, RUNNING, ENTITY_TIMED_OUT),
	RULE(WORKFLOW, WORKFLOW_EXECUTION_CANCELED, RUNNING, ENTITY_CANCELED),
	RULE(WORKFLOW, WORKFLOW_EXECUTION_TERMINATED, RUNNING, ENTITY_TERMINATED),
	RULE(WORKFLOW, WORKFLOW_EXECUTION_CONTINUED_AS_NEW, RUNNING, ENTITY_CONTINUED),

	/* Times out unstarted where a worker's own queue gave it no time to start. */
	RULE(TASK, WORKFLOW_TASK_SCHEDULED, NONE, ENTITY_SCHEDULED),
	RULE(TASK, WORKFLOW_TASK_STARTED, SCHEDULED, ENTITY_STARTED),
	RULE(TASK, WORKFLOW_TASK_COMPLETED, STARTED, ENTITY_DONE),
	RULE(TASK, WORKFLOW_TASK_FAILED, STARTED, ENTITY_FAILED),
	RULE(TASK, WORKFLOW_TASK_TIMED_OUT, SCHEDULED | STARTED, ENTITY_TIMED_OUT),

	/*
	 * With a retry policy Started is written only with what ends the activity, and so
	 * behind a request to cancel it; a timeout may come with no attempt running.
	 */
	RULE(ACTIVITY, ACTIVITY_TASK_SCHEDULED, NONE, ENTITY_SCHEDULED),
	RULE(ACTIVITY, ACTIVITY_TASK_STARTED, SCHEDULED, ENTITY_STARTED),
	RULE(ACTIVITY, ACTIVITY_TASK_STARTED, IN(ENTITY_SCHEDULED_CANCELING), ENTITY_STARTED_CANCELING),
	RULE(ACTIVITY, ACTIVITY_TASK_CANCEL_REQUESTED, SCHEDULED, ENTITY_SCHEDULED_CANCELING),
	RULE(ACTIVITY, ACTIVITY_TASK_CANCEL_REQUESTED, STARTED, ENTITY_STARTED_CANCELING),
	RULE(ACTIVITY, ACTIVITY_TASK_COMPLETED, RUNNING, ENTITY_DONE),
	RULE(ACTIVITY, ACTIVITY_TASK_FAILED, RUNNING, ENTITY_FAILED),
	RULE(ACTIVITY, ACTIVITY_TASK_TIMED_OUT, OPEN, ENTITY_TIMED_OUT),
	RULE(ACTIVITY, ACTIVITY_TASK_CANCELED, CANCELING, ENTITY_CANCELED),
	RULE(ACTIVITY, ACTIVITY_PROPERTIES_MODIFIED_EXTERNALLY, OPEN, SAME),

	RULE(TIMER, TIMER_STARTED, NONE, ENTITY_STARTED),
	RULE(TIMER, TIMER_FIRED, STARTED, ENTITY_DONE),
	RULE(TIMER, TIMER_CANCELED, STARTED, ENTITY_CANCELED),

	RULE(CHILD, START_CHILD_WORKFLOW_EXECUTION_INITIATED, NONE, ENTITY_SCHEDULED),
	RULE(CHILD, START_CHILD_WORKFLOW_EXECUTION_FAILED, SCHEDULED, ENTITY_FAILED),
	RULE(CHILD, CHILD_WORKFLOW_EXECUTION_STARTED, SCHEDULED, ENTITY_STARTED),
	RULE(CHILD, CHILD_WORKFLOW_EXECUTION_COMPLETED, STARTED, ENTITY_DONE),
	RULE(CHILD, CHILD_WORKFLOW_EXECUTION_FAILED, STARTED, ENTITY_FAILED),
	RULE(CHILD, CHILD_WORKFLOW_EXECUTION_CANCELED, STARTED, ENTITY_CANCELED),
	RULE(CHILD, CHILD_WORKFLOW_EXECUTION_TIMED_OUT, STARTED, ENTITY_TIMED_OUT),
	RULE(CHILD, CHILD_WORKFLOW_EXECUTION_TERMINATED, STARTED, ENTITY_TERMINATED),

	RULE(SIGNAL, WORKFLOW_EXECUTION_SIGNALED, NONE, ENTITY_DONE),

	RULE(SIGNAL_EXTERNAL, SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED, NONE, ENTITY_SCHEDULED),
	RULE(SIGNAL_EXTERNAL, EXTERNAL_WORKFLOW_EXECUTION_SIGNALED, SCHEDULED, ENTITY_DONE),
	RULE(SIGNAL_EXTERNAL, SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED, SCHEDULED, ENTITY_FAILED),

	RULE(CANCEL_EXTERNAL, REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED, NONE, ENTITY_SCHEDULED),
	RULE(CANCEL_EXTERNAL, EXTERNAL_WORKFLOW_EXECUTION_CANCEL_REQUESTED, SCHEDULED, ENTITY_DONE),
	RULE(CANCEL_EXTERNAL, REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED, SCHEDULED, ENTITY_FAILED),

	/* Admitted is written only where a reset applies an update again. */
	RULE(UPDATE, WORKFLOW_EXECUTION_UPDATE_ADMITTED, NONE, ENTITY_ADMITTED),
	RULE(UPDATE, WORKFLOW_EXECUTION_UPDATE_ACCEPTED, NONE | IN(ENTITY_ADMITTED), ENTITY_STARTED),
	RULE(UPDATE, WORKFLOW_EXECUTION_UPDATE_REJECTED, NONE | IN(ENTITY_ADMITTED), ENTITY_REJECTED),
	RULE(UPDATE, WORKFLOW_EXECUTION_UPDATE_COMPLETED, STARTED, ENTITY_DONE),

	/* The answer to a request to cancel may come when the operation is over. */
	RULE(NEXUS, NEXUS_OPERATION_SCHEDULED, NONE, ENTITY_SCHEDULED),
	RULE(NEXUS, NEXUS_OPERATION_STARTED, SCHEDULED, ENTITY_STARTED),
	RULE(NEXUS, NEXUS_OPERATION_STARTED, IN(ENTITY_SCHEDULED_CANCELING), ENTITY_STARTED_CANCELING),
	RULE(NEXUS, NEXUS_OPERATION_CANCEL_REQUESTED, SCHEDULED, ENTITY_SCHEDULED_CANCELING),
	RULE(NEXUS, NEXUS_OPERATION_CANCEL_REQUESTED, STARTED, ENTITY_STARTED_CANCELING),
	RULE(NEXUS, NEXUS_OPERATION_CANCEL_REQUEST_COMPLETED, CANCELING | CLOSED, SAME),
	RULE(NEXUS, NEXUS_OPERATION_CANCEL_REQUEST_FAILED, CANCELING | CLOSED, SAME),
	RULE(NEXUS, NEXUS_OPERATION_COMPLETED, OPEN, ENTITY_DONE),
	RULE(NEXUS, NEXUS_OPERATION_FAILED, OPEN, ENTITY_FAILED),
	RULE(NEXUS, NEXUS_OPERATION_CANCELED, OPEN, ENTITY_CANCELED),
	RULE(NEXUS, NEXUS_OPERATION_TIMED_OUT, OPEN, ENTITY_TIMED_OUT),

	RULE(MARKER, MARKER_RECORDED, NONE, ENTITY_DONE),

	RULE(PAUSE, WORKFLOW_EXECUTION_PAUSED, NONE, ENTITY_STARTED),
	RULE(PAUSE, WORKFLOW_EXECUTION_UNPAUSED, STARTED, ENTITY_DONE),

	RULE(PROPERTIES, UPSERT_WORKFLOW_SEARCH_ATTRIBUTES, NONE, ENTITY_DONE),
	RULE(PROPERTIES, WORKFLOW_PROPERTIES_MODIFIED, NONE, ENTITY_DONE),
	RULE(PROPERTIES, WORKFLOW_PROPERTIES_MODIFIED_EXTERNALLY, NONE, ENTITY_DONE),
	RULE(PROPERTIES, WORKFLOW_EXECUTION_OPTIONS_UPDATED, NONE, ENTITY_DONE),
	RULE(PROPERTIES, WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED, NONE, ENTITY_DONE),
};
/* clang-format on */
const size_t ENTITY_RULES_N = sizeof(ENTITY_RULES) / sizeof(*ENTITY_RULES);

/* The first rule for events of TYPE, from *AT on; NULL: no more. */
static const struct entity_rule *next_rule(int32_t type, size_t *at)
{
	while (*at < ENTITY_RULES_N) {
		const struct entity_rule *rule = &ENTITY_RULES[(*at)++];

		if (rule->event == type)
			return rule;
	}
	return NULL;
}

bool entity_kind_of(int32_t type, enum entity_kind *ret)
{
	size_t at = 0;
	const struct entity_rule *rule = next_rule(type, &at);

	if (rule)
		*ret = rule->kind;
	return rule;
}

const struct entity_rule *entity_rule_for(int32_t type, enum entity_state from)
{
	size_t at = 0;
	const struct entity_rule *rule;

	while ((rule = next_rule(type, &at)))
		if (rule->from & ENTITY_IN(from))
			return rule;
	return NULL;
}

bool entity_opens(int32_t type)
{
	return entity_rule_for(type, ENTITY_NONE);
}

bool entity_move(int32_t type, enum entity_state from, enum entity_state *ret)
{
	const struct entity_rule *rule = entity_rule_for(type, from);

	if (rule)
		*ret = rule->to == ENTITY_NONE ? from : rule->to;
	return rule;
}

static const struct kind_row {
	const char *text;
	const char *plural;
	const char *letter;
	const char *one; /* where one is counted; NULL: the text */
} KINDS[] = {
	[ENTITY_WORKFLOW] = {"workflow", "workflows", "W", NULL},
	[ENTITY_TASK] = {"workflow task", "workflow tasks", "t", NULL},
	[ENTITY_ACTIVITY] = {"activity", "activities", "A", NULL},
	[ENTITY_TIMER] = {"timer", "timers", "T", NULL},
	[ENTITY_CHILD] = {"child workflow", "child workflows", "C", NULL},
	[ENTITY_SIGNAL] = {"signal", "signals", "S", NULL},
	[ENTITY_SIGNAL_EXTERNAL] = {"signal to another workflow", "signals to other workflows", "X", NULL},
	[ENTITY_CANCEL_EXTERNAL] = {"cancellation of another workflow", "cancellations of other workflows", "X", NULL},
	[ENTITY_UPDATE] = {"update", "updates", "U", NULL},
	[ENTITY_NEXUS] = {"Nexus operation", "Nexus operations", "N", NULL},
	[ENTITY_MARKER] = {"marker", "markers", "M", NULL},
	[ENTITY_PAUSE] = {"pause", "pauses", "P", NULL},
	[ENTITY_PROPERTIES] = {"properties", "sets of properties", "p", "set of properties"},
};

const char *entity_kind_text(enum entity_kind kind)
{
	return KINDS[kind].text;
}

const char *entity_kind_counted(enum entity_kind kind, size_t n)
{
	const struct kind_row *row = &KINDS[kind];

	return n != 1 ? row->plural : row->one ? row->one : row->text;
}

const char *entity_kind_letter(enum entity_kind kind)
{
	return KINDS[kind].letter;
}

static const struct state_row {
	const char *word;
	const char *text;
} STATES[] = {
	[ENTITY_NONE] = {"none", "not there"},
	[ENTITY_ADMITTED] = {"admitted", "admitted"},
	[ENTITY_SCHEDULED] = {"scheduled", "not started"},
	[ENTITY_STARTED] = {"started", "running"},
	[ENTITY_SCHEDULED_CANCELING] = {"scheduled-canceling", "not started, to be canceled"},
	[ENTITY_STARTED_CANCELING] = {"started-canceling", "running, to be canceled"},
	[ENTITY_DONE] = {"completed", "completed"},
	[ENTITY_FAILED] = {"failed", "failed"},
	[ENTITY_TIMED_OUT] = {"timed-out", "timed out"},
	[ENTITY_CANCELED] = {"canceled", "canceled"},
	[ENTITY_TERMINATED] = {"terminated", "terminated"},
	[ENTITY_CONTINUED] = {"continued", "continued as new"},
	[ENTITY_REJECTED] = {"rejected", "rejected"},
};

/* Where a kind has a word of its own. */
static const struct own_word {
	enum entity_kind kind;
	enum entity_state state;
	const char *text;
} OWN_WORDS[] = {
	{ENTITY_TIMER, ENTITY_DONE, "fired"},
	{ENTITY_SIGNAL, ENTITY_DONE, "received"},
	{ENTITY_SIGNAL_EXTERNAL, ENTITY_SCHEDULED, "sent"},
	{ENTITY_SIGNAL_EXTERNAL, ENTITY_DONE, "delivered"},
	{ENTITY_CANCEL_EXTERNAL, ENTITY_SCHEDULED, "sent"},
	{ENTITY_CANCEL_EXTERNAL, ENTITY_DONE, "delivered"},
	{ENTITY_UPDATE, ENTITY_STARTED, "accepted"},
	{ENTITY_MARKER, ENTITY_DONE, "recorded"},
	{ENTITY_PAUSE, ENTITY_STARTED, "paused"},
	{ENTITY_PAUSE, ENTITY_DONE, "unpaused"},
	{ENTITY_PROPERTIES, ENTITY_DONE, "changed"},
};

const char *entity_state_text(enum entity_kind kind, enum entity_state state)
{
	for (size_t i = 0; i < sizeof(OWN_WORDS) / sizeof(*OWN_WORDS); i++)
		if (OWN_WORDS[i].kind == kind && OWN_WORDS[i].state == state)
			return OWN_WORDS[i].text;
	return STATES[state].text;
}

const char *entity_state_word(enum entity_state state)
{
	return STATES[state].word;
}
