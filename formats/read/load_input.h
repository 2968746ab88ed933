/* SPDX-License-Identifier: MIT */
/* load_input.h: a load under way, for those who wait at its end. */
#pragma once

#include "formats/read/cadence.h"
#include "formats/read/format.h"
#include "formats/read/load_pages.h"

struct loading {
	const struct load_settings *settings;
	struct input in;
	struct load_report report;
	struct join join;
	struct arena scratch;
	struct str path; /* of the input; n = 0: it has none */
	struct cadence cadence;
	size_t wanted; /* ordinal of the only one that is wanted; 0: all */
	bool stopped;  /* the rest is not wanted */
	/* Instead of reading the input; false: it is to be read. May be NULL. */
	bool (*instead)(struct loading *l, bool *ret_ok, struct err *err);
};

/* SINK gets the events; KEEP_WHOLE: all of a history at once. */
void loading_init(struct loading *l, const struct load_settings *settings,
		  struct event_sink *sink, bool keep_whole);
void loading_done(struct loading *l);

/*
 * Reads what l->in is open for; PATH is its name, to find other pages by (n = 0: none). ERR
 * is not NULL. The input is the caller's to close.
 */
bool loading_input(struct loading *l, struct str path, struct err *err);
/* The same for a path, which may be FILE#N; the error has it in front. */
bool loading_path(struct loading *l, struct str path, struct err *err);
/* What came off around the input, into the report. */
void loading_layers(struct loading *l);
/* Only up to where join_lone() can be asked; its answer. */
bool loading_parts(struct loading *l, struct join_lone *ret, struct err *err);
