/* SPDX-License-Identifier: MIT */
/* term.h: what shows screens and gives keys: a terminal, or a script. */
#pragma once

#include "formats/base/err.h"
#include "viewer/cells/screen.h"
#include "viewer/keys/key.h"

/*
 *     term_curses.c   a terminal, through ncurses: the only file that knows it
 *     term_script.c   keys from a file, screens as text into a buffer
 */
enum term_read {
	TERM_KEY,  /* *RET is one */
	TERM_IDLE, /* nothing was typed in that time */
	TERM_END,  /* no key will come: the input ended, or a signal asks for the end */
};

struct terminal {
	/* Waits for a key at most WAIT milliseconds; < 0: for ever. */
	enum term_read (*read)(struct terminal *t, int wait, struct key *ret);
	void (*draw)(struct terminal *t, const struct screen *screen);
	/* Columns and rows as they are now. */
	void (*size)(struct terminal *t, int *ret_width, int *ret_height);
	/* Gives the terminal back as it was, for a child or the shell; and takes it again. */
	void (*leave)(struct terminal *t);
	void (*enter)(struct terminal *t);
	/* Stops this program as Ctrl-Z does anywhere; comes back when it goes on. */
	void (*suspend)(struct terminal *t);
	void (*mouse)(struct terminal *t, bool on);
	/* All of the next screen is drawn, whatever was there. */
	void (*forget)(struct terminal *t);
	/* Bytes straight to the terminal: what asks it to fill the clipboard. */
	void (*send)(struct terminal *t, struct str bytes);
	int ended_by; /* the signal that asked for the end; 0: none */
	void (*close)(struct terminal *t); /* frees T; the terminal is as it was */
};

struct term_settings {
	int in, out;	  /* file descriptors of the terminal */
	const char *name; /* TERM */
	bool colour;
};

/* False: TERM is unknown or can't move its cursor; nothing was written then. */
bool term_curses_open(struct terminal **ret, const struct term_settings *settings, struct err *err);

/*
 * A script: a line each, blank lines and those that begin with # passed over.
 *
 *     size 80x24       the terminal's, from here on
 *     keys j ] y e     keys as they are spelled (key.h)
 *     type Charge      characters, up to the line's end
 *     screen           the screen as it is now, into OUT
 *     styles           its styles' letters
 *
 * Errors name the line. OUT is the caller's.
 */
bool term_script_open(struct terminal **ret, struct str script, struct buf *out, struct err *err);

/* "80x24"; false: it is no size, or one that no terminal has. */
bool term_size_read(struct str text, int *ret_width, int *ret_height);
