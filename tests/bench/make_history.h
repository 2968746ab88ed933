/* SPDX-License-Identifier: MIT */
/* make_history.h: a long history, the same every time, as the CLI exports it. */
#pragma once

#include "formats/base/buf.h"

#include <stddef.h>

/*
 * Activities, workflow tasks, signals, timers, markers and failures in the mix of a busy
 * workflow; payloads of 500 to 1000 base64 characters, four of five JSON text, the rest
 * random as after encryption. Indented by two: about a kilobyte an event.
 */
void make_history(struct buf *out, size_t events);
