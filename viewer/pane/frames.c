/* SPDX-License-Identifier: MIT */
/* frames.c: the user's frames in full, runs of the SDK's as one line. */
#include "viewer/pane/frames.h"

#include "viewer/model/checkout.h"
#include "viewer/pane/sides.h"
#include "viewer/session.h"

#include <inttypes.h>

enum { AROUND = 2, INDENT = 3 };

static struct str folder_of(struct str *file)
{
	for (size_t at = file->n; at > 0; at--)
		if (file->p[at - 1] == '/') {
			struct str folder = str_take(*file, at - 1);

			*file = str_skip(*file, at);
			return folder;
		}
	return STR("");
}

static void add_place(struct page *p, const struct stack_frame *f, enum style style)
{
	struct str file = f->file, folder = folder_of(&file);

	p->about.file = f->file;
	p->about.line = f->line;
	line_puts(&p->now, style, f->user ? " > " : "   ");
	line_add(&p->now, style, file.n ? file : STR("(unknown file)"));
	if (f->line)
		line_printf(&p->now, style, ":%" PRId64, f->line);
	line_puts(&p->now, STYLE_PLAIN, "  ");
	line_add(&p->now, f->user ? STYLE_PLAIN : STYLE_DIM, f->function);
	if (folder.n) {
		line_puts(&p->now, STYLE_DIM, "   ");
		line_add(&p->now, STYLE_DIM, folder);
	}
	page_end(p);
}

/* The worker's own text of the line counts: a checkout may be of another commit. */
static bool reads_alike(const struct code_lines *code, const struct stack_frame *f)
{
	struct str here = str_trim(code->at[f->line - code->first]), sent = str_trim(f->source);

	return !sent.n || str_eq(here, sent);
}

static void add_code(const struct pane_context *c, struct page *p, const struct stack_frame *f)
{
	struct code_lines code;
	bool found = checkout_lines(c->session->options.source, f->file, f->line, AROUND, &p->arena,
				    &code);

	for (size_t i = 0; found && i < code.n; i++) {
		p->about.file = f->file;
		p->about.line = code.first + (int64_t)i;
		line_to(&p->now, INDENT);
		code_line(&p->now, &code, i, f->line);
		page_end(p);
	}
	if (found && reads_alike(&code, f))
		return;
	if (found) {
		line_to(&p->now, INDENT);
		line_puts(&p->now, STYLE_ODD, "here the line reads differently; the worker has:");
		page_end(p);
	}
	if (f->source.n) {
		p->about.file = f->file;
		p->about.line = f->line;
		line_to(&p->now, INDENT + 2);
		line_puts(&p->now, STYLE_DIM, "| ");
		line_add(&p->now, STYLE_PLAIN, str_trim(f->source));
		page_end(p);
	}
}

void frame_add(const struct pane_context *c, struct page *p, const struct stack_frame *f,
	       enum frame_code code)
{
	add_place(p, f, f->user ? STYLE_STRONG : STYLE_DIM);
	if (f->user && code == FRAME_WITH_CODE)
		add_code(c, p, f);
}

static size_t add_hidden(const struct pane_context *c, struct page *p,
			 const struct stack_coroutine *r, size_t from, uint64_t id)
{
	size_t end = from;
	bool open;

	while (end < r->n_frames && !r->frames[end].user)
		end++;
	line_printf(&p->now, STYLE_DIM, "   %zu %s of the SDK and the runtime", end - from,
		    end - from == 1 ? "frame" : "frames");
	open = page_fold(p, page_id_number(id, from + 1), PAGE_CLOSED);
	page_end(p);
	p->about.level++;
	for (size_t i = from; open && i < end; i++)
		frame_add(c, p, &r->frames[i], FRAME_ALONE);
	p->about.level--;
	return end;
}

void frames_add(const struct pane_context *c, struct page *p, const struct stack_coroutine *r,
		uint64_t id, enum frame_code code)
{
	bool first = true;
	long long number;

	line_puts(&p->now, STYLE_STRONG, str_to_int(r->name, &number) ? " coroutine " : " ");
	line_add(&p->now, STYLE_STRONG, r->name.n ? r->name : STR("(a coroutine)"));
	page_end(p);
	for (size_t i = 0; i < r->n_frames;) {
		if (!r->frames[i].user) {
			i = add_hidden(c, p, r, i, id);
			continue;
		}
		frame_add(c, p, &r->frames[i++], first ? code : FRAME_ALONE);
		first = false;
	}
}
