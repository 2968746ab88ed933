/* SPDX-License-Identifier: MIT */
/* text_find.h: all texts of an event, one by one, as people would search them. */
#pragma once

#include "formats/history/history.h"
#include "formats/payload/codec.h"

/*
 * The event's type, then every string in it, however deep, and the value of every payload
 * that is text: JSON as it is written but for \uXXXX of letters, which become the letters;
 * other JSON escapes stay. What codecs put around payloads
 * is taken off as far as TOOLS (NULL: no keys) can. At last the
 * event's name (event_name()), where it is that of another event or put together.
 */
struct text_at {
	size_t event;	  /* index */
	struct str where; /* "activityTaskCompletedEventAttributes.result.payloads[0]"; "name" */
	struct str text;  /* followed by a NUL that n does not count; NULs may be in it */
};

/* Both valid during the call. False: no more is wanted. */
typedef bool text_visit(void *data, const struct text_at *at);

/* False where VISIT said so. What is broken in the event is passed over. */
bool text_find_each(const struct history *h, size_t index, const struct codec_tools *tools,
		    text_visit *visit, void *data);
