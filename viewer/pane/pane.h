/* SPDX-License-Identifier: MIT */
/* pane.h: the table of panes: what each shows, as rows of text. */
#pragma once

#include "formats/base/str.h"
#include "viewer/cells/line.h"
#include "viewer/keys/action.h"
#include "viewer/pane/page.h"

struct session;
struct document;

enum pane_kind {
#define PANE(identifier) PANE_##identifier,
#include "viewer/pane/panes.def"
#undef PANE
	PANES,
};

enum pane_scope {
	SCOPE_TOP,     /* of the run or the files: no history is needed */
	SCOPE_WHOLE,   /* of a history, whatever its current event is */
	SCOPE_HISTORY, /* of a history and its current event */
	SCOPE_ANY,
};

/* What a pane is asked about. */
struct pane_context {
	struct session *session;
	struct document *document; /* NULL in SCOPE_TOP */
	size_t width;		   /* columns that it has */
	size_t height;		   /* rows; 0: as many as it takes, all folds open */
};

#define PANE_NO_ROW SIZE_MAX

/* An action that the hint line names, and the word for it there. */
struct pane_hint {
	enum action action;
	const char *word;
};
#define PANE_HINTS 16

/* Whether a row is what is looked for, by its text or the history that it stands for. */
typedef bool pane_fits(void *data, struct str history, const struct line *l);

/*
 * A pane makes a page, or gives its rows one by one where there may be many. All functions
 * but build, or count and row, may be NULL.
 */
struct pane {
	const char *name;  /* in addresses and commands: "list" */
	char tab;	   /* its digit; 0: none */
	enum pane_scope scope;
	const char *help;
	struct pane_hint hints[PANE_HINTS]; /* ends with a NULL word; the most wanted first */

	/* The whole page; made again when the history, the event or a setting changes. */
	void (*build)(const struct pane_context *c, struct page *p);

	size_t (*count)(const struct pane_context *c);
	/* Appends row I to L. */
	void (*row)(const struct pane_context *c, size_t i, struct line *l);
	/* The event of a row, and the row of an event. A pane with these follows the current event. */
	size_t (*event)(const struct pane_context *c, size_t i);
	size_t (*row_of)(const struct pane_context *c, size_t event);

	/* The path of the history that a row stands for, or its name in the run; p NULL: none. */
	struct str (*history)(const struct pane_context *c, size_t i);

	/*
	 * To the next row that fits, round the end, those that folds hide too: it is unfolded.
	 * False: none does. Without it rows are gone through as they are seen.
	 */
	bool (*find)(const struct pane_context *c, bool forward, pane_fits *fits, void *data);

	/* A line above the rows: names of columns. */
	void (*head)(const struct pane_context *c, struct line *l);
	/* Lines below the rows that stay where they are, as many as there is room for. */
	size_t (*feet)(const struct pane_context *c);
	void (*foot)(const struct pane_context *c, size_t i, struct line *l);
	/* The title, where it stands beside others; of a first screen its second row. */
	void (*title)(const struct pane_context *c, struct line *l);
	/* Of a first screen: what it is of, and what changes which rows are shown. */
	void (*facts)(const struct pane_context *c, struct line *l);
	void (*modifiers)(const struct pane_context *c, struct line *l);
	/* The row that its cursor is at first; 0 without. */
	size_t (*begin)(const struct pane_context *c);
	/* True: the action was the pane's own, and is done. */
	bool (*act)(const struct pane_context *c, enum action action, struct str argument);
};

extern const struct pane *const PANE_TABLE[PANES];

#define PANE(identifier) extern const struct pane PANE_ROW_##identifier;
#include "viewer/pane/panes.def"
#undef PANE

/* False: there is none of that name. */
bool pane_find(struct str name, enum pane_kind *ret);

/* Rows of a pane, whichever way it makes them (pages are made when they are asked for). */
size_t pane_count(const struct pane_context *c, enum pane_kind kind);
void pane_row(const struct pane_context *c, enum pane_kind kind, size_t i, struct line *l);
/* What a key does to the fold of row I. */
enum pane_fold { PANE_TURN, PANE_OPEN, PANE_CLOSE };
/* False: it does not fold, or is so already. */
bool pane_fold(const struct pane_context *c, enum pane_kind kind, size_t i, enum pane_fold how);
/* The row of the fold that row I lies in, or PANE_NO_ROW. */
size_t pane_fold_around(const struct pane_context *c, enum pane_kind kind, size_t i);
/* How many rows are seen at one time: all lines of the context but head and feet; at least 1. */
size_t pane_rows(const struct pane_context *c, enum pane_kind kind);
/* Feet for which there is room: they never take more than a third. */
size_t pane_feet(const struct pane_context *c, enum pane_kind kind);
/* The page of a pane, or NULL where it makes none. */
const struct page *pane_page(const struct pane_context *c, enum pane_kind kind);
/* The page line behind a row, or NULL where the pane makes no page. */
const struct page_line *pane_page_line(const struct pane_context *c, enum pane_kind kind, size_t i);
