/* SPDX-License-Identifier: MIT */
/* query_lex.c: from the text of a query to its tokens, and what literals mean. */
#include "formats/query/query_lex.h"

#include "formats/base/limits.h"

#include <stdarg.h>
#include <stdio.h>

bool query_error(size_t column, struct err *err, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	err_set(err, ERR_USAGE, "column %zu: %s", column, text);
	if (err)
		err->column = (int64_t)column;
	return false;
}

/* ---- tokens ---- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Bytes past ASCII are parts of names: workflow ids hold them. */
static bool is_word(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (unsigned char)c >= 0x80 || (c && strchr("._-:/@*?+%", c));
}

/* Longer spellings first. */
static const struct {
	const char *spelled, *meant;
} SIGNS[] = {
	{"==", "="},   {"!=", "!="}, {"<>", "!="}, {"<=", "<="}, {">=", ">="}, {"&&", "and"},
	{"||", "or"},  {"=", "="},   {"<", "<"},   {">", ">"},	 {"~", "~"},   {"!", "not"},
	{"(", "("},    {")", ")"},   {",", ","},
};

static bool take_string(struct str text, size_t *at, struct query_token *ret, struct arena *a,
			struct err *err)
{
	char quote = text.p[*at];
	char *out = arena_alloc(a, text.n - *at);
	size_t n = 0, i = *at + 1;

	for (; i < text.n && text.p[i] != quote; i++) {
		/* Any other backslash stands for itself, so that `like` can have its own. */
		if (text.p[i] == '\\' && i + 1 < text.n &&
		    (text.p[i + 1] == quote || text.p[i + 1] == '\\'))
			i++;
		out[n++] = text.p[i];
	}
	if (i == text.n)
		return query_error(*at + 1, err, "this %c is not closed", quote);
	ret->kind = QUERY_STRING;
	ret->text = str_slice(out, n);
	*at = i + 1;
	return true;
}

static bool take_word(struct str text, size_t *at, struct query_token *ret, struct err *err)
{
	size_t i = *at;

	while (i < text.n && (is_word(text.p[i]) || (text.p[i] == '[' && i > *at))) {
		ptrdiff_t close;

		if (text.p[i] != '[') {
			i++;
			continue;
		}
		close = str_find_from(text, STR("]"), i);
		if (close < 0)
			return query_error(i + 1, err, "this [ is not closed");
		i = (size_t)close + 1;
	}
	if (i == *at)
		return query_error(*at + 1, err, "'%c' has no meaning here; text goes in quotes",
				   text.p[i] > ' ' && text.p[i] < 0x7f ? text.p[i] : '?');
	ret->kind = QUERY_WORD;
	ret->text = str_slice(text.p + *at, i - *at);
	*at = i;
	return true;
}

bool query_token(struct str text, size_t *at, struct query_token *ret, struct arena *a,
		 struct err *err)
{
	while (*at < text.n && is_blank(text.p[*at]))
		(*at)++;
	*ret = (struct query_token){.kind = QUERY_END, .column = *at + 1};
	if (*at == text.n)
		return true;
	if (text.p[*at] == '\'' || text.p[*at] == '"')
		return take_string(text, at, ret, a, err);
	for (size_t i = 0; i < sizeof(SIGNS) / sizeof(*SIGNS); i++)
		if (str_starts(str_skip(text, *at), str_of(SIGNS[i].spelled))) {
			ret->kind = QUERY_SIGN;
			ret->text = str_of(SIGNS[i].meant);
			*at += strlen(SIGNS[i].spelled);
			return true;
		}
	return take_word(text, at, ret, err);
}

/* ---- literals ---- */

/* "12", "-3", "1.5" off the front of S. */
static bool take_number(struct str *s, double *ret)
{
	bool negative = s->n && s->p[0] == '-';
	double value = 0, unit = 1;
	struct str rest = str_skip(*s, negative);
	size_t digits = 0;

	for (; rest.n && is_digit(rest.p[0]); rest = str_skip(rest, 1), digits++)
		value = value * 10 + (rest.p[0] - '0');
	if (digits && rest.n > 1 && rest.p[0] == '.' && is_digit(rest.p[1]))
		for (rest = str_skip(rest, 1); rest.n && is_digit(rest.p[0]);
		     rest = str_skip(rest, 1))
			value += (rest.p[0] - '0') * (unit /= 10);
	if (!digits || digits > 18)
		return false;
	*s = rest;
	*ret = negative ? -value : value;
	return true;
}

struct unit {
	const char *name;
	double worth;
};

static const struct unit SIZES[] = {
	{"k", 1024}, {"K", 1024}, {"M", 1048576}, {"G", 1073741824}};
