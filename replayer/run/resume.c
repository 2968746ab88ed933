/* SPDX-License-Identifier: MIT */
/* resume.c: old rows beside the histories that are given now. */
#include "replayer/run/resume.h"

#include "formats/base/map.h"

/* Verdicts that no worker gave, and that the next one may well give. */
static const char *const TRIED_AGAIN[] = {"max-time", "fail-fast", "no-worker", "no-poller"};

static bool says_something(const struct verdict *v)
{
	for (size_t i = 0; i < sizeof(TRIED_AGAIN) / sizeof(*TRIED_AGAIN); i++)
		if (str_is(v->reason, TRIED_AGAIN[i]))
			return false;
	return true;
}

size_t resume_match(struct corpus *c, const struct run_file *run, bool *keep,
		    size_t *ret_changed)
{
	struct map items = {0};
	size_t n = 0;

	*ret_changed = 0;
	for (size_t i = 0; i < c->items.n; i++)
		(void)map_put(&items, c->items.at[i].path, i, NULL);
	for (size_t i = 0; i < run->n_rows; i++) {
		const struct ledger_entry *entry = &run->rows[i].entry;
		const uint64_t *at = map_get(&items, entry->history);
		const struct corpus_item *item = at ? &c->items.at[*at] : NULL;

		bool may = keep[i];

		keep[i] = false;
		if (!may || !item || item->resumed || !says_something(entry->verdict) ||
		    (entry->duplicate_of.n && !item->decided))
			continue;
		if (item->bytes != entry->bytes || item->events != entry->events ||
		    item->digest != entry->digest) {
			++*ret_changed;
			continue;
		}
		keep[i] = true;
		n++;
		corpus_resumed(c, (size_t)*at);
	}
	map_done(&items);
	return n;
}
