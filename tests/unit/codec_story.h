/* SPDX-License-Identifier: MIT */
/* codec_story.h: what tests of payload codecs share: a key, nonces, payloads by encoding. */
#pragma once

#include "formats/payload/codec.h"

#define CODEC_STORY_KEY "test-key-test-key-test-key-test!"

struct codec_story {
	struct arena arena;
	const struct schema *schema;
	struct codec_keys keys; /* "test" alone */
	struct codec_tools tools;
	struct err err;
	unsigned char nonce; /* of the next payload */
};

/* Once, and before and after each test. */
void codec_story_init(struct codec_story *s);
void codec_story_done(struct codec_story *s);
void codec_story_begin(struct codec_story *s);
void codec_story_end(struct codec_story *s);

/* Both live in A; TYPE (metadata messageType) may be NULL. */
struct str codec_story_payload(struct arena *a, const char *encoding, struct str data);
struct str codec_story_message(struct arena *a, const char *encoding, const char *type,
			       struct str data);
