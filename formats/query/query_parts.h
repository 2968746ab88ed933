/* SPDX-License-Identifier: MIT */
/* query_parts.h: a query as it is kept: its tree and its fields; the query's parts alone use it. */
#pragma once

#include "formats/query/query.h"
#include "formats/query/query_lex.h"

/* What a field holds, and so what it may be compared with. */
enum query_kind {
	QUERY_TEXT,
	QUERY_SDK,     /* text; the "temporal-" before it may be left out */
	QUERY_VERSION, /* text, in the order of its numbers: 1.9 < 1.10 */
	QUERY_WORDS,   /* one of a closed set */
	QUERY_NUMBER,
	QUERY_DURATION,
	QUERY_TIME,
	QUERY_FLAG,
	QUERY_PATH,    /* whatever is found there */
};
#define QUERY_KINDS (QUERY_PATH + 1)

enum query_op {
	QUERY_IS, /* no operator: it is there, and neither empty, 0 nor false */
	QUERY_EQ,
	QUERY_LT,
	QUERY_LE,
	QUERY_GT,
	QUERY_GE,
	QUERY_LIKE,
	QUERY_CONTAINS,
	QUERY_STARTS,
	QUERY_ENDS,
};

struct query_value {
	enum query_kind kind; /* none but QUERY_PATH */
	bool there;
	struct str text;
	double number; /* a flag too */
	int64_t ns;    /* of a duration or time */
};

/* What is asked about: one of the two. */
struct query_about {
	const struct query_history *history;
	const struct query_event *event;
	struct arena *scratch; /* of one answer */
};

struct query_field {
	const char *name; /* in lower camel case, as in JSON */
	enum query_kind kind;
	struct query_value (*get)(const struct query_about *about);
	const char *const *words; /* of QUERY_WORDS, up to NULL; NULL: event types */
};

/* NULL: there is none of that name. */
const struct query_field *query_field(enum query_subject subject, struct str name);
/* Names and their number, for proposals. */
size_t query_field_names(enum query_subject subject, const char **names, size_t most);
/* The spelling of TEXT that values of F have, or NULL: it is none of F's words. */
const char *query_word(const struct query_field *f, struct str text, const struct schema *s);
/* The closest of F's words, or NULL. */
const char *query_word_near(const struct query_field *f, struct str text);

/* activityType.name, header.fields[key].data: parts are names and keys of maps. */
struct query_path {
	const struct str *parts;
	size_t n;
};

struct query_test {
	const struct query_field *field; /* NULL: PATH, or with n = 0 any text of the event */
	struct query_path path;
	enum query_op op;
	const struct query_literal *literals; /* any of them may fit */
	size_t n_literals;
};

enum query_node_kind { QUERY_AND, QUERY_OR, QUERY_NOT, QUERY_TEST };

struct query_node {
	enum query_node_kind kind;
	const struct query_node *first; /* child */
	const struct query_node *next;	/* sibling */
	struct query_test test;
};

struct query {
	enum query_subject subject;
	const struct query_node *root;
};

/*
 * "header.fields[a.b].data": names, and keys in brackets, with or without quotes. Parts
 * borrow from TEXT; n is 0 for no text. Brackets must be closed (query_token() sees to it).
 */
struct query_path query_path_read(struct str text, struct arena *a);
/* Whether PATH leads to something in the attributes of any event type, or in events. */
bool query_path_known(const struct schema *s, const struct query_path *path,
		      struct str *ret_unknown);
/* Whether one of what is found at the path fits. */
bool query_path_fits(const struct query_test *test, const struct query_event *about);
/* The same in the JSON of a payload, for the parts of the path from AT on. */
bool query_json_fits(const struct query_test *test, struct str json, size_t at);
/* Whether V fits one of the test's literals. */
bool query_value_fits(const struct query_test *test, const struct query_value *v);
