/* SPDX-License-Identifier: MIT */
/* cmd_convert.c: `hindcast convert`: histories of any format into any other. */
#include "formats/cmd_convert.h"

#include "formats/cmd_payloads.h"
#include "formats/commands.h"
#include "formats/history/columns.h"
#include "formats/read/format.h"

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>

static const struct opt OPTS[] = {
	{"Reading", 0, OPT_HEADING, NULL, 0, NULL},
	{"from", 0, OPT_STRING, "FORMAT", offsetof(struct convert, from),
	 "What the inputs are, where their bytes don't tell (`--from list` lists them)."},
	{"keep-unknown", 0, OPT_FLAG, NULL, offsetof(struct convert, keep_unknown),
	 "Carry what the schema does not know from JSON to protobuf and back, in a field and a "
	 "member of hindcast's own."},
	{"strict", 0, OPT_FLAG, NULL, offsetof(struct convert, strict),
	 "Write nothing and exit with 1 where something can't be carried over, or is a guess."},
	{"repair", 0, OPT_FLAG, NULL, offsetof(struct convert, repair),
	 "Put right what can safely be: sort events, drop those that are there twice and alike, "
	 "and of a damaged file keep the whole events that a replay can rely on. Says what was "
	 "done."},

	{"Writing", 0, OPT_HEADING, NULL, 0, NULL},
	{"to", 't', OPT_STRING, "FORMAT", offsetof(struct convert, to),
	 "What to write (`--to list` lists them). Without it the ending of OUT decides; where OUT "
	 "has none, json is written."},
	{"output", 'o', OPT_STRING, "OUT", offsetof(struct convert, out),
	 CONVERT_OUT_HELP},
	{"compact", 0, OPT_FLAG, NULL, offsetof(struct convert, compact),
	 "JSON without blanks."},
	{"jsonl", 0, OPT_FLAG, NULL, offsetof(struct convert, jsonl),
	 "The same as --to jsonl: a history a line."},
	{"enum", 0, OPT_STRING, "STYLE", offsetof(struct convert, enums),
	 "How JSON spells enums: long (EVENT_TYPE_TIMER_FIRED), or short (TimerFired) for the "
	 "loaders of older SDKs."},
	{"target", 0, OPT_STRING, "LOADER", offsetof(struct convert, target),
	 "Write what an older loader knows: api-1.30, java-1.20, go-1.25, ruby (`--target list` "
	 "lists them). What is newer is left out and named, old names are used."},
	{"columns", 0, OPT_STRING, "LIST", offsetof(struct convert, columns),
	 "Of tables: names as `show --columns` has them, and paths of attributes, with commas "
	 "between."},
	{"namespace-id", 0, OPT_STRING, "ID", offsetof(struct convert, namespace_id),
	 "With --to archival and a folder: name files as the file store of a server's archive "
	 "names those of that namespace."},
	{"force", 'f', OPT_FLAG, NULL, offsetof(struct convert, force),
	 "Overwrite files that exist."},

#define CODEC(member) offsetof(struct convert, codec.member)
	{"Payloads", 0, OPT_HEADING, NULL, 0, NULL},
	{"codec", 0, OPT_STRING, "WAY", CODEC(direction),
	 "decode: undo what payload codecs did to the payloads (zlib, snappy, encrypted), as far "
	 "as there are keys; encode: do it."},
	{"codec-chain", 0, OPT_STRING, "LIST", CODEC(chain),
	 "What encoding puts on, the innermost first: zlib,encrypted."},
	{"keys", 0, OPT_STRING, "FILE", CODEC(keys),
	 "Keys of encrypted payloads: lines of an id and hex:..., base64:... or text:... Without "
	 "one the environment is asked for HINDCAST_KEY_ID."},
	{"key-id", 0, OPT_STRING, "ID", CODEC(key_id), "The key that encrypting uses."},
	{"storage", 0, OPT_STRING, "DIR", CODEC(storage),
	 "Put in what the history only refers to: a copy of the store that an SDK moved large "
	 "payloads to."},
	{"codec-header-fields", 0, OPT_FLAG, NULL, CODEC(header_fields),
	 "Encode the payloads of workflow headers too."},
	{"codec-plain-failures", 0, OPT_FLAG, NULL, CODEC(plain_failures),
	 "Leave messages and stack traces of failures readable when encoding."},
	{"codec-endpoint", 0, OPT_STRING, "URL", CODEC(server.endpoint),
	 "Ask this codec server (POST URL/decode or URL/encode) instead; {namespace} in it is "
	 "replaced."},
	CODEC_SERVER_OPTIONS(struct convert, codec.server),
#undef CODEC

	{"Choosing and looking", 0, OPT_HEADING, NULL, 0, NULL},
	{"list", 'l', OPT_FLAG, NULL, offsetof(struct convert, list),
	 "List the histories in each input, a file, folder, tar or zip file or a server's archive "
	 "(archive:FOLDER): ids, type, status, events, bytes. Nothing is written."},
	{"json", 0, OPT_FLAG, NULL, offsetof(struct convert, json),
	 "With --list: a JSON object a line."},
	{"where", 0, OPT_STRING, "QUERY", offsetof(struct convert, where),
	 "Only histories that fit, as in `replay --where`: status = failed and events > 500."},
	{"explain", 0, OPT_FLAG, NULL, offsetof(struct convert, explain),
	 "Say what each input was recognised as, and by what; without OUT nothing is converted."},
};

