/* SPDX-License-Identifier: MIT */
/* cmd_view_child.h: a program that is given the terminal for a while, or a text to keep. */
#pragma once

#include "formats/base/err.h"
#include "formats/base/str.h"

/*
 * Children get the signals as they are by default. Signals of the keyboard are theirs while
 * they run: Ctrl-C ends the pager and not the viewer. A child that stops (Ctrl-Z in an
 * editor) stops the viewer too, so that the shell is there, and goes on with it.
 *
 * SIGHUP and SIGTERM, which ask the viewer to end, are told to the child, and it is waited for
 * no longer than a moment: `asked` is what the caller ends by, then.
 */
struct child_end {
	int code;
	int signal; /* 0: it ended by itself */
	int asked;  /* the signal that asks the viewer to end; 0: none */
};

/* When the viewer comes back: what a command prints stays until Enter is pressed. */
enum child_wait { CHILD_BACK_AT_ONCE, CHILD_BACK_AFTER_ENTER };

/*
 * Runs ARGV, found by PATH, and waits for its end. INPUT goes to its standard input (p NULL:
 * that is the terminal); a child that doesn't read all of it is no error.
 */
bool child_run(const char *const *argv, struct str input, enum child_wait wait,
	       struct child_end *ret, struct err *err);
/* The same without a terminal. False: there is no such program, or it failed. */
bool child_feed(const char *const *argv, struct str input, struct child_end *ret);
