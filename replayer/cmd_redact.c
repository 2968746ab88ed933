/* SPDX-License-Identifier: MIT */
/* cmd_redact.c: `hindcast redact`: histories without their secrets, which still replay. */
#include "formats/base/limits.h"
#include "formats/cmd_convert.h"
#include "formats/cmd_payloads.h"
#include "formats/redact/redact.h"
#include "replayer/commands.h"
#include "replayer/redact_verify.h"

#include <stdlib.h>
#include <unistd.h>

struct redact_options {
	struct convert convert;
	struct payload_options payloads;
	struct opt_list rules;
	struct opt_list rule_files;
	struct str salt_file;
	bool keep_size;
	bool ids;
	bool names;
	bool types;
	bool key_names;
	struct opt_list checks;
	bool verify;
	struct str worker;
	struct opt_list env;
};

#define CONVERT(member) offsetof(struct redact_options, convert.member)
#define OWN(member) offsetof(struct redact_options, member)

static const struct opt OPTS[] = {
	{"Writing", 0, OPT_HEADING, NULL, 0, NULL},
	{"output", 'o', OPT_STRING, "OUT", CONVERT(out),
	 CONVERT_OUT_HELP},
	{"to", 't', OPT_STRING, "FORMAT", CONVERT(to),
	 "What to write, as for convert. Without it the ending of OUT decides; where OUT has none, "
	 "json is written."},
	{"from", 0, OPT_STRING, "FORMAT", CONVERT(from),
	 "What the inputs are, where their bytes don't tell."},
	{"compact", 0, OPT_FLAG, NULL, CONVERT(compact), "JSON without blanks."},
	{"force", 'f', OPT_FLAG, NULL, CONVERT(force), "Overwrite files that exist."},
	{"strict", 0, OPT_FLAG, NULL, CONVERT(strict),
	 "Write nothing and exit with 1 where a replaced value stands in a word that stays (a "
	 "type, a key of an object), as it is or spelled anew, or something was lost in reading."},

	{"What is replaced", 0, OPT_HEADING, NULL, 0, NULL},
	{"rule", 'r', OPT_LIST, "RULE", OWN(rules),
	 "path=..., event=..., type=..., encoding=..., match=/.../ and what is done: replace, "
	 "drop or keep. The first rule that fits counts (docs/redact.md)."},
	{"rules", 0, OPT_LIST, "FILE", OWN(rule_files),
	 "Rules of a file, one a line; they come behind those of --rule."},
	{"ids", 0, OPT_FLAG, NULL, OWN(ids),
	 "Workflow, run and chosen activity ids too, the same everywhere."},
	{"names", 0, OPT_FLAG, NULL, OWN(names),
	 "Names of task queues, namespaces, builds and deployments too."},
	{"types", 0, OPT_FLAG, NULL, OWN(types),
	 "Types of workflows and activities, names of signals, updates and operations too; no "
	 "worker knows them then."},
	{"key-names", 0, OPT_FLAG, NULL, OWN(key_names),
	 "Keys of JSON objects and of all maps too: memo, headers, search attributes, metadata."},

	{"Payloads", 0, OPT_HEADING, NULL, 0, NULL},
	PAYLOAD_DECODE_OPTIONS(struct redact_options, payloads,
			       "Take off what a payload codec put on, and redact what is inside."),
	{"codec-chain", 0, OPT_STRING, "LIST", CONVERT(again.chain),
	 "Decode, and put this on again afterwards, the innermost first: zlib,encrypted."},
	{"key-id", 0, OPT_STRING, "ID", CONVERT(again.key_id), "The key that encrypting uses."},
	{"codec-header-fields", 0, OPT_FLAG, NULL, CONVERT(again.header_fields),
	 "With --codec-chain: encode the payloads of workflow headers too."},
	{"codec-plain-failures", 0, OPT_FLAG, NULL, CONVERT(again.plain_failures),
	 "With --codec-chain: leave messages and stack traces of failures readable."},

	{"How", 0, OPT_HEADING, NULL, 0, NULL},
	{"keep-size", 0, OPT_FLAG, NULL, OWN(keep_size),
	 "Placeholders as long as what they stand for."},
	{"salt-file", 0, OPT_STRING, "FILE", OWN(salt_file),
	 "What keys the placeholders; else HINDCAST_SALT does. Without a salt anybody can try "
	 "whether a placeholder stands for a value he thinks of."},

	{"Checking", 0, OPT_HEADING, NULL, 0, NULL},
	{"check", 0, OPT_LIST, "/RE/|FILE", OWN(checks),
	 "Write nothing, and exit with 1, where this expression or a line of FILE is still in "
	 "the result."},
	{"verify", 0, OPT_FLAG, NULL, OWN(verify),
	 "Replay originals and results with --worker, and exit with 1 where verdicts differ."},
	{"worker", 0, OPT_STRING, "CMD", OWN(worker), "The worker's command, as for replay."},
	{"env", 0, OPT_LIST, "NAME=VALUE", OWN(env), "What the worker finds in its environment."},
};

