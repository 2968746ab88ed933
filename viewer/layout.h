/* SPDX-License-Identifier: MIT */
/* layout.h: which panes a screen of a size has, and where. */
#pragma once

#include "viewer/cells/screen.h"
#include "viewer/pane/pane.h"

struct session;

/*
 * The first row says where the user is, the second has the tabs; the last but one has hints,
 * the last is for messages and what is typed. Between them:
 *
 *     140 x 40 and more   the main pane left; detail, state and stack right; timeline below
 *     100 to 139 wide     the main pane left, one other right
 *     80 to 99            the main pane above detail and state
 *     less                the main pane alone; Tab goes through the others
 *
 * A run has what it says of one history below it, from 60 x 20 on. The main pane is alone
 * too where it is none of those that have company, or is zoomed. On less than 40 x 8 there is
 * room for nothing: parts.n is 0.
 */
#define LAYOUT_PARTS 6

struct layout_part {
	enum pane_kind pane;
	struct area area;  /* of its rows */
	int title_y;	   /* row of the rule above it; -1: none */
	int rule_x;	   /* column of the rule left of it; -1: none */
};

struct layout {
	struct layout_part parts[LAYOUT_PARTS]; /* the main one first */
	size_t n;
	bool room; /* false: the screen is too small */
	int tabs_y, hint_y, prompt_y; /* -1: not there */
};

void layout_make(const struct session *s, struct layout *ret);
/* The part that keys go to. */
const struct layout_part *layout_focus(const struct layout *l, const struct session *s);
