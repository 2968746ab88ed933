/* SPDX-License-Identifier: MIT */
/* prompt.h: the last line, while something is typed into it. */
#pragma once

#include "formats/base/buf.h"
#include "viewer/keys/action.h"
#include "viewer/keys/key.h"

enum prompt_end { PROMPT_GOES_ON, PROMPT_ENTERED, PROMPT_LEFT };

#define PROMPT_HISTORY_MOST 100

struct prompt {
	bool open;
	enum action action; /* what the text is for */
	char lead[4];	    /* ":" "/" "&" */
	struct buf text;
	size_t at; /* byte before which the next character goes */
	/* What was entered before, newest last; of too many the oldest goes. */
	struct prompt_entry {
		char lead; /* only what has the same is recalled */
		struct buf text;
	} history[PROMPT_HISTORY_MOST];
	size_t n_history;
	size_t recalled; /* entries back; 0: the text is the user's */
	/* Tab: what the word can become; gone with the next key. */
	size_t completion;
	bool completes;
	struct buf stem; /* that was typed */
};

void prompt_init(struct prompt *p);
void prompt_done(struct prompt *p);
void prompt_open(struct prompt *p, enum action action, const char *lead, struct str text);
/* Keys, Backspace, Ctrl-U, Ctrl-W, arrows, Home, End, Tab, Enter, Esc. */
enum prompt_end prompt_key(struct prompt *p, struct key key);
