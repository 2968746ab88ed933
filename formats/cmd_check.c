/* SPDX-License-Identifier: MIT */
/* cmd_check.c: `hindcast check`: what is wrong with a history, before anybody replays it. */
#include "formats/base/visible.h"
#include "formats/cmd_inputs.h"
#include "formats/commands.h"
#include "formats/deep.h"
#include "formats/events.h"
#include "formats/history_facts.h"
#include "formats/json.h"
#include "formats/text_check.h"
#include "formats/wire.h"

#include <inttypes.h>

struct check {
	bool json;
};

static const struct opt OPTS[] = {
	{"json", 0, OPT_FLAG, NULL, offsetof(struct check, json),
	 "One JSON object a line for each finding, for other programs."},
};

enum severity {
	SEVERITY_NOTE,	  /* worth knowing; the exit code stays 0 */
	SEVERITY_PROBLEM, /* a replay may fail or mislead because of it */
};

struct checking {
	const struct command_context *context;
	const struct check *settings;
	struct str path;
	size_t problems;
	struct arena step;
};

struct finding {
	enum severity severity;
	const char *kind;
	int64_t event_id; /* 0: none */
	int64_t line;	  /* 0: none */
	struct str text;
};

static void add_json(const struct checking *c, const struct finding *f, struct buf *out)
{
	buf_puts(out, "{\"history\":");
	json_put_string(out, c->path);
	buf_printf(out, ",\"severity\":\"%s\",\"kind\":\"%s\"",
		   f->severity == SEVERITY_NOTE ? "note" : "problem", f->kind);
	if (f->event_id)
		buf_printf(out, ",\"eventId\":%" PRId64, f->event_id);
	if (f->line)
		buf_printf(out, ",\"line\":%" PRId64, f->line);
	buf_puts(out, ",\"message\":");
	json_put_string(out, f->text);
	buf_puts(out, "}\n");
}

static void add_text(const struct checking *c, const struct finding *f, struct buf *out)
{
	visible_add(out, c->path, 0);
	buf_puts(out, ": ");
	if (f->severity == SEVERITY_NOTE)
		buf_puts(out, "note: ");
	if (f->event_id)
		buf_printf(out, "event %" PRId64 ": ", f->event_id);
	visible_add(out, f->text, 0);
	buf_puts(out, "\n");
}

static void report(struct checking *c, struct finding f)
{
	struct buf out;

	c->problems += f.severity == SEVERITY_PROBLEM;
	buf_init(&out, 0);
	if (c->settings->json)
		add_json(c, &f, &out);
	else
		add_text(c, &f, &out);
	fwrite(out.p, 1, out.n, c->context->out);
	buf_done(&out);
}

static const char *const FAULT_KINDS[] = {
	[HISTORY_FINE] = "",
	[HISTORY_FAULT_START] = "no-start",
	[HISTORY_FAULT_DUPLICATE] = "duplicate",
	[HISTORY_FAULT_ORDER] = "order",
	[HISTORY_FAULT_GAP] = "gap",
	[HISTORY_FAULT_TYPE] = "no-type",
	[HISTORY_FAULT_BATCH] = "batch",
	[HISTORY_FAULT_TASK] = "batch",
	[HISTORY_FAULT_AFTER_END] = "after-close",
};

static void check_sequence(struct checking *c, const struct history *h)
{
	int64_t completed = 0;

	for (size_t i = 0; i < h->n_events; i++) {
		const struct event *e = &h->events[i];
		enum history_fault fault = history_fault_at(h, i, completed);
		struct arena_mark mark = arena_mark(&c->step);

		if (e->type == EVENT_WORKFLOW_TASK_COMPLETED)
			completed = e->id;
		if (fault == HISTORY_FINE)
			continue;
		report(c, (struct finding){SEVERITY_PROBLEM, FAULT_KINDS[fault], e->id, 0,
					   history_fault_text(h, i, fault, &c->step)});
		arena_rewind(&c->step, mark);
	}
}

static void check_types(struct checking *c, const struct history *h)
{
	for (size_t i = 0; i < h->n_events; i++) {
		const struct event *e = &h->events[i];
		struct arena_mark mark = arena_mark(&c->step);
		struct str type = history_type_name(h, e->type, &c->step);
		const struct schema_message *m;
		struct str bytes;

		if (!e->type) /* the sequence told it */
			continue;
		if (!event_row(e->type))
			report(c, (struct finding){SEVERITY_NOTE, "unknown-type", e->id, 0,
						   arena_printf(&c->step,
								"%.*s is unknown here: kept as it is",
								STR_ARG(type))});
		else if (!history_attributes(h, i, &m, &bytes))
			report(c, (struct finding){SEVERITY_PROBLEM, "no-attributes", e->id, 0,
						   arena_printf(&c->step, "%.*s has no attributes",
								STR_ARG(type))});
		else if (!event_attributes_fit(h, i))
			report(c, (struct finding){SEVERITY_PROBLEM, "type-mismatch", e->id, 0,
						   arena_printf(&c->step,
								"the type is %.*s but the attributes are "
								"those of another (%.*s)",
								STR_ARG(type), STR_ARG(m->name))});
		arena_rewind(&c->step, mark);
	}
}

static bool is_json(struct str text)
{
	struct json j = {text, 0};
	struct str value;

	return json_skip(&j, &value, NULL) && json_peek(&j) == '\0' && j.at == text.n;
}

/* Payload: metadata = 1 (map<string, bytes>), data = 2. */
static struct str payload_encoding(struct str payload)
{
	struct wire w = wire_of(payload);
	struct wire_field f;

	while (wire_next(&w, &f))
		if (f.number == 1 && f.type == WIRE_BYTES &&
		    str_is(wire_bytes_at(f.bytes, 1), "encoding"))
			return str_trim(wire_bytes_at(f.bytes, 2));
	return STR_NONE;
}

