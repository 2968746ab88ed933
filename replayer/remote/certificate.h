/* SPDX-License-Identifier: MIT */
/* certificate.h: a certificate and key for TLS, made or looked at; the only door to openssl. */
#pragma once

#include "formats/base/arena.h"
#include "formats/base/err.h"
#include "formats/base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* How long a made one is valid: the longest run there is (--max-time), and clocks differ. */
#define CERTIFICATE_SECONDS ((int64_t)8 * 24 * 3600)

/* PEM texts, with a NUL behind them. */
struct certificate {
	struct str certificate; /* first the server's own, then what vouches for it */
	struct str key;
};

/*
 * Makes an EC P-256 key and a certificate that vouches for itself: a client that has it as
 * its only root trusts this server and nobody else. It names HOST (an IP address or a
 * name), localhost, 127.0.0.1 and ::1. NOW: seconds since 1970. Strings are A's; the key is
 * nowhere else.
 */
bool certificate_make(struct certificate *ret, struct str host, int64_t now, struct arena *a,
		      struct err *err);
/*
 * Whether C can be served: both are PEM, the key is not locked by a passphrase, and it is the
 * key of the first certificate. ERR_USAGE.
 */
bool certificate_check(const struct certificate *c, struct err *err);