static int usage(const struct converting *c, const char *what)
{
	fprintf(c->context->err, "hindcast %s: %s\nTry 'hindcast %s --help'.\n", c->name, what,
		c->name);
	return EXIT_BAD_USAGE;
}

static int list_formats(const struct converting *c)
{
	const struct out_format *const *all = out_formats();

	for (size_t i = 0; all[i]; i++)
		fprintf(c->context->out, "%-13s %-29s %s\n", all[i]->name,
			*all[i]->endings ? all[i]->endings : "-", all[i]->what);
	return 0;
}

static int list_readers(const struct converting *c)
{
	for (size_t i = 0; format_row(i); i++)
		fprintf(c->context->out, "%-16s %s\n", format_row(i)->name, format_row(i)->what);
	return 0;
}

static int list_targets(const struct converting *c)
{
	struct buf lines;

	buf_init(&lines, 0);
	target_list(&lines);
	fwrite(lines.p, 1, lines.n, c->context->out);
	buf_done(&lines);
	return 0;
}

/* More than formats will ever be. */
#define NAMES_MOST 64

static int unknown_format(const struct converting *c, const char *option, struct str name)
{
	bool to = str_is(str_of(option), "to");
	const char *names[NAMES_MOST], *close;
	struct buf line;
	size_t n = 0;
	int code;

	for (size_t i = 0; out_formats()[i] && n < NAMES_MOST; i++)
		if (to || out_formats()[i]->reader)
			names[n++] = out_formats()[i]->name;
	for (size_t i = 0; !to && format_row(i) && n < NAMES_MOST; i++)
		names[n++] = format_row(i)->name;
	close = opts_did_you_mean(name, names, n);
	buf_init(&line, 0);
	buf_printf(&line, "--%s: there is no format '%.*s'", option, STR_ARG(name));
	if (close)
		buf_printf(&line, " (did you mean '%s'?)", close);
	buf_printf(&line, "; --%s list lists them", option);
	code = usage(c, line.p);
	buf_done(&line);
	return code;
}

/* What reads it, or what reads the format of that name that is written. */
static int choose_reader(struct converting *c)
{
	struct str from = c->settings->from;
	const struct out_format *written = out_format_named(from);

	if (!from.n)
		return 0;
	for (size_t i = 0; format_row(i); i++)
		if (str_is(from, format_row(i)->name))
			return 0;
	if (!written || !written->reader)
		return unknown_format(c, "from", from);
	c->load.from = str_of(written->reader);
	return 0;
}

/* "runs/", "-" and "order-17" have none; what "order.xml" is to be nobody knows. */
static bool has_ending(struct str out)
{
	struct str last = out;

	for (size_t i = 0; i < out.n; i++)
		if (out.p[i] == '/')
			last = str_skip(out, i + 1);
	return last.n && memchr(last.p, '.', last.n);
}

static int choose_format(struct converting *c)
{
	const struct convert *s = c->settings;

	if (s->to.n) {
		c->format = out_format_named(s->to);
		return c->format ? 0 : unknown_format(c, "to", s->to);
	}
	if (s->jsonl)
		c->format = &OUT_FORMAT_JSONL;
	else if (s->out.n)
		c->format = out_format_of_path(s->out);
	if (s->out.n && !c->format && !has_ending(s->out))
		c->format = &OUT_FORMAT_JSON;
	if (s->out.n && !c->format)
		return usage(c, "--to FORMAT says what to write (--to list lists them)");
	return 0;
}

static int check_settings(struct converting *c)
{
	const struct convert *s = c->settings;
	bool looks = s->list || s->explain;

	if (s->jsonl && s->to.n && !str_is(s->to, "jsonl"))
		return usage(c, "--jsonl and --to name two formats");
	if (s->enums.n && !str_is(s->enums, "short") && !str_is(s->enums, "long"))
		return usage(c, "--enum is long or short");
	if (s->json && !s->list)
		return usage(c, "--json belongs to --list");
	if (s->list && s->out.n)
		return usage(c, "--list writes nothing: it has no -o");
	if (!s->out.n && !looks)
		return usage(c, "-o OUT says where to write (- is standard output)");
	return choose_format(c);
}

