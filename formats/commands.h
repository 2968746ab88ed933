/* SPDX-License-Identifier: MIT */
/* commands.h: the commands of this room, for the table in hindcast.c. */
#pragma once

#include "formats/base/opts.h"

extern const struct command COMMAND_SHOW;	/* cmd_show.c */
extern const struct command COMMAND_CHECK;	/* cmd_check.c */
extern const struct command COMMAND_CONVERT;	/* cmd_convert.c */
extern const struct command COMMAND_DIFF;	/* cmd_diff.c */
