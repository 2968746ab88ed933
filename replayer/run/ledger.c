/* SPDX-License-Identifier: MIT */
/* ledger.c: writing the run file, a whole line at a time. */
#include "replayer/run/ledger.h"

#include "formats/base/limits.h"
#include "formats/base/mem.h"
#include "replayer/run/causes.h"
#include "replayer/run/run_file.h"
#include "replayer/run/run_json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct ledger {
	int fd;
	bool regular; /* not a pipe or a device: can be cut back */
	off_t bytes;  /* of whole lines */
	struct buf path;
	struct buf line;
	int64_t totals[VERDICT_KINDS];
	struct causes causes;
};

static bool write_all(int fd, struct str s)
{
	while (s.n) {
		ssize_t n = write(fd, s.p, s.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			errno = n ? errno : EIO;
			return false;
		}
		s = str_skip(s, (size_t)n);
	}
	return true;
}

/* Writes L->line; half a line is taken back, so that the file stays readable. */
static bool write_line(struct ledger *l, struct err *err)
{
	buf_add_char(&l->line, '\n');
	if (!buf_ok(&l->line, err))
		return err_wrap(err, "run file %s", l->path.p);
	if (!write_all(l->fd, buf_str(&l->line))) {
		err_errno(err, "run file %s", l->path.p);
		/* Where this fails too, the reader drops the half line. */
		if (l->regular && ftruncate(l->fd, l->bytes) == 0)
			lseek(l->fd, l->bytes, SEEK_SET);
		return false;
	}
	l->bytes += (off_t)l->line.n;
	return true;
}

/* What is made for runs belongs into no repository; without the file it is only untidy. */
static void ignore_in_git(const char *folder)
{
	static const char all[] = "*\n";
	struct buf name;
	int fd;

	buf_init(&name, 0);
	buf_printf(&name, "%s/.gitignore", folder);
	fd = open(name.p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0 && write(fd, all, sizeof(all) - 1) < 0)
		(void)unlink(name.p);
	if (fd >= 0)
		close(fd);
	buf_done(&name);
}

/* "a/b/run.jsonl": makes a/b, but not a. */
static bool make_folder(const char *path, struct err *err)
{
	struct str folder = str_folder(str_of(path));
	struct buf name;
	bool ok;

	if (folder.n <= 1)
		return true;
	folder.n--;
	buf_init(&name, 0);
	buf_add(&name, folder);
	if (mkdir(name.p, 0700) == 0) {
		ignore_in_git(name.p);
		ok = true;
	} else {
		ok = errno == EEXIST || err_errno(err, "folder %s of the run file", name.p);
	}
	buf_done(&name);
	return ok;
}

/*
 * FD is ours alone, and still the file of that name: who goes on with a run puts a new file
 * in its place, and lets go of the old one.
 */
static bool lock(const char *path, int fd, struct err *err)
{
	struct stat ours, there;
	bool taken = flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;

	if (!taken && fstat(fd, &ours) == 0 &&
	    (stat(path, &there) != 0 || ours.st_ino != there.st_ino || ours.st_dev != there.st_dev))
		taken = true;
	return !taken || err_set(err, ERR_IO,
				 "run file %s: another replay is writing it; name another with "
				 "--run FILE", path);
}

/* As run_json_header() begins; who wrote it again may have put blanks between these. */
static const char *const RUN_FILE_BEGINS[] = {"{", "\"hindcast\"", ":", "\"run\"", ","};
/* What tells a run file, with some blanks. */
#define RUN_FILE_HEAD 256

static struct str skip_blanks(struct str s)
{
	while (s.n && (s.p[0] == ' ' || s.p[0] == '\t' || s.p[0] == '\r' || s.p[0] == '\n'))
		s = str_skip(s, 1);
	return s;
}

/*
 * It is a run file as far as it goes: *RET bytes that tell it, 0 where there are none. False: it
 * is not, or (*RET < 0) can't be read.
 */
