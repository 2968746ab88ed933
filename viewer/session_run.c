/* SPDX-License-Identifier: MIT */
/* session_run.c: the run of a session: another in its place, and what was replayed again. */
#include "viewer/session.h"

#include "viewer/act/act.h"

const struct run_row *session_row_named(const struct session *s, struct str path)
{
	for (size_t i = 0; s->run && i < s->run->n_rows; i++)
		if (str_eq(s->run->rows[i].entry.history, path))
			return &s->run->rows[i];
	return NULL;
}

/* What is known of a history by the name that the run, or else its path, gives it. */
static const struct run_row *row_known(const struct session *s, struct str name)
{
	const struct run_row *row = session_row_named(s, name);

	for (size_t i = 0; !row && i < s->reruns.n; i++)
		if (str_eq(s->reruns.at[i].file->rows[0].entry.history, name))
			row = &s->reruns.at[i].file->rows[0];
	return row;
}

/* The row of the run that the history at PATH is of, which may lie elsewhere than the run says. */
static const struct run_row *row_of_file(struct session *s, struct str path)
{
	const struct run_row *at = run_list_row(&s->runs, s->scrolls[PANE_RUN].row), *row;

	for (size_t i = 0; i < s->documents.n; i++) {
		const struct document *d = s->documents.at[i];

		row = d->run_row ? session_row_named(s, d->run_row->entry.history) : NULL;
		if (row && str_eq(d->path, path))
			return row;
	}
	return at && str_eq(file_list_locate(s, at->entry.history), path)
		       ? at
		       : session_row_named(s, path);
}

/* The row that PATH has in the new run, or SIZE_MAX. */
static size_t row_index(const struct session *s, const struct run_row *old)
{
	const struct run_row *row = old ? session_row_named(s, old->entry.history) : NULL;

	return row ? (size_t)(row - s->run->rows) : SIZE_MAX;
}

/* What was replayed again since holds, unless the run says now what it did not say then. */
static void keep_reruns(struct session *s)
{
	for (size_t i = 0; i < s->reruns.n; i++) {
		struct rerun_row *rerun = &s->reruns.at[i];
		const struct run_row *row = session_row_named(s, rerun->file->rows[0].entry.history);

		if (row && row->verdict.kind == rerun->was)
			run_file_update(s->run, (size_t)(row - s->run->rows), rerun->file);
		else if (row)
			rerun->was = VERDICT_KINDS;
	}
}

void session_take_run(struct session *s, struct run_file *r, struct str path)
{
	struct run_file *old = s->run;
	struct scroll *scroll = &s->scrolls[PANE_RUN];
	const struct run_row *at = run_list_row(&s->runs, scroll->row);
	bool heading = at && s->runs.lines.at[scroll->row].kind != RUN_LINE_HISTORY;
	size_t row;

	s->run = r;
	if (!str_eq(s->run_path, path))
		s->run_path = arena_str(&s->arena, path);
	keep_reruns(s);
	row = row_index(s, at);
	run_list_take(&s->runs, r);
	for (size_t i = 0; i < s->documents.n; i++) {
		struct document *d = s->documents.at[i];
		struct str history = d->run_row ? d->run_row->entry.history : d->path;

		document_set_run_row(d, row_known(s, history));
	}
	if (!old)
		scroll->row = run_list_begin(&s->runs);
	else if (row != SIZE_MAX)
		scroll->row = heading ? run_list_heading(&s->runs, row)
				      : run_list_line(&s->runs, row);
	search_again(s, NULL);
	session_changed(s);
	if (old)
		run_file_free(old);
}

static void take_alone(struct session *s, struct str path, struct run_file *more)
{
	for (size_t i = 0; i < s->documents.n; i++) {
		struct document *d = s->documents.at[i];

		if (!str_eq(d->path, path))
			continue;
		if (d->run_row)
			more->rows[0].was = d->run_row->verdict.kind;
		document_set_run_row(d, &more->rows[0]);
	}
}

static void take_in_run(struct session *s, const struct run_row *row, struct run_file *more)
{
	size_t at = (size_t)(row - s->run->rows);

	run_file_update(s->run, at, more);
	run_list_take(&s->runs, s->run);
	for (size_t i = 0; i < s->documents.n; i++)
		if (s->documents.at[i]->run_row == row)
			document_set_run_row(s->documents.at[i], row);
	s->scrolls[PANE_RUN].row = run_list_line(&s->runs, at);
}

/* In the place of the earlier one of that history, which nothing points to any more. */
static void keep_rerun(struct session *s, struct run_file *more, enum verdict_kind was)
{
	for (size_t i = 0; i < s->reruns.n; i++) {
		struct rerun_row *earlier = &s->reruns.at[i];

		if (!str_eq(earlier->file->rows[0].entry.history, more->rows[0].entry.history))
			continue;
		run_file_free(earlier->file);
		earlier->file = more;
		if (earlier->was == VERDICT_KINDS)
			earlier->was = was;
		return;
	}
	vec_push(&s->reruns, (struct rerun_row){more, was});
}

void session_take_rerun(struct session *s, struct str path, struct run_file *more)
{
	const struct run_row *row = row_of_file(s, path);
	enum verdict_kind was = row ? row->verdict.kind : VERDICT_KINDS;

	session_changed(s);
	more->rows[0].entry.history = arena_str(&s->arena, row ? row->entry.history : path);
	if (row)
		take_in_run(s, row, more);
	else
		take_alone(s, path, more);
	keep_rerun(s, more, was);
	search_again(s, NULL);
}

const struct run_row *session_run_row(struct session *s)
{
	const struct document *d = session_document(s);

	return d ? d->run_row : s->run ? run_list_row(&s->runs, s->scrolls[PANE_RUN].row) : NULL;
}
