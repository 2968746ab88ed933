/* SPDX-License-Identifier: MIT */
/* cmd_view_rerun.c: `hindcast replay` of one history, for the screen that asked for it. */
#include "viewer/cmd_view.h"

#include "formats/read/load.h"
#include "replayer/run/run_file.h"
#include "viewer/draw.h"
#include "viewer/pane/words.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define TICK_MS 100
/* What SIGTERM did not end by then, SIGKILL does. */
#define GRACE_MS 5000

/*
 *     FOLDER/run.jsonl    the child's run file, with its worker's output beside it
 *     FOLDER/words        what it says on standard error
 *     alive               a pipe whose other end the child holds: a tick is over when it ends
 */
struct rerun {
	struct viewing *v;
	struct arena arena;
	const char *folder;
	pid_t child;
	int alive;
	int64_t started_ms, ended_ms; /* ended: when it was told to end; 0: it was not */
	bool killed;
	struct screen screen;
};

static struct str path_of(struct rerun *r, const char *name)
{
	return arena_printf(&r->arena, "%s/%s", r->folder, name);
}

static bool make_folder(struct rerun *r, struct err *err)
{
	const char *base = getenv("TMPDIR");
	struct str name = arena_printf(&r->arena, "%s/hindcast-view-XXXXXX",
				       base && *base ? base : "/tmp");

	r->folder = mkdtemp(arena_cstr(&r->arena, name));
	if (!r->folder)
		return err_set(err, ERR_IO, "%.*s: no folder can be made there: %s",
			       STR_ARG(name), strerror(errno));
	return true;
}

/* Files alone: a replay makes no folders in it. */
static void remove_folder(struct rerun *r)
{
	DIR *dir = r->folder ? opendir(r->folder) : NULL;
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			unlink(path_of(r, entry->d_name).p);
	if (dir)
		closedir(dir);
	if (r->folder)
		rmdir(r->folder);
}

/* ---- the child ---- */

/* Nothing of it comes from a run file but the path of the history that is looked at. */
static char *const *arguments(struct rerun *r, struct str history)
{
	const struct view_options *o = r->v->options;
	const char *words[] = {
		"hindcast", "replay", "--quiet", "--stacks", "all",
		arena_printf(&r->arena, "--worker=%.*s", STR_ARG(o->worker)).p,
		arena_printf(&r->arena, "--run=%s/run.jsonl", r->folder).p,
	};
	size_t n = sizeof(words) / sizeof(*words), at = 0;
	char **argv = arena_array(&r->arena, char *, n + o->queries.items.n + 3);

	for (; at < n; at++)
		argv[at] = arena_cstr(&r->arena, str_of(words[at]));
	for (size_t i = 0; i < o->queries.items.n; i++)
		argv[at++] = arena_cstr(&r->arena,
					arena_printf(&r->arena, "--query=%.*s",
						     STR_ARG(o->queries.items.at[i])));
	argv[at++] = arena_cstr(&r->arena, STR("--"));
	argv[at] = arena_cstr(&r->arena, history);
	return argv;
}

static bool spawn(struct rerun *r, char *const *argv, int alive, struct err *err)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none, usual;
	int code;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&files, 2, path_of(r, "words").p,
					 O_WRONLY | O_CREAT | O_EXCL, 0600);
	posix_spawn_file_actions_adddup2(&files, alive, 3);
	/* Keys of the terminal are the viewer's: the child gets no signal from them. */
	posix_spawnattr_init(&attributes);
	sigemptyset(&none);
	sigfillset(&usual);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
						      POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &usual);
	code = posix_spawn(&r->child, "/proc/self/exe", &files, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	return !code || err_set(err, ERR_IO, "the replay could not be started: %s", strerror(code));
}

static bool start(struct rerun *r, struct str history, struct err *err)
{
	int ends[2];
	bool ok;

	if (!make_folder(r, err))
		return false;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return err_set(err, ERR_IO, "the replay could not be started: %s", strerror(errno));
	r->alive = ends[0];
	ok = spawn(r, arguments(r, history), ends[1], err);
	close(ends[1]);
	return ok;
}

/* ---- waiting for it ---- */

static void show_progress(struct rerun *r)
{
	struct viewing *v = r->v;
	int64_t seconds = (view_now_ms() - r->started_ms) / 1000;

	if (r->ended_ms)
		session_message(&v->session, STYLE_PLAIN, "the replay is being ended ...");
	else
		session_message(&v->session, STYLE_PLAIN,
				"replaying against the worker ... %lld s   (Esc or Ctrl-C ends it)",
				(long long)seconds);
	draw(&v->session, &r->screen);
	v->term->draw(v->term, &r->screen);
}

