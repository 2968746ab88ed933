/* SPDX-License-Identifier: MIT */
/* detail.h: what one line says of an event beside its type and name. */
#pragma once

#include "formats/base/buf.h"
#include "formats/history/history.h"

/*
 * Appends, e.g., "attempt 3; card declined": what is worth knowing without opening the
 * event. Nothing where there is nothing. Text from the history goes through visible_add().
 */
void detail_add(const struct history *h, size_t index, struct buf *out);

/* "2026-11-22T19:12:55.245617077Z", with 0, 3, 6 or 9 digits. */
struct str detail_time(int64_t nanoseconds, struct arena *a);
/* Appends "-0.098924000", the seconds between; false where one of them is not known (0). */
bool detail_seconds(int64_t from, int64_t to, struct buf *out);
/* "0.107s", "3m07.250s", "1h02m03s", "4d02h00m00s". */
struct str detail_span(int64_t nanoseconds, struct arena *a);
/* "1.2 KB", "50 MB". */
struct str detail_bytes(uint64_t bytes, struct arena *a);
