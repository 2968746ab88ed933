/* SPDX-License-Identifier: MIT */
/* replay_inputs.c: operands become a corpus. */
#include "replayer/replay_inputs.h"

#include <sys/stat.h>

static struct str last_part(struct str path)
{
	for (size_t i = path.n; i > 0; i--)
		if (path.p[i - 1] == '/')
			return str_skip(path, i);
	return path;
}

/* A baseline or a run file lies where it is at hand: among the histories, and is none. */
static void drop(struct str other, struct source_list *list)
{
	struct stat known, st;
	size_t n = 0;

	if (!other.n || stat(other.p, &known) != 0)
		return;
	for (size_t i = 0; i < list->files.n; i++) {
		struct str path = list->files.at[i].path;

		if (!str_eq(last_part(path), last_part(other)) || stat(path.p, &st) != 0 ||
		    st.st_ino != known.st_ino || st.st_dev != known.st_dev)
			list->files.at[n++] = list->files.at[i];
	}
	list->files.n = n;
}

bool replay_inputs(struct corpus *corpus, const struct corpus_settings *settings,
		   const struct str *operands, size_t n, const struct str *others,
		   size_t n_others, struct err *err)
{
	struct source_list list = {0};

	if (!source_expand(operands, n, &corpus->arena, &list, err))
		return false;
	for (size_t i = 0; i < n_others; i++)
		drop(others[i], &list);
	corpus_gather(corpus, settings, list.files.at, list.files.n);
	source_list_done(&list);
	if (corpus->items.n)
		return true;
	if (corpus->n_left_out)
		return err_set(err, ERR_MISSING, "nothing to replay: none of %zu histories fits "
			       "--where", corpus->n_left_out);
	return err_set(err, ERR_MISSING, "nothing to replay: no history in what was named");
}
