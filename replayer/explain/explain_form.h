/* SPDX-License-Identifier: MIT */
/* explain_form.h: one row per form of message that an SDK family writes. */
#pragma once

#include "replayer/explain/explain.h"
#include "replayer/explain/explain_pattern.h"

/* How a row is to be read beyond its gaps. */
enum form_flag {
	FORM_HISTORY_NONE = 1, /* the code has a command, history nothing */
	FORM_WORKER_NONE = 2,  /* history has an event, the code nothing */
	FORM_DUMP = 4,	       /* the message holds a dump: explain_message() cuts it */
	FORM_CLOSED = 8,       /* the code has ended already */
};

/*
 * Rows are tried in order on the message without its wrappers, then on its causes,
 * innermost first. The strings at the end stand for gaps that the pattern
 * lacks.
 */
struct form {
	const char *name;
	const char *pattern;
	enum said_class class;
	int about;
	int flags;
	const char *event;
	const char *command;
	const char *field;
	const char *marker; /* name of the worker's marker */
};

struct form_table {
	const struct form *rows;
	size_t n;
};

extern const struct form_table FORMS_GO;
extern const struct form_table FORMS_CORE;
extern const struct form_table FORMS_JAVA;

/* What a part of an SDK is called in its messages, and what it stands for. */
struct machine {
	const char *name;
	const char *transition; /* NULL: any */
	const char *event;	/* in history */
	const char *command;	/* by the code */
};

/* NULL: unknown. */
const struct machine *machine_go(struct str name, struct str transition);
const struct machine *machine_core(struct str name);

/* Ids, names and event ids out of Go's and Rust's dumps. */
void dump_read_go(struct str dump, struct side *side, struct said *said);
bool dump_read_core(struct str dump, int64_t *ret_event_id, struct str *ret_event);

/* The message without the wrappers of replayers and class names. */
struct bare {
	struct str text;
	bool nondeterminism; /* a wrapper said so */
	bool fatal;	     /* core's "Fatal error in workflow machines" */
	struct str class_name;
	struct captures captures;
};
void explain_unwrap(enum sdk_family family, struct str text, struct arena *a,
		    struct bare *ret);
/* The next "Caused by: " part from *AT on, without its stack; false at the end. */
bool explain_next_cause(struct str text, size_t *at, struct str *ret);
/* The part before the first stack frame or cause. */
struct str explain_head(struct str text);
/* The row that takes TEXT, or NULL. */
const struct form *explain_form(enum sdk_family family, struct str text, struct captures *c);
