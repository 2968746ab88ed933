/* SPDX-License-Identifier: MIT */
/* cmd_show.c: `hindcast show`: histories for reading, by event, task, group or state. */
#include "formats/cmd_show.h"

#include "formats/base/limits.h"
#include "formats/base/visible.h"
#include "formats/commands.h"
#include "formats/transcode/json.h"

#include <inttypes.h>
#include <locale.h>

static const struct opt OPTS[] = {
	{"Views", 0, OPT_HEADING, NULL, 0, NULL},
	{"event", 'e', OPT_STRING, "N", offsetof(struct show, event),
	 "Print event N alone, whole, as canonical JSON; N-M and several with commas, too."},
	{"tasks", 't', OPT_FLAG, NULL, offsetof(struct show, tasks),
	 "A line per workflow task: what came in, what the code asked for, on which build."},
	{"groups", 'g', OPT_FLAG, NULL, offsetof(struct show, groups),
	 "A line per activity, timer, child, signal, update, ...: how often, how long, how it "
	 "ended."},
	{"state-at", 's', OPT_STRING, "N", offsetof(struct show, state_at),
	 "How the run stood after event N: what was open, what the code had been shown."},
	{"grep", 'G', OPT_STRING, "RE", offsetof(struct show, grep),
	 "Where an extended regular expression matches: names, failures, decoded payloads. "
	 "Exits with 1 where it does not, as grep does."},
	{"ignore-case", 'i', OPT_FLAG, NULL, offsetof(struct show, ignore_case),
	 "With --grep: capitals match small letters, too."},

	{"Rows and columns", 0, OPT_HEADING, NULL, 0, NULL},
	{"where", 'w', OPT_STRING, "QUERY", offsetof(struct show, where),
	 "Only the events that fit, as \"category = activity and attempt > 3\" "
	 "(docs/query.md); of --tasks and --groups those with such an event."},
	{"columns", 'c', OPT_STRING, "LIST", offsetof(struct show, columns),
	 "Instead of the usual line these columns, with commas between; names of docs/show.md, "
	 "and fields of events, as \"id,type,activityType.name\"."},
	{"limit", 'n', OPT_COUNT, "N", offsetof(struct show, limit),
	 "The first N rows of each history."},
	{"tail", 0, OPT_COUNT, "N", offsetof(struct show, tail), "The last N rows of each history."},

	{"Payloads", 0, OPT_HEADING, NULL, 0, NULL},
	{"payloads", 'p', OPT_FLAG, NULL, offsetof(struct show, payloads),
	 "Also what payloads hold, decoded as far as there are keys: on each line what the event "
	 "carries, of --groups what went in and came out, behind --event all of them."},
	PAYLOAD_OPTIONS(struct show, reading,
			"Take off what payload codecs put on (zlib, snappy, encrypted) before anything "
			"is shown or searched. Keys come from --keys or HINDCAST_KEY_ID in the "
			"environment."),

	{"Form", 0, OPT_HEADING, NULL, 0, NULL},
	{"json", 0, OPT_FLAG, NULL, offsetof(struct show, json),
	 "One JSON object a line for each row, for other programs."},
	{"utc", 0, OPT_FLAG, NULL, offsetof(struct show, utc),
	 "Times as they are in the history instead of since its first event."},
	{"local", 0, OPT_FLAG, NULL, offsetof(struct show, local),
	 "Times in the time zone of this machine."},
	{"from", 0, OPT_STRING, "FORMAT", offsetof(struct show, from),
	 "What the inputs are, where their bytes don't tell (docs/formats.md)."},
};

/* ---- what was asked for ---- */

static bool read_end(struct str text, int64_t *ret)
{
	long long n;

	if (!str_to_int(text, &n) || n < 1)
		return false;
	*ret = n;
	return true;
}

static bool read_range(struct str text, struct show_range *ret)
{
	ptrdiff_t dash = str_find(text, STR("-"));

	if (dash < 0)
		return read_end(text, &ret->from) && read_end(text, &ret->to);
	ret->to = INT64_MAX;
	return read_end(str_take(text, (size_t)dash), &ret->from) &&
	       ((size_t)dash + 1 == text.n ||
		read_end(str_skip(text, (size_t)dash + 1), &ret->to)) &&
	       ret->from <= ret->to;
}

bool show_ranges_read(struct str text, const char *option, struct arena *a,
		      struct show_ranges *ret, struct err *err)
{
	struct show_range *at;
	struct str rest = text;
	size_t n = 0;

