/* SPDX-License-Identifier: MIT */
/* settings.h: what the configuration and `:set` can change, as a table. */
#pragma once

#include "viewer/session.h"

struct setting {
	const char *name;
	const char *values; /* with "|" between; NULL: any text */
	const char *help;
	void (*set)(struct session *s, size_t value, struct str text); /* VALUE: which of them */
};

extern const struct setting SETTINGS[];
extern const size_t N_SETTINGS;

/* VALUE is copied. ERR_USAGE says what is allowed. */
bool setting_set(struct session *s, struct str name, struct str value, struct err *err);