/* What goes with some formats only. */
static int check_format(struct converting *c)
{
	const struct convert *s = c->settings;
	unsigned flags = c->format ? c->format->flags : 0;
	struct err err = ERR_INIT;
	struct columns columns;

	if (!c->format)
		return 0;
	if (s->columns.n && !(flags & OUT_TABLE))
		return usage(c, "--columns belongs to tables: --to tsv or --to csv");
	if (s->columns.n &&
	    !columns_read(s->columns, c->context->schema, &c->names, &columns, &err))
		return usage(c, err.message);
	if (s->enums.n && !(flags & OUT_JSON))
		return usage(c, "--enum belongs to JSON");
	if (s->namespace_id.n && c->format != &OUT_FORMAT_ARCHIVAL)
		return usage(c, "--namespace-id belongs to --to archival");
	if (s->compact && !(flags & OUT_JSON))
		return usage(c, "--compact belongs to JSON");
	return 0;
}

static void settle(struct converting *c)
{
	const struct convert *s = c->settings;

	c->out = (struct out_settings){
		.schema = c->context->schema,
		.compact = s->compact,
		.short_enums = str_is(s->enums, "short"),
		.keep_unknown = s->keep_unknown,
		.columns = s->columns,
	};
	c->load = (struct load_settings){
		.schema = c->context->schema, .from = s->from, .offset = &c->progress.offset};
	/* What JSON had stays in JSON, whoever knows it; a table takes names of types from it. */
	if (s->keep_unknown || (c->format && c->format->flags & (OUT_JSON | OUT_TABLE)))
		c->load.flags |= LOAD_KEEP_UNKNOWN;
	/* Stages are for events: what they are to remove must not go past them. */
	if (c->format && c->format->flags & OUT_FIELDS && !c->last && !s->target.n)
		c->load.flags |= LOAD_KEEP_FIELDS;
	if (s->repair)
		c->load.flags |= LOAD_PARTIAL;
	c->packing = s->out.n ? filter_of_name(s->out) : NULL;
}

bool convert_refuse_several(const struct converting *c, struct err *err)
{
	return err_set(err, ERR_USAGE,
		       "there is more than one history, and %s holds one: "
		       "-o FOLDER/ writes a file for each", c->format->name);
}

/*
 * An OUT that is a folder or ends in '/', or several inputs, a format of one history and an
 * OUT without an ending.
 */
static bool find_folder(struct converting *c, size_t n_inputs, struct err *err)
{
	struct str out = arena_str(&c->names, c->settings->out);
	struct stat st;
	bool exists = stat(out.p, &st) == 0;
	bool several = n_inputs > 1 && !(c->format->flags & OUT_SEVERAL);
	bool direct = str_is(out, "-");
	bool is_folder = !direct && (str_ends(out, STR("/")) || (exists && S_ISDIR(st.st_mode)));

	if (several && !is_folder && (exists || direct || has_ending(out)))
		/* Of all that --where looks through one may fit. */
		return c->where || convert_refuse_several(c, err);
	if (!several && !is_folder)
		return true;
	if (!exists && !out_file_folders(arena_printf(&c->names, "%s/", out.p), 0, err))
		return false;
	/* Nothing in its name says so. */
	if (!is_folder)
		inputs_complain(c->context, arena_printf(&c->names, "%s becomes a folder: there are "
							 "several inputs, and %s holds one history",
							 out.p, c->format->name).p);
	while (out.n > 1 && out.p[out.n - 1] == '/')
		out.n--;
	c->folder = out;
	return true;
}

/* Before the work, not after it: a file that is there, and stays. */
static bool may_write(const struct converting *c, struct err *err)
{
	struct str out = c->settings->out;
	struct stat st;

	if (c->folder.p || c->settings->force || str_is(out, "-") || stat(out.p, &st) != 0 ||
	    !S_ISREG(st.st_mode))
		return true;
	return err_set(err, ERR_IO, "%s exists (--force overwrites it)", out.p);
}

static int convert_all(struct converting *c, struct source_list *list)
{
	struct err err = ERR_INIT;

	c->load.members = &list->members;
	c->load.pages = load_pages_new(list->files.at, list->files.n);
	if (c->settings->list) {
		convert_list(c, list);
		return c->code;
	}
	if (c->format) {
		bool several = c->format->flags & OUT_SEVERAL;
		/* Pages that are joined are one input. */
		size_t n = !several && list->files.n > 1 &&
					   load_pages_are_one(c->load.pages, &c->load)
				   ? 1
				   : list->files.n;

		if (!find_folder(c, n, &err) || !may_write(c, &err)) {
			inputs_complain(c->context, err.message);
			return EXIT_CANNOT;
		}
	}
	convert_write(c, list);
	return c->code;
}

