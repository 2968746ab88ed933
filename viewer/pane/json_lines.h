/* SPDX-License-Identifier: MIT */
/* json_lines.h: JSON laid out over lines that fold, made only as far as it is shown. */
#pragma once

#include "viewer/pane/page.h"

/*
 *     "cart": "C-9",
 *     "lines": [{"sku":"A1","qty":2}, ... 14 more]
 *
 * Text is copied as it was written, number by number; nothing is read into values. What is
 * closed is passed over, what is long comes in parts, each behind a line that says how much
 * there is: a payload of megabytes costs one pass over its bytes.
 */
struct json_lines {
	struct page *page;
	uint64_t id;	     /* of what the text is the value of (page_id()) */
	size_t left;	     /* column of the first brace */
	size_t width;	     /* of the pane */
	size_t inline_most;  /* lists and objects up to so many bytes stay on their line */
	unsigned open_depth; /* closed at first are those at least so deep (0: the value itself) */
	size_t open_most;    /* and of more bytes than that */
	/* Adds lines of its own, from COLUMN on, behind those of the member KEY (quoted) of
	 * OBJECT; or NULL. */
	void (*behind)(const struct json_lines *j, uint64_t id, size_t column, struct str object,
		       struct str key);
	const void *data; /* for it */
};

/* TEXT is one valid JSON value (json_only()); it goes on with the line in the making. */
void json_lines_add(const struct json_lines *j, struct str text);
/* Appends TEXT without the blanks between its tokens, at most MOST bytes of it. */
void json_lines_pack(struct str text, size_t most, struct buf *out);
