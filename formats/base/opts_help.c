/* SPDX-License-Identifier: MIT */
/* opts_help.c: --help and the man page, written from the tables of commands and options. */
#include "formats/base/opts.h"

/* Help is read in terminals of 80 columns; the last stays free. */
#define HELP_COLUMNS ((size_t)79)
#define HELP_INDENT ((size_t)26) /* where the text beside an option begins */

static void spaces(struct buf *out, size_t n)
{
	while (n--)
		buf_add_char(out, ' ');
}

/* Words of TEXT, broken at HELP_COLUMNS; the cursor is at COLUMN, later lines at INDENT. */
static void fill(struct buf *out, struct str text, size_t column, size_t indent)
{
	bool first = true;

	while (text.n) {
		struct str word = str_split(&text, ' ');

		if (!word.n)
			continue;
		if (!first && column + 1 + word.n > HELP_COLUMNS) {
			buf_add_char(out, '\n');
			spaces(out, indent);
			column = indent;
		} else if (!first) {
			buf_add_char(out, ' ');
			column++;
		}
		buf_add(out, word);
		column += word.n;
		first = false;
	}
	buf_add_char(out, '\n');
}

/* Lines as they stand, set in by INDENT. */
static void set_in(struct buf *out, const char *text, size_t indent)
{
	struct str rest = str_of(text);

	while (rest.n) {
		struct str line = str_split(&rest, '\n');

		if (line.n)
			spaces(out, indent);
		buf_add(out, line);
		buf_add_char(out, '\n');
	}
}

/* Lines that begin with a blank as they stand; others broken where they are too long. */
static void paragraphs(struct buf *out, const char *text)
{
	struct str rest = str_of(text);

	while (rest.n) {
		struct str line = str_split(&rest, '\n');

		if (line.n && line.p[0] != ' ') {
			fill(out, line, 0, 0);
			continue;
		}
		buf_add(out, line);
		buf_add_char(out, '\n');
	}
}

static void help_option(struct buf *out, const struct opt *opt)
{
	size_t start = out->n, width;

	if (opt->kind == OPT_HEADING) {
		buf_printf(out, "\n%s:\n", opt->name);
		return;
	}
	if (opt->letter)
		buf_printf(out, "  -%c, --%s", opt->letter, opt->name);
	else
		buf_printf(out, "      --%s", opt->name);
	if (opt->value)
		buf_printf(out, " %s", opt->value);
	width = out->n - start;
	if (width + 2 > HELP_INDENT) {
		buf_add_char(out, '\n');
		width = 0;
	}
	spaces(out, HELP_INDENT - width);
	fill(out, str_of(opt->help), HELP_INDENT, HELP_INDENT);
}

static const struct opt HELP_ROW = {
	.name = "help", .letter = 'h', .kind = OPT_FLAG, .help = "Prints this and does nothing."};

/* A command may use -h for something of its own. */
static struct opt help_row(const struct command *command)
{
	struct opt row = HELP_ROW;

	for (size_t i = 0; i < command->n_opts; i++)
		if (command->opts[i].letter == row.letter)
			row.letter = 0;
	return row;
}

void opts_help(const struct program *program, const struct command *command,
	       struct buf *out)
{
	struct opt help = help_row(command);

	buf_printf(out, "usage: %s %s %s\n\n", program->name, command->name, command->usage);
	fill(out, str_of(command->summary), 0, 0);
	if (command->details) {
		buf_add_char(out, '\n');
		paragraphs(out, command->details);
	}
	if (!command->n_opts || command->opts[0].kind != OPT_HEADING)
		buf_puts(out, "\noptions:\n");
	for (size_t i = 0; i < command->n_opts; i++)
		help_option(out, &command->opts[i]);
	help_option(out, &help);
	if (command->examples) {
		buf_puts(out, "\nexamples:\n");
		set_in(out, command->examples, 2);
	}
}

void opts_help_program(const struct program *program, struct buf *out)
{
	buf_printf(out, "%s: %s\n\nusage: %s COMMAND [OPTION]... [OPERAND]...\n\ncommands:\n",
		   program->name, program->summary, program->name);
	for (size_t i = 0; i < program->n_commands; i++) {
		buf_printf(out, "  %-10s", program->commands[i]->name);
		fill(out, str_of(program->commands[i]->summary), 12, 12);
	}
	buf_printf(out,
		   "\n"
		   "  %s COMMAND --help   options and examples of a command\n"
		   "  %s --version        the version\n"
		   "  %s --man            this program's manual page, in mdoc\n",
		   program->name, program->name, program->name);
}

/* ---- mdoc ---- */

/* Text that roff must take as it stands. */
static void man_text(struct buf *out, struct str s)
{
	if (s.n && (s.p[0] == '.' || s.p[0] == '\''))
		buf_puts(out, "\\&");
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\')
			buf_puts(out, "\\e");
		else if (s.p[i] == '-')
			buf_puts(out, "\\-");
		else
			buf_add_char(out, s.p[i]);
	}
}

