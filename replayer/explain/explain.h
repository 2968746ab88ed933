/* SPDX-License-Identifier: MIT */
/* explain.h: an SDK's failure message, taken apart: who said what about which event. */
#pragma once

#include "formats/history/history.h"
#include "replayer/judge/verdict.h"

/* Families of SDKs that word their messages alike. */
enum sdk_family {
	SDK_UNKNOWN,
	SDK_CORE, /* Python, TypeScript, .NET, Ruby share its state machines */
	SDK_GO,
	SDK_JAVA,
};

/* What a worker answers when a task fails, as it stands in the reply. */
struct sdk_failure {
	enum sdk_family family;
	int32_t cause;	      /* WorkflowTaskFailedCause; 0 where the reply has none */
	struct str message;   /* failure.message, or query's error_message; verbatim */
	struct str source;    /* failure.source: "GoSDK", "TypeScriptSDK", "" ... */
	struct str type;      /* application_failure_info.type */
	struct str stack;     /* failure.stack_trace, and those of its causes */
	bool encoded;	      /* encoded_attributes are set: the text is not in the message */
};

enum said_class {
	SAID_NONDETERMINISM,
	SAID_UNREGISTERED, /* no such workflow type in this worker */
	SAID_DEADLOCK,
	SAID_OLDER,	   /* an SDK flag of the history that the worker does not know */
	SAID_BAD_HISTORY,  /* gap, order, unknown event */
	SAID_CODE,	   /* workflow code raised something else */
};

struct said {
	enum said_class class;
	const char *form; /* the row of the table that matched, for tests and -v; or NULL */
	int64_t event_id;     /* 0: the message names none */
	int64_t completed_id; /* of the WorkflowTaskCompleted that the message names; or 0 */
	struct side history;
	struct side worker;
	struct str field;
	struct str history_value;
	struct str worker_value;
	/* What the message is about where it names no event: */
	enum { SAID_ABOUT_ANY, SAID_ABOUT_MARKER, SAID_ABOUT_UPDATE, SAID_ABOUT_CLOSE } about;
	bool history_has_none; /* "extra": the code has a command, history nothing */
	bool worker_has_none;  /* "missing": history has an event, the code nothing */
	bool worker_closed;    /* the code had ended already */
};

/*
 * Fills RET from the wire bytes of a temporal.api.failure.v1.Failure. Its causes (on the
 * wire, Java's and Go's wrapped panics hold what matters there) are joined to the message
 * as lines "Caused by: TYPE: MESSAGE", as Java prints them. Strings live in A or FAILURE.
 */
void explain_failure(const struct schema *schema, struct str failure, struct arena *a,
		     struct sdk_failure *ret);

/*
 * Takes the message apart by the table of forms (REPLAY.md 5, each row from an SDK's
 * source). Never fails: what no row knows is classed by cause and type alone. Strings are
 * borrowed from the message or live in A.
 */
void explain(const struct sdk_failure *failure, struct arena *a, struct said *ret);

/*
 * From what was said to where it is: fills RET with kind, event id, workflow task and both
 * sides, from the history and the message. TASK (from 1) is the workflow task that bisecting
 * found, or 0; where it is 0 and the message names no event, returns false: bisect, then call again.
 */
bool explain_locate(const struct history *h, const struct said *said, size_t task,
		    struct arena *a, struct divergence *ret);

/*
 * The message as it may be kept and shown: event dumps and payloads in it cut to names and
 * ids, stack traces of SDK internals dropped, control characters made visible.
 */
struct str explain_message(const struct sdk_failure *failure, struct arena *a);
