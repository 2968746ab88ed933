/* SPDX-License-Identifier: MIT */
/* context.h: what commands take from the outside world, handed down by main. */
#pragma once

#include "formats/schema/schema.h"

#include <stdbool.h>
#include <stdio.h>

/*
 * Only hindcast.c and cmd_* look at the environment, the clock and the streams; everything
 * below takes what it needs as an argument.
 */
struct command_context {
	FILE *out;
	FILE *err;
	bool out_is_tty;
	bool err_is_tty;
	bool colour;	   /* out is a terminal that likes colour, and NO_COLOR is unset */
	int columns;	   /* of the terminal, or as COLUMNS says; 0: not known */
	const char *version;
	const struct schema *schema;
};
