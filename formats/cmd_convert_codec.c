/* SPDX-License-Identifier: MIT */
/* cmd_convert_codec.c: payloads decoded and encoded on the way, by our layers or a server. */
#include "formats/cmd_convert_codec.h"

#include "formats/cmd_convert.h"
#include "formats/payload/payload_store.h"

#include <sys/random.h>

struct convert_codec {
	struct codec_keys own, *keys;
	struct codec_remote remote;
	struct codec_stage stage;
};

static bool system_random(void *data, void *to, size_t n)
{
	return getrandom(to, n, 0) == (ssize_t)n;
}

/* Which options mean nothing without another. */
static bool check(const struct convert_codec_options *o, struct err *err)
{
	const struct codec_server_options *server = &o->server;
	bool encode = str_is(o->direction, "encode");

	if (!o->direction.n && (o->chain.n || o->keys.n || o->key_id.n || server->endpoint.n ||
				o->header_fields || o->plain_failures))
		return err_set(err, ERR_USAGE, "--codec says what to do: decode or encode");
	if (!o->direction.n)
		return true;
	if (!encode && !str_is(o->direction, "decode"))
		return err_set(err, ERR_USAGE, "--codec is decode or encode");
	if (o->storage.n && (encode || server->endpoint.n))
		return err_set(err, ERR_USAGE, "--storage goes with --codec decode by our own "
			       "layers, or alone");
	if (server->endpoint.n && (o->chain.n || o->keys.n || o->key_id.n))
		return err_set(err, ERR_USAGE, "--codec-endpoint: the server has chain and keys");
	if (!server->endpoint.n &&
	    (server->auth.n || server->headers.items.n || server->timeout || server->authorities.n ||
	     server->certificate.n || server->certificate_key.n))
		return err_set(err, ERR_USAGE, "--codec-auth, --codec-header, --codec-ca, --codec-cert, "
			       "--codec-key and --codec-timeout belong to --codec-endpoint");
	if (!encode && (o->chain.n || o->key_id.n || o->header_fields || o->plain_failures))
		return err_set(err, ERR_USAGE, "--codec-chain, --key-id, --codec-header-fields and "
			       "--codec-plain-failures belong to --codec encode");
	if (encode && !server->endpoint.n && !o->chain.n)
		return err_set(err, ERR_USAGE, "--codec-chain says what to put on, the innermost "
			       "first: zlib,encrypted");
	return codec_server_check(server, err);
}

static bool encrypts(const struct codec_chain *chain)
{
	for (size_t i = 0; i < chain->n; i++)
		if (chain->layers[i]->keyed)
			return true;
	return false;
}

static bool check_key(struct convert_codec *codec, struct codec_settings *s, struct err *err)
{
	if (!encrypts(&s->chain))
		return true;
	if (!s->tools.key_id.n)
		return err_set(err, ERR_USAGE, "--key-id says which key encrypts");
	if (codec_key_find(codec->keys, s->tools.key_id, err))
		return true;
	if (err->code != ERR_NONE)
		return false;
	return err_set(err, ERR_MISSING, "there is no key \"%.*s\": --keys FILE or the environment "
		       "has none of that id", STR_ARG(s->tools.key_id));
}

static bool open_remote(struct converting *c, struct convert_codec *codec,
			const struct convert_codec_options *o, struct err *err)
{
	struct codec_remote_settings settings = codec_server_settings(&o->server);

	if (!codec_remote_open(&codec->remote, c->context->schema, &settings, err))
		return false;
	if (codec_remote_is_open(&settings))
		fprintf(c->context->err, "hindcast: --codec-auth goes over plain http, where others "
			"can read it\n");
	return true;
}

static bool open_keys(struct converting *c, struct convert_codec *codec,
		      const struct convert_codec_options *o, struct err *err)
{
	return codec->keys != &codec->own ||
	       payload_keys_open(&codec->own, o->keys, c->context, err);
}

bool convert_codec_open(struct converting *c, const struct convert_codec_options *o,
			struct convert_codec *before, struct convert_codec **ret, struct err *err)
{
	struct codec_settings s = {.headers = o->header_fields,
				   .plain_failures = o->plain_failures};
	struct convert_codec *codec;

	*ret = NULL;
	if (!check(o, err))
		return false;
	if (!o->direction.n && !o->storage.n)
		return true;
	*ret = codec = arena_new(&c->names, struct convert_codec);
	codec_keys_init(&codec->own);
	codec->keys = before ? before->keys : &codec->own;
	s.direction = !o->direction.n		     ? CODEC_INLINE
		      : str_is(o->direction, "encode") ? CODEC_ENCODE : CODEC_DECODE;
	s.tools = (struct codec_tools){
		.keys = codec->keys,
		.key_id = o->key_id,
		.random = system_random,
		.storage = o->storage,
	};
	if (!store_check(o->storage, err))
		return false;
	if (o->server.endpoint.n) {
		if (!open_remote(c, codec, o, err))
			return false;
		s.peer = &codec->remote.peer;
	} else if ((o->chain.n && !codec_chain_read(o->chain, &s.chain, err)) ||
		   !open_keys(c, codec, o, err) ||
		   !check_key(codec, &s, err)) {
		return false;
	}
	codec_stage_init(&codec->stage, c->context->schema, &s);
	stage_line_add(&c->stages, &codec->stage.stage);
	return true;
}

void convert_codec_close(struct convert_codec *codec)
{
	if (!codec)
		return;
	codec_remote_close(&codec->remote);
	codec_keys_done(&codec->own);
}
