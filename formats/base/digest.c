/* SPDX-License-Identifier: MIT */
/* digest.c: SHA-256 through libcrypto. */
#include "formats/base/digest.h"

#include "formats/base/err.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

void digest_init(struct digest *d)
{
	d->state = EVP_MD_CTX_new();
	/* The library refuses only without memory, or where it was built without SHA-256. */
	BUG_IF(!d->state || EVP_DigestInit_ex(d->state, EVP_sha256(), NULL) != 1);
}

void digest_add(struct digest *d, struct str bytes)
{
	BUG_IF(EVP_DigestUpdate(d->state, bytes.p, bytes.n) != 1);
}

void digest_end(struct digest *d, unsigned char ret[static DIGEST_BYTES])
{
	BUG_IF(EVP_DigestFinal_ex(d->state, ret, NULL) != 1);
}

void digest_done(struct digest *d)
{
	EVP_MD_CTX_free(d->state);
	d->state = NULL;
}

void digest_hex(const unsigned char bytes[static DIGEST_BYTES], char ret[static DIGEST_HEX])
{
	static const char DIGITS[] = "0123456789abcdef";

	for (size_t i = 0; i < DIGEST_BYTES; i++) {
		ret[2 * i] = DIGITS[bytes[i] >> 4];
		ret[2 * i + 1] = DIGITS[bytes[i] & 15];
	}
}

void digest_keyed(struct str key, struct str bytes, unsigned char ret[static DIGEST_BYTES])
{
	const unsigned char *data = (const unsigned char *)(bytes.p ? bytes.p : "");

	BUG_IF(!HMAC(EVP_sha256(), key.p ? key.p : "", (int)key.n, data, bytes.n, ret, NULL));
}
