/* SPDX-License-Identifier: MIT */
/* json.c: tokens out of JSON text, strings in and out, positions of errors. */
#include "formats/transcode/json.h"

#include "formats/base/limits.h"
#include "formats/transcode/json_text.h"

#include <stdarg.h>
#include <stdio.h>

static const char *at(const struct json *j)
{
	return j->text.p + j->at;
}

static const char *end_of(const struct json *j)
{
	return j->text.p + j->text.n;
}

/* Mostly there is no blank. */
static inline char peek(struct json *j)
{
	if (j->at >= j->text.n)
		return '\0';
	if (json_is_blank(j->text.p[j->at])) {
		j->at = (size_t)(json_blanks(at(j), end_of(j)) - j->text.p);
		if (j->at == j->text.n)
			return '\0';
	}
	return j->text.p[j->at];
}

static inline bool take(struct json *j, char c)
{
	if (peek(j) != c || j->at >= j->text.n)
		return false;
	j->at++;
	return true;
}

char json_peek(struct json *j)
{
	return peek(j);
}

bool json_take(struct json *j, char c)
{
	return take(j, c);
}

bool json_error(const struct json *j, struct err *err, const char *format, ...)
{
	const char *line = j->text.p, *next;
	char message[ERR_MESSAGE_BYTES];
	va_list args;

	if (!err)
		return false;
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	err_set(err, ERR_SYNTAX, "%s", message);
	err->byte = (int64_t)j->at;
	err->line = 1;
	while (j->at && (next = memchr(line, '\n', (size_t)(at(j) - line)))) {
		line = next + 1;
		err->line++;
	}
	err->column = j->at ? at(j) - line + 1 : 1;
	return false;
}

/* UTF-8 */

