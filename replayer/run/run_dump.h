/* SPDX-License-Identifier: MIT */
/* run_dump.h: a JSON tree as one line of text. */
#pragma once

#include "formats/base/buf.h"

#include <jansson.h>
#include <stdbool.h>

/*
 * What json_dumps() gives with JSON_COMPACT, byte for byte, in a third of its time: that one
 * looks for loops at every step, and a tree that was built here has none. SHOWN: people
 * or CI servers may see it, so that what is not printable ASCII, and the second # of two, is \uXXXX.
 */
void run_dump(const json_t *value, bool shown, struct buf *out);
/* An object without its braces. */
void run_dump_members(const json_t *object, bool shown, struct buf *out);
/* A string of any bytes, in quotes: what is not UTF-8 becomes U+FFFD. */
void run_dump_str(struct str s, bool shown, struct buf *out);
