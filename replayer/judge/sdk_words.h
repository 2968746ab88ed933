/* SPDX-License-Identifier: MIT */
/* sdk_words.h: what each SDK calls the means against nondeterminism. */
#pragma once

#include "formats/base/arena.h"
#include "formats/base/str.h"

/* A call that names a patch: what is before its id, and what is behind. */
struct sdk_call {
	const char *before, *after;
};

/*
 * How a change gets rid of its patch (docs.temporal.io, "Versioning", "Patching"): while runs
 * without its marker are open, the code asks for it; once none is, the old code goes and
 * DEPRECATE takes the call's place; once none with the marker is open or to be replayed, the
 * call goes as well. Go and Java have one call for it all, and raise its minimum instead.
 */
struct sdk_words {
	const char *client_name; /* as workers and histories name it */
	struct sdk_call patch;	 /* the call around a change */
	struct sdk_call deprecate; /* the call whose old code is gone */
	const char *keep;  /* that call in words: histories with the marker replay with it */
	const char *fresh; /* ids, times and random numbers that replay alike */
};

/* Never NULL: general words where the SDK is not known. */
const struct sdk_words *sdk_words(struct str client_name);

/*
 * CALL for the patch ID, ready to be shown. An id that none of the languages could take as it
 * is into a string, or that is empty, is "my-change".
 */
struct str sdk_call_of(const struct sdk_call *call, struct str id, struct arena *a);
