/* SPDX-License-Identifier: MIT */
/* load_input.c: one input, or the pages of several, through a reader into the join. */
#include "formats/read/load_input.h"

#include "formats/base/limits.h"
#include "formats/bytes/layer.h"

void loading_init(struct loading *l, const struct load_settings *settings,
			 struct event_sink *sink, bool keep_whole)
{
	*l = (struct loading){.settings = settings};
	load_report_init(&l->report);
	arena_init(&l->scratch);
	join_init(&l->join, settings->schema, sink, &l->report);
	l->join.keep_whole = keep_whole;
	l->join.partial = settings->flags & LOAD_PARTIAL;
}

void loading_done(struct loading *l)
{
	join_done(&l->join);
	cadence_done(&l->cadence);
	load_report_done(&l->report);
	arena_done(&l->scratch);
}

/* What came off around the input: "gzip, hex". */
void loading_layers(struct loading *l)
{
	struct load_report *r = &l->report;
	const struct input *in = &l->in;
	struct str names = STR_NONE;

	for (unsigned i = 0; i < in->n_layers; i++) {
		names = names.p ? arena_printf(&r->arena, "%s, %s", names.p, in->layers[i]->name)
				: str_of(in->layers[i]->name);
		if (in->notes[i])
			load_report_note(r, "layer", "%s: %s", in->layers[i]->name, in->notes[i]);
	}
	if (names.p) {
		r->info.compression = names.p;
		load_report_axis(r, LOAD_PACKING, names.p, in->layers[0]->evidence, "certain");
	} else {
		load_report_axis(r, LOAD_PACKING, "none", "no known mark at its begin", "certain");
	}
}

/* What was read until something was wrong is worth having, if the caller says so. */
static bool give_what_is_there(struct loading *l, struct err *err)
{
	const struct err why = err ? *err : (struct err)ERR_INIT;
	struct load_info *info = &l->report.info;

	if (!l->join.partial || l->join.sink_failed || (why.code != ERR_SYNTAX && why.code != ERR_LIMIT) ||
	    (!l->join.n_events && !l->join.held.n))
		return false;
	if (!info->damage.p)
		info->damage = arena_str(&l->report.texts, str_of(why.message));
	info->damage_line = why.line;
	info->damage_byte = why.byte;
	l->join.more = JOIN_LAST; /* said already */
	*err = (struct err)ERR_INIT;
	return join_end(&l->join, err);
}

/*
 * JSON's wire form is about half of compact JSON, a quarter of indented, two fifths where
 * payloads are long. What is not written to costs nothing; growing does.
 */
static void reserve(struct loading *l)
{
	if (l->join.keep_whole && l->in.at_end && l->in.window.n &&
	    (l->in.window.p[0] == '{' || l->in.window.p[0] == '['))
		buf_room(&l->join.out, l->in.window.n / 2);
}

static struct format_reader reader_of(struct loading *l)
{
	return (struct format_reader){
		.settings = l->settings,
		.in = &l->in,
		.path = l->path,
		.join = &l->join,
		.report = &l->report,
		.scratch = &l->scratch,
		.event = schema_message(l->settings->schema,
					"temporal.api.history.v1.HistoryEvent"),
		.cadence = &l->cadence,
	};
}

static bool open_file(struct loading *l, struct str file, struct err *err)
{
	/* What is mapped counts as memory, and a window is as fast. */
	unsigned flags = (l->settings->flags & LOAD_INDEX ? INPUT_MAP : 0) | INPUT_AHEAD;

	return members_input(l->settings->members, file, flags, &l->in, err);
}

/* The pages that follow are in files of their own. */
static bool read_other_pages(struct loading *l, const struct load_chain *chain, struct err *err)
{
	struct format_reader r = reader_of(l);

	join_is_page(&l->join);
	for (size_t i = 1; i < chain->n; i++) {
		join_room(&l->join); /* nothing is borrowed from an input that goes */
		input_done(&l->in);
		l->in = (struct input){0};
		if (!open_file(l, chain->at[i], err) || !format_read(&r, err))
			return err_wrap(err, "%.*s", STR_ARG(chain->at[i]));
	}
	l->report.info.joined = true;
	if (chain->copies)
		load_report_note(&l->report, "copies-dropped",
				 "%zu other file%s the same events as one of its pages, and %s left "
				 "out: %.*s%s",
				 chain->copies, chain->copies == 1 ? " has" : "s have",
				 chain->copies == 1 ? "is" : "are", STR_ARG(chain->copy),
				 chain->copies == 1 ? "" : ", ...");
	return true;
}

