/* SPDX-License-Identifier: MIT */
/* query.c: reading a query: recursive descent, bounded; every complaint has its column. */
#include "formats/query/query_parts.h"

#include "formats/base/limits.h"
#include "formats/base/opts.h"
#include "formats/base/vec.h"
#include "formats/history/events.h"

struct parser {
	struct str text;
	size_t at;
	struct query_token token; /* the next one, not taken yet */
	enum query_subject subject;
	const struct schema *schema;
	struct arena *a;
	struct err *err;
	unsigned depth;
};

static bool advance(struct parser *p)
{
	return query_token(p->text, &p->at, &p->token, p->a, p->err);
}

#define COMPLAIN(p, ...) query_error((p)->token.column, (p)->err, __VA_ARGS__)

/* ASCII, whatever the case. */
static bool is_keyword(const struct query_token *t, const char *keyword)
{
	if (t->kind == QUERY_SIGN)
		return str_is(t->text, keyword);
	if (t->kind != QUERY_WORD || t->text.n != strlen(keyword))
		return false;
	for (size_t i = 0; i < t->text.n; i++)
		if ((t->text.p[i] | 0x20) != keyword[i])
			return false;
	return true;
}

static bool is_sign(const struct query_token *t, const char *sign)
{
	return t->kind == QUERY_SIGN && str_is(t->text, sign);
}

/* What was found instead, for messages. */
static struct str shown(const struct query_token *t)
{
	return t->kind == QUERY_END ? STR("the end")
				    : str_take(t->text, LIMIT_SHOWN_NAME_BYTES);
}

/* ---- fields ---- */

#define NAMES_MOST 64

static bool unknown_field(struct parser *p, struct str name)
{
	const char *names[NAMES_MOST];
	size_t n = query_field_names(p->subject, names, NAMES_MOST - 1);
	const char *near;

	if (p->subject == QUERY_EVENT)
		names[n++] = "text";
	near = opts_did_you_mean(name, names, n);
	if (near)
		return COMPLAIN(p, "there is no field '%.*s' (did you mean '%s'?)",
				STR_ARG(str_take(name, LIMIT_SHOWN_NAME_BYTES)), near);
	return COMPLAIN(p, "there is no field '%.*s'",
			STR_ARG(str_take(name, LIMIT_SHOWN_NAME_BYTES)));
}

static bool read_attribute(struct parser *p, struct str name, struct query_test *test)
{
	struct str unknown = STR_NONE, rest = name;

	if (str_is(name, "text") || str_is(name, "attributes"))
		return true;
	if (str_starts(name, STR("attributes.")))
		rest = str_skip(name, strlen("attributes."));
	test->path = query_path_read(rest, p->a);
	if (test->path.n > LIMIT_DEPTH)
		return COMPLAIN(p, "a path of %zu parts", test->path.n);
	if (!test->path.n)
		return COMPLAIN(p, "a field is expected");
	if (query_path_known(p->schema, &test->path, &unknown))
		return true;
	if (str_eq(unknown, name) || str_eq(unknown, test->path.parts[0]))
		return unknown_field(p, name);
	return COMPLAIN(p, "'%.*s': no event has '%.*s' there",
			STR_ARG(str_take(name, LIMIT_SHOWN_NAME_BYTES)),
			STR_ARG(str_take(unknown, LIMIT_SHOWN_NAME_BYTES)));
}

static bool read_field(struct parser *p, struct query_test *test)
{
	struct str name = p->token.text;

	if (p->token.kind != QUERY_WORD)
		return COMPLAIN(p, "a field is expected, not '%.*s'", STR_ARG(shown(&p->token)));
	test->field = query_field(p->subject, name);
	if (!test->field && p->subject == QUERY_HISTORY)
		return unknown_field(p, name);
	if (!test->field && !read_attribute(p, name, test))
		return false;
	return advance(p);
}

/* ---- literals ---- */

/* What is expected of a literal, by the kind of its field. */
static const char *const EXPECTED[QUERY_KINDS] = {
	[QUERY_NUMBER] = "a number, as 500 or 2M",
	[QUERY_DURATION] = "a duration, as 30s, 1h30m or 7d",
	[QUERY_TIME] = "a time, as 2026-11-22 or 2026-11-22T10:00:00Z",
	[QUERY_FLAG] = "true or false",
};

static bool is_of(enum query_kind kind, const struct query_literal *l)
{
	switch (kind) {
	case QUERY_NUMBER:
		return l->is_number;
	case QUERY_DURATION:
		return l->is_duration;
	case QUERY_TIME:
		return l->is_time;
	case QUERY_FLAG:
		return str_is(l->text, "true") || str_is(l->text, "false");
	default:
		return true;
	}
}

