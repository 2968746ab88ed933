/* SPDX-License-Identifier: MIT */
/* event_frame.c: room is left for the length that most events have. */
#include "formats/read/event_frame.h"

#include "formats/wire/wire.h"

/* The length in front takes two bytes most often; else the event is moved. */
#define LENGTH_ROOM 2

size_t event_frame_open(struct buf *out)
{
	static const char HEAD[1 + LENGTH_ROOM] = {1 << 3 | WIRE_BYTES};
	size_t start = out->n;

	buf_add_bytes(out, HEAD, sizeof(HEAD));
	return start;
}

void event_frame_close(struct buf *out, size_t start)
{
	size_t n = out->n - start - 1 - LENGTH_ROOM, need = wire_varint_size(n);
	char *p = out->p + start + 1, *content = p + LENGTH_ROOM;

	if (need != LENGTH_ROOM) {
		if (need > LENGTH_ROOM && !buf_room(out, need))
			return;
		p = out->p + start + 1;
		content = p + LENGTH_ROOM;
		memmove(p + need, content, n);
		out->n = start + 1 + need + n;
	}
	for (size_t i = 0, left = n; i < need; i++, left >>= 7)
		p[i] = (char)((left & 0x7f) | (i + 1 < need ? 0x80 : 0));
}
