/* SPDX-License-Identifier: MIT */
/* load_pages.h: which files of a command are pages of one history. */
#pragma once

#include "formats/base/vec.h"
#include "formats/read/load.h"

/* Paths of pages in the order of their events. */
struct load_chain {
	struct str *at; /* strings are load_pages' */
	size_t n;	/* 0, 1: nothing belongs together */
	size_t copies;	/* other files with the same events as one of them */
	struct str copy; /* the first of these */
};

/*
 * The files that PATH, a page, goes together with. All files of its folder are looked
 * through once, the first time one of them is asked for; where they don't do, and PATH was
 * named by itself, all others that were. False: its pages can't be told.
 */
bool load_pages_chain(struct load_pages *p, const struct load_settings *settings,
		      struct str path, struct load_chain *ret, struct err *err);
void load_chain_done(struct load_chain *c);
