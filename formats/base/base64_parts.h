/* SPDX-License-Identifier: MIT */
/* base64_parts.h: the vector form of base64.h, for base64.c alone. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __x86_64__
/*
 * Both do a multiple of the smallest step and say how many bytes of the source they took;
 * the rest, and what is no base64, is left to the plain form. They write nothing behind what
 * the whole source becomes.
 */
size_t base64_decode_avx2(const uint8_t *s, size_t n, uint8_t *to);
size_t base64_encode_avx2(const uint8_t *s, size_t n, char *to);
#endif
