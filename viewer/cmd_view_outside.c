/* SPDX-License-Identifier: MIT */
/* cmd_view_outside.c: files, clipboards, pagers, editors: what a session asks for. */
#include "viewer/cmd_view.h"

#include "formats/base/base64.h"
#include "formats/history/detail.h"
#include "viewer/cmd_view_child.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static bool write_all(int fd, struct str text)
{
	while (text.n) {
		ssize_t n = write(fd, text.p, text.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		text = str_skip(text, (size_t)n);
	}
	return true;
}

/* Half a text is none: what was made for it goes. ERRNO says why. */
static bool fill(int fd, struct str text, const char *made)
{
	bool ok = write_all(fd, text);
	int why = errno;

	if (close(fd) != 0 && ok) {
		ok = false;
		why = errno;
	}
	if (!ok && made)
		unlink(made);
	errno = why;
	return ok;
}

/* ---- files ---- */

static void write_file(struct viewing *v, struct request *r)
{
	struct session *s = &v->session;
	bool over = r->kind == REQUEST_WRITE_OVER;
	int fd = open(r->argument.p, O_WRONLY | O_CREAT | O_CLOEXEC | (over ? O_TRUNC : O_EXCL), 0666);

	if (fd < 0 && errno == EEXIST && !over) {
		session_message(s, STYLE_BAD, "%s is there already (:write! %s writes over it)",
				r->argument.p, r->argument.p);
		return;
	}
	if (fd < 0) {
		session_message(s, STYLE_BAD, "%s: %s", r->argument.p, strerror(errno));
		return;
	}
	if (!fill(fd, buf_str(&r->text), over ? NULL : r->argument.p))
		session_message(s, STYLE_BAD, "%s: not all of it was written: %s", r->argument.p,
				strerror(errno));
	else
		session_message(s, STYLE_PLAIN, "written: %s (%.*s)", r->argument.p,
				STR_ARG(detail_bytes(r->text.n, &s->step)));
}

/* ---- the clipboard ---- */

/* What terminals take in one sequence: 100,000 bytes less what is around them (as k9s). */
#define OSC52_BYTES ((size_t)74994)

static bool set(const char *name)
{
	const char *value = getenv(name);

	return value && *value;
}

/* The terminal itself is asked: over ssh and in tmux no program here has the user's clipboard. */
static bool by_terminal(struct viewing *v, struct str text)
{
	struct buf out;
	char *room;

	if (BASE64_ENCODED(text.n) > OSC52_BYTES)
		return false;
	buf_init(&out, 0);
	buf_puts(&out, "\x1b]52;c;");
	room = buf_room(&out, BASE64_ENCODED(text.n));
	base64_encode(text, room);
	out.n += BASE64_ENCODED(text.n);
	buf_add_char(&out, '\a');
	v->term->send(v->term, buf_str(&out));
	buf_done(&out);
	return true;
}

static const char *by_program(struct viewing *v, struct str text)
{
	static const struct {
		const char *needs; /* a variable, or NULL */
		const char *const argv[5];
	} PROGRAMS[] = {
		{"WAYLAND_DISPLAY", {"wl-copy", NULL}},
		{"DISPLAY", {"xclip", "-selection", "clipboard", NULL}},
		{NULL, {"pbcopy", NULL}},
	};

	for (size_t i = 0; i < sizeof(PROGRAMS) / sizeof(*PROGRAMS) && !v->term->ended_by; i++) {
		struct child_end end;

		if (PROGRAMS[i].needs && !set(PROGRAMS[i].needs))
			continue;
		if (child_feed(PROGRAMS[i].argv, text, &end))
			return PROGRAMS[i].argv[0];
		v->term->ended_by = end.asked;
	}
	return NULL;
}

static int make_copies_file(struct viewing *v)
{
	const char *folder = set("XDG_RUNTIME_DIR") ? getenv("XDG_RUNTIME_DIR")
			     : set("TMPDIR")	    ? getenv("TMPDIR")
						    : "/tmp";

	if ((size_t)snprintf(v->copies, sizeof(v->copies), "%s/hindcast-XXXXXX", folder) <
	    sizeof(v->copies))
		return mkostemp(v->copies, O_CLOEXEC);
	errno = ENAMETOOLONG;
	return -1;
}

/* One file that only its owner reads, with the last copy in it. */
static bool by_file(struct viewing *v, struct str text, bool *ret_over)
{
	int fd = v->copies[0] ? open(v->copies, O_WRONLY | O_TRUNC | O_NOFOLLOW | O_CLOEXEC) : -1;

	*ret_over = fd >= 0;
	if (fd < 0)
		fd = make_copies_file(v);
	return fd >= 0 && fill(fd, text, v->copies);
}

static void copy(struct viewing *v, struct request *r)
{
	struct session *s = &v->session;
	struct str text = buf_str(&r->text);
	struct str size = detail_bytes(text.n, &s->step);
	bool remote = set("SSH_TTY") || set("SSH_CONNECTION") || set("TMUX");
	const char *program = NULL;
	bool over;

	if (remote && by_terminal(v, text)) {
		session_message(s, STYLE_PLAIN, "copied %s (%.*s) by the terminal (OSC 52)",
				r->argument.p, STR_ARG(size));
		return;
	}
	if (!remote)
		program = by_program(v, text);
	if (program) {
		session_message(s, STYLE_PLAIN, "copied %s (%.*s) by %s", r->argument.p, STR_ARG(size),
				program);
	} else if (by_file(v, text, &over)) {
		session_message(s, STYLE_PLAIN, "%s: %s (%.*s) is in %s%s",
				remote ? "too long for the terminal's clipboard" : "no clipboard here",
				r->argument.p, STR_ARG(size), v->copies, over ? ", over the last" : "");
	} else {
		session_message(s, STYLE_BAD, "no clipboard here, and %s can't be written: %s",
				v->copies, strerror(errno));
		v->copies[0] = '\0'; /* no file of ours */
	}
}

/* ---- programs that the terminal is given to ---- */

static void say(struct viewing *v, const char *what, const struct child_end *end)
{
	if (end->signal)
		session_message(&v->session, STYLE_ODD, "%s was ended by signal %d", what, end->signal);
	else if (end->code)
		session_message(&v->session, STYLE_ODD, "%s: exit code %d", what, end->code);
}

static void run(struct viewing *v, const char *what, const char *const *argv, struct str input,
		enum child_wait wait)
{
	struct child_end end;
	struct err err = ERR_INIT;
	bool ok;

	v->term->leave(v->term);
	ok = child_run(argv, input, wait, &end, &err);
	v->term->ended_by = end.asked;
	if (!end.asked)
		v->term->enter(v->term);
	if (ok)
		say(v, what, &end);
	else
		session_message(&v->session, STYLE_BAD, "%s: %s", what, err.message);
}

static void edit(struct viewing *v, struct request *r)
{
	const char *editor = set("VISUAL") ? getenv("VISUAL") : set("EDITOR") ? getenv("EDITOR") : "vi";
	struct arena *a = &v->session.step;
	/* The variable may hold options; the path is never part of what the shell reads. */
	const char *argv[] = {"sh", "-c", arena_cstr(a, arena_printf(a, "%s \"$@\"", editor)), "sh",
			      arena_cstr(a, arena_printf(a, "+%lld", (long long)(r->line > 0 ? r->line : 1))),
			      r->argument.p, NULL};

	run(v, editor, argv, STR_NONE, CHILD_BACK_AT_ONCE);
}

static void page(struct viewing *v, struct request *r)
{
	const char *pager = set("PAGER") ? getenv("PAGER") : "less";
	const char *argv[] = {"sh", "-c", pager, NULL};

	run(v, pager, argv, buf_str(&r->text), CHILD_BACK_AT_ONCE);
}

static void pipe_into(struct viewing *v, struct request *r)
{
	const char *argv[] = {"sh", "-c", r->argument.p, NULL};

	run(v, r->argument.p, argv, buf_str(&r->text), CHILD_BACK_AFTER_ENTER);
}

void view_outside(struct viewing *v)
{
	struct request *r = &v->session.request;

	switch (r->kind) {
	case REQUEST_REDRAW:
		v->term->forget(v->term);
		view_follow(v);
		break;
	case REQUEST_SUSPEND:
		v->term->suspend(v->term);
		break;
	case REQUEST_MOUSE:
		v->term->mouse(v->term, v->session.mouse);
		break;
	case REQUEST_WRITE:
	case REQUEST_WRITE_OVER:
		write_file(v, r);
		break;
	case REQUEST_COPY:
		copy(v, r);
		break;
	case REQUEST_EDIT:
		edit(v, r);
		break;
	case REQUEST_PAGER:
		page(v, r);
		break;
	case REQUEST_PIPE:
		pipe_into(v, r);
		break;
	case REQUEST_RERUN:
	case REQUEST_ASK_STACK:
		view_rerun(v);
		break;
	default:
		break;
	}
	r->kind = REQUEST_NONE;
}