/* Length of the sequence that starts at P, or 0 where it is none. */
static size_t utf8_sequence(const unsigned char *p, size_t n)
{
	static const unsigned LEAST[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t length = p[0] < 0x80 ? 1 : p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	unsigned code;

	if (length == 1)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4 || n < length)
		return 0;
	code = p[0] & (0xffu >> (length + 1));
	for (size_t i = 1; i < length; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (p[i] & 0x3fu);
	}
	if (code < LEAST[length] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	return length;
}

bool json_utf8(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t i = 0, length;
	uint64_t word;

	while (i < s.n) {
		if (i + 8 <= s.n) {
			memcpy(&word, p + i, 8);
			if (!(word & 0x8080808080808080ULL)) {
				i += 8;
				continue;
			}
		}
		length = utf8_sequence(p + i, s.n - i);
		if (!length)
			return false;
		i += length;
	}
	return true;
}

/* Strings in */

static bool hex4(struct json *j, unsigned *ret)
{
	unsigned value = 0;

	if (j->text.n - j->at < 4)
		return false;
	for (int i = 0; i < 4; i++) {
		int digit = str_hex_digit(j->text.p[j->at + (size_t)i]);

		if (digit < 0)
			return false;
		value = value << 4 | (unsigned)digit;
	}
	j->at += 4;
	*ret = value;
	return true;
}

/* Behind \u; a high surrogate must be followed by its low one. */
static bool unicode_escape(struct json *j, struct buf *out, struct err *err)
{
	unsigned code, low;
	char bytes[4];

	if (!hex4(j, &code))
		return json_error(j, err, "\\u needs four hex digits");
	if (code >= 0xdc00 && code <= 0xdfff)
		return json_error(j, err, "half a surrogate pair");
	if (code >= 0xd800 && code <= 0xdbff) {
		if (j->text.n - j->at < 2 || at(j)[0] != '\\' || at(j)[1] != 'u')
			return json_error(j, err, "half a surrogate pair");
		j->at += 2;
		if (!hex4(j, &low) || low < 0xdc00 || low > 0xdfff)
			return json_error(j, err, "half a surrogate pair");
		code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
	}
	buf_add_bytes(out, bytes, str_put_utf8(bytes, code));
	return true;
}

static bool escape(struct json *j, struct buf *out, struct err *err)
{
	static const char FROM[] = "\"\\/bfnrt", TO[] = "\"\\/\b\f\n\r\t";
	const char *row;
	char c;

	if (j->at >= j->text.n)
		return json_error(j, err, "the text ends inside a string");
	c = j->text.p[j->at];
	if (c == 'u') {
		j->at++;
		return unicode_escape(j, out, err);
	}
	row = c ? strchr(FROM, c) : NULL;
	if (!row)
		return json_error(j, err, "no such escape");
	j->at++;
	buf_add_char(out, TO[row - FROM]);
	return true;
}

/* Copies up to the closing quote, which is taken too. */
static bool unescape(struct json *j, struct buf *out, struct err *err)
{
	for (;;) {
		bool high;
		const char *stop = json_scan(at(j), end_of(j), &high);
		struct str plain = str_slice(at(j), (size_t)(stop - at(j)));

		if (high && !json_utf8(plain))
			return json_error(j, err, "this string is not UTF-8");
		buf_add(out, plain);
		j->at = (size_t)(stop - j->text.p);
		if (stop == end_of(j))
			return json_error(j, err, "the text ends inside a string");
		j->at++;
		if (*stop == '"')
			return buf_ok(out, err);
		if (*stop != '\\') {
			j->at--;
			return json_error(j, err, "a control character inside a string");
		}
		if (!escape(j, out, err))
			return false;
	}
}

bool json_read_string(struct json *j, struct buf *scratch, struct str *ret, struct err *err)
{
	const char *start, *stop;
	bool high;

	if (!take(j, '"'))
		return json_error(j, err, "a string is expected");
	start = at(j);
	stop = json_scan(start, end_of(j), &high);
	if (stop < end_of(j) && *stop == '"') {
		struct str plain = str_slice(start, (size_t)(stop - start));

		if (high && !json_utf8(plain))
			return json_error(j, err, "this string is not UTF-8");
		j->at = (size_t)(stop - j->text.p) + 1;
		*ret = plain;
		return true;
	}
	buf_clear(scratch);
	if (!unescape(j, scratch, err))
		return false;
	*ret = scratch->n ? buf_str(scratch) : STR("");
	return true;
}

/* Skipping */

/* Like json_read_string(), without the copy. */
static bool skip_string(struct json *j, struct err *err)
{
	struct buf nothing = {.limit = 4};
	bool high;

	j->at++;
	for (;;) {
		const char *stop = json_scan(at(j), end_of(j), &high);
		bool ok;

		if (high && !json_utf8(str_slice(at(j), (size_t)(stop - at(j)))))
			return json_error(j, err, "this string is not UTF-8");
		j->at = (size_t)(stop - j->text.p);
		if (stop == end_of(j))
			return json_error(j, err, "the text ends inside a string");
		if (*stop == '"') {
			j->at++;
			return true;
		}
		if (*stop != '\\')
			return json_error(j, err, "a control character inside a string");
		j->at++;
		ok = escape(j, &nothing, err);
		buf_done(&nothing);
		if (!ok)
			return false;
	}
}

static size_t digits(struct json *j)
{
	size_t from = j->at;

	while (j->at < j->text.n && j->text.p[j->at] >= '0' && j->text.p[j->at] <= '9')
		j->at++;
	return j->at - from;
}

static bool is_at(const struct json *j, char c)
{
	return j->at < j->text.n && j->text.p[j->at] == c;
}

static bool skip_number(struct json *j, struct err *err)
{
	bool zero;

	j->at += is_at(j, '-');
	zero = is_at(j, '0');
	if (!(zero ? j->at++, 1 : digits(j)))
		return json_error(j, err, "a value is expected");
	if (is_at(j, '.')) {
		j->at++;
		if (!digits(j))
			return json_error(j, err, "a digit is expected");
	}
	if (is_at(j, 'e') || is_at(j, 'E')) {
		j->at++;
		j->at += is_at(j, '+') || is_at(j, '-');
		if (!digits(j))
			return json_error(j, err, "a digit is expected");
	}
	return true;
}

static bool skip_word(struct json *j, const char *word, struct err *err)
{
	struct str rest = str_slice(at(j), j->text.n - j->at);

	if (!str_starts(rest, str_of(word)))
		return json_error(j, err, "a value is expected");
	j->at += strlen(word);
	return true;
}

static bool skip_scalar(struct json *j, struct err *err)
{
	switch (peek(j)) {
	case '"':
		return skip_string(j, err);
	case 't':
		return skip_word(j, "true", err);
	case 'f':
		return skip_word(j, "false", err);
	case 'n':
		return skip_word(j, "null", err);
	default:
		return skip_number(j, err);
	}
}

/* Takes "name": where an object's member begins. */
static bool skip_name(struct json *j, struct err *err)
{
	if (peek(j) != '"')
		return json_error(j, err, "a member's name is expected");
	if (!skip_string(j, err))
		return false;
	return take(j, ':') || json_error(j, err, "':' is expected");
}

bool json_skip(struct json *j, struct str *ret, struct err *err)
{
	char close[LIMIT_DEPTH]; /* the bracket that ends each open value */
	size_t depth = 0, start;

	peek(j);
	start = j->at;
	for (;;) {
		char c = peek(j);

		if (c == '{' || c == '[') {
			if (depth == LIMIT_DEPTH)
				return json_error(j, err, "nested deeper than %d", LIMIT_DEPTH);
			close[depth++] = c == '{' ? '}' : ']';
			j->at++;
			if (take(j, close[depth - 1])) {
				depth--;
			} else {
				if (c == '{' && !skip_name(j, err))
					return false;
				continue;
			}
		} else if (!skip_scalar(j, err)) {
			return false;
		}
		while (depth && take(j, close[depth - 1]))
			depth--;
		if (!depth)
			break;
		if (!take(j, ','))
			return json_error(j, err, "',' or '%c' is expected", close[depth - 1]);
		if (close[depth - 1] == '}' && !skip_name(j, err))
			return false;
	}
	*ret = str_slice(j->text.p + start, j->at - start);
	return true;
}

bool json_only(struct json *j, struct err *err)
{
	struct str value;

	return json_skip(j, &value, err) &&
	       ((peek(j) == '\0' && j->at == j->text.n) ||
		json_error(j, err, "something follows the value"));
}

struct str json_member(struct str text, const char *name)
{
	struct json j = {text, 0};
	struct str key, value, ret = STR_NONE;
	struct buf scratch;
	char before = '{';

	buf_init(&scratch, 0);
	while (!ret.p && json_take(&j, before) && json_read_string(&j, &scratch, &key, NULL) &&
	       json_take(&j, ':')) {
		bool wanted = str_is(key, name);

		if (!json_skip(&j, &value, NULL))
			break;
		if (wanted)
			ret = value;
		before = ',';
	}
	buf_done(&scratch);
	return ret;
}

/* Strings out */

static void put_escaped(struct buf *out, unsigned char c)
{
	static const char FROM[] = "\"\\\b\f\n\r\t", TO[] = "\"\\bfnrt";
	const char *row = c ? strchr(FROM, c) : NULL;

	if (row)
		buf_printf(out, "\\%c", TO[row - FROM]);
	else
		buf_printf(out, "\\u%04x", c < 0x20 ? c : 0xfffdu);
}

void json_put_string(struct buf *out, struct str s)
{
	const char *p = s.p ? s.p : "", *end = p + s.n;

	buf_add_char(out, '"');
	while (p < end) {
		bool high;
		const char *stop = json_scan(p, end, &high);

		for (size_t n; high && p < stop; p += n) {
			n = utf8_sequence((const unsigned char *)p, (size_t)(stop - p));
			if (n)
				buf_add_bytes(out, p, n);
			else
				put_escaped(out, (unsigned char)*p), n = 1;
		}
		buf_add_bytes(out, p, (size_t)(stop - p));
		p = stop;
		if (p < end)
			put_escaped(out, (unsigned char)*p++);
	}
	buf_add_char(out, '"');
}
