/* SPDX-License-Identifier: MIT */
/* cmd_check.c: `hindcast check`: what is wrong with a history, before anybody replays it. */
#include "formats/base/visible.h"
#include "formats/check/check.h"
#include "formats/cmd_inputs.h"
#include "formats/commands.h"
#include "formats/transcode/json.h"

#include <inttypes.h>

/* Findings of one code that are told for people, of each history. */
#define TOLD_MOST 20

struct settings {
	bool json;
	bool list_codes;
	bool all;
	struct str from;
};

static const struct opt OPTS[] = {
	{"json", 0, OPT_FLAG, NULL, offsetof(struct settings, json),
	 "One JSON object a line for each finding, for other programs."},
	{"all", 'a', OPT_FLAG, NULL, offsetof(struct settings, all),
	 "Hints, too (what servers warn of, and healthy histories have), and more than "
	 "twenty findings of a kind."},
	{"list-codes", 0, OPT_FLAG, NULL, offsetof(struct settings, list_codes),
	 "List what can be found: code, severity, meaning and what to do."},
	{"from", 0, OPT_STRING, "FORMAT", offsetof(struct settings, from),
	 "What the inputs are, where their bytes don't tell (docs/formats.md)."},
};

/* One run of the command. */
struct checking {
	const struct command_context *context;
	const struct settings *settings;
	struct str path; /* FILE, or FILE#N */
	size_t problems; /* of the file at hand */
	bool advised[CHECK_CODES]; /* what to do was said for this file */
	size_t told[CHECK_CODES];  /* findings of this history */
	struct buf out;
	struct load_pages *pages;
};

static const char *severity_word(enum check_severity severity)
{
	static const char *const WORDS[] = {"hint", "note", "problem"};

	return WORDS[severity];
}

static void add_member(struct buf *out, const char *key, const char *value)
{
	buf_printf(out, ",\"%s\":", key);
	json_put_string(out, str_of(value));
}

static void add_json(struct checking *c, const struct check_finding *f)
{
	const struct check_row *row = &CHECK_ROWS[f->code];
	struct buf *out = &c->out;

	buf_puts(out, "{\"history\":");
	json_put_string(out, c->path);
	add_member(out, "severity", severity_word(row->severity));
	add_member(out, "kind", row->kind);
	add_member(out, "code", row->code);
	if (f->event_id)
		buf_printf(out, ",\"eventId\":%" PRId64, f->event_id);
	if (f->line)
		buf_printf(out, ",\"line\":%" PRId64, f->line);
	buf_puts(out, ",\"message\":");
	json_put_string(out, f->text);
	if (row->fix)
		add_member(out, "fix", row->fix);
	buf_puts(out, "}\n");
}

/* Some codes share what is to be done. */
static bool was_advised(const struct checking *c, const char *fix)
{
	for (size_t i = 0; i < CHECK_CODES; i++)
		if (c->advised[i] && CHECK_ROWS[i].fix && !strcmp(CHECK_ROWS[i].fix, fix))
			return true;
	return false;
}

/* Errors of reading name the event amid their text, behind line and column. */
static bool names_event(const struct check_finding *f)
{
	char name[40];

	snprintf(name, sizeof(name), "event %" PRId64 ": ", f->event_id);
	return str_has(f->text, name);
}

/* What to do is said once a file, below the first finding that it is for. */
static void add_text(struct checking *c, const struct check_finding *f)
{
	const struct check_row *row = &CHECK_ROWS[f->code];
	struct buf *out = &c->out;

	visible_add(out, c->path, 0);
	buf_puts(out, ": ");
	if (row->severity != CHECK_PROBLEM)
		buf_printf(out, "%s: ", severity_word(row->severity));
	if (f->event_id && !names_event(f))
		buf_printf(out, "event %" PRId64 ": ", f->event_id);
	visible_add(out, f->text, 0);
	buf_printf(out, " [%s]\n", row->code);
	if (row->fix && !was_advised(c, row->fix))
		buf_printf(out, "    %s\n", row->fix);
	c->advised[f->code] = true;
}

static void flush(struct checking *c)
{
	if (c->out.n)
		fwrite(c->out.p, 1, c->out.n, c->context->out);
	buf_clear(&c->out);
}

static void report(void *data, const struct check_finding *f)
{
	struct checking *c = data;

	if (CHECK_ROWS[f->code].severity == CHECK_HINT && !c->settings->all)
		return;
	c->problems += CHECK_ROWS[f->code].severity == CHECK_PROBLEM;
	if (!c->settings->json && !c->settings->all && ++c->told[f->code] > TOLD_MOST)
		return;
	if (c->settings->json)
		add_json(c, f);
	else
		add_text(c, f);
	flush(c);
}

/* One fault may show in each of a hundred thousand events. */
static void tell_rest(struct checking *c)
{
	for (size_t i = 0; i < CHECK_CODES; i++) {
		if (c->told[i] > TOLD_MOST) {
			visible_add(&c->out, c->path, 0);
			buf_printf(&c->out, ": and %zu more like these (--all) [%s]\n",
				   c->told[i] - TOLD_MOST, CHECK_ROWS[i].code);
		}
		c->told[i] = 0;
	}
	flush(c);
}

