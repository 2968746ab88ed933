/* SPDX-License-Identifier: MIT */
/* redact_story.h: placeholders in the tests of redact. */
#pragma once

#include "formats/redact/redact_shape.h"

static inline struct redact_shape shape(const char *salt, bool keep_size)
{
	return (struct redact_shape){str_of(salt), keep_size};
}

/* A placeholder, to be freed. */
static inline char *of(struct redact_shape s, const char *text)
{
	struct buf b;
	size_t n;

	buf_init(&b, 0);
	shape_text(&s, str_of(text), strlen(text), &b);
	buf_add_char(&b, '\0');
	return buf_take(&b, &n);
}

/* 9: a digit; x: a hex digit; all else is itself. */
static inline bool looks_like(const char *text, const char *form)
{
	if (strlen(text) != strlen(form))
		return false;
	for (size_t i = 0; form[i]; i++) {
		bool digit = text[i] >= '0' && text[i] <= '9';
		bool hex = digit || (text[i] >= 'a' && text[i] <= 'f');

		if (form[i] == '9' ? !digit : form[i] == 'x' ? !hex : text[i] != form[i])
			return false;
	}
	return true;
}