/* A decoded payload whose text happens to be valid base64 was read as bytes: not JSON. */
static bool visit_payload(const struct schema_message *m, struct str bytes, void *data)
{
	struct str *bad = data;

	if (str_is(m->name, "temporal.api.common.v1.Payload") &&
	    str_is(payload_encoding(bytes), "json/plain") && !is_json(wire_bytes_at(bytes, 2)))
		*bad = bytes;
	return bad->p == NULL;
}

static void check_payloads(struct checking *c, const struct history *h)
{
	for (size_t i = 0; i < h->n_events; i++) {
		struct str bad = STR_NONE;
		struct deep_visit visit = {visit_payload, &bad};
		const struct schema_message *m;
		struct err err = ERR_INIT;
		struct str bytes;

		if (!history_attributes(h, i, &m, &bytes))
			continue;
		if (!deep_walk(m, bytes, &visit, &err) && !bad.p)
			report(c, (struct finding){SEVERITY_PROBLEM, "damaged", h->events[i].id, 0,
						   str_of(err.message)});
		if (bad.p)
			report(c, (struct finding){
					  SEVERITY_PROBLEM, "decoded-payload", h->events[i].id, 0,
					  STR("a payload says json/plain but is no JSON: it was decoded "
					      "when it was exported")});
	}
}

/* JSON was checked when it was read; protobuf's wire takes any bytes for a string. */
static void check_text(struct checking *c, const struct history *h)
{
	for (size_t i = 0; i < h->n_events; i++) {
		struct err err = ERR_INIT;

		if (!text_check(history_event_message(h), history_event(h, i), &err))
			report(c, (struct finding){SEVERITY_PROBLEM, "no-text", h->events[i].id, 0,
						   str_of(err.message)});
	}
}

static void check_whole(struct checking *c, const struct history *h, const struct load_info *info)
{
	struct buf loss;

	if (info->newest_first)
		report(c, (struct finding){SEVERITY_PROBLEM, "newest-first", 0, 0,
					   STR("the newest event comes first: hindcast turns it "
					       "round, SDKs do not (convert writes it in order)")});
	if (!h->n_tasks)
		report(c, (struct finding){SEVERITY_NOTE, "no-task", 0, 0,
					   STR("no workflow task completed: there is nothing to replay")});
	buf_init(&loss, 0);
	if (inputs_loss_text(&info->loss, &loss))
		report(c, (struct finding){SEVERITY_NOTE, "unknown-member", 0, 0, buf_str(&loss)});
	buf_clear(&loss);
	if (transcode_loss_text(&info->loss, TRANSCODE_GUESSED, &loss))
		report(c, (struct finding){SEVERITY_PROBLEM, "decoded-payload", 0, 0, buf_str(&loss)});
	buf_done(&loss);
}

/* Not loaded: 1 where it is a history, but a damaged one. */
static int not_loaded(struct checking *c, const struct err *err)
{
	struct str text = str_of(err->message);
	const char *kind = str_has(text, "truncated")	      ? "truncated"
			   : str_has(text, "decoded payload") ? "decoded-payload"
			   : str_has(text, "only one page")   ? "incomplete"
							      : "damaged";

	if (err->code != ERR_SYNTAX && err->code != ERR_LIMIT) {
		inputs_complain(c->context, err->message);
		return EXIT_CANNOT;
	}
	/* The path is in front already, as for every error of loading. */
	text = str_skip(text, c->path.n + 2);
	report(c, (struct finding){SEVERITY_PROBLEM, kind, err->event_id, err->line, text});
	return EXIT_FOUND;
}

static int check_file(struct checking *c, struct str path)
{
	struct err err = ERR_INIT;
	struct load_info info;
	struct history h;

	c->path = path;
	c->problems = 0;
	if (!load_history(c->context->schema, path, &h, &info, &err))
		return not_loaded(c, &err);
	check_whole(c, &h, &info);
	check_sequence(c, &h);
	check_types(c, &h);
	check_text(c, &h);
	check_payloads(c, &h);
	history_done(&h);
	return c->problems ? EXIT_FOUND : 0;
}

static int run(const struct command_context *context, void *settings, const struct str *operands,
	       size_t n_operands)
{
	struct checking c = {.context = context, .settings = settings};
	struct source_list list = {0};
	struct arena a;
	int code;

	arena_init(&a);
	arena_init(&c.step);
	code = inputs_expand(context, "check", operands, n_operands, &a, &list);
	for (size_t i = 0; i < list.files.n; i++) {
		int one = check_file(&c, list.files.at[i].path);

		code = one > code ? one : code;
	}
	source_list_done(&list);
	arena_done(&c.step);
	arena_done(&a);
	return code;
}

const struct command COMMAND_CHECK = {
	.name = "check",
	.usage = "[options] HISTORY...",
	.summary = "say what is wrong with a history",
	.details = "Prints a line for each thing that would make a replay fail or mislead: events\n"
		   "out of order, twice or missing; no event 1; a truncated file; a cut amid the\n"
		   "events of one workflow task; attributes of another type; payloads that were\n"
		   "decoded when the history was exported. Notes are worth knowing, no more.\n\n"
		   "Prints nothing and exits with 0 where all is well; with 1 where something was\n"
		   "found; with 3 where a file can't be read or is no history.\n",
	.examples = "hindcast check histories/\n    Every history below the folder.\n"
		    "hindcast check --json order-1.json\n    Findings for another program.\n",
	.opts = OPTS,
	.n_opts = sizeof(OPTS) / sizeof(*OPTS),
	.settings_size = sizeof(struct check),
	.run = run,
};
