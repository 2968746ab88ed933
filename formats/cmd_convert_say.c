/* SPDX-License-Identifier: MIT */
/* cmd_convert_say.c: what convert says of a history: its axes, what was put right, losses. */
#include "formats/base/limits.h"
#include "formats/base/visible.h"
#include "formats/cmd_convert.h"

#include <inttypes.h>
#include <time.h>

static const char *const AXES[LOAD_AXES] = {
	[LOAD_PACKING] = "packing",	[LOAD_CARRIER] = "carrier", [LOAD_CONTAINER] = "container",
	[LOAD_EVENTS] = "events", [LOAD_PAYLOADS] = "payloads",
};

/* PATH, or PATH#N where it holds more than one. */
static void add_name(struct buf *line, struct str path, const struct load_info *info)
{
	size_t named;

	load_path_split(path, &named);
	visible_add(line, path, LIMIT_SHOWN_PATH_BYTES);
	if (!info->only && info->ordinal && !named)
		buf_printf(line, "#%zu", info->ordinal);
}

void convert_note(struct converting *c, struct str path, const struct load_info *info,
		  struct str what)
{
	struct buf line;

	convert_progress_end(c);
	buf_init(&line, 0);
	add_name(&line, path, info);
	buf_puts(&line, ": ");
	buf_add(&line, what);
	inputs_complain(c->context, line.p);
	buf_done(&line);
}

static void add_axis(struct buf *text, const char *name, const struct load_finding *f)
{
	buf_printf(text, "  %-10s %s", name, f->what);
	if (f->certainty)
		buf_printf(text, " (%s%s%s)", f->certainty, f->evidence ? ": " : "",
			   f->evidence ? f->evidence : "");
	buf_add_char(text, '\n');
}

/* What is said of an input's first history holds for the others, until it doesn't. */
static void add_axes(struct converting *c, const struct load_info *info, struct buf *text)
{
	struct buf axes;

	buf_init(&axes, 0);
	for (size_t i = 0; i < LOAD_AXES; i++)
		if (info->axes[i].what)
			add_axis(&axes, AXES[i], &info->axes[i]);
	if (info->ordinal <= 1 || !str_eq(buf_str(&axes), buf_str(&c->axes)))
		buf_add(text, buf_str(&axes));
	buf_clear(&c->axes);
	buf_add(&c->axes, buf_str(&axes));
	buf_done(&axes);
}

/* A blob of Cadence's is one guess, and any number of payloads. */
static size_t count_payloads(const struct transcode_loss *loss)
{
	return loss->exact_payloads + loss->taken_apart +
	       transcode_loss_count(loss, TRANSCODE_GUESSED) - loss->n[TRANSCODE_GUESS_CADENCE];
}

static size_t count_guesses(const struct transcode_loss *loss, enum transcode_kind kind)
{
	return kind == TRANSCODE_GUESS_CADENCE ? loss->taken_apart : loss->n[kind];
}

/* The first few of what was guessed, by kind. */
static void add_guesses(const struct load_info *info, struct buf *text)
{
	for (size_t k = 0; k < TRANSCODE_KINDS; k++) {
		size_t n = info->loss.n[k];

		if (!n || transcode_kind_severity(k) != TRANSCODE_GUESSED)
			continue;
		buf_printf(text, "  %-10s %zu of %zu payloads (%s), the first in\n", "guessed",
			   count_guesses(&info->loss, k), count_payloads(&info->loss), transcode_kind_name(k));
		for (size_t i = 0; i < n && i < TRANSCODE_LOSS_FIRST; i++) {
			const struct transcode_item *item = &info->loss.first[k][i];

			buf_printf(text, "  %-10s event %" PRId64 ": ", "", item->event_id);
			visible_add(text, str_of(item->path), 0);
			buf_add_char(text, '\n');
		}
	}
}

static void add_notes(const struct load_info *info, struct buf *text)
{
	for (size_t i = 0; i < info->n_notes; i++) {
		buf_printf(text, "  %-10s ", i ? "" : "noted");
		visible_add(text, info->notes[i].text, LIMIT_SHOWN_PATH_BYTES);
		buf_add_char(text, '\n');
	}
}