/* The last stage: what comes out of the others is what the loader is given. */
static bool add_target(struct converting *c, struct err *err)
{
	struct target target;

	if (!c->settings->target.n)
		return true;
	if (!target_parse(c->settings->target, &target, err))
		return err_wrap(err, "--target");
	target_stage_init(&c->target, &target, c->context->schema);
	stage_line_add(&c->stages, &c->target.stage);
	c->out.schema = c->target.then;
	return true;
}

/* What happens to events between reading and writing. */
static int add_stages(struct converting *c)
{
	struct err err = ERR_INIT;

	if (!convert_where_open(c, &err))
		return usage(c, err.message);
	if (c->settings->repair) {
		repair_stage_init(&c->repair, c->context->schema);
		stage_line_add(&c->stages, &c->repair.stage);
	}
	if (convert_codec_open(c, &c->settings->codec, NULL, &c->codec, &err) &&
	    add_target(c, &err)) {
		if (c->last)
			stage_line_add(&c->stages, c->last);
		if (convert_codec_open(c, &c->settings->again, c->codec, &c->again, &err))
			return 0;
	}
	if (err.code == ERR_USAGE)
		return usage(c, err.message);
	inputs_complain(c->context, err.message);
	return EXIT_CANNOT;
}

static void settings_done(void *settings)
{
	struct convert *s = settings;

	opt_list_done(&s->codec.server.headers);
}

int convert_run(const struct command_context *context, const char *name,
		const struct convert *settings, const struct str *operands, size_t n_operands,
		struct stage *last)
{
	struct converting c = {
		.context = context,
		.name = name,
		.settings = settings,
		.operands = operands,
		.n_operands = n_operands,
		.last = last,
	};
	struct source_list list = {0};
	int code;

	if (str_is(c.settings->from, "list"))
		return list_readers(&c);
	if (str_is(c.settings->to, "list"))
		return list_formats(&c);
	if (str_is(c.settings->target, "list"))
		return list_targets(&c);
	/* Too large a file is an error of write(), not our death. */
	signal(SIGXFSZ, SIG_IGN);
	arena_init(&c.names);
	stage_line_init(&c.stages);
	code = check_settings(&c);
	code = code ? code : check_format(&c);
	settle(&c);
	code = code ? code : choose_reader(&c);
	if (!code)
		code = add_stages(&c);
	if (!code)
		code = inputs_expand(context, name, operands, n_operands, &c.names, &list);
	if (!code)
		code = convert_all(&c, &list);
	source_list_done(&list);
	stage_line_done(&c.stages);
	convert_codec_close(c.again);
	convert_codec_close(c.codec);
	load_pages_free(c.load.pages);
	map_done(&c.written);
	buf_done(&c.axes);
	arena_done(&c.names);
	return code;
}

static int run(const struct command_context *context, void *settings, const struct str *operands,
	       size_t n_operands)
{
	return convert_run(context, "convert", settings, operands, n_operands, NULL);
}

const struct command COMMAND_CONVERT = {
	.name = "convert",
	.usage = "IN... [--to FORMAT] -o OUT",
	.summary = "turn histories of any format into any other",
	.details = "Reads histories however they were exported, plain or compressed, and writes\n"
		   "them in the format that is asked for. The same history gives the same bytes.\n"
		   "What was put right, guessed or can't be carried over is named on standard\n"
		   "error. A file appears whole or not at all.\n"
		   "\n"
		   "Into a folder each history goes by the name of its input; those of an input\n"
		   "that holds several go by WORKFLOWID__RUNID.\n",
	.examples = "hindcast convert order-1.json -o order-1.bin\n"
		    "    One file; the ending says what to write.\n"
		    "hindcast convert exports/ --to json -o clean/\n"
		    "    Every history below a folder.\n"
		    "hindcast convert cloud-export -o runs/ --to json\n"
		    "    Split a Temporal Cloud export; --list shows what it holds.\n"
		    "hindcast convert runs/ -o merged.export\n"
		    "    And put together again.\n"
		    "hindcast convert order-1.json --columns id,time,type,name -o events.csv\n"
		    "    A table, for pandas and spreadsheets.\n"
		    "hindcast convert order-1.json --target java-1.20 -o old.json\n"
		    "    For a worker whose SDK is older than the server.\n"
		    "hindcast convert --explain odd.json\n"
		    "    Only say what it is.\n",
	.opts = OPTS,
	.n_opts = sizeof(OPTS) / sizeof(*OPTS),
	.settings_size = sizeof(struct convert),
	.run = run,
	.settings_done = settings_done,
};
