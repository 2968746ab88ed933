/* SPDX-License-Identifier: MIT */
/* cmd_report.c: `hindcast report`: further reports of a run that is over, from its run file. */
#include "formats/cmd_inputs.h"
#include "replayer/cmd_report_out.h"
#include "replayer/commands.h"
#include "replayer/replay_options.h"
#include "replayer/report/report.h"

struct settings {
	struct opt_list reports;
};

static const struct opt OPTS[] = {
	{"report", 'r', OPT_LIST, "KIND[:FILE]", offsetof(struct settings, reports),
	 REPORT_HELP "Where none is named, the text report goes there."},
};

static int fail(const struct command_context *context, int code, const struct err *err)
{
	inputs_complain(context, err->message);
	return code;
}

static int run(const struct command_context *context, void *settings, const struct str *operands,
	       size_t n_operands)
{
	const struct settings *s = settings;
	struct err err = ERR_INIT;
	struct run_file *file;
	int code = 0;

	if (n_operands > 1)
		err_set(&err, ERR_USAGE, "report takes one run file");
	if (n_operands > 1 || !reports_check(&s->reports, &err))
		return fail(context, EXIT_BAD_USAGE, &err);
	if (!run_file_read(&file, n_operands ? operands[0] : STR(REPLAY_DEFAULT_RUN_FILE), &err))
		return fail(context, EXIT_CANNOT, &err);
	if (!reports_write(context, file, &s->reports, !s->reports.items.n, &err))
		code = fail(context, EXIT_CANNOT, &err);
	run_file_free(file);
	return code;
}

static void settings_done(void *settings)
{
	opt_list_done(&((struct settings *)settings)->reports);
}

const struct command COMMAND_REPORT = {
	.name = "report",
	.usage = "[OPTION]... [RUN]",
	.summary = "make reports from the run file of a replay",
	.details = "Makes from RUN, a run file (default: " REPLAY_DEFAULT_RUN_FILE "), the reports "
		   "that replay would have made, without replaying anything: where another one is "
		   "wanted, or the run file is what another machine left.\n\n"
		   "Exits with 0 where they could be made, whatever they say; with 3 where the "
		   "run file can't be read or a report not be written.",
	.examples = "hindcast report\n"
		    "    the text of the last replay again\n"
		    "hindcast report -r sarif:replay.sarif -r markdown:comment.md run.jsonl\n"
		    "    two more from a run file that was kept\n",
	.opts = OPTS,
	.n_opts = sizeof(OPTS) / sizeof(*OPTS),
	.settings_size = sizeof(struct settings),
	.run = run,
	.settings_done = settings_done,
};
