/* SPDX-License-Identifier: MIT */
/* transcode_story.c: one reading or one writing, with everything else cleared. */
#include "tests/unit/transcode_story.h"

int transcode_story_begin(struct transcode_story *t)
{
	t->schema = schema_new(&t->arena);
	return 0;
}

int transcode_story_end(struct transcode_story *t)
{
	buf_done(&t->wire);
	buf_done(&t->json);
	arena_done(&t->arena);
	return 0;
}

bool transcode_story_read(struct transcode_story *t, const char *type, struct str json, bool keep)
{
	const struct transcode_options options = {.keep_unknown = keep, .loss = &t->loss};
	size_t at = 0;

	t->loss = (struct transcode_loss){0};
	t->err = (struct err)ERR_INIT;
	buf_clear(&t->wire);
	return transcode_json_to_wire(schema_message(t->schema, type), json, &at, &options,
				      &t->arena, &t->wire, &t->err) &&
	       at == json.n;
}

bool transcode_story_write(struct transcode_story *t, const char *type, struct str wire,
			   struct transcode_options style)
{
	style.loss = &t->loss;
	t->loss = (struct transcode_loss){0};
	t->err = (struct err)ERR_INIT;
	buf_clear(&t->json);
	return transcode_wire_to_json(schema_message(t->schema, type), wire, &style, &t->arena,
				      &t->json, &t->err);
}
