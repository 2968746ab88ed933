/* SPDX-License-Identifier: MIT */
/* session_compare.c: two histories beside each other, worked out slice by slice. */
#include "viewer/session.h"

/* Places of a comparison that is no more. */
static void leave(struct session *s, const struct comparison *c)
{
	size_t n = 0, before = s->places.n;
	bool looked_at = session_place(s)->comparison == c;

	for (size_t i = 0; i < before; i++)
		if (s->places.at[i].comparison != c)
			s->places.at[n++] = s->places.at[i];
	s->places.n = n;
	if (!looked_at)
		return;
	if (!n) /* nothing lay below it */
		session_show(s, PANE_LIST, c->left);
	s->focus = session_place(s)->pane;
	s->zoomed = false;
}

static bool is_looked_at(const struct session *s, const struct comparison *c)
{
	for (size_t i = 0; i < s->places.n; i++)
		if (s->places.at[i].comparison == c)
			return true;
	return false;
}

static void drop(struct session *s, size_t i)
{
	if (s->origin.place.comparison == s->comparisons.at[i])
		s->origin.level = SIZE_MAX; /* a search that was begun there ends where it is */
	comparison_free(s->comparisons.at[i]);
	s->comparisons.n--;
	memmove(s->comparisons.at + i, s->comparisons.at + i + 1,
		(s->comparisons.n - i) * sizeof(*s->comparisons.at));
}

/* It is there: to the first difference, where nobody moved meanwhile. */
static void show_compared(struct session *s, const struct comparison *c)
{
	size_t first = comparison_next(c, 0, true);

	if (s->places.n && session_place(s)->comparison == c && !s->scrolls[PANE_COMPARE].row &&
	    first != SIZE_MAX)
		s->scrolls[PANE_COMPARE].row = first;
}

/* A slice of the I-th, which is gone where that fails. */
static enum comparison_step compare_on(struct session *s, size_t i, struct err *err)
{
	struct comparison *c = s->comparisons.at[i];
	enum comparison_step step = comparison_step(c, err);

	if (step == COMPARISON_MADE)
		show_compared(s, c);
	if (step != COMPARISON_FAILED)
		return step;
	session_message(s, STYLE_BAD, "no comparison: %s", err->message);
	if (is_looked_at(s, c))
		leave(s, c);
	drop(s, i);
	return step;
}

/* Comparisons point at events of D, which are others now. What is small is there at once. */
void session_compare_again(struct session *s, const struct document *d)
{
	for (size_t i = s->comparisons.n; i-- > 0;) {
		struct comparison *c = s->comparisons.at[i];
		struct err err = ERR_INIT;

		if (c->left != d && c->right != d)
			continue;
		if (!is_looked_at(s, c)) {
			drop(s, i);
			continue;
		}
		comparison_again(c);
		compare_on(s, i, &err);
	}
}

/* Of those that nobody looks at the oldest go. */
static void make_room(struct session *s)
{
	for (size_t i = 0; i < s->comparisons.n && s->comparisons.n >= COMPARISONS_MOST;)
		if (is_looked_at(s, s->comparisons.at[i]))
			i++;
		else
			drop(s, i);
}

static size_t comparison_of(struct session *s, struct document *left, struct document *right)
{
	for (size_t i = 0; i < s->comparisons.n; i++)
		if (s->comparisons.at[i]->left == left && s->comparisons.at[i]->right == right)
			return i;
	make_room(s);
	vec_push(&s->comparisons, comparison_new(left, right, s->schema));
	return s->comparisons.n - 1;
}

bool session_compare(struct session *s, struct document *left, struct document *right,
		     struct err *err)
{
	size_t i = comparison_of(s, left, right);
	struct comparison *c = s->comparisons.at[i];

	if (compare_on(s, i, err) == COMPARISON_FAILED)
		return false;
	if (!s->places.n || session_place(s)->comparison != c)
		session_add_place(s, (struct place){PANE_COMPARE, left, c});
	s->focus = PANE_COMPARE;
	s->zoomed = false;
	s->scrolls[PANE_COMPARE] = (struct scroll){0};
	show_compared(s, c);
	return true;
}

/* One that nobody looks at any more is given up. */
bool session_compare_on(struct session *s)
{
	struct err err = ERR_INIT;

	for (size_t i = s->comparisons.n; i-- > 0;) {
		struct comparison *c = s->comparisons.at[i];

		if (c->made)
			continue;
		if (!is_looked_at(s, c)) {
			drop(s, i);
			continue;
		}
		if (compare_on(s, i, &err) == COMPARISON_WAITS && !session_read_on(s, c->left))
			session_read_on(s, c->right);
		session_settle(s);
		return true;
	}
	return false;
}
