/* SPDX-License-Identifier: MIT */
/* event_frame.h: an event's tag and length, around bytes that are made in place. */
#pragma once

#include "formats/base/buf.h"

/*
 *     start = event_frame_open(out);
 *     ...append the event's own bytes to OUT...
 *     event_frame_close(out, start);
 *
 * OUT then has `0A len event` from START on, as it stands in a History; whether all of it
 * went in is asked with buf_ok() as ever.
 */
size_t event_frame_open(struct buf *out);
void event_frame_close(struct buf *out, size_t start);
