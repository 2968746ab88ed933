/* SPDX-License-Identifier: MIT */
/* cmd_convert_write.c: events from the reader through the stages into files. */
#include "formats/base/digest.h"
#include "formats/cmd_convert.h"
#include "formats/out/out_name.h"
#include "formats/payload/payload_store.h"
#include "formats/wire/wire_step.h"

#include <unistd.h>

enum { FIELD_VERSION = 4 }; /* of HistoryEvent */

/*
 * One file for all, or in a folder one for each history:
 *
 *     convert_load() -> take_begin, take_events, take_end -> stages -> out -> out_file
 */
struct writing {
	struct event_sink sink; /* first: what convert_load() sees */
	struct converting *c;
	struct str input;
	struct arena arena; /* of one history */
	struct out_history history;
	struct out_file file;
	struct out out;
	bool is_open;	 /* file and out are */
	bool failed;	 /* of one file: it can't be whole any more */
	bool counts;	 /* somebody wants to know how many events there are */
	size_t n_events; /* of this history, as read */
	int64_t version; /* failover version of its last event, with --namespace-id */
	struct digest digest; /* of its events as written, where may_skip() */
	struct map seen;      /* digests of the histories in one file */
	size_t stored;	      /* payloads of this history that are only referred to */
};

void convert_worse(struct converting *c, int code)
{
	c->code = code > c->code ? code : c->code;
}

static void drop(struct writing *w)
{
	if (!w->is_open)
		return;
	out_done(&w->out);
	out_file_drop(&w->file);
	w->is_open = false;
}

static bool open_somewhere(struct writing *w, struct err *err)
{
	struct converting *c = w->c;
	struct str path = c->settings->out;
	int fd = -1;

	if (c->folder.p)
		return out_file_open(&w->file, c->folder, c->folder, c->packing, err);
	if (str_is(path, "-"))
		return out_file_direct(&w->file, STDOUT_FILENO, STR("standard output"), c->packing,
				       err);
	if (out_file_is_special(path, &fd, err))
		return fd >= 0 && out_file_direct(&w->file, fd, path, c->packing, err);
	return out_file_open(&w->file, str_folder(path), path, c->packing, err);
}

static bool open_out(struct writing *w, struct err *err)
{
	if (w->is_open)
		return true;
	if (!open_somewhere(w, err)) {
		out_file_drop(&w->file);
		return false;
	}
	/* What is on its way already can't be taken back, so with --strict nothing is yet. */
	if (w->c->settings->strict && !out_file_hold(&w->file, err)) {
		out_file_drop(&w->file);
		return false;
	}
	w->is_open = true;
	return out_open(&w->out, w->c->format, &w->c->out, &w->file.sink, err);
}

/* ---- names in a folder ---- */

/* What a file of several histories holds goes by its ids, all else by its input's name. */
static struct str stem(struct writing *w, const struct load_info *info)
{
	struct converting *c = w->c;
	struct str ids = out_name_of_ids(w->history.workflow_id, w->history.run_id, &w->arena);
	struct str name;

	if (c->settings->namespace_id.n)
		return out_name_of_archive(c->settings->namespace_id, w->history.workflow_id,
					   w->history.run_id, w->version, &w->arena);
	if (!info->only && ids.p)
		return ids;
	name = out_name_of_input(w->input, c->operands, c->n_operands, &w->arena);
	if (info->only)
		return name;
	return arena_printf(&w->arena, "%.*s-%zu", STR_ARG(name), info->ordinal);
}

static struct str path_of(struct writing *w, struct str name, unsigned again)
{
	struct converting *c = w->c;
	struct str ending = out_ending(c->format);
	char number[16] = "";

	if (again)
		snprintf(number, sizeof(number), "-%u", again + 1);
	return arena_printf(&c->names, "%.*s/%.*s%s%.*s%s", STR_ARG(c->folder), STR_ARG(name),
			    number, STR_ARG(ending), c->packing ? c->packing->ending : "");
}

/*
 * Two histories may have one name: a run that is exported twice is the same and written
 * once; different ones get a number.
 */