/* An input that is no history by itself may be a page; *RET_NONE: of one that is told of. */
static bool complete(struct loading *l, struct str path, bool *ret_none, struct err *err)
{
	struct join_lone lone;
	struct load_chain chain;
	bool ok;

	*ret_none = false;
	if (!l->settings->pages || !path.n || l->wanted)
		return true;
	if (!join_lone(&l->join, &lone, err))
		return err->code == ERR_NONE;
	if (!load_pages_chain(l->settings->pages, l->settings, path, &chain, err))
		return false;
	ok = true;
	if (chain.n > 1 && str_eq(chain.at[0], path))
		ok = read_other_pages(l, &chain, err);
	else
		*ret_none = chain.n > 1;
	load_chain_done(&chain);
	return ok;
}

/* A tar or zip that came through a pipe; those that are files are listed by source_expand(). */
static bool is_archive(const struct loading *l, struct str path)
{
	return path.n && members_in(str_take(l->in.window, FORMAT_HEAD)) &&
	       !members_path(l->path).n;
}

static bool read_member(struct format_reader *r, struct members *m, struct str name,
			struct err *err)
{
	struct input in;
	bool ok;

	if (!members_content(m, &in, err))
		return false;
	r->in = &in;
	ok = format_read(r, err);
	join_room(r->join); /* nothing is borrowed from an input that goes */
	input_done(&in);
	return ok || err_wrap(err, "%.*s", STR_ARG(name));
}

/* Its members one behind the other, as if they were one file of many histories. */
static bool read_archive(struct format_reader *r, struct input *in, struct err *err)
{
	struct members *m = members_of_input(in, err);
	struct member member;
	bool end = false, ok = m != NULL;

	while (ok && (ok = members_next(m, &member, &end, err)) && !end)
		if (source_may_hold(member.name))
			ok = read_member(r, m, member.name, err);
	members_close(m);
	r->in = in;
	return ok;
}

bool loading_input(struct loading *l, struct str path, struct err *err)
{
	struct format_reader r = reader_of(l);
	bool ok, none = false;

	/* What came before a cut is worth reading; the error comes again behind it. */
	if (!input_want(&l->in, FORMAT_HEAD, err) && !l->in.window.n)
		return false;
	loading_layers(l);
	if (is_archive(l, path)) {
		ok = read_archive(&r, &l->in, err) && join_end(&l->join, err);
	} else {
		reserve(l);
		ok = format_read(&r, err) && complete(l, path, &none, err) &&
		     (none || join_end(&l->join, err));
	}
	if (l->stopped || (ok && none))
		return true;
	if (!ok)
		ok = give_what_is_there(l, err);
	if (!input_sound(&l->in, err))
		return false;
	if (!ok)
		return false;
	if (!l->report.info.ordinal)
		return err_set(err, ERR_FORMAT, "it holds no events");
	if (l->wanted > l->report.info.ordinal)
		return err_set(err, ERR_MISSING, "there is no history %zu, only %zu", l->wanted,
			       l->report.info.ordinal);
	return true;
}

bool loading_path(struct loading *l, struct str path, struct err *err)
{
	struct str file = load_path_split(path, &l->wanted);
	bool ok = open_file(l, file, err);

	l->path = file;
	if (ok) {
		if (!l->instead || !l->instead(l, &ok, err))
			ok = loading_input(l, path, err);
		if (!ok && l->settings->failed && !l->join.sink_failed)
			l->settings->failed(l->settings->failed_data, load_report_info(&l->report));
		input_done(&l->in);
	}
	return ok || err_wrap(err, "%.*s", STR_ARG(path));
}

bool loading_parts(struct loading *l, struct join_lone *ret, struct err *err)
{
	struct format_reader r = reader_of(l);

	return format_read(&r, err) && join_lone(&l->join, ret, err);
}
