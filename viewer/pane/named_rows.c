/* SPDX-License-Identifier: MIT */
/* named_rows.c: each place a line, by what it names. */
#include "viewer/pane/named_rows.h"

#include "replayer/report/report_sides.h"
#include "viewer/model/named_words.h"
#include "viewer/pane/sides.h"
#include "viewer/session.h"

#include <inttypes.h>

/* Places of one kind that are shown while nothing is unfolded; lines around the first. */
enum { SHOWN = 3, AROUND = 2, INDENT = 3 };

static const char *const ROLES[NAMED_ROLES] = {
	[NAMED_CODE] = "what the code asks for",
	[NAMED_HISTORY] = "what history has",
	[NAMED_TASK] = "what came before in this task",
	[NAMED_BEFORE] = "what came before",
	[NAMED_WORKFLOW] = "the workflow",
};

static struct named *places_of(const struct pane_context *c)
{
	return named_of(c->document, c->session->options.source);
}

static const struct named_place *best_of(const struct pane_context *c)
{
	return named_best(c->document, c->session->options.source, NAMED_WORKFLOW);
}

static bool aside(const struct named_place *place)
{
	return place->where >= NAMED_COMMENT;
}

static enum named_role role_of(const struct named *n, const struct named_place *place)
{
	return n->words.at[place->word].role;
}

static void put_place(struct page *p, const struct named_place *place, enum style style)
{
	p->about.file = arena_str(&p->arena, place->file);
	p->about.line = place->line;
	line_add(&p->now, style, place->file);
	line_printf(&p->now, style, ":%" PRId64, place->line);
	line_puts(&p->now, STYLE_PLAIN, "  ");
	line_add(&p->now, STYLE_PLAIN, place->text);
	page_end(p);
}

/* What somebody would look for without us: the first name of all. */
static struct str first_name(const struct pane_context *c, struct arena *a)
{
	struct named_word words[NAMED_WORDS];
	size_t n = named_words(c->document, a, words);

	for (size_t i = 0; i < n; i++)
		if (!words[i].call)
			return report_name(words[i].text, a);
	return STR("it");
}

static void add_without(const struct pane_context *c, struct page *p, size_t label)
{
	if (report_place(c->document->run_row)) /* the stack has a line */
		return;
	page_label(p, "named", label);
	page_text(p, STYLE_PLAIN,
		  arena_printf(&p->arena, "--source DIR, or :source DIR here, shows where code names %.*s",
			       STR_ARG(first_name(c, &p->arena))),
		  label, c->width);
}

void named_add_best(const struct pane_context *c, struct page *p, size_t label)
{
	const struct named *n = places_of(c);
	const struct named_place *best = best_of(c);

	if (!n) {
		add_without(c, p, label);
		return;
	}
	page_label(p, "named", label);
	if (!best) {
		page_puts(p, STYLE_DIM, n->done ? "nowhere in the source code" : "(looking)");
		return;
	}
	p->about.differs = true;
	put_place(p, best, STYLE_STRONG);
	line_to(&p->now, label);
	line_printf(&p->now, STYLE_DIM, "%s: found by its name, not by a stack",
		    ROLES[role_of(n, best)]);
	page_end(p);
}

/* ---- all of them ---- */

static void add_code(const struct pane_context *c, struct page *p, const struct named_place *place)
{
	struct code_lines code;

	if (!checkout_lines(c->session->options.source, place->file, place->line, AROUND, &p->arena,
			    &code))
		return;
	for (size_t i = 0; i < code.n; i++) {
		p->about.file = arena_str(&p->arena, place->file);
		p->about.line = code.first + (int64_t)i;
		line_to(&p->now, INDENT);
		code_line(&p->now, &code, i, place->line);
		page_end(p);
	}
}

/* "what the code asks for: charge_card" */
static void add_role(const struct pane_context *c, struct page *p, const struct named *n,
		     enum named_role role)
{
	const struct divergence *v = &c->document->run_row->verdict.divergence;
	const struct side *side = role == NAMED_CODE ? &v->worker : &v->history;
	const char *before = ": ";

	line_printf(&p->now, STYLE_STRONG, " %s", ROLES[role]);
	for (size_t i = 0; i < n->words.n; i++) {
		const struct named_word *w = &n->words.at[i];

		if (w->role != role || w->call)
			continue;
		line_puts(&p->now, STYLE_PLAIN, before);
		line_add(&p->now, STYLE_PLAIN, w->text);
		before = ", ";
	}
	if (role <= NAMED_HISTORY && before[0] == ':' && side->what.n) { /* it has no name */
		line_puts(&p->now, STYLE_PLAIN, before);
		line_add(&p->now, STYLE_PLAIN, side_text(side, &p->arena));
	}
	page_end(p);
}

/* Behind the last place of a role from I on; NAMED_ROLES: of what is aside, whatever it names. */
static size_t end_of(const struct named *n, size_t i, enum named_role role)
{
	while (i < n->places.n && (role == NAMED_ROLES || (!aside(&n->places.at[i]) &&
							   role_of(n, &n->places.at[i]) == role)))
		i++;
	return i;
}

static void add_run(const struct pane_context *c, struct page *p, const struct named *n, size_t from,
		    size_t to)
{
	size_t shown = c->session->expanded || to - from <= SHOWN ? to - from : SHOWN;

	for (size_t i = from; i < from + shown; i++) {
		line_puts(&p->now, STYLE_PLAIN, "   ");
		put_place(p, &n->places.at[i], aside(&n->places.at[i]) ? STYLE_DIM : STYLE_PLAIN);
		if (&n->places.at[i] == best_of(c))
			add_code(c, p, &n->places.at[i]);
	}
	if (from + shown < to) {
		line_printf(&p->now, STYLE_DIM, "   %zu more (x)", to - from - shown);
		page_end(p);
	}
}

static bool has_role(const struct named *n, enum named_role role)
{
	for (size_t i = 0; i < n->words.n; i++)
		if (n->words.at[i].role == role)
			return true;
	return false;
}

/* A word that is nowhere says as much as one that is somewhere. */
static void add_part(const struct pane_context *c, struct page *p, const struct named *n,
		     enum named_role role, size_t from, size_t to)
{
	if (from == to && !(n->done && has_role(n, role)))
		return;
	add_role(c, p, n, role);
	add_run(c, p, n, from, to);
	if (from == to)
		page_puts(p, STYLE_DIM, "   named nowhere");
}

static void add_how(const struct pane_context *c, struct page *p, const struct named *n)
{
	struct arena *a = &p->arena;

	page_text(p, STYLE_DIM,
		  arena_printf(a, "%s%zu %s below %.*s%s", n->done ? "" : "looking: ", n->walk.files_read,
			       n->walk.files_read == 1 ? "file" : "files", STR_ARG(report_name(n->source, a)),
			       !n->done		     ? " so far"
			       : n->walk.cut	     ? ", and more that were not looked at"
			       : n->walk.files_read ? ", found by names alone, not by a stack"
						     : ": no source code"),
		  1, c->width);
}

void named_add(const struct pane_context *c, struct page *p)
{
	const struct named *n = places_of(c);
	size_t i = 0, end;

	if (!n)
		return;
	page_heading(p, STR("named in source"), c->width);
	for (int role = 0; role < NAMED_ROLES; role++, i = end) {
		end = end_of(n, i, (enum named_role)role);
		add_part(c, p, n, (enum named_role)role, i, end);
	}
	if (i < n->places.n)
		page_puts(p, STYLE_STRONG, " in comments and tests");
	add_run(c, p, n, i, end_of(n, i, NAMED_ROLES));
	add_how(c, p, n);
}
