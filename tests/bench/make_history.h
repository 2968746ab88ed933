/* SPDX-License-Identifier: MIT */
/* make_history.h: a long history, the same every time, as the CLI exports it. */
#pragma once

#include "formats/base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The life of a busy workflow: activities (a few fail, with a stack), timers, markers,
 * updates and signals, and a workflow task for each turn; sound from its start to its close.
 * Payloads have 500 to 1000 base64 characters, four of five JSON text, the rest random as
 * after encryption. Indented by two: about a kilobyte an event.
 */
struct make_history {
	size_t events; /* 8 at least */
	uint64_t seed; /* another one, another history and other ids; 0 is one too */
	/* Takes what is in OUT from time to time, for histories larger than memory; or NULL. */
	void (*flush)(struct buf *out);
};

void make_history(struct buf *out, const struct make_history *how);