static bool keep_in_folder(struct writing *w, const struct load_info *info, struct err *err)
{
	struct converting *c = w->c;
	struct str name = stem(w, info), path;
	struct buf line;
	bool is_new;

	for (unsigned again = 0;; again++) {
		path = path_of(w, name, again);
		map_put(&c->written, path, 0, &is_new);
		if (is_new)
			return out_file_folders(path, w->c->folder.n + 1, err) &&
			       out_file_keep(&w->file, path, c->settings->force, err);
		if (out_file_same(&w->file, path))
			break;
	}
	buf_init(&line, 0);
	buf_printf(&line, "the same as %.*s already: not written again", STR_ARG(path));
	convert_note(c, w->input, info, buf_str(&line));
	buf_done(&line);
	return true;
}

/* ---- the sink ---- */

/* One file of several histories that holds each until its end can leave one out again. */
static bool may_skip(const struct converting *c)
{
	return c->format && !c->folder.p && c->format->flags & OUT_WHOLE &&
	       c->format->flags & OUT_SEVERAL;
}

static bool take_begin(struct event_sink *s, const struct sink_identity *who,
		       const struct load_info *info, struct err *err)
{
	struct writing *w = (struct writing *)s;
	struct arena_mark empty = {0};

	arena_rewind(&w->arena, empty);
	w->n_events = w->stored = 0;
	w->version = 0;
	w->history = (struct out_history){
		.input = w->input,
		.workflow_id = arena_str(&w->arena, who->workflow_id),
		.run_id = arena_str(&w->arena, who->run_id),
		.was_json = info->text_checked,
	};
	stage_line_begin(&w->c->stages);
	if (!w->c->format)
		return true;
	if (w->is_open && !(w->c->format->flags & OUT_SEVERAL))
		return convert_refuse_several(w->c, err);
	if (may_skip(w->c)) {
		digest_done(&w->digest);
		digest_init(&w->digest);
	}
	return open_out(w, err) && out_begin(&w->out, &w->history, err);
}

/* How many there are; *RET_LAST (may be NULL) is the last one's own bytes. */
static size_t count(struct str events, struct str *ret_last)
{
	const char *p = events.p, *end = p + events.n;
	struct wire_step step;
	size_t n = 0;

	while (p && p < end) {
		p = wire_step(p, end, &step);
		if (!p || step.number != 1 || step.type != WIRE_BYTES)
			continue;
		n++;
		if (ret_last)
			*ret_last = step.bytes;
	}
	return n;
}

static bool put_events(struct writing *w, struct str events, struct err *err)
{
	struct str last = STR_NONE;

	/* A codec counts those that it left. */
	if (!w->c->codec)
		store_count(w->c->context->schema, events, &w->stored);
	if (may_skip(w->c))
		digest_add(&w->digest, events);
	if (w->c->settings->namespace_id.n && count(events, &last))
		w->version = (int64_t)wire_value_at(last, FIELD_VERSION, 0);
	return !w->c->format || !events.n || out_events(&w->out, events, err);
}

/* Exports come at least once; a run that was reset keeps its id, so the id alone won't do. */
static bool is_again(struct writing *w)
{
	unsigned char sum[DIGEST_BYTES];
	char hex[DIGEST_HEX];
	bool is_new;

	if (!may_skip(w->c))
		return false;
	digest_add(&w->digest, w->history.fields);
	digest_end(&w->digest, sum);
	digest_hex(sum, hex);
	map_put(&w->seen, arena_str(&w->c->names, str_slice(hex, sizeof(hex))), 0, &is_new);
	return !is_new;
}

static bool end_history(struct writing *w, const struct load_info *info, struct err *err)
{
	if (!w->c->format)
		return true;
	w->history.fields = info->fields;
	if (!is_again(w))
		return out_end(&w->out, err);
	out_skip(&w->out);
	convert_note(w->c, w->input, info, STR("a history that is there already: not written again"));
	return true;
}

static bool take_events(struct event_sink *s, struct str events, struct err *err)
{
	struct writing *w = (struct writing *)s;

	if (w->counts)
		w->n_events += count(events, NULL);
	convert_progress_at(w->c, w->input, w->n_events);
	return stage_line_events(&w->c->stages, events, &events, err) &&
	       put_events(w, events, err);
}