void convert_explain(struct converting *c, struct str path, const struct load_info *info,
		     size_t events)
{
	/* With results on standard output this is all else. */
	FILE *to = str_is(c->settings->out, "-") ? c->context->err : c->context->out;
	struct buf text;

	convert_progress_end(c);
	buf_init(&text, 0);
	add_name(&text, path, info);
	buf_printf(&text, ": %zu event%s, read as %s\n", events, events == 1 ? "" : "s",
		   info->format);
	add_axes(c, info, &text);
	add_notes(info, &text);
	add_guesses(info, &text);
	fwrite(text.p, 1, text.n, to);
	buf_done(&text);
}

void convert_explain_failed(struct converting *c, struct str path, const struct load_info *info)
{
	FILE *to = str_is(c->settings->out, "-") ? c->context->err : c->context->out;
	struct buf text;

	convert_progress_end(c);
	buf_init(&text, 0);
	visible_add(&text, path, LIMIT_SHOWN_PATH_BYTES);
	buf_puts(&text, ": can't be read; recognised until then\n");
	for (size_t i = 0; i < LOAD_AXES; i++)
		if (info->axes[i].what && (i != LOAD_PAYLOADS || info->axes[LOAD_EVENTS].what))
			add_axis(&text, AXES[i], &info->axes[i]);
	add_notes(info, &text);
	fwrite(text.p, 1, text.n, to);
	buf_done(&text);
}

/* What there is of a severity, with words before it; true where there is any. */
static bool say(struct converting *c, struct str path, const struct load_info *info,
		const struct transcode_loss *loss, enum transcode_severity severity,
		const char *before)
{
	struct buf text;
	bool any;

	buf_init(&text, 0);
	buf_puts(&text, before);
	any = transcode_loss_text(loss, severity, &text);
	if (any && severity == TRANSCODE_GUESSED)
		buf_printf(&text, "; %zu of %zu payloads are byte for byte", loss->exact_payloads,
			   count_payloads(loss));
	if (any)
		convert_note(c, path, info, buf_str(&text));
	buf_done(&text);
	return any;
}

bool convert_say_loss(struct converting *c, struct str path, const struct load_info *info,
		      const struct transcode_loss *writing)
{
	bool minded;

	/* --explain has said notes and guesses already */
	for (size_t i = 0; i < info->n_notes && !c->settings->explain; i++)
		convert_note(c, path, info, info->notes[i].text);
	if (info->damage.p)
		convert_note(c, path, info, info->damage);
	say(c, path, info, &info->loss, TRANSCODE_NOTED, "");
	minded = c->settings->explain
			 ? transcode_loss_count(&info->loss, TRANSCODE_GUESSED) > 0
			 : say(c, path, info, &info->loss, TRANSCODE_GUESSED, "guessed: ");
	minded |= say(c, path, info, &info->loss, TRANSCODE_LOST, "not carried over (reading): ");
	return say(c, path, info, writing, TRANSCODE_LOST, "not carried over (writing): ") ||
	       minded;
}

/* ---- progress ---- */

#define SECOND ((int64_t)1000000000)
#define PATIENCE SECOND	      /* before anything is shown */
#define INTERVAL (SECOND / 5) /* between two changes */

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * SECOND + t.tv_nsec;
}

void convert_progress_begin(struct converting *c, const struct source_file *file)
{
	bool packed = filter_of_name(file->path);

	if (c->context->err_is_tty)
		c->progress = (struct convert_progress){
			.since = now(), .total = packed ? -1 : file->bytes};
}

void convert_progress_at(struct converting *c, struct str path, size_t events)
{
	struct convert_progress *p = &c->progress;
	struct buf line;
	int64_t time;

	if (!c->context->err_is_tty)
		return;
	time = now();
	if (time - p->since < PATIENCE || (p->shown && time - p->shown < INTERVAL))
		return;
	p->shown = time;
	buf_init(&line, 0);
	buf_puts(&line, "\r\033[K");
	visible_add(&line, path, LIMIT_SHOWN_NAME_BYTES);
	buf_printf(&line, ": %.1f MB", (double)p->offset / 1e6);
	if (p->total > 0)
		buf_printf(&line, " of %.1f", (double)p->total / 1e6);
	buf_printf(&line, ", %zu events", events);
	fwrite(line.p, 1, line.n, c->context->err);
	fflush(c->context->err);
	buf_done(&line);
}

void convert_progress_end(struct converting *c)
{
	if (c->progress.shown)
		fputs("\r\033[K", c->context->err);
	c->progress.shown = 0;
}
