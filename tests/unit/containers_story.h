/* SPDX-License-Identifier: MIT */
/* containers_story.h: what tests of containers and pages share: events in JSON, and loading. */
#pragma once

#include "formats/read/load.h"

/* Of the load before. */
struct found {
	size_t n; /* histories */
	size_t n_events[8];
	char workflow_id[8][16];
	char notes[400];
	char container[100];
	char damage[300];
	bool in_order;
	struct buf wire;
};

extern const struct schema *schema;
extern struct found found;

/* Texts live until the end of all tests. */
const char *say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* {"eventId":"5",...}; event 1 names workflow w-RUN. */
const char *event_of(const char *run, int id);
/* Events FROM to TO of run RUN, without brackets; newest first where FROM is more than TO. */
const char *events(const char *run, int from, int to);
/* A server's reply. */
const char *page(const char *run, int from, int to, const char *token);

bool load(struct str bytes, unsigned flags, struct err *err);
/* The text holds these histories: so many events each. */
void holds(const char *text, size_t n, const size_t *n_events, const char *notes);
void holds_one(const char *text, size_t n_events, const char *notes);
void is_refused(const char *text, const char *says);

/* Before and after all tests. */
int containers_story_begin(void **state);
int containers_story_end(void **state);
