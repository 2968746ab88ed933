/* SPDX-License-Identifier: MIT */
/* pane_compare.c: two histories beside each other, what is equal folded. */
#include "viewer/pane/words.h"

#include "formats/base/width.h"
#include "formats/diff/diff_text.h"
#include "viewer/act/act.h"
#include "viewer/model/comparison.h"

#include <inttypes.h>

/*
 *     LEFT  a.json  order-1, 49 events     |   | RIGHT  b.json  order-2, 51 events
 *        9 ActivityTaskScheduled  Charge   | ~ |    9 ActivityTaskScheduled  Charge
 *          input.payloads[0].data $.amount
 *          10                              |   |      12
 *       11 TimerStarted  5s                | < |
 *
 * Marks: blank equal, ~ changed, < only on the left, > only on the right; m beside them where
 * the event is in both, but at another place. Where there is no room for two columns, the
 * right side of what is equal or changed is left out but for its id.
 */
enum { ID_WIDTH = 5, VALUE_INDENT = 8, MARK_WIDTH = 5, TWO_COLUMNS = 70, TYPE_LEAST = 14 };

struct sizes {
	size_t left, right; /* right 0: one column */
};

static const struct comparison *of(const struct pane_context *c)
{
	const struct place *p = session_place(c->session);

	return p->pane == PANE_COMPARE ? p->comparison : NULL;
}

static struct sizes sizes_of(const struct pane_context *c)
{
	struct sizes s = {.left = c->width > MARK_WIDTH ? c->width - MARK_WIDTH : 1};

	if (c->width < TWO_COLUMNS)
		return s;
	s.left = (c->width - MARK_WIDTH) / 2;
	s.right = c->width - MARK_WIDTH - s.left;
	return s;
}

static size_t count(const struct pane_context *c)
{
	return of(c) ? of(c)->n_lines : 1;
}

static const char *bar(const struct pane_context *c)
{
	return c->session->options.ascii ? "|" : "\u2502";
}

/* ---- one line ---- */

static void put_sides(const struct pane_context *c, const struct line *left, const char *mark,
		      enum style style, const struct line *right, struct line *l)
{
	struct sizes s = sizes_of(c);

	if (!s.right) {
		line_printf(l, style, "%-3s", mark);
		line_put_cell(l, left->columns ? left : right, s.left + 2);
		return;
	}
	line_put_cell(l, left, s.left);
	line_puts(l, STYLE_DIM, bar(c));
	line_printf(l, style, "%-3s", mark);
	line_puts(l, STYLE_DIM, bar(c));
	line_put_cell(l, right, s.right);
}

static void put_event(const struct pane_context *c, const struct document *d, uint32_t event,
		      const struct document *other, uint32_t elsewhere, enum style style,
		      struct line *l)
{
	struct arena *a = &c->session->step;
	size_t width = sizes_of(c).left, taken;
	struct buf words;

	if (event == DIFF_NOBODY)
		return;
	buf_init(&words, 0);
	diff_words(&d->history, event, &words);
	taken = ID_WIDTH + 1 + (words.n ? 2 + width_of(buf_str(&words)) : 0);
	line_right(l, STYLE_DIM, arena_printf(a, "%" PRId64, d->history.events[event].id), ID_WIDTH);
	line_puts(l, style, " ");
	line_add(l, style, words_type(d, event, width > taken + TYPE_LEAST ? width - taken : TYPE_LEAST, a));
	line_puts(l, STYLE_PLAIN, words.n ? "  " : "");
	line_add(l, style == STYLE_PLAIN ? STYLE_STRONG : style, buf_str(&words));
	buf_done(&words);
	if (elsewhere != DIFF_NOBODY)
		line_printf(l, STYLE_ODD, "  moved, there ev %" PRId64,
			    other->history.events[elsewhere].id);
}

