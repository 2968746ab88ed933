/* SPDX-License-Identifier: MIT */
/* search.h: a search through all histories that are listed, slice by slice. */
#pragma once

#include "formats/base/map.h"
#include "viewer/model/document.h"
#include "viewer/model/matcher.h"

/*
 *     search_begin(s, text, histories, n, first)    FIRST is looked through first
 *     while (search_step(s))                        some ms each; hits show as they are found
 *     search_next(s, from, forward, &hit)
 *
 * Hits are a bit for each event, so that the next one is found in no time and "3 of 17" is
 * counted. Of an open history, where its text is at hand, events that hold the text as it
 * stands there are looked at before all others (search_glance.c), so the first hits of a large
 * file come at once. Histories that are not open are loaded, large ones in slices (load_slices.h), looked
 * through in slices, too, and closed again.
 */
struct failure_key;

struct search_history {
	struct str path;
	struct document *document; /* NULL: not open, or no longer */
	struct load_slices *slices; /* while a large file is loaded without one */
	struct history *loaded;	    /* while it is looked through */
	uint64_t *hits, *seen;	   /* a bit for each event; NULL: not looked at yet */
	size_t n_events;
	size_t n_hits;
	int64_t first_id; /* of the event that was found first */
	size_t glanced; /* bytes of its text so far */
	size_t begin, next; /* events to look at: from begin on, round the end, up to it again */
	bool done;
	struct str problem; /* why it could not be opened; p NULL: it could */
	const struct run_row *row; /* of the run: stacks and messages are looked at too; or NULL */
	bool row_hit; /* a text of the row matches */
};

struct search {
	struct matcher matcher;
	struct arena arena;
	const struct schema *schema;
	const struct codec_tools *tools;
	const struct failure_key *failure; /* looked for in place of the text, which is empty */
	VEC_OF(struct search_history) histories;
	struct map by_path; /* their indices; of a run's, by its name for them too */
	size_t at; /* the history that is looked through */
	size_t looked; /* histories that are done */
	size_t unread; /* of these, could not be opened */
	size_t n_hits;
};

struct search_hit {
	size_t history; /* index */
	size_t event;
};

/* In the order in which hits are counted and gone through. DOCUMENT may be NULL. */
void search_init(struct search *s, struct str text, const struct schema *schema,
		 const struct codec_tools *tools);
/* One that is there already stays as it is. */
void search_add(struct search *s, struct str path, struct document *document,
		const struct run_row *row);
void search_done(struct search *s);
/*
 * What OLD, of the same text, found in histories that it was done with. Not of CHANGED, nor
 * where another document or what a row says may make it different.
 */
void search_keep(struct search *s, const struct search *old, const struct document *changed);
/* FIRST: the history to begin with. */
void search_start(struct search *s, size_t first);
/* False: everything was looked through. */
bool search_step(struct search *s);
/* The hit behind FROM (before it, unless FORWARD), round the end; false: there is none yet. */
bool search_next(const struct search *s, struct search_hit from, bool forward,
		 struct search_hit *ret, bool *ret_wrapped);
/* The first event of H with a hit; n_events: none. */
size_t search_first(const struct search_history *h);
/* How many hits there are up to and with HIT. */
size_t search_ordinal(const struct search *s, struct search_hit hit);
/* The history at PATH, or that the run calls so, or NULL. */
struct search_history *search_find(const struct search *s, struct str path);
/* A history was opened since it was added, or is not among them: then it is the last. */
void search_opened(struct search *s, struct str path, struct document *document);
/* It will be no more: hits in it stay, and what was not looked at yet is read for that. */
void search_closed(struct search *s, const struct document *document);

/*
 * search_glance.c: looks at the next piece of the history's own bytes, and at each event in
 * which they hold the text, in clear or in base64. False: it was at the end.
 */
bool search_glance(struct search *s, struct search_history *h);
/* Looks at one event of what is open or loaded, unless that was done. */
void search_look(struct search *s, struct search_history *h, size_t event);