static const struct unit TIMES[] = {
	{"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}, {"d", 86400e9}, {"w", 604800e9}};

/* The worth of the letters off the front of S; 0: there is no such unit. */
static double take_unit(struct str *s, const struct unit *units, size_t n)
{
	size_t letters = 0;

	while (letters < s->n && !is_digit(s->p[letters]) && s->p[letters] != '.')
		letters++;
	for (size_t i = 0; i < n; i++)
		if (str_is(str_take(*s, letters), units[i].name)) {
			*s = str_skip(*s, letters);
			return units[i].worth;
		}
	return 0;
}

static bool to_number(struct str s, double *ret)
{
	double value;

	if (!take_number(&s, &value))
		return false;
	if (s.n)
		value *= take_unit(&s, SIZES, sizeof(SIZES) / sizeof(*SIZES));
	*ret = value;
	return !s.n;
}

/* 292 years: what fits in 64 bits of nanoseconds. */
#define LONGEST_NS 9.2e18

static bool to_duration(struct str s, int64_t *ret)
{
	double total = 0;

	if (!s.n)
		return false;
	while (s.n) {
		double value, worth;

		if (!take_number(&s, &value))
			return false;
		worth = take_unit(&s, TIMES, sizeof(TIMES) / sizeof(*TIMES));
		if (!worth)
			return false;
		total += value * worth;
	}
	if (total > LONGEST_NS || total < -LONGEST_NS)
		return false;
	*ret = (int64_t)total;
	return true;
}

/* Exactly N digits off the front of S, then C (0: nothing). */
static bool take_digits(struct str *s, size_t n, char c, int64_t *ret)
{
	int64_t value = 0;

	if (s->n < n + (c != 0))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!is_digit(s->p[i]))
			return false;
		value = value * 10 + (s->p[i] - '0');
	}
	if (c && s->p[n] != c)
		return false;
	*s = str_skip(*s, n + (c != 0));
	*ret = value;
	return true;
}

/* Days since 1970 of the proleptic Gregorian calendar, in eras of 400 years from March. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t y = year - (month <= 2), era = y / 400, year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
	       day_of_year - 719468;
}

/* ".5" of a second. */
static int64_t take_fraction(struct str *s)
{
	int64_t ns = 0, worth = 100000000;

	if (!s->n || s->p[0] != '.')
		return 0;
	for (*s = str_skip(*s, 1); s->n && is_digit(s->p[0]); *s = str_skip(*s, 1)) {
		ns += (s->p[0] - '0') * worth;
		worth /= 10;
	}
	return ns;
}

/* "Z", "+01:00", or nothing (UTC); seconds to take away. */
static bool take_zone(struct str s, int64_t *ret)
{
	int64_t hours, minutes;
	bool west = s.n && s.p[0] == '-';

	*ret = 0;
	if (!s.n || str_is(s, "Z") || str_is(s, "z"))
		return true;
	if (s.p[0] != '+' && !west)
		return false;
	s = str_skip(s, 1);
	if (!take_digits(&s, 2, ':', &hours) || !take_digits(&s, 2, 0, &minutes) || s.n ||
	    hours > 23 || minutes > 59)
		return false;
	*ret = (hours * 3600 + minutes * 60) * (west ? -1 : 1);
	return true;
}

static bool to_time(struct str s, int64_t *ret)
{
	int64_t year, month, day, hour = 0, minute = 0, second = 0, ns = 0, zone = 0;

	if (!take_digits(&s, 4, '-', &year) || !take_digits(&s, 2, '-', &month) ||
	    !take_digits(&s, 2, 0, &day))
		return false;
	/* Within what 64 bits of nanoseconds hold. */
	if (year < 1970 || year > 2261 || month < 1 || month > 12 || day < 1 || day > 31)
		return false;
	if (s.n) {
		if (s.p[0] != 'T' && s.p[0] != 't' && s.p[0] != ' ')
			return false;
		s = str_skip(s, 1);
		if (!take_digits(&s, 2, ':', &hour) || !take_digits(&s, 2, 0, &minute))
			return false;
		if (s.n && s.p[0] == ':') {
			s = str_skip(s, 1);
			if (!take_digits(&s, 2, 0, &second))
				return false;
			ns = take_fraction(&s);
		}
		if (hour > 23 || minute > 59 || second > 60 || !take_zone(s, &zone))
			return false;
	}
	second += days_of(year, month, day) * 86400 + hour * 3600 + minute * 60 - zone;
	*ret = second * 1000000000 + ns;
	return true;
}

struct query_literal query_literal_of(struct str text)
{
	struct query_literal l = {.text = text};

	l.is_number = to_number(text, &l.number);
	l.is_duration = to_duration(text, &l.duration);
	l.is_time = to_time(text, &l.time);
	return l;
}
