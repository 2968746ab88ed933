/* SPDX-License-Identifier: MIT */
/* cmd_show.c: `hindcast show`: a line per event, or one event whole. */
#include "formats/base/limits.h"
#include "formats/base/visible.h"
#include "formats/cmd_inputs.h"
#include "formats/commands.h"
#include "formats/detail.h"
#include "formats/events.h"
#include "formats/json.h"
#include "formats/query.h"

#include <inttypes.h>

struct show {
	bool json;
	bool utc;
	long long event; /* 0: all */
	struct str where;
};

static const struct opt OPTS[] = {
	{"event", 'e', OPT_INT, "N", offsetof(struct show, event),
	 "Print event N alone, whole, as canonical JSON."},
	{"where", 'w', OPT_STRING, "QUERY", offsetof(struct show, where),
	 "Only the events that fit, as \"category = activity and attempt > 3\" "
	 "(docs/query.md)."},
	{"json", 0, OPT_FLAG, NULL, offsetof(struct show, json),
	 "One JSON object a line for each event, for other programs."},
	{"utc", 0, OPT_FLAG, NULL, offsetof(struct show, utc),
	 "Times as they are in the history instead of since its first event."},
};

/* One run of the command: everything below prints through it. */
struct showing {
	const struct command_context *context;
	const struct show *settings;
	const struct query *where; /* NULL: all events */
	struct buf out;
};

static void add_column(struct buf *out, struct str s, size_t width)
{
	size_t before = out->n;

	visible_add(out, s, LIMIT_SHOWN_NAME_BYTES);
	for (size_t n = out->n - before; n < width; n++)
		buf_add_char(out, ' ');
}

static void add_fact(struct buf *out, const char *label, struct str value)
{
	if (!value.n)
		return;
	buf_printf(out, ", %s", label);
	visible_add(out, value, LIMIT_SHOWN_NAME_BYTES);
}

static void add_header(struct showing *s, struct str path, const struct history *h)
{
	static const char *const ENDS[] = {"open", "closed", "ended from outside"};
	struct arena a;
	struct str last;

	arena_init(&a);
	last = history_type_name(h, h->events[h->n_events - 1].type, &a);
	visible_add(&s->out, path, 0);
	buf_puts(&s->out, ": ");
	visible_add(&s->out, h->workflow_type.n ? h->workflow_type : STR("unnamed workflow"),
		    LIMIT_SHOWN_NAME_BYTES);
	add_fact(&s->out, "workflow ", h->workflow_id);
	add_fact(&s->out, "run ", h->run_id);
	add_fact(&s->out, "queue ", h->task_queue);
	add_fact(&s->out, "", h->sdk_name);
	if (h->sdk_version.n) {
		buf_add_char(&s->out, ' ');
		visible_add(&s->out, h->sdk_version, LIMIT_SHOWN_NAME_BYTES);
	}
	buf_printf(&s->out, "\n%zu event%s, %zu workflow task%s, %s", h->n_events,
		   h->n_events == 1 ? "" : "s", h->n_tasks, h->n_tasks == 1 ? "" : "s",
		   ENDS[h->end]);
	if (h->end != HISTORY_OPEN)
		buf_printf(&s->out, " by %.*s", STR_ARG(last));
	if (h->events[0].time)
		add_fact(&s->out, "from ", detail_time(h->events[0].time, &a));
	buf_puts(&s->out, "\n\n");
	arena_done(&a);
}

static struct str time_text(const struct showing *s, const struct history *h, size_t index,
			    struct arena *a)
{
	int64_t time = h->events[index].time, start = h->events[0].time;
	uint64_t since;

	if (!time)
		return STR("-");
	if (s->settings->utc)
		return detail_time(time, a);
	since = time >= start ? (uint64_t)time - (uint64_t)start
			      : (uint64_t)start - (uint64_t)time;
	since /= 1000000;
	return arena_printf(a, "%c%" PRIu64 ".%03" PRIu64 "s", time >= start ? '+' : '-',
			    since / 1000, since % 1000);
}

/* The columns are as wide as their widest cell, so the table is measured first. */
struct widths {
	size_t id;
	size_t time;
	size_t type;
};

static struct widths measure(const struct showing *s, const struct history *h,
			     const bool *wanted)
{
	struct widths w = {0};
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < h->n_events; i++) {
		struct arena_mark mark = arena_mark(&a);
		size_t id, time, type;

		if (!wanted[i])
			continue;
		id = arena_printf(&a, "%" PRId64, h->events[i].id).n;
		time = time_text(s, h, i, &a).n;
		type = history_type_name(h, h->events[i].type, &a).n;

		w.id = id > w.id ? id : w.id;
		w.time = time > w.time ? time : w.time;
		w.type = type > w.type ? type : w.type;
		arena_rewind(&a, mark);
	}
	arena_done(&a);
	return w;
}

