/* SPDX-License-Identifier: MIT */
/* transcode_keep.h: carriers: JSON members without a field, as fields without a name. */
#pragma once

#include "formats/transcode/transcode_parts.h"

/*
 * A carrier is field TRANSCODE_CARRIER of the message that the member stood in; its bytes
 * are the member's text without blanks. Only what would be kept again when its JSON is read
 * is taken for one; so hostile bytes can't become a member that means something, or
 * that makes the JSON invalid.
 */
struct carrier {
	struct str key;	  /* unescaped, borrowed from the content or from scratch */
	struct str quoted; /* as it stands in the content */
	struct str value;
};

/*
 * Whether CONTENT is a carrier for BYTES, a message M at DEPTH. SCRATCH holds the key, and
 * what is needed for looking.
 */
bool transcode_carrier(const struct schema_message *m, struct str bytes, struct str content,
		       unsigned depth, struct buf *scratch, struct carrier *ret);

/* Whether a field of that number and wire type has a name in M. */
bool transcode_is_known(const struct schema_message *m, uint32_t number, unsigned type);

/* NAME in any of the spellings that enums are read in: false where it has no number. */
bool transcode_enum_number(const struct schema_enum *e, struct str name, int32_t *ret);

/* TEXT, valid JSON, without its blanks. */
void transcode_put_compact(struct buf *out, struct str text);
/* The same with an indent, as canonical JSON has it; LEVEL is that of its closing bracket. */
void transcode_put_indented(struct buf *out, struct str text, unsigned level);
/* How deep TEXT, valid JSON, is nested: 0 for a scalar. */
unsigned transcode_nesting(struct str text);
