/* SPDX-License-Identifier: MIT */
/* payload_dump.c: layouts only; nothing here knows what a payload is. */
#include "formats/payload/payload_dump.h"

#include "formats/base/visible.h"
#include "formats/transcode/json.h"
#include "formats/transcode/json_text.h"
#include "formats/wire/wire_step.h"

#include <inttypes.h>

static void put_indent(struct buf *out, unsigned indent)
{
	for (unsigned i = 0; i < indent; i++)
		buf_add_char(out, ' ');
}

/* JSON */

/* Behind the string that starts at P, which is closed: the text is valid. */
static const char *string_end(const char *p, const char *end)
{
	for (p++; p < end && *p != '"'; p++)
		p += *p == '\\';
	return p + 1 < end ? p + 1 : end;
}

static const char *scalar_end(const char *p, const char *end)
{
	while (p < end && !strchr(",:]}", *p) && !json_is_blank(*p))
		p++;
	return p;
}

static void new_line(struct buf *out, unsigned indent, unsigned level)
{
	buf_add_char(out, '\n');
	put_indent(out, indent + 2 * level);
}

static const char *put_bracket(const char *p, const char *end, unsigned indent,
			       unsigned *level, struct buf *out)
{
	const char *next;

	if (*p == ']' || *p == '}') {
		--*level;
		new_line(out, indent, *level);
		buf_add_char(out, *p);
		return p + 1;
	}
	buf_add_char(out, *p);
	next = json_blanks(p + 1, end);
	if (next < end && (*next == ']' || *next == '}')) {
		buf_add_char(out, *next);
		return next + 1;
	}
	++*level;
	new_line(out, indent, *level);
	return next;
}

void dump_json(struct str json, unsigned indent, struct buf *out)
{
	const char *p = json.p, *end = json.p + json.n;
	unsigned level = 0;

	put_indent(out, indent);
	while ((p = json_blanks(p, end)) < end) {
		const char *from = p;

		if (strchr("[]{}", *p)) {
			p = put_bracket(p, end, indent, &level, out);
		} else if (*p == ',') {
			buf_add_char(out, *p++);
			new_line(out, indent, level);
		} else if (*p == ':') {
			buf_puts(out, ": ");
			p++;
		} else {
			p = *p == '"' ? string_end(p, end) : scalar_end(p, end);
			/* A byte that nothing above takes must not be met for ever. */
			p += p == from;
			visible_add(out, str_slice(from, (size_t)(p - from)), 0);
		}
	}
	buf_add_char(out, '\n');
}

/* Text and bytes */

bool dump_is_text(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (((unsigned char)s.p[i] < 0x20 && !strchr("\t\n\r", s.p[i])) || s.p[i] == 0x7f)
			return false;
	return !memchr(s.p ? s.p : "", '\0', s.n) && json_utf8(s);
}

void dump_text(struct str text, unsigned indent, struct buf *out)
{
	do {
		struct str line = str_split(&text, '\n');

		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		put_indent(out, indent);
		visible_add(out, line, 0);
		buf_add_char(out, '\n');
	} while (text.n);
}

void dump_hex(struct str bytes, unsigned indent, size_t most, struct buf *out)
{
	size_t n = bytes.n < most ? bytes.n : most;

	for (size_t i = 0; i < n; i += 16) {
		put_indent(out, indent);
		buf_printf(out, "%08zx ", i);
		for (size_t k = i; k < i + 16; k++) {
			if (k < n)
				buf_printf(out, " %02x", (unsigned)(unsigned char)bytes.p[k]);
			else
				buf_puts(out, "   ");
		}
		buf_puts(out, "  |");
		for (size_t k = i; k < i + 16 && k < n; k++)
			buf_add_char(out, bytes.p[k] >= 0x20 && bytes.p[k] < 0x7f ? bytes.p[k] : '.');
		buf_puts(out, "|\n");
	}
	if (n < bytes.n) {
		put_indent(out, indent);
		buf_printf(out, "... and %zu bytes more\n", bytes.n - n);
	}
}

/* Protobuf */

