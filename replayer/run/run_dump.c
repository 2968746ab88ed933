/* SPDX-License-Identifier: MIT */
/* run_dump.c: a walk over the tree; only numbers with a point are left to the library. */
#include "replayer/run/run_dump.h"

#include "formats/base/visible.h"

#include <inttypes.h>

/* Enough digits for a tenth of a millisecond in a day. */
#define REAL_DIGITS 12
#define NO_CHARACTER 0xfffd

static void put_unit(struct buf *out, unsigned unit)
{
	buf_printf(out, "\\u%04X", unit);
}

static void put_rune(struct buf *out, long rune)
{
	if (rune < 0x10000) {
		put_unit(out, (unsigned)rune);
		return;
	}
	put_unit(out, 0xd800 + ((unsigned)(rune - 0x10000) >> 10));
	put_unit(out, 0xdc00 + ((unsigned)(rune - 0x10000) & 0x3ff));
}

static void put_special(struct buf *out, char c)
{
	static const char LETTERS[][2] = {{'"', '"'},  {'\\', '\\'}, {'\b', 'b'}, {'\f', 'f'},
					  {'\n', 'n'}, {'\r', 'r'},  {'\t', 't'}};

	for (size_t i = 0; i < sizeof(LETTERS) / sizeof(*LETTERS); i++)
		if (LETTERS[i][0] == c) {
			buf_add_char(out, '\\');
			buf_add_char(out, LETTERS[i][1]);
			return;
		}
	put_unit(out, (unsigned char)c);
}

/* Of "##" the second is special: CI servers take ##[ for a command anywhere in a line. */
static bool is_special(struct str s, size_t i, bool shown)
{
	unsigned char c = (unsigned char)s.p[i];

	return c < 0x20 || c >= 0x80 || c == '"' || c == '\\' ||
	       (shown && (c == 0x7f || (c == '#' && i && s.p[i - 1] == '#')));
}

/* The character that S begins with, which is not ASCII; its length. */
static size_t put_high(struct str s, bool shown, struct buf *out)
{
	long rune;
	size_t n = visible_rune(s, &rune);

	if (shown)
		put_rune(out, rune < 0 ? NO_CHARACTER : rune);
	else if (rune < 0)
		buf_puts(out, "\xef\xbf\xbd");
	else
		buf_add_bytes(out, s.p, n);
	return n;
}

void run_dump_str(struct str s, bool shown, struct buf *out)
{
	size_t from = 0, i = 0;

	buf_add_char(out, '"');
	while (i < s.n) {
		if (!is_special(s, i, shown)) {
			i++;
			continue;
		}
		buf_add_bytes(out, s.p + from, i - from);
		if ((unsigned char)s.p[i] < 0x80)
			put_special(out, s.p[i++]);
		else
			i += put_high(str_skip(s, i), shown, out);
		from = i;
	}
	buf_add(out, str_skip(s, from));
	buf_add_char(out, '"');
}

static int append(const char *bytes, size_t n, void *out)
{
	buf_add_bytes(out, bytes, n);
	return 0;
}

void run_dump_members(const json_t *value, bool shown, struct buf *out)
{
	json_t *object = (json_t *)value, *v; /* the library's iterators know no const */
	const char *key, *sep = "";

	json_object_foreach(object, key, v) {
		buf_puts(out, sep);
		run_dump_str(str_of(key), shown, out);
		buf_add_char(out, ':');
		run_dump(v, shown, out);
		sep = ",";
	}
}

static void put_array(const json_t *value, bool shown, struct buf *out)
{
	buf_add_char(out, '[');
	for (size_t i = 0; i < json_array_size(value); i++) {
		if (i)
			buf_add_char(out, ',');
		run_dump(json_array_get(value, i), shown, out);
	}
	buf_add_char(out, ']');
}

void run_dump(const json_t *value, bool shown, struct buf *out)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		buf_add_char(out, '{');
		run_dump_members(value, shown, out);
		buf_add_char(out, '}');
		break;
	case JSON_ARRAY:
		put_array(value, shown, out);
		break;
	case JSON_STRING:
		run_dump_str(str_slice(json_string_value(value), json_string_length(value)), shown,
			   out);
		break;
	case JSON_INTEGER:
		buf_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		break;
	case JSON_REAL:
		json_dump_callback(value, append, out,
				   JSON_ENCODE_ANY | JSON_REAL_PRECISION(REAL_DIGITS));
		break;
	case JSON_TRUE:
		buf_puts(out, "true");
		break;
	case JSON_FALSE:
		buf_puts(out, "false");
		break;
	case JSON_NULL:
		buf_puts(out, "null");
		break;
	}
}
