/* SPDX-License-Identifier: MIT */
/* transcode_form.h: in which of its forms a payload stands in JSON. */
#pragma once

#include "formats/transcode/transcode_odd.h"

/*
 * What a payload looks like in exports (FORMATS.md 1.3):
 *
 *     {"metadata": {"encoding": "anNvbi9wbGFpbg=="}, "data": "IngI"}      the full form
 *     "x"   {"a": 1}   {"name": "y", "_protoMessageType": "p.M"}          shorthand
 *     {"metadata": {"encoding": "json/plain"}, "data": {"a": 1}}          decoded
 *     {"metadata": {"encoding": "anNv...", "encodingDecoded": "json/plain"}, "data": "x"}
 *
 * Decoded data may be base64 by chance, so the bytes decide: data that says it is JSON and
 * is not was never base64, unless it looks like nothing else.
 */

struct form {
	struct str metadata, data, external; /* the members' values; p NULL: not there */
	struct str message_type;	     /* of _protoMessageType: with its quotes */
	size_t members, raw; /* all of them; those named MEMBER_RAW_NAME */
	struct str encoding; /* as its bytes should be; p NULL: none */
	bool plain;	     /* the metadata is text, not base64 */
	bool decoded;	     /* a member says so */
	bool value;	     /* the data is a value, not base64 */
};

/* Looks at OBJECT, the text of a whole object. Its slices borrow, or live in the arena. */
void form_look(struct reader *r, struct str object, struct form *ret);

bool form_is_json(struct str encoding);
static inline bool form_is_bracket(struct str value, char c)
{
	return value.n && value.p[0] == c;
}
/* The text of the string VALUE, in A. */
struct str form_unquoted(struct arena *a, struct str value);
bool form_base64(struct arena *a, struct str text, struct str *ret);
/* Bytes as numbers, where the whole of VALUE is that: {"type": "Buffer" ...}, [1, 2]. */
bool form_bytes(struct reader *r, struct str value, struct str *ret);
