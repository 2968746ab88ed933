/* SPDX-License-Identifier: MIT */
/* act_take.c: what is taken along: copies, files, pagers, pipes, the editor. */
#include "viewer/act/act.h"

#include "viewer/draw.h"

static void ask(struct session *s, enum request_kind kind, struct str argument)
{
	s->request.kind = kind;
	buf_clear(&s->request.text);
	buf_clear(&s->request.argument);
	buf_add(&s->request.argument, argument);
}

static void ask_with_view(struct session *s, enum request_kind kind, struct str argument)
{
	ask(s, kind, argument);
	draw_print(s, s->focus, (size_t)s->width, false, &s->request.text);
}

void act_write(struct session *s, struct str argument)
{
	ask_with_view(s, REQUEST_WRITE, argument);
}

void act_page(struct session *s, struct str argument)
{
	ask_with_view(s, REQUEST_PAGER, STR(""));
}

void act_pipe(struct session *s, struct str argument)
{
	ask_with_view(s, REQUEST_PIPE, argument);
}

void act_copy_event(struct session *s, struct str argument)
{
	session_message(s, STYLE_ODD, "nothing here");
}

void act_copy_payload(struct session *s, struct str argument)
{
	session_message(s, STYLE_ODD, "nothing here");
}

void act_copy_id(struct session *s, struct str argument)
{
	session_message(s, STYLE_ODD, "nothing here");
}

void act_copy_stack(struct session *s, struct str argument)
{
	session_message(s, STYLE_ODD, "nothing here");
}

void act_copy_report(struct session *s, struct str argument)
{
	session_message(s, STYLE_ODD, "nothing here");
}

void act_copy_link(struct session *s, struct str argument)
{
	session_message(s, STYLE_ODD, "nothing here");
}

void act_edit(struct session *s, struct str argument)
{
	session_message(s, STYLE_ODD, "nothing here");
}

/* Of the history that is looked at, or of the one under the cursor of a run. */
static void ask_worker(struct session *s, enum request_kind kind)
{
	const struct document *d = session_document(s);
	const struct run_row *row = session_run_row(s);
	struct str path = d ? d->path : row ? row->entry.history : STR_NONE;

	if (!path.n) {
		session_message(s, STYLE_ODD, "open a history first (Enter)");
	} else if (!s->options.can_rerun) {
		session_message(s, STYLE_ODD, "no worker: hindcast view --worker 'CMD' (none is ever "
					      "taken from a run file)");
	} else {
		ask(s, kind, path);
		s->request.line = d ? (int64_t)document_task(d, d->at) : 0;
	}
}

void act_rerun(struct session *s, struct str argument)
{
	ask_worker(s, REQUEST_RERUN);
}

void act_ask_stack(struct session *s, struct str argument)
{
	ask_worker(s, REQUEST_ASK_STACK);
}
