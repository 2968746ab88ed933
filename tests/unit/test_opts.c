/* SPDX-License-Identifier: MIT */
/* test_opts.c: command lines, their errors, help and the man page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/base/opts.h"

struct settings {
	bool verbose;
	bool quiet;
	struct str worker;
	long long timeout, rows;
	struct opt_list env;
};

static const struct opt OPTS[] = {
	{"verbose", 'v', OPT_FLAG, NULL, offsetof(struct settings, verbose), "Says more."},
	{"quiet", 'q', OPT_FLAG, NULL, offsetof(struct settings, quiet), "Says less."},
	{"worker", 'w', OPT_STRING, "CMD", offsetof(struct settings, worker),
	 "The worker's command. A shell runs it."},
	{"timeout", 0, OPT_INT, "SECONDS", offsetof(struct settings, timeout), "How long."},
	{"rows", 0, OPT_COUNT, "N", offsetof(struct settings, rows), "How many."},
	{"env", 0, OPT_LIST, "NAME=VALUE", offsetof(struct settings, env), "Sets NAME."},
};

/* The same rows in groups. */
static const struct opt GROUPED[] = {
	{"what it says", 0, OPT_HEADING, NULL, 0, NULL},
	{"verbose", 'v', OPT_FLAG, NULL, offsetof(struct settings, verbose), "Says more."},
	{"the worker", 0, OPT_HEADING, NULL, 0, NULL},
	{"worker", 'w', OPT_STRING, "CMD", offsetof(struct settings, worker), "Its command."},
};

static const struct command COMMAND = {
	.name = "replay",
	.usage = "--worker CMD HISTORY...",
	.summary = "replay histories",
	.details = "First paragraph, of a length that no terminal of eighty columns has room "
		   "for in one line.\n\nSecond.\n  shown as it is\nThird.\n",
	.examples = "hindcast replay --worker './w \\x' .\n    a folder\n",
	.opts = OPTS,
	.n_opts = sizeof(OPTS) / sizeof(*OPTS),
	.settings_size = sizeof(struct settings),
};

static const struct command *const COMMANDS[] = {&COMMAND};
static const struct opts_section SECTIONS[] = {{"FILES", "  .hindcast/last.jsonl\n"}};
static const struct program PROGRAM = {
	.name = "hindcast",
	.version = "9.8.7",
	.date = "November 22, 2026",
	.summary = "replay histories",
	.details = ".starts with a dot\n",
	.sections = SECTIONS,
	.n_sections = 1,
	.commands = COMMANDS,
	.n_commands = 1,
};

#define MOST_ARGS 8

struct parsed {
	struct settings settings;
	struct opt_list operands;
	struct err err;
	bool ok;
};

static struct parsed parse(const char *const *argv)
{
	struct parsed p = {.err = ERR_INIT};
	char *args[MOST_ARGS];
	int argc = 0;

	for (; argv[argc]; argc++)
		args[argc] = (char *)argv[argc];
	p.ok = opts_parse(&COMMAND, args, argc, &p.settings, &p.operands, &p.err);
	return p;
}

#define PARSE(...) parse((const char *const[]){__VA_ARGS__, NULL})

static void drop(struct parsed *p)
{
	opt_list_done(&p->operands);
	opt_list_done(&p->settings.env);
}

static void every_spelling_of_a_value_is_taken(void **state)
{
	const char *const LINES[][3] = {
		{"--worker=a b"}, {"--worker", "a b"}, {"-wa b"}, {"-w", "a b"}, {"-vwa b"},
		{"-vw", "a b"},
	};

	for (size_t i = 0; i < sizeof(LINES) / sizeof(*LINES); i++) {
		struct parsed p = parse(LINES[i]);

		assert_true(p.ok);
		assert_true(str_is(p.settings.worker, "a b"));
		assert_int_equal(p.operands.items.n, 0);
		assert_int_equal(p.settings.verbose, i >= 4);
		drop(&p);
	}
}

