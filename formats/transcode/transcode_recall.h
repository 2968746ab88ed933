/* SPDX-License-Identifier: MIT */
/* transcode_recall.h: objects and payloads by what is remembered; inlined into the reader. */
#pragma once

#include "formats/transcode/transcode_memo.h"
#include "formats/transcode/transcode_scalar.h"

/* The very text of last time: the bytes of last time. NULL: it is not. */
static inline const char *recall(struct reader *r, const char *p, struct memo *memo,
				 unsigned depth)
{
	if (!memo->text_n || memo->depth != depth || (size_t)(r->end - p) < memo->text_n ||
	    !json_same(p, memo->text, memo->text_n) || !reader_room(r, MEMO_WIRE))
		return NULL;
	r->o = memo_put(r->o, memo);
	memo_hit(memo);
	return p + memo->text_n;
}

/* What became of TEXT, written from START on. */
static void remember(const struct reader *r, struct memo *memo, struct str text, size_t start,
		     unsigned depth)
{
	size_t n = reader_offset(r) - start;

	memo_missed(memo);
	memo->text_n = 0;
	if (text.n > MEMO_TEXT || n > MEMO_WIRE)
		return;
	memo->text_n = (uint16_t)text.n;
	memo->wire_n = (uint16_t)n;
	memo->depth = (uint16_t)depth;
	memcpy(memo->text, text.p, text.n);
	memcpy(memo->wire, r->out->p + start, n);
}

/* Whether the decoded data of a payload that says json/ is JSON, as far as its ends tell. */
static inline bool json_ends(const char *p, size_t n)
{
	char first = n ? p[0] : '\0', last = n > 1 ? p[n - 1] : '\0';

	return first == '{' ? last == '}'
			    : first == '"' ? last == '"' : first == '[' && last == ']';
}

/*
 * A payload whose text up to its data's quote is that of last time, and that ends behind its
 * data. NULL: it is not, and nothing is written.
 */
static const char *recall_payload(struct reader *r, const char *p, const struct schema_field *f,
				  const struct memo *memo, unsigned depth)
{
	size_t n, total, decoded;
	const char *stop;
	char *o = r->o;
	bool high;
	struct str s;

	if (!memo->text_n || memo->depth != depth || (size_t)(r->end - p) < memo->text_n ||
	    !json_same(p, memo->text, memo->text_n))
		return NULL;
	p += memo->text_n;
	stop = json_scan(p, r->end, &high);
	if (high || !reader_is(r, stop, '"') || stop == p)
		return NULL;
	s = str_slice(p, (size_t)(stop - p));
	p = json_blanks(stop + 1, r->end);
	n = decoded_size(s);
	total = memo->wire_n + 1 + (n < 0x80 ? 1 : wire_varint_size(n)) + n;
	if (!reader_is(r, p, '}') || !n || !reader_room(r, total + MEMO_WIRE))
		return NULL;
	o = r->o;
	put_tag(r, f);
	r->o = put_varint(r->o, total);
	r->o = memo_put(r->o, memo);
	*r->o++ = 2 << 3 | WIRE_BYTES;
	r->o = put_varint(r->o, n);
	if (!base64_decode(s, r->o, &decoded) || decoded != n ||
	    (memo->is_json && !json_ends(r->o, n))) {
		r->o = o;
		return NULL;
	}
	r->o += n;
	return p + 1;
}

/* Whether the encoding is all there is before the data, and one that the data can be held to. */
static bool is_told(struct str payload, struct str metadata)
{
	const char *behind = metadata.p + metadata.n;
	struct str key = wire_bytes_at(metadata, 1), encoding = wire_bytes_at(metadata, 2);

	return behind < payload.p + payload.n && *behind == (2 << 3 | WIRE_BYTES) &&
	       str_is(key, "encoding") &&
	       (str_starts(encoding, STR("json/")) || str_starts(encoding, STR("binary/")));
}

/*
 * What stands before the data of a payload at P, read as far as STOP and written from START
 * on: kept if a second reading by it gives the same.
 */
static void remember_payload(struct reader *r, struct memo *memo, const char *p,
			     const char *stop, const struct schema_field *f, size_t start,
			     unsigned depth)
{
	static const char KEY[] = "\"data\"";
	struct str text = str_slice(p, (size_t)(stop - p));
	size_t n = reader_offset(r) - start;
	struct str made = str_slice(r->out->p + start, n), bytes = wire_bytes_at(made, f->number);
	struct str metadata = wire_bytes_at(bytes, 1), encoding = wire_bytes_at(metadata, 2);
	ptrdiff_t at = str_find(str_take(text, MEMO_TEXT), str_of(KEY));
	const char *quote;
	bool same;

	memo->text_n = 0;
	if (at < 0 || !metadata.p || metadata.n + 4 > MEMO_WIRE || !is_told(bytes, metadata))
		return;
	quote = json_blanks(p + at + sizeof(KEY) - 1, stop);
	quote = quote < stop && *quote == ':' ? json_blanks(quote + 1, stop) : stop;
	if (quote >= stop || *quote != '"' || quote + 1 - p > MEMO_TEXT)
		return;
	memo->text_n = (uint16_t)(quote + 1 - p);
	memo->wire_n = (uint16_t)(metadata.p + metadata.n - bytes.p);
	memo->depth = (uint16_t)depth;
	memo->is_json = str_starts(encoding, STR("json/"));
	memcpy(memo->text, p, memo->text_n);
	memcpy(memo->wire, bytes.p, memo->wire_n);
	same = recall_payload(r, p, f, memo, depth) == stop && reader_offset(r) - start == 2 * n &&
	       memcmp(r->out->p + start, r->out->p + start + n, n) == 0;
	r->o = r->out->p + start + n;
	if (!same)
		memo->text_n = 0;
}
