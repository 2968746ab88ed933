/* SPDX-License-Identifier: MIT */
/* codec_encrypted.c: the layer of the samples' encryption codec: AES-GCM by libcrypto. */
#include "formats/payload/codec.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#define NONCE ((size_t)12)
#define TAG ((size_t)16)
#define AES_ID "encryption-key-id"

static const EVP_CIPHER *cipher_of(const struct codec_key *key)
{
	/* Whatever a configuration file of the machine says about providers is not for us. */
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	return key->n == 16 ? EVP_aes_128_gcm() : key->n == 24 ? EVP_aes_192_gcm()
							      : EVP_aes_256_gcm();
}

static const struct codec_key *key_of(const struct codec_tools *tools, struct str id,
				      struct err *err)
{
	const struct codec_key *key = NULL;
	struct err why = ERR_INIT;

	if (tools->keys)
		key = codec_key_find(tools->keys, id, &why);
	if (!key && why.code != ERR_NONE && err)
		*err = why;
	else if (!key)
		err_set(err, ERR_MISSING, "there is no key \"%.*s\"", STR_ARG(str_take(id, 100)));
	return key;
}

static bool too_large(struct str bytes, struct err *err)
{
	if (bytes.n <= INT32_MAX)
		return false;
	err_set(err, ERR_LIMIT, "encrypted: more than 2 GB");
	return true;
}

/* The plain bytes go to TO, which has room for as many as the ciphertext's. */
static bool open_sealed(const struct codec_key *key, struct str data, char *to)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	const unsigned char *nonce = (const unsigned char *)data.p, *sealed = nonce + NONCE;
	size_t n = data.n - NONCE - TAG;
	unsigned char tag[TAG];
	int done = 0, last = 0;
	bool ok;

	memcpy(tag, sealed + n, TAG);
	ok = c && EVP_DecryptInit_ex(c, cipher_of(key), NULL, key->bytes, nonce) == 1 &&
	     EVP_DecryptUpdate(c, (unsigned char *)to, &done, sealed, (int)n) == 1 &&
	     EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, (int)TAG, tag) == 1 &&
	     EVP_DecryptFinal_ex(c, (unsigned char *)to + done, &last) == 1;
	EVP_CIPHER_CTX_free(c);
	return ok;
}

static bool unwrap(const struct codec_tools *tools, const struct payload *p, struct buf *out,
		   struct err *err)
{
	struct str id = payload_metadata(p->bytes, AES_ID);
	const struct codec_key *key = key_of(tools, id, err);
	char *room;

	if (!key || too_large(p->data, err))
		return false;
	if (p->data.n < NONCE + TAG)
		return err_set(err, ERR_SYNTAX, "encrypted: shorter than its nonce and tag");
	room = buf_room(out, p->data.n - NONCE - TAG);
	if (!room)
		return buf_ok(out, err);
	if (!open_sealed(key, p->data, room))
		return err_set(err, ERR_SYNTAX, "encrypted: key \"%.*s\" does not open it: another "
			       "key, or damaged", STR_ARG(str_take(id, 100)));
	out->n += p->data.n - NONCE - TAG;
	out->p[out->n] = '\0';
	return true;
}

static bool seal(const struct codec_key *key, const unsigned char *nonce, struct str plain,
		 char *to, unsigned char *tag)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int done = 0, last = 0;
	bool ok = c && EVP_EncryptInit_ex(c, cipher_of(key), NULL, key->bytes, nonce) == 1 &&
		  EVP_EncryptUpdate(c, (unsigned char *)to, &done,
				    (const unsigned char *)plain.p, (int)plain.n) == 1 &&
		  EVP_EncryptFinal_ex(c, (unsigned char *)to + done, &last) == 1 &&
		  EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, (int)TAG, tag) == 1;

	EVP_CIPHER_CTX_free(c);
	return ok;
}

static bool wrap(const struct codec_tools *tools, struct str inner, struct buf *out,
		 struct err *err)
{
	const struct codec_key *key = key_of(tools, tools->key_id, err);
	unsigned char nonce[NONCE], tag[TAG];
	char *room;

	if (!key || too_large(inner, err))
		return false;
	if (!tools->random || !tools->random(tools->random_data, nonce, NONCE))
		return err_set(err, ERR_IO, "encrypted: the system gives no random bytes");
	buf_add_bytes(out, nonce, NONCE);
	room = buf_room(out, inner.n);
	if (!room)
		return buf_ok(out, err);
	if (!seal(key, nonce, inner, room, tag))
		return err_set(err, ERR_IO, "encrypted: libcrypto refuses to encrypt");
	out->n += inner.n;
	buf_add_bytes(out, tag, TAG);
	return true;
}

const struct codec_layer CODEC_ENCRYPTED = {
	.name = "encrypted",
	.encoding = "binary/encrypted",
	.kind = PAYLOAD_ENCRYPTED,
	.unwrap = unwrap,
	.wrap = wrap,
	.keyed = true,
};