static bool to_word(struct parser *p, const struct query_field *f, struct query_literal *l)
{
	const char *word = query_word(f, l->text, p->schema);

	if (word) {
		l->text = str_of(word);
		return true;
	}
	/* A type that is unknown here has its name from the export, as event_type_name(). */
	if (!f->words && str_starts(l->text, STR("EVENT_TYPE_"))) {
		l->text = event_type_camel(l->text, p->a);
		return l->text.n || COMPLAIN(p, "a name of letters and digits is expected");
	}
	word = query_word_near(f, l->text);
	if (!word && !f->words)
		return COMPLAIN(p, "there is no %s '%.*s'; one newer than hindcast is spelled as in "
				"exports, EVENT_TYPE_X", f->name,
				STR_ARG(str_take(l->text, LIMIT_SHOWN_NAME_BYTES)));
	if (word)
		return COMPLAIN(p, "there is no %s '%.*s' (did you mean '%s'?)", f->name,
				STR_ARG(str_take(l->text, LIMIT_SHOWN_NAME_BYTES)), word);
	return COMPLAIN(p, "there is no %s '%.*s'", f->name,
			STR_ARG(str_take(l->text, LIMIT_SHOWN_NAME_BYTES)));
}

static bool read_literal(struct parser *p, const struct query_test *test,
			 struct query_literal *ret)
{
	const struct query_field *f = test->field;

	if (p->token.kind != QUERY_WORD && p->token.kind != QUERY_STRING)
		return COMPLAIN(p, "a value is expected, not '%.*s'", STR_ARG(shown(&p->token)));
	*ret = query_literal_of(p->token.text);
	if (f && !is_of(f->kind, ret))
		return COMPLAIN(p, "%s is compared with %s", f->name, EXPECTED[f->kind]);
	if (f && f->kind == QUERY_WORDS && test->op == QUERY_EQ && !to_word(p, f, ret))
		return false;
	return advance(p);
}

static bool read_list(struct parser *p, struct query_test *test)
{
	VEC_OF(struct query_literal) list = {0};
	struct query_literal *copy;
	bool ok = is_sign(&p->token, "(") || COMPLAIN(p, "'(' is expected after 'in'");

	for (bool more = ok; more;) {
		struct query_literal l;

		ok = advance(p) && read_literal(p, test, &l);
		if (ok)
			vec_push(&list, l);
		more = ok && is_sign(&p->token, ",");
	}
	if (ok)
		ok = (is_sign(&p->token, ")") || COMPLAIN(p, "',' or ')' is expected")) &&
		     advance(p);
	copy = arena_array(p->a, struct query_literal, list.n);
	if (list.n)
		memcpy(copy, list.at, list.n * sizeof(*copy));
	test->literals = copy;
	test->n_literals = list.n;
	vec_done(&list);
	return ok;
}

/* ---- comparisons ---- */

static const struct operator_row {
	const char *spelled; /* a sign, or a word */
	const char *second;  /* a word that may, or must, follow */
	enum query_op op;
	bool is_not, is_list;
} OPERATORS[] = {
	{"=", NULL, QUERY_EQ, false, false},	   {"!=", NULL, QUERY_EQ, true, false},
	{"<", NULL, QUERY_LT, false, false},	   {"<=", NULL, QUERY_LE, false, false},
	{">", NULL, QUERY_GT, false, false},	   {">=", NULL, QUERY_GE, false, false},
	{"in", NULL, QUERY_EQ, false, true},	   {"like", NULL, QUERY_LIKE, false, false},
	{"contains", NULL, QUERY_CONTAINS, false, false},
	{"starts", "with", QUERY_STARTS, false, false},
	{"ends", "with", QUERY_ENDS, false, false},
};

static const struct operator_row *operator_of(const struct query_token *t)
{
	for (size_t i = 0; i < sizeof(OPERATORS) / sizeof(*OPERATORS); i++)
		if (is_keyword(t, OPERATORS[i].spelled))
			return &OPERATORS[i];
	return NULL;
}

static bool is_ordered(enum query_kind kind)
{
	return kind != QUERY_WORDS && kind != QUERY_SDK && kind != QUERY_FLAG;
}

static bool is_textual(enum query_kind kind)
{
	return kind == QUERY_TEXT || kind == QUERY_SDK || kind == QUERY_VERSION ||
	       kind == QUERY_WORDS || kind == QUERY_PATH;
}

static bool op_fits(struct parser *p, const struct query_field *f, enum query_op op)
{
	if (!f)
		return true;
	if (op >= QUERY_LT && op <= QUERY_GE && !is_ordered(f->kind))
		return COMPLAIN(p, "%s has no order; it can be compared with = and !=", f->name);
	if (op >= QUERY_LIKE && !is_textual(f->kind))
		return COMPLAIN(p, "%s is no text; it is compared with %s", f->name,
				EXPECTED[f->kind]);
	return true;
}

