/* SPDX-License-Identifier: MIT */
/* commands.h: the commands of this room. */
#pragma once

#include "formats/base/opts.h"

extern const struct command COMMAND_VIEW; /* cmd_view.c */

/* Appends the table of keys and settings, as they are without a configuration: for the man page. */
void view_man_keys(struct buf *out);
