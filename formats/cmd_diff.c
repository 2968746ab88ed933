/* SPDX-License-Identifier: MIT */
/* cmd_diff.c: `hindcast diff`: what differs between two histories, and hashes of them. */
#include "formats/base/visible.h"
#include "formats/cmd_diff.h"
#include "formats/commands.h"

static const struct opt OPTS[] = {
	{"Output", 0, OPT_HEADING, NULL, 0, NULL},
	{"side-by-side", 'y', OPT_FLAG, NULL, offsetof(struct diff_options, side_by_side),
	 "Both histories beside each other instead of one below the other."},
	{"json", 0, OPT_FLAG, NULL, offsetof(struct diff_options, json),
	 "One JSON object with every row that is not equal, of folders one a pair and line "
	 "(docs/diff.md)."},
	{"summary", 's', OPT_FLAG, NULL, offsetof(struct diff_options, summary),
	 "Only the line that counts."},
	{"quiet", 'q', OPT_FLAG, NULL, offsetof(struct diff_options, quiet),
	 "Nothing but the exit code."},
	{"context", 'U', OPT_STRING, "N", offsetof(struct diff_options, context),
	 "Equal events shown around what differs: 3, or \"all\"."},
	{"all", 'a', OPT_FLAG, NULL, offsetof(struct diff_options, all),
	 "Every change of an event, uncut, instead of the first few on a line each."},
	{"width", 'W', OPT_INT, "N", offsetof(struct diff_options, width),
	 "Columns to write in; else those of the terminal or of COLUMNS, else 130."},
	{"hash", 0, OPT_FLAG, NULL, offsetof(struct diff_options, hash),
	 "For each history that is named a hash of what is compared: equal for histories "
	 "without differences."},
	{"Reading", 0, OPT_HEADING, NULL, 0, NULL},
	{"from", 0, OPT_STRING, "FORMAT", offsetof(struct diff_options, from),
	 "What the inputs are, where their bytes don't tell (convert --from list)."},
	PAYLOAD_DECODE_OPTIONS(struct diff_options, payloads,
			       "Compare payloads without what a codec put around them."),
	{"What is compared", 0, OPT_HEADING, NULL, 0, NULL},
	{"ignore", 'i', OPT_LIST, "RULE|PATH", offsetof(struct diff_options, ignore),
	 "Leave out what a rule names (below), or a place such as header.fields[trace] or "
	 "input$.requestId."},
	{"compare", 'c', OPT_LIST, "RULE", offsetof(struct diff_options, compare),
	 "Compare what this rule leaves out otherwise."},
	{"only", 'o', OPT_LIST, "PATH", offsetof(struct diff_options, only),
	 "Compare these places alone."},
	{"exact", 0, OPT_FLAG, NULL, offsetof(struct diff_options, exact),
	 "Compare everything: no rule holds but those given with --ignore."},
	{"where", 'w', OPT_STRING, "QUERY", offsetof(struct diff_options, where),
	 "Only the events that fit, as \"category = activity\" (docs/query.md)."},
};

static int bad_usage(const struct comparing *c, const char *what)
{
	struct buf line;

	buf_init(&line, 0);
	visible_add(&line, str_of(what), 0);
	fprintf(c->context->err, "hindcast diff: %s\nTry 'hindcast diff --help'.\n", line.p);
	buf_done(&line);
	return EXIT_BAD_USAGE;
}

static bool read_rules(struct comparing *c, struct err *err)
{
	const struct diff_options *o = c->options;

	diff_rules_init(&c->rules, c->context->schema, o->exact);
	for (size_t i = 0; i < o->ignore.items.n; i++)
		if (!diff_rules_ignore(&c->rules, o->ignore.items.at[i], err))
			return err_wrap(err, "--ignore");
	for (size_t i = 0; i < o->compare.items.n; i++)
		if (!diff_rules_compare(&c->rules, o->compare.items.at[i], err))
			return err_wrap(err, "--compare");
	for (size_t i = 0; i < o->only.items.n; i++)
		if (!diff_rules_only(&c->rules, o->only.items.at[i], err))
			return err_wrap(err, "--only");
	return true;
}