static struct query_node *new_node(struct parser *p, enum query_node_kind kind)
{
	struct query_node *node = arena_new(p->a, struct query_node);

	node->kind = kind;
	return node;
}

static struct query_node *negated(struct parser *p, struct query_node *node)
{
	struct query_node *not = new_node(p, QUERY_NOT);

	not->first = node;
	return not;
}

/* FIELD [[not] OPERATOR VALUE] */
static bool read_test(struct parser *p, struct query_node **ret)
{
	struct query_node *node = new_node(p, QUERY_TEST);
	const struct operator_row *row;
	struct query_literal *one;
	bool not;

	*ret = node;
	if (!read_field(p, &node->test))
		return false;
	not = is_keyword(&p->token, "not");
	if (not && !advance(p))
		return false;
	row = operator_of(&p->token);
	if (is_sign(&p->token, "~"))
		return COMPLAIN(p, "there are no regular expressions here; use contains, "
				   "starts with, ends with or like 'Order*'");
	if (!row && not)
		return COMPLAIN(p, "in, like, contains, starts or ends is expected after 'not'");
	if (!row)
		return true;
	if (!op_fits(p, node->test.field, row->op) || !advance(p))
		return false;
	if (row->second && is_keyword(&p->token, row->second) && !advance(p))
		return false;
	node->test.op = row->op;
	if (not != row->is_not)
		*ret = negated(p, node);
	if (row->is_list)
		return read_list(p, &node->test);
	node->test.literals = one = arena_new(p->a, struct query_literal);
	node->test.n_literals = 1;
	return read_literal(p, &node->test, one);
}

/* ---- and, or, not, parentheses ---- */

/* Parentheses and nots in each other: nobody writes a hundred, and the stack must survive. */
#define DEPTH_MOST 100

static bool read_any(struct parser *p, struct query_node **ret);

static bool read_one(struct parser *p, struct query_node **ret)
{
	bool ok;

	if (++p->depth > DEPTH_MOST)
		return COMPLAIN(p, "more than %d levels", DEPTH_MOST);
	if (is_keyword(&p->token, "not")) {
		ok = advance(p) && read_one(p, ret);
		if (ok)
			*ret = negated(p, *ret);
	} else if (is_sign(&p->token, "(")) {
		ok = advance(p) && read_any(p, ret) &&
		     (is_sign(&p->token, ")") ||
		      COMPLAIN(p, "'and', 'or' or ')' is expected, not '%.*s'",
			       STR_ARG(shown(&p->token)))) &&
		     advance(p);
	} else {
		ok = read_test(p, ret);
	}
	p->depth--;
	return ok;
}

/* ONE [WORD ONE]...; one alone stays itself. */
static bool read_chain(struct parser *p, const char *word, enum query_node_kind kind,
		       bool (*read)(struct parser *, struct query_node **),
		       struct query_node **ret)
{
	struct query_node *chain, *last;

	if (!read(p, ret))
		return false;
	if (!is_keyword(&p->token, word))
		return true;
	chain = new_node(p, kind);
	chain->first = last = *ret;
	*ret = chain;
	while (is_keyword(&p->token, word)) {
		struct query_node *next;

		if (!advance(p) || !read(p, &next))
			return false;
		last->next = next;
		last = next;
	}
	return true;
}

static bool read_all(struct parser *p, struct query_node **ret)
{
	return read_chain(p, "and", QUERY_AND, read_one, ret);
}

static bool read_any(struct parser *p, struct query_node **ret)
{
	return read_chain(p, "or", QUERY_OR, read_all, ret);
}

bool query_parse(const struct query **ret, struct str text, enum query_subject subject,
		 const struct schema *schema, struct arena *a, struct err *err)
{
	struct parser p = {
		.text = text, .subject = subject, .schema = schema, .a = a, .err = err};
	struct query *q = arena_new(a, struct query);
	struct query_node *root;

	if (text.n > LIMIT_QUERY_BYTES)
		return err_set(err, ERR_USAGE, "a query of %zu bytes: at most %zu", text.n,
			       LIMIT_QUERY_BYTES);
	if (!advance(&p))
		return false;
	if (p.token.kind == QUERY_END)
		return query_error(1, err, "the query is empty");
	if (!read_any(&p, &root))
		return false;
	if (p.token.kind != QUERY_END)
		return query_error(p.token.column, err, "'and' or 'or' is expected, not '%.*s'",
				   STR_ARG(shown(&p.token)));
	*q = (struct query){subject, root};
	*ret = q;
	return true;
}
