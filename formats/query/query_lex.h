/* SPDX-License-Identifier: MIT */
/* query_lex.h: a query's words, signs and literals; nobody but the query's parts includes it. */
#pragma once

#include "formats/base/arena.h"
#include "formats/base/err.h"

#include <stdint.h>

enum query_token_kind {
	QUERY_END,
	QUERY_WORD,   /* field, keyword, number, time, or text without quotes */
	QUERY_STRING, /* was in quotes */
	QUERY_SIGN,   /* = != < <= > >= ~ ( ) , and or not (as && || !) */
};

struct query_token {
	enum query_token_kind kind;
	struct str text; /* a string's without quotes; a sign's one spelling */
	size_t column;	 /* from 1 */
};

/*
 * The token at *AT of TEXT; leaves *AT behind it. A word runs on through letters, digits and
 * . _ - : / @ * ? + %, and through [brackets], which hold a map's key.
 */
bool query_token(struct str text, size_t *at, struct query_token *ret, struct arena *a,
		 struct err *err);
/* ERR_USAGE "column N: ..."; false. */
bool query_error(size_t column, struct err *err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* What a literal may be taken for; the field it is compared with decides. */
struct query_literal {
	struct str text;
	bool is_number, is_duration, is_time;
	double number;	  /* 12, 1.5, 2M (sizes: k, M, G) */
	int64_t duration; /* ns: 30s, 1h30m, 7d, 2w */
	int64_t time;	  /* ns since 1970: 2026-11-22, 2026-11-22T10:00:00.5+01:00 */
};

struct query_literal query_literal_of(struct str text);
