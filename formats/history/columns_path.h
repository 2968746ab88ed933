/* SPDX-License-Identifier: MIT */
/* columns_path.h: the value at a path of an event as the text of a cell. */
#pragma once

#include "formats/base/buf.h"
#include "formats/history/history.h"
#include "formats/payload/codec.h"
#include "formats/query/query_parts.h"

/*
 * Appends what PATH leads to in the event's attributes or, failing that, in the event: text
 * as it is, numbers in decimal, enums by their CamelCase name, times and durations as JSON
 * has them, any other message as JSON on one line. Several values (a list) have ", " between
 * them. Payloads are taken out of what codecs put around them, as far as TOOLS (NULL: no keys)
 * can. Nothing where nothing is there.
 */
void columns_path_add(const struct history *h, size_t index, const struct query_path *path,
		      const struct codec_tools *tools, struct buf *out);
/* The values that it carries: input, result, details; ", " between several. */
void columns_payload_add(const struct history *h, size_t index, const struct codec_tools *tools,
			 struct buf *out);
/* "activity failed: card declined": the messages of the event's failure and its causes. */
void columns_failure_add(const struct history *h, size_t index, struct buf *out);
