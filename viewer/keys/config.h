/* SPDX-License-Identifier: MIT */
/* config.h: the configuration of the viewer: bindings and settings, a line each. */
#pragma once

#include "viewer/keys/keymap.h"

/*
 *     # comments and blank lines are passed over
 *     bind J half-page-down
 *     bind g e go 1                two keys; what follows the action is its argument
 *     unbind Ctrl-O
 *     set time utc
 *
 * Keys are spelled as help spells them, actions are those of help (`hindcast view
 * --help-keys`). Errors name the line and what is allowed there.
 */
typedef bool config_set(void *data, struct str name, struct str value, struct err *err);

/* Strings that stay in M are copied into A. What stands before an error has been done. */
bool config_read(struct str text, struct keymap *m, config_set *set, void *data, struct arena *a,
		 struct err *err);