static void end_child(struct rerun *r)
{
	if (!r->ended_ms) {
		r->ended_ms = view_now_ms();
		kill(r->child, SIGTERM);
	} else if (!r->killed && view_now_ms() - r->ended_ms > GRACE_MS) {
		r->killed = true;
		kill(-r->child, SIGKILL); /* its group, with the worker */
	}
}

static void read_keys(struct rerun *r)
{
	struct viewing *v = r->v;
	struct key key;
	enum term_read read;

	while ((read = v->term->read(v->term, 0, &key)) == TERM_KEY) {
		if (key.code == KEYCODE_RESIZE)
			session_resize(&v->session, key.x, key.y);
		if (key.code == KEYCODE_ESC || key.code == 'C' - '@')
			end_child(r);
	}
	if (read == TERM_END || r->ended_ms)
		end_child(r);
}

/* True: it ended by itself. */
static bool wait_for(struct rerun *r)
{
	struct pollfd poll_fd = {.fd = r->alive, .events = POLLIN};

	while (waitpid(r->child, NULL, WNOHANG) == 0) {
		show_progress(r);
		read_keys(r);
		/* Hung up, it would be ready for ever. */
		if (poll(&poll_fd, 1, TICK_MS) > 0)
			poll_fd.fd = -1;
	}
	return !r->ended_ms;
}

/* ---- what came of it ---- */

/* The last line that it said, without its own name. */
static struct str last_words(struct rerun *r)
{
	struct str rest, last = STR("it said nothing"), line;
	struct err err = ERR_INIT;
	struct buf text;

	buf_init(&text, 0);
	if (source_read(path_of(r, "words"), &text, &err))
		for (rest = buf_str(&text); rest.n;) {
			line = str_trim(str_split(&rest, '\n'));
			if (line.n)
				last = arena_str(&r->arena, line);
		}
	buf_done(&text);
	if (str_starts(last, STR("hindcast: ")))
		last = str_skip(last, strlen("hindcast: "));
	return last;
}

static void say_none(struct session *s, struct str why)
{
	struct buf line;

	buf_init(&line, 0);
	for (size_t i = 0; i < why.n && line.n < 300; i++)
		buf_add_char(&line, why.p[i] == '\n' ? ' ' : why.p[i]);
	session_message(s, STYLE_BAD, "no verdict: %.*s", STR_ARG(buf_str(&line)));
	buf_done(&line);
}

static void take(struct rerun *r, struct str history)
{
	struct session *s = &r->v->session;
	int64_t ms = view_now_ms() - r->started_ms;
	struct run_file *run;
	struct err err = ERR_INIT;
	struct line words;

	if (!run_file_read(&run, path_of(r, "run.jsonl"), &err)) {
		say_none(s, last_words(r));
		return;
	}
	/* A worker that did not come says nothing of the history. */
	if (run->n_rows != 1 || str_is(run->rows[0].verdict.reason, "no-worker")) {
		say_none(s, run->n_rows ? run->rows[0].verdict.message : last_words(r));
		run_file_free(run);
		return;
	}
	run->rows[0].entry.output = STR_NONE; /* it goes with the folder */
	session_take_rerun(s, history, run);
	line_init(&words);
	words_verdict(&run->rows[0], &words);
	session_message(s, words_verdict_style(run->rows[0].verdict.kind),
			"replayed again in %lld.%lld s: %.*s", (long long)(ms / 1000),
			(long long)(ms % 1000 / 100), STR_ARG(buf_str(&words.text)));
	line_done(&words);
}

void view_rerun(struct viewing *v)
{
	struct rerun r = {.v = v, .alive = -1, .started_ms = view_now_ms()};
	bool ask_stack = v->session.request.kind == REQUEST_ASK_STACK;
	struct err err = ERR_INIT;
	struct str history;

	arena_init(&r.arena);
	screen_init(&r.screen);
	history = arena_str(&r.arena, buf_str(&v->session.request.argument));
	if (!start(&r, history, &err)) {
		session_message(&v->session, STYLE_BAD, "%s", err.message);
	} else if (!wait_for(&r)) {
		session_message(&v->session, STYLE_ODD, "the replay was ended: nothing has changed");
	} else {
		take(&r, history);
		if (ask_stack && session_document(&v->session))
			session_show(&v->session, PANE_STACK, session_document(&v->session));
	}
	session_settle(&v->session);
	if (r.alive >= 0)
		close(r.alive);
	remove_folder(&r);
	screen_done(&r.screen);
	arena_done(&r.arena);
}