/* As man_text(), each sentence on a line of its own, as mdoc wants it. */
static void man_prose(struct buf *out, struct str s)
{
	ptrdiff_t end;

	while ((end = str_find(s, STR(". "))) >= 0) {
		man_text(out, str_take(s, (size_t)end + 1));
		buf_add_char(out, '\n');
		s = str_trim(str_skip(s, (size_t)end + 2));
	}
	man_text(out, s);
	buf_add_char(out, '\n');
}

/* One argument of a macro: quoted, and never taken for a macro itself. */
static void man_argument(struct buf *out, const char *text)
{
	struct str rest = str_of(text);

	buf_puts(out, " \"\\&");
	while (rest.n) {
		man_text(out, str_take(rest, 1));
		if (rest.p[0] == '"')
			buf_add_char(out, '"'); /* doubled inside quotes */
		rest = str_skip(rest, 1);
	}
	buf_add_char(out, '"');
}

/* Paragraphs; runs of lines that begin with a blank are shown as they are. */
static void man_paragraphs(struct buf *out, const char *text)
{
	struct str rest = str_of(text);
	bool literal = false, gap = false;

	while (rest.n) {
		struct str line = str_split(&rest, '\n');
		bool wants = line.n && line.p[0] == ' ';

		if (!line.n) {
			gap = true;
			continue;
		}
		if (literal && !wants)
			buf_puts(out, ".Ed\n");
		if (!literal && wants)
			buf_puts(out, ".Bd -literal -offset indent\n");
		else if (gap)
			buf_puts(out, literal && wants ? "\n" : ".Pp\n");
		literal = wants;
		gap = false;
		if (!literal) {
			man_prose(out, str_trim(line));
			continue;
		}
		man_text(out, line);
		buf_add_char(out, '\n');
	}
	if (literal)
		buf_puts(out, ".Ed\n");
}

static void man_option(struct buf *out, const struct opt *opt)
{
	buf_puts(out, ".It");
	if (opt->letter)
		buf_printf(out, " Fl %c , ", opt->letter);
	buf_puts(out, " Fl");
	buf_puts(out, " \\-");
	man_text(out, str_of(opt->name));
	if (opt->value) {
		buf_puts(out, " Ar");
		man_argument(out, opt->value);
	}
	buf_add_char(out, '\n');
	man_prose(out, str_of(opt->help));
}

/* A list of the rows up to each heading. */
static void man_options(struct buf *out, const struct command *command)
{
	bool open = false;

	for (size_t i = 0; i < command->n_opts; i++) {
		const struct opt *opt = &command->opts[i];
		bool heading = opt->kind == OPT_HEADING;

		if (open && heading)
			buf_puts(out, ".El\n");
		if (heading) {
			buf_puts(out, ".Pp\n");
			man_text(out, str_of(opt->name));
			buf_puts(out, ":\n");
		}
		if (!open || heading)
			buf_puts(out, ".Bl -tag -width Ds\n");
		open = true;
		if (!heading)
			man_option(out, opt);
	}
	if (open)
		buf_puts(out, ".El\n");
}

static void man_command(struct buf *out, const struct command *command)
{
	buf_printf(out, ".Ss %s\n.Nm\n.Cm %s\n", command->name, command->name);
	man_text(out, str_of(command->usage));
	buf_puts(out, "\n.Pp\n");
	man_prose(out, str_of(command->summary));
	if (command->details) {
		buf_puts(out, ".Pp\n");
		man_paragraphs(out, command->details);
	}
	man_options(out, command);
}

static void man_examples(struct buf *out, const struct command *command)
{
	struct str rest = str_of(command->examples);

	buf_puts(out, ".Bd -literal -offset indent\n");
	while (rest.n) {
		man_text(out, str_split(&rest, '\n'));
		buf_add_char(out, '\n');
	}
	buf_puts(out, ".Ed\n");
}

void opts_man(const struct program *program, struct buf *out)
{
	buf_printf(out, ".\\\" Written by '%s --man' from its own tables.\n", program->name);
	buf_printf(out, ".Dd %s\n.Dt HINDCAST 1\n.Os\n.Sh NAME\n.Nm %s\n.Nd ", program->date,
		   program->name);
	man_text(out, str_of(program->summary));
	buf_puts(out, "\n.Sh SYNOPSIS\n");
	for (size_t i = 0; i < program->n_commands; i++) {
		buf_printf(out, ".Nm\n.Cm %s\n", program->commands[i]->name);
		man_text(out, str_of(program->commands[i]->usage));
		buf_puts(out, i + 1 < program->n_commands ? "\n.Pp\n" : "\n");
	}
	buf_puts(out, ".Sh DESCRIPTION\n");
	man_paragraphs(out, program->details);
	buf_printf(out, ".Pp\nThis is version %s.\n.Sh COMMANDS\n", program->version);
	buf_puts(out, "Every command prints its options and examples with\n.Fl \\-help .\n");
	for (size_t i = 0; i < program->n_commands; i++)
		man_command(out, program->commands[i]);
	for (size_t i = 0; i < program->n_sections; i++) {
		buf_printf(out, ".Sh %s\n", program->sections[i].title);
		man_paragraphs(out, program->sections[i].text);
	}
	buf_puts(out, ".Sh EXAMPLES\n");
	for (size_t i = 0; i < program->n_commands; i++)
		if (program->commands[i]->examples)
			man_examples(out, program->commands[i]);
}
