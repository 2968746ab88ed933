/* SPDX-License-Identifier: MIT */
/* vt.h: the built program on a terminal of its own, which libvterm plays. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>
#include <vterm.h>

/*
 *     vt_start(&p, 80, 24, "xterm-256color", argv)
 *     vt_idle(&p)                      until the program waits for a key
 *     vt_keys(&p, "jj")                bytes as a keyboard sends them; then vt_idle()
 *     vt_row(&p, 3, text)              what the terminal shows
 *
 * Nothing sleeps: the program says by --idle-fd that it waits. All waits end after VT_SECONDS,
 * and fail the test then.
 */
#define VT_SECONDS 20

struct vt {
	int fd;	  /* the terminal's other end */
	int idle; /* a byte each time the program waits */
	pid_t pid; /* the program: leader of a session of its own */
	VTerm *vterm;
	VTermScreen *screen;
	struct termios before; /* of the terminal, when the program began */
	bool alternate; /* the program is on the alternate screen */
	char sent[8192]; /* OSC strings and the like, as they came */
	size_t n_sent;
};

/* ARGS are those behind `hindcast view --idle-fd N`; ends with NULL. ENV: "NAME=VALUE", NULL. */
void vt_start(struct vt *p, int width, int height, const char *term, const char *const *args,
	       const char *const *env);
/* The same with nobody in its session who could let it go on after a stop. */
void vt_start_orphan(struct vt *p, int width, int height, const char *term,
		     const char *const *args, const char *const *env);
void vt_idle(struct vt *p);
/* Until the terminal shows TEXT. */
void vt_until(struct vt *p, const char *text);
void vt_keys(struct vt *p, const char *bytes);
void vt_resize(struct vt *p, int width, int height);
/* Row Y as text, without blanks at its end. */
void vt_row(struct vt *p, int y, char *ret, size_t size);
/* True where any row holds TEXT. */
bool vt_shows(struct vt *p, const char *text);
/* The attributes of a cell: reverse, bold. */
VTermScreenCell vt_cell(struct vt *p, int x, int y);
/* The terminal was asked to report the mouse. */
bool vt_mouse(struct vt *p);
/* Waits for the end; the exit code, or 128 + the signal. */
int vt_end(struct vt *p);
/* Until the program has stopped (SIGSTOP, SIGTSTP). */
void vt_stopped(struct vt *p);
/* The terminal's modes are what they were, and the ordinary screen is shown. */
void vt_assert_restored(struct vt *p);
void vt_done(struct vt *p);
