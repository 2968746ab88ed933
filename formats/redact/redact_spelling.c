/* SPDX-License-Identifier: MIT */
/* redact_spelling.c: a row a spelling: what it reads, and how it writes. */
#include "formats/redact/redact_spelling.h"

#include "formats/base/base64.h"

/* ---- percent signs ---- */

static bool is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool has(struct str text, char c)
{
	return text.n && memchr(text.p, c, text.n);
}

static size_t read_escapes(struct str run, bool form, struct buf *out)
{
	for (size_t i = 0; i < run.n; i++) {
		int high = i + 2 < run.n ? str_hex_digit(run.p[i + 1]) : -1;
		int low = i + 2 < run.n ? str_hex_digit(run.p[i + 2]) : -1;

		if (run.p[i] == '%' && high >= 0 && low >= 0) {
			buf_add_char(out, (char)(high << 4 | low));
			i += 2;
		} else {
			buf_add_char(out, form && run.p[i] == '+' ? ' ' : run.p[i]);
		}
	}
	return run.n;
}

static size_t read_percent(struct str run, struct buf *out)
{
	return has(run, '%') ? read_escapes(run, false, out) : 0;
}

static size_t read_form(struct str run, struct buf *out)
{
	return has(run, '+') ? read_escapes(run, true, out) : 0;
}

static bool has_small_escape(struct str text)
{
	for (size_t i = 0; i + 2 < text.n; i++)
		if (text.p[i] == '%' && (text.p[i + 1] >= 'a' || text.p[i + 2] >= 'a'))
			return true;
	return false;
}

/* What stands as it is differs among encoders, and AS tells. */
static void write_escapes(struct str bytes, struct str as, bool form, struct buf *out)
{
	const char *digits = has_small_escape(as) ? "0123456789abcdef" : "0123456789ABCDEF";

	for (size_t i = 0; i < bytes.n; i++) {
		char c = bytes.p[i];

		if (form && c == ' ') {
			buf_add_char(out, '+');
		} else if (is_letter_or_digit(c) || memchr("-._~", c, 4) ||
			   (c != '%' && !(form && c == '+') && has(as, c))) {
			buf_add_char(out, c);
		} else {
			buf_add_char(out, '%');
			buf_add_char(out, digits[(unsigned char)c >> 4]);
			buf_add_char(out, digits[(unsigned char)c & 15]);
		}
	}
}

static void write_percent(struct str bytes, struct str as, struct buf *out)
{
	write_escapes(bytes, as, false, out);
}

static void write_form(struct str bytes, struct str as, struct buf *out)
{
	write_escapes(bytes, as, true, out);
}

/* ---- hex ---- */

static bool is_hex(char c)
{
	return str_hex_digit(c) >= 0;
}

static size_t read_hex(struct str run, struct buf *out)
{
	for (size_t i = 0; i + 1 < run.n; i += 2)
		buf_add_char(out, (char)(str_hex_digit(run.p[i]) << 4 | str_hex_digit(run.p[i + 1])));
	return run.n & ~(size_t)1;
}

static void write_hex(struct str bytes, struct str as, struct buf *out)
{
	bool large = false;

	for (size_t i = 0; i < as.n; i++)
		large |= as.p[i] >= 'A' && as.p[i] <= 'F';
	for (size_t i = 0; i < bytes.n; i++)
		buf_printf(out, large ? "%02X" : "%02x", (unsigned char)bytes.p[i]);
}

/* ---- base64 ---- */

static bool is_base64(char c)
{
	return is_letter_or_digit(c) || memchr("+/-_", c, 4);
}

static size_t read_base64(struct str run, struct buf *out)
{
	size_t whole = run.n % 4 == 1 ? run.n - 1 : run.n, n;
	char *to = buf_room(out, BASE64_DECODED_MAX(whole));

	if (!to || !base64_decode(str_take(run, whole), to, &n))
		return 0;
	out->n += n;
	return whole;
}

/* Without padding: what stood there stays behind it, and readers take both. */
static void write_base64(struct str bytes, struct str as, struct buf *out)
{
	bool url = has(as, '-') || has(as, '_');
	size_t n = BASE64_ENCODED(bytes.n);
	char *to = buf_room(out, n);

	if (!to)
		return;
	base64_encode(bytes, to);
	while (n && to[n - 1] == '=')
		n--;
	for (size_t i = 0; url && i < n; i++)
		to[i] = to[i] == '+' ? '-' : to[i] == '/' ? '_' : to[i];
	out->n += n;
}

/* ---- the table ---- */

static const struct spelling ROWS[] = {
	{"percent-encoded", NULL, 8, 1, read_percent, write_percent},
	{"form-encoded", NULL, 8, 1, read_form, write_form},
	{"hex", is_hex, 12, 2, read_hex, write_hex},
	{"base64", is_base64, 8, 4, read_base64, write_base64},
};

const struct spelling *spellings(size_t *ret_n)
{
	*ret_n = sizeof(ROWS) / sizeof(*ROWS);
	return ROWS;
}

bool spelling_next(const struct spelling *s, struct str text, size_t *at, struct str *ret)
{
	while (*at < text.n) {
		size_t from = *at, to = from;

		while (to < text.n && (!s->within || s->within(text.p[to])))
			to++;
		*at = to < text.n ? to + 1 : to;
		*ret = str_slice(text.p + from, to - from);
		if (ret->n >= s->least)
			return true;
	}
	return false;
}
