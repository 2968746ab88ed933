/* SPDX-License-Identifier: MIT */
/* base64.h: both alphabets in, padded or not; the standard one with padding out. */
#pragma once

#include "formats/base/str.h"

#include <stddef.h>

/* Bytes that base64_decode() may write for N characters, and base64_encode() for N bytes. */
#define BASE64_DECODED_MAX(n) ((n) / 4 * 3 + 3)
#define BASE64_ENCODED(n) (((n) + 2) / 3 * 4)

/*
 * Accepts RFC 4648 standard and URL alphabets, padding optional (the protojson rule).
 * False where a character belongs to neither or the length can't be.
 */
bool base64_decode(struct str text, char *to, size_t *ret_n);
/* Writes BASE64_ENCODED(n) characters and no NUL. */
void base64_encode(struct str bytes, char *to);