struct one {
	struct checking *c;
	struct str path;
};

static bool check_one(void *data, struct history *h, const struct load_info *info,
		      struct err *err)
{
	struct one *one = data;
	struct check check = {.report = report, .data = one->c};
	struct arena a;

	(void)err;
	arena_init(&a);
	one->c->path = inputs_label(one->path, info, &a);
	check_history(&check, h, info);
	tell_rest(one->c);
	one->c->path = one->path;
	arena_done(&a);
	return true;
}

/* Not loaded: 1 where it is a history, but a damaged one. */
static int not_loaded(struct checking *c, const struct err *err)
{
	enum check_code code = check_code_of_error(err);
	struct str text = str_of(err->message);

	if (code == CHECK_CODES) {
		inputs_complain(c->context, err->message);
		return EXIT_CANNOT;
	}
	/* The path is in front already, as for every error of loading. */
	if (str_starts(text, c->path))
		text = str_skip(text, c->path.n + 2);
	report(c, &(struct check_finding){code, err->event_id, err->line, text});
	return EXIT_FOUND;
}

static int check_file(struct checking *c, struct source_list *list, struct str path)
{
	struct load_settings settings = {.schema = c->context->schema,
					 .from = c->settings->from,
					 .flags = LOAD_KEEP_UNKNOWN | LOAD_PARTIAL,
					 .members = &list->members,
					 .pages = c->pages};
	struct one one = {c, path};
	struct err err = ERR_INIT;

	c->path = path;
	c->problems = 0;
	memset(c->advised, 0, sizeof(c->advised));
	if (!load_each(&settings, path, check_one, &one, &err))
		return not_loaded(c, &err);
	return c->problems ? EXIT_FOUND : 0;
}

static int list_codes(const struct checking *c)
{
	struct buf out;

	buf_init(&out, 0);
	for (size_t i = 0; i < CHECK_CODES; i++) {
		const struct check_row *row = &CHECK_ROWS[i];

		if (c->settings->json) {
			buf_printf(&out, "{\"code\":\"%s\"", row->code);
			add_member(&out, "kind", row->kind);
			add_member(&out, "severity", severity_word(row->severity));
			add_member(&out, "meaning", row->meaning);
			if (row->fix)
				add_member(&out, "fix", row->fix);
			buf_puts(&out, "}\n");
			continue;
		}
		buf_printf(&out, "%-18s  %-7s  %s\n", row->code, severity_word(row->severity),
			   row->meaning);
		if (row->fix)
			buf_printf(&out, "%-29s%s\n", "", row->fix);
	}
	fwrite(out.p, 1, out.n, c->context->out);
	buf_done(&out);
	return 0;
}

static int run(const struct command_context *context, void *settings, const struct str *operands,
	       size_t n_operands)
{
	struct checking c = {.context = context, .settings = settings};
	struct source_list list = {0};
	struct arena a;
	int code;

	if (c.settings->list_codes)
		return list_codes(&c);
	arena_init(&a);
	buf_init(&c.out, 0);
	code = inputs_expand(context, "check", operands, n_operands, &a, &list);
	c.pages = load_pages_new(list.files.at, list.files.n);
	for (size_t i = 0; i < list.files.n; i++) {
		int one = check_file(&c, &list, list.files.at[i].path);

		code = one > code ? one : code;
	}
	load_pages_free(c.pages);
	source_list_done(&list);
	buf_done(&c.out);
	arena_done(&a);
	return code;
}

const struct command COMMAND_CHECK = {
	.name = "check",
	.usage = "[options] HISTORY...",
	.summary = "say what is wrong with a history",
	.details = "Prints a line for each thing that would make a replay fail or mislead: events\n"
		   "out of order, twice or missing; no event 1; a truncated file; a cut amid the\n"
		   "events of one workflow task; references to events that are not there or of\n"
		   "another type; activities, timers and the like that do what they cannot;\n"
		   "attributes of another type; payloads that were decoded when the history was\n"
		   "exported; sizes that servers refuse. Notes are worth knowing, no more; hints\n"
		   "are given with --all alone. Each line ends with the finding's code\n"
		   "(--list-codes, docs/check.md); what to do, where that is known, stands below\n"
		   "the first of its code.\n\n"
		   "Prints nothing and exits with 0 where all is well; with 1 where something was\n"
		   "found; with 3 where a file can't be read or is no history.\n",
	.examples = "hindcast check histories/\n    Every history below the folder.\n"
		    "hindcast check --json order-1.json\n    Findings for another program.\n"
		    "hindcast check --list-codes\n    All that can be found.\n",
	.opts = OPTS,
	.n_opts = sizeof(OPTS) / sizeof(*OPTS),
	.settings_size = sizeof(struct settings),
	.run = run,
};
