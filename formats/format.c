/* SPDX-License-Identifier: MIT */
/* format.c: from a file's bytes to a history: unpacked, recognised, in order. */
#include "formats/format.h"

#include "formats/base/limits.h"
#include "formats/filter.h"
#include "formats/wire.h"

#include <inttypes.h>
#include <stdio.h>

static const struct format *const FORMATS[] = {
	&FORMAT_JSON,
	&FORMAT_PROTO,
};

#define BOM "\xef\xbb\xbf"

/* What is no history, told by how it begins. */
static const struct known {
	const char *begins;
	size_t n;
	const char *advice;
} KNOWN[] = {
#define KNOWN_ROW(begins, advice) {begins, sizeof(begins) - 1, advice}
	KNOWN_ROW("\xff\xfe", "UTF-16 text (a PowerShell redirection?): save it as UTF-8"),
	KNOWN_ROW("\xfe\xff", "UTF-16 text: save it as UTF-8"),
	KNOWN_ROW("PK\x03\x04", "a zip archive: unpack it first"),
	KNOWN_ROW("Y", "a thrift blob of Cadence, or no history at all: not read yet"),
	KNOWN_ROW("events {", "protobuf text format: not read yet"),
	KNOWN_ROW("events:", "protobuf text format or YAML: not read yet"),
	KNOWN_ROW("======", "the log of `tdbg workflow show`: use `temporal workflow show -o json`"),
#undef KNOWN_ROW
};

static const char TABLE[] = "a text table of the Temporal CLI: it lacks what a replay needs; "
			    "use `temporal workflow show -o json`";

/* The first word that is no terminal escape. */
static struct str skip_escapes(struct str s)
{
	while (s.n > 2 && s.p[0] == '\x1b' && s.p[1] == '[') {
		size_t i = 2;

		while (i < s.n && !(s.p[i] >= '@' && s.p[i] <= '~'))
			i++;
		s = str_trim(str_skip(s, i + 1));
	}
	return s;
}

static bool is_base64_text(struct str s)
{
	size_t n = s.n < 4096 ? s.n : 4096;

	for (size_t i = 0; i < n; i++) {
		char c = s.p[i];

		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		      strchr("+/=-_\r\n", c)) || c == '\0')
			return false;
	}
	return n >= 64;
}

/* gRPC puts a flag and four bytes of length before a message. */
static bool is_grpc_frame(struct str s)
{
	uint32_t n = 0;

	if (s.n < 6 || s.p[0] != 0)
		return false;
	for (int i = 1; i < 5; i++)
		n = n << 8 | (uint8_t)s.p[i];
	return n == s.n - 5;
}

const char *format_advice(struct str bytes)
{
	static const char *const TABLES[] = {"Progress:", "Execution summary:",
					     "Running execution:", "Results:", "ID "};
	struct str text = skip_escapes(str_trim(bytes));

	for (size_t i = 0; i < sizeof(TABLES) / sizeof(*TABLES); i++)
		if (str_starts(text, str_of(TABLES[i])))
			return TABLE;
	for (size_t i = 0; i < sizeof(KNOWN) / sizeof(*KNOWN); i++)
		if (str_starts(bytes, str_slice(KNOWN[i].begins, KNOWN[i].n)))
			return KNOWN[i].advice;
	if (is_grpc_frame(bytes))
		return "a message with its gRPC prefix: take off the first 5 bytes";
	if (is_base64_text(bytes))
		return "base64 or hex text: decode it first (base64 -d, xxd -r -p)";
	return NULL;
}

static const struct format *recognise(struct str bytes, struct err *err)
{
	const char *advice;
	char tried[256] = "";

	for (size_t i = 0; i < sizeof(FORMATS) / sizeof(*FORMATS); i++)
		if (FORMATS[i]->sniff(bytes))
			return FORMATS[i];
	if (str_trim(bytes).n == 0) {
		err_set(err, ERR_FORMAT, "%s", bytes.n ? "nothing but blanks" : "an empty file");
		return NULL;
	}
	advice = format_advice(bytes);
	if (advice) {
		err_set(err, ERR_FORMAT, "not a history: %s", advice);
		return NULL;
	}
	for (size_t i = 0, n = 0; i < sizeof(FORMATS) / sizeof(*FORMATS); i++)
		n += (size_t)snprintf(tried + n, sizeof(tried) - n, "%s%s", i ? ", " : "",
				      FORMATS[i]->what);
	err_set(err, ERR_FORMAT, "not a history (tried: gzip, zstd, %s)", tried);
	return NULL;
}

