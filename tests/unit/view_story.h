/* SPDX-License-Identifier: MIT */
/* view_story.h: a session of the viewer over a history that build.h tells. */
#pragma once

#include "tests/unit/build.h"
#include "viewer/act/act.h"
#include "viewer/pane/words.h"

struct story {
	struct session session;
	struct document *document;
	char path[40];
};

/* Opens what B tells, in ASCII; the file that it takes is gone at once. */
void story_open(struct story *s, const struct build *b, const struct schema *schema);
void story_close(struct story *s);
/* The file of the story is there again, with what B tells; whoever calls this unlinks it. */
void story_write(const struct story *s, const struct build *b);
/* A pane of WIDTH columns and as many rows as it takes. */
struct pane_context story_context(struct story *s, size_t width);
bool story_holds(const struct line *l, const char *text);
/* The row of PANE that EVENT is in. */
void story_row(struct story *s, enum pane_kind pane, size_t width, size_t event, struct line *l);
