/* SPDX-License-Identifier: MIT */
/* cmd_convert.h: the parts of `hindcast convert`: what it was told, and what it is at. */
#pragma once

#include "formats/base/map.h"
#include "formats/check/repair.h"
#include "formats/cmd_convert_codec.h"
#include "formats/cmd_inputs.h"
#include "formats/out/out.h"
#include "formats/out/out_file.h"
#include "formats/out/stage.h"
#include "formats/out/target.h"

/* Of -o, here and in other commands that write as this one does. */
#define CONVERT_OUT_HELP                                                                       \
	"A file, or - for standard output; a folder where it ends in /, is one already, or "    \
	"has no ending and several inputs go into a format of one history. An ending of .gz "   \
	"or .zst compresses."

/* What the options say, those of stages too. */
struct convert {
	struct str from;
	struct str to;
	struct str out;
	bool jsonl;
	bool compact;
	struct str enums;
	struct str target;
	struct str columns;
	struct str namespace_id;
	struct str where;
	bool list;
	bool json;
	bool explain;
	bool force;
	bool strict;
	bool keep_unknown;
	bool repair;
	struct convert_codec_options codec;
	struct convert_codec_options again; /* another command's: behind its stage */
};

/* One run of the command. */
struct converting {
	const struct command_context *context;
	const char *name; /* of the command, for messages */
	const struct convert *settings;
	const struct str *operands;
	size_t n_operands;
	struct load_settings load;
	const struct query *where; /* NULL: all histories */
	size_t fitting;		   /* histories that it took */
	size_t passed;		   /* where the last one ended that it did not take */
	struct arena names; /* of the run */
	int code;	    /* the worst so far */

	/* Where it goes. Without a format nothing is written. */
	const struct out_format *format;
	const struct filter *packing;
	struct out_settings out;
	struct str folder; /* p is NULL: one file, or standard output */
	struct map written; /* paths of this run: nothing is written twice */
	struct stage_line stages;
	struct repair_stage repair;  /* the first stage, with --repair */

	struct buf axes; /* what --explain said last of an input */
	/* On a terminal, where an input takes long: nanoseconds, and bytes unpacked. */
	struct convert_progress {
		int64_t since, shown; /* shown 0: nothing is */
		uint64_t offset;
		int64_t total; /* of a plain file; else -1 */
	} progress;
	struct convert_codec *codec, *again; /* NULL: none */
	struct target_stage target;  /* then is NULL: none */
	struct stage *last;	     /* another command's, behind all others; or NULL */
};

/*
 * The command itself, also for others that write histories as it does and change events on
 * their way: NAME is theirs, LAST their stage, which stays theirs. Exit code.
 */
int convert_run(const struct command_context *context, const char *name,
		const struct convert *settings, const struct str *operands, size_t n_operands,
		struct stage *last);

/* The exit code is at least CODE from now on. */
void convert_worse(struct converting *c, int code);

/* Several histories, and a file or standard output that has room for one; returns false. */
bool convert_refuse_several(const struct converting *c, struct err *err);

/* cmd_convert_write.c: the histories of LIST, written; the exit code is in C. */
void convert_write(struct converting *c, const struct source_list *list);

/* cmd_convert_where.c: load_events(), of what fits --where alone. */
bool convert_where_open(struct converting *c, struct err *err);
bool convert_load(struct converting *c, struct str path, struct event_sink *sink,
		  struct err *err);

/* cmd_convert_list.c: --list */
void convert_list(struct converting *c, const struct source_list *list);

/* cmd_convert_say.c: all that is said on the way. */

/* What a history was recognised as, on stdout (on stderr where results go to stdout). */
void convert_explain(struct converting *c, struct str path, const struct load_info *info,
		     size_t events);
/* The same of an input that can't be read. */
void convert_explain_failed(struct converting *c, struct str path, const struct load_info *info);
/* An input begins; it is at progress.offset, with so many events; its line goes away. */
void convert_progress_begin(struct converting *c, const struct source_file *file);
void convert_progress_at(struct converting *c, struct str path, size_t events);
void convert_progress_end(struct converting *c);

/* "hindcast: PATH: WHAT" on stderr. */
void convert_note(struct converting *c, struct str path, const struct load_info *info,
		  struct str what);
/* What was put right, guessed and lost, by reading and by WRITING; true: --strict minds. */
bool convert_say_loss(struct converting *c, struct str path, const struct load_info *info,
		      const struct transcode_loss *writing);
