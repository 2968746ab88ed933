/* SPDX-License-Identifier: MIT */
/* codec.h: the layers that payload codecs put around a payload, taken off and put on. */
#pragma once

#include "formats/base/vec.h"
#include "formats/payload/payload.h"

/*
 * A layer's data is another Payload, serialized and transformed:
 *
 *     {encoding: binary/zlib, data: zlib(Payload)}
 *     {encoding: binary/snappy, data: snappy block(Payload)}
 *     {encoding: binary/encrypted, encryption-key-id: K,
 *      data: 12 bytes of nonce, AES-GCM(Payload) without extra data, 16 bytes of tag}
 *
 * as the codecs of Temporal's SDKs (zlib) and of their public samples write them. Layers
 * nest; they are undone from the outside in, and the chain is kept so that it can be made
 * again.
 */

/* Keys by id, for the encrypted layer. */
struct codec_key {
	struct str id;
	unsigned char bytes[32];
	size_t n; /* 16, 24 or 32: AES-128, 192, 256 */
};

struct codec_keys {
	struct arena arena;
	VEC_OF(struct codec_key) keys;
	/* The value of an environment variable or NULL; NULL: nobody is asked. */
	const char *(*environment)(const char *name);
};

void codec_keys_init(struct codec_keys *keys);
/* Overwrites them first. */
void codec_keys_done(struct codec_keys *keys);
/*
 * A key file: lines `ID hex:...`, `ID base64:...` or `ID text:...` (the characters are the
 * key); blank lines and those that begin with # are passed over. Errors name the line, and
 * never a key.
 */
bool codec_keys_read(struct codec_keys *keys, struct str text, struct err *err);
/* codec_keys_read() of a file; *RET_EXPOSED: others than its owner may read it. */
bool codec_keys_open(struct codec_keys *keys, struct str path, bool *ret_exposed,
		     struct err *err);
/*
 * The key of that id: of the files, else of the environment: HINDCAST_KEY_ID, the id in
 * upper case with _ for all but letters and digits, with a value as in a file. NULL: none.
 * ERR, for a variable that holds no key, may be NULL.
 */
const struct codec_key *codec_key_find(struct codec_keys *keys, struct str id, struct err *err);

/* What layers need from outside. */
struct codec_tools {
	struct codec_keys *keys; /* NULL: none */
	struct str key_id;	 /* that encrypting uses */
	/* Fills TO with N random bytes; false: there are none. For nonces. */
	bool (*random)(void *data, void *to, size_t n);
	void *random_data;
	struct str storage; /* folder of stored payloads; n 0: references stay as they are */
	/* What a codec server made of a serialized Payload, where one was asked; or NULL. */
	bool (*known)(void *data, struct str bytes, struct str *ret);
	void *known_data;
};

struct codec_layer {
	const char *name;     /* "zlib" */
	const char *encoding; /* "binary/zlib" */
	enum payload_kind kind;
	/* Appends the serialized Payload within P. */
	bool (*unwrap)(const struct codec_tools *tools, const struct payload *p,
		       struct buf *out, struct err *err);
	/* Appends INNER, a serialized Payload, transformed. */
	bool (*wrap)(const struct codec_tools *tools, struct str inner, struct buf *out,
		     struct err *err);
	bool keyed;	     /* metadata names tools->key_id */
	bool only_if_smaller; /* else the payload stays without this layer */
};

/* In codec_zlib.c, codec_snappy.c, codec_encrypted.c. */
extern const struct codec_layer CODEC_ZLIB, CODEC_SNAPPY, CODEC_ENCRYPTED;

/* NULL: KIND is no wrapper; there is no layer of that name. */
const struct codec_layer *codec_layer_of(enum payload_kind kind);
const struct codec_layer *codec_layer_named(struct str name);

/* More layers than anybody stacks; what is deeper stays wrapped. */
#define CODEC_LAYERS_MAX 16

struct codec_chain {
	const struct codec_layer *layers[CODEC_LAYERS_MAX]; /* the outermost first */
	size_t n;
	bool stored; /* below the layers stood a reference, and its payload was got */
	bool known; /* it is what a codec server made of it; layers are those of its answer */
};

/*
 * Takes off all layers of the Payload BYTES that can be taken off, and gets what is stored
 * elsewhere where tools->storage says from where. *RET is what is left, in A or BYTES itself;
 * CHAIN (may be NULL) the layers. False where a layer remains, with the
 * reason in ERR (a key that is not there, damaged data, a ceiling); *RET and CHAIN are set
 * in that case too.
 */
bool codec_unwrap(const struct codec_tools *tools, struct str bytes, struct arena *a,
		  struct str *ret, struct codec_chain *chain, struct err *err);

/* "zlib,encrypted": the innermost first, which is the order they are applied in. */
bool codec_chain_read(struct str text, struct codec_chain *ret, struct err *err);
/* Puts the layers around BYTES, a serialized Payload; *RET in A. */
bool codec_wrap(const struct codec_tools *tools, const struct codec_chain *chain,
		struct str bytes, struct arena *a, struct str *ret, struct err *err);
