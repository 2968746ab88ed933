/* SPDX-License-Identifier: MIT */
/* cmd_view.c: `hindcast view`: the loop between a terminal and a session. */
#include "viewer/cmd_view.h"

#include "formats/base/visible.h"
#include "formats/cmd_inputs.h"
#include "replayer/run/run_file.h"
#include "viewer/address.h"
#include "viewer/commands.h"
#include "viewer/draw.h"

#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static const struct opt OPTS[] = {
	{"diff", 0, OPT_FLAG, NULL, offsetof(struct view_options, diff),
	 "Lay two histories beside each other, as diff compares them; D does it from within."},
	{"source", 0, OPT_STRING, "DIR", offsetof(struct view_options, source),
	 "The folder with the source code, for lines of stacks and the editor."},
	{"config", 0, OPT_STRING, "FILE", offsetof(struct view_options, config),
	 "Keys and settings from FILE instead of $XDG_CONFIG_HOME/hindcast/view.conf, or "
	 "~/.config/hindcast/view.conf (docs/viewer.md)."},
	{"help-keys", 0, OPT_FLAG, NULL, offsetof(struct view_options, help_keys),
	 "Write the table of keys and settings, and end."},
	{"How it is shown", 0, OPT_HEADING, NULL, 0, NULL},
	{"redact", 0, OPT_FLAG, NULL, offsetof(struct view_options, redact),
	 "Histories without their secrets, as redact makes them; what a run says of them is left "
	 "out. HINDCAST_SALT keys the placeholders. :redact does it from within."},
	{"color", 0, OPT_STRING, "WHEN", offsetof(struct view_options, color),
	 "auto (what NO_COLOR and the terminal say), always or never."},
	{"ascii", 0, OPT_FLAG, NULL, offsetof(struct view_options, ascii),
	 "Draw with ASCII alone, as where the locale is not UTF-8."},
	{"utc", 0, OPT_FLAG, NULL, offsetof(struct view_options, utc), "Times in UTC."},
	{"local", 0, OPT_FLAG, NULL, offsetof(struct view_options, local), "Times in local time."},
	{"Without a terminal", 0, OPT_HEADING, NULL, 0, NULL},
	{"print", 'p', OPT_FLAG, NULL, offsetof(struct view_options, print),
	 "Write the view as text to standard output, whole, and end. So too where standard "
	 "output is no terminal."},
	{"size", 0, OPT_STRING, "WxH", offsetof(struct view_options, size),
	 "With --print, the screen as a terminal of that size would show it."},
	{"script", 0, OPT_STRING, "FILE", offsetof(struct view_options, script),
	 "Keys from FILE instead of a terminal; its lines are keys, type, size, screen and styles."},
	{"idle-fd", 0, OPT_COUNT, "N", offsetof(struct view_options, idle_fd),
	 "Write a byte into this descriptor whenever the screen is drawn and nothing is left to "
	 "do but to wait for a key: what a test waits for."},
	{"Replaying again", 0, OPT_HEADING, NULL, 0, NULL},
	{"worker", 0, OPT_STRING, "CMD", offsetof(struct view_options, worker),
	 "The worker that R replays a history against (as replay's --worker). Nothing is ever "
	 "run without it, whatever a run file says."},
	{"query", 0, OPT_LIST, "NAME", offsetof(struct view_options, queries),
	 "With --worker: R and S ask this query of the workflow's own too, after each workflow "
	 "task. May be given more than once."},
	{"Payloads", 0, OPT_HEADING, NULL, 0, NULL},
	PAYLOAD_OPTIONS(struct view_options, payloads, "Take off what codecs put around payloads."),
	{"codec-endpoint", 0, OPT_STRING, "URL", offsetof(struct view_options, codec.endpoint),
	 "Ask this codec server (POST URL/decode) for the payloads that are on the screen and can't "
	 "be read without; {namespace} in it is replaced. :codec URL and :codec off do it from within."},
	CODEC_SERVER_OPTIONS(struct view_options, codec),
};

static int complain(const struct viewing *v, const char *message, int code)
{
	inputs_complain(v->context, message);
	return code;
}

