/* SPDX-License-Identifier: MIT */
/* transcode_scalar.h: strings and bytes of JSON, inlined into the reader's hot path. */
#pragma once

#include "formats/transcode/transcode_odd.h"

#include "formats/base/base64.h"

/* A string at P, its content borrowed from the text or from the scratch. */
static inline const char *string_at(struct reader *r, const char *p, struct str *ret)
{
	const char *stop;
	bool high;

	if (!reader_is(r, p, '"'))
		return reader_fail(r, p, "a string is expected");
	stop = json_scan(p + 1, r->end, &high);
	if (high || !reader_is(r, stop, '"'))
		return reader_slow_string(r, p, ret);
	*ret = str_slice(p + 1, (size_t)(stop - p - 1));
	return stop + 1;
}

static inline const char *read_string(struct reader *r, const char *p,
				      const struct schema_field *f, bool keep)
{
	struct str s;

	p = string_at(r, p, &s);
	if (!p || (!s.n && !keep))
		return p;
	if (s.p < r->text.p || s.p >= r->end) /* it held escapes */
		return put_bytes(r, f, s) ? p : NULL;
	if (!reader_room(r, s.n))
		return NULL;
	put_tag(r, f);
	r->o = put_varint(r->o, s.n);
	put_text(r, s.p, s.n);
	return p;
}

/* What S decodes to, if it is base64 at all. */
static inline size_t decoded_size(struct str s)
{
	size_t n = s.n;

	while (n && s.n - n < 2 && s.p[n - 1] == '=')
		n--;
	return n / 4 * 3 + (n % 4 ? n % 4 - 1 : 0);
}

static inline const char *read_bytes(struct reader *r, const char *p,
				     const struct schema_field *f, bool keep)
{
	const char *from = p;
	size_t n, decoded;
	struct str s;

	if (!reader_is(r, p, '"')) {
		p = transcode_odd_bytes(r, p);
		if (!p || (!r->odd.n && !keep))
			return p;
		return put_bytes(r, f, r->odd.n ? buf_str(&r->odd) : STR("")) ? p : NULL;
	}
	p = string_at(r, p, &s);
	if (!p || (!s.n && !keep))
		return p;
	n = decoded_size(s);
	if (!reader_room(r, n + 3))
		return NULL;
	put_tag(r, f);
	r->o = put_varint(r->o, n);
	if (!base64_decode(s, r->o, &decoded))
		return reader_fail(r, from, "this is not base64");
	BUG_IF(decoded != n);
	r->o += n;
	return p;
}
