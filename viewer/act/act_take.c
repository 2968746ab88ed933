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

void act_rerun(struct session *s, struct str argument)
{
	session_message(s, STYLE_ODD, "nothing here");
}

void act_ask_stack(struct session *s, struct str argument)
{
	session_message(s, STYLE_ODD, "nothing here");
}
