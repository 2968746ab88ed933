/* SPDX-License-Identifier: MIT */
/* run_file.c: JSON Lines in, rows out; streams, so that only the rows are held. */
#include "replayer/run/run_file.h"

#include "formats/base/buf.h"
#include "formats/base/limits.h"
#include "formats/base/mem.h"
#include "replayer/run/run_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK_BYTES ((size_t)128 * 1024)

/* Takes the whole lines out of PENDING. */
static bool read_lines(struct run_reader *r, struct buf *pending)
{
	struct str rest = buf_str(pending);
	const char *end;

	while (rest.n && (end = memchr(rest.p, '\n', rest.n))) {
		struct str line = str_split(&rest, '\n');

		if (!run_reader_line(r, line, true))
			return false;
	}
	if (rest.n > LIMIT_RUN_LINE_BYTES) {
		r->line++;
		return err_set(r->err, ERR_LIMIT, "longer than %zu bytes",
			       LIMIT_RUN_LINE_BYTES);
	}
	if (rest.n && rest.p != pending->p)
		memmove(pending->p, rest.p, rest.n);
	pending->n = rest.n;
	return true;
}

/* ---- the whole file ---- */

static int by_path(const void *a, const void *b)
{
	const struct run_row *x = a, *y = b;
	int order = str_cmp(x->entry.history, y->entry.history);

	return order ? order : (x->line > y->line) - (x->line < y->line);
}

/* Anew: those of before stay until the next time, for who still points at them. */
static void count(struct run_file *run)
{
	VEC_OF(size_t) place = {0};

	causes_done(&run->causes_before);
	run->causes_before = run->causes;
	causes_init(&run->causes);
	memset(run->totals, 0, sizeof(run->totals));
	for (size_t i = 0; i < run->n_rows; i++) {
		run->rows[i].entry.verdict = &run->rows[i].verdict;
		run->totals[run->rows[i].verdict.kind]++;
		run->rows[i].cause = causes_add(&run->causes, &run->rows[i].entry);
	}
	causes_sort(&run->causes);
	for (size_t i = 0; i < run->causes.items.n; i++)
		vec_push(&place, 0);
	for (size_t i = 0; i < run->causes.items.n; i++)
		place.at[run->causes.items.at[i].index] = i;
	for (size_t i = 0; i < run->n_rows; i++)
		if (run->rows[i].cause != CAUSES_NONE)
			run->rows[i].cause = place.at[run->rows[i].cause];
	vec_done(&place);
}

/* The N rows of MORE, which is not empty, take their places among those that are there. */
static void merge(struct run_file *run, const struct run_row *more, size_t n)
{
	struct run_row *rows = mem_alloc((run->n_rows + n) * sizeof(*rows));
	size_t i = 0, j = 0;

	while (i < run->n_rows || j < n) {
		bool old = j == n || (i < run->n_rows && by_path(&run->rows[i], &more[j]) <= 0);

		rows[i + j] = old ? run->rows[i] : more[j];
		i += old;
		j += !old;
	}
	mem_free(run->rows);
	run->rows = rows;
	run->n_rows = i + j;
}

void run_file_take_more(struct run_file *run)
{
	struct run_reader *r = run->reader;

	for (size_t i = 0; i < r->rows.n; i++)
		r->rows.at[i].was = VERDICT_KINDS;
	if (r->rows.n)
		qsort(r->rows.at, r->rows.n, sizeof(*r->rows.at), by_path);
	/* The first rows are most of them: a copy would be as large as all there is. */
	if (!run->n_rows) {
		mem_free(run->rows);
		run->rows = r->rows.at;
		run->n_rows = r->rows.n;
		r->rows.at = NULL;
		r->rows.n = r->rows.cap = 0;
	} else if (r->rows.n) {
		merge(run, r->rows.at, r->rows.n);
	}
	vec_done(&r->rows);
	count(run);
}

static struct run_reader *start(struct err *err)
{
	struct run_reader *r = mem_zalloc(sizeof(*r));

	r->run = mem_zalloc(sizeof(*r->run));
	r->run->reader = r;
	r->err = err;
	arena_init(&r->run->arena);
	causes_init(&r->run->causes);
	causes_init(&r->run->causes_before);
	return r;
}

/* The line at which it went wrong. */
static bool name_line(const struct run_reader *r)
{
	if (r->err && r->line)
		r->err->line = r->line;
	return r->line ? err_wrap(r->err, "line %" PRId64, r->line) : false;
}

static bool end(struct run_reader *r, bool ok, struct run_file **ret)
{
	if (ok && r->line == 0) {
		r->line = 1;
		ok = err_set(r->err, ERR_FORMAT, "this is not a hindcast run file: it is empty");
	}
	if (!ok) {
		name_line(r);
		run_file_free(r->run);
		return false;
	}
	r->err = NULL;
	run_file_take_more(r->run);
	*ret = r->run;
	return true;
}

bool run_file_parse(struct run_file **ret, struct str text, struct err *err)
{
	struct run_reader *r = start(err);
	bool ok = true;

	while (ok && text.n) {
		bool whole = memchr(text.p, '\n', text.n);

		ok = run_reader_line(r, str_split(&text, '\n'), whole);
	}
	return end(r, ok, ret);
}

