/* SPDX-License-Identifier: MIT */
/* json_head.h: an event's row, read off its JSON text; for json_index.c. */
#pragma once

#include "formats/history/json_index.h"

/*
 * E->offset and length say where the event is. False where its row must be read off the
 * decoded event: a member is missing, or written in a way that only the transcoder knows.
 */
bool json_head(struct json_index *ix, struct event *e);
