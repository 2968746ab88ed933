/* SPDX-License-Identifier: MIT */
/* cmd_view_outside.c: files, clipboards, pagers, editors: what a session asks for. */
#include "viewer/cmd_view.h"

static void write_file(struct viewing *v, struct request *r)
{
	FILE *f = fopen(r->argument.p, "wx");
	bool ok;

	if (!f) {
		session_message(&v->session, STYLE_BAD, "%s: can't be written, or is there already",
				r->argument.p);
		return;
	}
	ok = fwrite(r->text.p, 1, r->text.n, f) == r->text.n;
	ok &= fclose(f) == 0;
	session_message(&v->session, ok ? STYLE_PLAIN : STYLE_BAD,
			ok ? "written: %s" : "%s: could not be written", r->argument.p);
}

void view_outside(struct viewing *v)
{
	struct request *r = &v->session.request;

	switch (r->kind) {
	case REQUEST_REDRAW:
		v->term->forget(v->term);
		view_follow(v);
		break;
	case REQUEST_SUSPEND:
		v->term->suspend(v->term);
		break;
	case REQUEST_MOUSE:
		v->term->mouse(v->term, v->session.mouse);
		break;
	case REQUEST_WRITE:
		write_file(v, r);
		break;
	case REQUEST_RERUN:
	case REQUEST_ASK_STACK:
		view_rerun(v);
		break;
	default:
		break;
	}
	r->kind = REQUEST_NONE;
}
