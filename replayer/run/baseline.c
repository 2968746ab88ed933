/* SPDX-License-Identifier: MIT */
/* baseline.c: known divergences: read, matched, and written again in a fixed order. */
#include "replayer/run/baseline.h"

#include "formats/base/limits.h"
#include "formats/base/visible.h"
#include "replayer/run/policy.h"
#include "replayer/run/run_json.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define BASELINE_VERSION 1

struct baseline_line {
	struct str text; /* as it stands in the file */
	struct str fingerprint, workflow_type, title;
	struct str history;	/* "*": any */
	struct str workflow_id; /* STR_NONE: any */
};

struct baseline {
	struct arena arena;
	VEC_OF(struct baseline_line) lines; /* by fingerprint */
	struct map first; /* fingerprint -> the first line that has it */
};

/* ---- reading ---- */

static bool get_str(struct baseline *b, json_t *o, const char *key, struct str *ret,
		    struct err *err)
{
	json_t *value = json_object_get(o, key);

	*ret = STR_NONE;
	if (!value || json_is_null(value))
		return true;
	if (!json_is_string(value))
		return err_set(err, ERR_SYNTAX, "'%s' is not a string", key);
	*ret = arena_str(&b->arena,
			 str_slice(json_string_value(value), json_string_length(value)));
	return true;
}

static bool read_header(json_t *o, struct err *err)
{
	const char *kind = json_string_value(json_object_get(o, "hindcast"));

	if (!kind || !str_is(STR("baseline"), kind))
		return err_set(err, ERR_FORMAT, "this is not a hindcast baseline");
	if (json_integer_value(json_object_get(o, "version")) != BASELINE_VERSION)
		return err_set(err, ERR_FORMAT, "a baseline of another version than %d",
			       BASELINE_VERSION);
	return true;
}

static bool read_known(struct baseline *b, json_t *o, struct str text, struct err *err)
{
	struct baseline_line l = {.text = arena_str(&b->arena, text)};

	if (!get_str(b, o, "fingerprint", &l.fingerprint, err) ||
	    !get_str(b, o, "workflowType", &l.workflow_type, err) ||
	    !get_str(b, o, "title", &l.title, err) || !get_str(b, o, "history", &l.history, err) ||
	    !get_str(b, o, "workflowId", &l.workflow_id, err))
		return false;
	if (!l.fingerprint.n)
		return err_set(err, ERR_SYNTAX, "'fingerprint' is missing");
	if (!l.history.n)
		l.history = STR("*");
	vec_push(&b->lines, l);
	return true;
}

static bool read_line(struct baseline *b, struct str text, bool *had_header, struct err *err)
{
	json_error_t where;
	json_t *o;
	bool ok;

	text = str_trim(text);
	if (!text.n)
		return true;
	o = json_loadb(text.p, text.n, 0, &where);
	if (!json_is_object(o))
		ok = err_set(err, ERR_SYNTAX, "not a JSON object");
	else if (!*had_header)
		ok = *had_header = read_header(o, err);
	else
		ok = read_known(b, o, text, err);
	json_decref(o);
	return ok;
}

static int by_fingerprint(const void *a, const void *b)
{
	const struct baseline_line *x = a, *y = b;
	int order = str_cmp(x->fingerprint, y->fingerprint);

	return order ? order : str_cmp(x->text, y->text);
}

static void index_lines(struct baseline *b)
{
	if (b->lines.n)
		qsort(b->lines.at, b->lines.n, sizeof(*b->lines.at), by_fingerprint);
	for (size_t i = 0; i < b->lines.n; i++)
		map_put(&b->first, b->lines.at[i].fingerprint, i, NULL);
}

bool baseline_parse(struct baseline **ret, struct str text, struct err *err)
{
	struct baseline *b = mem_zalloc(sizeof(*b));
	bool had_header = false;

	arena_init(&b->arena);
	for (int64_t line = 1; text.n; line++)
		if (!read_line(b, str_split(&text, '\n'), &had_header, err)) {
			if (err)
				err->line = line;
			err_wrap(err, "line %" PRId64, line);
			baseline_free(b);
			return false;
		}
	index_lines(b);
	*ret = b;
	return true;
}

void baseline_free(struct baseline *b)
{
	if (!b)
		return;
	map_done(&b->first);
	vec_done(&b->lines);
	arena_done(&b->arena);
	mem_free(b);
}

static bool read_all(int fd, struct buf *out, struct err *err)
{
	for (;;) {
		char *room = buf_room(out, (size_t)64 * 1024);
		ssize_t n = room ? read(fd, room, (size_t)64 * 1024) : 0;

		if (!room)
			return buf_ok(out, err);
		if (n < 0 && errno != EINTR)
			return err_errno(err, "reading");
		if (n == 0)
			return true;
		out->n += n > 0 ? (size_t)n : 0;
	}
}