#define GUESSED_DEPTH 32
/* Bytes of a value that is neither text nor message, in one line. */
#define SHOWN_BYTES ((size_t)32)

struct guess {
	struct buf *out;
	size_t end; /* of out: no more than this */
};

static bool is_message(struct str bytes)
{
	const char *p = bytes.p, *end = bytes.p + bytes.n;
	struct wire_step s = {0};

	while (p && p < end)
		p = wire_step(p, end, &s);
	return p && bytes.n;
}

static void put_fixed(struct buf *out, const struct wire_step *s)
{
	float f;
	double d;
	uint32_t low = (uint32_t)s->value;

	if (s->type == WIRE_FIXED32) {
		memcpy(&f, &low, sizeof(f));
		buf_printf(out, ": 0x%08" PRIx32 " (%.9g)\n", low, (double)f);
	} else {
		memcpy(&d, &s->value, sizeof(d));
		buf_printf(out, ": 0x%016" PRIx64 " (%.17g)\n", s->value, d);
	}
}

static void put_bytes(struct buf *out, struct str bytes)
{
	struct str shown = str_take(bytes, SHOWN_BYTES);

	buf_printf(out, ": %zu byte%s:", bytes.n, bytes.n == 1 ? "" : "s");
	for (size_t i = 0; i < shown.n; i++)
		buf_printf(out, " %02x", (unsigned)(unsigned char)shown.p[i]);
	buf_puts(out, shown.n < bytes.n ? " ...\n" : "\n");
}

static bool guess_message(struct guess *g, struct str bytes, unsigned indent, unsigned depth);

static bool put_message(struct guess *g, struct str bytes, unsigned indent, unsigned depth)
{
	buf_puts(g->out, " {\n");
	if (!guess_message(g, bytes, indent + 2, depth + 1))
		return false;
	put_indent(g->out, indent);
	buf_puts(g->out, "}\n");
	return true;
}

/* Text that begins with the tag of a first field (a line end to the eye) is rather a message. */
static bool guess_bytes(struct guess *g, struct str bytes, unsigned indent, unsigned depth)
{
	bool text = dump_is_text(bytes);

	if (depth < GUESSED_DEPTH && is_message(bytes) && (!text || bytes.p[0] == '\n')) {
		return put_message(g, bytes, indent, depth);
	} else if (text) {
		buf_puts(g->out, ": \"");
		visible_add(g->out, bytes, 0);
		buf_puts(g->out, "\"\n");
	} else {
		put_bytes(g->out, bytes);
	}
	return true;
}

/* False: there is more than may be shown. */
static bool guess_message(struct guess *g, struct str bytes, unsigned indent, unsigned depth)
{
	const char *p = bytes.p, *end = bytes.p + bytes.n;
	struct wire_step s = {0};

	while (p < end) {
		if (g->out->n >= g->end)
			return false;
		p = wire_step(p, end, &s);
		if (!p)
			return true;
		put_indent(g->out, indent);
		buf_printf(g->out, "%" PRIu32, s.number);
		if (s.type == WIRE_BYTES) {
			if (!guess_bytes(g, s.bytes, indent, depth))
				return false;
		} else if (s.type == WIRE_GROUP && depth < GUESSED_DEPTH) {
			if (!put_message(g, s.bytes, indent, depth))
				return false;
		} else if (s.type == WIRE_GROUP) {
			put_bytes(g->out, s.bytes);
		} else if (s.type == WIRE_VARINT) {
			buf_printf(g->out, ": %" PRIu64, s.value);
			if (s.value > INT64_MAX)
				buf_printf(g->out, " (%" PRId64 ")", (int64_t)s.value);
			buf_add_char(g->out, '\n');
		} else {
			put_fixed(g->out, &s);
		}
	}
	return true;
}

bool dump_wire(struct str bytes, unsigned indent, size_t most, struct buf *out)
{
	struct guess g = {out, out->n + most};

	if (!is_message(bytes))
		return false;
	if (!guess_message(&g, bytes, indent, 0)) {
		put_indent(out, indent);
		buf_puts(out, "... and more\n");
	}
	return true;
}
