/* SPDX-License-Identifier: MIT */
/* farmhash.h: the fingerprint that names archived histories. */
#pragma once

#include "formats/base/str.h"

#include <stdint.h>

/*
 * FarmHash's Fingerprint64 (the function its authors call farmhashna::Hash64): the same on
 * all machines, for ever. Temporal's server names archived files by it.
 */
uint64_t farmhash_fingerprint64(struct str s);
