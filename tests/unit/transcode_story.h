/* SPDX-License-Identifier: MIT */
/* transcode_story.h: JSON in and out, for the tests of the transcoder. */
#pragma once

#include "formats/transcode/transcode.h"

struct transcode_story {
	struct arena arena;
	const struct schema *schema;
	struct transcode_loss loss; /* of the last call */
	struct err err;
	struct buf wire, json; /* what it made */
};

/* For cmocka's group: both return 0. */
int transcode_story_begin(struct transcode_story *t);
int transcode_story_end(struct transcode_story *t);
/* The whole of JSON as a message TYPE, into t->wire. */
bool transcode_story_read(struct transcode_story *t, const char *type, struct str json, bool keep);
/* STYLE's loss is not used; into t->json. */
bool transcode_story_write(struct transcode_story *t, const char *type, struct str wire,
			   struct transcode_options style);