static bool read_options(struct comparing *c, struct err *err)
{
	const struct diff_options *o = c->options;
	long long n = 3;

	if (o->context.p && str_is(o->context, "all"))
		c->n_context = SIZE_MAX / 2;
	else if (o->context.p && (!str_to_int(o->context, &n) || n < 0))
		return err_set(err, ERR_USAGE, "--context is a number of events, or all");
	else
		c->n_context = (size_t)n;
	if (o->width < 0 || o->width > 10000)
		return err_set(err, ERR_USAGE, "--width is a number of columns up to 10000");
	if (o->side_by_side + o->json + o->summary + o->quiet + o->hash > 1)
		return err_set(err, ERR_USAGE, "--side-by-side, --json, --summary, --quiet, --hash: "
			       "one of them is expected");
	if (o->where.p && !query_parse(&c->settings.where, o->where, QUERY_EVENT,
				       c->context->schema, &c->arena, err))
		return err_wrap(err, "--where");
	c->settings.rules = &c->rules;
	return read_rules(c, err);
}

static bool open_inputs(struct comparing *c, struct err *err)
{
	const struct diff_options *o = c->options;

	c->load = (struct load_settings){.schema = c->context->schema, .from = o->from};
	/* Types of events that the schema lacks have their names in it. */
	c->load.flags |= LOAD_KEEP_UNKNOWN;
	/* What is beside the events is a part of everything. */
	if (o->exact)
		c->load.flags |= LOAD_KEEP_FIELDS;
	return payload_files_open(&c->payloads, &o->payloads, c->context, err);
}

void diff_flush(void *data, struct buf *out)
{
	const struct comparing *c = data;

	if (out->n)
		fwrite(out->p, 1, out->n, c->context->out);
	buf_clear(out);
}

/* ---- reading ---- */

void diff_say(struct comparing *c, struct str name, struct str what)
{
	struct buf line;

	if (c->again)
		return;
	buf_init(&line, 0);
	buf_printf(&line, "%.*s: %.*s", STR_ARG(name), STR_ARG(what));
	inputs_complain(c->context, line.p);
	buf_done(&line);
}

/* What reading left behind can't be compared; with --exact people must know. */
static void say_lost(struct comparing *c, struct str name, const struct load_info *info)
{
	struct buf text;

	buf_init(&text, 0);
	buf_puts(&text, "not compared: ");
	if (c->options->exact && inputs_loss_text(&info->loss, &text))
		diff_say(c, name, buf_str(&text));
	buf_done(&text);
}

/* Events that are the same byte by byte were not looked into: that is made good for. */
void diff_say_idle(struct comparing *c, const struct history *sides, size_t n)
{
	const char *option;
	struct str place;
	size_t at = 0;

	if (!diff_rules_idle(&c->rules, &at, &option, &place))
		return;
	for (size_t i = 0; i < n; i++)
		diff_find_places(&sides[i], &c->settings);
	for (at = 0; diff_rules_idle(&c->rules, &at, &option, &place);) {
		struct buf line;

		buf_init(&line, 0);
		buf_printf(&line, "%s '%.*s' fits nothing that is compared here", option,
			   STR_ARG(place));
		inputs_complain(c->context, line.p);
		buf_done(&line);
	}
}

/* H with its payloads decoded, where that is asked for. */
static bool decode_side(struct comparing *c, struct str name, struct history *h,
			struct err *err)
{
	struct history decoded;
	struct buf report;
	struct str rest;
	bool ok;

	if (!payload_options_decode(&c->options->payloads))
		return true;
	buf_init(&report, 0);
	ok = payload_decode_history(&c->payloads.reader, h, &decoded, &report, err) ||
	     err_wrap(err, "%.*s", STR_ARG(name));
	for (rest = buf_str(&report); ok && rest.n;)
		diff_say(c, name, str_split(&rest, '\n'));
	if (ok) {
		decoded.beside = arena_str(&decoded.arena, h->beside);
		history_done(h);
		*h = decoded;
	}
	buf_done(&report);
	return ok;
}

bool diff_prepare(struct comparing *c, struct str name, const struct load_info *info,
		  struct history *h, struct err *err)
{
	say_lost(c, name, info);
	return decode_side(c, name, h, err);
}

/* ---- two histories ---- */

void diff_print(struct comparing *c, const struct diff *d, const struct str *names,
		const struct history *sides)
{
	const struct diff_options *o = c->options;
	struct diff_look look = {
		.names = {names[0], names[1]},
		.sides = {&sides[0], &sides[1]},
		.width = o->width ? (size_t)o->width
			 : c->context->columns > 0 ? (size_t)c->context->columns : 130,
		.context = c->n_context,
		.colour = c->context->colour,
		.all_changes = o->all,
		.flush = diff_flush,
		.data = c,
	};
	struct buf out;

	buf_init(&out, 0);
	if (o->json) {
		diff_put_json(d, &look, &out);
	} else if (!o->quiet) {
		if (!o->summary && !diff_same(d)) {
			(o->side_by_side ? diff_side_by_side : diff_unified)(d, &look, &out);
			buf_add_char(&out, '\n');
		}
		diff_summary(d, &look, &out);
	}
	diff_flush(c, &out);
	buf_done(&out);
}