static void row_of_events(const struct pane_context *c, const struct diff_row *row, struct line *l)
{
	static const struct {
		const char *mark, *moved;
		enum style style;
	} LOOKS[] = {
		[DIFF_EQUAL] = {"", "", STYLE_PLAIN},
		[DIFF_CHANGED] = {" ~", " ~m", STYLE_ODD},
		[DIFF_LEFT] = {" <", " <m", STYLE_BAD},
		[DIFF_RIGHT] = {" >", " >m", STYLE_GOOD},
	};
	const struct comparison *m = of(c);
	bool left = row->kind != DIFF_RIGHT, right = row->kind != DIFF_LEFT;
	struct line l_line, r_line;

	line_init(&l_line);
	line_init(&r_line);
	if (left)
		put_event(c, m->left, row->left, m->right, row->moved ? row->right : DIFF_NOBODY,
			  LOOKS[row->kind].style, &l_line);
	if (right)
		put_event(c, m->right, row->right, m->left, row->moved ? row->left : DIFF_NOBODY,
			  LOOKS[row->kind].style, &r_line);
	put_sides(c, &l_line, row->moved ? LOOKS[row->kind].moved : LOOKS[row->kind].mark,
		  LOOKS[row->kind].style, &r_line, l);
	line_done(&l_line);
	line_done(&r_line);
}

static void row_of_place(const struct diff_change *change, struct line *l)
{
	struct buf text;

	buf_init(&text, 0);
	diff_place(change, &text);
	line_to(l, VALUE_INDENT - 2);
	line_puts(l, STYLE_ODD, "~ ");
	line_add(l, STYLE_STRONG, buf_str(&text));
	buf_done(&text);
}

static void put_value(const struct diff_side_value *v, enum style style, struct line *l)
{
	struct buf text;

	buf_init(&text, 0);
	diff_value(v, &text);
	line_to(l, VALUE_INDENT);
	line_add(l, style, buf_str(&text));
	buf_done(&text);
}

static void row_of_values(const struct pane_context *c, const struct diff_change *change,
			  struct line *l)
{
	struct line left, right;

	line_init(&left);
	line_init(&right);
	put_value(&change->left, STYLE_BAD, &left);
	if (!sizes_of(c).right) {
		line_puts(&left, STYLE_PLAIN, " -> ");
		put_value(&change->right, STYLE_GOOD, &left);
	}
	put_value(&change->right, STYLE_GOOD, &right);
	put_sides(c, &left, "", STYLE_PLAIN, &right, l);
	line_done(&left);
	line_done(&right);
}

static void row_of_summary(const struct comparison *m, struct line *l)
{
	const struct diff *d = &m->diff;

	if (!m->made) {
		line_printf(l, STYLE_STRONG, " comparing: %u%%", comparison_thousandths(m) / 10);
		line_puts(l, STYLE_DIM, m->left->reading || m->right->reading
						? "   their files are read first" : "   q ends it");
		return;
	}
	if (m->stale)
		line_puts(l, STYLE_BAD, " a file changed meanwhile: ");
	if (diff_same(d)) {
		line_printf(l, STYLE_GOOD, " no difference: %zu events are equal", d->n_equal);
		return;
	}
	line_printf(l, STYLE_STRONG, " %zu equal, %zu changed, %zu only left, %zu only right, %zu moved",
		    d->n_equal, d->n_changed, d->n_left, d->n_right, d->n_moved);
	line_puts(l, STYLE_DIM, "   by the rules of hindcast diff");
}

static void row(const struct pane_context *c, size_t i, struct line *l)
{
	const struct comparison *m = of(c);
	struct arena_mark mark = arena_mark(&c->session->step);
	struct comparison_line line;
	const struct diff_row *r;

	if (!m) {
		line_puts(l, STYLE_STRONG, " D compares the history that is looked at with another one");
		return;
	}
	line = comparison_line_at(m, i);
	r = line.kind == COMPARISON_SUMMARY ? NULL : &m->diff.rows[line.row];
	switch (line.kind) {
	case COMPARISON_SUMMARY:
		row_of_summary(m, l);
		break;
	case COMPARISON_FOLD:
		line_printf(l, STYLE_DIM, "   %s %" PRIu32 " equal events",
			    m->all || m->opened[line.row] ? "v" : "+", line.number);
		break;
	case COMPARISON_ROW:
		row_of_events(c, r, l);
		break;
	case COMPARISON_PLACE:
		row_of_place(&r->changes[line.number], l);
		break;
	case COMPARISON_VALUES:
		row_of_values(c, &r->changes[line.number], l);
		break;
	case COMPARISON_MORE:
		line_printf(l, STYLE_DIM, "        and %" PRIu32 " more changes", line.number);
		break;
	}
	arena_rewind(&c->session->step, mark);
}

