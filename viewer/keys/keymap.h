/* SPDX-License-Identifier: MIT */
/* keymap.h: from keys to actions: the defaults of the table, and what a user changed. */
#pragma once

#include "formats/base/arena.h"
#include "formats/base/err.h"
#include "formats/base/vec.h"
#include "viewer/keys/action.h"
#include "viewer/keys/key.h"

struct binding {
	uint32_t keys[KEYS_MOST];
	size_t n; /* keys */
	enum action action;
	struct str argument; /* p NULL: none; it is asked for */
};

/* Later bindings go before earlier ones of the same keys. */
struct keymap {
	VEC_OF(struct binding) bindings;
};

/* The keys of the table of actions. */
void keymap_init(struct keymap *m);
void keymap_done(struct keymap *m);
/* KEYS as in actions.def, one alternative: "y e". Strings are borrowed. */
bool keymap_bind(struct keymap *m, struct str keys, enum action action, struct str argument,
		 struct err *err);
bool keymap_unbind(struct keymap *m, struct str keys, struct err *err);

enum keymap_found { KEYMAP_NOTHING, KEYMAP_MORE, KEYMAP_ACTION };
/* What N keys that were pressed are: an action (*RET), or the begin of one. */
enum keymap_found keymap_find(const struct keymap *m, const uint32_t *keys, size_t n,
			      const struct binding **ret);
/* Appends all keys of an action, as they are bound now: "j, Down". */
void keymap_keys(const struct keymap *m, enum action action, struct buf *out);
