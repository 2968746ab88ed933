/* SPDX-License-Identifier: MIT */
/* cmd_view.h: one run of `hindcast view`, and what it does to the outside. */
#pragma once

#include "formats/base/context.h"
#include "formats/cmd_payloads.h"
#include "viewer/session.h"
#include "viewer/term/term.h"

struct view_options {
	bool print, diff, redact;
	struct str size;
	struct str script;
	struct str source;
	struct str worker;
	struct opt_list queries; /* of the workflow's own, for R and S */
	struct str color;
	struct str config;
	bool ascii, utc, local;
	bool help_keys;
	long long idle_fd;
	struct payload_options payloads;
	struct codec_server_options codec;
};

/* Histories that were looked at last: one that is come back to may have changed meanwhile. */
enum { FOLLOWED_MOST = 16 };

struct viewing {
	const struct command_context *context;
	struct view_options *options;
	struct session session;
	struct terminal *term;
	struct payload_files payloads;
	struct codec_outside codec_outside;
	struct codec_asking *codec;	 /* the server that is asked; NULL: none */
	struct codec_asking *codec_left; /* one that was, and has not ended yet; NULL: none */
	char copies[4096]; /* the file that copies go to where there is no clipboard; "": none yet */
	bool worked;	 /* since the last drawing */
	/* Files that are looked at again and again, while they are at hand. */
	struct followed {
		char path[4096];
		struct follow_state {
			int64_t bytes, time;
		} read, failed; /* when it was, or could not be */
		unsigned failures; /* in a row */
	} followed_run, followed[FOLLOWED_MOST];
	size_t followed_next; /* goes for another, once there are as many */
	bool follows;
	int follow_every; /* in milliseconds */
};

/* Milliseconds of a clock that only goes forward. */
int64_t view_now_ms(void);
/* Remembers what the run file is now. */
void view_follow_begin(struct viewing *v);
/*
 * The run file and the histories that are looked at, where they are not what they were when
 * they were read: of a run that a replay is writing what was appended. What went bad, or is gone,
 * is said. True: there is something new to draw.
 */
enum follow_step { FOLLOW_SAME, FOLLOW_READ, FOLLOW_PART, FOLLOW_FAILED };
bool view_follow(struct viewing *v);
/* Reads the user's configuration, if there is one; the error names file and line. */
bool view_config(struct viewing *v, struct err *err);
/* The table of keys as they are bound, and the settings. */
void view_help_keys(const struct keymap *keymap, struct buf *out);
/* PATH is "-": standard input from here on has a name, under which it can be read again. */
bool view_stdin(struct str *path, struct err *err);
/* What a session asks a codec server by is v->codec_outside from here on. */
void view_codec_begin(struct viewing *v);
/* Until all that is asked for is answered; false: nothing was. */
bool view_codec_wait(struct viewing *v);
/* Gives up what is still asked, which may take a second. */
void view_codec_end(struct viewing *v);
/* Does what the session asks of the outside, and says in its message line how that went. */
void view_outside(struct viewing *v);
/*
 * Replays the history that the request names against the worker of --worker, in a process of
 * its own that Esc or Ctrl-C ends, and gives the session what came of it.
 */
void view_rerun(struct viewing *v);
