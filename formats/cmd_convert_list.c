/* SPDX-License-Identifier: MIT */
/* cmd_convert_list.c: --list: what histories an input holds, and where. */
#include "formats/base/limits.h"
#include "formats/base/visible.h"
#include "formats/base/width.h"
#include "formats/cmd_convert.h"
#include "formats/history/detail.h"
#include "formats/history/history_row.h"
#include "formats/query/query.h"
#include "formats/transcode/json.h"
#include "formats/wire/wire.h"

#include <inttypes.h>

enum { FIELD_TIME = 2, FIELD_TYPE = 3 }; /* of HistoryEvent */

struct row {
	struct str path; /* with #N where there are several */
	struct str workflow_id, run_id, type;
	const char *status;
	size_t n;	 /* in its input, from 1 */
	size_t events;
	size_t bytes;	 /* of its events on the wire */
	size_t offset;	 /* in the unpacked input: where the one before it ended */
	int64_t started, closed; /* 0: not known, still open */
};

struct listing {
	struct event_sink sink; /* first */
	struct converting *c;
	const struct source_file *file;
	struct str input;
	size_t offset; /* of the next history */
	struct row now;
	VEC_OF(struct row) rows; /* for the table: its columns are as wide as they must be */
	struct arena arena;
};

/* What the history says of itself, else what is known of its file. */
static struct str told(struct listing *l, struct str said, struct str known)
{
	return arena_str(&l->arena, said.n ? said : known);
}

static bool list_begin(struct event_sink *s, const struct sink_identity *who,
		       const struct load_info *info, struct err *err)
{
	struct listing *l = (struct listing *)s;

	(void)err;
	l->now = (struct row){
		.workflow_id = told(l, who->workflow_id, l->file->workflow_id),
		.run_id = told(l, who->run_id, l->file->run_id),
		.type = told(l, who->workflow_type, l->file->workflow_type),
		.status = "open",
		.n = info->ordinal,
		.offset = l->offset > l->c->passed ? l->offset : l->c->passed,
	};
	return true;
}

static int64_t time_of(struct str event)
{
	struct str timestamp = wire_bytes_at(event, FIELD_TIME);

	return history_time((int64_t)wire_value_at(timestamp, 1, 0),
			    (int64_t)wire_value_at(timestamp, 2, 0));
}

static bool list_events(struct event_sink *s, struct str events, struct err *err)
{
	struct listing *l = (struct listing *)s;
	struct wire w = wire_of(events);
	struct wire_field f;

	(void)err;
	while (wire_next(&w, &f)) {
		const char *status;

		if (f.number != 1 || f.type != WIRE_BYTES)
			continue;
		if (!l->now.events++)
			l->now.started = time_of(f.bytes);
		l->now.bytes += f.whole.n;
		status = query_status_by((int32_t)wire_value_at(f.bytes, FIELD_TYPE, 0));
		if (status) {
			l->now.status = status;
			l->now.closed = time_of(f.bytes);
		}
	}
	return true;
}

static void add_text(struct buf *line, const char *name, struct str value)
{
	buf_printf(line, ",\"%s\":", name);
	if (value.n)
		json_put_string(line, value);
	else
		buf_puts(line, "null");
}

static void add_time(struct listing *l, struct buf *line, const char *name, int64_t time)
{
	add_text(line, name, time ? detail_time(time, &l->arena) : STR_NONE);
}

static void put_json(struct listing *l, const struct row *r)
{
	FILE *to = l->c->context->out;
	struct buf line;

	buf_init(&line, 0);
	buf_puts(&line, "{\"file\":");
	json_put_string(&line, l->input);
	buf_printf(&line, ",\"n\":%zu", r->n);
	add_text(&line, "workflowId", r->workflow_id);
	add_text(&line, "runId", r->run_id);
	add_text(&line, "type", r->type);
	add_text(&line, "status", str_of(r->status));
	buf_printf(&line, ",\"events\":%zu,\"bytes\":%zu,\"offset\":%zu", r->events, r->bytes,
		   r->offset);
	add_time(l, &line, "started", r->started);
	add_time(l, &line, "closed", r->closed);
	buf_puts(&line, "}\n");
	fwrite(line.p, 1, line.n, to);
	buf_done(&line);
}

