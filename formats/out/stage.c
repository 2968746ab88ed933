/* SPDX-License-Identifier: MIT */
/* stage.c: stages in a line: chunks handed from each to the next. */
#include "formats/out/stage.h"

#include "formats/base/limits.h"

void stage_line_init(struct stage_line *l)
{
	*l = (struct stage_line){0};
	buf_init(&l->one, LIMIT_HISTORY_BYTES);
	buf_init(&l->two, LIMIT_HISTORY_BYTES);
	buf_init(&l->held, LIMIT_HISTORY_BYTES);
}

void stage_line_add(struct stage_line *l, struct stage *s)
{
	vec_push(&l->stages, s);
	l->whole |= s->kind->whole;
}

void stage_line_done(struct stage_line *l)
{
	for (size_t i = 0; i < l->stages.n; i++)
		if (l->stages.at[i]->kind->done)
			l->stages.at[i]->kind->done(l->stages.at[i]);
	vec_done(&l->stages);
	buf_done(&l->one);
	buf_done(&l->two);
	buf_done(&l->held);
}

void stage_line_begin(struct stage_line *l)
{
	buf_clear(&l->held);
	for (size_t i = 0; i < l->stages.n; i++)
		if (l->stages.at[i]->kind->begin)
			l->stages.at[i]->kind->begin(l->stages.at[i]);
}

/* EVENTS through the stages; with LAST each also gives what it held back. */
static bool run(struct stage_line *l, struct str events, bool last, struct str *ret,
		struct err *err)
{
	struct buf *to = &l->one;

	for (size_t i = 0; i < l->stages.n; i++) {
		struct stage *s = l->stages.at[i];
		bool ok = true;

		buf_clear(to);
		if (events.n)
			ok = s->kind->events(s, events, to, err);
		if (ok && last && s->kind->end)
			ok = s->kind->end(s, to, err);
		if (!ok || !buf_ok(to, err))
			return err_wrap(err, "%s", s->kind->name);
		events = buf_str(to);
		to = to == &l->one ? &l->two : &l->one;
	}
	*ret = events;
	return true;
}

bool stage_line_events(struct stage_line *l, struct str events, struct str *ret,
		       struct err *err)
{
	if (!l->whole)
		return run(l, events, false, ret, err);
	buf_add(&l->held, events);
	*ret = STR_NONE;
	return buf_ok(&l->held, err);
}

bool stage_line_end(struct stage_line *l, struct str *ret, struct err *err)
{
	return run(l, buf_str(&l->held), true, ret, err);
}

void stage_line_unwritten(struct stage_line *l, bool unwritten)
{
	for (size_t i = 0; i < l->stages.n; i++)
		l->stages.at[i]->unwritten = unwritten;
}

size_t stage_line_report(struct stage_line *l, struct buf *lines)
{
	size_t lost = 0;
	struct buf own;

	buf_init(&own, 0);
	for (size_t i = 0; i < l->stages.n; i++) {
		struct stage *s = l->stages.at[i];
		struct str left, line;

		if (!s->kind->report)
			continue;
		buf_clear(&own);
		lost += s->kind->report(s, &own);
		left = buf_str(&own);
		while (left.n) {
			line = str_split(&left, '\n');
			buf_printf(lines, "%s: ", s->kind->name);
			buf_add(lines, line);
			buf_add_char(lines, '\n');
		}
	}
	buf_done(&own);
	return lost;
}