/* One run of the command. */
struct redacting {
	const struct command_context *context;
	const struct redact_options *options;
	struct redact_rules rules;
	VEC_OF(struct str) forbidden;
	VEC_OF(const struct rex *) patterns;
	struct arena arena;
	struct redact *redact;
	struct redact_verify *verify;
	char *folder; /* of --verify; NULL: none */
};

static bool read_text(struct redacting *c, struct str path, struct str *ret, struct err *err)
{
	struct buf text;
	bool ok;

	buf_init(&text, LIMIT_RULE_FILE_BYTES);
	ok = source_read(path, &text, err) && buf_ok(&text, err);
	if (ok)
		*ret = arena_str(&c->arena, buf_str(&text));
	buf_done(&text);
	return ok;
}

static bool read_rules(struct redacting *c, struct err *err)
{
	const struct redact_options *o = c->options;
	struct str text;

	for (size_t i = 0; i < o->rules.items.n; i++)
		if (!redact_rules_add(&c->rules, o->rules.items.at[i], err))
			return err_wrap(err, "--rule");
	for (size_t i = 0; i < o->rule_files.items.n; i++) {
		struct str path = o->rule_files.items.at[i];

		if (!read_text(c, path, &text, err))
			return false;
		if (!redact_rules_read(&c->rules, text, err))
			return err_wrap(err, "%.*s", STR_ARG(path));
	}
	return true;
}

static bool is_expression(struct str s)
{
	return s.n > 2 && s.p[0] == '/' && s.p[s.n - 1] == '/' && s.p[1] != '/';
}

/* The message must not show what nobody may see. */
static bool add_check(struct redacting *c, struct str line, struct err *err)
{
	const struct rex *r;

	if (!is_expression(line)) {
		vec_push(&c->forbidden, line);
		return true;
	}
	if (!rex_read(&r, str_slice(line.p + 1, line.n - 2), &c->arena, err))
		return false;
	vec_push(&c->patterns, r);
	return true;
}

/* A file may have a name that looks like an expression: then it is one. */
static bool read_checks(struct redacting *c, struct err *err)
{
	for (size_t i = 0; i < c->options->checks.items.n; i++) {
		struct str what = c->options->checks.items.at[i], text;

		if (is_expression(what) && access(arena_cstr(&c->arena, what), F_OK) != 0) {
			if (!add_check(c, what, err))
				return err_wrap(err, "--check");
			continue;
		}
		if (!read_text(c, what, &text, err))
			return false;
		for (size_t number = 1; text.n; number++) {
			struct str line = str_trim(str_split(&text, '\n'));

			if (line.n && !add_check(c, line, err))
				return err_wrap(err, "%.*s: line %zu", STR_ARG(what), number);
		}
	}
	return true;
}

