/* SPDX-License-Identifier: MIT */
/* hindcast.c: main: the table of commands, and what they get from the outside world. */
#include "formats/base/arena.h"
#include "formats/base/context.h"
#include "formats/base/opts.h"
#include "formats/base/simd.h"
#include "formats/commands.h"
#include "replayer/commands.h"
#include "replayer/remote/isolate.h"
#include "viewer/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { EXIT_USAGE = 2, EXIT_NOT_DONE = 3 };

static const struct command *const COMMANDS[] = {
	&COMMAND_REPLAY,
	&COMMAND_REPORT,
	&COMMAND_VIEW,
	&COMMAND_SHOW,
	&COMMAND_CHECK,
	&COMMAND_CONVERT,
	&COMMAND_DIFF,
	&COMMAND_REDACT,
};

static const struct opts_section SECTIONS[] = {
	{"ENVIRONMENT", "NO_COLOR, when set and not empty, turns colours off, as does TERM=dumb.\n"
			"Colours are never written into a pipe or a file.\n"
			"VISUAL, else EDITOR, and PAGER are what the viewer opens.\n"
			"HINDCAST_SIMD=avx2, sse2, neon or scalar says which instructions the\n"
			"inner loops use instead of the best that the processor has; no result\n"
			"depends on it.\n\n"
			"HINDCAST_KEY_ID is the key ID of encrypted payloads, as hex:..., base64:...\n"
			"or text:..., where no key file has it. ID is in upper case, with _ for all\n"
			"that is neither letter nor digit.\n"},
	{"FILES",
	 "  .hindcast/last.jsonl  the run file of the last replay; what view opens\n"
	 "  $XDG_CONFIG_HOME/hindcast/view.conf, else ~/.config/hindcast/view.conf\n"
	 "                        keys and settings of the viewer\n"},
	{"EXIT STATUS",
	 "Of replay:\n\n"
	 "  0  every history passed, was skipped, or is known by the baseline\n"
	 "  1  at least one history diverged\n"
	 "  2  the command line, the query or the baseline can't be read\n"
	 "  3  some histories could not be judged, or --max-time ended the run\n"
	 "  4  there was nothing to replay, or less than --require\n"
	 "  5  the worker never polled\n"
	 "  130  interrupted; the run file is complete up to there\n\n"
	 "Of the other commands:\n\n"
	 "  0  fine\n"
	 "  1  something was found\n"
	 "  2  the command line is wrong\n"
	 "  3  the work could not be done\n\n"
	 "view ends with 0, 2 or 3 (with --print, also where a file is damaged):\n"
	 "what it shows does not count.\n"},
};

static const struct program PROGRAM = {
	.name = "hindcast",
	.version = HINDCAST_VERSION,
	.date = "November 22, 2026",
	.summary = "replay recorded Temporal workflow histories against worker code",
	.details = "hindcast starts a worker as it is, serves it the workflow histories it is\n"
		   "given as a Temporal server would, and says for each of them whether the\n"
		   "worker's code still matches it, and if not, at which event and how.\n"
		   "Its viewer walks through what was found, and through any history, in the\n"
		   "terminal. It also shows, checks, converts, compares and redacts histories.\n"
		   "Nothing real runs while a history is replayed: no activity and no live\n"
		   "workflow task is handed out.\n\n"
		   "A history is a file, a folder, a glob, or \"-\" for standard input.\n"
		   "Results go to standard output, all else to standard error.\n",
	.sections = SECTIONS,
	.n_sections = sizeof(SECTIONS) / sizeof(*SECTIONS),
	.commands = COMMANDS,
	.n_commands = sizeof(COMMANDS) / sizeof(*COMMANDS),
};

/*
 * A stream that was closed when we started would be handed to the first file that is
 * opened, and results written into it. Closed output is made unwritable instead, so that
 * writing to it fails and is reported; closed input is empty.
 */
static void occupy_streams(void)
{
	static const int MODES[] = {O_RDONLY, O_RDONLY, O_WRONLY};

	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", MODES[fd]) != fd)
			_exit(EXIT_NOT_DONE);
}

static bool likes_colour(void)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no_color && *no_color) && term &&
	       strcmp(term, "dumb") != 0;
}

/* A pipe or socket that nobody reads any more. */
static bool reader_left(int fd)
{
	struct pollfd p = {.fd = fd};

	return poll(&p, 1, 0) == 1 && p.revents & (POLLERR | POLLHUP);
}

/*
 * Results that did not reach their reader are an error, however well all else went. Only
 * a reader that left early (head) is none: it has what it wanted.
 */
static int close_output(int code)
{
	bool failed = ferror(stdout);

	errno = 0;
	failed |= fflush(stdout) != 0;
	if (!failed || errno == EPIPE || reader_left(STDOUT_FILENO))
		return code;
	fprintf(stderr, "hindcast: standard output: %s\n",
		errno ? strerror(errno) : "a write failed");
	return EXIT_NOT_DONE;
}

static bool choose_simd(void)
{
	const char *wanted = getenv("HINDCAST_SIMD");
	struct err err = ERR_INIT;

	if (!wanted || !*wanted || simd_use(wanted, &err))
		return true;
	fprintf(stderr, "hindcast: HINDCAST_SIMD: %s\n", err.message);
	return false;
}

static int print(struct buf *b)
{
	fwrite(b->p, 1, b->n, stdout);
	buf_done(b);
	return 0;
}