/* From where FD is: all, or some more than MOST bytes. */
static bool read_chunks(struct run_reader *r, int fd, size_t most, struct buf *pending)
{
	size_t from = r->bytes;

	while (r->bytes - from < most) {
		char *room = buf_room(pending, CHUNK_BYTES);
		ssize_t n = room ? read(fd, room, CHUNK_BYTES) : -1;

		if (!room)
			return buf_ok(pending, r->err);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(r->err, "reading");
		if (n == 0)
			return !pending->n || run_reader_line(r, buf_str(pending), false);
		pending->n += (size_t)n;
		if (r->bytes + pending->n > LIMIT_RUN_FILE_BYTES)
			return err_set(r->err, ERR_LIMIT, "more than %zu bytes",
				       LIMIT_RUN_FILE_BYTES);
		if (!read_lines(r, pending))
			return false;
	}
	return true;
}

static int open_file(struct str path)
{
	struct buf name;
	int fd;

	buf_init(&name, 0);
	buf_add(&name, path);
	fd = open(name.p ? name.p : "", O_RDONLY | O_CLOEXEC);
	buf_done(&name);
	return fd;
}

/* ---- a file that grows ---- */

#define PRINT_BYTES 4096

/* N bytes at AT; 0: they are not there. */
static uint64_t print_of(int fd, off_t at, size_t n)
{
	char bytes[PRINT_BYTES];

	return pread(fd, bytes, n, at) == (ssize_t)n ? map_hash(str_slice(bytes, n)) : 0;
}

/* What is read is to be known again. */
static void remember(struct run_reader *r, int fd)
{
	size_t n = r->bytes < PRINT_BYTES ? r->bytes : PRINT_BYTES;
	struct stat st;

	r->is_file = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	if (!r->is_file)
		return;
	r->dev = st.st_dev;
	r->ino = st.st_ino;
	r->prints[0] = (struct run_print){0, n, print_of(fd, 0, n)};
	r->prints[1] = (struct run_print){(off_t)(r->bytes - n), n,
					  print_of(fd, (off_t)(r->bytes - n), n)};
}

static bool is_known(const struct run_reader *r, int fd, const struct stat *st)
{
	if (!r->is_file || st->st_dev != r->dev || st->st_ino != r->ino ||
	    st->st_size < (off_t)r->bytes)
		return false;
	for (int i = 0; i < 2; i++)
		if (print_of(fd, r->prints[i].at, r->prints[i].n) != r->prints[i].hash)
			return false;
	return true;
}

/* Behind the line end that the last line got meanwhile; false: it got something else. */
static bool close_line(struct run_reader *r, int fd)
{
	char end;

	if (!r->open_line || pread(fd, &end, 1, (off_t)r->bytes) == 0)
		return true;
	r->open_line = false;
	return end == '\n' && ++r->bytes;
}

static bool read_more(struct run_reader *r, int fd, size_t most)
{
	struct str ended = r->run->ended;
	struct run_reader before = *r;
	struct buf pending;
	bool ok;

	buf_init(&pending, LIMIT_RUN_LINE_BYTES + 2 * CHUNK_BYTES);
	ok = close_line(r, fd) && lseek(fd, (off_t)r->bytes, SEEK_SET) >= 0 &&
	     read_chunks(r, fd, most, &pending);
	buf_done(&pending);
	if (ok) {
		remember(r, fd);
		return true;
	}
	/* Texts that many rows share may stay. */
	r->rows.n = before.rows.n;
	r->line = before.line;
	r->bytes = before.bytes;
	r->ended = before.ended;
	r->open_line = before.open_line;
	r->run->ended = ended;
	return false;
}

enum run_growth run_file_read_more(struct run_file *run, struct str path, size_t most)
{
	struct run_reader *r = run->reader;
	bool half = run->half_line, ended = r->ended, ok;
	int fd = open_file(path);
	struct stat st;

	if (fd < 0)
		return RUN_OTHER;
	run->half_line = false;
	ok = fstat(fd, &st) == 0 && is_known(r, fd, &st) && read_more(r, fd, most);
	close(fd);
	if (!ok) {
		run->half_line = half;
		return RUN_OTHER;
	}
	if ((size_t)st.st_size > r->bytes && !run->half_line)
		return RUN_GREW_PART;
	return r->rows.n || r->ended != ended || run->half_line != half ? RUN_GREW : RUN_SAME;
}

bool run_file_read(struct run_file **ret, struct str path, struct err *err)
{
	struct run_reader *r;
	struct buf pending;
	int fd = open_file(path);
	bool ok;

	if (fd < 0)
		return err_errno(err, "%.*s", STR_ARG(path));
	buf_init(&pending, LIMIT_RUN_LINE_BYTES + 2 * CHUNK_BYTES);
	r = start(err);
	ok = read_chunks(r, fd, SIZE_MAX, &pending);
	if (ok)
		remember(r, fd);
	ok = end(r, ok, ret) || err_wrap(err, "%.*s", STR_ARG(path));
	close(fd);
	buf_done(&pending);
	return ok;
}

void run_file_update(struct run_file *r, size_t i, struct run_file *more)
{
	enum verdict_kind was = r->rows[i].verdict.kind;

	r->rows[i] = more->rows[0];
	r->rows[i].was = was;
	count(r);
}

void run_file_free(struct run_file *r)
{
	if (!r)
		return;
	map_done(&r->reader->shared);
	vec_done(&r->reader->shared_list);
	vec_done(&r->reader->rows);
	mem_free(r->reader);
	mem_free(r->rows);
	causes_done(&r->causes);
	causes_done(&r->causes_before);
	arena_done(&r->arena);
	mem_free(r);
}

struct str run_file_stem(struct str path)
{
	struct str end = STR(".jsonl");

	return str_ends(path, end) ? str_take(path, path.n - end.n) : path;
}