/* Whether anything is lost is known when the stages have spoken: then they say it again. */
static void say_stages(struct writing *w, const struct load_info *info, bool *lost)
{
	struct stage_line *line = &w->c->stages;
	struct buf lines;
	struct str left;

	buf_init(&lines, 0);
	stage_line_unwritten(line, false);
	*lost |= stage_line_report(line, &lines) > 0;
	if (*lost && w->c->settings->strict) {
		buf_clear(&lines);
		stage_line_unwritten(line, true);
		stage_line_report(line, &lines);
	}
	left = buf_str(&lines);
	while (left.n)
		convert_note(w->c, w->input, info, str_split(&left, '\n'));
	buf_done(&lines);
}

static void say_stored(struct writing *w, const struct load_info *info)
{
	struct buf line;

	if (!w->stored)
		return;
	buf_init(&line, 0);
	store_count_text(w->stored, &line);
	buf_puts(&line, STORE_ADVICE);
	convert_note(w->c, w->input, info, buf_str(&line));
	buf_done(&line);
}

static bool take_end(struct event_sink *s, const struct load_info *info, struct err *err)
{
	struct writing *w = (struct writing *)s;
	static const struct transcode_loss NONE;
	struct converting *c = w->c;
	struct str rest;
	bool lost, ok;

	c->repair.damaged = info->damage.p;
	if (!stage_line_end(&c->stages, &rest, err) || !put_events(w, rest, err) ||
	    !end_history(w, info, err))
		return false;
	if (c->settings->explain)
		convert_explain(c, w->input, info, w->n_events);
	lost = convert_say_loss(c, w->input, info, c->format ? &w->out.loss : &NONE);
	say_stages(w, info, &lost);
	say_stored(w, info);
	lost &= c->settings->strict;
	/* What is written then is all that there is, and no history. */
	if (c->settings->repair && repair_report_wrong(&c->repair.report))
		convert_worse(c, EXIT_FOUND);
	if (lost) {
		convert_worse(c, EXIT_FOUND);
		if (c->format)
			convert_note(c, w->input, info, c->folder.p
				     ? STR("--strict: it is not written")
				     : STR("--strict: nothing is written"));
	}
	w->failed |= lost;
	if (!c->folder.p || !c->format)
		return true;
	ok = lost || (out_close(&w->out, err) && out_file_finish(&w->file, err) &&
		      keep_in_folder(w, info, err));
	drop(w);
	return ok;
}

/* ---- the run ---- */

static void explain_failed(void *data, const struct load_info *info)
{
	struct writing *w = data;

	convert_explain_failed(w->c, w->input, info);
}

/* True where the inputs behind this one may still be of use. */
static bool write_input(struct writing *w, const struct source_file *file)
{
	struct err err = ERR_INIT;
	bool ok;

	w->input = file->path;
	convert_progress_begin(w->c, file);
	ok = convert_load(w->c, file->path, &w->sink, &err);
	convert_progress_end(w->c);
	if (ok)
		return true;
	if (err.code == ERR_GONE) {
		w->failed = true;
		return false;
	}
	inputs_complain(w->c->context, err.message);
	convert_worse(w->c, EXIT_CANNOT);
	if (w->c->folder.p)
		drop(w);
	w->failed = true;
	return w->c->folder.p || !w->c->format;
}

static bool finish(struct writing *w, struct err *err)
{
	return out_close(&w->out, err) && out_file_finish(&w->file, err) &&
	       out_file_keep(&w->file, w->c->settings->out, w->c->settings->force, err);
}

void convert_write(struct converting *c, const struct source_list *list)
{
	struct writing w = {.sink = {take_begin, take_events, take_end}, .c = c};
	struct err err = ERR_INIT;

	w.counts = c->settings->explain || c->context->err_is_tty;
	if (c->settings->explain) {
		c->load.failed = explain_failed;
		c->load.failed_data = &w;
	}
	arena_init(&w.arena);
	for (size_t i = 0; i < list->files.n; i++)
		if (!write_input(&w, &list->files.at[i]))
			break;
	/* A reader that left early (head) has what it wanted. */
	if (w.is_open && !w.failed && !finish(&w, &err) && err.code != ERR_GONE) {
		inputs_complain(c->context, err.message);
		convert_worse(c, EXIT_CANNOT);
	}
	if (c->where && c->format && !c->fitting && !c->code) {
		inputs_complain(c->context, "no history fits --where: nothing is written");
		convert_worse(c, EXIT_CANNOT);
	}
	drop(&w);
	map_done(&w.seen);
	digest_done(&w.digest);
	arena_done(&w.arena);
}