static const struct command *command_find(struct str name)
{
	for (size_t i = 0; i < PROGRAM.n_commands; i++)
		if (str_is(name, COMMANDS[i]->name))
			return COMMANDS[i];
	return NULL;
}

static int unknown_command(const char *name)
{
	const char *names[sizeof(COMMANDS) / sizeof(*COMMANDS) + 1] = {"help"};
	const char *close;

	for (size_t i = 0; i < PROGRAM.n_commands; i++)
		names[i + 1] = COMMANDS[i]->name;
	close = opts_did_you_mean(str_of(name), names, sizeof(names) / sizeof(*names));
	fprintf(stderr, "hindcast: there is no command '%s'", name);
	if (close)
		fprintf(stderr, " (did you mean '%s'?)", close);
	fputs("\nTry 'hindcast --help'.\n", stderr);
	return EXIT_USAGE;
}

static int help(const char *name)
{
	const struct command *command = name ? command_find(str_of(name)) : NULL;
	struct buf out;

	if (name && !command)
		return unknown_command(name);
	buf_init(&out, 0);
	if (command)
		opts_help(&PROGRAM, command, &out);
	else
		opts_help_program(&PROGRAM, &out);
	return print(&out);
}

/* The sections above, and the keys of the viewer, which are a table of its own. */
static int man(void)
{
	struct opts_section sections[sizeof(SECTIONS) / sizeof(*SECTIONS) + 1];
	struct program program = PROGRAM;
	struct buf out, keys;

	buf_init(&keys, 0);
	view_man_keys(&keys);
	sections[0] = (struct opts_section){"KEYS", keys.p};
	memcpy(sections + 1, SECTIONS, sizeof(SECTIONS));
	program.sections = sections;
	program.n_sections = sizeof(sections) / sizeof(*sections);
	buf_init(&out, 0);
	opts_man(&program, &out);
	buf_done(&keys);
	return print(&out);
}

/* COLUMNS is what a shell or a test says; else the terminal knows. */
static int columns(void)
{
	const char *said = getenv("COLUMNS");
	struct winsize size;
	long long n;

	if (said && str_to_int(str_of(said), &n) && n > 0 && n <= 10000)
		return (int)n;
	if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
		return size.ws_col;
	return 0;
}

/* The schema takes a millisecond to build, so it is built for commands only. */
static int run(const struct command *command, void *settings, const struct opt_list *operands)
{
	struct command_context context = {
		.out = stdout,
		.err = stderr,
		.out_is_tty = isatty(STDOUT_FILENO),
		.err_is_tty = isatty(STDERR_FILENO),
		.colour = likes_colour(),
		.columns = columns(),
		.version = HINDCAST_VERSION,
	};
	struct arena arena;
	int code;

	arena_init(&arena);
	context.schema = schema_new(&arena);
	code = command->run(&context, settings, operands->items.at, operands->items.n);
	arena_done(&arena);
	return code;
}

static int parse_and_run(const struct command *command, char *const *argv, int argc)
{
	/* max_align_t for every kind of member */
	void *settings = mem_zalloc(command->settings_size);
	struct opt_list operands = {0};
	struct err err = ERR_INIT;
	int code;

	if (opts_parse(command, argv, argc, settings, &operands, &err)) {
		code = run(command, settings, &operands);
	} else if (err.code == ERR_NONE) {
		code = help(command->name);
	} else {
		fprintf(stderr, "hindcast %s: %s\nTry 'hindcast %s --help'.\n", command->name,
			err.message, command->name);
		code = EXIT_USAGE;
	}
	if (command->settings_done)
		command->settings_done(settings);
	mem_free(settings);
	opt_list_done(&operands);
	return code;
}

static int dispatch(char *const *argv, int argc)
{
	struct str word = argc ? str_of(argv[0]) : STR_NONE;
	const struct command *command = command_find(word);
	struct buf usage;

	if (command)
		return parse_and_run(command, argv + 1, argc - 1);
	if (str_is(word, "--version"))
		return printf("hindcast %s\n", HINDCAST_VERSION) < 0;
	if (str_is(word, "--help") || str_is(word, "-h") || str_is(word, "help"))
		return help(argc > 1 ? argv[1] : NULL);
	if (str_is(word, "--man"))
		return man();
	if (word.n)
		return unknown_command(argv[0]);
	buf_init(&usage, 0);
	opts_help_program(&PROGRAM, &usage);
	fwrite(usage.p, 1, usage.n, stderr);
	buf_done(&usage);
	return EXIT_USAGE;
}

/* The Temporal CLI runs a program named temporal-replay as `temporal replay`. */
static bool is_temporal_replay(const char *argv0)
{
	return argv0 && str_ends(str_of(argv0), STR("temporal-replay"));
}

int main(int argc, char **argv)
{
	const struct command *replay = command_find(STR("replay"));
	int code;

	/* With signals and streams as they are: they are the worker's. */
	if (argc > 1 && strcmp(argv[1], ISOLATE_WORD) == 0)
		return isolate_main(argv + 1, argc - 1, environ);
	occupy_streams();
	/* A reader that went away is an error of write(), not our death. */
	signal(SIGPIPE, SIG_IGN);
	/* Where whoever started us ignores its children, no end of ours would be heard of. */
	signal(SIGCHLD, SIG_DFL);
	if (!choose_simd())
		return EXIT_USAGE;
	if (argc && replay && is_temporal_replay(argv[0]))
		code = parse_and_run(replay, argv + 1, argc - 1);
	else
		code = dispatch(argv + (argc > 0), argc - (argc > 0));
	return close_output(code);
}