static bool unpack(struct format_stream *s, struct load_info *info, struct err *err)
{
	const struct filter *filter;

	for (unsigned layers = 0; (filter = filter_of_bytes(s->bytes)); layers++) {
		struct buf out;

		if (layers == LIMIT_FILTERS)
			return err_set(err, ERR_LIMIT, "compressed more than %d times over",
				       LIMIT_FILTERS);
		buf_init(&out, LIMIT_INPUT_BYTES);
		if (!filter->unpack(s->bytes, &out, err)) {
			buf_done(&out);
			return false;
		}
		buf_done(&s->owned);
		s->owned = out;
		s->bytes = buf_str(&out);
		if (!info->compression)
			info->compression = filter->name;
	}
	return true;
}

static bool is_within(struct str part, struct str whole)
{
	return whole.p && part.p >= whole.p && part.p + part.n <= whole.p + whole.n;
}

/* Brings the wire bytes into the arena: without a copy where they are ours to move. */
static struct str settle(struct format_stream *s, struct buf *made, struct str wire, struct arena *a)
{
	size_t n;

	if (made->p && (is_within(wire, buf_str(made)) || !wire.p)) {
		wire = buf_str(made);
		arena_adopt(a, buf_take(made, &n));
	} else if (s->owned.p && is_within(wire, buf_str(&s->owned))) {
		arena_adopt(a, buf_take(&s->owned, &n));
	} else {
		wire = arena_str(a, wire);
	}
	return wire;
}

/* `--reverse` and some downloads put the newest event first: ids that only fall. */
static bool is_newest_first(struct str wire)
{
	struct wire w = wire_of(wire);
	struct wire_field f;
	int64_t before = INT64_MAX;
	size_t n = 0;

	while (wire_next(&w, &f)) {
		int64_t id;

		if (f.number != 1 || f.type != WIRE_BYTES)
			return false;
		id = (int64_t)wire_value_at(f.bytes, 1, 0);
		if (id >= before)
			return false;
		before = id;
		n++;
	}
	return n > 1 && !w.broken;
}

static struct str oldest_first(struct str wire, struct arena *a)
{
	char *p = arena_alloc(a, wire.n + 1);
	struct wire w = wire_of(wire);
	struct wire_field f;
	size_t end = wire.n;

	p[end] = '\0';
	while (wire_next(&w, &f)) {
		end -= f.whole.n;
		memcpy(p + end, f.whole.p, f.whole.n);
	}
	return str_slice(p, wire.n);
}

bool format_load(const struct schema *schema, struct format_stream *s, struct history *ret,
			struct load_info *info, struct err *err)
{
	const struct format *format;
	struct arena a;
	struct format_input in = {.schema = schema, .arena = &a, .info = info};
	struct str wire = STR_NONE;
	struct buf made;
	bool ok;

	if (!unpack(s, info, err))
		return false;
	if (s->bytes.n > LIMIT_INPUT_BYTES)
		return err_set(err, ERR_LIMIT, "more than %zu bytes", LIMIT_INPUT_BYTES);
	in.bytes = str_starts(s->bytes, STR(BOM)) ? str_skip(s->bytes, strlen(BOM)) : s->bytes;
	info->input_bytes = s->bytes.n;
	format = recognise(in.bytes, err);
	if (!format)
		return false;
	info->format = format->name;
	arena_init(&a);
	buf_init(&made, LIMIT_HISTORY_BYTES);
	ok = format->load(&in, &made, &wire, err);
	if (ok) {
		wire = settle(s, &made, wire, &a);
		info->newest_first = is_newest_first(wire);
		if (info->newest_first)
			wire = oldest_first(wire, &a);
		ok = history_take(ret, &a, wire, schema, err);
	}
	if (!ok)
		arena_done(&a);
	buf_done(&made);
	return ok;
}

