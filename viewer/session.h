/* SPDX-License-Identifier: MIT */
/* session.h: all that the viewer knows: what is open, where the user is, how it is shown. */
#pragma once

#include "formats/payload/payload_print.h"
#include "viewer/cells/style.h"
#include "viewer/file_list.h"
#include "viewer/keys/keymap.h"
#include "viewer/keys/prompt.h"
#include "viewer/model/codec_book.h"
#include "viewer/model/comparison.h"
#include "viewer/model/document.h"
#include "viewer/model/elsewhere.h"
#include "viewer/model/kept.h"
#include "viewer/model/run_list.h"
#include "viewer/model/search.h"
#include "viewer/model/seek.h"
#include "viewer/pane/page.h"
#include "viewer/pane/pane.h"

/*
 *     session_key(s, key)      what a key does, by way of its action      act/
 *     session_act(s, action)   the same by name                          act/
 *     session_idle(s)          a slice of what is worked out meanwhile
 *     draw(s, screen)          the screen as a value                      draw.h
 *
 * A session has no terminal, no clock and no environment. What it wants of the outside (a
 * text on the clipboard, an editor, an end) it leaves in `request`, and whoever runs it does that.
 */
enum time_mode { TIMES_SINCE_START, TIMES_BETWEEN, TIMES_UTC, TIMES_LOCAL, TIMES_MODES };
enum payload_mode { PAYLOAD_MODE_DECODED, PAYLOAD_MODE_RAW, PAYLOAD_MODE_HEX, PAYLOAD_MODES };

enum request_kind {
	REQUEST_NONE,
	REQUEST_QUIT,
	REQUEST_REDRAW,
	REQUEST_SUSPEND,
	REQUEST_MOUSE,	  /* on or off, as session.mouse is now */
	REQUEST_COPY,	  /* text, which is what the argument says: "the event" */
	REQUEST_WRITE,	  /* text, into the file argument, which is not there yet */
	REQUEST_WRITE_OVER, /* the same, over what is there */
	REQUEST_PAGER,	  /* text */
	REQUEST_PIPE,	  /* text, into the command argument */
	REQUEST_EDIT,	  /* the file argument at line `line` */
	REQUEST_RERUN,	  /* the history argument */
	REQUEST_ASK_STACK, /* of the history argument, after workflow task `line` */
};

struct request {
	enum request_kind kind;
	struct buf text;
	struct buf argument;
	int64_t line;
};

/* Where a pane is scrolled to. */
struct scroll {
	size_t row;  /* of its cursor */
	size_t top;  /* its first visible row */
	size_t left; /* its first visible column */
	size_t synced; /* the event that row was set by; a pane of events follows the current one */
};

/* A view that was opened, with what lies below it. */
struct place {
	enum pane_kind pane;
	struct document *document; /* NULL: of the run, or of the files */
	struct comparison *comparison; /* of PANE_COMPARE; its left is the document */
};

/* A place to come back to. */
struct jump {
	struct document *document;
	enum pane_kind pane;
	size_t event;
};

/* A screen to come back to, as it was. */
struct origin {
	size_t level; /* of its place */
	struct place place;
	enum pane_kind focus;
	bool zoomed;
	size_t event;
	struct scroll scroll; /* of the focus, with nothing unfolded by a search */
	struct buf folds;     /* of the run */
};

struct mark {
	uint32_t key;
	struct jump to;
};

/* What replaying a history again said: it outlasts a run file that is read again. */
struct rerun_row {
	struct run_file *file; /* a row, of the history's name in the run; else of its path */
	enum verdict_kind was; /* in the run file; VERDICT_KINDS: nothing, or it was given up */
};

/*
 * What is kept of a long sitting. Jumps, places, comparisons and histories: the oldest that nobody
 * is at goes for a new one; marks and breakpoints, which the user set, stay, and no more are set.
 */
enum {
	JUMPS_MOST = 100,
	PLACES_MOST = 100,
	COMPARISONS_MOST = 8,
	DOCUMENTS_MOST = 64, /* beside those at which there is a place, a mark or a breakpoint */
	MARKS_MOST = 100,
	BREAKPOINTS_MOST = 100,
};

/*
 * A codec server, as the outside speaks with it. One request at a time; nothing here waits for
 * anybody.
 */