static void put_name(const char *side, const struct document *d, struct line *l)
{
	line_printf(l, STYLE_STRONG, " %s  ", side);
	line_add(l, STYLE_PLAIN, d->label);
	line_printf(l, STYLE_DIM, "  %zu events  ", d->history.n_events);
	line_add(l, STYLE_DIM, d->path);
}

static void head(const struct pane_context *c, struct line *l)
{
	const struct comparison *m = of(c);
	struct line left, right;

	if (!m)
		return;
	line_init(&left);
	line_init(&right);
	put_name("LEFT", m->left, &left);
	if (!sizes_of(c).right)
		put_name("RIGHT", m->right, &left);
	put_name("RIGHT", m->right, &right);
	put_sides(c, &left, "", STYLE_PLAIN, &right, l);
	line_done(&left);
	line_done(&right);
}

/* ---- moving ---- */

/* To the event: on the right only where it is on that side alone. */
static void to_event(const struct pane_context *c, const struct comparison *m, uint32_t row)
{
	const struct diff_row *r = &m->diff.rows[row];
	bool right = r->kind == DIFF_RIGHT || r->left == DIFF_NOBODY;
	struct document *d = right ? m->right : m->left;
	size_t event = right ? r->right : r->left;

	if (event >= d->history.n_events)
		return;
	if (d == c->document)
		session_go(c->session, event, SESSION_JUMP);
	else
		d->at = event;
	session_show(c->session, PANE_LIST, d);
}

static bool act(const struct pane_context *c, enum action action, struct str argument)
{
	struct session *s = c->session;
	struct comparison *m = session_place(s)->comparison;
	size_t line = s->scrolls[PANE_COMPARE].row, to;
	struct comparison_line at;

	if (!of(c) || line >= m->n_lines)
		return false;
	at = comparison_line_at(m, line);
	switch (action) {
	case ACTION_NEXT_DIVERGENCE:
	case ACTION_PREVIOUS_DIVERGENCE:
		to = comparison_next(m, line, action == ACTION_NEXT_DIVERGENCE);
		if (to == SIZE_MAX)
			session_message(s, STYLE_ODD, "no difference %s this line",
					action == ACTION_NEXT_DIVERGENCE ? "after" : "before");
		else
			act_to_row(s, to);
		return true;
	case ACTION_EXPAND:
		comparison_turn_all(m, !m->all);
		act_to_row(s, at.kind == COMPARISON_SUMMARY ? 0 : comparison_line(m, at.row));
		return true;
	case ACTION_ENTER:
		if (at.kind == COMPARISON_FOLD)
			comparison_turn(m, line);
		else if (at.kind != COMPARISON_SUMMARY)
			to_event(c, m, at.row);
		return true;
	default:
		return false;
	}
}

static size_t begin(const struct pane_context *c)
{
	size_t first = of(c) ? comparison_next(of(c), 0, true) : SIZE_MAX;

	return first == SIZE_MAX ? 0 : first;
}

const struct pane PANE_ROW_COMPARE = {
	.name = "compare",
	.scope = SCOPE_ANY,
	.help = "two histories beside each other: ~ changed, < only left, > only right, m moved",
	.count = count,
	.row = row,
	.head = head,
	.begin = begin,
	.act = act,
	.hints = {{ACTION_NEXT_DIVERGENCE, "difference"}, {ACTION_PREVIOUS_DIVERGENCE, "back"},
		  {ACTION_ENTER, "event"}, {ACTION_EXPAND, "equal parts"}, {ACTION_WRITE, "write"},
		  {ACTION_BACK, "back"}, {ACTION_HELP, "help"}},
};