/* ---- what the outside says ---- */

static struct str local_time_text(int64_t ns, struct arena *a)
{
	time_t t = (time_t)(ns / 1000000000 - (ns % 1000000000 < 0));
	int64_t rest = ((ns % 1000000000) + 1000000000) % 1000000000;
	char day[64];
	struct tm tm;

	if (!localtime_r(&t, &tm) || !strftime(day, sizeof(day), "%Y-%m-%d %H:%M:%S", &tm))
		return STR("-");
	return arena_printf(a, "%s.%03d", day, (int)(rest / 1000000));
}

static bool is_utf8(void)
{
	setlocale(LC_CTYPE, "");
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

static bool wants_colour(const struct viewing *v)
{
	const char *no_color = getenv("NO_COLOR");

	if (str_is(v->options->color, "always"))
		return true;
	return !str_is(v->options->color, "never") && !(no_color && *no_color);
}

int64_t view_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- opening ---- */

static bool open_run(struct viewing *v, const struct address *a, struct err *err)
{
	struct run_file *run;

	if (!run_file_read(&run, a->file, err))
		return false;
	session_take_run(&v->session, run, a->file);
	view_follow_begin(v);
	return true;
}

/* To the history, event and view that an address names beyond its file. */
static bool follow(struct viewing *v, const struct address *a, struct err *err)
{
	struct session *s = &v->session;
	struct document *d = session_document(s);

	if (a->history.p && !s->run)
		return err_set(err, ERR_MISSING, "%.*s has no history '%.*s'", STR_ARG(a->file),
			       STR_ARG(a->history));
	if (a->history.p) {
		const struct run_row *row = address_row(a, s->run, err);

		if (!row)
			return false;
		d = session_show_history(s, row);
		if (!d) {
			session_settle(s);
			return true;
		}
	}
	if (a->has_event && d) {
		size_t event = history_find(&d->history, a->event);

		/* Of a large file no more than a first screen is there yet. */
		while (event >= d->history.n_events && session_idle(s))
			event = history_find(&d->history, a->event);
		if (!session_go_next(s, a->event, SESSION_STEP))
			return err_set(err, ERR_MISSING, "%.*s has no event %lld",
				       STR_ARG(d->path), a->event);
	}
	if (a->has_view && !s->run && (a->view == PANE_RUN || a->view == PANE_VERDICT))
		return err_set(err, ERR_USAGE, "the view '%s' is of a run file, and none is open",
			       PANE_TABLE[a->view]->name);
	if (a->has_view && (d || PANE_TABLE[a->view]->scope == SCOPE_TOP ||
			    PANE_TABLE[a->view]->scope == SCOPE_ANY))
		session_show(s, a->view, d);
	session_settle(s);
	return true;
}

static bool lay_beside(struct session *s, struct err *err)
{
	struct document *left, *right;

	if (s->run || s->files.n != 2)
		return err_set(err, ERR_USAGE, "--diff takes two histories (there are %zu)",
			       s->run ? s->run->n_rows : s->files.n);
	left = session_open(s, s->files.at[0].path, err);
	right = left ? session_open(s, s->files.at[1].path, err) : NULL;
	if (!right)
		return false;
	s->places.n = 0; /* nothing was looked at before */
	session_show(s, PANE_LIST, left);
	if (!session_compare(s, left, right, err))
		return false;
	session_settle(s);
	return true;
}

/* RUN#12 is not the twelfth history of a file, but that of a run with the id 12. */
static void run_with_number(struct address *a)
{
	size_t n;
	struct str file = load_path_split(a->file, &n);

	if (!n || !ledger_is_run(file))
		return;
	a->history = str_skip(a->file, file.n + 1);
	a->file = file;
}

/* Histories; behind a run, where those that it names are now. */
static int add_files(struct viewing *v, const struct str *operands, size_t n)
{
	struct session *s = &v->session;
	struct source_list list = {0};
	int code;

	for (size_t i = 0; i < n; i++)
		if (ledger_is_run(operands[i]))
			return complain(v, "one run file at a time, in front of histories",
					EXIT_BAD_USAGE);
	code = inputs_expand(v->context, "view", operands, n, &s->arena, &list);
	if (code)
		return code;
	for (size_t i = 0; i < list.files.n; i++)
		session_add_file(s, list.files.at[i].path, list.files.at[i].bytes);
	s->list.members = list.members;
	list.members = (struct members_cursor){0};
	source_list_done(&list);
	return 0;
}

static int open_files(struct viewing *v, const struct str *operands, size_t n)
{
	struct session *s = &v->session;
	struct err err = ERR_INIT;
	struct address first = {0};
	int code;

	if (n) {
		if (!address_check(operands[0], &err))
			return complain(v, err.message, EXIT_BAD_USAGE);
		address_read(operands[0], &first);
		run_with_number(&first);
		if (!view_stdin(&first.file, &err))
			return complain(v, err.message, EXIT_CANNOT);
	}
	if (n && ledger_is_run(first.file)) {
		if (!open_run(v, &first, &err))
			return complain(v, err.message, EXIT_CANNOT);
		operands++;
		n--;
	} else if (n == 1) {
		operands = &first.file;
	} else {
		first = (struct address){0};
	}
	if (!n && !s->run)
		return complain(v,
				"there is no .hindcast/last.jsonl here: name a history, or a run file "
				"of hindcast replay",
				EXIT_CANNOT);
	code = n ? add_files(v, operands, n) : 0;
	if (code)
		return code;
	if (!session_begin(s, &err) || !follow(v, &first, &err))
		return complain(v, err.message, err.code == ERR_USAGE ? EXIT_BAD_USAGE : EXIT_CANNOT);
	if (v->options->diff && !lay_beside(s, &err))
		return complain(v, err.message, err.code == ERR_USAGE ? EXIT_BAD_USAGE : EXIT_CANNOT);
	return 0;
}

/* ---- running ---- */

static void handle(struct viewing *v, struct key key)
{
	session_key(&v->session, key);
	if (v->session.request.kind != REQUEST_NONE && v->session.request.kind != REQUEST_QUIT)
		view_outside(v);
}

/* Slices of work between two drawings, so that a progress moves. */
#define SLICES 16
/* How soon an answer of a codec server is seen. */
#define ANSWER_EVERY_MS 20

/*
 * Works while nothing is typed. TERM_IDLE: there is something new to draw first; else what
 * was read.
 */
static enum term_read wait_for_key(struct viewing *v, struct key *ret)
{
	for (int i = 0; i < SLICES && session_idle(&v->session); i++) {
		enum term_read read = v->term->read(v->term, 0, ret);

		if (read != TERM_IDLE || i + 1 == SLICES)
			return read;
		v->worked = true;
	}
	if (v->worked) {
		v->worked = false;
		return TERM_IDLE;
	}
	for (bool told = false;;) {
		bool waits = session_waits(&v->session);
		int most = waits ? ANSWER_EVERY_MS : v->follows ? v->follow_every : -1;
		enum term_read read;

		if (!waits && !told && v->options->idle_fd &&
		    write((int)v->options->idle_fd, "", 1) != 1)
			return TERM_END; /* whoever waited for it is gone */
		told = !waits;
		read = v->term->read(v->term, most, ret);
		if (read != TERM_IDLE || (waits && session_idle(&v->session)) ||
		    (v->follows && view_follow(v)))
			return read;
	}
}

static int loop(struct viewing *v)
{
	struct screen screen;
	struct session *s = &v->session;
	enum term_read read = TERM_IDLE;
	int width, height;

	screen_init(&screen);
	v->term->size(v->term, &width, &height);
	session_resize(s, width, height);
	while (s->request.kind != REQUEST_QUIT && read != TERM_END && !v->term->ended_by) {
		struct key key;

		draw(s, &screen);
		v->term->draw(v->term, &screen);
		read = wait_for_key(v, &key);
		if (read == TERM_KEY)
			handle(v, key);
	}
	screen_done(&screen);
	return 0;
}

/* A signal that asked for the end is what the program ends by, with the terminal as it was. */
static void close_terminal(struct viewing *v)
{
	int number = v->term->ended_by;

	v->term->close(v->term);
	if (number) {
		signal(number, SIG_DFL);
		raise(number);
	}
}

static int run_script(struct viewing *v)
{
	struct buf text, out;
	struct err err = ERR_INIT;
	int code;

	buf_init(&text, 0);
	buf_init(&out, 0);
	if (!source_read(v->options->script, &text, &err) ||
	    !term_script_open(&v->term, buf_str(&text), &out, &err)) {
		code = complain(v, err.message, EXIT_BAD_USAGE);
	} else {
		code = loop(v);
		close_terminal(v);
		fwrite(out.p, 1, out.n, v->context->out);
	}
	buf_done(&out);
	buf_done(&text);
	return code;
}

/* A log that shows a part of a history says so, or another view than was asked for. */
static int say_damage(struct viewing *v)
{
	struct session *s = &v->session;
	const struct document *d = session_document(s);
	struct err err = ERR_INIT;

	if (v->options->diff && !session_place(s)->comparison)
		return complain(v, arena_cstr(&s->arena, buf_str(&s->message)), EXIT_CANNOT);
	if (!d || !d->info.damage.p)
		return 0;
	fflush(v->context->out);
	err_set(&err, ERR_SYNTAX, "%.*s: %.*s", STR_ARG(d->path), STR_ARG(d->info.damage));
	return complain(v, err.message, EXIT_CANNOT);
}

static void print_once(struct viewing *v, bool colour, struct buf *out)
{
	struct session *s = &v->session;
	struct screen screen;

	if (!v->options->size.p) {
		draw_print(s, session_place(s)->pane, (size_t)s->width, colour, out);
		return;
	}
	screen_init(&screen);
	draw(s, &screen);
	screen_text(&screen, out);
	screen_done(&screen);
}

static int print(struct viewing *v, bool colour)
{
	struct session *s = &v->session;
	struct buf out;
	int width = v->context->columns > 0 ? (int)v->context->columns : 100, height = 40;

	if (!session_may_take(s))
		return complain(v, "--redact: this view is not of a history, and what a run or its files "
				"say can't be redacted: name a history of it", EXIT_BAD_USAGE);
	if (v->options->size.p && !term_size_read(v->options->size, &width, &height))
		return complain(v, "--size is columns and rows, as 80x24", EXIT_BAD_USAGE);
	buf_init(&out, 0);
	session_resize(s, width, height);
	do {
		while (session_idle(s))
			continue;
		buf_clear(&out);
		print_once(v, colour, &out);
	} while (view_codec_wait(v));
	fwrite(out.p, 1, out.n, v->context->out);
	buf_done(&out);
	return say_damage(v);
}

/* Keys come from standard input where that is a terminal, else from the terminal itself. */
static int run_terminal(struct viewing *v)
{
	struct term_settings settings = {
		.in = STDIN_FILENO,
		.out = STDOUT_FILENO,
		.name = getenv("TERM"),
		.colour = wants_colour(v),
	};
	struct err err = ERR_INIT;
	int tty = -1, code;

	if (!isatty(STDIN_FILENO)) {
		tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
		settings.in = tty;
		if (tty < 0)
			err_errno(&err, "no terminal to read keys from: /dev/tty");
	}
	if (settings.in < 0 || !term_curses_open(&v->term, &settings, &err)) {
		if (tty >= 0)
			close(tty);
		err_wrap(&err, "the view is written as text");
		complain(v, err.message, 0);
		return print(v, false);
	}
	v->follows = true;
	view_follow(v);
	if (v->session.mouse) /* the configuration says so */
		v->term->mouse(v->term, true);
	code = loop(v);
	close_terminal(v);
	if (tty >= 0)
		close(tty);
	return code;
}

static int begin(struct viewing *v, const struct str *operands, size_t n)
{
	static const struct str LAST[] = {{".hindcast/last.jsonl", 20}};
	int code;

	if (!n && access(LAST[0].p, R_OK) == 0) {
		operands = LAST;
		n = 1;
	}
	code = open_files(v, operands, n);
	if (code)
		return code;
	if (v->options->script.p)
		return run_script(v);
	if (!v->options->print && v->context->out_is_tty)
		return run_terminal(v);
	return print(v, str_is(v->options->color, "always") ||
				(v->context->colour && wants_colour(v)));
}

/* The configuration first, then what the command line says. */
static int configure(struct viewing *v)
{
	struct session *s = &v->session;
	struct str source = s->options.source;
	bool ascii = s->options.ascii;
	struct err err = ERR_INIT;

	s->time = TIMES_SINCE_START;
	if (!view_config(v, &err))
		return complain(v, err.message, EXIT_BAD_USAGE);
	s->options.ascii |= ascii;
	if (source.p)
		s->options.source = source;
	if (v->options->redact && !session_set_mask(s, STR(""), &err))
		return complain(v, err.message, EXIT_CANNOT);
	if (v->options->utc || v->options->local)
		s->time = v->options->utc ? TIMES_UTC : TIMES_LOCAL;
	if (!codec_server_check(&v->options->codec, &err) ||
	    (v->options->codec.endpoint.n &&
	     !session_codec_set(s, v->options->codec.endpoint, &err)))
		return complain(v, err.message, EXIT_BAD_USAGE);
	return 0;
}

static int print_keys(const struct viewing *v)
{
	struct buf out;

	buf_init(&out, 0);
	view_help_keys(&v->session.keymap, &out);
	fwrite(out.p, 1, out.n, v->context->out);
	buf_done(&out);
	return 0;
}

static int run(const struct command_context *context, void *settings, const struct str *operands,
	       size_t n)
{
	struct viewing v = {.context = context, .options = settings};
	struct session_options options = {0};
	struct err err = ERR_INIT;
	int code;

	options.ascii = !is_utf8() || v.options->ascii;
	options.source = v.options->source;
	options.salt = str_of(getenv("HINDCAST_SALT"));
	options.can_rerun = v.options->worker.p != NULL;
	options.local_time = local_time_text;
	if (!payload_files_open(&v.payloads, &v.options->payloads, context, &err)) {
		payload_files_done(&v.payloads);
		return complain(&v, err.message, EXIT_CANNOT);
	}
	options.reader = &v.payloads.reader;
	options.tools = v.payloads.reader.tools;
	view_codec_begin(&v);
	options.codec = &v.codec_outside;
	session_init(&v.session, context->schema, &options);
	code = configure(&v);
	if (code == 0)
		code = v.options->help_keys ? print_keys(&v) : begin(&v, operands, n);
	view_codec_end(&v);
	session_done(&v.session);
	payload_files_done(&v.payloads);
	return code;
}

static void settings_done(void *settings)
{
	struct view_options *o = settings;

	opt_list_done(&o->queries);
	opt_list_done(&o->codec.headers);
}

const struct command COMMAND_VIEW = {
	.name = "view",
	.usage = "[OPTION]... [HISTORY[:EVENT][:VIEW] | RUN[#HISTORY][:EVENT][:VIEW]]...",
	.summary = "walk through a history, or a replay run, in the terminal",
	.details = "Opens a run file of replay (without an operand the last one), one history, or a\n"
		   "list of several. Operands behind a run file are where its histories lie now.\n"
		   "VIEW is list, tree, time, diff, state, stack, json, detail, failure or help.\n"
		   "In the viewer ? says the keys of each view, and Q quits.\n",
	.examples = "hindcast view\n    the last replay run: verdicts by cause\n"
		    "hindcast view .hindcast/last.jsonl#order-88121:diff\n"
		    "    one history of it, beside what the worker does now\n"
		    "hindcast view order.json:12\n    a history at event 12\n"
		    "hindcast view --print order.json:12:state\n    what was open then, as text\n"
		    "hindcast view --diff good.json bad.json\n    two histories beside each other\n"
		    "hindcast view --worker ./worker --source . order.json\n"
		    "    R replays it against the worker, 4 and 6 show what that found\n",
	.opts = OPTS,
	.n_opts = sizeof(OPTS) / sizeof(*OPTS),
	.settings_size = sizeof(struct view_options),
	.run = run,
	.settings_done = settings_done,
};