enum codec_take { CODEC_NOTHING_YET, CODEC_ANSWERS, CODEC_FAILED };
struct codec_outside {
	/* The server at URL from here on, which is looked at, not asked; *RET_SHOWN, in A, is its name. */
	bool (*open)(void *data, struct str url, struct arena *a, struct str *ret_shown, struct err *err);
	void (*close)(void *data);
	/* N serialized Payloads to be decoded, which are copied. False: not just now. */
	bool (*ask)(void *data, const struct str *payloads, size_t n);
	/* As many answers, which stay until the next call; or why there are none. */
	enum codec_take (*take)(void *data, const struct str **ret, struct err *err);
	void *data;
};

struct session_options {
	bool ascii;		/* no characters beyond it are drawn */
	int64_t now;		/* nanoseconds since 1970; 0: not known */
	struct str source;	/* folder with the source code; n 0: none */
	bool can_rerun;		/* --worker was given */
	struct str salt;	/* of placeholders (mask.h); n 0: none */
	struct str (*local_time)(int64_t nanoseconds, struct arena *a);
	struct codec_tools tools; /* keys of payloads */
	const struct payload_reader *reader; /* for payloads; NULL: without keys or descriptors */
	const struct codec_outside *codec;   /* NULL: none can be asked */
};

struct session {
	const struct schema *schema;
	struct session_options options;
	struct arena arena; /* what lives as long as the session */
	struct arena step;  /* of one row or one action: to be rewound */

	VEC_OF(struct file_row) files;
	struct file_list list;
	VEC_OF(struct document *) documents; /* those that are open */
	struct mask *mask;		     /* of them, and of what is opened; NULL: none */
	struct run_file *run;		     /* NULL: none */
	VEC_OF(struct rerun_row) reruns;     /* the last of each history */
	struct str run_path;
	struct run_list runs; /* its rows on the screen */

	VEC_OF(struct comparison *) comparisons;
	VEC_OF(struct place) places; /* the way here; the last is what is looked at */
	enum pane_kind focus;	     /* the pane of the layout that keys go to */
	bool zoomed;
	struct scroll scrolls[PANES];
	struct page pages[PANES]; /* of those that are made at once */
	struct page_key {
		const struct document *document;
		size_t at, width, height;
		unsigned generation;
		unsigned search; /* whose hits its folds are open for; 0: of none */
		bool made;
		bool turned; /* a fold of it was, since */
	} page_keys[PANES];
	struct page unfolded; /* one of these with all folds open, to be searched */
	struct page_key unfolded_key;
	enum pane_kind unfolded_of;
	struct {
		struct kept payloads, events, wires; /* opened; as JSON; read from that JSON */
	} kept;
	unsigned generation; /* goes up when anything changes that pages depend on */

	int width, height;
	enum time_mode time;
	enum payload_mode payload;
	bool expanded, mouse, idle_shown;

	struct keymap keymap;
	struct prompt prompt;
	uint32_t pending[KEYS_MOST]; /* keys of a binding that is not whole yet */
	size_t n_pending;
	enum action waiting; /* for its key, where waits */
	bool waits;
	size_t count; /* typed before a key; 0: none */
	enum pane_kind count_pane; /* where the user was when its first digit came, */
	const struct document *count_document; /* and in what */
	struct buf message;
	enum style message_style;
	bool had_message; /* before the key that is handled */

	struct search search; /* text n is 0: none */
	unsigned searches;    /* goes up with each text that is searched; from 1 */
	bool searching;	      /* it has not looked at all yet */
	bool wanted, wanted_forward; /* go to the next hit as soon as there is one */
	size_t rows_asked; /* hits there were when rows were last looked at for them */
	struct origin origin;	     /* where it was begun */
	struct elsewhere elsewhere;  /* what * asked for last */
	struct seek seek;	     /* of the next breakpoint */
	VEC_OF(struct jump) jumps;
	size_t jump_at; /* the next one back */
	VEC_OF(struct mark) marks;
	VEC_OF(struct breakpoint) breakpoints;
	struct request request;

	struct str codec;	  /* the codec server that is asked; n 0: none */
	struct codec_book book;	  /* what it said */
	struct payload_reader reader; /* options.reader points here: with what is in the book */
};

void session_init(struct session *s, const struct schema *schema,
		  const struct session_options *options);
void session_done(struct session *s);

/* Adds a file to the list; it is opened when somebody looks at it. */
void session_add_file(struct session *s, struct str path, int64_t bytes);
/*
 * R is the session's from here on. It takes the place of an earlier one, which is freed:
 * what is open, folded and pointed at stays so.
 */