	if (text.n > LIMIT_QUERY_BYTES)
		return err_set(err, ERR_USAGE, "--%s: longer than %zu bytes", option,
			       LIMIT_QUERY_BYTES);
	at = arena_array(a, struct show_range, text.n + 1);
	do {
		struct str one = str_trim(str_split(&rest, ','));

		if (!read_range(one, &at[n++]))
			return err_set(err, ERR_USAGE,
				       "--%s: '%.*s' is no event id from 1 on and no range of "
				       "them as 5-9",
				       option, STR_ARG(str_take(one, LIMIT_SHOWN_NAME_BYTES)));
	} while (rest.n);
	*ret = (struct show_ranges){at, n};
	return true;
}

/* Which options ask for a view of their own: at most one can be had. */
static bool one_view(const struct show *w, struct err *err)
{
	const struct {
		const char *name;
		bool there;
	} VIEWS[] = {
		{"--event", w->event.p},	 {"--tasks", w->tasks}, {"--groups", w->groups},
		{"--state-at", w->state_at.p}, {"--grep", w->grep.p}, {"--columns", w->columns.p},
	};
	const char *first = NULL;

	for (size_t i = 0; i < sizeof(VIEWS) / sizeof(*VIEWS); i++) {
		if (!VIEWS[i].there)
			continue;
		if (first)
			return err_set(err, ERR_USAGE, "%s and %s: one of them is expected",
				       first, VIEWS[i].name);
		first = VIEWS[i].name;
	}
	return true;
}

static bool check_settings(const struct show *w, struct err *err)
{
	if (!one_view(w, err))
		return false;
	if (w->where.p && (w->event.p || w->state_at.p))
		return err_set(err, ERR_USAGE, "%s and --where: one of them is expected",
			       w->event.p ? "--event" : "--state-at");
	if (w->utc && w->local)
		return err_set(err, ERR_USAGE, "--utc and --local: one of them is expected");
	if (w->limit && w->tail)
		return err_set(err, ERR_USAGE, "--limit and --tail: one of them is expected");
	if (w->event.p && (w->limit || w->tail))
		return err_set(err, ERR_USAGE, "%s does not go with --event",
			       w->limit ? "--limit" : "--tail");
	if (w->payloads && (w->tasks || w->state_at.p || w->grep.p || w->columns.p))
		return err_set(err, ERR_USAGE, "--payloads goes with events and --groups; "
			       "--columns has a column 'payload'");
	if (w->ignore_case && !w->grep.p)
		return err_set(err, ERR_USAGE, "--ignore-case goes with --grep");
	return true;
}

static bool read_regex(struct showing *s, struct arena *a, struct err *err)
{
	struct str text = s->settings->grep;
	int flags = REG_EXTENDED | REG_NEWLINE | (s->settings->ignore_case ? REG_ICASE : 0);
	char why[200];
	int code;

	if (text.n > LIMIT_PATTERN_BYTES)
		return err_set(err, ERR_USAGE, "--grep: longer than %zu bytes",
			       LIMIT_PATTERN_BYTES);
	/* Dots are for letters, not for bytes of them, whatever the environment says. */
	s->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (s->utf8)
		uselocale(s->utf8);
	code = regcomp(&s->regex, arena_cstr(a, text), flags);
	s->has_regex = code == 0;
	if (s->has_regex)
		return true;
	regerror(code, &s->regex, why, sizeof(why));
	return err_set(err, ERR_USAGE, "--grep: %s", why);
}

/* What the options say, made ready in A. */
static bool read_settings(struct showing *s, struct arena *a, struct err *err)
{
	const struct show *w = s->settings;

	if (!check_settings(w, err))
		return false;
	if (w->where.p && !query_parse(&s->where, w->where, QUERY_EVENT, s->context->schema, a, err))
		return err_wrap(err, "--where");
	if (w->columns.p && !columns_read(w->columns, s->context->schema, a, &s->columns, err))
		return err_wrap(err, "--columns");
	if (w->event.p && !show_ranges_read(w->event, "event", a, &s->ranges, err))
		return false;
	if (w->state_at.p && !show_ranges_read(w->state_at, "state-at", a, &s->ranges, err))
		return false;
	return !w->grep.p || read_regex(s, a, err);
}

/* With --payloads what lies around a payload is told of, so nothing is taken off before. */
static bool open_payloads(struct showing *s, struct err *err)
{
	const struct payload_options *o = &s->settings->reading;

	s->decode = o->decode || (!s->settings->payloads && payload_options_decode(o));
	if (!payload_files_open(&s->files, o, s->context, err))
		return false;
	s->tools = s->files.reader.tools;
	return true;
}

/* ---- events whole ---- */

static bool add_event(struct showing *s, struct str event, struct err *err)
{
	struct transcode_options options = {
		.style = s->settings->json ? TRANSCODE_COMPACT : TRANSCODE_INDENT,
		.keep_unknown = true,
	};
	struct arena_mark mark = arena_mark(&s->step);
	bool ok = transcode_wire_to_json(history_event_message(s->h), event, &options, &s->step,
					 &s->out, err);

	arena_rewind(&s->step, mark);
	return ok;
}

