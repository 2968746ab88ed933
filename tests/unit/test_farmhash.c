/* SPDX-License-Identifier: MIT */
/* test_farmhash.c: fingerprints are those of FarmHash itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "formats/base/buf.h"
#include "formats/bytes/farmhash.h"

/* Visible letters by a rule; what it gives is of no interest, but that it is the same. */
static void put_text(struct buf *b, uint32_t n)
{
	uint32_t x = n * 2654435761u;

	for (uint32_t i = 0; i < n; i++) {
		x = x * 1103515245u + 12345u;
		buf_add_char(b, (char)(33 + (x >> 16) % 94));
	}
}

static void fingerprints_are_those_of_the_authors(void **state)
{
	FILE *f = fopen("tests/data/farmhash.tsv", "r");
	char line[200];
	int rows = 0;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		char *tab = strchr(line, '\t');
		struct buf b = {0};
		uint64_t made;

		if (!tab) /* a comment */
			continue;
		*tab = '\0';
		if (line[0] == '#')
			put_text(&b, (uint32_t)strtoul(line + 1, NULL, 10));
		else
			buf_puts(&b, line);
		made = farmhash_fingerprint64(buf_str(&b));
		if (made != strtoull(tab + 1, NULL, 10))
			fail_msg("%s: %llu", line, (unsigned long long)made);
		buf_done(&b);
		rows++;
	}
	fclose(f);
	assert_true(rows > 100);
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(fingerprints_are_those_of_the_authors),
	};

	return cmocka_run_group_tests(TESTS, NULL, NULL);
}
