/* SPDX-License-Identifier: MIT */
/* action.h: the table of actions: help, command line, man page and bindings come from it. */
#pragma once

#include "formats/base/str.h"

enum action {
#define PART(text)
#define ACTION(identifier, name, keys, argument, help) ACTION_##identifier,
#include "viewer/keys/actions.def"
#undef ACTION
#undef PART
	ACTIONS,
};

enum action_argument {
	ARGUMENT_NONE,
	ARGUMENT_NUMBER,
	ARGUMENT_EVENT,
	ARGUMENT_KEY,
	ARGUMENT_TEXT,
	ARGUMENT_NAMED,
};

/* A row of the help: an action, or the begin of a part. */
struct action_row {
	const char *part;   /* NULL: an action */
	enum action action; /* and all below */
	const char *name;
	const char *keys;
	enum action_argument argument;
	const char *help;
};

/* In the order of the help. */
extern const struct action_row ACTION_ROWS[];
extern const size_t N_ACTION_ROWS;

const struct action_row *action_row(enum action action);
/* NULL: there is none of that name. */
const struct action_row *action_find(struct str name);
/* The closest name to WORD, or NULL. */
const char *action_did_you_mean(struct str word);
