/* SPDX-License-Identifier: MIT */
/* codec.c: layers off and on, one after the other, up to a depth and a size. */
#include "formats/payload/codec.h"

#include "formats/base/limits.h"
#include "formats/payload/payload_store.h"
#include "formats/wire/wire.h"

static const struct codec_layer *const LAYERS[] = {
	&CODEC_ZLIB,
	&CODEC_SNAPPY,
	&CODEC_ENCRYPTED,
};
#define LAYERS_N (sizeof(LAYERS) / sizeof(*LAYERS))

const struct codec_layer *codec_layer_of(enum payload_kind kind)
{
	for (size_t i = 0; i < LAYERS_N; i++)
		if (LAYERS[i]->kind == kind)
			return LAYERS[i];
	return NULL;
}

const struct codec_layer *codec_layer_named(struct str name)
{
	for (size_t i = 0; i < LAYERS_N; i++)
		if (str_is(name, LAYERS[i]->name))
			return LAYERS[i];
	return NULL;
}

/* What the buffer holds, now A's. */
static struct str keep(struct buf *b, struct arena *a)
{
	size_t n;
	char *p = buf_take(b, &n);

	if (p)
		arena_adopt(a, p);
	return p ? str_slice(p, n) : STR("");
}

/* One layer off P. What comes out must be a Payload again, else it was no layer. */
static bool unwrap_one(const struct codec_tools *tools, const struct codec_layer *layer,
		       struct payload *p, struct arena *a, struct err *err)
{
	struct payload inner;
	struct buf out;
	bool ok;

	buf_init(&out, LIMIT_PAYLOAD_BYTES);
	ok = layer->unwrap(tools, p, &out, err) && buf_ok(&out, err);
	if (ok && !payload_read(buf_str(&out), &inner))
		ok = err_set(err, ERR_SYNTAX, "%s: what is in it is no payload", layer->name);
	if (ok)
		payload_read(keep(&out, a), p);
	buf_done(&out);
	return ok;
}

/* One layer off P, or its payload got from the store. A reference below a reference stays. */
static bool unwrap_step(const struct codec_tools *tools, const struct codec_layer *layer,
			struct payload *p, struct codec_chain *had, struct arena *a,
			struct err *err)
{
	struct str stored;

	if (!layer) {
		had->stored = true;
		return store_load(tools->storage, p, a, &stored, err) && payload_read(stored, p);
	}
	if (had->n == CODEC_LAYERS_MAX)
		return err_set(err, ERR_LIMIT, "more than %d layers", CODEC_LAYERS_MAX);
	if (!unwrap_one(tools, layer, p, a, err))
		return false;
	had->layers[had->n++] = layer;
	return true;
}

bool codec_unwrap(const struct codec_tools *tools, struct str bytes, struct arena *a,
		  struct str *ret, struct codec_chain *chain, struct err *err)
{
	struct codec_chain had = {.n = 0};
	struct payload p;
	bool ok;

	had.known = tools->known && tools->known(tools->known_data, bytes, &bytes);
	ok = payload_read(bytes, &p) || err_set(err, ERR_SYNTAX, "not a payload");

	*ret = bytes;
	while (ok) {
		const struct codec_layer *layer = codec_layer_of(p.kind);

		if (!layer && !(p.reference && tools->storage.n && !had.stored))
			break;
		ok = unwrap_step(tools, layer, &p, &had, a, err);
		if (ok)
			*ret = p.bytes;
	}
	if (chain)
		*chain = had;
	return ok;
}

bool codec_chain_read(struct str text, struct codec_chain *ret, struct err *err)
{
	struct codec_chain chain = {.n = 0}, reversed;

	while (text.n) {
		struct str name = str_trim(str_split(&text, ','));
		const struct codec_layer *layer = codec_layer_named(name);

		if (!layer)
			return err_set(err, ERR_USAGE,
				       "no layer \"%.*s\": zlib, snappy and encrypted are known",
				       STR_ARG(name));
		if (chain.n == CODEC_LAYERS_MAX)
			return err_set(err, ERR_USAGE, "more than %d layers", CODEC_LAYERS_MAX);
		chain.layers[chain.n++] = layer;
	}
	if (!chain.n)
		return err_set(err, ERR_USAGE, "a layer is expected: zlib, snappy or encrypted");
	reversed.n = chain.n;
	for (size_t i = 0; i < chain.n; i++)
		reversed.layers[i] = chain.layers[chain.n - 1 - i];
	*ret = reversed;
	return true;
}

static void put_metadata(struct buf *out, const char *key, struct str value)
{
	struct buf entry;

	buf_init(&entry, 0);
	wire_put_bytes(&entry, 1, str_of(key));
	wire_put_bytes(&entry, 2, value);
	wire_put_bytes(out, 1, buf_str(&entry));
	buf_done(&entry);
}

static bool wrap_one(const struct codec_tools *tools, const struct codec_layer *layer,
		     struct arena *a, struct str *bytes, struct err *err)
{
	struct buf data, out;
	bool ok;

	buf_init(&data, LIMIT_PAYLOAD_BYTES);
	buf_init(&out, LIMIT_PAYLOAD_BYTES);
	ok = layer->wrap(tools, *bytes, &data, err) && buf_ok(&data, err);
	if (ok) {
		put_metadata(&out, "encoding", str_of(layer->encoding));
		if (layer->keyed)
			put_metadata(&out, "encryption-key-id", tools->key_id);
		wire_put_bytes(&out, 2, buf_str(&data));
		ok = buf_ok(&out, err);
	}
	if (ok && !(layer->only_if_smaller && out.n >= bytes->n))
		*bytes = keep(&out, a);
	buf_done(&data);
	buf_done(&out);
	return ok;
}

bool codec_wrap(const struct codec_tools *tools, const struct codec_chain *chain,
		struct str bytes, struct arena *a, struct str *ret, struct err *err)
{
	struct str now = bytes;

	for (size_t i = chain->n; i-- > 0;)
		if (!wrap_one(tools, chain->layers[i], a, &now, err))
			return false;
	*ret = now;
	return true;
}
