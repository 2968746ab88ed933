/* SPDX-License-Identifier: MIT */
/* behind.h: bytes that a thread of its own packs and writes, behind who makes them. */
#pragma once

#include "formats/base/err.h"
#include "formats/base/str.h"

#include <stdint.h>

/*
 *     behind_put() -> [slot] [slot] [slot] -> thread: WRITE(), WRITE(), ...
 *
 * WRITE is called in the order of behind_put(), with the same bytes and events (out.h), and
 * its first error is the last call of it.
 */
struct behind;

/* Bytes that are gathered before the thread gets them, and how often. */
#define BEHIND_SLOT ((size_t)512 * 1024)
#define BEHIND_SLOTS 2

typedef bool behind_write_fn(void *data, struct str bytes, int64_t event, struct err *err);

/* NULL: no thread is to be had. */
struct behind *behind_start(behind_write_fn *write, void *data);
/* False, with WRITE's error, once it had one; that may be about bytes of calls before. */
bool behind_put(struct behind *b, struct str bytes, int64_t event, struct err *err);
/* Until all is written, or an error was. */
bool behind_end(struct behind *b, struct err *err);
/* The thread ends, with what it is at; B may be NULL. */
void behind_free(struct behind *b);
