/* SPDX-License-Identifier: MIT */
/* cmd_show_tasks.c: a line per workflow task: what came in, what went out, who did it. */
#include "formats/cmd_show.h"

#include "formats/base/limits.h"
#include "formats/base/visible.h"
#include "formats/history/detail.h"
#include "formats/history/events.h"
#include "formats/transcode/json.h"
#include "formats/wire/field.h"

#include <inttypes.h>

/* Events named on a line, before it says how many more there are. */
#define NAMED_MOST 4

struct task {
	const struct group *group;
	size_t number; /* of those that completed, from 1; 0: it did not */
	/* Indexes of events: [in_from, in_to) came in, [out_from, out_to) went out. */
	size_t in_from, in_to, out_from, out_to;
	struct str sdk, version, build, identity;
	struct str failure; /* of one that failed: cause and message */
};

/* What a worker says of itself once stays true until it says something else. */
struct worker {
	char sdk[64], version[64];
};

static void remember(char *to, size_t room, struct str value)
{
	size_t n = value.n < room - 1 ? value.n : room - 1;

	if (!value.n)
		return;
	memcpy(to, value.p, n);
	to[n] = '\0';
}

/* Newest first: what deployments call it, what versioning does, what was before both. */
static struct str build_of(const struct schema_message *m, struct str bytes)
{
	static const char *const PATHS[] = {"deployment_version.build_id", "deployment.build_id",
					    "worker_version.build_id", "binary_checksum"};

	for (size_t i = 0; i < sizeof(PATHS) / sizeof(*PATHS); i++) {
		struct str build = field_str(m, bytes, PATHS[i]);

		if (build.n)
			return build;
	}
	return STR_NONE;
}

/* What the event that ended the task says; copied, as other events are looked at next. */
static void read_end(struct showing *s, struct task *t, struct worker *worker)
{
	const struct schema_message *m;
	size_t end = t->group->closed;
	struct str bytes;
	struct buf words;

	if (end == GROUP_NONE || !history_attributes(s->h, end, &m, &bytes))
		return;
	switch (s->h->events[end].type) {
	case EVENT_WORKFLOW_TASK_COMPLETED:
		remember(worker->sdk, sizeof(worker->sdk),
			 field_str(m, bytes, "sdk_metadata.sdk_name"));
		remember(worker->version, sizeof(worker->version),
			 field_str(m, bytes, "sdk_metadata.sdk_version"));
		t->sdk = str_of(worker->sdk);
		t->version = str_of(worker->version);
		t->build = arena_str(&s->step, build_of(m, bytes));
		t->identity = arena_str(&s->step, field_str(m, bytes, "identity"));
		break;
	default:
		buf_init(&words, 0);
		detail_add(s->h, end, &words);
		t->failure = arena_str(&s->step, buf_str(&words));
		buf_done(&words);
		break;
	}
}

/* Its command events follow its completion; so do those that came in while it ran. */
static void find_spans(const struct showing *s, struct task *t, size_t *behind)
{
	const struct history *h = s->h;
	size_t end = t->group->closed;

	t->in_from = *behind;
	t->in_to = t->group->started == GROUP_NONE ? t->group->last : t->group->started;
	if (end == GROUP_NONE || h->events[end].type != EVENT_WORKFLOW_TASK_COMPLETED)
		return;
	t->number = history_task_of(h, end);
	t->out_from = end + 1;
	t->out_to = h->tasks[t->number - 1].batch_end;
	*behind = t->in_to;
}

static bool is_in(const struct showing *s, size_t index)
{
	const struct event_row *row = event_row(s->h->events[index].type);

	return !row || (!row->command && row->category != CATEGORY_TASK);
}

static bool is_out(const struct showing *s, const struct task *t, size_t index)
{
	const struct event_row *row = event_row(s->h->events[index].type);

	return row && row->command && index >= t->out_from;
}

static bool belongs(const struct showing *s, const struct task *t, size_t index, bool in)
{
	return in ? is_in(s, index) : is_out(s, t, index);
}

/* "7 ActivityTaskCompleted Charge, 9 TimerFired 30s and 3 more" */
static void add_events(struct showing *s, const struct task *t, bool in)
{
	size_t from = in ? t->in_from : t->out_from, to = in ? t->in_to : t->out_to, n = 0;

	for (size_t i = from; i < to; i++) {
		if (!belongs(s, t, i, in) || n++ >= NAMED_MOST)
			continue;
		buf_printf(&s->out, "%s%" PRId64 " ", n > 1 ? ", " : in ? "  in: " : "  out: ",
			   s->h->events[i].id);
		buf_add(&s->out, event_type_name(s->h, i, &s->step));
		if (event_name(s->h, i, &s->step).n) {
			buf_add_char(&s->out, ' ');
			visible_add(&s->out, event_name(s->h, i, &s->step),
				    LIMIT_SHOWN_NAME_BYTES);
		}
	}
	if (n > NAMED_MOST)
		buf_printf(&s->out, " and %zu more", n - NAMED_MOST);
}

static struct str span_of(const struct showing *s, uint32_t from, uint32_t to, struct arena *a)
{
	int64_t ns = group_between(s->h, from, to);

	return ns < 0 ? STR("-") : detail_span(ns, a);
}

