/* SPDX-License-Identifier: MIT */
/* transcode_text.c: times, durations and numbers as JSON spells them; paths. */
#include "formats/transcode/transcode_parts.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Paths */

void transcode_put_path(struct buf *out, const struct transcode_path *path)
{
	if (!path)
		return;
	transcode_put_path(out, path->up);
	if (!path->field)
		return;
	if (out->n)
		buf_add_char(out, '.');
	buf_add(out, path->field->json_name);
	if (path->index >= 0)
		buf_printf(out, "[%lld]", (long long)path->index);
	if (path->key.p)
		buf_printf(out, "[%.*s]", STR_ARG(str_take(path->key, 100)));
}

void transcode_wrap_path(struct err *err, const struct transcode_path *path)
{
	struct buf text = {.limit = ERR_MESSAGE_BYTES};

	if (!err)
		return;
	transcode_put_path(&text, path);
	if (text.n)
		err_wrap(err, "%.*s", STR_ARG(buf_str(&text)));
	buf_done(&text);
}

void transcode_note(struct transcode_loss *loss, enum transcode_kind kind, int64_t event_id,
		    const struct transcode_path *path, struct str name)
{
	struct buf text = {.limit = ERR_MESSAGE_BYTES};
	struct transcode_item *item;
	struct str cut;

	if (!loss || loss->n[kind]++ >= TRANSCODE_LOSS_FIRST)
		return;
	item = &loss->first[kind][loss->n[kind] - 1];
	transcode_put_path(&text, path);
	if (text.n && name.n)
		buf_add_char(&text, '.');
	buf_add(&text, str_take(name, 100));
	cut = str_take(buf_str(&text), sizeof(item->path) - 1);
	memcpy(item->path, cut.p ? cut.p : "", cut.n);
	item->path[cut.n] = '\0';
	item->event_id = event_id;
	buf_done(&text);
}

/* Calendar */

#define DAY 86400
#define TIMESTAMP_LEAST (-62135596800LL) /* 0001-01-01T00:00:00Z */
#define TIMESTAMP_MOST 253402300799LL	 /* 9999-12-31T23:59:59Z */
#define DURATION_MOST 315576000000LL
#define NANOS_MOST 999999999
#define NANOS (NANOS_MOST + 1) /* in a second */

bool transcode_timestamp_ok(int64_t seconds, int64_t nanos)
{
	return seconds >= TIMESTAMP_LEAST && seconds <= TIMESTAMP_MOST && nanos >= 0 &&
	       nanos <= NANOS_MOST;
}

bool transcode_duration_ok(int64_t seconds, int64_t nanos)
{
	return seconds >= -DURATION_MOST && seconds <= DURATION_MOST && nanos >= -NANOS_MOST &&
	       nanos <= NANOS_MOST && !(seconds > 0 && nanos < 0) && !(seconds < 0 && nanos > 0);
}

/*
 * Days from 1970-01-01, the years beginning in March so that the leap day is the last:
 * 153 days in every five months from there.
 */
static int64_t days_of(int year, int month, int day)
{
	int64_t y = year - (month <= 2), era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void date_of(int64_t days, unsigned *year, unsigned *month, unsigned *day)
{
	int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t of_era = z - era * 146097;
	int64_t years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * years + years / 4 - years / 100);
	int64_t m = (5 * of_year + 2) / 153;

	*day = (unsigned)(of_year - (153 * m + 2) / 5 + 1);
	*month = (unsigned)(m < 10 ? m + 3 : m - 9);
	*year = (unsigned)(years + era * 400 + (*month <= 2));
}

static bool two(const char *p, int *ret)
{
	unsigned a = (unsigned)(p[0] - '0'), b = (unsigned)(p[1] - '0');

	*ret = (int)(a * 10 + b);
	return a <= 9 && b <= 9;
}

