/* SPDX-License-Identifier: MIT */
/* cmd_view_follow.c: a run file that grows while it is looked at. */
#include "viewer/cmd_view.h"

#include <sys/stat.h>

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
	has_changed(v);
}

bool view_follow(struct viewing *v)
{
	struct session *s = &v->session;
	struct run_file *run;
	struct err err = ERR_INIT;

	/* Between two states of it there may be none that can be read: the next look will do. */
	if (!s->run || !has_changed(v) || !run_file_read(&run, s->run_path, &err))
		return false;
	session_take_run(s, run, s->run_path);
	session_settle(s);
	return true;
}
