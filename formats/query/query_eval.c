/* SPDX-License-Identifier: MIT */
/* query_eval.c: asking a query: the tree, and comparing one value with its literals. */
#include "formats/query/query_parts.h"

/* ---- text ---- */

/* `*` any run, `?` any byte, `\` takes the next one as it is. Time: pattern times text. */
static bool like(struct str text, struct str pattern)
{
	size_t t = 0, p = 0, star = 0, from = 0;
	bool has_star = false;

	while (t < text.n) {
		bool escaped = p + 1 < pattern.n && pattern.p[p] == '\\';

		if (p < pattern.n && !escaped && pattern.p[p] == '*') {
			has_star = true;
			star = ++p;
			from = t;
		} else if (p < pattern.n && (escaped ? pattern.p[p + 1] == text.p[t]
						     : pattern.p[p] == '?' ||
							       pattern.p[p] == text.p[t])) {
			p += escaped ? 2 : 1;
			t++;
		} else if (has_star) { /* the last star takes one byte more */
			p = star;
			t = ++from;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == '*')
		p++;
	return p == pattern.n;
}

/* The digits off the front of S, without leading zeros. */
static struct str take_run(struct str *s)
{
	struct str run;
	size_t n = 0;

	while (s->n && s->p[0] == '0')
		*s = str_skip(*s, 1);
	while (n < s->n && s->p[n] >= '0' && s->p[n] <= '9')
		n++;
	run = str_take(*s, n);
	*s = str_skip(*s, n);
	return run;
}

static bool starts_with_digit(struct str s)
{
	return s.n && s.p[0] >= '0' && s.p[0] <= '9';
}

/* 1.9.2 < 1.10.0; what is no number goes bytewise. */
static int version_cmp(struct str a, struct str b)
{
	while (a.n && b.n) {
		if (starts_with_digit(a) && starts_with_digit(b)) {
			struct str x = take_run(&a), y = take_run(&b);
			int order = x.n != y.n ? (x.n < y.n ? -1 : 1) : str_cmp(x, y);

			if (order)
				return order;
			continue;
		}
		if (a.p[0] != b.p[0])
			return (unsigned char)a.p[0] < (unsigned char)b.p[0] ? -1 : 1;
		a = str_skip(a, 1);
		b = str_skip(b, 1);
	}
	return (a.n > 0) - (b.n > 0);
}

static bool sdk_is(struct str sdk, struct str wanted)
{
	struct str prefix = STR("temporal-");

	return str_eq(sdk, wanted) ||
	       (str_starts(sdk, prefix) && str_eq(str_skip(sdk, prefix.n), wanted));
}

/* ---- one value ---- */

static bool in_order(enum query_op op, int order)
{
	switch (op) {
	case QUERY_EQ:
		return order == 0;
	case QUERY_LT:
		return order < 0;
	case QUERY_LE:
		return order <= 0;
	case QUERY_GT:
		return order > 0;
	case QUERY_GE:
		return order >= 0;
	default:
		return false;
	}
}

static bool text_fits(const struct query_value *v, enum query_op op, struct str wanted)
{
	switch (op) {
	case QUERY_LIKE:
		return like(v->text, wanted);
	case QUERY_CONTAINS:
		return str_find(v->text, wanted) >= 0;
	case QUERY_STARTS:
		return str_starts(v->text, wanted);
	case QUERY_ENDS:
		return str_ends(v->text, wanted);
	default:
		break;
	}
	if (v->kind == QUERY_SDK)
		return op == QUERY_EQ && sdk_is(v->text, wanted);
	if (v->kind == QUERY_VERSION)
		return in_order(op, version_cmp(v->text, wanted));
	return in_order(op, str_cmp(v->text, wanted));
}

static int order_of(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static bool literal_fits(const struct query_value *v, enum query_op op,
			 const struct query_literal *l)
{
	switch (v->kind) {
	case QUERY_NUMBER:
		return l->is_number &&
		       in_order(op, (v->number > l->number) - (v->number < l->number));
	case QUERY_FLAG:
		return op == QUERY_EQ && str_is(l->text, v->number != 0 ? "true" : "false");
	case QUERY_DURATION:
		return l->is_duration && in_order(op, order_of(v->ns, l->duration));
	case QUERY_TIME:
		return l->is_time && in_order(op, order_of(v->ns, l->time));
	default:
		return text_fits(v, op, l->text);
	}
}

static bool is_filled(const struct query_value *v)
{
	switch (v->kind) {
	case QUERY_NUMBER:
	case QUERY_FLAG:
		return v->number != 0;
	case QUERY_DURATION:
	case QUERY_TIME:
		return v->ns != 0;
	default:
		return v->text.n > 0;
	}
}

bool query_value_fits(const struct query_test *test, const struct query_value *v)
{
	if (!v->there)
		return false;
	if (test->op == QUERY_IS)
		return is_filled(v);
	for (size_t i = 0; i < test->n_literals; i++)
		if (literal_fits(v, test->op, &test->literals[i]))
			return true;
	return false;
}

/* ---- the tree ---- */

static bool test_fits(const struct query_test *test, const struct query_about *about)
{
	struct arena_mark mark;
	struct query_value v;
	bool fits;

	if (!test->field)
		return query_path_fits(test, about->event);
	mark = arena_mark(about->scratch);
	v = test->field->get(about);
	fits = query_value_fits(test, &v);
	arena_rewind(about->scratch, mark);
	return fits;
}

static bool node_fits(const struct query_node *node, const struct query_about *about)
{
	bool all = node->kind == QUERY_AND;

	if (node->kind == QUERY_TEST)
		return test_fits(&node->test, about);
	if (node->kind == QUERY_NOT)
		return !node_fits(node->first, about);
	for (const struct query_node *child = node->first; child; child = child->next)
		if (node_fits(child, about) != all)
			return !all;
	return all;
}

static bool fits(const struct query *q, struct query_about about)
{
	struct arena scratch;
	bool yes;

	arena_init(&scratch);
	about.scratch = &scratch;
	yes = node_fits(q->root, &about);
	arena_done(&scratch);
	return yes;
}

bool query_fits_history(const struct query *q, const struct query_history *about)
{
	BUG_IF(q->subject != QUERY_HISTORY);
	return fits(q, (struct query_about){.history = about});
}

bool query_fits_event(const struct query *q, const struct query_event *about)
{
	BUG_IF(q->subject != QUERY_EVENT);
	return fits(q, (struct query_about){.event = about});
}
