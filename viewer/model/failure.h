/* SPDX-License-Identifier: MIT */
/* failure.h: a Failure taken apart: one link of its chain of causes. */
#pragma once

#include "formats/payload/payload_print.h"
#include "viewer/model/document.h"

#define FAILURE_CHAIN_MOST 50

struct failure {
	const char *kind; /* "ApplicationFailure"; "Failure": it does not say */
	struct str type;  /* of an application's; n 0: none */
	struct str message;
	struct str stack;
	struct str source; /* "GoSDK" */
	struct str cause; /* bytes of the failure that caused it; p NULL: none */
	const struct schema_message *info_message; /* what its kind says more; NULL: nothing */
	struct str info;
	bool non_retryable;
	bool encoded;	/* message and stack are in a payload, */
	struct str payload; /* which is this */
	bool sealed;	/* ... which could not be opened, */
	struct str why; /* and why not */
};

/* BYTES is a serialized Failure. R opens what is encoded, or is NULL. Lives in A or BYTES. */
void failure_read(const struct schema *s, const struct payload_reader *r, struct str bytes,
		  struct arena *a, struct failure *ret);
/* The (first) failure that an event carries: its bytes, valid as history_event()'s. */
bool failure_of(const struct history *h, size_t event, struct str *ret);
bool failure_of_event(const struct document *d, size_t event, struct str *ret);
/* The event whose failure EVENT is about: itself, else the last of its group that has one. */
size_t failure_event(const struct document *d, size_t event);
/* "CardDeclined: card declined, non-retryable": one line. */
struct str failure_text(const struct failure *f, struct arena *a);
/* The last of its causes, which failures that are the same have in common. */
void failure_root(const struct schema *s, const struct payload_reader *r, struct str bytes,
		  struct arena *a, struct failure *ret);

/* What failures that are the same have in common. Its texts live as failure_read()'s. */
struct failure_key {
	const struct payload_reader *reader;
	struct str type, message;
	bool sealed; /* it can't be read: none is known to be the same */
};
void failure_key_of(const struct schema *s, const struct payload_reader *r, struct str bytes,
		    struct arena *a, struct failure_key *ret);
bool failure_key_same(const struct failure_key *a, const struct failure_key *b);
/* An event that failed or timed out, with a failure of that key. A is scratch. */
bool failure_key_fits(const struct failure_key *k, const struct history *h, size_t event,
		      struct arena *a);
