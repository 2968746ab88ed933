/* SPDX-License-Identifier: MIT */
/* cmd_view_follow.c: a run file or a history that grows while it is looked at. */
#include "viewer/cmd_view.h"

#include <sys/stat.h>

/* Milliseconds between two looks; and of all time at most one part in so many goes into reading. */
enum { EVERY_LEAST = 1000, PARTS = 20 };

/*
 * False: it is as it was, or is not there just now, or was not looked at before. RET is what it
 * is now: F, once that was read.
 */
static bool has_changed(struct followed *f, struct str file, struct followed *ret)
{
	struct stat st;
	char path[4096];

	if (!file.n || file.n >= sizeof(path))
		return false;
	memcpy(path, file.p, file.n);
	path[file.n] = '\0';
	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return false;
	*ret = (struct followed){
		.path = file,
		.bytes = st.st_size,
		.time = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec,
	};
	if (!str_eq(f->path, file))
		*f = *ret;
	return f->bytes != ret->bytes || f->time != ret->time;
}

void view_follow_begin(struct viewing *v)
{
	struct followed now;

	v->follow_every = EVERY_LEAST;
	has_changed(&v->followed_run, v->session.run_path, &now);
}

static bool read_run(struct viewing *v, struct err *err)
{
	struct run_file *run;

	if (!run_file_read(&run, v->session.run_path, err))
		return false;
	session_take_run(&v->session, run, v->session.run_path);
	session_settle(&v->session);
	return true;
}

static bool read_history(struct viewing *v, struct err *err)
{
	return session_read_again(&v->session, session_document(&v->session), err);
}

/* Between two states of a file there may be none that can be read: the next look will do. */
static bool look(struct viewing *v, struct followed *f, struct str file,
		 bool (*reader)(struct viewing *v, struct err *err))
{
	struct err err = ERR_INIT;
	struct followed now;
	int64_t began = view_now_ms(), took;
	bool fine;

	if (!has_changed(f, file, &now))
		return false;
	fine = reader(v, &err);
	if (fine) {
		f->bytes = now.bytes;
		f->time = now.time;
	}
	took = view_now_ms() - began;
	v->follow_every = took * PARTS > EVERY_LEAST ? (int)(took * PARTS) : EVERY_LEAST;
	return fine;
}

bool view_follow(struct viewing *v)
{
	struct session *s = &v->session;
	struct document *d = session_document(s);
	bool changed = false;

	if (s->run)
		changed |= look(v, &v->followed_run, s->run_path, read_run);
	if (d)
		changed |= look(v, &v->followed_history, d->path, read_history);
	return changed;
}
