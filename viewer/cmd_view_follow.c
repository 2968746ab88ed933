/* SPDX-License-Identifier: MIT */
/* cmd_view_follow.c: a run file that grows while it is looked at. */
#include "viewer/cmd_view.h"

#include <sys/stat.h>
#include <time.h>

/* Milliseconds between two looks; and of all time at most one part in so many goes into reading. */
enum { EVERY_LEAST = 1000, PARTS = 20 };

/* False: it is as it was, or is not there just now. */
static bool has_changed(struct viewing *v)
{
	struct str run = v->session.run_path;
	struct stat st;
	int64_t time;
	char path[4096];

	if (run.n >= sizeof(path))
		return false;
	memcpy(path, run.p, run.n);
	path[run.n] = '\0';
	if (stat(path, &st) != 0)
		return false;
	time = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
	if (v->run_bytes == st.st_size && v->run_time == time)
		return false;
	v->run_bytes = st.st_size;
	v->run_time = time;
	return true;
}

void view_follow_begin(struct viewing *v)
{
	v->follow_every = EVERY_LEAST;
	has_changed(v);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool read_again(struct viewing *v, struct run_file **ret)
{
	struct err err = ERR_INIT;
	int64_t began = now_ms(), took;
	bool fine = run_file_read(ret, v->session.run_path, &err);

	took = now_ms() - began;
	v->follow_every = took * PARTS > EVERY_LEAST ? (int)(took * PARTS) : EVERY_LEAST;
	return fine;
}

bool view_follow(struct viewing *v)
{
	struct session *s = &v->session;
	struct run_file *run;

	/* Between two states of it there may be none that can be read: the next look will do. */
	if (!s->run || !has_changed(v) || !read_again(v, &run))
		return false;
	session_take_run(s, run, s->run_path);
	session_settle(s);
	return true;
}
