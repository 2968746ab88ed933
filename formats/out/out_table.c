/* SPDX-License-Identifier: MIT */
/* out_table.c: a row an event: tab-separated, and comma-separated as RFC 4180 has it. */
#include "formats/out/out.h"

#include "formats/base/limits.h"
#include "formats/history/columns.h"
#include "formats/history/groups.h"

struct table {
	struct arena arena;
	struct columns columns;
	struct buf wire; /* of this history */
	struct buf cell;
	struct arena scratch;
};

struct look {
	void (*put)(struct buf *out, struct str cell);
	char between;
};

static bool open_table(struct out *o, const struct look *look, struct err *err)
{
	struct str list = o->settings->columns.n ? o->settings->columns : STR(COLUMNS_USUAL);
	struct table *t = o->own;

	arena_init(&t->arena);
	arena_init(&t->scratch);
	buf_init(&t->wire, LIMIT_HISTORY_BYTES);
	if (!columns_read(list, o->settings->schema, &t->arena, &t->columns, err))
		return false;
	for (size_t i = 0; i < t->columns.n; i++) {
		if (i)
			buf_add_char(&o->bytes, look->between);
		look->put(&o->bytes, str_of(t->columns.at[i].name));
	}
	buf_add_char(&o->bytes, '\n');
	return true;
}

static bool begin(struct out *o, struct err *err)
{
	struct table *t = o->own;

	(void)err;
	buf_clear(&t->wire);
	return true;
}

static bool events(struct out *o, struct str chunk, struct err *err)
{
	struct table *t = o->own;

	buf_add(&t->wire, chunk);
	return buf_ok(&t->wire, err);
}

static void done(struct out *o)
{
	struct table *t = o->own;

	buf_done(&t->wire);
	buf_done(&t->cell);
	arena_done(&t->scratch);
	arena_done(&t->arena);
}

/* Names and texts may hold anything: no cell may end a row, or make one. */
static void put_tsv(struct buf *out, struct str cell)
{
	for (size_t i = 0; i < cell.n; i++) {
		char c = cell.p[i];

		if (c == '\t' || c == '\n' || c == '\r' || c == '\\')
			buf_printf(out, "\\%c", c == '\t' ? 't' : c == '\n' ? 'n' : c == '\r' ? 'r' : c);
		else
			buf_add_char(out, c);
	}
}

static void put_csv(struct buf *out, struct str cell)
{
	bool quoted = false;

	for (size_t i = 0; i < cell.n; i++)
		quoted |= strchr(",\"\r\n", cell.p[i]) != NULL;
	if (!quoted) {
		buf_add(out, cell);
		return;
	}
	buf_add_char(out, '"');
	for (size_t i = 0; i < cell.n; i++) {
		if (cell.p[i] == '"')
			buf_add_char(out, '"');
		buf_add_char(out, cell.p[i]);
	}
	buf_add_char(out, '"');
}

static void put_row(struct out *o, const struct column_about *about, const struct look *look)
{
	struct table *t = o->own;
	struct arena_mark empty = {0};

	for (size_t i = 0; i < t->columns.n; i++) {
		if (i)
			buf_add_char(&o->bytes, look->between);
		buf_clear(&t->cell);
		column_add(&t->columns.at[i], about, &t->scratch, &t->cell);
		look->put(&o->bytes, buf_str(&t->cell));
	}
	buf_add_char(&o->bytes, '\n');
	arena_rewind(&t->scratch, empty);
}

/* Names of what an event answers stand in other events, so a table needs all of them. */
static bool put_rows(struct out *o, const struct look *look, struct err *err)
{
	struct table *t = o->own;
	struct column_about about = {.path = o->history->input};
	struct groups groups;
	struct history h;
	struct arena a;
	bool ok = true;

	if (!t->wire.n)
		return true;
	arena_init(&a);
	if (!history_take(&h, &a, arena_str(&a, buf_str(&t->wire)), o->settings->schema, err)) {
		arena_done(&a);
		return false;
	}
	about.history = &h;
	if (columns_ask_groups(&t->columns)) {
		groups_make(&h, &h.arena, &groups);
		about.groups = &groups;
	}
	for (about.index = 0; ok && about.index < h.n_events; about.index++) {
		put_row(o, &about, look);
		ok = out_border(o, STR_NONE, err);
	}
	o->n_events = h.n_events;
	history_done(&h);
	return ok;
}

static const struct look TSV = {put_tsv, '\t'};
static const struct look CSV = {put_csv, ','};

static bool tsv_open(struct out *o, struct err *err)
{
	return open_table(o, &TSV, err);
}

static bool tsv_end(struct out *o, struct err *err)
{
	return put_rows(o, &TSV, err);
}

const struct out_format OUT_FORMAT_TSV = {
	.name = "tsv",
	.endings = ".tsv",
	.what = "a table with tabs, a row an event (--columns)",
	.flags = OUT_SEVERAL | OUT_WHOLE | OUT_TABLE,
	.own_size = sizeof(struct table),
	.open = tsv_open,
	.begin = begin,
	.events = events,
	.end = tsv_end,
	.done = done,
};

static bool csv_open(struct out *o, struct err *err)
{
	return open_table(o, &CSV, err);
}

static bool csv_end(struct out *o, struct err *err)
{
	return put_rows(o, &CSV, err);
}

const struct out_format OUT_FORMAT_CSV = {
	.name = "csv",
	.endings = ".csv",
	.what = "a table with commas, a row an event (--columns)",
	.flags = OUT_SEVERAL | OUT_WHOLE | OUT_TABLE,
	.own_size = sizeof(struct table),
	.open = csv_open,
	.begin = begin,
	.events = events,
	.end = csv_end,
	.done = done,
};
