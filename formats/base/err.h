/* SPDX-License-Identifier: MIT */
/* err.h: what went wrong, where, in which context. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * A function that can fail for a reason outside the program takes `struct err *err`
 * last and returns false after err_set(). A caller adds its context in front with
 * err_wrap(), so that the message reads from the outside in:
 *
 *     order.json: event 17: activityType: a string is expected
 *
 * Position (line and column, or byte offset; event id) is kept beside the message for
 * reports. Nothing here allocates: an error must be possible when memory is not.
 * err may be NULL where the caller does not care.
 */

enum err_code {
	ERR_NONE,
	ERR_IO,	     /* the operating system said no */
	ERR_SYNTAX,  /* bytes that are not what they claim to be */
	ERR_LIMIT,   /* a ceiling of limits.h was hit */
	ERR_FORMAT,  /* not a history, or one that can't be used */
	ERR_USAGE,   /* the command line is wrong */
	ERR_MISSING, /* a thing that was asked for is not there */
	ERR_WORKER,  /* the worker's doing */
	ERR_GONE,    /* whoever read the output has left */
};

#define ERR_MESSAGE_BYTES 1024 /* longer messages are cut, with an ellipsis */

struct err {
	enum err_code code;
	int64_t event_id; /* 0: none */
	int64_t byte;	  /* offset into the (decompressed) input; -1: unknown */
	int64_t line;	  /* from 1; 0: not a text, or unknown */
	int64_t column;	  /* from 1 */
	char message[ERR_MESSAGE_BYTES];
};

#define ERR_INIT {.code = ERR_NONE, .byte = -1}

/* Both return false. */
bool err_set(struct err *err, enum err_code code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
bool err_wrap(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* As err_set(), for a failed system call: adds errno's text. */
bool err_errno(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * A mistake of ours, never of the input: prints where, and aborts. On in release too.
 */
#define BUG_IF(condition)                                              \
	do {                                                           \
		if (__builtin_expect(!!(condition), 0))                \
			err_bug(__FILE__, __LINE__, #condition);       \
	} while (0)

_Noreturn void err_bug(const char *file, int line, const char *condition);
