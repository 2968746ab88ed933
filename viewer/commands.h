/* SPDX-License-Identifier: MIT */
/* commands.h: the commands of this room. */
#pragma once

#include "formats/base/opts.h"

extern const struct command COMMAND_VIEW; /* cmd_view.c */