bool baseline_read(struct baseline **ret, struct str path, struct err *err)
{
	struct buf name, text;
	bool ok;
	int fd;

	buf_init(&name, 0);
	buf_init(&text, LIMIT_BASELINE_BYTES);
	buf_add(&name, path);
	fd = open(name.p ? name.p : "", O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		ok = err_set(err, ERR_MISSING, "there is no such file");
	else if (fd < 0)
		ok = err_errno(err, "opening");
	else
		ok = read_all(fd, &text, err) && baseline_parse(ret, buf_str(&text), err);
	if (fd >= 0)
		close(fd);
	if (!ok)
		err_wrap(err, "baseline %.*s", STR_ARG(path));
	buf_done(&text);
	buf_done(&name);
	return ok;
}

/* ---- what it knows ---- */

bool baseline_takes(const struct ledger_entry *entry)
{
	const struct verdict *v = entry->verdict;

	return (v->kind == VERDICT_DIVERGED || v->kind == VERDICT_FAILED) && v->fingerprint[0];
}

static bool is_for(const struct baseline_line *l, const struct ledger_entry *e)
{
	return (str_is(l->history, "*") || str_eq(l->history, e->history)) &&
	       (!l->workflow_id.p || str_eq(l->workflow_id, e->workflow_id));
}

/* The line that lists ENTRY, or lines.n. */
static size_t find(const struct baseline *b, const struct ledger_entry *entry)
{
	struct str fingerprint = str_of(entry->verdict->fingerprint);
	const uint64_t *first;

	if (!baseline_takes(entry))
		return b->lines.n;
	first = map_get(&b->first, fingerprint);
	for (size_t i = first ? *first : b->lines.n; i < b->lines.n; i++) {
		if (!str_eq(b->lines.at[i].fingerprint, fingerprint))
			break;
		if (is_for(&b->lines.at[i], entry))
			return i;
	}
	return b->lines.n;
}

bool baseline_knows(const struct baseline *b, const struct ledger_entry *entry)
{
	return find(b, entry) < b->lines.n;
}

/* ---- what became of it ---- */

/* Of one line, in one run. */
enum fate {
	FATE_SEEN,
	FATE_FIXED,
	FATE_UNKNOWN, /* the run does not say */
};

static bool cut_short(const struct run_row *row)
{
	return str_is(row->verdict.reason, POLICY_FAIL_FAST) ||
	       str_is(row->verdict.reason, POLICY_MAX_TIME);
}

static bool is_whole(const struct run_file *run)
{
	if (!run->ended.p || run->header.left_out ||
	    (int64_t)run->n_rows < run->header.histories)
		return false;
	for (size_t i = 0; i < run->n_rows; i++)
		if (cut_short(&run->rows[i]))
			return false;
	return true;
}

/* A line for any history: passed for all that it could be about, and there is one. */
static enum fate fate_for_all(const struct baseline *b, const struct baseline_line *l,
			      const struct run_file *run)
{
	bool any = false;

	for (size_t i = 0; i < run->n_rows; i++) {
		const struct run_row *row = &run->rows[i];

		if (l->workflow_type.p && !str_eq(l->workflow_type, row->entry.workflow_type))
			continue;
		if (!is_for(l, &row->entry) || row->verdict.kind == VERDICT_SKIPPED)
			continue;
		if (row->verdict.kind != VERDICT_PASSED && !row->verdict.fingerprint[0])
			return FATE_UNKNOWN; /* timed-out, crashed: who knows */
		/* What is new may only have come before it. */
		if (row->verdict.kind != VERDICT_PASSED && find(b, &row->entry) == b->lines.n)
			return FATE_UNKNOWN;
		any = true;
	}
	return any ? FATE_FIXED : FATE_UNKNOWN;
}

static enum fate fate_for_one(const struct baseline_line *l, const struct run_file *run)
{
	for (size_t i = 0; i < run->n_rows; i++)
		if (is_for(l, &run->rows[i].entry) &&
		    run->rows[i].verdict.kind == VERDICT_PASSED)
			return FATE_FIXED;
	return FATE_UNKNOWN;
}

/* One for each line. */
static enum fate *fates(const struct baseline *b, const struct run_file *run)
{
	enum fate *fate = mem_alloc(sizeof(*fate) * (b->lines.n + 1));
	bool whole = is_whole(run);

	for (size_t i = 0; i < b->lines.n; i++)
		fate[i] = FATE_UNKNOWN;
	for (size_t i = 0; i < run->n_rows; i++)
		fate[find(b, &run->rows[i].entry)] = FATE_SEEN; /* [n]: no line's */
	for (size_t i = 0; i < b->lines.n; i++) {
		const struct baseline_line *l = &b->lines.at[i];

		if (fate[i] == FATE_SEEN)
			continue;
		if (!str_is(l->history, "*"))
			fate[i] = fate_for_one(l, run);
		else if (whole)
			fate[i] = fate_for_all(b, l, run);
	}
	return fate;
}

size_t baseline_fixed(const struct baseline *b, const struct run_file *run, struct buf *out)
{
	enum fate *fate = fates(b, run);
	size_t n = 0;

	for (size_t i = 0; i < b->lines.n; i++) {
		const struct baseline_line *l = &b->lines.at[i];

		if (fate[i] != FATE_FIXED)
			continue;
		n++;
		visible_add(out, l->title.n ? l->title : l->fingerprint,
			    3 * LIMIT_SHOWN_NAME_BYTES);
		if (!str_is(l->history, "*")) {
			buf_puts(out, " (");
			visible_add(out, l->history, LIMIT_SHOWN_PATH_BYTES);
			buf_add_char(out, ')');
		}
		buf_add_char(out, '\n');
	}
	mem_free(fate);
	return n;
}

/* ---- writing ---- */

static struct str new_text(struct arena *a, const struct run_row *row, struct str title)
{
	const struct verdict *v = &row->verdict;
	json_t *o = json_object();
	struct buf text;
	struct str copy;

	run_json_set(o, "fingerprint", json_string(v->fingerprint));
	run_json_set(o, "verdict", json_string(verdict_name(v->kind)));
	if (v->kind == VERDICT_DIVERGED)
		run_json_set(o, "kind", json_string(divergence_name(v->divergence.kind)));
	run_json_set(o, "workflowType", run_json_str(row->entry.workflow_type));
	run_json_set(o, "title", run_json_str(title));
	run_json_set(o, "history", json_string("*"));
	buf_init(&text, 0);
	run_json_print(o, 0, &text);
	copy = arena_str(a, buf_str(&text));
	buf_done(&text);
	return copy;
}

/* What people look for first: the workflow type. */
static int by_type(const void *a, const void *b)
{
	const struct baseline_line *x = a, *y = b;
	int order = str_cmp(x->workflow_type, y->workflow_type);

	if (!order)
		order = str_cmp(x->title, y->title);
	return order ? order : by_fingerprint(a, b);
}

void baseline_update(const struct baseline *b, const struct run_file *run, struct buf *out)
{
	VEC_OF(struct baseline_line) lines = {0};
	enum fate *fate = fates(b, run);
	struct map added = {0};
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < b->lines.n; i++)
		if (fate[i] != FATE_FIXED)
			vec_push(&lines, b->lines.at[i]);
	for (size_t i = 0; i < run->n_rows; i++) {
		const struct run_row *row = &run->rows[i];
		bool is_new = false;
		struct str title;

		if (!baseline_takes(&row->entry) || baseline_knows(b, &row->entry))
			continue;
		map_put(&added, str_of(row->verdict.fingerprint), 1, &is_new);
		if (!is_new)
			continue;
		title = run->causes.items.at[row->cause].title;
		vec_push(&lines, (struct baseline_line){
					 .text = new_text(&a, row, title),
					 .fingerprint = str_of(row->verdict.fingerprint),
					 .workflow_type = row->entry.workflow_type,
					 .title = title});
	}
	if (lines.n)
		qsort(lines.at, lines.n, sizeof(*lines.at), by_type);
	buf_printf(out, "{\"hindcast\":\"baseline\",\"version\":%d}\n", BASELINE_VERSION);
	for (size_t i = 0; i < lines.n; i++) {
		buf_add(out, lines.at[i].text);
		buf_add_char(out, '\n');
	}
	vec_done(&lines);
	map_done(&added);
	mem_free(fate);
	arena_done(&a);
}

static bool write_all(int fd, struct str s)
{
	while (s.n) {
		ssize_t n = write(fd, s.p, s.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		s = str_skip(s, (size_t)n);
	}
	return fsync(fd) == 0;
}

bool baseline_write(struct str path, struct str text, struct err *err)
{
	struct buf to, temporary;
	struct stat st;
	bool ok;
	int fd;

	buf_init(&to, 0);
	buf_init(&temporary, 0);
	buf_add(&to, path);
	buf_printf(&temporary, "%.*s.new", STR_ARG(path));
	fd = open(temporary.p, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		  0666);
	ok = fd >= 0 && write_all(fd, text);
	if (ok && stat(to.p, &st) == 0)
		ok = fchmod(fd, st.st_mode & 0777) == 0;
	if (fd >= 0)
		ok = close(fd) == 0 && ok;
	ok = ok && rename(temporary.p, to.p) == 0;
	if (!ok) {
		err_errno(err, "baseline %.*s", STR_ARG(path));
		if (fd >= 0)
			(void)unlink(temporary.p);
	}
	buf_done(&temporary);
	buf_done(&to);
	return ok;
}
