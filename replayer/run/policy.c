/* SPDX-License-Identifier: MIT */
/* policy.c: from verdicts to an exit code; nothing here knows of processes or files. */
#include "replayer/run/policy.h"

#include "formats/base/limits.h"
#include "formats/base/opts.h"

static bool unknown_name(struct str name, struct err *err)
{
	const char *names[VERDICT_KINDS + DIVERGENCE_KINDS + 1], *near;
	size_t n = 0;

	for (int kind = VERDICT_PASSED + 1; kind < VERDICT_KINDS; kind++)
		names[n++] = verdict_name(kind);
	for (int kind = 0; kind < DIVERGENCE_KINDS; kind++)
		names[n++] = divergence_name(kind);
	names[n++] = "none";
	name = str_take(name, LIMIT_SHOWN_NAME_BYTES);
	near = opts_did_you_mean(name, names, n);
	if (near)
		return err_set(err, ERR_USAGE,
			       "--fail-on: there is no verdict '%.*s' (did you mean '%s'?)",
			       STR_ARG(name), near);
	return err_set(err, ERR_USAGE, "--fail-on: there is no verdict '%.*s'", STR_ARG(name));
}

static bool add_name(struct policy *p, struct str name, struct err *err)
{
	enum verdict_kind verdict;

	if (str_is(name, "none"))
		return true;
	for (int kind = 0; kind < DIVERGENCE_KINDS; kind++)
		if (str_is(name, divergence_name(kind))) {
			p->fails[VERDICT_DIVERGED] = true;
			p->fails_kind[kind] = true;
			return true;
		}
	if (!verdict_from_name(name, &verdict))
		return unknown_name(name, err);
	if (verdict == VERDICT_PASSED)
		return err_set(err, ERR_USAGE, "--fail-on: a history that passed fails no run");
	p->fails[verdict] = true;
	if (verdict == VERDICT_DIVERGED)
		for (int kind = 0; kind < DIVERGENCE_KINDS; kind++)
			p->fails_kind[kind] = true;
	return true;
}

bool policy_read(struct policy *ret, struct str fail_on, struct err *err)
{
	struct policy p = {0};
	bool all = !fail_on.n;

	for (int kind = 0; all && kind < DIVERGENCE_KINDS; kind++)
		p.fails_kind[kind] = true;
	for (int kind = 0; all && kind < VERDICT_KINDS; kind++)
		p.fails[kind] = kind != VERDICT_PASSED && kind != VERDICT_SKIPPED;
	while (fail_on.n)
		if (!add_name(&p, str_trim(str_split(&fail_on, ',')), err))
			return false;
	*ret = p;
	return true;
}

bool policy_fails(const struct policy *p, const struct ledger_entry *entry)
{
	const struct verdict *v = entry->verdict;

	if (entry->known || !p->fails[v->kind])
		return false;
	return v->kind != VERDICT_DIVERGED || p->fails_kind[v->divergence.kind];
}

void policy_add(const struct policy *p, struct policy_count *count,
		const struct ledger_entry *entry)
{
	const struct verdict *v = entry->verdict;

	count->verdicts[v->kind]++;
	count->known += entry->known;
	if (v->kind == VERDICT_SKIPPED &&
	    (str_is(v->reason, POLICY_MAX_TIME) || str_is(v->reason, POLICY_FAIL_FAST)))
		count->unfinished++;
	if (!policy_fails(p, entry))
		return;
	if (v->kind == VERDICT_DIVERGED)
		count->diverged++;
	else
		count->unjudged++;
}

int64_t policy_judged(const struct policy_count *count)
{
	return count->verdicts[VERDICT_PASSED] + count->verdicts[VERDICT_DIVERGED];
}

const char *policy_stops(const struct policy *p, const struct policy_count *count)
{
	return p->fail_fast && (count->diverged || count->unjudged) ? POLICY_FAIL_FAST : NULL;
}

enum policy_exit policy_exit_code(const struct policy *p, const struct policy_count *count,
				  enum policy_end end)
{
	int64_t require = p->require ? p->require : 1;

	if (end == POLICY_END_INTERRUPTED)
		return POLICY_INTERRUPTED;
	if (end == POLICY_END_NO_WORKER)
		return POLICY_NO_WORKER;
	if (count->diverged)
		return POLICY_DIVERGED;
	/* What --max-time cut off was not judged, whatever else counts. */
	if (count->unjudged || count->unfinished)
		return POLICY_UNJUDGED;
	return policy_judged(count) >= require ? POLICY_PASSED : POLICY_NOTHING;
}
