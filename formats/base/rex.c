/* SPDX-License-Identifier: MIT */
/* rex.c: an expression becomes a program, which is run in all its states at once. */
#include "formats/base/rex.h"

#include "formats/base/limits.h"
#include "formats/base/vec.h"

#include <stdint.h>

enum op { OP_SET, OP_SPLIT, OP_JUMP, OP_START, OP_END, OP_WORD_EDGE, OP_MATCH };

struct set {
	uint64_t bits[4];
};

struct step {
	enum op op;
	uint32_t x, y; /* SPLIT, JUMP: where to; SET: which */
};

struct rex {
	const struct step *steps;
	size_t n_steps;
	const struct set *sets;
};

/* ---- reading ---- */

struct reading {
	struct str text;
	size_t at;
	unsigned depth;
	VEC_OF(struct step) steps;
	VEC_OF(struct set) sets;
	struct err *err;
};

static bool read_choice(struct reading *r);

static bool wrong(struct reading *r, size_t at, const char *what)
{
	err_set(r->err, ERR_USAGE, "column %zu: %s", at + 1, what);
	if (r->err)
		r->err->column = (int64_t)at + 1;
	return false;
}

static bool at_end(const struct reading *r)
{
	return r->at >= r->text.n;
}

static char peek(const struct reading *r)
{
	return at_end(r) ? '\0' : r->text.p[r->at];
}

static bool take(struct reading *r, char c)
{
	if (at_end(r) || r->text.p[r->at] != c)
		return false;
	r->at++;
	return true;
}

static bool emit(struct reading *r, enum op op, size_t x, size_t y)
{
	if (r->steps.n >= LIMIT_REGEX_STEPS)
		return wrong(r, r->at, "the expression is too large");
	vec_push(&r->steps, (struct step){op, (uint32_t)x, (uint32_t)y});
	return true;
}

static bool emit_set(struct reading *r, const struct set *s)
{
	vec_push(&r->sets, *s);
	return emit(r, OP_SET, r->sets.n - 1, 0);
}

static void set_add(struct set *s, unsigned char c)
{
	s->bits[c >> 6] |= 1ULL << (c & 63);
}

static bool set_has(const struct set *s, unsigned char c)
{
	return s->bits[c >> 6] >> (c & 63) & 1;
}

static void set_range(struct set *s, unsigned char from, unsigned char to)
{
	for (unsigned c = from; c <= to; c++)
		set_add(s, (unsigned char)c);
}

