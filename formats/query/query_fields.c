/* SPDX-License-Identifier: MIT */
/* query_fields.c: the tables of what a query can ask of a history and of an event. */
#include "formats/query/query_parts.h"

#include "formats/base/opts.h"
#include "formats/history/events.h"
#include "formats/wire/wire.h"

static struct query_value of_text(enum query_kind kind, struct str s)
{
	return (struct query_value){.kind = kind, .there = s.n > 0, .text = s};
}

static struct query_value of_number(int64_t n, bool there)
{
	return (struct query_value){.kind = QUERY_NUMBER, .there = there, .number = (double)n};
}

static struct query_value of_ns(enum query_kind kind, int64_t ns, bool there)
{
	return (struct query_value){.kind = kind, .there = there, .ns = ns};
}

/* To - from, where both are known and that fits. */
static struct query_value between(int64_t from, int64_t to)
{
	int64_t ns = 0;
	bool there = from && to && !__builtin_sub_overflow(to, from, &ns);

	return of_ns(QUERY_DURATION, ns, there);
}

/* ---- of a history ---- */

#define HISTORY_TEXT(name, kind, member)                                          \
	static struct query_value history_##name(const struct query_about *about) \
	{                                                                         \
		return of_text(kind, about->history->member);                     \
	}
HISTORY_TEXT(type, QUERY_TEXT, type)
HISTORY_TEXT(id, QUERY_TEXT, workflow_id)
HISTORY_TEXT(run_id, QUERY_TEXT, run_id)
HISTORY_TEXT(queue, QUERY_TEXT, queue)
HISTORY_TEXT(path, QUERY_TEXT, path)
HISTORY_TEXT(sdk, QUERY_SDK, sdk)
HISTORY_TEXT(sdk_version, QUERY_VERSION, sdk_version)

static struct query_value history_status(const struct query_about *about)
{
	return of_text(QUERY_WORDS, str_of(about->history->status));
}

static struct query_value history_name(const struct query_about *about)
{
	struct str name = about->history->path;

	for (size_t i = name.n; i > 0; i--)
		if (name.p[i - 1] == '/') {
			name = str_skip(name, i);
			break;
		}
	return of_text(QUERY_TEXT, name);
}

static struct query_value history_events(const struct query_about *about)
{
	return of_number(about->history->events, true);
}

static struct query_value history_tasks(const struct query_about *about)
{
	return of_number(about->history->tasks, true);
}

static struct query_value history_bytes(const struct query_about *about)
{
	return of_number(about->history->bytes, true);
}

static struct query_value history_started(const struct query_about *about)
{
	return of_ns(QUERY_TIME, about->history->started, about->history->started);
}

static struct query_value history_closed(const struct query_about *about)
{
	return of_ns(QUERY_TIME, about->history->closed, about->history->closed);
}

static struct query_value history_age(const struct query_about *about)
{
	return between(about->history->started, about->history->now);
}

static struct query_value history_duration(const struct query_about *about)
{
	return between(about->history->started, about->history->closed);
}

static const char *const STATUSES[] = {"open",	     "completed", "failed",
				       "canceled",   "terminated", "timed-out",
				       "continued-as-new", NULL};

static const struct query_field HISTORY_FIELDS[] = {
	{"type", QUERY_TEXT, history_type, NULL},
	{"id", QUERY_TEXT, history_id, NULL},
	{"workflowId", QUERY_TEXT, history_id, NULL},
	{"runId", QUERY_TEXT, history_run_id, NULL},
	{"queue", QUERY_TEXT, history_queue, NULL},
	{"name", QUERY_TEXT, history_name, NULL},
	{"path", QUERY_TEXT, history_path, NULL},
	{"sdk", QUERY_SDK, history_sdk, NULL},
	{"sdkVersion", QUERY_VERSION, history_sdk_version, NULL},
	{"status", QUERY_WORDS, history_status, STATUSES},
	{"events", QUERY_NUMBER, history_events, NULL},
	{"tasks", QUERY_NUMBER, history_tasks, NULL},
	{"bytes", QUERY_NUMBER, history_bytes, NULL},
	{"started", QUERY_TIME, history_started, NULL},
	{"closed", QUERY_TIME, history_closed, NULL},
	{"age", QUERY_DURATION, history_age, NULL},
	{"duration", QUERY_DURATION, history_duration, NULL},
};