static void add_line(struct showing *s, const struct task *t)
{
	const struct group *g = t->group;
	struct buf *out = &s->out;
	struct arena *a = &s->step;
	enum show_colour colour;
	bool painted = g->state != ENTITY_DONE && show_colour_of(g->kind, g->state, &colour);
	struct str number = t->number ? arena_printf(a, "%zu", t->number) : STR("-");

	show_cell(out, number, 3);
	show_cell(out, arena_printf(a, "ev %" PRId64 "-%" PRId64, s->h->events[g->first].id,
				    s->h->events[g->last].id), 11);
	show_cell(out, show_time(s, s->h->events[g->first].time, a), 6);
	show_cell(out, arena_printf(a, "waited %.*s", STR_ARG(span_of(s, g->first, g->started, a))),
		  13);
	show_cell(out, arena_printf(a, "ran %.*s", STR_ARG(span_of(s, g->started, g->closed, a))),
		  10);
	if (painted)
		show_paint(s, colour);
	buf_puts(out, entity_state_text(g->kind, g->state));
	if (painted)
		show_plain(s);
	if (g->attempt > 1)
		buf_printf(out, "  attempt %" PRId64, g->attempt);
	if (t->failure.n) {
		buf_puts(out, ": ");
		buf_add(out, t->failure);
	}
	add_events(s, t, true);
	add_events(s, t, false);
	if (t->sdk.n) {
		buf_puts(out, "  by ");
		visible_add(out, t->sdk, LIMIT_SHOWN_NAME_BYTES);
		buf_add_char(out, ' ');
		visible_add(out, t->version, LIMIT_SHOWN_NAME_BYTES);
	}
	if (t->build.n) {
		buf_puts(out, t->sdk.n ? ", build " : "  by build ");
		visible_add(out, t->build, LIMIT_SHOWN_NAME_BYTES);
	}
	buf_add_char(out, '\n');
}

/* ---- as JSON ---- */

static void add_json_events(struct showing *s, const struct task *t, bool in)
{
	size_t from = in ? t->in_from : t->out_from, to = in ? t->in_to : t->out_to, n = 0;

	buf_printf(&s->out, ",\"%s\":[", in ? "in" : "out");
	for (size_t i = from; i < to; i++) {
		if (!belongs(s, t, i, in))
			continue;
		buf_printf(&s->out, "%s{\"eventId\":%" PRId64, n++ ? "," : "",
			   s->h->events[i].id);
		show_member(&s->out, "type",
			    event_type_name(s->h, i, &s->step));
		show_member(&s->out, "name", event_name(s->h, i, &s->step));
		buf_add_char(&s->out, '}');
	}
	buf_add_char(&s->out, ']');
}

static void add_json(struct showing *s, const struct task *t)
{
	const struct group *g = t->group;
	const struct history *h = s->h;
	struct buf *out = &s->out;

	buf_puts(out, "{\"history\":");
	json_put_string(out, s->path);
	if (t->number)
		buf_printf(out, ",\"task\":%zu", t->number);
	buf_printf(out, ",\"scheduled\":%" PRId64, h->events[g->first].id);
	if (g->started != GROUP_NONE)
		buf_printf(out, ",\"started\":%" PRId64, h->events[g->started].id);
	if (g->closed != GROUP_NONE)
		buf_printf(out, ",\"ended\":%" PRId64, h->events[g->closed].id);
	buf_printf(out, ",\"state\":\"%s\"", entity_state_word(g->state));
	if (g->attempt)
		buf_printf(out, ",\"attempt\":%" PRId64, g->attempt);
	show_json_seconds(out, "waited", group_between(h, g->first, g->started));
	show_json_seconds(out, "ran", group_between(h, g->started, g->closed));
	add_json_events(s, t, true);
	add_json_events(s, t, false);
	show_member(out, "sdk", t->sdk);
	show_member(out, "sdkVersion", t->version);
	show_member(out, "build", t->build);
	show_member(out, "identity", t->identity);
	show_member(out, "detail", t->failure);
	buf_puts(out, "}\n");
}

/* ---- all of them ---- */

/* With --where: one of its own events, or of those that came in or went out, fits. */
static bool wanted(const struct showing *s, const void *rows, size_t index)
{
	const struct task *t = &((const struct task *)rows)[index];
	const uint32_t *members = s->groups.members + t->group->members;

	if (!s->where)
		return true;
	for (uint32_t i = 0; i < t->group->n; i++)
		if (show_wants(s, members[i]))
			return true;
	for (size_t i = t->in_from; i < t->in_to; i++)
		if (is_in(s, i) && show_wants(s, i))
			return true;
	for (size_t i = t->out_from; i < t->out_to; i++)
		if (is_out(s, t, i) && show_wants(s, i))
			return true;
	return false;
}

bool show_tasks(struct showing *s, struct err *err)
{
	struct worker worker = {0};
	size_t behind = 0, n = 0;
	struct task *tasks;
	bool *chosen;

	(void)err;
	groups_make(s->h, &s->arena, &s->groups);
	tasks = arena_array(&s->arena, struct task, s->groups.n);
	for (size_t i = 0; i < s->groups.n; i++) {
		if (s->groups.at[i].kind != ENTITY_TASK)
			continue;
		tasks[n].group = &s->groups.at[i];
		find_spans(s, &tasks[n++], &behind);
	}
	chosen = arena_array(&s->arena, bool, n);
	if (!show_choose(s, tasks, n, wanted, chosen))
		return true;
	if (!s->settings->json)
		show_header(s);
	for (size_t i = 0; i < n; i++) {
		struct arena_mark mark = arena_mark(&s->step);

		read_end(s, &tasks[i], &worker);
		if (chosen[i] && s->settings->json)
			add_json(s, &tasks[i]);
		else if (chosen[i])
			add_line(s, &tasks[i]);
		arena_rewind(&s->step, mark);
		show_flush_much(s);
	}
	return true;
}
