/* SPDX-License-Identifier: MIT */
/* err.c: building messages inside-out, without allocating. */
#include "formats/base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char ELLIPSIS[] = "...";

static void mark_cut(char *message, int wanted)
{
	if (wanted >= ERR_MESSAGE_BYTES)
		memcpy(message + ERR_MESSAGE_BYTES - sizeof(ELLIPSIS), ELLIPSIS,
		       sizeof(ELLIPSIS));
}

bool err_set(struct err *err, enum err_code code, const char *format, ...)
{
	va_list args;

	if (!err)
		return false;
	err->code = code;
	va_start(args, format);
	mark_cut(err->message, vsnprintf(err->message, sizeof(err->message), format, args));
	va_end(args);
	return false;
}

bool err_wrap(struct err *err, const char *format, ...)
{
	char inner[ERR_MESSAGE_BYTES];
	va_list args;
	int n;

	if (!err)
		return false;
	memcpy(inner, err->message, sizeof(inner));
	va_start(args, format);
	n = vsnprintf(err->message, sizeof(err->message), format, args);
	va_end(args);
	if (n >= 0 && n < ERR_MESSAGE_BYTES)
		n += snprintf(err->message + n, sizeof(err->message) - (size_t)n, ": %s", inner);
	mark_cut(err->message, n);
	return false;
}

bool err_errno(struct err *err, const char *format, ...)
{
	int saved = errno;
	va_list args;
	int n;

	if (!err)
		return false;
	err->code = ERR_IO;
	va_start(args, format);
	n = vsnprintf(err->message, sizeof(err->message), format, args);
	va_end(args);
	if (n >= 0 && n < ERR_MESSAGE_BYTES)
		n += snprintf(err->message + n, sizeof(err->message) - (size_t)n, ": %s",
			      strerror(saved));
	mark_cut(err->message, n);
	return false;
}

_Noreturn void err_bug(const char *file, int line, const char *condition)
{
	fprintf(stderr, "hindcast: this is a bug in hindcast: %s:%d: %s\n", file, line, condition);
	abort();
}
