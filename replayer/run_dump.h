/* SPDX-License-Identifier: MIT */
/* run_dump.h: a JSON tree as one line of text. */
#pragma once

#include "formats/base/buf.h"

#include <jansson.h>
#include <stdbool.h>

/*
 * What json_dumps() gives with JSON_COMPACT, byte for byte, in a third of its time: that one
 * looks for loops at every step, and a tree that was built here has none. SHOWN: people
 * or CI servers may see it, so that what is not ASCII, and the second # of two, is \uXXXX.
 */
void run_dump(const json_t *value, bool shown, struct buf *out);