static void operands_keep_their_order(void **state)
{
	struct parsed p = PARSE("a", "-", "-v", "-:12", "--", "--worker", "-q");
	static const char *const OPERANDS[] = {"a", "-", "-:12", "--worker", "-q"};

	assert_true(p.ok);
	assert_int_equal(p.operands.items.n, 5);
	for (size_t i = 0; i < 5; i++)
		assert_true(str_is(p.operands.items.at[i], OPERANDS[i]));
	assert_true(p.settings.verbose);
	assert_false(p.settings.quiet);
	drop(&p);
}

static void a_list_takes_all_and_a_value_may_look_like_an_option(void **state)
{
	struct parsed p = PARSE("--env", "--help", "--env=B=2", "--timeout", "-5", "--worker=");

	assert_true(p.ok);
	assert_int_equal(p.settings.env.items.n, 2);
	assert_true(str_is(p.settings.env.items.at[0], "--help"));
	assert_true(str_is(p.settings.env.items.at[1], "B=2"));
	assert_true(p.settings.timeout == -5);
	assert_non_null(p.settings.worker.p);
	assert_int_equal(p.settings.worker.n, 0);
	drop(&p);
}

static void a_wrong_line_says_what_is_wrong(void **state)
{
	static const struct {
		const char *argv[3];
		const char *message;
	} ROWS[] = {
		{{"--wroker=x"}, "unknown option '--wroker' (did you mean '--worker'?)"},
		{{"--hlep"}, "unknown option '--hlep' (did you mean '--help'?)"},
		{{"--work"}, "unknown option '--work' (did you mean '--worker'?)"},
		{{"--zzzzzz"}, "unknown option '--zzzzzz'"},
		{{"-x"}, "unknown option '-x'"},
		{{"-vx"}, "unknown option '-x'"},
		{{"--worker"}, "--worker needs a value: --worker CMD"},
		{{"-w"}, "--worker needs a value: --worker CMD"},
		{{"--verbose=1"}, "--verbose takes no value"},
		{{"--rows", "0"}, "--rows: '0' is no whole number from 1 on"},
		{{"--rows", "-1"}, "--rows: '-1' is no whole number from 1 on"},
		{{"--timeout", "5s"}, "--timeout: '5s' is not a whole number"},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct parsed p = parse(ROWS[i].argv);

		assert_false(p.ok);
		assert_int_equal(p.err.code, ERR_USAGE);
		assert_string_equal(p.err.message, ROWS[i].message);
		drop(&p);
	}
}

static void help_is_asked_for_by_either_name(void **state)
{
	static const char *const LINES[][3] = {{"--help"}, {"-h"}, {"-vh"}, {"x", "--help"}};

	for (size_t i = 0; i < sizeof(LINES) / sizeof(*LINES); i++) {
		struct parsed p = parse(LINES[i]);

		assert_false(p.ok);
		assert_int_equal(p.err.code, ERR_NONE);
		drop(&p);
	}
}

static void only_what_is_close_is_proposed(void **state)
{
	static const char *const NAMES[] = {"show", "check", "convert", "replay"};
	static const struct {
		const char *word, *best;
	} ROWS[] = {
		{"shwo", "show"},   {"chekc", "check"}, {"conv", "convert"}, {"replya", "replay"},
		{"sohw", "show"},   {"x", NULL},	{"banana", NULL},    {"", NULL},
		{"reploy", "replay"},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		const char *best = opts_did_you_mean(str_of(ROWS[i].word), NAMES, 4);

		if (ROWS[i].best)
			assert_string_equal(best ? best : "(none)", ROWS[i].best);
		else
			assert_null(best);
	}
}

/* The first of equals wins, so each step must cost no more than a change. */
static void a_swap_and_a_missing_letter_cost_as_much_as_a_change(void **state)
{
	static const char *const SWAP[] = {"abc", "xcb"};
	static const char *const MISSING[] = {"abcd", "abx"};
	static const char *const SURPLUS[] = {"ab", "abx"};

	assert_string_equal(opts_did_you_mean(STR("acb"), SWAP, 2), "abc");
	assert_string_equal(opts_did_you_mean(STR("abd"), MISSING, 2), "abcd");
	assert_string_equal(opts_did_you_mean(STR("abd"), SURPLUS, 2), "ab");
}