/* "history" before all else, as in the other views. */
static bool show_event_line(struct showing *s, size_t index, struct err *err)
{
	const struct schema_message *m = history_event_message(s->h);
	struct str event = history_event(s->h, index);
	size_t begin;
	bool ok;

	buf_puts(&s->out, "{\"history\":");
	json_put_string(&s->out, s->path);
	if (s->settings->payloads) {
		buf_puts(&s->out, ",\"event\":");
		ok = add_event(s, event, err);
		buf_puts(&s->out, ",\"payloads\":");
		ok = ok && payload_json_all(&s->files.reader, m, event, &s->out, err);
		buf_puts(&s->out, "}\n");
		return ok;
	}
	begin = s->out.n;
	ok = add_event(s, event, err);
	/* The event's own brace becomes a comma; an event of nothing keeps none. */
	if (ok && s->out.n - begin > 2)
		s->out.p[begin] = ',';
	else if (ok)
		s->out.n = begin, buf_add_char(&s->out, '}');
	buf_add_char(&s->out, '\n');
	return ok;
}

static bool show_event(struct showing *s, size_t index, struct err *err)
{
	const struct schema_message *m = history_event_message(s->h);
	struct str event = history_event(s->h, index);
	bool ok;

	if (s->settings->json)
		return show_event_line(s, index, err);
	if (s->many) {
		show_paint(s, SHOW_STRONG);
		visible_add(&s->out, s->path, 0);
		show_plain(s);
		buf_printf(&s->out, ": event %" PRId64 "\n", s->h->events[index].id);
	}
	ok = add_event(s, event, err);
	buf_add_char(&s->out, '\n');
	if (s->settings->payloads)
		ok = ok && payload_print_all(&s->files.reader, m, event, &s->out, err);
	return ok;
}

bool show_events(struct showing *s, struct err *err)
{
	const struct history *h = s->h;

	for (size_t r = 0; r < s->ranges.n; r++) {
		struct show_range range = s->ranges.at[r];
		size_t shown = 0;

		if (range.from == range.to) {
			size_t index = history_find(h, range.from);

			if (index < h->n_events && !show_event(s, index, err))
				return false;
			shown = index < h->n_events;
		} else {
			for (size_t i = 0; i < h->n_events; i++) {
				if (h->events[i].id < range.from || h->events[i].id > range.to)
					continue;
				if (!show_event(s, i, err))
					return false;
				shown++;
				show_flush_much(s);
			}
		}
		if (!shown)
			return err_set(err, ERR_MISSING,
				       "there is no event %" PRId64 " (ids go from %" PRId64
				       " to %" PRId64 ")",
				       range.from, h->events[0].id,
				       h->events[h->n_events - 1].id);
	}
	return true;
}

/* ---- one history after the other ---- */

static show_view *view_of(const struct show *w)
{
	return w->event.p	 ? show_events
	       : w->tasks	 ? show_tasks
	       : w->groups	 ? show_groups
	       : w->state_at.p	 ? show_states
	       : w->grep.p	 ? show_matches
				 : show_lines;
}

struct one {
	struct showing *s;
	struct str path;
	bool damaged; /* what is there was shown, and what is not was said */
};

static bool show_loaded(struct one *one, const struct history *h, const struct load_info *info,
			struct err *err)
{
	struct showing *s = one->s;
	bool any = s->any, found = s->found, ok;

	arena_init(&s->arena);
	arena_init(&s->step);
	s->h = h;
	s->path = inputs_label(one->path, info, &s->arena);
	s->many = s->n_files > 1 || !info->only;
	s->groups = (struct groups){0};
	s->sure = !h->live;
	ok = view_of(s->settings)(s, err) && history_decoded(h, err);
	if (ok) {
		show_flush(s);
	} else {
		buf_clear(&s->out);
		s->any = any;
		s->found = found;
	}
	if (info->damage.p) {
		struct str text = arena_printf(&s->arena, "%.*s: %.*s", STR_ARG(s->path),
					       STR_ARG(info->damage));

		fflush(s->context->out);
		inputs_complain(s->context, text.p);
		one->damaged = true;
	}
	arena_done(&s->step);
	arena_done(&s->arena);
	return ok;
}

/* What could not be decoded is said, and shown as it is. */
static void say_left(const struct showing *s, struct str path, struct str report)
{
	while (report.n) {
		struct str line = str_split(&report, '\n');
		struct buf text;

		buf_init(&text, 0);
		buf_printf(&text, "%.*s: %.*s", STR_ARG(path), STR_ARG(line));
		inputs_complain(s->context, text.p);
		buf_done(&text);
	}
}

static bool show_history(void *data, struct history *h, const struct load_info *info,
			 struct err *err)
{
	struct one *one = data;
	struct history decoded;
	struct buf report;
	bool ok;

