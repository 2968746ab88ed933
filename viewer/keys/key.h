/* SPDX-License-Identifier: MIT */
/* key.h: one press of a key, or of a mouse button, and how each is spelled. */
#pragma once

#include "formats/base/buf.h"

#include <stdint.h>

/*
 * A key is a character (its code point), Ctrl and a letter (1 to 26, as terminals send
 * them), or one of those below, which no code point has. The same spelling stands in scripts,
 * the configuration, help and the man page: "j", "Ctrl-D", "PgDn", "Space", "Comma".
 */
enum key_code {
	KEYCODE_NONE = 0,
	KEYCODE_TAB = '\t',
	KEYCODE_ENTER = '\r',
	KEYCODE_ESC = 0x1b,
	KEYCODE_SPACE = ' ',
	KEYCODE_BACKSPACE = 0x7f,
	KEYCODE_SPECIAL = 0x110000,
	KEYCODE_UP,
	KEYCODE_DOWN,
	KEYCODE_LEFT,
	KEYCODE_RIGHT,
	KEYCODE_PGUP,
	KEYCODE_PGDN,
	KEYCODE_HOME,
	KEYCODE_END,
	KEYCODE_SHIFT_TAB,
	KEYCODE_INSERT,
	KEYCODE_DELETE,
	KEYCODE_F1, /* to KEYCODE_F1 + 11 */
	KEYCODE_F12 = KEYCODE_F1 + 11,
	KEYCODE_MOUSE,  /* with a place and a button */
	KEYCODE_RESIZE, /* with a size */
};

enum mouse_button { MOUSE_LEFT, MOUSE_DOUBLE, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN };

struct key {
	uint32_t code;
	int x, y; /* KEYCODE_MOUSE: the cell; KEYCODE_RESIZE: columns and rows */
	enum mouse_button button;
};

/* The most keys that one binding takes: "y e". */
#define KEYS_MOST 2

/* Appends the spelling. */
void key_add(struct buf *out, uint32_t code);
/* False: no key is spelled so. */
bool key_read(struct str text, uint32_t *ret);
