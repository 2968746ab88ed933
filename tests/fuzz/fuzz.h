/* SPDX-License-Identifier: MIT */
/* fuzz.h: what the fuzzers share: the schema, exact copies, and how to complain. */
#pragma once

#include "formats/base/mem.h"
#include "formats/schema/schema.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Built at the first input; a fuzzer's process has one lifetime. */
static inline const struct schema_message *fuzz_message(void)
{
	static const struct schema_message *history;
	static struct arena arena;

	if (!history)
		history = schema_message(schema_new(&arena), "temporal.api.history.v1.History");
	return history;
}

static inline struct str fuzz_copy(const uint8_t *data, size_t n)
{
	char *p = mem_alloc(n ? n : 1);

	if (n)
		memcpy(p, data, n);
	return str_slice(p, n);
}

static inline void fuzz_release(struct str s)
{
	mem_free((void *)s.p);
}

static inline void fuzz_broken(const char *what, const char *detail)
{
	fprintf(stderr, "property broken: %s: %s\n", what, detail ? detail : "");
	abort();
}
