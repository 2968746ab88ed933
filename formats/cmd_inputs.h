/* SPDX-License-Identifier: MIT */
/* cmd_inputs.h: what the commands on histories share: their operands, their complaints. */
#pragma once

#include "formats/base/context.h"
#include "formats/read/load.h"

enum { EXIT_FOUND = 1, EXIT_BAD_USAGE = 2, EXIT_CANNOT = 3 };

/*
 * Expands the operands of COMMAND. Returns 0, or the exit code after saying on stderr what
 * is wrong: no operand, nothing by that name, no history in what was named.
 */
int inputs_expand(const struct command_context *context, const char *command,
		  const struct str *operands, size_t n, struct arena *a,
		  struct source_list *list);
/* PATH, or FILE#N for a history that shares its file with others; in A where it is made. */
struct str inputs_label(struct str path, const struct load_info *info, struct arena *a);
/* "hindcast: MESSAGE", made harmless, on stderr. */
void inputs_complain(const struct command_context *context, const char *message);
/* "3 JSON members have no place on the wire (first: events[3].foo)" etc.; false: no loss. */
bool inputs_loss_text(const struct transcode_loss *loss, struct buf *out);