static bool begins_as_run(int fd, ssize_t *ret)
{
	char head[RUN_FILE_HEAD];
	struct str rest;
	bool all;

	*ret = pread(fd, head, sizeof(head), 0);
	if (*ret < 0)
		return false;
	all = *ret < (ssize_t)sizeof(head);
	rest = str_slice(head, (size_t)*ret);
	*ret = 0;
	for (size_t i = 0; i < sizeof(RUN_FILE_BEGINS) / sizeof(*RUN_FILE_BEGINS); i++) {
		struct str token = str_of(RUN_FILE_BEGINS[i]);

		rest = skip_blanks(rest);
		if (all) /* half of one, where the file ends in it */
			token = str_take(token, rest.n);
		if (!str_starts(rest, token))
			return false;
		rest = str_skip(rest, token.n);
		*ret += (ssize_t)token.n;
	}
	return true;
}

bool ledger_is_run(struct str path)
{
	struct buf name CLEANUP(buf_done) = {0};
	ssize_t n = 0;
	bool is_run;
	int fd;

	buf_add(&name, path);
	fd = open(name.p ? name.p : "", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	is_run = fd >= 0 && begins_as_run(fd, &n) && n > 0;
	if (fd >= 0)
		close(fd);
	return is_run;
}

static bool may_be_replaced(const struct ledger *l, struct err *err)
{
	ssize_t n;

	if (begins_as_run(l->fd, &n))
		return true;
	if (n < 0)
		return err_errno(err, "run file %s", l->path.p);
	return err_set(err, ERR_IO, "run file %s: it holds something else, which is not written "
				    "over; name another with --run FILE", l->path.p);
}

/* An old run is written over, unless somebody is still writing it. */
static bool open_file(struct ledger *l, struct err *err)
{
	struct stat st;

	l->fd = open(l->path.p, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (l->fd < 0 || fstat(l->fd, &st) != 0)
		return err_errno(err, "run file %s", l->path.p);
	l->regular = S_ISREG(st.st_mode);
	if (!l->regular)
		return true;
	if (!lock(l->path.p, l->fd, err) || !may_be_replaced(l, err))
		return false;
	if (fchmod(l->fd, 0600) != 0 || ftruncate(l->fd, 0) != 0)
		return err_errno(err, "run file %s", l->path.p);
	return true;
}

static void ledger_free(struct ledger *l)
{
	if (l->fd >= 0)
		close(l->fd);
	causes_done(&l->causes);
	buf_done(&l->line);
	buf_done(&l->path);
	mem_free(l);
}

bool ledger_open(struct ledger **ret, struct str path, const struct ledger_header *header,
		 struct err *err)
{
	struct ledger *l = mem_zalloc(sizeof(*l));

	l->fd = -1;
	buf_init(&l->path, 0);
	buf_add(&l->path, path);
	buf_init(&l->line, LIMIT_RUN_LINE_BYTES);
	causes_init(&l->causes);
	run_json_print(run_json_header(header), 0, &l->line);
	if (!path.n)
		err_set(err, ERR_USAGE, "the run file has no name");
	else if (make_folder(l->path.p, err) && open_file(l, err) && write_line(l, err)) {
		*ret = l;
		return true;
	}
	ledger_free(l);
	return false;
}

/* ---- going on ---- */

static void count(struct ledger *l, const struct ledger_entry *entry)
{
	l->totals[entry->verdict->kind]++;
	/* The totals name causes only; keeping the rest would grow with the corpus. */
	if (entry->verdict->fingerprint[0])
		causes_add(&l->causes, entry);
}

/* Which lines of the old file stay, by their number. */
static bool *lines_kept(const struct run_file *run, const bool *keep, int64_t *ret_last)
{
	bool *kept;

	*ret_last = 0;
	for (size_t i = 0; i < run->n_rows; i++)
		if (run->rows[i].line > *ret_last)
			*ret_last = run->rows[i].line;
	kept = mem_zalloc((size_t)*ret_last + 1);
	for (size_t i = 0; i < run->n_rows; i++)
		kept[run->rows[i].line] = keep[i];
	return kept;
}

static bool copy_lines(struct ledger *l, FILE *old, const struct run_file *run,
		       const bool *keep, struct err *err)
{
	int64_t number = 1, last;
	bool *kept = lines_kept(run, keep, &last), fine = true;
	char *line = NULL;
	size_t room = 0;
	ssize_t n;

	while (fine && number <= last && (n = getline(&line, &room, old)) > 0) {
		if (kept[number++]) {
			buf_clear(&l->line);
			buf_add_bytes(&l->line, line, (size_t)n - (line[n - 1] == '\n'));
			fine = write_line(l, err);
		}
	}
	mem_free(line);
	mem_free(kept);
	return fine;
}

/* The new file beside the old: NAME. */
static bool replace(struct ledger *l, FILE *old, const char *name, const struct run_file *run,
		    const bool *keep, struct err *err)
{
	l->fd = open(name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (l->fd < 0)
		return err_errno(err, "%s", name);
	l->regular = true;
	if (!write_line(l, err) || !copy_lines(l, old, run, keep, err))
		return false;
	if (flock(l->fd, LOCK_EX | LOCK_NB) != 0 || fsync(l->fd) != 0 ||
	    rename(name, l->path.p) != 0)
		return err_errno(err, "run file %s", l->path.p);
	for (size_t i = 0; i < run->n_rows; i++)
		if (keep[i])
			count(l, &run->rows[i].entry);
	return true;
}

bool ledger_resume(struct ledger **ret, struct str path, const struct ledger_header *header,
		   const struct run_file *run, const bool *keep, struct err *err)
{
	struct ledger *l = mem_zalloc(sizeof(*l));
	struct buf name;
	FILE *old;
	bool fine;

	l->fd = -1;
	buf_init(&name, 0);
	buf_init(&l->path, 0);
	buf_add(&l->path, path);
	buf_printf(&name, "%.*s.resume", STR_ARG(path));
	buf_init(&l->line, LIMIT_RUN_LINE_BYTES);
	causes_init(&l->causes);
	run_json_print(run_json_header(header), 0, &l->line);
	old = fopen(l->path.p, "re");
	if (!old)
		fine = err_errno(err, "run file %s", l->path.p);
	else
		fine = lock(l->path.p, fileno(old), err) &&
		       replace(l, old, name.p, run, keep, err);
	if (old)
		fclose(old);
	if (fine) {
		*ret = l;
	} else {
		(void)unlink(name.p);
		ledger_free(l);
	}
	buf_done(&name);
	return fine;
}

/* ---- adding ---- */

/* False: it is too long for a line and its end. */
static bool print_entry(struct ledger *l, const struct ledger_entry *entry)
{
	buf_clear(&l->line);
	run_json_put_entry(entry, false, &l->line);
	return !l->line.full && l->line.n < LIMIT_RUN_LINE_BYTES;
}

/* The verdict is worth more than what was seen on the way: that goes, and a clue says so. */
static void print_less(struct ledger *l, const struct ledger_entry *entry)
{
	struct evidence less = *entry->evidence;
	struct ledger_entry kept = *entry;

	kept.evidence = &less;
	less.stacks.n = less.queries.n = 0;
	less.clues.at = NULL;
	less.clues.n = less.clues.cap = 0;
	for (size_t i = 0; i < entry->evidence->clues.n; i++)
		vec_push(&less.clues, entry->evidence->clues.at[i]);
	vec_push(&less.clues, STR("stacks and answers to queries are left out here: they would not "
				  "fit into a line of the run file"));
	if (!print_entry(l, &kept)) {
		less.tasks.n = 0;
		(void)print_entry(l, &kept);
	}
	vec_done(&less.clues);
}

bool ledger_add(struct ledger *l, const struct ledger_entry *entry, struct err *err)
{
	if (!print_entry(l, entry) && entry->evidence)
		print_less(l, entry);
	if (!write_line(l, err))
		return false;
	count(l, entry);
	return true;
}

bool ledger_close(struct ledger *l, struct str ended, struct err *err)
{
	json_t *o = json_object();
	bool ok;
	int fd;

	causes_sort(&l->causes);
	run_json_set(o, "totals", run_json_totals(l->totals));
	run_json_set(o, "causes", run_json_causes(&l->causes));
	run_json_set(o, "ended", run_json_str(ended));
	buf_clear(&l->line);
	run_json_print(o, 0, &l->line);
	ok = write_line(l, err);
	/* Some file systems report a full disk only here. */
	fd = l->fd;
	l->fd = -1;
	if (close(fd) != 0 && ok)
		ok = err_errno(err, "run file %s", l->path.p);
	ledger_free(l);
	return ok;
}
