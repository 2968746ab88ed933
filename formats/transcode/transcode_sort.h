/* SPDX-License-Identifier: MIT */
/* transcode_sort.h: wire bytes of our own writing put into canonical order. */
#pragma once

#include "formats/base/arena.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Both move things about in place, with scratch memory that the arena takes back. The
 * bytes must be well-formed: they are what the transcoder itself just wrote.
 */

/* Fields by ascending number; those of one number stay as they follow each other. */
void transcode_sort_fields(char *p, size_t n, struct arena *a);
/* The entries of one map, by key, bytewise. False where a key comes twice. */
bool transcode_sort_entries(char *p, size_t n, struct arena *a);