void session_take_run(struct session *s, struct run_file *r, struct str path);
/* run_file_read_more() found more of the run: its rows are taken, as those of another one. */
void session_run_grew(struct session *s);
/*
 * The history at PATH, as it lies here, was replayed again: what the only row of MORE says.
 * MORE is the session's. It stands until a run file that is read again says something new.
 */
void session_take_rerun(struct session *s, struct str path, struct run_file *more);
/* The row of the history that the run calls so; NULL: none. */
const struct run_row *session_row_named(const struct session *s, struct str name);
/* The history of the run under the cursor, or that the current one is of; NULL: none. */
const struct run_row *session_run_row(struct session *s);
/* The first screen: the run, the list of files, or the only history. */
bool session_begin(struct session *s, struct err *err);
/* Opens PATH, or gives what is open. NULL with the error set. */
struct document *session_open(struct session *s, struct str path, struct err *err);

/*
 * All histories, open ones and those to come, are shown through a mask of RULE (mask.h); p NULL:
 * as they are. False, with everything as it was, where one of them can't be.
 */
bool session_set_mask(struct session *s, struct str rule, struct err *err);
/*
 * What is looked at may leave the program: nothing is masked, or it is of histories that are. What
 * a run or its files say is masked nowhere.
 */
bool session_may_take(struct session *s);

/* A slice of the rest of a large file; false: there was nothing. */
bool session_read_on(struct session *s, struct document *d);
/* The file of D has changed (document_read_again()). */
bool session_read_again(struct session *s, struct document *d, struct err *err);

/* A new level above all others; of too many the second goes, the first screen stays. */
void session_add_place(struct session *s, struct place place);
/* What is looked at. */
struct place *session_place(struct session *s);
struct document *session_document(struct session *s);
/* Goes to a pane of D; a new level below the place unless it is of the same history. */
void session_show(struct session *s, enum pane_kind pane, struct document *d);
/* The same, at the level where a tab of D is open already: what lies above it is left. */
void session_show_tab(struct session *s, enum pane_kind pane, struct document *d);
/*
 * Lays RIGHT beside LEFT, on a level of its own. Small histories are compared at once, of
 * others the first slice; session_compare_on() does one more, and is false where there is none.
 */
bool session_compare(struct session *s, struct document *left, struct document *right,
		     struct err *err);
bool session_compare_on(struct session *s);
/* Events of D are others now: what lies beside it is compared anew. */
void session_compare_again(struct session *s, const struct document *d);
/*
 * The list of a row's history, at the event where it diverges. Where that can't be opened: what
 * the run file knows of it, and NULL.
 */
struct document *session_show_history(struct session *s, const struct run_row *row);
/* The current event, with the place before kept for coming back where JUMP. */
enum session_move { SESSION_STEP, SESSION_JUMP };
void session_go(struct session *s, size_t event, enum session_move how);
/*
 * The event of that id. Where it is not in the file the next one that is, which the message
 * says; false, and it says so, where there is none behind it either.
 */
bool session_go_next(struct session *s, int64_t id, enum session_move how);

void session_message(struct session *s, enum style style, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Pages are to be made anew. */
void session_changed(struct session *s);

/* layout.c */
void session_resize(struct session *s, int width, int height);
/* Scrolls panes so that cursors are in sight; after whatever changed them. */
void session_settle(struct session *s);

/* session_idle.c */
/* Does a slice (some ms) of what is worked out while nothing is typed; false: there was nothing. */
bool session_idle(struct session *s);

/* session_codec.c */
/* Asks this server for payloads on the screen; the user named it, nobody else can. */
bool session_codec_set(struct session *s, struct str url, struct err *err);
void session_codec_end(struct session *s);
/* codec_tools.known: DATA is a session. What a server said no mask was laid over. */
bool session_codec_known(void *data, struct str payload, struct str *ret);
/*
 * Of the Payload BYTES, on the screen, of which LEFT can be seen: where it stands with the codec
 * server, which is asked for it. False: it can be read as it is, or there is no server.
 */
bool session_codec_want(struct session *s, const struct payload *left, struct str bytes,
			enum codec_standing *ret, struct str *ret_why);
/* An answer is to come, and session_idle() takes it then. */
bool session_waits(const struct session *s);

/* act/act.c */
void session_key(struct session *s, struct key key);
void session_act(struct session *s, enum action action, struct str argument);