/* ---- of an event ---- */

static const struct event *the_event(const struct query_about *about)
{
	return &about->event->history->events[about->event->index];
}

static struct query_value event_id(const struct query_about *about)
{
	return of_number(the_event(about)->id, true);
}

static struct query_value event_type(const struct query_about *about)
{
	return of_text(QUERY_WORDS, event_type_name(about->event->history, about->event->index,
						    about->scratch));
}

static struct query_value category(const struct query_about *about)
{
	const struct event_row *row = event_row(the_event(about)->type);

	return of_text(QUERY_WORDS, str_of(row ? event_category_word(row->category) : NULL));
}

static struct query_value name(const struct query_about *about)
{
	return of_text(QUERY_TEXT,
		       event_name(about->event->history, about->event->index, about->scratch));
}

static struct query_value name_where(const struct query_about *about, enum event_category wanted)
{
	const struct event_row *row = event_row(the_event(about)->type);

	return row && row->category == wanted ? name(about) : of_text(QUERY_TEXT, STR_NONE);
}

#define NAME_OF(word, category)                                         \
	static struct query_value word(const struct query_about *about) \
	{                                                               \
		return name_where(about, category);                     \
	}
NAME_OF(activity, CATEGORY_ACTIVITY)
NAME_OF(timer, CATEGORY_TIMER)
NAME_OF(child, CATEGORY_CHILD)
NAME_OF(signal_name, CATEGORY_SIGNAL)
NAME_OF(marker, CATEGORY_MARKER)
NAME_OF(update, CATEGORY_UPDATE)
NAME_OF(nexus, CATEGORY_NEXUS)

static struct query_value code_id(const struct query_about *about)
{
	return of_text(QUERY_TEXT, event_code_id(about->event->history, about->event->index,
						 about->scratch));
}

static struct query_value answers(const struct query_about *about)
{
	const struct history *h = about->event->history;
	size_t index = event_answers(h, about->event->index);

	return index < h->n_events ? of_number(h->events[index].id, true) : of_number(0, false);
}

static struct query_value command(const struct query_about *about)
{
	const struct event_row *row = event_row(the_event(about)->type);

	return (struct query_value){
		.kind = QUERY_FLAG, .there = true, .number = row && row->command};
}

/* The turn of the code that made the event, or that gets to see it. */
static struct query_value task(const struct query_about *about)
{
	return of_number((int64_t)history_task_of(about->event->history, about->event->index),
			 true);
}

static struct query_value event_bytes(const struct query_about *about)
{
	return of_number((int64_t)history_event(about->event->history, about->event->index).n, true);
}

static struct query_value event_time(const struct query_about *about)
{
	return of_ns(QUERY_TIME, the_event(about)->time, the_event(about)->time);
}

static struct query_value elapsed(const struct query_about *about)
{
	return between(about->event->history->events[0].time, the_event(about)->time);
}

static const struct query_field EVENT_FIELDS[] = {
	{"id", QUERY_NUMBER, event_id, NULL},
	{"eventId", QUERY_NUMBER, event_id, NULL},
	{"type", QUERY_WORDS, event_type, NULL},
	{"category", QUERY_WORDS, category, EVENT_CATEGORY_WORDS},
	{"name", QUERY_TEXT, name, NULL},
	{"activity", QUERY_TEXT, activity, NULL},
	{"timer", QUERY_TEXT, timer, NULL},
	{"child", QUERY_TEXT, child, NULL},
	{"signal", QUERY_TEXT, signal_name, NULL},
	{"marker", QUERY_TEXT, marker, NULL},
	{"update", QUERY_TEXT, update, NULL},
	{"nexus", QUERY_TEXT, nexus, NULL},
	{"codeId", QUERY_TEXT, code_id, NULL},
	{"answers", QUERY_NUMBER, answers, NULL},
	{"command", QUERY_FLAG, command, NULL},
	{"task", QUERY_NUMBER, task, NULL},
	{"bytes", QUERY_NUMBER, event_bytes, NULL},
	{"time", QUERY_TIME, event_time, NULL},
	{"elapsed", QUERY_DURATION, elapsed, NULL},
};

/* ---- by name ---- */

