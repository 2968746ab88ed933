/* SPDX-License-Identifier: MIT */
/* digest.h: SHA-256 of what comes piece by piece, and keyed hashes. */
#pragma once

#include "formats/base/str.h"

#define DIGEST_BYTES 32
#define DIGEST_HEX (2 * DIGEST_BYTES)

/* digest_done() after digest_init(), also where nobody asks for the result. */
struct digest {
	void *state;
};

void digest_init(struct digest *d);
void digest_add(struct digest *d, struct str bytes);
/* Once, after all bytes. */
void digest_end(struct digest *d, unsigned char ret[static DIGEST_BYTES]);
void digest_done(struct digest *d);
/* DIGEST_HEX characters, no NUL. */
void digest_hex(const unsigned char bytes[static DIGEST_BYTES], char ret[static DIGEST_HEX]);

/* HMAC-SHA-256. */
void digest_keyed(struct str key, struct str bytes, unsigned char ret[static DIGEST_BYTES]);
