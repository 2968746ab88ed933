/* SPDX-License-Identifier: MIT */
/* cmd_report_out.h: reports put where the command line wants them, for replay and report. */
#pragma once

#include "formats/base/context.h"
#include "formats/base/opts.h"
#include "replayer/run/run_file.h"

/* WANTED: of an option -r, "KIND" or "KIND:FILE". ERR_USAGE: there is no such kind. */
bool reports_check(const struct opt_list *wanted, struct err *err);
/*
 * Writes each of WANTED into its file or to standard output, and with TEXT_TOO
 * the text report to standard output where nothing else goes there. A report with a second text (the job
 * summary of GitHub Actions) appends it to the file that its variable names, if any.
 */
bool reports_write(const struct command_context *context, const struct run_file *run,
		   const struct opt_list *wanted, bool text_too, struct err *err);
