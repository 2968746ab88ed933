/* SPDX-License-Identifier: MIT */
/* cmd_inputs.c: expanding operands and complaining, once for all commands. */
#include "formats/cmd_inputs.h"

#include "formats/base/visible.h"

void inputs_complain(const struct command_context *context, const char *message)
{
	struct buf line;

	buf_init(&line, 0);
	buf_puts(&line, "hindcast: ");
	visible_add(&line, str_of(message), 0);
	buf_add_char(&line, '\n');
	fwrite(line.p, 1, line.n, context->err);
	buf_done(&line);
}

int inputs_expand(const struct command_context *context, const char *command,
		  const struct str *operands, size_t n, struct arena *a,
		  struct source_list *list)
{
	struct err err = ERR_INIT;

	if (n == 0) {
		fprintf(context->err,
			"hindcast %s: name at least one history\nTry 'hindcast %s --help'.\n",
			command, command);
		return EXIT_BAD_USAGE;
	}
	if (!source_expand(operands, n, a, list, &err)) {
		inputs_complain(context, err.message);
		return EXIT_CANNOT;
	}
	if (list->files.n)
		return 0;
	err_set(&err, ERR_MISSING, "%.*s: no histories in it", STR_ARG(operands[0]));
	if (list->passed_over)
		err_set(&err, ERR_MISSING,
			"%.*s: no histories in it, by the names of its %zu file%s (which endings are "
			"read: docs/formats.md); a file that is named itself is read whatever its name",
			STR_ARG(operands[0]), list->passed_over,
			list->passed_over == 1 ? "" : "s");
	inputs_complain(context, err.message);
	return EXIT_CANNOT;
}

struct str inputs_label(struct str path, const struct load_info *info, struct arena *a)
{
	size_t n;

	if (info->ordinal <= 1 && info->only)
		return path;
	load_path_split(path, &n);
	return n ? path : arena_printf(a, "%.*s#%zu", STR_ARG(path), info->ordinal);
}

bool inputs_loss_text(const struct transcode_loss *loss, struct buf *out)
{
	return transcode_loss_text(loss, TRANSCODE_LOST, out);
}