static bool load_side(struct comparing *c, struct str name, struct source_list *list,
		      struct history *ret, struct err *err)
{
	struct load_settings settings = c->load;
	struct load_info info;

	settings.members = &list->members;
	return load_one(&settings, list->files.at[0].path, ret, &info, err) &&
	       diff_prepare(c, name, &info, ret, err);
}

static int compare_two(struct comparing *c, const struct str *names, struct source_list *lists)
{
	struct history sides[2] = {0};
	struct err err = ERR_INIT;
	struct diff d;
	bool ok = true;
	int code = EXIT_CANNOT;

	for (int i = 0; ok && i < 2; i++)
		ok = load_side(c, names[i], &lists[i], &sides[i], &err);
	if (ok) {
		diff_histories(&d, &sides[0], &sides[1], &c->settings);
		diff_print(c, &d, names, sides);
		diff_say_idle(c, sides, 2);
		code = diff_same(&d) ? 0 : EXIT_FOUND;
		diff_done(&d);
	} else {
		inputs_complain(c->context, err.message);
	}
	history_done(&sides[0]);
	history_done(&sides[1]);
	return code;
}

/* A name of a file itself, and not of what holds files. */
static bool is_file(struct str name, const struct source_list *list)
{
	return list->files.n == 1 && str_eq(list->files.at[0].path, name);
}

/* One file on either side are two histories, folders and archives as many as there are. */
static int compare_lists(struct comparing *c, const struct str *names, struct source_list *lists)
{
	bool first = is_file(names[0], &lists[0]), second = is_file(names[1], &lists[1]);
	struct err err = ERR_INIT;
	size_t many;

	if (!first && !second)
		return diff_many(c, names, lists);
	if (lists[0].files.n == 1 && lists[1].files.n == 1)
		return compare_two(c, names, lists);
	many = first ? 1 : 0;
	err_set(&err, ERR_USAGE, "%.*s: %zu files in it, and %.*s is one: name one of them, as "
		"%.*s, or two folders", STR_ARG(names[many]), lists[many].files.n,
		STR_ARG(names[!many]), STR_ARG(lists[many].files.at[0].path));
	return bad_usage(c, err.message);
}

static int compare(struct comparing *c, const struct str *names)
{
	struct source_list lists[2] = {0};
	int code = 0;

	if (str_is(names[0], "-") && str_is(names[1], "-"))
		return bad_usage(c, "only one of the two can be standard input");
	for (int i = 0; !code && i < 2; i++)
		code = inputs_expand(c->context, "diff", &names[i], 1, &c->arena, &lists[i]);
	if (!code)
		code = compare_lists(c, names, lists);
	source_list_done(&lists[0]);
	source_list_done(&lists[1]);
	return code;
}

/* ---- hashes ---- */

struct hashing {
	struct comparing *c;
	struct str path;
};

static void feed(void *data, struct str bytes)
{
	digest_add(data, bytes);
}

void diff_digest(struct comparing *c, const struct history *h,
		 unsigned char ret[static DIGEST_BYTES])
{
	struct digest digest;

	digest_init(&digest);
	/* What the hash covers may change with the rules, and then it is another kind. */
	digest_add(&digest, STR("hindcast content 1\n"));
	diff_content(h, &c->settings, feed, &digest);
	digest_end(&digest, ret);
	digest_done(&digest);
}

static bool hash_history(void *data, struct history *h, const struct load_info *info,
			 struct err *err)
{
	struct hashing *now = data;
	unsigned char bytes[DIGEST_BYTES];
	char hex[DIGEST_HEX];
	struct buf line;

	if (!diff_prepare(now->c, now->path, info, h, err))
		return false;
	diff_digest(now->c, h, bytes);
	digest_hex(bytes, hex);
	buf_init(&line, 0);
	buf_add(&line, str_slice(hex, DIGEST_HEX));
	buf_puts(&line, "  ");
	visible_add(&line, now->path, 0);
	if (info->ordinal > 1 || !info->only)
		buf_printf(&line, "#%zu", info->ordinal);
	buf_add_char(&line, '\n');
	diff_flush(now->c, &line);
	buf_done(&line);
	return true;
}

