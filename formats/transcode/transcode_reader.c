/* SPDX-License-Identifier: MIT */
/* transcode_reader.c: the reader's errors, notes and room, away from its hot path. */
#include "formats/transcode/transcode_reader.h"

#include <stdio.h>

/* Errors */

/* The event that is being read; 0: none, or its id can't be found. */
static int64_t event_id(const struct reader *r)
{
	const struct transcode_path *path = r->path;
	struct buf scratch = {0};
	struct str key, value = STR_NONE;
	long long id = 0;
	struct json j;

	while (path && transcode_path_message(path, r->root)->role != SCHEMA_EVENT)
		path = path->up;
	if (!path)
		return 0;
	j = (struct json){path->at, 0};
	json_take(&j, '{');
	while (json_read_string(&j, &scratch, &key, NULL)) {
		bool found = schema_same_name(STR("event_id"), key);

		if (!json_take(&j, ':') || !json_skip(&j, &value, NULL) || found)
			break;
		value = STR_NONE;
		if (!json_take(&j, ','))
			break;
	}
	buf_done(&scratch);
	if (!value.p)
		return 0;
	if (value.n > 2 && value.p[0] == '"')
		value = str_slice(value.p + 1, value.n - 2);
	return str_to_int(value, &id) ? id : 0;
}

const char *reader_fail_wrap(struct reader *r)
{
	if (r->trying || !r->err)
		return NULL;
	transcode_wrap_path(r->err, r->path);
	r->err->event_id = event_id(r);
	return NULL;
}

const char *reader_fail(struct reader *r, const char *p, const char *format, ...)
{
	struct json j = {r->text, (size_t)(p - r->text.p)};
	char message[200];
	va_list args;

	if (r->trying)
		return NULL;
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	json_error(&j, r->err, "%s", message);
	return reader_fail_wrap(r);
}

void reader_note(struct reader *r, enum transcode_kind kind, struct str name)
{
	struct transcode_loss *loss = r->options->loss;

	r->notes++;
	if (!loss)
		return;
	transcode_note(loss, kind, loss->n[kind] < TRANSCODE_LOSS_FIRST ? event_id(r) : 0, r->path,
		       name);
}

/* Text */

const char *reader_skip(struct reader *r, const char *p, struct str *ret)
{
	struct json j = {r->text, (size_t)(p - r->text.p)};

	if (!json_skip(&j, ret, r->trying ? NULL : r->err))
		return reader_fail_wrap(r);
	return r->text.p + j.at;
}

const char *reader_slow_string(struct reader *r, const char *p, struct str *ret)
{
	struct json j = {r->text, (size_t)(p - r->text.p)};

	if (!json_read_string(&j, &r->scratch, ret, r->trying ? NULL : r->err))
		return reader_fail_wrap(r);
	return r->text.p + j.at;
}

/* Output */

void reader_take_room(struct reader *r)
{
	size_t limit = r->out->limit ? r->out->limit : LIMIT_BUF_BYTES;
	size_t room = r->out->cap - 1 < limit ? r->out->cap - 1 : limit;

	r->o = r->out->p + r->out->n;
	r->o_end = r->out->p + room;
}

bool reader_grow(struct reader *r, size_t n)
{
	r->out->n = (size_t)(r->o - r->out->p);
	if (!buf_room(r->out, n)) {
		buf_ok(r->out, r->err);
		reader_fail_wrap(r);
		return false;
	}
	reader_take_room(r);
	return true;
}

bool reader_move_content(struct reader *r, const struct schema_field *f, size_t start,
			 unsigned had, size_t need)
{
	size_t n = reader_offset(r) - start;
	char *content;

	if (!reader_room(r, need))
		return false;
	content = r->out->p + start;
	memmove(content - had + need, content, n);
	r->o = content - had + need + n;
	r->learned->width[f->id] = (uint8_t)(need - 1);
	return true;
}
