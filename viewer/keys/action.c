/* SPDX-License-Identifier: MIT */
/* action.c: the rows of actions.def as a table. */
#include "viewer/keys/action.h"

#include "formats/base/opts.h"

const struct action_row ACTION_ROWS[] = {
#define PART(text) {.part = text},
#define ACTION(identifier, name, keys, argument, help) \
	{NULL, ACTION_##identifier, name, keys, ARGUMENT_##argument, help},
#include "viewer/keys/actions.def"
#undef ACTION
#undef PART
};
const size_t N_ACTION_ROWS = sizeof(ACTION_ROWS) / sizeof(*ACTION_ROWS);

const struct action_row *action_row(enum action action)
{
	for (size_t i = 0; i < N_ACTION_ROWS; i++)
		if (!ACTION_ROWS[i].part && ACTION_ROWS[i].action == action)
			return &ACTION_ROWS[i];
	return NULL;
}

const struct action_row *action_find(struct str name)
{
	for (size_t i = 0; i < N_ACTION_ROWS; i++)
		if (!ACTION_ROWS[i].part && str_is(name, ACTION_ROWS[i].name))
			return &ACTION_ROWS[i];
	return NULL;
}

const char *action_did_you_mean(struct str word)
{
	const char *names[ACTIONS];
	size_t n = 0;

	for (size_t i = 0; i < N_ACTION_ROWS; i++)
		if (!ACTION_ROWS[i].part)
			names[n++] = ACTION_ROWS[i].name;
	return opts_did_you_mean(word, names, n);
}
