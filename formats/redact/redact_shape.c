/* SPDX-License-Identifier: MIT */
/* redact_shape.c: forms that a text may have, and others of the same form. */
#include "formats/redact/redact_shape.h"

#include "formats/base/digest.h"
#include "formats/base/limits.h"
#include "formats/transcode/json.h"
#include "formats/wire/wire_step.h"

/* The bytes of a hash, one after the other; behind the last come those of its hash. */
struct stream {
	unsigned char bytes[DIGEST_BYTES];
	size_t at;
};

static struct stream stream_of(const struct redact_shape *s, struct str text)
{
	struct stream r = {.at = 0};

	digest_keyed(s->salt, text, r.bytes);
	return r;
}

static unsigned char next_byte(struct stream *r)
{
	if (r->at == DIGEST_BYTES) {
		unsigned char next[DIGEST_BYTES];

		digest_keyed(STR("more"), str_slice((const char *)r->bytes, DIGEST_BYTES), next);
		memcpy(r->bytes, next, DIGEST_BYTES);
		r->at = 0;
	}
	return r->bytes[r->at++];
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* ---- forms ---- */

/* 9: a digit; anything else is itself. */
static bool fits_form(struct str text, const char *form)
{
	size_t n = strlen(form);

	if (text.n < n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (form[i] == '9' ? !is_digit(text.p[i]) : text.p[i] != form[i])
			return false;
	return true;
}

/* What may stand behind minutes: seconds, a fraction, a zone. */
static bool is_time_rest(struct str s)
{
	if (fits_form(s, ":99"))
		s = str_skip(s, 3);
	if (s.n > 1 && (s.p[0] == '.' || s.p[0] == ','))
		for (s = str_skip(s, 1); s.n && is_digit(s.p[0]);)
			s = str_skip(s, 1);
	return !s.n || str_is(s, "Z") || ((fits_form(s, "+99:99") || fits_form(s, "-99:99")) && s.n == 6) ||
	       ((fits_form(s, "+9999") || fits_form(s, "-9999")) && s.n == 5);
}

static bool is_time(struct str text)
{
	if (text.n == 10)
		return fits_form(text, "9999-99-99");
	return (fits_form(text, "9999-99-99T99:99") || fits_form(text, "9999-99-99 99:99")) &&
	       is_time_rest(str_skip(text, 16));
}

static void put_two(struct stream *r, unsigned least, unsigned values, struct buf *out)
{
	buf_printf(out, "%02u", least + next_byte(r) % values);
}

static void put_time(struct stream *r, struct str text, struct buf *out)
{
	size_t at = 16;

	buf_puts(out, "20");
	put_two(r, 0, 30, out);
	buf_add_char(out, '-');
	put_two(r, 1, 12, out);
	buf_add_char(out, '-');
	put_two(r, 1, 28, out);
	if (text.n == 10)
		return;
	buf_add_char(out, text.p[10]);
	put_two(r, 0, 24, out);
	buf_add_char(out, ':');
	put_two(r, 0, 60, out);
	if (at < text.n && text.p[at] == ':') {
		buf_add_char(out, ':');
		put_two(r, 0, 60, out);
		at += 3;
	}
	if (at < text.n && (text.p[at] == '.' || text.p[at] == ','))
		for (buf_add_char(out, text.p[at++]); at < text.n && is_digit(text.p[at]); at++)
			buf_add_char(out, (char)('0' + next_byte(r) % 10));
	buf_add(out, str_skip(text, at)); /* the zone */
}

static bool is_uuid(struct str text)
{
	if (text.n != 36)
		return false;
	for (size_t i = 0; i < 36; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? text.p[i] != '-' : str_hex_digit(text.p[i]) < 0)
			return false;
	}
	return true;
}

/* Version and variant stay, so that it is one of the same kind. */
static void put_uuid(struct stream *r, struct str text, struct buf *out)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '-' || i == 14 || i == 19)
			buf_add_char(out, text.p[i]);
		else
			buf_add_char(out, "0123456789abcdef"[next_byte(r) & 15]);
	}
}

static bool is_digits(struct str text)
{
	size_t digits = 0;

	for (size_t i = 0; i < text.n; i++) {
		digits += is_digit(text.p[i]);
		if (!is_digit(text.p[i]) && !memchr(" +-.,:/()", text.p[i], 9))
			return false;
	}
	return digits > 0;
}

/*
 * The first digit that counts becomes 1, so that the number is no larger than some type holds
 * that held the one before; up to END, behind which an exponent may stand.
 */
static void put_digits(struct stream *r, struct str text, size_t end, struct buf *out)
{
	bool first = true;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (i >= end || !is_digit(c)) {
			buf_add_char(out, c);
		} else if (first) {
			buf_add_char(out, c == '0' ? '0' : '1');
			first = c == '0';
		} else {
			buf_add_char(out, (char)('0' + next_byte(r) % 10));
		}
	}
}

static size_t count_digits(struct str text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += is_digit(text.p[i]);
	return n;
}

/* ---- placeholders ---- */

#define WORD "redacted"
#define WORD_N (sizeof(WORD) - 1)
#define HEX_N 16

