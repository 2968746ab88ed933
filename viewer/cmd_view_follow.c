/* SPDX-License-Identifier: MIT */
/* cmd_view_follow.c: a run file and histories that grow while they are looked at. */
#include "viewer/cmd_view.h"

#include <sys/stat.h>

/* Milliseconds between two looks; and of all time at most one part in so many goes into reading. */
enum { EVERY_LEAST = 1000, PARTS = 20 };
/* What is read of a run file at a time, between two keys. */
#define RUN_BYTES ((size_t)256 * 1024)

/* What a file is now, of FILE#N that one; false: it is not there. */
static bool state_of(struct str name, struct follow_state *ret)
{
	struct stat st;
	char path[4096];
	size_t number;
	struct str file = load_path_split(name, &number);

	if (!file.n || file.n >= sizeof(path))
		return false;
	memcpy(path, file.p, file.n);
	path[file.n] = '\0';
	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return false;
	*ret = (struct follow_state){
		.bytes = st.st_size,
		.time = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec,
	};
	return true;
}

static bool same_state(const struct follow_state *a, const struct follow_state *b)
{
	return a->bytes == b->bytes && a->time == b->time;
}

static void follow(struct followed *f, struct str file, const struct follow_state *now)
{
	*f = (struct followed){.read = *now};
	if (file.n < sizeof(f->path))
		memcpy(f->path, file.p, file.n);
}

void view_follow_begin(struct viewing *v)
{
	struct follow_state now = {0};

	v->follow_every = EVERY_LEAST;
	state_of(v->session.run_path, &now);
	follow(&v->followed_run, v->session.run_path, &now);
}

/* ---- reading ---- */

static bool read_run_anew(struct viewing *v, struct err *err)
{
	struct run_file *run;

	if (!run_file_read(&run, v->session.run_path, err))
		return false;
	session_take_run(&v->session, run, v->session.run_path);
	session_message(&v->session, STYLE_ODD, "%.*s is another run now: it was read anew",
			STR_ARG(v->session.run_path));
	return true;
}

/* What was appended; else the whole file. */
static enum follow_step read_run(struct viewing *v, struct document *d, struct err *err)
{
	struct session *s = &v->session;
	enum run_growth growth = run_file_read_more(s->run, s->run_path, RUN_BYTES);

	(void)d;
	if (growth == RUN_OTHER)
		return read_run_anew(v, err) ? FOLLOW_READ : FOLLOW_FAILED;
	if (growth == RUN_GREW)
		session_run_grew(s);
	return growth == RUN_GREW ? FOLLOW_READ
	       : growth == RUN_GREW_PART ? FOLLOW_PART : FOLLOW_SAME;
}

static enum follow_step read_history(struct viewing *v, struct document *d, struct err *err)
{
	return session_read_again(&v->session, d, err) ? FOLLOW_READ : FOLLOW_FAILED;
}

/* ---- looking ---- */

/* A pipe, or a member of an archive, never was a file that can go. */
static bool was_there(const struct followed *f)
{
	return f->read.bytes || f->read.time;
}

/*
 * Between two states of a file there may be none that can be read, so that it went bad is said
 * when it is found so twice; and once. True: there is something new to draw.
 */
static bool complain_of(struct viewing *v, struct followed *f, const char *what)
{
	if (++f->failures != 2)
		return false;
	session_message(&v->session, STYLE_BAD, "%s; what was read before is shown", what);
	return true;
}

static bool look(struct viewing *v, struct followed *f, struct str file, struct document *d,
		 enum follow_step (*reader)(struct viewing *v, struct document *d, struct err *err))
{
	struct follow_state now = {0};
	struct err err = ERR_INIT;
	bool there = state_of(file, &now);
	int64_t began = view_now_ms(), took;
	enum follow_step step;

	if (!str_is(file, f->path))
		follow(f, file, &now);
	if (!there) {
		err_set(&err, ERR_IO, "%.*s is gone", STR_ARG(file));
		return was_there(f) && complain_of(v, f, err.message);
	}
	if (same_state(&f->read, &now)) {
		f->failures = 0;
		return false;
	}
	/* It is as wrong as it was, and that was said. */
	if (f->failures > 2 && same_state(&f->failed, &now))
		return false;
	step = reader(v, d, &err);
	took = view_now_ms() - began;
	if (took * PARTS > v->follow_every)
		v->follow_every = (int)(took * PARTS);
	if (step == FOLLOW_FAILED) {
		f->failed = now;
		return complain_of(v, f, err.message);
	}
	f->failures = 0;
	if (step == FOLLOW_PART)
		v->follow_every = 0;
	else
		f->read = now;
	session_settle(&v->session);
	return step == FOLLOW_READ;
}

static bool look_at_history(struct viewing *v, struct document *d)
{
	struct followed *f = v->followed;
	struct follow_state now = {0};

	while (f < v->followed + FOLLOWED_MOST && !str_is(d->path, f->path))
		f++;
	if (f == v->followed + FOLLOWED_MOST) {
		f = &v->followed[v->followed_next++ % FOLLOWED_MOST];
		state_of(d->path, &now);
		follow(f, d->path, &now);
	}
	return look(v, f, d->path, d, read_history);
}

bool view_follow(struct viewing *v)
{
	struct session *s = &v->session;
	struct document *d = session_document(s);
	const struct comparison *c = s->places.n ? session_place(s)->comparison : NULL;
	bool changed = false;

	v->follow_every = EVERY_LEAST;
	if (s->run)
		changed |= look(v, &v->followed_run, s->run_path, NULL, read_run);
	if (d)
		changed |= look_at_history(v, d);
	if (c && c->right != d)
		changed |= look_at_history(v, c->right);
	return changed;
}
