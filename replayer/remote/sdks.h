/* SPDX-License-Identifier: MIT */
/* sdks.h: the table of SDKs: what a worker calls itself, its recipe, its oldest version. */
#pragma once

#include "formats/base/err.h"
#include "replayer/explain/explain.h"
#include "replayer/remote/recipe.h"

struct sdk_row {
	const char *client_name; /* gRPC metadata `client-name`, and history's sdkName */
	const char *label;	 /* "Python": for people, and for --sdk (any case) */
	enum sdk_family family;
	const char *oldest;	 /* lowest version that gives right verdicts; NULL: not known */
};

extern const struct sdk_row SDKS[];
extern const size_t N_SDKS;

/* By client-name, or by label for --sdk; NULL: unknown. */
const struct sdk_row *sdk_find(struct str name);
/* The recipe for a worker of that SDK that polls in NAME_SPACE. */
const struct recipe *sdk_recipe(const struct sdk_row *sdk, struct str name_space);
/* Is VERSION ("1.24.0-rc.1") at least the oldest that can be judged? */
bool sdk_new_enough(const struct sdk_row *sdk, struct str version);
/* "Go, Java, Python, ..." */
struct str sdk_labels(struct arena *a);
/* Dotted numbers compared number by number; what follows a - or + is ignored. */
int version_cmp(struct str a, struct str b);