/* One to nine digits behind a point; more would be lost. */
static bool parse_fraction(struct str *s, int32_t *ret)
{
	int32_t value = 0;
	size_t i = 0;

	for (; i < s->n && s->p[i] >= '0' && s->p[i] <= '9'; i++) {
		if (i == 9)
			return false;
		value = value * 10 + (s->p[i] - '0');
	}
	if (i == 0)
		return false;
	*s = str_skip(*s, i);
	for (; i < 9; i++)
		value *= 10;
	*ret = value;
	return true;
}

/* Z, or hours and minutes away from it; seconds to add to reach it. */
static bool parse_zone(struct str s, int *ret)
{
	int hours, minutes;

	*ret = 0;
	if (s.n == 1)
		return s.p[0] == 'Z' || s.p[0] == 'z';
	if (s.n != 6 || s.p[3] != ':' || (s.p[0] != '+' && s.p[0] != '-'))
		return false;
	if (!two(s.p + 1, &hours) || !two(s.p + 4, &minutes) || hours > 23 || minutes > 59)
		return false;
	*ret = (hours * 60 + minutes) * (s.p[0] == '+' ? -60 : 60);
	return true;
}

static bool parse_date(const char *p, int64_t *ret_days)
{
	static const int DAYS[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int century, rest, year, month, day;

	if (!two(p, &century) || !two(p + 2, &rest) || p[4] != '-' || !two(p + 5, &month) ||
	    p[7] != '-' || !two(p + 8, &day))
		return false;
	year = century * 100 + rest;
	if (year < 1 || month < 1 || month > 12 || day < 1 || day > DAYS[month - 1])
		return false;
	if (month == 2 && day == 29 && (year % 4 || (year % 100 == 0 && year % 400)))
		return false;
	*ret_days = days_of(year, month, day);
	return true;
}

bool transcode_parse_timestamp(struct str text, int64_t *ret_seconds, int32_t *ret_nanos)
{
	const char *p = text.p;
	int hour, minute, second, zone;
	struct str rest;
	int64_t days;

	if (text.n < 20 || !parse_date(p, &days) || (p[10] != 'T' && p[10] != 't') ||
	    !two(p + 11, &hour) || p[13] != ':' || !two(p + 14, &minute) || p[16] != ':' ||
	    !two(p + 17, &second) || hour > 23 || minute > 59 || second > 59)
		return false;
	rest = str_skip(text, 19);
	*ret_nanos = 0;
	if (rest.p[0] == '.') {
		rest = str_skip(rest, 1);
		if (!parse_fraction(&rest, ret_nanos))
			return false;
	}
	if (!parse_zone(rest, &zone))
		return false;
	*ret_seconds = days * DAY + hour * 3600 + minute * 60 + second + zone;
	return transcode_timestamp_ok(*ret_seconds, *ret_nanos);
}

bool transcode_parse_duration(struct str text, int64_t *ret_seconds, int32_t *ret_nanos)
{
	bool negative = text.n && text.p[0] == '-';
	int64_t seconds = 0;
	int32_t nanos = 0;
	size_t i = 0;

	text = str_skip(text, negative);
	for (; i < text.n && i < 13 && text.p[i] >= '0' && text.p[i] <= '9'; i++)
		seconds = seconds * 10 + (text.p[i] - '0');
	text = str_skip(text, i);
	if (i == 0 || !text.n)
		return false;
	if (text.p[0] == '.') {
		text = str_skip(text, 1);
		if (!parse_fraction(&text, &nanos))
			return false;
	}
	if (!str_eq(text, STR("s")))
		return false;
	*ret_seconds = negative ? -seconds : seconds;
	*ret_nanos = negative ? -nanos : nanos;
	return transcode_duration_ok(*ret_seconds, *ret_nanos);
}

static const char PAIRS[] = "00010203040506070809101112131415161718192021222324"
			    "25262728293031323334353637383940414243444546474849"
			    "50515253545556575859606162636465666768697071727374"
			    "75767778798081828384858687888990919293949596979899";

static char *put_digits(char *to, unsigned value, unsigned n)
{
	for (unsigned i = n; i-- > 0; value /= 10)
		to[i] = (char)('0' + value % 10);
	return to + n;
}

/* Nothing, or a point and 3, 6 or 9 digits. */
static char *put_fraction(char *to, unsigned nanos)
{
	if (!nanos)
		return to;
	*to++ = '.';
	if (nanos % 1000)
		return put_digits(to, nanos, 9);
	if (nanos % 1000000)
		return put_digits(to, nanos / 1000, 6);
	return put_digits(to, nanos / 1000000, 3);
}

size_t transcode_print_timestamp(char *to, int64_t seconds, int32_t nanos)
{
	int64_t days = (seconds >= 0 ? seconds : seconds - (DAY - 1)) / DAY;
	unsigned of_day = (unsigned)(seconds - days * DAY), year, month, day;
	char *p = to;

	date_of(days, &year, &month, &day);
	p = put_digits(p, year, 4);
	*p++ = '-';
	p = put_digits(p, month, 2);
	*p++ = '-';
	p = put_digits(p, day, 2);
	*p++ = 'T';
	p = put_digits(p, of_day / 3600, 2);
	*p++ = ':';
	p = put_digits(p, of_day / 60 % 60, 2);
	*p++ = ':';
	p = put_digits(p, of_day % 60, 2);
	p = put_fraction(p, (unsigned)nanos);
	*p++ = 'Z';
	return (size_t)(p - to);
}

size_t transcode_print_nanos(char *to, int64_t nanoseconds)
{
	int64_t seconds = nanoseconds / NANOS, rest = nanoseconds % NANOS;

	if (rest < 0) {
		rest += NANOS;
		seconds--;
	}
	return transcode_print_timestamp(to, seconds, (int32_t)rest);
}

size_t transcode_print_uint(char *to, uint64_t value)
{
	char digits[20];
	size_t at = sizeof(digits);

	for (; value >= 100; value /= 100) {
		at -= 2;
		memcpy(digits + at, PAIRS + value % 100 * 2, 2);
	}
	at -= 2;
	memcpy(digits + at, PAIRS + value * 2, 2);
	at += value < 10;
	memcpy(to, digits + at, sizeof(digits) - at);
	return sizeof(digits) - at;
}

size_t transcode_print_duration(char *to, int64_t seconds, int32_t nanos)
{
	bool negative = seconds < 0 || nanos < 0;
	char *p = to;

	if (negative)
		*p++ = '-';
	p += transcode_print_uint(p, (uint64_t)(negative ? -seconds : seconds));
	p = put_fraction(p, (unsigned)(negative ? -nanos : nanos));
	*p++ = 's';
	return (size_t)(p - to);
}

/* Fractions: libc reads and writes them, but with the locale's point. */

#define NUMBER_MAX 400

static void swap_point(char *text, char from, char to)
{
	char *point = strchr(text, from);

	if (point)
		*point = to;
}

static char locale_point(void)
{
	return localeconv()->decimal_point[0];
}

static bool is_number(struct str s)
{
	size_t i = s.n && s.p[0] == '-', from = i;

	while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
		i++;
	if (i == from || (s.p[from] == '0' && i > from + 1))
		return false;
	if (i < s.n && s.p[i] == '.')
		for (from = ++i; i < s.n && s.p[i] >= '0' && s.p[i] <= '9';)
			i++;
	if (i == from)
		return false;
	if (i < s.n && (s.p[i] == 'e' || s.p[i] == 'E')) {
		i++;
		i += i < s.n && (s.p[i] == '+' || s.p[i] == '-');
		for (from = i; i < s.n && s.p[i] >= '0' && s.p[i] <= '9';)
			i++;
	}
	return i == s.n && i > from;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Of "e-12", as far as it matters: nothing that is written out has a million digits. */
static long long exponent(struct str s)
{
	bool negative = s.n > 1 && s.p[1] == '-';
	long long value = 0;

	for (size_t i = 1; i < s.n && value < INT32_MAX; i++)
		if (is_digit(s.p[i]))
			value = value * 10 + (s.p[i] - '0');
	return negative ? -value : value;
}

const char *transcode_parse_whole(struct str text, uint64_t *ret, bool *ret_negative)
{
	size_t from = text.n && text.p[0] == '-', i = from;
	long long before, place = 0; /* digits before the point; those seen */
	uint64_t value = 0;

	if (!is_number(text))
		return "a whole number is expected";
	while (i < text.n && is_digit(text.p[i]))
		i++;
	before = (long long)(i - from);
	while (i < text.n && (is_digit(text.p[i]) || text.p[i] == '.'))
		i++;
	before += exponent(str_skip(text, i));
	for (size_t k = from; k < i || (value && place < before); k++) {
		unsigned digit = k < i ? (unsigned)(text.p[k] - '0') : 0;

		if (k < i && text.p[k] == '.')
			continue;
		if (place++ >= before && digit)
			return "a whole number is expected";
		if (place > before)
			continue;
		if (value > (UINT64_MAX - digit) / 10)
			return "a number out of range";
		value = value * 10 + digit;
	}
	*ret = value;
	*ret_negative = from;
	return NULL;
}

bool transcode_parse_double(struct str text, double *ret)
{
	char copy[NUMBER_MAX + 1];

	if (text.n == 1 && text.p[0] >= '0' && text.p[0] <= '9')
		*ret = text.p[0] - '0'; /* a back-off of 2 is in every activity */
	else if (str_is(text, "NaN"))
		*ret = (double)NAN;
	else if (str_is(text, "Infinity"))
		*ret = (double)INFINITY;
	else if (str_is(text, "-Infinity"))
		*ret = -(double)INFINITY;
	else if (text.n > NUMBER_MAX || !is_number(text))
		return false;
	else {
		memcpy(copy, text.p, text.n);
		copy[text.n] = '\0';
		swap_point(copy, '.', locale_point());
		*ret = strtod(copy, NULL);
		return isfinite(*ret);
	}
	return true;
}

bool transcode_parse_float(struct str text, float *ret)
{
	char copy[NUMBER_MAX + 1];
	double value;

	if (!transcode_parse_double(text, &value))
		return false;
	*ret = (float)value;
	if (!isfinite(value))
		return true;
	/* Again as a float: going through a double rounds twice. */
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	swap_point(copy, '.', locale_point());
	*ret = strtof(copy, NULL);
	return isfinite(*ret);
}

static const char *not_finite(double value)
{
	return isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
}

size_t transcode_print_double(char *to, double value)
{
	int n = 0;

	if (value >= 1 && value <= 1000 && value == (double)(uint64_t)value)
		return transcode_print_uint(to, (uint64_t)value);
	if (!isfinite(value))
		return (size_t)snprintf(to, TRANSCODE_TEXT_MAX, "%s", not_finite(value));
	for (int precision = 15; precision <= 17; precision++) {
		n = snprintf(to, TRANSCODE_TEXT_MAX, "%.*g", precision, value);
		if (strtod(to, NULL) == value)
			break;
	}
	swap_point(to, locale_point(), '.');
	return (size_t)n;
}

size_t transcode_print_float(char *to, float value)
{
	int n = 0;

	if (!isfinite(value))
		return (size_t)snprintf(to, TRANSCODE_TEXT_MAX, "%s", not_finite((double)value));
	for (int precision = 6; precision <= 9; precision++) {
		n = snprintf(to, TRANSCODE_TEXT_MAX, "%.*g", precision, (double)value);
		if (strtof(to, NULL) == value)
			break;
	}
	swap_point(to, locale_point(), '.');
	return (size_t)n;
}
