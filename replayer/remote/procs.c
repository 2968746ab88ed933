/* SPDX-License-Identifier: MIT */
/* procs.c: /proc, as far as a group of processes needs it. */
#include "replayer/remote/procs.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A table of sockets of a whole machine; a busy server has some tens of thousands. */
#define PROC_FILE_BYTES ((size_t)64 * 1024 * 1024)

struct proc {
	pid_t pid, parent, session;
	bool ours;
};

struct procs {
	struct proc *at;
	size_t n, cap;
};

bool procs_read(const char *path, struct buf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;
	char *room;

	if (fd < 0)
		return false;
	while (out->n < PROC_FILE_BYTES && (room = buf_room(out, 16384))) {
		n = read(fd, room, 16384);
		if (n <= 0)
			break;
		out->n += (size_t)n;
	}
	close(fd);
	return n == 0;
}

struct str procs_word(struct str *s)
{
	while (s->n > 0 && s->p[0] == ' ')
		*s = str_skip(*s, 1);
	return str_split(s, ' ');
}

/* "17 (a name) with) brackets) S 1 17 17 …": the name ends at the last bracket. */
static bool read_stat(pid_t pid, struct proc *ret)
{
	long long parent, group, session;
	char path[64], text[1024];
	struct str rest, state;
	ssize_t n;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return false;
	rest = str_slice(text, (size_t)n);
	while (rest.n > 0 && rest.p[rest.n - 1] != ')')
		rest.n--;
	rest = str_slice(text + rest.n, (size_t)n - rest.n);
	state = procs_word(&rest);
	if (str_is(state, "Z") || str_is(state, "X") ||
	    !str_to_int(procs_word(&rest), &parent) || !str_to_int(procs_word(&rest), &group) ||
	    !str_to_int(procs_word(&rest), &session))
		return false;
	*ret = (struct proc){.pid = pid, .parent = (pid_t)parent, .session = (pid_t)session};
	return true;
}

static void read_all(struct procs *all)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	struct proc row;

	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		long long pid;

		if (str_to_int(str_of(entry->d_name), &pid) && read_stat((pid_t)pid, &row))
			vec_push(all, row);
	}
	closedir(dir);
}

static bool has(const struct pids *pids, pid_t pid)
{
	for (size_t i = 0; i < pids->n; i++)
		if (pids->at[i] == pid)
			return true;
	return false;
}

static bool has_parent(const struct procs *all, pid_t parent)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->at[i].ours && all->at[i].pid == parent)
			return true;
	return false;
}

/* Marks those of SESSIONS, then children in sessions of their own, and their children. */
static void read_ours(const struct pids *sessions, struct procs *all)
{
	bool more = true;

	read_all(all);
	for (size_t i = 0; i < all->n; i++)
		all->at[i].ours = has(sessions, all->at[i].session);
	while (more) {
		more = false;
		for (size_t i = 0; i < all->n; i++) {
			struct proc *p = &all->at[i];

			if (p->ours || !has_parent(all, p->parent))
				continue;
			p->ours = more = true;
		}
	}
	for (size_t i = 0; i < all->n; i++)
		if (all->at[i].pid == getpid())
			all->at[i].ours = false;
}

void procs_list(const struct pids *sessions, struct pids *ret)
{
	struct procs all = {0};

	read_ours(sessions, &all);
	for (size_t i = 0; i < all.n; i++)
		if (all.at[i].ours)
			vec_push(ret, all.at[i].pid);
	vec_done(&all);
}

size_t procs_signal(struct pids *sessions, int sig)
{
	struct procs all = {0};
	size_t n = 0;

	read_ours(sessions, &all);
	for (size_t i = 0; i < all.n; i++) {
		const struct proc *p = &all.at[i];

		if (!p->ours)
			continue;
		if (!has(sessions, p->session))
			vec_push(sessions, p->session);
		(void)kill(p->pid, sig);
		n++;
	}
	vec_done(&all);
	return n;
}

int64_t procs_resident(pid_t pid)
{
	struct buf text CLEANUP(buf_done) = {0};
	char path[64];
	long long pages;
	struct str rest;

	(void)snprintf(path, sizeof(path), "/proc/%d/statm", (int)pid);
	if (!procs_read(path, &text))
		return 0;
	rest = buf_str(&text);
	(void)procs_word(&rest); /* all of its address space */
	if (!str_to_int(procs_word(&rest), &pages))
		return 0;
	return (int64_t)pages * sysconf(_SC_PAGESIZE);
}

void procs_sockets(pid_t pid, struct inodes *ret)
{
	const struct str before = STR("socket:[");
	char path[64], target[64];
	struct dirent *entry;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	dir = opendir(path);
	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		ssize_t n = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);
		struct str s = str_slice(target, n > 0 ? (size_t)n : 0);
		long long inode;

		if (!str_starts(s, before))
			continue;
		s = str_skip(s, before.n);
		if (str_to_int(str_split(&s, ']'), &inode))
			vec_push(ret, (uint64_t)inode);
	}
	closedir(dir);
}
