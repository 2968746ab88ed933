/* SPDX-License-Identifier: MIT */
/* report_causes.h: a run's causes with their histories, as reports walk through them. */
#pragma once

#include "replayer/run/run_file.h"

/* Every history that did not pass belongs to one cause. */
struct report_cause {
	const struct cause *cause;
	/* The one to show: fewest events, then the first by name, of those not known if any. */
	const struct run_row *shown;
	const struct run_row *const *rows; /* all of them, by path */
	size_t n_rows;
	size_t n_known; /* of them, listed by the baseline */
};

struct report_causes {
	const struct report_cause *at; /* in the order of the run's causes */
	size_t n;
};

/* All in A; the rows are RUN's. */
struct report_causes report_causes(const struct run_file *run, struct arena *a);
/* Whether the baseline lists all of it, so that it fails nothing. */
bool report_cause_known(const struct report_cause *c);
/* Whether it is a finding: anything but skipped. */
bool report_cause_found(const struct report_cause *c);