/* Two blanks between the words of a line, none before the first. */
static void add_gap(struct buf *words)
{
	if (words->n)
		buf_puts(words, "  ");
}

static void add_words(struct showing *s, const struct history *h, size_t index, struct arena *a)
{
	struct str name = event_name(h, index, a);
	struct str id = event_code_id(h, index, a);
	size_t answered = event_answers(h, index);
	struct buf words, detail;

	buf_init(&words, 0);
	visible_add(&words, name, LIMIT_SHOWN_NAME_BYTES);
	if (id.n && !str_eq(id, name)) {
		add_gap(&words);
		buf_puts(&words, "id ");
		visible_add(&words, id, LIMIT_SHOWN_NAME_BYTES);
	}
	if (answered < h->n_events) {
		add_gap(&words);
		buf_printf(&words, "of %" PRId64, h->events[answered].id);
	}
	buf_init(&detail, 0);
	detail_add(h, index, &detail);
	if (detail.n) {
		add_gap(&words);
		buf_add(&words, buf_str(&detail));
	}
	buf_add(&s->out, buf_str(&words));
	buf_done(&detail);
	buf_done(&words);
}

static void add_line(struct showing *s, const struct history *h, size_t index,
		     const struct widths *w, struct arena *a)
{
	const struct event *e = &h->events[index];
	struct str time = time_text(s, h, index, a);

	buf_printf(&s->out, "%*" PRId64 "  %*s%.*s  ", (int)w->id, e->id,
		   (int)(w->time - time.n), "", STR_ARG(time));
	add_column(&s->out, history_type_name(h, e->type, a), w->type + 2);
	add_words(s, h, index, a);
	while (s->out.n && s->out.p[s->out.n - 1] == ' ')
		s->out.n--;
	buf_add_char(&s->out, '\n');
}

static void add_member(struct buf *out, const char *key, struct str value)
{
	if (!value.n)
		return;
	buf_printf(out, ",\"%s\":", key);
	json_put_string(out, value);
}

static void add_json_line(struct showing *s, struct str path, const struct history *h,
			  size_t index, struct arena *a)
{
	const struct event *e = &h->events[index];
	size_t answered = event_answers(h, index);
	struct buf detail;

	buf_puts(&s->out, "{\"history\":");
	json_put_string(&s->out, path);
	buf_printf(&s->out, ",\"eventId\":%" PRId64, e->id);
	if (e->time)
		add_member(&s->out, "time", detail_time(e->time, a));
	add_member(&s->out, "type", history_type_name(h, e->type, a));
	add_member(&s->out, "name", event_name(h, index, a));
	add_member(&s->out, "id", event_code_id(h, index, a));
	if (answered < h->n_events)
		buf_printf(&s->out, ",\"answers\":%" PRId64, h->events[answered].id);
	if (e->task)
		buf_printf(&s->out, ",\"workflowTaskCompleted\":%" PRId64, e->task);
	buf_init(&detail, 0);
	detail_add(h, index, &detail);
	add_member(&s->out, "detail", buf_str(&detail));
	buf_done(&detail);
	buf_puts(&s->out, "}\n");
}

static void flush(struct showing *s)
{
	if (s->out.n)
		fwrite(s->out.p, 1, s->out.n, s->context->out);
	buf_clear(&s->out);
}

#define FLUSH_AT ((size_t)64 * 1024)

/* Which events are to be shown; how many. */
static size_t choose(const struct showing *s, const struct history *h, bool *ret_wanted)
{
	size_t n = 0;

	for (size_t i = 0; i < h->n_events; i++) {
		struct query_event about = {h, i};

		ret_wanted[i] = !s->where || query_fits_event(s->where, &about);
		n += ret_wanted[i];
	}
	return n;
}

/* False where there is nothing to show. */
static bool show_all(struct showing *s, struct str path, const struct history *h, bool first)
{
	struct widths w = {0};
	struct arena a;
	bool *wanted;

	arena_init(&a);
	wanted = arena_array(&a, bool, h->n_events);
	if (!choose(s, h, wanted)) {
		arena_done(&a);
		return false;
	}
	if (!s->settings->json) {
		w = measure(s, h, wanted);
		if (!first)
			buf_add_char(&s->out, '\n');
		add_header(s, path, h);
	}
	for (size_t i = 0; i < h->n_events; i++) {
		struct arena_mark mark = arena_mark(&a);

		if (!wanted[i])
			continue;
		if (s->settings->json)
			add_json_line(s, path, h, i, &a);
		else
			add_line(s, h, i, &w, &a);
		arena_rewind(&a, mark);
		if (s->out.n > FLUSH_AT)
			flush(s);
	}
	arena_done(&a);
	return true;
}

