/* SPDX-License-Identifier: MIT */
/* cmd_convert.c: `hindcast convert`: any format that is read to JSON or protobuf. */
#include "formats/base/map.h"
#include "formats/base/visible.h"
#include "formats/cmd_inputs.h"
#include "formats/commands.h"
#include "formats/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct convert {
	struct str to;
	struct str out;
	bool explain;
	bool force;
	bool strict;
};

static const struct opt OPTS[] = {
	{"to", 't', OPT_STRING, "FORMAT", offsetof(struct convert, to),
	 "json (canonical, as `temporal workflow show -o json`) or proto (a bare History "
	 "message). Without it the ending of OUT decides."},
	{"output", 'o', OPT_STRING, "OUT", offsetof(struct convert, out),
	 "A file, a folder (for several inputs; made if missing), or - for standard output. "
	 "An ending of .gz or .zst compresses."},
	{"explain", 0, OPT_FLAG, NULL, offsetof(struct convert, explain),
	 "Say what each input was recognised as; without OUT nothing is converted."},
	{"force", 'f', OPT_FLAG, NULL, offsetof(struct convert, force),
	 "Overwrite files that exist."},
	{"strict", 0, OPT_FLAG, NULL, offsetof(struct convert, strict),
	 "Write nothing and exit with 1 where something can't be carried over."},
};

static bool put_json(const struct history *h, struct transcode_loss *loss, struct buf *out,
		     struct err *err)
{
	const struct transcode_options options = {.style = TRANSCODE_INDENT, .loss = loss};
	struct arena a;
	bool ok;

	arena_init(&a);
	ok = transcode_wire_to_json(schema_message(h->schema, "temporal.api.history.v1.History"),
				    h->wire, &options, &a, out, err);
	arena_done(&a);
	buf_add_char(out, '\n');
	return ok;
}

static bool put_proto(const struct history *h, struct transcode_loss *loss, struct buf *out,
		      struct err *err)
{
	(void)loss;
	buf_add(out, h->wire);
	return buf_ok(out, err);
}

static const struct target {
	const char *name;
	const char *ending;
	bool (*put)(const struct history *h, struct transcode_loss *loss, struct buf *out,
		    struct err *err);
} TARGETS[] = {
	{"json", ".json", put_json},
	{"proto", ".bin", put_proto},
	{"proto", ".pb", put_proto},
};

struct converting {
	const struct command_context *context;
	const struct convert *settings;
	const struct target *target;
	struct str folder; /* p is NULL: OUT is a file, or standard output */
	struct map written; /* outputs of this run: two inputs must not share one */
	struct arena names;
};

static struct str without_packing(struct str name)
{
	const struct filter *f = filter_of_name(name);

	return f ? str_take(name, name.n - strlen(f->ending)) : name;
}

static const struct target *find_target(const struct convert *c)
{
	struct str name = without_packing(c->out);

	for (size_t i = 0; i < sizeof(TARGETS) / sizeof(*TARGETS); i++)
		if (c->to.n ? str_is(c->to, TARGETS[i].name)
			    : str_ends(name, str_of(TARGETS[i].ending)))
			return &TARGETS[i];
	return NULL;
}

/* FOLDER/NAME with the target's ending in place of the input's. */
static struct str path_in_folder(struct converting *c, struct str input)
{
	struct str name = str_is(input, "-") ? STR("stdin") : input;
	size_t dot;

	for (size_t i = name.n; i-- > 0;)
		if (name.p[i] == '/') {
			name = str_skip(name, i + 1);
			break;
		}
	name = without_packing(name);
	for (dot = name.n; dot > 0 && name.p[dot - 1] != '.';)
		dot--;
	if (dot > 1)
		name = str_take(name, dot - 1);
	return arena_printf(&c->names, "%.*s/%.*s%s", STR_ARG(c->folder), STR_ARG(name),
			    c->target->ending);
}

static bool write_all(int fd, struct str bytes, struct err *err)
{
	while (bytes.n) {
		ssize_t n = write(fd, bytes.p, bytes.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, "writing");
		bytes = str_skip(bytes, (size_t)n);
	}
	return true;
}

