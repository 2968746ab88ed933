/* SPDX-License-Identifier: MIT */
/* sdk_words.h: what each SDK calls the means against nondeterminism. */
#pragma once

#include "formats/base/str.h"

struct sdk_words {
	const char *client_name; /* as workers and histories name it */
	const char *patch;  /* the call around a change */
	const char *keep;   /* the call that keeps a patch which old runs have */
	const char *retire; /* what follows when no old run is open */
	const char *fresh;  /* ids, times and random numbers that replay alike */
};

/* Never NULL: general words where the SDK is not known. */
const struct sdk_words *sdk_words(struct str client_name);