static bool read_salt(struct redacting *c, struct str *ret, struct err *err)
{
	const char *said = getenv("HINDCAST_SALT");

	*ret = str_of(said);
	if (!c->options->salt_file.p)
		return true;
	if (!read_text(c, c->options->salt_file, ret, err))
		return false;
	*ret = str_trim(*ret);
	return ret->n > 0 ||
	       err_set(err, ERR_USAGE, "%.*s: the salt is empty", STR_ARG(c->options->salt_file));
}

static bool check_verify(const struct redact_options *o, struct err *err)
{
	if (o->verify && !o->worker.n)
		return err_set(err, ERR_USAGE, "--verify needs --worker CMD");
	if (o->worker.n && !o->verify)
		return err_set(err, ERR_USAGE, "--worker belongs to --verify");
	return true;
}

/* Decoding before, encoding behind: what lies between sees the values themselves. */
static bool settle_codec(struct redact_options *o, struct err *err)
{
	struct convert_codec_options *first = &o->convert.codec, *again = &o->convert.again;

	if (!again->chain.n && (again->key_id.n || again->header_fields || again->plain_failures))
		return err_set(err, ERR_USAGE, "--key-id, --codec-header-fields and "
			       "--codec-plain-failures belong to --codec-chain");
	if (!payload_options_decode(&o->payloads) && !again->chain.n)
		return true;
	first->direction = STR("decode");
	first->keys = o->payloads.keys;
	first->storage = o->payloads.storage;
	if (again->chain.n)
		again->direction = STR("encode");
	return true;
}

/* A rule that decides about nothing may be one with a typing error, and a secret stays. */
static void say_unused(const struct redacting *c)
{
	for (size_t i = 0; i < c->rules.list.n; i++) {
		const struct redact_rule *rule = &c->rules.list.at[i];
		const char *near = rule->encoding.n ? redact_encoding_near(rule->encoding) : NULL;
		struct buf line;

		if (redact_rule_used(c->redact, i))
			continue;
		buf_init(&line, 0);
		buf_printf(&line, "the rule '%.*s' decided about nothing", STR_ARG(rule->text));
		if (near)
			buf_printf(&line, " (did you mean '%s'?)", near);
		inputs_complain(c->context, line.p);
		buf_done(&line);
	}
}

/* The originals lie in it for a while: nobody else may look. */
static bool make_folder(struct redacting *c, struct err *err)
{
	const char *parent = getenv("TMPDIR");
	struct str path = arena_printf(&c->arena, "%s/hindcast-XXXXXX",
				       parent && *parent ? parent : "/tmp");
	char *name = arena_cstr(&c->arena, path);

	if (!mkdtemp(name))
		return err_errno(err, "%s", path.p);
	c->folder = name;
	c->verify = redact_verify_open(c->redact, str_of(name));
	return true;
}

static bool prepare(struct redacting *c, struct err *err)
{
	const struct redact_options *o = c->options;
	struct redact_settings settings = {
		.schema = c->context->schema,
		.rules = &c->rules,
		.keep_size = o->keep_size,
		.ids = o->ids,
		.names = o->names,
		.types = o->types,
		.keys = o->key_names,
	};

	if (!check_verify(o, err) || !read_rules(c, err) || !read_checks(c, err) ||
	    !read_salt(c, &settings.salt, err))
		return false;
	settings.forbidden = c->forbidden.at;
	settings.n_forbidden = c->forbidden.n;
	settings.patterns = c->patterns.at;
	settings.n_patterns = c->patterns.n;
	c->redact = redact_open(&settings);
	return !o->verify || make_folder(c, err);
}

static void complain(const struct redacting *c, const struct err *err)
{
	if (err->code == ERR_USAGE)
		fprintf(c->context->err, "hindcast redact: %s\nTry 'hindcast redact --help'.\n",
			err->message);
	else
		inputs_complain(c->context, err->message);
}

