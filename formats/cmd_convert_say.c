/* SPDX-License-Identifier: MIT */
/* cmd_convert_say.c: what convert says of a history: its axes, what was put right, losses. */
#include "formats/base/limits.h"
#include "formats/base/visible.h"
#include "formats/cmd_convert.h"

static const char *const AXES[LOAD_AXES] = {
	[LOAD_PACKING] = "packing",	[LOAD_CARRIER] = "carrier", [LOAD_CONTAINER] = "container",
	[LOAD_EVENTS] = "events", [LOAD_PAYLOADS] = "payloads",
};

/* PATH, or PATH#N where it holds more than one. */
static void add_name(struct buf *line, struct str path, const struct load_info *info)
{
	visible_add(line, path, LIMIT_SHOWN_PATH_BYTES);
	if (!info->only && info->ordinal)
		buf_printf(line, "#%zu", info->ordinal);
}

void convert_note(struct converting *c, struct str path, const struct load_info *info,
		  struct str what)
{
	struct buf line;

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

void convert_explain(struct converting *c, struct str path, const struct load_info *info,
		     size_t events)
{
	/* With results on standard output this is all else. */
	FILE *to = str_is(c->settings->out, "-") ? c->context->err : c->context->out;
	struct buf text;

	buf_init(&text, 0);
	add_name(&text, path, info);
	buf_printf(&text, ": %zu event%s, read as %s\n", events, events == 1 ? "" : "s",
		   info->format);
	for (size_t i = 0; i < LOAD_AXES; i++)
		if (info->axes[i].what)
			add_axis(&text, AXES[i], &info->axes[i]);
	for (size_t i = 0; i < info->n_notes; i++) {
		buf_printf(&text, "  %-10s ", i ? "" : "noted");
		visible_add(&text, info->notes[i].text, LIMIT_SHOWN_PATH_BYTES);
		buf_add_char(&text, '\n');
	}
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
		buf_printf(&text, "; %zu payload%s byte for byte", loss->exact_payloads,
			   loss->exact_payloads == 1 ? " is" : "s are");
	if (any)
		convert_note(c, path, info, buf_str(&text));
	buf_done(&text);
	return any;
}

bool convert_say_loss(struct converting *c, struct str path, const struct load_info *info,
		      const struct transcode_loss *writing)
{
	bool minded;

	/* --explain has said them already */
	for (size_t i = 0; i < info->n_notes && !c->settings->explain; i++)
		convert_note(c, path, info, info->notes[i].text);
	if (info->damage.p)
		convert_note(c, path, info, info->damage);
	say(c, path, info, &info->loss, TRANSCODE_NOTED, "");
	minded = say(c, path, info, &info->loss, TRANSCODE_GUESSED, "guessed: ");
	minded |= say(c, path, info, &info->loss, TRANSCODE_LOST, "not carried over (reading): ");
	return say(c, path, info, writing, TRANSCODE_LOST, "not carried over (writing): ") ||
	       minded;
}