static const struct query_field *table(enum query_subject subject, size_t *ret_n)
{
	*ret_n = subject == QUERY_EVENT ? sizeof(EVENT_FIELDS) / sizeof(*EVENT_FIELDS)
					: sizeof(HISTORY_FIELDS) / sizeof(*HISTORY_FIELDS);
	return subject == QUERY_EVENT ? EVENT_FIELDS : HISTORY_FIELDS;
}

const struct query_field *query_field(enum query_subject subject, struct str wanted)
{
	size_t n;
	const struct query_field *fields = table(subject, &n);

	for (size_t i = 0; i < n; i++)
		if (str_is(wanted, fields[i].name))
			return &fields[i];
	return NULL;
}

size_t query_field_names(enum query_subject subject, const char **names, size_t most)
{
	size_t n;
	const struct query_field *fields = table(subject, &n);

	n = n < most ? n : most;
	for (size_t i = 0; i < n; i++)
		names[i] = fields[i].name;
	return n;
}

static bool same_ignoring_case(struct str a, struct str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++) {
		char x = a.p[i], y = b.p[i];

		x = x >= 'A' && x <= 'Z' ? (char)(x + 32) : x;
		y = y >= 'A' && y <= 'Z' ? (char)(y + 32) : y;
		if (x != y)
			return false;
	}
	return true;
}

const char *query_word(const struct query_field *f, struct str text, const struct schema *s)
{
	const struct schema_enum_value *value;
	const struct event_row *row;

	if (!f->words) { /* as exported files spell it, too: EVENT_TYPE_TIMER_FIRED */
		value = schema_enum_by_name(schema_enum(s, "temporal.api.enums.v1.EventType"),
					    text);
		row = value ? event_row(value->number) : NULL;
		return row ? row->name : NULL;
	}
	for (size_t i = 0; f->words[i]; i++)
		if (same_ignoring_case(text, str_of(f->words[i])))
			return f->words[i];
	return NULL;
}

/* Event types today, twice. */
#define WORDS_MOST 128

const char *query_word_near(const struct query_field *f, struct str text)
{
	const char *names[WORDS_MOST];
	size_t n = 0;

	if (f->words)
		for (; f->words[n]; n++)
			names[n] = f->words[n];
	else
		for (int32_t type = 1; n < WORDS_MOST && type < WORDS_MOST; type++)
			if (event_row(type))
				names[n++] = event_row(type)->name;
	return opts_did_you_mean(text, names, n);
}

/* ---- facts ---- */

static const struct {
	int32_t type;
	const char *status;
} CLOSES[] = {
	{EVENT_WORKFLOW_EXECUTION_COMPLETED, "completed"},
	{EVENT_WORKFLOW_EXECUTION_FAILED, "failed"},
	{EVENT_WORKFLOW_EXECUTION_CANCELED, "canceled"},
	{EVENT_WORKFLOW_EXECUTION_TERMINATED, "terminated"},
	{EVENT_WORKFLOW_EXECUTION_TIMED_OUT, "timed-out"},
	{EVENT_WORKFLOW_EXECUTION_CONTINUED_AS_NEW, "continued-as-new"},
};

const char *query_status_by(int32_t type)
{
	for (size_t k = 0; k < sizeof(CLOSES) / sizeof(*CLOSES); k++)
		if (type == CLOSES[k].type)
			return CLOSES[k].status;
	return NULL;
}

/* The event that closed H, or NULL. */
static const struct event *closing(const struct history *h, const char **ret_status)
{
	*ret_status = "open";
	if (h->end == HISTORY_OPEN)
		return NULL;
	for (size_t i = h->n_events; i-- > 0;)
		if (query_status_by(h->events[i].type)) {
			*ret_status = query_status_by(h->events[i].type);
			return &h->events[i];
		}
	return NULL;
}

const char *query_status(const struct history *h)
{
	const char *status;

	closing(h, &status);
	return status;
}

struct query_history query_history_of(const struct history *h, struct str path)
{
	struct query_history q = {
		.path = path,
		.workflow_id = h->workflow_id,
		.run_id = h->run_id,
		.type = h->workflow_type,
		.queue = h->task_queue,
		.sdk = h->sdk_name,
		.sdk_version = h->sdk_version,
		.events = (int64_t)h->n_events,
		.tasks = (int64_t)h->n_tasks,
		.bytes = (int64_t)h->wire.n,
		.started = h->n_events ? h->events[0].time : 0,
	};
	const struct event *last = closing(h, &q.status);

	q.closed = last ? last->time : 0;
	return q;
}
