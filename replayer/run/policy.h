/* SPDX-License-Identifier: MIT */
/* policy.h: what verdicts amount to: which fail the run, when it stops, how it exits. */
#pragma once

#include "formats/base/err.h"
#include "replayer/run/ledger.h"

/* Exit codes of `replay`, strongest first but for the first and usage (2). */
enum policy_exit {
	POLICY_PASSED = 0,
	POLICY_DIVERGED = 1,
	POLICY_USAGE = 2,
	POLICY_UNJUDGED = 3,
	POLICY_NOTHING = 4,
	POLICY_NO_WORKER = 5,
	POLICY_INTERRUPTED = 130,
};

struct policy {
	bool fails[VERDICT_KINDS];	      /* --fail-on */
	bool fails_kind[DIVERGENCE_KINDS];    /* of VERDICT_DIVERGED, where that fails */
	int64_t require;		      /* histories that must be judged; 0: one */
	bool fail_fast;
};

/* What became of the histories so far. */
struct policy_count {
	int64_t verdicts[VERDICT_KINDS];
	int64_t diverged;   /* that fail the run: new, and of a kind that does */
	int64_t unjudged;   /* of other verdicts that fail the run */
	int64_t unfinished; /* skipped because the run ended early */
	int64_t known;	    /* the baseline lists them */
};

/* How the run ended, beside its verdicts. */
enum policy_end {
	POLICY_END_DONE,
	POLICY_END_INTERRUPTED,
	POLICY_END_NO_WORKER,
};

#define POLICY_FAIL_FAST "fail-fast"
#define POLICY_MAX_TIME "max-time"

/*
 * FAIL_ON: names of verdicts and of kinds of divergence, separated by commas; "none"; n = 0:
 * all but passed and skipped. ERR_USAGE with a proposal.
 */
bool policy_read(struct policy *ret, struct str fail_on, struct err *err);
/* Whether ENTRY makes the run fail; a known divergence never does. */
bool policy_fails(const struct policy *p, const struct ledger_entry *entry);
void policy_add(const struct policy *p, struct policy_count *count,
		const struct ledger_entry *entry);
/* Passed or diverged: what a gate can rely on. */
int64_t policy_judged(const struct policy_count *count);
/* Why the rest need not be replayed (POLICY_FAIL_FAST), or NULL. */
const char *policy_stops(const struct policy *p, const struct policy_count *count);
enum policy_exit policy_exit_code(const struct policy *p, const struct policy_count *count,
				  enum policy_end end);