/* The file appears whole, or not at all. */
static bool write_file(struct converting *c, struct str path, struct str bytes, struct err *err)
{
	struct str temporary = arena_printf(&c->names, "%s.%ld.tmp", path.p, (long)getpid());
	bool ok;
	int fd;

	if (!c->settings->force && access(path.p, F_OK) == 0)
		return err_set(err, ERR_IO, "%s exists (--force overwrites it)", path.p);
	fd = open(temporary.p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0)
		return err_errno(err, "%s", path.p);
	ok = write_all(fd, bytes, err) || err_wrap(err, "%s", path.p);
	if (close(fd) != 0 && ok)
		ok = err_errno(err, "%s", path.p);
	if (ok && rename(temporary.p, path.p) != 0)
		ok = err_errno(err, "%s", path.p);
	if (!ok)
		unlink(temporary.p);
	return ok;
}

static bool deliver(struct converting *c, struct str input, struct buf *bytes, struct err *err)
{
	struct str out = c->settings->out;
	const struct filter *filter;
	struct buf packed;
	bool ok, is_new;

	if (str_is(out, "-")) {
		fwrite(bytes->p, 1, bytes->n, c->context->out);
		return true;
	}
	out = c->folder.p ? path_in_folder(c, input) : arena_str(&c->names, out);
	map_put(&c->written, out, 0, &is_new);
	if (!is_new)
		return err_set(err, ERR_IO, "%s: another input of this name was written there",
			       out.p);
	filter = filter_of_name(out);
	if (!filter)
		return write_file(c, out, buf_str(bytes), err);
	buf_init(&packed, 0);
	ok = filter->pack(buf_str(bytes), &packed, err) &&
	     write_file(c, out, buf_str(&packed), err);
	buf_done(&packed);
	return ok;
}

static void explain(const struct converting *c, struct str path, const struct history *h,
		    const struct load_info *info)
{
	/* With results on standard output this is all else. */
	FILE *to = str_is(c->settings->out, "-") ? c->context->err : c->context->out;
	struct buf line;

	buf_init(&line, 0);
	visible_add(&line, path, 0);
	buf_printf(&line, ": %s%s%s, %zu bytes: %zu event%s%s; certain: all of it was read\n",
		   info->compression ? info->compression : "", info->compression ? ", " : "",
		   info->format, info->input_bytes, h->n_events, h->n_events == 1 ? "" : "s",
		   info->newest_first ? ", newest first" : "");
	fwrite(line.p, 1, line.n, to);
	buf_done(&line);
}

/* True where something is lost; said on stderr. */
static bool say_loss(const struct converting *c, struct str path,
		     const struct transcode_loss *loss, const char *when)
{
	struct buf text, line;
	bool lost;

	buf_init(&text, 0);
	lost = inputs_loss_text(loss, &text);
	if (lost) {
		buf_init(&line, 0);
		buf_printf(&line, "%.*s: not carried over (%s): ", STR_ARG(path), when);
		buf_add(&line, buf_str(&text));
		inputs_complain(c->context, line.p);
		buf_done(&line);
	}
	buf_done(&text);
	return lost;
}

static int convert_loaded(struct converting *c, struct str path, const struct history *h,
			  const struct load_info *info)
{
	struct transcode_loss loss = {0};
	struct err err = ERR_INIT;
	struct buf bytes;
	bool lost, ok;

	if (c->settings->explain)
		explain(c, path, h, info);
	lost = say_loss(c, path, &info->loss, "reading");
	if (!c->target)
		return lost && c->settings->strict ? EXIT_FOUND : 0;
	buf_init(&bytes, 0);
	ok = c->target->put(h, &loss, &bytes, &err);
	lost |= ok && say_loss(c, path, &loss, "writing");
	if (ok && lost && c->settings->strict) {
		buf_done(&bytes);
		return EXIT_FOUND;
	}
	ok = ok && buf_ok(&bytes, &err) && deliver(c, path, &bytes, &err);
	buf_done(&bytes);
	if (!ok)
		inputs_complain(c->context, err.message);
	return ok ? 0 : EXIT_CANNOT;
}

