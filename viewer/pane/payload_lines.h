/* SPDX-License-Identifier: MIT */
/* payload_lines.h: a payload in lines: what it is and what it holds, decoded, raw or in hex. */
#pragma once

#include "viewer/session.h"

/*
 *     input[0]     {"cart":"C-9","lines":[{"sku":"A1","qty":2},...   json/plain  412 B
 *
 * in one line where that is enough, or where there is room for no more; else
 *
 *     input[0]     json/plain  412 B
 *       {
 *         "cart": "C-9",
 *         "lines": [{"sku":"A1","qty":2}, ... 14 more]
 *       }
 */
#define PAYLOAD_LABEL_WIDTH 14

/* In fewer rows than that a payload is one line, until it is opened. */
#define PAYLOAD_ROOMY 8

/*
 * BYTES is a serialized Payload; LEFT the column of the label; ID is of its fold, which is
 * closed at first where BEGIN says so, where there are few rows, and where it could not be read.
 */
void payload_lines_add(const struct pane_context *c, struct page *p, uint64_t id,
		       enum page_fold begin, size_t left, struct str label, struct str bytes);
/* Lines that say WHY a codec server did not decode what stands above, and what to do. */
void payload_lines_add_refusal(const struct pane_context *c, struct page *p, struct str why,
			       size_t left);
/* All of it as copying takes it: JSON laid out, text as it is, bytes in hex. */
void payload_lines_whole(const struct session *s, struct str bytes, struct buf *out);
