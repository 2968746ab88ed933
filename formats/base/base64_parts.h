/* SPDX-License-Identifier: MIT */
/* base64_parts.h: the vector forms of base64.h, and the tables of all, for base64*.c alone. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of each character 0 to 63, or BASE64_BAD. '+' and '-' are 62, '/' and '_' are 63. */
#define BASE64_BAD 0x80
extern const uint8_t BASE64_VALUE[256];
extern const char BASE64_LETTER[64];

/*
 * Both do a multiple of the smallest step and say how many bytes of the source they took;
 * the rest, and what is no base64, is left to the plain form. They write nothing behind what
 * the whole source becomes.
 */
struct base64_steps {
	size_t (*decode)(const uint8_t *s, size_t n, uint8_t *to);
	size_t (*encode)(const uint8_t *s, size_t n, char *to);
};

#ifdef __x86_64__
extern const struct base64_steps BASE64_AVX2;
#elif defined(__aarch64__)
extern const struct base64_steps BASE64_NEON;
#endif