static int convert_file(struct converting *c, struct str path)
{
	struct err err = ERR_INIT;
	struct load_info info;
	struct history h;
	int code;

	if (!load_history(c->context->schema, path, &h, &info, &err)) {
		inputs_complain(c->context, err.message);
		return EXIT_CANNOT;
	}
	code = convert_loaded(c, path, &h, &info);
	history_done(&h);
	return code;
}

/* Several inputs, or an OUT that is a folder or ends in '/'. */
static bool find_folder(struct converting *c, size_t n_inputs, struct err *err)
{
	struct str out = arena_str(&c->names, c->settings->out);
	struct stat st;
	bool exists = stat(out.p, &st) == 0;

	if (!out.n || str_is(out, "-") ||
	    (n_inputs == 1 && !str_ends(out, STR("/")) && !(exists && S_ISDIR(st.st_mode))))
		return true;
	if (exists && !S_ISDIR(st.st_mode))
		return err_set(err, ERR_USAGE, "%s is no folder, and there are %zu inputs", out.p,
			       n_inputs);
	if (!exists && mkdir(out.p, 0777) != 0)
		return err_errno(err, "%s", out.p);
	while (out.n > 1 && out.p[out.n - 1] == '/')
		out.n--;
	c->folder = out;
	return true;
}

static int usage(const struct command_context *context, const char *what)
{
	fprintf(context->err, "hindcast convert: %s\nTry 'hindcast convert --help'.\n", what);
	return EXIT_BAD_USAGE;
}

static int check_settings(struct converting *c)
{
	const struct convert *s = c->settings;

	c->target = s->out.n ? find_target(s) : NULL;
	if (s->to.n && !str_is(s->to, "json") && !str_is(s->to, "proto"))
		return usage(c->context, "--to is json or proto");
	if (!s->out.n && !s->explain)
		return usage(c->context, "-o OUT says where to write (- is standard output)");
	if (s->out.n && !c->target)
		return usage(c->context, "--to json or --to proto says what to write");
	return 0;
}

static int convert_all(struct converting *c, const struct source_list *list)
{
	struct err err = ERR_INIT;
	int code = 0;

	if (list->files.n > 1 && str_is(c->settings->out, "-"))
		return usage(c->context, "several histories don't go into one standard output");
	if (!find_folder(c, list->files.n, &err)) {
		inputs_complain(c->context, err.message);
		return EXIT_CANNOT;
	}
	for (size_t i = 0; i < list->files.n; i++) {
		int one = convert_file(c, list->files.at[i].path);

		code = one > code ? one : code;
	}
	return code;
}

static int run(const struct command_context *context, void *settings, const struct str *operands,
	       size_t n_operands)
{
	struct converting c = {.context = context, .settings = settings};
	struct source_list list = {0};
	int code = check_settings(&c);

	arena_init(&c.names);
	if (!code)
		code = inputs_expand(context, "convert", operands, n_operands, &c.names, &list);
	if (!code)
		code = convert_all(&c, &list);
	source_list_done(&list);
	map_done(&c.written);
	arena_done(&c.names);
	return code;
}

const struct command COMMAND_CONVERT = {
	.name = "convert",
	.usage = "IN... --to FORMAT -o OUT",
	.summary = "turn histories of any format into JSON or protobuf",
	.details = "Reads histories as JSON (an object, a list of events, a server's reply) or\n"
		   "protobuf, plain or compressed, and writes the one canonical form: the same\n"
		   "history gives the same bytes. What can't be carried over is named on standard\n"
		   "error. A file appears whole or not at all.\n",
	.examples = "hindcast convert order-1.json --to proto -o order-1.bin\n"
		    "    One file.\n"
		    "hindcast convert exports/ --to json -o clean/\n"
		    "    Every history below a folder.\n"
		    "hindcast convert --explain odd.json\n"
		    "    Only say what it is.\n",
	.opts = OPTS,
	.n_opts = sizeof(OPTS) / sizeof(*OPTS),
	.settings_size = sizeof(struct convert),
	.run = run,
};
