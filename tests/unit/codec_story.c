/* SPDX-License-Identifier: MIT */
/* codec_story.c: a key that everybody knows, and nonces that count. */
#include "tests/unit/codec_story.h"

#include "formats/wire/wire.h"

void codec_story_init(struct codec_story *s)
{
	*s = (struct codec_story){0};
	arena_init(&s->arena);
	s->schema = schema_new(&s->arena);
}

void codec_story_done(struct codec_story *s)
{
	arena_done(&s->arena);
}

/* Deterministic, and never the same twice in a test. */
static bool counting(void *data, void *to, size_t n)
{
	struct codec_story *s = data;

	memset(to, s->nonce++, n);
	return true;
}

void codec_story_begin(struct codec_story *s)
{
	codec_keys_init(&s->keys);
	s->err = (struct err)ERR_INIT;
	BUG_IF(!codec_keys_read(&s->keys, STR("test text:" CODEC_STORY_KEY "\n"), &s->err));
	s->tools = (struct codec_tools){
		.keys = &s->keys,
		.key_id = STR("test"),
		.random = counting,
		.random_data = s,
	};
}

void codec_story_end(struct codec_story *s)
{
	codec_keys_done(&s->keys);
}

static void put_metadata(struct buf *out, const char *key, const char *value)
{
	struct buf entry = {0};

	wire_put_bytes(&entry, 1, str_of(key));
	wire_put_bytes(&entry, 2, str_of(value));
	wire_put_bytes(out, 1, buf_str(&entry));
	buf_done(&entry);
}

struct str codec_story_message(struct arena *a, const char *encoding, const char *type,
			       struct str data)
{
	struct buf out = {0};
	struct str ret;

	put_metadata(&out, "encoding", encoding);
	if (type)
		put_metadata(&out, "messageType", type);
	wire_put_bytes(&out, 2, data);
	ret = arena_str(a, buf_str(&out));
	buf_done(&out);
	return ret;
}

struct str codec_story_payload(struct arena *a, const char *encoding, struct str data)
{
	return codec_story_message(a, encoding, NULL, data);
}
