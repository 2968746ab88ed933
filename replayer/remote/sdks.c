/* SPDX-License-Identifier: MIT */
/* sdks.c: one row an SDK. */
#include "replayer/remote/sdks.h"

#include "formats/base/buf.h"

#include <ctype.h>
#include <string.h>

/* The oldest versions are the lowest whose workers were tried and gave right verdicts. */
const struct sdk_row SDKS[] = {
	{"temporal-go", "Go", SDK_GO, "1.15.0"},
	{"temporal-java", "Java", SDK_JAVA, "1.17.0"},
	{"temporal-python", "Python", SDK_CORE, "1.3.0"},
	{"temporal-typescript", "TypeScript", SDK_CORE, "1.8.6"},
	{"temporal-dotnet", ".NET", SDK_CORE, NULL},
	{"temporal-ruby", "Ruby", SDK_CORE, NULL},
};
const size_t N_SDKS = sizeof(SDKS) / sizeof(*SDKS);

static bool same_word(struct str a, const char *b)
{
	size_t i = 0;

	for (; i < a.n && b[i]; i++)
		if (tolower((unsigned char)a.p[i]) != tolower((unsigned char)b[i]))
			return false;
	return i == a.n && !b[i];
}

const struct sdk_row *sdk_find(struct str name)
{
	for (size_t i = 0; i < N_SDKS; i++)
		if (same_word(name, SDKS[i].client_name) || same_word(name, SDKS[i].label))
			return &SDKS[i];
	return NULL;
}

const struct recipe *sdk_recipe(const struct sdk_row *sdk, struct str name_space)
{
	switch (sdk->family) {
	case SDK_CORE:
		return strcmp(sdk->label, "TypeScript") == 0 ? &RECIPE_TYPESCRIPT : &RECIPE_CORE;
	case SDK_JAVA:
		return &RECIPE_JAVA;
	case SDK_GO:
		/* Go's SDK itself looks for this name, and then compares closed runs too. */
		return str_is(name_space, "ReplayNamespace") ? &RECIPE_GO_REPLAY : &RECIPE_GO;
	case SDK_UNKNOWN:
		break;
	}
	return NULL;
}

static long next_number(struct str *s)
{
	struct str part = str_split(s, '.');
	long value = 0;

	for (size_t i = 0; i < part.n && part.p[i] >= '0' && part.p[i] <= '9' && i < 9; i++)
		value = value * 10 + (part.p[i] - '0');
	return value;
}

static struct str numbers_only(struct str version)
{
	size_t n = 0;

	while (n < version.n && (version.p[n] == '.' || (version.p[n] >= '0' && version.p[n] <= '9')))
		n++;
	return str_take(version, n);
}

int version_cmp(struct str a, struct str b)
{
	a = numbers_only(a);
	b = numbers_only(b);
	while (a.n || b.n) {
		long x = next_number(&a), y = next_number(&b);

		if (x != y)
			return x < y ? -1 : 1;
	}
	return 0;
}

bool sdk_new_enough(const struct sdk_row *sdk, struct str version)
{
	return !sdk->oldest || !version.n || version_cmp(version, str_of(sdk->oldest)) >= 0;
}

struct str sdk_labels(struct arena *a)
{
	struct str list = STR("");

	for (size_t i = 0; i < N_SDKS; i++)
		list = arena_printf(a, "%.*s%s%s", STR_ARG(list), i ? ", " : "", SDKS[i].label);
	return list;
}
