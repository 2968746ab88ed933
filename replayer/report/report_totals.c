/* SPDX-License-Identifier: MIT */
/* report_totals.c: counts as words. */
#include "replayer/report/report_totals.h"

#include <inttypes.h>

enum tone { GOOD, BAD, OTHER };

static const struct {
	const char *words, *heading;
	enum tone tone;
} KINDS[VERDICT_KINDS] = {
	[VERDICT_PASSED] = {"passed", "PASSED", GOOD},
	[VERDICT_DIVERGED] = {"diverged", "DIVERGED", BAD},
	[VERDICT_FAILED] = {"failed", "FAILED", BAD},
	[VERDICT_UNREGISTERED] = {"of an unregistered type", "UNREGISTERED", BAD},
	[VERDICT_TIMED_OUT] = {"timed out", "TIMED OUT", BAD},
	[VERDICT_CRASHED] = {"crashed the worker", "CRASHED", BAD},
	[VERDICT_INVALID] = {"invalid", "INVALID", BAD},
	[VERDICT_SKIPPED] = {"skipped", "SKIPPED", OTHER},
};

const char *report_verdict_words(enum verdict_kind kind)
{
	return KINDS[kind].words;
}

const char *report_verdict_heading(enum verdict_kind kind)
{
	return KINDS[kind].heading;
}

static const char *plural(int64_t n, const char *one, const char *many)
{
	return n == 1 ? one : many;
}

int64_t report_causes_of(const struct run_file *run, enum verdict_kind kind)
{
	int64_t n = 0;

	for (size_t i = 0; i < run->causes.items.n; i++)
		n += run->causes.items.at[i].kind == kind;
	return n;
}

int64_t report_known_of(const struct run_file *run, enum verdict_kind kind)
{
	int64_t n = 0;

	for (size_t i = 0; i < run->n_rows; i++)
		n += run->rows[i].entry.known && run->rows[i].verdict.kind == kind;
	return n;
}

static void add_kind(const struct run_file *run, enum verdict_kind kind, const char *colour,
		     const char *reset, struct buf *out)
{
	int64_t n = run->totals[kind], known = report_known_of(run, kind), causes;
	bool diverged = kind == VERDICT_DIVERGED;

	buf_printf(out, "%s%" PRId64 " %s%s", colour, n, KINDS[kind].words, reset);
	if (diverged) {
		causes = report_causes_of(run, kind);
		buf_printf(out, " (%" PRId64 " %s", causes, plural(causes, "cause", "causes"));
	}
	if (known)
		buf_printf(out, "%s%" PRId64 " known", diverged ? ", " : " (", known);
	if (known || diverged)
		buf_add_char(out, ')');
}

/* Of the histories that passed; all 0 where --strict was not given. */
struct strict_sum {
	int64_t histories, whole; /* with a sum; of these, compared in all their tasks */
	int64_t tasks, left_out;
};

static struct strict_sum strict_sum(const struct run_file *run)
{
	struct strict_sum s = {0};

	for (size_t i = 0; i < run->n_rows; i++) {
		const struct evidence *e = run->rows[i].entry.evidence;

		/* No replay gives other numbers; a file that somebody wrote may. */
		if (!e || e->strict_tasks <= 0 || e->strict_tasks > INT32_MAX ||
		    e->strict_compared < 0 || e->strict_compared > e->strict_tasks)
			continue;
		s.histories++;
		s.whole += e->strict_compared == e->strict_tasks;
		s.tasks += e->strict_tasks;
		s.left_out += e->strict_tasks - e->strict_compared;
	}
	return s;
}

bool report_strict(const struct run_file *run, struct buf *out)
{
	struct strict_sum s = strict_sum(run);

	if (!s.tasks)
		return false;
	if (!s.left_out) {
		buf_printf(out, "strict: all %" PRId64 " workflow %s compared\n", s.tasks,
			   plural(s.tasks, "task was", "tasks were"));
		return true;
	}
	buf_printf(out,
		   "strict: %" PRId64 " of %" PRId64 " %s %s compared whole; %" PRId64 " of %" PRId64
		   " workflow tasks %s left out or seen in part (why: the clues in the run file)\n",
		   s.whole, s.histories, plural(s.histories, "history", "histories"),
		   plural(s.whole, "was", "were"),
		   s.left_out, s.tasks, plural(s.left_out, "was", "were"));
	return true;
}

void report_summary(const struct run_file *run, const struct report_palette *palette,
		    struct buf *out)
{
	static const struct report_palette PLAIN = {"", "", "", ""};
	const struct report_palette *p = palette ? palette : &PLAIN;
	const char *const colours[] = {[GOOD] = p->good, [BAD] = p->bad, [OTHER] = p->other};
	const char *sep = ": ";

	buf_printf(out, "%zu %s", run->n_rows,
		   plural((int64_t)run->n_rows, "history", "histories"));
	if (run->header.left_out)
		buf_printf(out, " (%" PRId64 " left out)", run->header.left_out);
	for (int kind = 0; kind < VERDICT_KINDS; kind++) {
		if (!run->totals[kind])
			continue;
		buf_puts(out, sep);
		add_kind(run, kind, colours[KINDS[kind].tone], p->reset, out);
		sep = ", ";
	}
	buf_add_char(out, '\n');
	(void)report_strict(run, out);
	/* With totals, where there was time to write them. */
	if (!run->ended.p || (int64_t)run->n_rows < run->header.histories)
		buf_printf(out, "The run was interrupted: %zu of %" PRId64 " %s a verdict.\n",
			   run->n_rows, run->header.histories,
			   plural((int64_t)run->n_rows, "histories has", "histories have"));
}
