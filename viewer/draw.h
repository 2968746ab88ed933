/* SPDX-License-Identifier: MIT */
/* draw.h: a session as a screen, or as text. */
#pragma once

#include "viewer/cells/screen.h"
#include "viewer/session.h"

/* SCREEN gets the session's size. The session must be settled; it is not changed. */
void draw(struct session *s, struct screen *screen);

/*
 * A pane as text, whole, not only what a screen of HEIGHT rows shows: its heading, and all
 * its rows, WIDTH columns wide where it lays them out by width. COLOUR: with escapes.
 */
void draw_print(struct session *s, enum pane_kind pane, size_t width, bool colour,
		struct buf *out);
