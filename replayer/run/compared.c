/* SPDX-License-Identifier: MIT */
/* compared.c: old verdicts by path, and how two verdicts relate. */
#include "replayer/run/compared.h"

#include "formats/base/map.h"
#include "formats/base/mem.h"

struct compared {
	struct run_file *run;
	struct map rows; /* path -> index */
};

struct str compared_path(struct str run_path, struct arena *a)
{
	return arena_printf(a, "%.*s.old.jsonl", STR_ARG(run_file_stem(run_path)));
}

bool compared_read(struct compared **ret, struct str path, struct err *err)
{
	struct compared *c;
	struct run_file *run;

	if (!run_file_read(&run, path, err))
		return false;
	c = mem_zalloc(sizeof(*c));
	c->run = run;
	for (size_t i = 0; i < run->n_rows; i++)
		(void)map_put(&c->rows, run->rows[i].entry.history, i, NULL);
	*ret = c;
	return true;
}

void compared_free(struct compared *c)
{
	if (!c)
		return;
	map_done(&c->rows);
	run_file_free(c->run);
	mem_free(c);
}

const struct verdict *compared_find(const struct compared *c, const struct ledger_entry *entry)
{
	const uint64_t *at = map_get(&c->rows, entry->history);
	const struct run_row *row = at ? &c->run->rows[*at] : NULL;

	return row && row->entry.digest == entry->digest ? &row->verdict : NULL;
}

static bool judged(const struct verdict *v)
{
	return v->kind == VERDICT_PASSED || v->kind == VERDICT_DIVERGED;
}

bool compared_of(const struct ledger_entry *entry, enum compared_kind *ret)
{
	const struct verdict *new = entry->verdict, *old = entry->old;

	if (!old || (new->kind == VERDICT_SKIPPED && old->kind == VERDICT_SKIPPED))
		return false;
	if (!judged(new) || !judged(old))
		*ret = COMPARED_UNJUDGED;
	else if (new->kind != old->kind)
		*ret = old->kind == VERDICT_PASSED ? COMPARED_ONLY_NEW : COMPARED_ONLY_OLD;
	else if (new->kind == VERDICT_PASSED)
		*ret = COMPARED_BOTH_PASS;
	else if (new->divergence.event_id == old->divergence.event_id &&
		 strcmp(new->fingerprint, old->fingerprint) == 0)
		*ret = COMPARED_ALIKE;
	else
		*ret = COMPARED_DIFFERENT;
	return true;
}

const char *compared_name(enum compared_kind kind)
{
	static const char *const NAMES[COMPARED_KINDS] = {
		[COMPARED_BOTH_PASS] = "bothPass", [COMPARED_ONLY_NEW] = "onlyNew",
		[COMPARED_ONLY_OLD] = "onlyOld",   [COMPARED_ALIKE] = "alike",
		[COMPARED_DIFFERENT] = "different", [COMPARED_UNJUDGED] = "unjudged",
	};

	return NAMES[kind];
}

void compared_count(const struct run_file *run, int64_t counts[COMPARED_KINDS])
{
	enum compared_kind kind;

	memset(counts, 0, sizeof(*counts) * COMPARED_KINDS);
	for (size_t i = 0; i < run->n_rows; i++)
		if (compared_of(&run->rows[i].entry, &kind))
			counts[kind]++;
}
