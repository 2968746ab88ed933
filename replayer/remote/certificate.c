/* SPDX-License-Identifier: MIT */
/* certificate.c: X.509 through libcrypto. */
#include "replayer/remote/certificate.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <arpa/inet.h>

#include "formats/base/buf.h"
#include "formats/base/mem.h"

/* Clocks of containers and hosts differ; a certificate from the future is refused. */
#define CLOCK_SECONDS ((int64_t)3600)

/* What openssl has against it, on top of what we were about to do. */
static bool refuse(struct err *err, enum err_code code, const char *what)
{
	unsigned long n = ERR_get_error();
	const char *why = n ? ERR_reason_error_string(n) : NULL;

	ERR_clear_error();
	return err_set(err, code, "%s%s%s", what, why ? ": " : "", why ? why : "");
}

static bool add_extension(X509 *x, int kind, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;
	bool fine;

	X509V3_set_ctx_nodb(&context);
	X509V3_set_ctx(&context, x, x, NULL, NULL, 0);
	extension = X509V3_EXT_nconf_nid(NULL, &context, kind, value);
	if (!extension)
		return false;
	fine = X509_add_ext(x, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return fine;
}

static bool is_ip(const char *host)
{
	unsigned char ip[16];

	return inet_pton(AF_INET, host, ip) == 1 || inet_pton(AF_INET6, host, ip) == 1;
}

/* An address that means every address is no name of this server. */
static bool is_a_name(const char *host)
{
	static const char *const rest[] = {"", "0.0.0.0", "::", "localhost", "127.0.0.1", "::1"};

	for (size_t i = 0; i < sizeof(rest) / sizeof(*rest); i++)
		if (strcmp(host, rest[i]) == 0)
			return false;
	return true;
}

static bool add_names(X509 *x, struct str host)
{
	struct buf names CLEANUP(buf_done) = {0};
	char name[256] = "";

	if (host.n < sizeof(name))
		memcpy(name, host.p ? host.p : "", host.n);
	buf_puts(&names, "DNS:localhost,IP:127.0.0.1,IP:::1");
	/* A comma would begin another name, with a meaning of its own. */
	if (is_a_name(name) && !strpbrk(name, ", :") && !is_ip(name))
		buf_printf(&names, ",DNS:%s", name);
	if (is_a_name(name) && is_ip(name))
		buf_printf(&names, ",IP:%s", name);
	return add_extension(x, NID_subject_alt_name, names.p);
}

/* Not the same number for two runs: clients keep what they saw by it. */
static bool set_serial(X509 *x)
{
	unsigned char bytes[16];
	BIGNUM *n;
	bool fine;

	if (RAND_bytes(bytes, sizeof(bytes)) != 1)
		return false;
	bytes[0] &= 0x7f;
	n = BN_bin2bn(bytes, sizeof(bytes), NULL);
	fine = n && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x)) != NULL;
	BN_free(n);
	return fine;
}

static bool fill(X509 *x, EVP_PKEY *key, struct str host, int64_t now)
{
	X509_NAME *name = X509_get_subject_name(x);
	time_t t = (time_t)now;

	return X509_set_version(x, X509_VERSION_3) == 1 && set_serial(x) &&
	       X509_time_adj_ex(X509_getm_notBefore(x), 0, -CLOCK_SECONDS, &t) &&
	       X509_time_adj_ex(X509_getm_notAfter(x), 0, CERTIFICATE_SECONDS, &t) &&
	       X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
					  (const unsigned char *)"hindcast replay", -1, -1,
					  0) == 1 &&
	       X509_set_issuer_name(x, name) == 1 && X509_set_pubkey(x, key) == 1 &&
	       /* It vouches for itself and for nothing else: no authority. */
	       add_extension(x, NID_basic_constraints, "critical,CA:FALSE") &&
	       add_extension(x, NID_key_usage, "critical,digitalSignature") &&
	       add_extension(x, NID_ext_key_usage, "serverAuth") &&
	       add_extension(x, NID_subject_key_identifier, "hash") && add_names(x, host) &&
	       X509_sign(x, key, EVP_sha256()) > 0;
}

static struct str text_of(BIO *bio, struct arena *a)
{
	char *p = NULL;
	long n = BIO_get_mem_data(bio, &p);
	const char *copy = arena_cstr(a, str_slice(p, n > 0 ? (size_t)n : 0));

	return str_of(copy);
}

static bool write_pem(struct certificate *ret, X509 *x, EVP_PKEY *key, struct arena *a)
{
	BIO *first = BIO_new(BIO_s_mem()), *second = BIO_new(BIO_s_secmem());
	bool fine = first && second && PEM_write_bio_X509(first, x) == 1 &&
		    PEM_write_bio_PKCS8PrivateKey(second, key, NULL, NULL, 0, NULL, NULL) == 1;

	if (fine)
		*ret = (struct certificate){text_of(first, a), text_of(second, a)};
	BIO_free(first);
	BIO_free(second);
	return fine;
}

bool certificate_make(struct certificate *ret, struct str host, int64_t now, struct arena *a,
		      struct err *err)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	bool fine = key && x && fill(x, key, host, now) && write_pem(ret, x, key, a);

	X509_free(x);
	EVP_PKEY_free(key);
	return fine || refuse(err, ERR_IO, "can't make a certificate");
}

/* Nobody is there to be asked for a passphrase. */
static int no_passphrase(char *room, int n, int writing, void *context)
{
	return -1;
}

bool certificate_check(const struct certificate *c, struct err *err)
{
	BIO *first = BIO_new_mem_buf(c->certificate.p, (int)c->certificate.n);
	BIO *second = BIO_new_mem_buf(c->key.p, (int)c->key.n);
	X509 *x = first ? PEM_read_bio_X509(first, NULL, no_passphrase, NULL) : NULL;
	EVP_PKEY *key = NULL;
	bool fine = false;

	if (!x)
		refuse(err, ERR_USAGE, "no certificate in PEM form");
	else if (!(key = second ? PEM_read_bio_PrivateKey(second, NULL, no_passphrase, NULL)
				: NULL))
		refuse(err, ERR_USAGE, "no private key in PEM form, without a passphrase");
	else if (X509_check_private_key(x, key) != 1)
		refuse(err, ERR_USAGE, "the key is not that of the certificate");
	else
		fine = true;
	EVP_PKEY_free(key);
	X509_free(x);
	BIO_free(first);
	BIO_free(second);
	ERR_clear_error();
	return fine;
}
