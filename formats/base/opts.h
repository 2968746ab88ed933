/* SPDX-License-Identifier: MIT */
/* opts.h: options as a table: parsing, --help, the man page and "did you mean" from it. */
#pragma once

#include "formats/base/buf.h"
#include "formats/base/err.h"
#include "formats/base/str.h"
#include "formats/base/vec.h"

#include <stddef.h>

/*
 * A command keeps its settings in a struct; a row says which member an option fills:
 *
 *     static const struct opt OPTS[] = {
 *             {"worker", 0, OPT_STRING, "CMD", offsetof(struct replay, worker), "..."},
 *
 * --name VALUE, --name=VALUE, -n VALUE, -nVALUE; `--` ends options; `-` is an operand.
 */
enum opt_kind {
	OPT_FLAG,   /* bool */
	OPT_STRING, /* struct str */
	OPT_INT,    /* long long */
	OPT_COUNT,  /* long long: from 1 on, so that 0 says that it was not given */
	OPT_SIZE,   /* long long: bytes; 800M or 2G, in powers of 1024 */
	OPT_LIST,   /* struct opt_list: may be given more than once */
	OPT_HEADING, /* no option: `name` stands above the rows that follow, in help */
};

struct opt_list {
	VEC_OF(struct str) items;
};

struct opt {
	const char *name;  /* without the dashes */
	char letter;	   /* 0: none */
	enum opt_kind kind;
	const char *value; /* name of the value in help; NULL for flags */
	size_t offset;
	const char *help;  /* one sentence or two; the man page's text too */
};

/* What one run of a command is given by main: its streams, clock and environment. */
struct command_context;

struct command {
	const char *name;
	const char *usage;    /* behind "hindcast NAME " */
	const char *summary;  /* one line */
	const char *details;  /* paragraphs for --help and the man page */
	const char *examples; /* lines: "command\n    what it does\n" */
	const struct opt *opts;
	size_t n_opts;
	size_t settings_size;
	/* Returns the exit code. SETTINGS was zeroed, then filled by the options. */
	int (*run)(const struct command_context *context, void *settings,
		   const struct str *operands, size_t n_operands);
	void (*settings_done)(void *settings); /* may be NULL */
};

/*
 * Fills SETTINGS; *RET_OPERANDS gets the rest, in order; strings are borrowed from ARGV.
 * ERR_USAGE: unknown option (with "did you mean --x?"), missing or malformed value.
 * Every command knows --help and -h: then the result is false and the code ERR_NONE.
 */
bool opts_parse(const struct command *command, char *const *argv, int argc, void *settings,
		struct opt_list *ret_operands, struct err *err);
void opt_list_done(struct opt_list *list);

/* The closest of NAMES to WORD by edit distance, or NULL where none is close. */
const char *opts_did_you_mean(struct str word, const char *const *names, size_t n);

/* The program around the commands, for its own --help and the man page. */
struct program {
	const char *name;
	const char *version;
	const char *date;    /* of the page's last change, as mdoc writes it */
	const char *summary; /* one line, lower case, no full stop */
	const char *details; /* paragraphs */
	const struct opts_section {
		const char *title; /* "EXIT STATUS" */
		const char *text;  /* paragraphs; lines that begin with blanks stay as they are */
	} *sections;
	size_t n_sections;
	const struct command *const *commands;
	size_t n_commands;
};

/* `hindcast NAME --help`. */
void opts_help(const struct program *program, const struct command *command,
	       struct buf *out);
/* `hindcast --help`: the commands, one line each. */
void opts_help_program(const struct program *program, struct buf *out);
/* The whole program's page in mdoc, from the same rows. */
void opts_man(const struct program *program, struct buf *out);
