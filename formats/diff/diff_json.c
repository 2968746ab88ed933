/* SPDX-License-Identifier: MIT */
/* diff_json.c: the values of a JSON text, and numbers that are equal however written. */
#include "formats/diff/diff_leaves.h"

#include "formats/base/limits.h"
#include "formats/transcode/json.h"

#include <inttypes.h>
#include <stdlib.h>

struct member {
	struct str key, value;
	size_t at; /* which of all */
};

struct reading {
	struct leaves *to;
	struct diff_rules *rules;
	struct str path;
	struct arena *a;
	struct buf json; /* the path to where it stands */
	struct buf scratch;
	VEC_OF(struct member) members; /* of the objects around, the innermost last */
};

static bool read_value(struct reading *r, struct str text, unsigned depth);

static void add(struct reading *r, enum leaf_kind kind, struct str value)
{
	struct leaf leaf = {r->path, arena_str(r->a, buf_str(&r->json)), value, kind};

	leaves_add(r->to, r->rules, leaf);
}

static int by_key(const void *left, const void *right)
{
	const struct member *a = left, *b = right;
	int order = str_cmp(a->key, b->key);

	return order ? order : a->at < b->at ? -1 : 1;
}

/* Adds the members, by key; of one that comes twice the last counts, as for most readers. */
static bool read_members(struct reading *r, struct json *j)
{
	size_t begin = r->members.n, n = begin;
	bool ok = json_take(j, '{');
	struct member *all;

	while (ok && json_peek(j) != '}') {
		struct member m = {.at = r->members.n};

		ok = (m.at == begin || json_take(j, ',')) &&
		     json_read_string(j, &r->scratch, &m.key, NULL) && json_take(j, ':') &&
		     json_skip(j, &m.value, NULL);
		m.key = arena_str(r->a, m.key);
		vec_push(&r->members, m);
	}
	ok = ok && json_take(j, '}');
	all = r->members.at;
	if (r->members.n - begin > 1)
		qsort(all + begin, r->members.n - begin, sizeof(*all), by_key);
	for (size_t i = begin; i < r->members.n; i++)
		if (i + 1 == r->members.n || !str_eq(all[i].key, all[i + 1].key))
			all[n++] = all[i];
	r->members.n = n;
	return ok;
}

static bool read_object(struct reading *r, struct json *j, unsigned depth)
{
	size_t begin = r->members.n, before = r->json.n;
	bool ok = read_members(r, j);
	size_t end = r->members.n;

	if (ok && end == begin)
		add(r, LEAF_JSON_WORD, STR("{}"));
	for (size_t i = begin; ok && i < end; i++) {
		json_path_add(&r->json, r->members.at[i].key);
		ok = read_value(r, r->members.at[i].value, depth + 1);
		r->json.n = before;
	}
	r->members.n = begin;
	return ok;
}

static bool read_array(struct reading *r, struct json *j, unsigned depth)
{
	size_t n = 0, before = r->json.n;
	struct str value;

	json_take(j, '[');
	while (json_peek(j) != ']') {
		if ((n && !json_take(j, ',')) || !json_skip(j, &value, NULL))
			return false;
		buf_add_char(&r->json, '[');
		buf_add_decimal(&r->json, n++);
		buf_add_char(&r->json, ']');
		if (!read_value(r, value, depth + 1))
			return false;
		r->json.n = before;
	}
	if (!n)
		add(r, LEAF_JSON_WORD, STR("[]"));
	return json_take(j, ']');
}

static bool read_value(struct reading *r, struct str text, unsigned depth)
{
	struct json j = {text, 0};
	char first = json_peek(&j);
	struct str value;

	if (depth > LIMIT_DEPTH)
		return false;
	if (first == '{')
		return read_object(r, &j, depth);
	if (first == '[')
		return read_array(r, &j, depth);
	if (first == '"') {
		if (!json_read_string(&j, &r->scratch, &value, NULL))
			return false;
		add(r, LEAF_JSON_STRING, arena_str(r->a, value));
		return true;
	}
	if (!json_skip(&j, &value, NULL))
		return false;
	add(r, first == '-' || (first >= '0' && first <= '9') ? LEAF_JSON_NUMBER : LEAF_JSON_WORD,
	    value);
	return true;
}

bool leaves_of_json(struct leaves *to, struct diff_rules *rules, struct str path,
		    struct str text, struct arena *a)
{
	struct reading r = {.to = to, .rules = rules, .path = path, .a = a};
	struct json whole = {text, 0};
	size_t before = to->list.n;
	struct str value;
	bool ok;

	/* Once over all of it: what comes behind is sure to be JSON, to the end. */
	if (!json_skip(&whole, &value, NULL) || json_peek(&whole) || whole.at < text.n)
		return false;
	buf_init(&r.json, 0);
	buf_init(&r.scratch, 0);
	buf_add_char(&r.json, '$');
	ok = read_value(&r, value, 1);
	if (!ok)
		to->list.n = before;
	vec_done(&r.members);
	buf_done(&r.scratch);
	buf_done(&r.json);
	return ok;
}

/* The digits of S from *AT on, appended to DIGITS. */
static size_t take_digits(struct str s, size_t *at, struct buf *digits)
{
	size_t from = *at;

	while (*at < s.n && s.p[*at] >= '0' && s.p[*at] <= '9')
		(*at)++;
	buf_add_bytes(digits, s.p + from, *at - from);
	return *at - from;
}

/* "-12e-3" */
static struct str with_exponent(bool minus, struct str digits, long long exponent, struct arena *a)
{
	char number[STR_DECIMAL_MAX], *text = arena_alloc(a, digits.n + sizeof(number) + 4), *to = text;
	uint64_t size = exponent < 0 ? 0 - (uint64_t)exponent : (uint64_t)exponent;
	struct str decimal = str_decimal(number, size);

	if (minus)
		*to++ = '-';
	memcpy(to, digits.p, digits.n);
	to += digits.n;
	*to++ = 'e';
	if (exponent < 0)
		*to++ = '-';
	memcpy(to, decimal.p, decimal.n);
	return str_slice(text, (size_t)(to - text) + decimal.n);
}

struct str json_number_normal(struct str number, struct arena *a)
{
	long long exponent = 0;
	bool minus = number.n && number.p[0] == '-';
	size_t at = minus, fraction = 0;
	struct str digits, ret = number, text;
	struct buf all;

	buf_init(&all, 0);
	take_digits(number, &at, &all);
	if (at < number.n && number.p[at] == '.') {
		at++;
		fraction = take_digits(number, &at, &all);
	}
	text = str_skip(number, at + 1);
	if (at < number.n && text.n && text.p[0] == '+')
		text = str_skip(text, 1);
	/* An exponent past all sense stays as it was written. */
	if (at == number.n || (text.n < 18 && str_to_int(text, &exponent))) {
		digits = buf_str(&all);
		exponent -= (long long)fraction;
		while (digits.n > 1 && digits.p[0] == '0')
			digits = str_skip(digits, 1);
		while (digits.n > 1 && digits.p[digits.n - 1] == '0') {
			digits.n--;
			exponent++;
		}
		ret = str_is(digits, "0") ? STR("0") : with_exponent(minus, digits, exponent, a);
	}
	buf_done(&all);
	return ret;
}
