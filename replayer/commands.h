/* SPDX-License-Identifier: MIT */
/* commands.h: the commands of this room. */
#pragma once

#include "formats/base/opts.h"

extern const struct command COMMAND_REPLAY;	/* cmd_replay.c */
extern const struct command COMMAND_REPORT;	/* cmd_report.c */
extern const struct command COMMAND_REDACT;	/* cmd_redact.c */