static void put_word(struct stream *r, size_t n, struct buf *out)
{
	size_t word = n > HEX_N ? n - HEX_N : 0, hex = n < HEX_N ? n : HEX_N;

	word = word < WORD_N ? word : WORD_N;
	buf_add(out, str_slice(WORD, word));
	for (size_t i = 0; i < hex; i++)
		buf_add_char(out, "0123456789abcdef"[next_byte(r) & 15]);
	for (size_t i = word + hex; i < n; i++)
		buf_add_char(out, 'x');
}

void shape_text(const struct redact_shape *s, struct str text, size_t size, struct buf *out)
{
	struct stream r;

	if (!text.n)
		return;
	r = stream_of(s, text);
	if (s->keep_size && size != text.n)
		put_word(&r, size, out);
	else if (is_time(text))
		put_time(&r, text, out);
	else if (is_uuid(text))
		put_uuid(&r, text, out);
	else if (is_digits(text) && count_digits(text) == 1)
		buf_add(out, text);
	else if (is_digits(text))
		put_digits(&r, text, text.n, out);
	else
		put_word(&r, s->keep_size ? size : WORD_N + HEX_N, out);
}

void shape_number(const struct redact_shape *s, struct str number, bool one_digit,
		  struct buf *out)
{
	struct stream r = stream_of(s, number);
	size_t end = 0;

	while (end < number.n && number.p[end] != 'e' && number.p[end] != 'E')
		end++;
	if (count_digits(number) > 1)
		put_digits(&r, number, end, out);
	else if (one_digit)
		buf_add_char(out, (char)('0' + next_byte(&r) % 10));
	else
		buf_add(out, number);
}

void shape_bytes(const struct redact_shape *s, struct str bytes, size_t n, struct buf *out)
{
	struct stream r = stream_of(s, bytes);

	for (size_t i = 0; i < n; i++)
		buf_add_char(out, (char)next_byte(&r));
}

/* ---- messages of types that nobody told us ---- */

struct shaping {
	const struct redact_shape *shape;
	void (*secret)(void *data, struct str text);
	void *data;
};

static bool put_message(const struct shaping *w, struct str bytes, unsigned depth,
			struct buf *out);

static bool is_printable(struct str s)
{
	if (!json_utf8(s))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 && !memchr("\t\n\r", s.p[i], 3))
			return false;
	return true;
}

static void put_content(const struct shaping *w, const struct wire_step *f, unsigned depth,
			struct buf *out)
{
	struct buf content;

	buf_init(&content, 0);
	if (is_printable(f->bytes)) {
		w->secret(w->data, f->bytes);
		shape_text(w->shape, f->bytes, f->bytes.n, &content);
	} else if (!put_message(w, f->bytes, depth + 1, &content)) {
		w->secret(w->data, f->bytes);
		shape_bytes(w->shape, f->bytes, f->bytes.n, &content);
	}
	wire_put_bytes(out, f->number, buf_str(&content));
	buf_done(&content);
}

/*
 * Numbers of one byte are flags, enums and counts; larger ones become others as long. Of a
 * fixed one, which may be a float or double, sign and exponent stay.
 */
static void put_number(const struct shaping *w, const struct wire_step *f, struct str whole,
		       struct buf *out)
{
	unsigned fixed = f->type == WIRE_FIXED64 ? 52 : f->type == WIRE_FIXED32 ? 23 : 0;
	struct stream r;
	uint64_t value = 0;

	if (f->value < 0x80) {
		buf_add(out, whole);
		return;
	}
	r = stream_of(w->shape, whole);
	for (unsigned i = 0; i < 8; i++)
		value = value << 8 | next_byte(&r);
	wire_put_tag(out, f->number, (enum wire_type)f->type);
	if (!fixed) {
		value >>= __builtin_clzll(f->value);
		wire_put_varint(out, value | 1ULL << (63 - __builtin_clzll(f->value)));
		return;
	}
	value = (f->value >> fixed << fixed) | value >> (64 - fixed);
	for (unsigned i = 0; i < (f->type == WIRE_FIXED64 ? 8 : 4); i++)
		buf_add_char(out, (char)(value >> (8 * i)));
}

static bool put_message(const struct shaping *w, struct str bytes, unsigned depth,
			struct buf *out)
{
	const char *p = bytes.p, *end = bytes.p + bytes.n, *from;
	size_t before = out->n;
	struct wire_step f;

	if (depth > LIMIT_DEPTH)
		return false;
	for (from = p; p < end; from = p) {
		p = wire_step(p, end, &f);
		if (!p) {
			out->n = before;
			return false;
		}
		if (f.type == WIRE_BYTES) {
			put_content(w, &f, depth, out);
		} else if (f.type == WIRE_GROUP) {
			wire_put_tag(out, f.number, WIRE_GROUP);
			if (!put_message(w, f.bytes, depth + 1, out)) {
				out->n = before;
				return false;
			}
			wire_put_tag(out, f.number, WIRE_GROUP_END);
		} else
			put_number(w, &f, str_slice(from, (size_t)(p - from)), out);
	}
	return true;
}

bool shape_message(const struct redact_shape *s, struct str bytes,
		   void (*secret)(void *data, struct str text), void *data, struct buf *out)
{
	struct shaping w = {s, secret, data};

	return put_message(&w, bytes, 1, out);
}
