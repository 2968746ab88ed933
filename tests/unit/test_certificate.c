/* SPDX-License-Identifier: MIT */
/* test_certificate.c: what a made certificate says, and which pairs are refused. */
#include "replayer/remote/certificate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#define NOW ((int64_t)1790000000)

static X509 *parse(const struct certificate *c)
{
	BIO *bio = BIO_new_mem_buf(c->certificate.p, (int)c->certificate.n);
	X509 *x = PEM_read_bio_X509(bio, NULL, NULL, NULL);

	BIO_free(bio);
	assert_non_null(x);
	return x;
}

/* Host, a name that it must have ("": no other), one that it must not have. */
static const struct {
	const char *host, *is, *is_not;
} NAMES[] = {
	{"127.0.0.1", "127.0.0.1", "127.0.0.2"}, {"::1", "::1", "::2"},
	{"10.1.2.3", "10.1.2.3", "10.1.2.4"},	 {"2001:db8::7", "2001:db8::7", "2001:db8::8"},
	{"0.0.0.0", "127.0.0.1", "0.0.0.0"},	 {"::", "::1", "::"},
	{"ci.example", "ci.example", "example"}, {"x,DNS:evil.example", "localhost", "evil.example"},
};

static bool names(X509 *x, const char *name)
{
	return X509_check_ip_asc(x, name, 0) == 1 || X509_check_host(x, name, 0, 0, NULL) == 1;
}

static void check_names(void **state)
{
	struct certificate c;
	struct err err = ERR_INIT;
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < sizeof(NAMES) / sizeof(*NAMES); i++) {
		X509 *x;

		assert_true(certificate_make(&c, str_of(NAMES[i].host), NOW, &a, &err));
		x = parse(&c);
		assert_true(names(x, "localhost"));
		assert_true(names(x, "127.0.0.1"));
		assert_true(names(x, "::1"));
		assert_true(names(x, NAMES[i].is));
		assert_false(names(x, NAMES[i].is_not));
		X509_free(x);
	}
	arena_done(&a);
}

/* Valid from a little before now, for days; for a server only; no authority. */
static void check_what_it_is_good_for(void **state)
{
	struct certificate c, again;
	struct err err = ERR_INIT;
	time_t now = NOW, later = NOW + CERTIFICATE_SECONDS + 1;
	struct arena a;
	X509 *x, *y;

	arena_init(&a);
	assert_true(certificate_make(&c, STR("::1"), NOW, &a, &err));
	assert_true(certificate_make(&again, STR("::1"), NOW, &a, &err));
	x = parse(&c);
	y = parse(&again);
	assert_true(X509_cmp_time(X509_get0_notBefore(x), &now) < 0);
	assert_true(X509_cmp_time(X509_get0_notAfter(x), &now) > 0);
	assert_true(X509_cmp_time(X509_get0_notAfter(x), &later) < 0);
	assert_int_equal(X509_check_purpose(x, X509_PURPOSE_SSL_SERVER, 0), 1);
	assert_int_equal(X509_check_purpose(x, X509_PURPOSE_SSL_CLIENT, 0), 0);
	assert_int_equal(X509_check_ca(x), 0);
	assert_int_equal(X509_verify(x, X509_get0_pubkey(x)), 1);
	assert_int_not_equal(ASN1_INTEGER_cmp(X509_get_serialNumber(x),
					      X509_get_serialNumber(y)), 0);
	X509_free(x);
	X509_free(y);
	arena_done(&a);
}

static void check_key_is_apart(void **state)
{
	struct certificate c;
	struct err err = ERR_INIT;
	struct arena a;

	arena_init(&a);
	assert_true(certificate_make(&c, STR("::1"), NOW, &a, &err));
	assert_false(str_has(c.certificate, "PRIVATE"));
	assert_true(str_has(c.key, "BEGIN PRIVATE KEY"));
	assert_int_equal(c.key.n, strlen(c.key.p));
	arena_done(&a);
}

static void refused(struct str certificate, struct str key, const char *words)
{
	struct certificate c = {certificate, key};
	struct err err = ERR_INIT;

	assert_false(certificate_check(&c, &err));
	assert_int_equal(err.code, ERR_USAGE);
	if (!strstr(err.message, words))
		fail_msg("no \"%s\" in \"%s\"", words, err.message);
}

static void check_pairs(void **state)
{
	static const char locked[] = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n"
				     "-----END ENCRYPTED PRIVATE KEY-----\n";
	struct certificate c, other;
	struct err err = ERR_INIT;
	struct arena a;

	arena_init(&a);
	assert_true(certificate_make(&c, STR("::1"), NOW, &a, &err));
	assert_true(certificate_make(&other, STR("::1"), NOW, &a, &err));
	assert_true(certificate_check(&c, &err));
	refused(c.certificate, other.key, "not that of the certificate");
	refused(c.key, c.key, "no certificate");
	refused(c.certificate, c.certificate, "no private key");
	refused(c.certificate, str_of(locked), "no private key");
	refused(STR(""), STR(""), "no certificate");
	refused(str_take(c.certificate, c.certificate.n / 2), c.key, "no certificate");
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(check_names),
		cmocka_unit_test(check_what_it_is_good_for),
		cmocka_unit_test(check_key_is_apart),
		cmocka_unit_test(check_pairs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
