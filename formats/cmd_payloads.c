/* SPDX-License-Identifier: MIT */
/* cmd_payloads.c: keys, descriptors and stores, opened for whoever reads payloads. */
#include "formats/cmd_payloads.h"

#include "formats/base/limits.h"
#include "formats/payload/codec_stage.h"
#include "formats/payload/payload_store.h"

#include <stdlib.h>

#define CODEC_TIMEOUT_SECONDS 30
#define CODEC_TIMEOUT_MOST 3600

static const char *environment(const char *name)
{
	return getenv(name);
}

bool payload_options_decode(const struct payload_options *o)
{
	return o->decode || o->keys.n || o->storage.n;
}

bool payload_keys_open(struct codec_keys *keys, struct str path,
		       const struct command_context *context, struct err *err)
{
	bool exposed = false;

	codec_keys_init(keys);
	keys->environment = environment;
	if (path.n && !codec_keys_open(keys, path, &exposed, err))
		return false;
	if (exposed)
		fprintf(context->err, "hindcast: %.*s: others may read these keys (chmod 600 keeps "
			"them out)\n", STR_ARG(path));
	return true;
}

bool payload_files_open(struct payload_files *f, const struct payload_options *o,
			const struct command_context *context, struct err *err)
{
	f->open = true;
	f->reader = (struct payload_reader){
		.schema = context->schema,
		.tools = {.keys = &f->keys, .storage = o->storage},
	};
	if (!store_check(o->storage, err) ||
	    !payload_keys_open(&f->keys, o->keys, context, err))
		return false;
	if (!o->descriptors.n)
		return true;
	if (!descriptor_set_open(&f->descriptors, o->descriptors, err))
		return false;
	f->reader.descriptors = &f->descriptors;
	return true;
}

void payload_files_done(struct payload_files *f)
{
	if (!f->open)
		return;
	if (f->reader.descriptors)
		descriptor_set_done(&f->descriptors);
	codec_keys_done(&f->keys);
	f->open = false;
}

bool payload_decode_history(const struct payload_reader *r, const struct history *h,
			    struct history *ret, struct buf *report, struct err *err)
{
	const struct codec_settings settings = {.direction = CODEC_DECODE, .tools = r->tools};
	struct codec_stage c;
	struct arena a;
	struct buf wire;
	bool ok;

	codec_stage_init(&c, r->schema, &settings);
	arena_init(&a);
	buf_init(&wire, LIMIT_HISTORY_BYTES);
	c.stage.kind->begin(&c.stage);
	ok = c.stage.kind->events(&c.stage, h->wire, &wire, err);
	if (ok && c.left)
		buf_printf(report, "%zu payload%s could not be decoded; the first: %s\n", c.left,
			   c.left == 1 ? "" : "s", c.first.message);
	c.stage.kind->done(&c.stage);
	if (ok) {
		size_t n;
		char *bytes = buf_take(&wire, &n);

		if (bytes)
			arena_adopt(&a, bytes);
		ok = history_take(ret, &a, str_slice(bytes, n), r->schema, err);
	}
	buf_done(&wire);
	if (!ok)
		arena_done(&a);
	return ok;
}

bool codec_server_check(const struct codec_server_options *o, struct err *err)
{
	return o->timeout <= CODEC_TIMEOUT_MOST ||
	       err_set(err, ERR_USAGE, "--codec-timeout is 1 to 3600 seconds");
}

struct codec_remote_settings codec_server_settings(const struct codec_server_options *o)
{
	return (struct codec_remote_settings){
		.endpoint = o->endpoint,
		.namespace = o->namespace,
		.auth = o->auth,
		.headers = o->headers.items.at,
		.n_headers = o->headers.items.n,
		.tls = {o->authorities, o->certificate, o->certificate_key},
		.timeout_ms = (long)(o->timeout ? o->timeout : CODEC_TIMEOUT_SECONDS) * 1000,
	};
}
