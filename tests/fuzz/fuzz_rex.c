/* SPDX-License-Identifier: MIT */
/* fuzz_rex.c: an expression is read or refused, and matches within its text, ascending. */
#include "tests/fuzz/fuzz.h"

#include "formats/base/rex.h"

/* A line with the expression, the text behind it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str whole = fuzz_copy(data, n), text = whole, line = str_split(&text, '\n');
	struct err err = ERR_INIT;
	const struct rex *r;
	struct arena a = {0};

	if (!rex_read(&r, line, &a, &err)) {
		if (err.code != ERR_USAGE || !err.message[0] || err.column > (int64_t)line.n + 1)
			fuzz_broken("refused without a reason or place", err.message);
	} else {
		size_t from = 0, start, end;

		while (from <= text.n && rex_find(r, text, from, &start, &end)) {
			if (start < from || end < start || end > text.n)
				fuzz_broken("a match outside the text", NULL);
			from = end > start ? end : start + 1;
		}
	}
	arena_done(&a);
	fuzz_release(whole);
	return 0;
}