static int verify(struct redacting *c)
{
	struct err err = ERR_INIT;
	size_t different = 0;
	struct str rest;
	struct buf lines;
	int code = 0;

	buf_init(&lines, 0);
	if (!redact_verify_run(c->verify, c->context, c->options->worker, &c->options->env,
			       &different, &lines, &err)) {
		err_wrap(&err, "--verify");
		complain(c, &err);
		code = EXIT_CANNOT;
	}
	for (rest = buf_str(&lines); rest.n;) {
		struct str line = str_split(&rest, '\n');

		fprintf(c->context->err, "hindcast: --verify: %.*s\n", STR_ARG(line));
	}
	if (!code && !different)
		fprintf(c->context->err, "hindcast: --verify: the same verdict for every history\n");
	buf_done(&lines);
	return code ? code : different ? EXIT_FOUND : 0;
}

static int run(const struct command_context *context, void *settings, const struct str *operands,
	       size_t n_operands)
{
	struct redacting c = {.context = context, .options = settings};
	struct err err = ERR_INIT;
	int code;

	arena_init(&c.arena);
	redact_rules_init(&c.rules, context->schema);
	if (settle_codec(settings, &err) && prepare(&c, &err)) {
		code = convert_run(context, "redact", &c.options->convert, operands, n_operands,
				   c.verify ? redact_verify_stage(c.verify)
					    : redact_stage(c.redact));
		if (code == EXIT_CANNOT && redact_refused(c.redact))
			code = EXIT_FOUND;
		if (code <= EXIT_FOUND)
			say_unused(&c);
		if (!code && c.options->convert.codec.direction.n &&
		    !c.options->convert.again.chain.n)
			inputs_complain(context, "payloads that were decoded stay decoded: "
					"--codec-chain encodes them again");
		if (!code && c.verify)
			code = verify(&c);
	} else {
		complain(&c, &err);
		code = err.code == ERR_USAGE ? EXIT_BAD_USAGE : EXIT_CANNOT;
	}
	redact_verify_close(c.verify);
	/* It stays where the worker's output is left in it. */
	if (c.folder)
		rmdir(c.folder);
	redact_close(c.redact);
	redact_rules_done(&c.rules);
	vec_done(&c.forbidden);
	vec_done(&c.patterns);
	arena_done(&c.arena);
	return code;
}

static void settings_done(void *settings)
{
	struct redact_options *o = settings;

	opt_list_done(&o->rules);
	opt_list_done(&o->rule_files);
	opt_list_done(&o->checks);
	opt_list_done(&o->env);
}

const struct command COMMAND_REDACT = {
	.name = "redact",
	.usage = "IN... -o OUT",
	.summary = "take the secrets out of histories, so that they still replay",
	.details =
		"Writes histories without what people put into them: data of payloads,\n"
		"messages and stack traces of failures, identities, memo, headers, search\n"
		"attributes, user metadata, links, Nexus endpoints, callbacks and reasons\n"
		"become placeholders. The same value becomes the same placeholder everywhere;\n"
		"JSON keeps its shape; an id in which a replaced value stands, as it is or\n"
		"spelled anew (letter case, digits alone, percent, hex, base64), has it replaced\n"
		"too. What SDKs read in markers stays, as do types and names that code goes\n"
		"by.\n\n"
		"What was replaced is counted on standard error. Afterwards the result is\n"
		"looked through: no replaced value of six bytes or more is left in it but in\n"
		"words that stay, which are named. Nothing is written where one is found\n"
		"elsewhere.\n\n"
		"Exit code: 0 written, 1 something is left that may not be or --verify found\n"
		"a difference, 2 usage, 3 not done.\n",
	.examples = "hindcast redact order-1.json -o shareable.json\n"
		    "    For a bug report.\n"
		    "hindcast redact histories/ -o shareable/ --to proto --salt-file salt \\\n"
		    "  --rule 'path=input$.status keep' --rule 'match=/\\d{16}/'\n"
		    "    A corpus, with a status that code decides by, and no card number anywhere.\n"
		    "hindcast redact order-1.json -o shareable.json --verify --worker ./worker\n"
		    "    And see that it still means the same to the worker.\n",
	.opts = OPTS,
	.n_opts = sizeof(OPTS) / sizeof(*OPTS),
	.settings_size = sizeof(struct redact_options),
	.run = run,
	.settings_done = settings_done,
};