	if (!one->s->decode)
		return show_loaded(one, h, info, err);
	buf_init(&report, 0);
	ok = payload_decode_history(&one->s->files.reader, h, &decoded, &report, err);
	if (ok) {
		say_left(one->s, one->path, buf_str(&report));
		ok = show_loaded(one, &decoded, info, err);
		history_done(&decoded);
	}
	buf_done(&report);
	return ok;
}

/*
 * Few of the events, mostly: then JSON need not be decoded whole. Groups and tasks, and what is
 * printed whole, are made of all events, some of them looked at twice: better decoded at once.
 */
static bool looks_at_few(const struct show *w)
{
	if (w->tasks || w->groups)
		return false;
	return w->event.p || w->state_at.p || w->where.p || w->limit || (w->tail && !w->grep.p);
}

static int show_file(struct showing *s, struct source_list *list, struct str path)
{
	struct load_settings settings = {.schema = s->context->schema,
					 .from = s->settings->from,
					 .flags = LOAD_KEEP_UNKNOWN | LOAD_PARTIAL,
					 .members = &list->members,
					 .pages = s->pages};
	struct one one = {s, path, false};
	struct err err = ERR_INIT;

	if (looks_at_few(s->settings) && !s->decode)
		settings.flags |= LOAD_INDEX;
	if (load_each(&settings, path, show_history, &one, &err))
		return one.damaged ? EXIT_CANNOT : 0;
	inputs_complain(s->context, err.message);
	return EXIT_CANNOT;
}

static int run(const struct command_context *context, void *settings, const struct str *operands,
	       size_t n_operands)
{
	struct showing s = {.context = context, .settings = settings, .paint = context->colour};
	struct source_list list = {0};
	struct err err = ERR_INIT;
	struct arena a;
	int code;

	arena_init(&a);
	buf_init(&s.out, 0);
	if (!read_settings(&s, &a, &err)) {
		inputs_complain(context, err.message);
		code = err.code == ERR_USAGE ? EXIT_BAD_USAGE : EXIT_CANNOT;
	} else if (!open_payloads(&s, &err)) {
		inputs_complain(context, err.message);
		code = EXIT_CANNOT;
	} else {
		code = inputs_expand(context, "show", operands, n_operands, &a, &list);
	}
	s.n_files = list.files.n;
	s.pages = load_pages_new(list.files.at, list.files.n);
	for (size_t i = 0; i < list.files.n; i++) {
		int one = show_file(&s, &list, list.files.at[i].path);

		code = one ? one : code;
	}
	if (!code && s.settings->grep.p && !s.found)
		code = EXIT_FOUND; /* as grep says it */
	if (s.has_regex)
		regfree(&s.regex);
	if (s.utf8) {
		uselocale(LC_GLOBAL_LOCALE);
		freelocale(s.utf8);
	}
	load_pages_free(s.pages);
	source_list_done(&list);
	payload_files_done(&s.files);
	buf_done(&s.out);
	arena_done(&a);
	return code;
}

const struct command COMMAND_SHOW = {
	.name = "show",
	.usage = "[options] HISTORY...",
	.summary = "print a history, one line per event",
	.details = "Prints what a history holds: who it is on the first two lines, then a line\n"
		   "for each event with its id, the time since the first event, the time since\n"
		   "the event before, its type, its name (activity type, timer's duration,\n"
		   "signal, marker with what it marks), its id in the code's terms, and the\n"
		   "event that it answers (\"of 5\"). Other views show it by workflow task, by\n"
		   "activity, timer and the like, or as it stood after any of its events.\n\n"
		   "A HISTORY is a file, a folder, a glob or \"-\", in any format that hindcast\n"
		   "reads (docs/formats.md); FILE#N is the N-th of a file of several.\n\n"
		   "Of a damaged file the events before the damage are shown. Exits with 0, with\n"
		   "1 where --grep found nothing, with 3 where a file can't be read to its end.\n",
	.examples = "hindcast show order-1.json\n    What happened in this run.\n"
		    "hindcast show --event 12 order-1.json\n    All of event 12, as JSON.\n"
		    "hindcast show --state-at 12 order-1.json\n"
		    "    What was open then, and what the code knew.\n"
		    "hindcast show --grep 'C-[0-9]+' histories/\n"
		    "    Wherever such an id is in a payload, a name or a failure.\n"
		    "hindcast show --where 'activity = Charge and attempt > 3' histories/\n"
		    "    Wherever that activity was tried more than three times.\n"
		    "temporal workflow show -w order-1 -o json | hindcast show --groups -\n"
		    "    What a run on a server did, and how long each thing took.\n",
	.opts = OPTS,
	.n_opts = sizeof(OPTS) / sizeof(*OPTS),
	.settings_size = sizeof(struct show),
	.run = run,
};
