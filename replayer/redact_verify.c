/* SPDX-License-Identifier: MIT */
/* redact_verify.c: two replays, and their run files side by side. */
#include "replayer/redact_verify.h"

#include "replayer/replay_options.h"
#include "replayer/run/run_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const SIDES[] = {"original", "redacted"};

struct redact_verify {
	struct stage stage; /* first */
	struct redact *redact;
	struct arena arena;
	struct str folder;
	size_t n;	/* histories */
	bool keep_logs; /* the worker's output says why it failed */
};

static struct str path_of(const struct redact_verify *v, int side, size_t number, struct arena *a)
{
	return arena_printf(a, "%.*s/%s/%06zu.bin", STR_ARG(v->folder), SIDES[side], number);
}

static bool write_all(int fd, struct str bytes)
{
	while (bytes.n) {
		ssize_t n = write(fd, bytes.p, bytes.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		bytes = str_skip(bytes, (size_t)n);
	}
	return true;
}

static bool keep(struct redact_verify *v, int side, struct str bytes, struct err *err)
{
	struct arena a;
	struct str path;
	bool ok;
	int fd;

	arena_init(&a);
	path = arena_printf(&a, "%.*s/%s", STR_ARG(v->folder), SIDES[side]);
	ok = mkdir(path.p, 0700) == 0 || errno == EEXIST;
	path = path_of(v, side, v->n, &a);
	fd = ok ? open(path.p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;
	ok = fd >= 0 && write_all(fd, bytes);
	if (!ok)
		err_errno(err, "%s", path.p);
	if (fd >= 0 && close(fd) != 0 && ok)
		ok = err_errno(err, "%s", path.p);
	arena_done(&a);
	return ok;
}

static bool events(struct stage *s, struct str events, struct buf *out, struct err *err)
{
	struct redact_verify *v = (struct redact_verify *)s;
	size_t start = out->n;

	v->n++;
	return keep(v, 0, events, err) && redact_history(v->redact, events, out, err) &&
	       keep(v, 1, str_slice(out->p + start, out->n - start), err);
}

static size_t report(struct stage *s, struct buf *lines)
{
	struct stage *inner = redact_stage(((struct redact_verify *)s)->redact);

	return inner->kind->report(inner, lines);
}

static const struct stage_kind STAGE = {
	.name = "redact",
	.whole = true,
	.events = events,
	.report = report,
};

struct redact_verify *redact_verify_open(struct redact *redact, struct str folder)
{
	struct redact_verify *v = mem_zalloc(sizeof(*v));

	v->stage.kind = &STAGE;
	v->redact = redact;
	arena_init(&v->arena);
	v->folder = arena_str(&v->arena, folder);
	return v;
}

struct stage *redact_verify_stage(struct redact_verify *v)
{
	return &v->stage;
}

static bool is_log(int folder, const char *name)
{
	struct stat st;

	return str_ends(str_of(name), STR(".log")) && fstatat(folder, name, &st, 0) == 0 &&
	       st.st_size > 0;
}

/* All files in FOLDER, which is ours alone; with KEEP_LOGS not what workers printed. */
static void sweep(struct redact_verify *v, const char *below, bool keep_logs)
{
	struct str path = arena_printf(&v->arena, "%.*s%s", STR_ARG(v->folder), below);
	DIR *d = opendir(path.p);
	struct dirent *e;

	while (d && (e = readdir(d)))
		if (!keep_logs || !is_log(dirfd(d), e->d_name))
			unlinkat(dirfd(d), e->d_name, 0);
	if (d)
		closedir(d);
	if (*below)
		rmdir(path.p);
}

void redact_verify_close(struct redact_verify *v)
{
	if (!v)
		return;
	sweep(v, "/original", false);
	sweep(v, "/redacted", false);
	sweep(v, "", v->keep_logs);
	arena_done(&v->arena);
	mem_free(v);
}

/* ---- replaying ---- */

static bool replay_side(struct redact_verify *v, int side, const struct command_context *context,
			struct str worker, const struct opt_list *env, struct run_file **ret,
			struct err *err)
{
	struct str folder = arena_printf(&v->arena, "%.*s/%s", STR_ARG(v->folder), SIDES[side]);
	struct str run = arena_printf(&v->arena, "%.*s.jsonl", STR_ARG(folder));
	struct replay_options options = {.run = run, .quiet = true, .env = *env};
	struct command_context silent = *context;
	int code;

	vec_push(&options.workers.items, worker);
	/* Verdicts are read from the run file: nobody is told of them twice. */
	silent.out = fopen("/dev/null", "w");
	silent.colour = silent.out_is_tty = false;
	if (!silent.out) {
		opt_list_done(&options.workers);
		return err_errno(err, "/dev/null");
	}
	code = replay_run(&silent, &options, &folder, 1);
	fclose(silent.out);
	opt_list_done(&options.workers);
	if (code != 0 && code != 1 && code != 3)
		return err_set(err, ERR_WORKER, "replaying the %s histories ended with code %d",
			       SIDES[side], code);
	return run_file_read(ret, run, err);
}

static void put_verdict(struct buf *line, const struct verdict *v)
{
	buf_puts(line, verdict_name(v->kind));
	if (v->kind == VERDICT_DIVERGED)
		buf_printf(line, " (%s at event %" PRId64 ")", divergence_name(v->divergence.kind),
			   v->divergence.event_id);
	else if (v->reason.n)
		buf_printf(line, " (%.*s)", STR_ARG(v->reason));
}

static bool same_verdict(const struct verdict *a, const struct verdict *b)
{
	if (a->kind != b->kind)
		return false;
	return a->kind != VERDICT_DIVERGED || (a->divergence.kind == b->divergence.kind &&
					       a->divergence.event_id == b->divergence.event_id);
}

/* Verdicts about the host or the worker, not about the history: nothing to compare. */
static bool is_judged(const struct verdict *v)
{
	return v->kind == VERDICT_PASSED || v->kind == VERDICT_DIVERGED ||
	       v->kind == VERDICT_FAILED || v->kind == VERDICT_UNREGISTERED ||
	       v->kind == VERDICT_INVALID;
}

static bool compare(const struct run_file *original, const struct run_file *redacted,
		    size_t *ret_different, struct buf *lines, struct err *err)
{
	size_t n = original->n_rows, different = 0;

	if (n != redacted->n_rows)
		return err_set(err, ERR_WORKER, "%zu original and %zu redacted histories got a "
			       "verdict", n, redacted->n_rows);
	/* Both are sorted by their paths, whose names are numbers. */
	for (size_t i = 0; i < n; i++) {
		const struct verdict *a = &original->rows[i].verdict;
		const struct verdict *b = &redacted->rows[i].verdict;

		if (!is_judged(a) || !is_judged(b))
			return err_set(err, ERR_WORKER, "history %zu was not judged: the original "
				       "%s, the redacted one %s", i + 1, verdict_name(a->kind),
				       verdict_name(b->kind));
		if (same_verdict(a, b))
			continue;
		different++;
		buf_printf(lines, "history %zu: the original ", i + 1);
		put_verdict(lines, a);
		buf_puts(lines, ", the redacted one ");
		put_verdict(lines, b);
		buf_add_char(lines, '\n');
	}
	*ret_different = different;
	return true;
}

bool redact_verify_run(struct redact_verify *v, const struct command_context *context,
		       struct str worker, const struct opt_list *env, size_t *ret_different,
		       struct buf *lines, struct err *err)
{
	struct run_file *runs[2] = {NULL, NULL};
	bool ok = true;

	for (int side = 0; ok && side < 2; side++)
		ok = replay_side(v, side, context, worker, env, &runs[side], err);
	ok = ok && compare(runs[0], runs[1], ret_different, lines, err);
	v->keep_logs = !ok;
	for (int side = 0; side < 2; side++)
		if (runs[side])
			run_file_free(runs[side]);
	return ok;
}