static int hash_all(struct comparing *c, const struct str *operands, size_t n)
{
	struct source_list list = {0};
	struct load_settings settings = c->load;
	int code = inputs_expand(c->context, "diff", operands, n, &c->arena, &list);

	settings.members = &list.members;
	for (size_t i = 0; i < list.files.n; i++) {
		struct hashing now = {c, list.files.at[i].path};
		struct err err = ERR_INIT;

		if (load_each(&settings, now.path, hash_history, &now, &err))
			continue;
		inputs_complain(c->context, err.message);
		code = EXIT_CANNOT;
	}
	if (list.files.n)
		diff_say_idle(c, NULL, 0);
	source_list_done(&list);
	return code;
}

static int run(const struct command_context *context, void *settings, const struct str *operands,
	       size_t n_operands)
{
	struct comparing c = {.context = context, .options = settings};
	struct err err = ERR_INIT;
	int code;

	arena_init(&c.arena);
	if (!read_options(&c, &err) || !open_inputs(&c, &err)) {
		code = err.code == ERR_USAGE ? bad_usage(&c, err.message) : EXIT_CANNOT;
		if (code == EXIT_CANNOT)
			inputs_complain(context, err.message);
	} else if (c.options->hash) {
		code = hash_all(&c, operands, n_operands);
	} else if (n_operands != 2) {
		code = bad_usage(&c, "name two histories, or two folders");
	} else {
		code = compare(&c, operands);
	}
	payload_files_done(&c.payloads);
	diff_rules_done(&c.rules);
	arena_done(&c.arena);
	return code;
}

static void settings_done(void *settings)
{
	struct diff_options *o = settings;

	opt_list_done(&o->ignore);
	opt_list_done(&o->compare);
	opt_list_done(&o->only);
}

const struct command COMMAND_DIFF = {
	.name = "diff",
	.usage = "[options] A B",
	.summary = "compare two histories by what happened in them",
	.details =
		"Lays two histories over each other by what their events are about (an activity,\n"
		"a timer, a signal by its name) and says what is only in one of them, what comes\n"
		"in another order, and in which values events differ. Payloads are compared\n"
		"decoded. A and B are files of any format, or FILE#N for one of several; or both\n"
		"are folders or archives, whose histories are compared in pairs: those that lie\n"
		"at the same place, else those of one workflow id and run id.\n\n"
		"The mark before a line: ~ changed, - (< in two columns) only in A,\n"
		"+ (>) only in B. Exit code: 0 no difference, 1 some, 2 usage, 3 not read.\n\n"
		"Rules that hold unless --exact or --compare is given:\n\n"
		"  event-ids      ids of events, and what refers to them\n"
		"  times          points in time; durations are compared\n"
		"  identities     names of worker processes and clients\n"
		"  run-ids        ids of runs, request ids, links\n"
		"  workflow-id    the run's own workflow id, its parent's and its root's\n"
		"  generated-ids  ids that nobody chose: plain numbers, UUIDs\n"
		"  server         task ids, versions, namespace ids, sizes\n"
		"  sdk            SDK metadata and metering\n"
		"  builds         build ids, checksums, deployments of workers\n"
		"  form           how payloads are written: compression, order of keys, blanks\n"
		"  empty          messages with nothing in them, zeros: as if they were absent\n\n"
		"Rules that --ignore turns on:\n\n"
		"  payloads       data of payloads\n"
		"  headers        headers\n"
		"  stacks         stack traces\n"
		"  failure-text   messages of failures\n"
		"  tasks          all events of workflow tasks\n"
		"  order          the order of what happens in both\n",
	.examples = "hindcast diff good.json bad.json\n    What went differently.\n"
		    "hindcast diff -y --ignore tasks good.json bad.json\n"
		    "    Side by side, without workflow tasks.\n"
		    "hindcast diff --only input --where 'category = activity' a.json b.json\n"
		    "    Only the inputs of activities.\n"
		    "hindcast diff --summary before/ after.tar.gz\n"
		    "    Which of many histories differ, and which are in one of them alone.\n"
		    "hindcast diff --hash histories/ | sort\n"
		    "    Which runs went the same way.\n",
	.opts = OPTS,
	.n_opts = sizeof(OPTS) / sizeof(*OPTS),
	.settings_size = sizeof(struct diff_options),
	.run = run,
	.settings_done = settings_done,
};
