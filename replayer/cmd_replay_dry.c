/* SPDX-License-Identifier: MIT */
/* cmd_replay_dry.c: --dry-run: where each history would go, and nothing started. */
#include "replayer/cmd_replay_dry.h"

#include "formats/base/limits.h"
#include "formats/base/visible.h"

#include <inttypes.h>

static const char *recipe_of(const struct corpus_item *item, struct str name_space)
{
	const struct sdk_row *sdk = item->sdk.n ? sdk_find(item->sdk) : NULL;

	return sdk ? sdk_recipe(sdk, name_space)->name : "by the SDK of the worker that polls";
}

static void line(const struct corpus_item *item, const struct dispatch_settings *settings,
		 FILE *out)
{
	struct str queue = dispatch_queue(settings, item->queue);
	struct buf b;

	buf_init(&b, 0);
	visible_add(&b, item->path, LIMIT_SHOWN_PATH_BYTES);
	if (item->decided) {
		const struct verdict *v = &item->decision->verdict;

		buf_printf(&b, "\n    %s: ", verdict_name(v->kind));
		visible_add(&b, v->message.n ? v->message : v->reason, LIMIT_SHOWN_PATH_BYTES);
	} else {
		buf_puts(&b, "\n    ");
		visible_add(&b, item->workflow_type, LIMIT_SHOWN_NAME_BYTES);
		buf_printf(&b, ", %" PRId64 " events, to task queue ", item->events);
		visible_add(&b, queue, LIMIT_SHOWN_NAME_BYTES);
		buf_printf(&b, "; recipe %s", recipe_of(item, settings->name_space));
	}
	buf_add_char(&b, '\n');
	fwrite(b.p, 1, b.n, out);
	buf_done(&b);
}

void replay_dry_run(const struct corpus *corpus, const struct dispatch_settings *settings,
		    FILE *out)
{
	for (size_t i = 0; i < corpus->items.n; i++)
		line(&corpus->items.at[i], settings, out);
	fprintf(out, "%zu of %zu histories would be replayed\n", corpus->n_undecided,
		corpus->items.n);
}