static void help_shows_every_row_within_the_width(void **state)
{
	struct str rest;
	struct buf out;

	buf_init(&out, 0);
	opts_help(&PROGRAM, &COMMAND, &out);
	rest = buf_str(&out);
	assert_true(str_starts(rest, STR("usage: hindcast replay --worker CMD HISTORY...\n")));
	for (size_t i = 0; i < COMMAND.n_opts; i++)
		assert_true(str_has(rest, OPTS[i].help));
	assert_true(str_has(rest, "  -w, --worker CMD        The worker's command."));
	assert_true(str_has(rest, "      --env NAME=VALUE    Sets NAME."));
	assert_true(str_has(rest, "  -h, --help "));
	assert_true(str_has(rest, "  hindcast replay --worker './w \\x' .\n      a folder\n"));
	while (rest.n)
		assert_true(str_split(&rest, '\n').n < 80);
	buf_done(&out);
}

static const struct command IN_GROUPS = {
	.name = "replay",
	.usage = "HISTORY...",
	.summary = "replay histories",
	.opts = GROUPED,
	.n_opts = sizeof(GROUPED) / sizeof(*GROUPED),
	.settings_size = sizeof(struct settings),
};

static void headings_stand_above_their_rows_and_are_no_options(void **state)
{
	static const struct command *const ONLY[] = {&IN_GROUPS};
	struct program program = PROGRAM;
	char *line[] = {(char *)"--what it says"};
	struct settings settings = {0};
	struct opt_list operands = {0};
	struct err err = ERR_INIT;
	struct buf out;

	buf_init(&out, 0);
	opts_help(&PROGRAM, &IN_GROUPS, &out);
	assert_true(str_has(buf_str(&out), "replay histories\n"
					   "\nwhat it says:\n"
					   "  -v, --verbose           Says more.\n"
					   "\nthe worker:\n"
					   "  -w, --worker CMD        Its command.\n"
					   "  -h, --help "));
	buf_clear(&out);
	program.commands = ONLY;
	opts_man(&program, &out);
	assert_true(str_has(buf_str(&out), ".Pp\nwhat it says:\n.Bl -tag -width Ds\n.It"));
	assert_true(str_has(buf_str(&out), "Says more.\n.El\n.Pp\nthe worker:\n.Bl -tag"));
	assert_true(str_has(buf_str(&out), "Its command.\n.El\n.Sh"));
	assert_false(opts_parse(&IN_GROUPS, line, 1, &settings, &operands, &err));
	assert_string_equal(err.message, "unknown option '--what it says'");
	buf_done(&out);
}

static void the_man_page_escapes_what_roff_would_take(void **state)
{
	struct str text;
	struct buf out;

	buf_init(&out, 0);
	opts_man(&PROGRAM, &out);
	text = buf_str(&out);
	assert_true(str_has(text, "\n\\&.starts with a dot\n"));
	assert_true(str_has(text, "'./w \\ex' ."));
	assert_true(str_has(text, ".It Fl w ,  Fl \\-worker Ar \"\\&CMD\"\n"));
	assert_true(str_has(text, ".Bd -literal -offset indent\n  shown as it is\n.Ed\n"));
	assert_true(str_has(text, "The worker's command.\nA shell runs it.\n"));
	assert_true(str_has(text, "9.8.7"));
	buf_done(&out);
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(every_spelling_of_a_value_is_taken),
		cmocka_unit_test(operands_keep_their_order),
		cmocka_unit_test(a_list_takes_all_and_a_value_may_look_like_an_option),
		cmocka_unit_test(a_wrong_line_says_what_is_wrong),
		cmocka_unit_test(help_is_asked_for_by_either_name),
		cmocka_unit_test(only_what_is_close_is_proposed),
		cmocka_unit_test(a_swap_and_a_missing_letter_cost_as_much_as_a_change),
		cmocka_unit_test(help_shows_every_row_within_the_width),
		cmocka_unit_test(headings_stand_above_their_rows_and_are_no_options),
		cmocka_unit_test(the_man_page_escapes_what_roff_would_take),
	};

	return cmocka_run_group_tests(TESTS, NULL, NULL);
}
