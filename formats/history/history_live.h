/* SPDX-License-Identifier: MIT */
/* history_live.h: the events of a history over JSON that are decoded at the moment. */
#pragma once

#include "formats/history/history.h"

/*
 * A place for each of HISTORY_LIVE_EVENTS events, the one asked for last in front; the
 * last one's place is taken for the next that is not there. Mutable behind a const history:
 * it is a cache, and no answer but its speed depends on it.
 */
struct history_live *history_live_new(struct arena *a, size_t n_events);

/* H's event INDEX, decoded now unless it is there; empty where it can't be. */
struct str history_live_event(const struct history *h, size_t index);
/* Decodes it, for the error. */
bool history_live_decode(const struct history *h, size_t index, struct err *err);
/* False, with the first error, where history_live_event() gave an empty one for it. */
bool history_live_ok(const struct history *h, struct err *err);
