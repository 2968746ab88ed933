/* SPDX-License-Identifier: MIT */
/* codec_tls.h: the files by which a codec server and its client know one another. */
#pragma once

#include "formats/base/err.h"
#include "formats/base/str.h"

#include <stdbool.h>

/* PEM files; n is 0: not given. */
struct codec_tls {
	struct str authorities; /* to trust instead of the system's */
	struct str certificate; /* of the client, with those that vouch for it behind */
	struct str key;		/* of that; may lie in the certificate's file */
};

/*
 * Looks into the files before anything is sent, as libcurl has few words for what is wrong
 * with them, and asks at the terminal for a key's passphrase. Where the certificate's file has
 * the key as well, FILES->key becomes it. Errors name the option and the file.
 */
bool codec_tls_check(struct codec_tls *files, struct err *err);