static bool is_word(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/* What \C stands for, added to S. */
static bool add_escape(struct reading *r, char c, struct set *s)
{
	static const char *const SPACES = " \t\n\r\f\v";
	struct set named = {{0}};

	switch (c | 0x20) {
	case 'd':
		set_range(&named, '0', '9');
		break;
	case 'w':
		for (unsigned i = 0; i < 256; i++)
			if (is_word((unsigned char)i))
				set_add(&named, (unsigned char)i);
		break;
	case 's':
		for (const char *p = SPACES; *p; p++)
			set_add(&named, (unsigned char)*p);
		break;
	case 'n':
		set_add(&named, '\n');
		break;
	case 't':
		set_add(&named, '\t');
		break;
	case 'r':
		set_add(&named, '\r');
		break;
	default:
		if (is_word((unsigned char)c))
			return wrong(r, r->at - 1, "this has no meaning behind \\");
		set_add(s, (unsigned char)c);
		return true;
	}
	if ((c == 'N' || c == 'T' || c == 'R'))
		return wrong(r, r->at - 1, "this has no meaning behind \\");
	for (size_t i = 0; i < 4; i++)
		s->bits[i] |= c & 0x20 ? named.bits[i] : ~named.bits[i];
	return true;
}

/* One character or escape in brackets; *RET_ONE: the character, or -1 for a class. */
static bool read_bracket_item(struct reading *r, struct set *s, int *ret_one)
{
	char c = r->text.p[r->at++];
	struct set one = {{0}};
	int n = 0;

	if ((unsigned char)c >= 0x80)
		return wrong(r, r->at - 1, "only ASCII may stand in brackets");
	if (c != '\\') {
		set_add(s, (unsigned char)c);
		*ret_one = c;
		return true;
	}
	if (at_end(r))
		return wrong(r, r->at, "something is expected behind \\");
	if (!add_escape(r, r->text.p[r->at++], &one))
		return false;
	*ret_one = -1;
	for (unsigned i = 0; i < 256; i++)
		if (set_has(&one, (unsigned char)i)) {
			set_add(s, (unsigned char)i);
			*ret_one = (int)i;
			n++;
		}
	if (n != 1)
		*ret_one = -1;
	return true;
}

static bool read_brackets(struct reading *r)
{
	size_t start = r->at - 1;
	struct set s = {{0}};
	bool inverted = take(r, '^'), first = true;

	while (!at_end(r) && (first || peek(r) != ']')) {
		int from, to;

		first = false;
		if (!read_bracket_item(r, &s, &from))
			return false;
		if (peek(r) != '-' || r->at + 1 >= r->text.n || r->text.p[r->at + 1] == ']')
			continue;
		r->at++;
		if (!read_bracket_item(r, &s, &to))
			return false;
		if (from < 0 || to < from)
			return wrong(r, r->at - 1, "a range goes from a lower to a higher character");
		set_range(&s, (unsigned char)from, (unsigned char)to);
	}
	if (!take(r, ']'))
		return wrong(r, start, "this bracket is not closed");
	for (size_t i = 0; i < 4 && inverted; i++)
		s.bits[i] = ~s.bits[i];
	return emit_set(r, &s);
}

static bool read_group(struct reading *r)
{
	size_t start = r->at - 1;

	if (peek(r) == '?' && (r->at + 1 >= r->text.n || r->text.p[r->at + 1] != ':'))
		return wrong(r, r->at, "groups are (x) or (?:x)");
	if (take(r, '?'))
		take(r, ':');
	if (++r->depth > LIMIT_DEPTH)
		return wrong(r, start, "groups are nested too deeply");
	if (!read_choice(r))
		return false;
	r->depth--;
	return take(r, ')') || wrong(r, start, "this group is not closed");
}

static bool read_atom(struct reading *r)
{
	struct set s = {{0}};
	char c = r->text.p[r->at++];

	switch (c) {
	case '(':
		return read_group(r);
	case '[':
		return read_brackets(r);
	case '^':
		return emit(r, OP_START, 0, 0);
	case '$':
		return emit(r, OP_END, 0, 0);
	case '*':
	case '+':
	case '?':
	case '{':
		return wrong(r, r->at - 1, "there is nothing to repeat");
	case '.':
		set_add(&s, '\n');
		for (size_t i = 0; i < 4; i++)
			s.bits[i] = ~s.bits[i];
		break;
	case '\\':
		if (at_end(r))
			return wrong(r, r->at, "something is expected behind \\");
		if (take(r, 'b'))
			return emit(r, OP_WORD_EDGE, 0, 0);
		if (!add_escape(r, r->text.p[r->at++], &s))
			return false;
		break;
	default:
		set_add(&s, (unsigned char)c);
	}
	return emit_set(r, &s);
}

static bool read_number(struct reading *r, unsigned *ret)
{
	size_t start = r->at;
	unsigned n = 0;

	while (peek(r) >= '0' && peek(r) <= '9' && n <= LIMIT_REGEX_STEPS)
		n = n * 10 + (unsigned)(r->text.p[r->at++] - '0');
	*ret = n;
	return r->at > start;
}

/* {2}, {2,}, {2,5}: *RET_MOST is UINT32_MAX for no end. */
static bool read_counts(struct reading *r, unsigned *ret_least, unsigned *ret_most)
{
	size_t start = r->at;

	*ret_least = 0;
	*ret_most = UINT32_MAX;
	if (take(r, '*'))
		return true;
	if (take(r, '+')) {
		*ret_least = 1;
		return true;
	}
	if (take(r, '?')) {
		*ret_most = 1;
		return true;
	}
	r->at++;
	if (!read_number(r, ret_least))
		return wrong(r, r->at, "a number is expected");
	*ret_most = *ret_least;
	if (take(r, ',') && !read_number(r, ret_most))
		*ret_most = UINT32_MAX;
	if (!take(r, '}'))
		return wrong(r, start, "this brace is not closed");
	if (*ret_most < *ret_least || *ret_least > LIMIT_REGEX_STEPS)
		return wrong(r, start, "the counts are no range");
	return true;
}

/* ATOM, whose steps count from its own first one, behind the last step. */
static bool emit_atom(struct reading *r, const struct step *atom, size_t n)
{
	size_t at = r->steps.n;

	for (size_t i = 0; i < n; i++) {
		bool moves = atom[i].op == OP_SPLIT || atom[i].op == OP_JUMP;

		if (!emit(r, atom[i].op, atom[i].x + (moves ? at : 0), atom[i].y + (moves ? at : 0)))
			return false;
	}
	return true;
}

/* Makes room for one step at FROM; what points behind it moves along. */
static bool insert(struct reading *r, size_t from, struct step step)
{
	if (!emit(r, OP_JUMP, 0, 0))
		return false;
	for (size_t i = r->steps.n - 1; i > from; i--)
		r->steps.at[i] = r->steps.at[i - 1];
	for (size_t i = from + 1; i < r->steps.n; i++) {
		struct step *s = &r->steps.at[i];

		if (s->op != OP_SPLIT && s->op != OP_JUMP)
			continue;
		s->x += s->x >= from;
		if (s->op == OP_SPLIT)
			s->y += s->y >= from;
	}
	r->steps.at[from] = step;
	return true;
}

/* LEAST in a row; then a loop around the last one, or as many more as there may be. */
static bool emit_repeated(struct reading *r, const struct step *atom, size_t n, unsigned least,
			  unsigned most)
{
	for (unsigned i = 0; i < least; i++)
		if (!emit_atom(r, atom, n))
			return false;
	if (most == UINT32_MAX && least)
		return emit(r, OP_SPLIT, r->steps.n - n, r->steps.n + 1);
	if (most == UINT32_MAX)
		return emit(r, OP_SPLIT, r->steps.n + 1, r->steps.n + n + 2) &&
		       emit_atom(r, atom, n) && emit(r, OP_JUMP, r->steps.n - n - 1, 0);
	for (unsigned i = least; i < most; i++)
		if (!emit(r, OP_SPLIT, r->steps.n + 1, r->steps.n + n + 1) ||
		    !emit_atom(r, atom, n))
			return false;
	return true;
}

/* The atom at FROM, LEAST to MOST times. */
static bool repeat(struct reading *r, size_t from, unsigned least, unsigned most)
{
	size_t n = r->steps.n - from;
	struct step *atom = mem_alloc((n + 1) * sizeof(*atom));
	bool ok;

	for (size_t i = 0; i < n; i++) {
		struct step s = r->steps.at[from + i];
		bool moves = s.op == OP_SPLIT || s.op == OP_JUMP;

		atom[i] = (struct step){s.op, moves ? s.x - (uint32_t)from : s.x,
					moves ? s.y - (uint32_t)from : s.y};
	}
	r->steps.n = from;
	ok = emit_repeated(r, atom, n, least, most);
	mem_free(atom);
	return ok;
}

static bool is_count(char c)
{
	return c == '*' || c == '+' || c == '?' || c == '{';
}

static bool read_sequence(struct reading *r)
{
	while (!at_end(r) && peek(r) != '|' && peek(r) != ')') {
		size_t from = r->steps.n;
		unsigned least, most;

		if (!read_atom(r))
			return false;
		if (at_end(r) || !is_count(peek(r)))
			continue;
		if (!read_counts(r, &least, &most) || !repeat(r, from, least, most))
			return false;
		if (!at_end(r) && is_count(peek(r)))
			return wrong(r, r->at, "one count stands behind another");
	}
	return true;
}

static bool read_choice(struct reading *r)
{
	size_t from = r->steps.n, jump;

	if (!read_sequence(r))
		return false;
	while (take(r, '|')) {
		/* SPLIT(this, next) this JUMP(end) next */
		if (!insert(r, from, (struct step){OP_SPLIT, (uint32_t)from + 1,
						   (uint32_t)r->steps.n + 2}))
			return false;
		jump = r->steps.n;
		if (!emit(r, OP_JUMP, 0, 0) || !read_sequence(r))
			return false;
		r->steps.at[jump].x = (uint32_t)r->steps.n;
	}
	return true;
}

bool rex_read(const struct rex **ret, struct str text, struct arena *a, struct err *err)
{
	struct reading r = {.text = text, .err = err};
	struct rex *made;
	bool ok;

	if (!text.n)
		return err_set(err, ERR_USAGE, "the expression is empty");
	if (text.n > LIMIT_QUERY_BYTES)
		return err_set(err, ERR_USAGE, "more than %zu bytes", LIMIT_QUERY_BYTES);
	ok = read_choice(&r) && (at_end(&r) || wrong(&r, r.at, "this group was not opened")) &&
	     emit(&r, OP_MATCH, 0, 0);
	if (ok) {
		made = arena_new(a, struct rex);
		made->steps = r.steps.at;
		made->n_steps = r.steps.n;
		made->sets = r.sets.at;
		arena_adopt(a, r.steps.at);
		if (r.sets.at)
			arena_adopt(a, r.sets.at);
		*ret = made;
		return true;
	}
	vec_done(&r.steps);
	vec_done(&r.sets);
	return false;
}

/* ---- running ---- */

/* A state and where its match began. */
struct thread {
	uint32_t step;
	size_t start;
};

struct threads {
	struct thread *at;
	size_t n;
};

struct running {
	const struct rex *r;
	struct str text;
	uint32_t *seen; /* of each step: the round in which it was added */
	uint32_t round;
	uint32_t *stack;
	bool found;
	size_t start, end; /* the best match */
};

static bool holds(const struct running *w, enum op op, size_t at)
{
	bool before, after;

	if (op == OP_START)
		return at == 0;
	if (op == OP_END)
		return at == w->text.n;
	before = at > 0 && is_word((unsigned char)w->text.p[at - 1]);
	after = at < w->text.n && is_word((unsigned char)w->text.p[at]);
	return before != after;
}

static void matched(struct running *w, size_t start, size_t end)
{
	if (w->found && (start > w->start || (start == w->start && end <= w->end)))
		return;
	w->found = true;
	w->start = start;
	w->end = end;
}

/* STEP and all that it leads to without a character. Earlier starts are added first. */
static void add(struct running *w, struct threads *to, uint32_t step, size_t start, size_t at)
{
	size_t n = 0;

	w->stack[n++] = step;
	while (n) {
		const struct step *s;

		step = w->stack[--n];
		if (w->seen[step] == w->round)
			continue;
		w->seen[step] = w->round;
		s = &w->r->steps[step];
		if (s->op == OP_SET) {
			to->at[to->n++] = (struct thread){step, start};
		} else if (s->op == OP_MATCH) {
			matched(w, start, at);
		} else if (s->op == OP_SPLIT) {
			w->stack[n++] = s->y;
			w->stack[n++] = s->x;
		} else if (s->op == OP_JUMP) {
			w->stack[n++] = s->x;
		} else if (holds(w, s->op, at)) {
			w->stack[n++] = step + 1;
		}
	}
}

static void run(struct running *w, size_t from, struct threads *now, struct threads *next)
{
	for (size_t at = from;; at++) {
		struct threads *swap = now;

		if (!w->found)
			add(w, now, 0, at, at);
		if (at >= w->text.n || (!now->n && w->found))
			return;
		w->round++;
		next->n = 0;
		for (size_t i = 0; i < now->n; i++) {
			const struct thread *t = &now->at[i];

			if (w->found && t->start > w->start)
				continue;
			if (set_has(&w->r->sets[w->r->steps[t->step].x],
				    (unsigned char)w->text.p[at]))
				add(w, next, t->step + 1, t->start, at + 1);
		}
		now = next;
		next = swap;
	}
}

bool rex_find(const struct rex *r, struct str text, size_t from, size_t *ret_start,
		size_t *ret_end)
{
	struct running w = {.r = r, .text = text, .round = 1};
	struct threads now, next;

	if (from > text.n)
		return false;
	w.seen = mem_zalloc(r->n_steps * sizeof(*w.seen));
	w.stack = mem_alloc((2 * r->n_steps + 2) * sizeof(*w.stack));
	now = (struct threads){mem_alloc(r->n_steps * sizeof(struct thread)), 0};
	next = (struct threads){mem_alloc(r->n_steps * sizeof(struct thread)), 0};
	run(&w, from, &now, &next);
	mem_free(now.at);
	mem_free(next.at);
	mem_free(w.stack);
	mem_free(w.seen);
	*ret_start = w.start;
	*ret_end = w.end;
	return w.found;
}
