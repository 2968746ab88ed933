/* SPDX-License-Identifier: MIT */
/* payload_dump.h: bytes laid out for people: JSON indented, protobuf guessed at, hex. */
#pragma once

#include "formats/base/buf.h"

/*
 * All write whole lines, each with INDENT blanks before it, and go through visible_add().
 * What was taken from a history stays what it was: numbers and strings of JSON are copied
 * digit by digit, never read.
 */

/* JSON must be valid (json_skip). Two blanks a level; empty lists and objects stay in line. */
void dump_json(struct str json, unsigned indent, struct buf *out);

/*
 * A message without its schema, as its bytes can be read:
 *
 *     1: "o-1"
 *     2: 7
 *     3 {
 *       1: 18446744073709551615 (-1)
 *     }
 *
 * Texts are taken for texts, what walks as a message for one. False, and nothing written,
 * where BYTES is no message at all. Stops after MOST bytes of output and says so.
 */
bool dump_wire(struct str bytes, unsigned indent, size_t most, struct buf *out);

/* "00000000  7b 22 61 ...  |{"a|", sixteen a line, at most MOST bytes of them. */
void dump_hex(struct str bytes, unsigned indent, size_t most, struct buf *out);

/* Text to the eye: UTF-8 without control characters other than blanks and line ends. */
bool dump_is_text(struct str s);
/* Lines as they are, indented. */
void dump_text(struct str text, unsigned indent, struct buf *out);