static bool show_one(struct showing *s, const struct history *h, struct err *err)
{
	size_t index = history_find(h, s->settings->event);
	const struct transcode_options options = {
		.style = s->settings->json ? TRANSCODE_COMPACT : TRANSCODE_INDENT,
	};
	struct arena a;
	bool ok;

	if (index == h->n_events)
		return err_set(err, ERR_MISSING, "there is no event %lld (ids go from %" PRId64
			       " to %" PRId64 ")", s->settings->event, h->events[0].id,
			       h->events[h->n_events - 1].id);
	arena_init(&a);
	ok = transcode_wire_to_json(history_event_message(h), history_event(h, index), &options,
				    &a, &s->out, err);
	arena_done(&a);
	buf_add_char(&s->out, '\n');
	return ok;
}

/* *SHOWN: whether anything was printed before, and now. */
static int show_file(struct showing *s, struct str path, bool *shown)
{
	struct err err = ERR_INIT;
	struct history h;
	bool ok = true;

	if (!load_history(s->context->schema, path, &h, NULL, &err)) {
		inputs_complain(s->context, err.message);
		return EXIT_CANNOT;
	}
	if (s->settings->event)
		ok = show_one(s, &h, &err) || err_wrap(&err, "%.*s", STR_ARG(path));
	else
		*shown |= show_all(s, path, &h, !*shown);
	history_done(&h);
	if (!ok) {
		buf_clear(&s->out);
		inputs_complain(s->context, err.message);
		return EXIT_CANNOT;
	}
	flush(s);
	return 0;
}

static int bad_usage(const struct command_context *context, const struct err *err)
{
	inputs_complain(context, err->message);
	return EXIT_BAD_USAGE;
}

/* What --where says, in A. */
static bool read_where(struct showing *s, struct arena *a, struct err *err)
{
	struct str where = s->settings->where;

	if (!where.p)
		return true;
	if (s->settings->event)
		return err_set(err, ERR_USAGE, "--event and --where: one of them is expected");
	return query_parse(&s->where, where, QUERY_EVENT, s->context->schema, a, err) ||
	       err_wrap(err, "--where");
}

static int run(const struct command_context *context, void *settings, const struct str *operands,
	       size_t n_operands)
{
	struct showing s = {.context = context, .settings = settings};
	struct source_list list = {0};
	struct err err = ERR_INIT;
	bool shown = false;
	struct arena a;
	int code;

	arena_init(&a);
	buf_init(&s.out, 0);
	code = read_where(&s, &a, &err)
		       ? inputs_expand(context, "show", operands, n_operands, &a, &list)
		       : bad_usage(context, &err);
	for (size_t i = 0; i < list.files.n; i++) {
		int one = show_file(&s, list.files.at[i].path, &shown);

		code = one ? one : code;
	}
	source_list_done(&list);
	buf_done(&s.out);
	arena_done(&a);
	return code;
}

const struct command COMMAND_SHOW = {
	.name = "show",
	.usage = "[options] HISTORY...",
	.summary = "print a history, one line per event",
	.details = "Prints what a history holds: who it is on the first two lines, then a line\n"
		   "for each event with its id, the time since the first event, its type, its\n"
		   "name (activity type, timer's duration, signal, marker with what it marks),\n"
		   "its id in the code's terms, and the event that it answers (\"of 5\").\n\n"
		   "A HISTORY is a file, a folder, a glob or \"-\"; JSON or protobuf, plain or\n"
		   "compressed.\n",
	.examples = "hindcast show order-1.json\n    What happened in this run.\n"
		    "hindcast show --event 12 order-1.json\n    All of event 12, as JSON.\n"
		    "hindcast show --where 'activity = Charge and attempt > 3' histories/\n"
		    "    Wherever that activity was tried more than three times.\n"
		    "temporal workflow show -w order-1 -o json | hindcast show -\n"
		    "    The same for a history straight from a server.\n",
	.opts = OPTS,
	.n_opts = sizeof(OPTS) / sizeof(*OPTS),
	.settings_size = sizeof(struct show),
	.run = run,
};
