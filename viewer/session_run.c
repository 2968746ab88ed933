/* SPDX-License-Identifier: MIT */
/* session_run.c: the run of a session: another in its place, and what was replayed again. */
#include "viewer/session.h"

#include "viewer/act/act.h"

/* Rows are in the order of their paths. */
const struct run_row *session_row_named(const struct session *s, struct str path)
{
	size_t low = 0, high = s->run ? s->run->n_rows : 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (str_cmp(s->run->rows[middle].entry.history, path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return s->run && low < s->run->n_rows && str_eq(s->run->rows[low].entry.history, path)
		       ? &s->run->rows[low]
		       : NULL;
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

		row = d->known_row ? session_row_named(s, d->known_row->entry.history) : NULL;
		if (row && str_eq(d->path, path))
			return row;
	}
	return at && str_eq(file_list_locate(s, at->entry.history), path)
		       ? at
		       : session_row_named(s, path);
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

/* By name what points at rows, while others take their places. */
struct pointed {
	VEC_OF(struct str) of_documents;
	struct str cursor; /* n 0: at none */
	bool heading;	   /* of the group that it is in */
};

static struct pointed by_name(const struct session *s)
{
	size_t line = s->scrolls[PANE_RUN].row;
	const struct run_row *at = run_list_row(&s->runs, line);
	struct pointed p = {.cursor = at ? at->entry.history : STR_NONE};

	p.heading = at && s->runs.lines.at[line].kind != RUN_LINE_HISTORY;
	for (size_t i = 0; i < s->documents.n; i++) {
		const struct document *d = s->documents.at[i];

		vec_push(&p.of_documents, d->known_row ? d->known_row->entry.history : d->path);
	}
	return p;
}

static void point_again(struct session *s, struct pointed *p)
{
	const struct run_row *at = p->cursor.n ? session_row_named(s, p->cursor) : NULL;
	size_t row = at ? (size_t)(at - s->run->rows) : 0;

	run_list_take(&s->runs, s->run);
	for (size_t i = 0; i < s->documents.n; i++) {
		struct str name = p->of_documents.at[i];
		const struct run_row *known = row_known(s, name);

		if (known && known->entry.history.p == name.p) /* it only moved */
			document_move_run_row(s->documents.at[i], known);
		else
			document_set_run_row(s->documents.at[i], known);
	}
	if (at)
		s->scrolls[PANE_RUN].row = p->heading ? run_list_heading(&s->runs, row)
						      : run_list_line(&s->runs, row);
	vec_done(&p->of_documents);
	search_again(s, NULL);
	elsewhere_again(s, NULL);
	session_changed(s);
}

void session_take_run(struct session *s, struct run_file *r, struct str path)
{
	struct run_file *old = s->run;
	struct pointed pointed = by_name(s);

	s->run = r;
	if (!str_eq(s->run_path, path))
		s->run_path = arena_str(&s->arena, path);
	keep_reruns(s);
	point_again(s, &pointed);
	if (!old)
		s->scrolls[PANE_RUN].row = run_list_begin(&s->runs);
	run_file_free(old);
}

void session_run_grew(struct session *s)
{
	struct pointed pointed = by_name(s);

	run_file_take_more(s->run);
	point_again(s, &pointed);
}

static void take_alone(struct session *s, struct str path, struct run_file *more)
{
	for (size_t i = 0; i < s->documents.n; i++) {
		struct document *d = s->documents.at[i];

		if (!str_eq(d->path, path))
			continue;
		if (d->known_row)
			more->rows[0].was = d->known_row->verdict.kind;
		document_set_run_row(d, &more->rows[0]);
	}
}

static void take_in_run(struct session *s, const struct run_row *row, struct run_file *more)
{
	size_t at = (size_t)(row - s->run->rows);

	run_file_update(s->run, at, more);
	run_list_take(&s->runs, s->run);
	for (size_t i = 0; i < s->documents.n; i++)
		if (s->documents.at[i]->known_row == row)
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
	elsewhere_again(s, NULL);
}

const struct run_row *session_run_row(struct session *s)
{
	const struct document *d = session_document(s);

	return d ? d->run_row : s->run ? run_list_row(&s->runs, s->scrolls[PANE_RUN].row) : NULL;
}