static bool list_end(struct event_sink *s, const struct load_info *info, struct err *err)
{
	struct listing *l = (struct listing *)s;
	struct arena_mark empty = {0};

	(void)err;
	l->offset = info->input_bytes;
	if (l->c->settings->json) {
		put_json(l, &l->now);
		arena_rewind(&l->arena, empty);
		return true;
	}
	l->now.path = info->only ? arena_str(&l->arena, l->input)
				 : arena_printf(&l->arena, "%.*s#%zu", STR_ARG(l->input),
						info->ordinal);
	vec_push(&l->rows, l->now);
	return true;
}

/* ---- the table ---- */

static const char *const HEADS[] = {"FILE",   "WORKFLOW ID", "RUN ID", "TYPE",
				    "STATUS", "EVENTS",	     "BYTES",  "OFFSET"};

enum { FIRST_NUMBER = 5, N_COLUMNS = sizeof(HEADS) / sizeof(*HEADS) };

static struct str cell(const struct row *r, size_t column, struct arena *a)
{
	const struct str texts[] = {r->path, r->workflow_id, r->run_id, r->type,
				    str_of(r->status)};
	const size_t numbers[] = {r->events, r->bytes, r->offset};
	struct str safe;
	struct buf b;

	if (column >= FIRST_NUMBER)
		return arena_printf(a, "%zu", numbers[column - FIRST_NUMBER]);
	buf_init(&b, 0);
	visible_add(&b, texts[column], column ? LIMIT_SHOWN_NAME_BYTES : LIMIT_SHOWN_PATH_BYTES);
	safe = b.n ? arena_str(a, buf_str(&b)) : STR("-");
	buf_done(&b);
	return safe;
}

static void put_line(struct buf *text, struct str *cells, const size_t *widths)
{
	for (size_t i = 0; i < N_COLUMNS; i++) {
		size_t blanks = widths[i] - width_of(cells[i]);

		if (i)
			buf_puts(text, "  ");
		if (i >= FIRST_NUMBER) {
			buf_printf(text, "%*s", (int)blanks, "");
			buf_add(text, cells[i]);
		} else {
			width_add(text, cells[i], widths[i]);
		}
	}
	buf_add_char(text, '\n');
}

static void put_table(struct listing *l)
{
	size_t widths[N_COLUMNS] = {0};
	struct str cells[N_COLUMNS];
	struct buf text;

	buf_init(&text, 0);
	for (size_t i = 0; i < N_COLUMNS; i++) {
		cells[i] = str_of(HEADS[i]);
		widths[i] = width_of(cells[i]);
		for (size_t r = 0; r < l->rows.n; r++) {
			size_t n = width_of(cell(&l->rows.at[r], i, &l->arena));

			widths[i] = n > widths[i] ? n : widths[i];
		}
	}
	if (l->rows.n)
		put_line(&text, cells, widths);
	for (size_t r = 0; r < l->rows.n; r++) {
		for (size_t i = 0; i < N_COLUMNS; i++)
			cells[i] = cell(&l->rows.at[r], i, &l->arena);
		put_line(&text, cells, widths);
	}
	if (text.n)
		fwrite(text.p, 1, text.n, l->c->context->out);
	buf_done(&text);
}

void convert_list(struct converting *c, const struct source_list *list)
{
	struct listing l = {.sink = {list_begin, list_events, list_end}, .c = c};

	arena_init(&l.arena);
	for (size_t i = 0; i < list->files.n; i++) {
		struct err err = ERR_INIT;

		l.file = &list->files.at[i];
		l.input = l.file->path;
		l.offset = 0;
		if (convert_load(c, l.input, &l.sink, &err))
			continue;
		inputs_complain(c->context, err.message);
		convert_worse(c, EXIT_CANNOT);
	}
	put_table(&l);
	vec_done(&l.rows);
	arena_done(&l.arena);
}
