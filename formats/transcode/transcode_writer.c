/* SPDX-License-Identifier: MIT */
/* transcode_writer.c: the writer's errors, losses and room, away from its hot path. */
#include "formats/transcode/transcode_writer.h"

#include "formats/wire/wire.h"

#include <inttypes.h>
#include <stdio.h>

/* The event that is being written; 0: none. */
static int64_t event_id(const struct writer *w)
{
	for (const struct transcode_path *path = w->path; path; path = path->up)
		if (transcode_path_message(path, w->root)->role == SCHEMA_EVENT)
			return (int64_t)wire_value_at(path->at, 1, 0);
	return 0;
}

bool writer_fail(struct writer *w, enum err_code code, const char *format, ...)
{
	char message[200];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	err_set(w->err, code, "%s", message);
	transcode_wrap_path(w->err, w->path);
	if (w->err)
		w->err->event_id = event_id(w);
	return false;
}

void writer_lost(struct writer *w, uint32_t number)
{
	struct transcode_loss *loss = w->options->loss;
	char name[20];

	if (!loss)
		return;
	snprintf(name, sizeof(name), "#%" PRIu32, number);
	transcode_note(loss, TRANSCODE_LOST_FIELD,
		       loss->n[TRANSCODE_LOST_FIELD] < TRANSCODE_LOSS_FIRST ? event_id(w) : 0,
		       w->path, str_of(name));
}

void writer_take_room(struct writer *w)
{
	size_t limit = w->out->limit ? w->out->limit : LIMIT_BUF_BYTES;
	size_t room = w->out->cap - 1 < limit ? w->out->cap - 1 : limit;

	w->o = w->out->p + w->out->n;
	w->o_end = w->out->p + room;
}

bool writer_grow(struct writer *w, size_t n)
{
	w->out->n = (size_t)(w->o - w->out->p);
	if (!buf_room(w->out, n)) {
		buf_ok(w->out, w->err);
		transcode_wrap_path(w->err, w->path);
		return false;
	}
	writer_take_room(w);
	return true;
}
