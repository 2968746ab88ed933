/* SPDX-License-Identifier: MIT */
/* cmd_report_out.c: reports into files, to standard output, and behind other text. */
#include "replayer/cmd_report_out.h"

#include "replayer/report/report.h"

#include <stdlib.h>

bool reports_check(const struct opt_list *wanted, struct err *err)
{
	struct arena a;
	bool fine = true;

	arena_init(&a);
	for (size_t i = 0; fine && i < wanted->items.n; i++) {
		struct str rest = wanted->items.at[i], kind = str_split(&rest, ':');

		if (!report_find(kind))
			fine = err_set(err, ERR_USAGE, "--report %.*s: known are %.*s",
				       STR_ARG(kind), STR_ARG(report_names(&a)));
	}
	arena_done(&a);
	return fine;
}

/* MODE: of fopen(). */
static bool into_file(struct str file, const char *mode, struct str text, struct err *err)
{
	struct arena a;
	FILE *to;
	bool fine;

	arena_init(&a);
	to = fopen(arena_cstr(&a, file), mode);
	arena_done(&a);
	fine = to && fwrite(text.p, 1, text.n, to) == text.n;
	if (!fine)
		err_errno(err, "%.*s", STR_ARG(file));
	if (to && fclose(to) != 0 && fine)
		fine = err_errno(err, "%.*s", STR_ARG(file));
	return fine;
}

static bool append(const struct report *report, const struct run_file *run, struct err *err)
{
	const char *file = report->variable ? getenv(report->variable) : NULL;
	struct buf text;
	bool fine;

	if (!file || !*file)
		return true;
	buf_init(&text, 0);
	fine = report->append(run, REPORT_PLAIN, &text, err) &&
	       (into_file(str_of(file), "ae", buf_str(&text), err) ||
		err_wrap(err, "%s", report->variable));
	buf_done(&text);
	return fine;
}

static bool write_one(const struct command_context *context, const struct run_file *run,
		      struct str what, struct err *err)
{
	struct str file = what, kind = str_split(&file, ':');
	const struct report *report = report_find(kind);
	bool coloured = context->colour && !file.n;
	struct buf text;
	bool fine;

	buf_init(&text, 0);
	fine = report->write(run, coloured ? REPORT_COLOUR : REPORT_PLAIN, &text, err);
	if (fine && file.n)
		fine = into_file(file, "we", buf_str(&text), err);
	else if (fine && (fwrite(text.p, 1, text.n, context->out) != text.n ||
			  fflush(context->out) != 0)) /* before what is said on stderr */
		fine = err_errno(err, "standard output");
	buf_done(&text);
	return fine && append(report, run, err);
}

bool reports_write(const struct command_context *context, const struct run_file *run,
		   const struct opt_list *wanted, bool text_too, struct err *err)
{
	bool to_stdout = !text_too;

	for (size_t i = 0; i < wanted->items.n; i++) {
		to_stdout |= str_find(wanted->items.at[i], STR(":")) < 0;
		if (!write_one(context, run, wanted->items.at[i], err))
			return false;
	}
	return to_stdout || write_one(context, run, STR("text"), err);
}
