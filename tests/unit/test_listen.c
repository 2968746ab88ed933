/* SPDX-License-Identifier: MIT */
/* test_listen.c: --listen and what belongs to it: what may be, and what is read of files. */
#include "replayer/replay_listen.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* --listen, host and port ("": refused), loopback. */
static const struct {
	const char *text, *host;
	int port;
	bool loopback;
} ADDRESSES[] = {
	{"127.0.0.1:7233", "127.0.0.1", 7233, true},
	{"127.9.8.7:0", "127.9.8.7", 0, true},
	{"localhost:1", "127.0.0.1", 1, true},
	{"[::1]:7233", "::1", 7233, true},
	{"0.0.0.0:7233", "0.0.0.0", 7233, false},
	{":7233", "0.0.0.0", 7233, false},
	{"[::]:7233", "::", 7233, false},
	{"10.0.0.7:65535", "10.0.0.7", 65535, false},
	{"[2001:db8::1]:80", "2001:db8::1", 80, false},
	{"[::ffff:127.0.0.1]:80", "::ffff:127.0.0.1", 80, false},
	{"", "", 0, false},
	{"7233", "", 0, false},
	{"127.0.0.1", "", 0, false},
	{"127.0.0.1:", "", 0, false},
	{"127.0.0.1:x", "", 0, false},
	{"127.0.0.1:-1", "", 0, false},
	{"127.0.0.1:65536", "", 0, false},
	{"127.0.0.1:99999999999999999999", "", 0, false},
	{"::1:7233", "", 0, false},
	{"[127.0.0.1]:7233", "", 0, false},
	{"[::1:7233", "", 0, false},
	{"[]:7233", "", 0, false},
	{"ci.example:7233", "", 0, false},
	{"127.0.0.1 :7233", "", 0, false},
};

static void check_addresses(void **state)
{
	for (size_t i = 0; i < sizeof(ADDRESSES) / sizeof(*ADDRESSES); i++) {
		struct replay_options o = {.listen = str_of(ADDRESSES[i].text), .insecure = true};
		struct err err = ERR_INIT;
		struct listen l;
		struct arena a;

		arena_init(&a);
		if (!*ADDRESSES[i].host) {
			if (replay_listen_check(&o, &err))
				fail_msg("%s is taken", ADDRESSES[i].text);
			assert_int_equal(err.code, ERR_USAGE);
			arena_done(&a);
			continue;
		}
		if (!replay_listen_check(&o, &err) || !replay_listen_read(&l, &o, &a, &err))
			fail_msg("%s", err.message);
		assert_string_equal(l.host.p, ADDRESSES[i].host);
		assert_int_equal(l.port, ADDRESSES[i].port);
		assert_int_equal(l.loopback, ADDRESSES[i].loopback);
		arena_done(&a);
	}
}

#define LOOP STR("127.0.0.1:0")
#define AUTO STR("auto")

/* NULL: fine; or a word of the refusal. */
static const struct {
	struct replay_options o;
	const char *refused;
} RULES[] = {
	{{.listen = {"127.0.0.1:0", 11}}, NULL},
	{{.listen = {"0.0.0.0:0", 9}}, "--insecure"},
	{{.listen = {"0.0.0.0:0", 9}, .tls = {"auto", 4}}, "--api-key-file"},
	{{.listen = {"[::]:0", 6}, .api_key_file = {"key", 3}}, "--tls"},
	{{.listen = {"0.0.0.0:0", 9}, .tls = {"auto", 4}, .api_key_file = {"key", 3}}, NULL},
	{{.listen = {"0.0.0.0:0", 9}, .tls = {"a,b", 3}, .api_key_file = {"key", 3}}, NULL},
	{{.listen = {"0.0.0.0:0", 9}, .insecure = true}, NULL},
	{{.listen = {"127.0.0.1:0", 11}, .tls = {"maybe", 5}}, "CERT,KEY"},
	{{.listen = {"127.0.0.1:0", 11}, .tls = {"a,", 2}}, "CERT,KEY"},
	{{.listen = {"127.0.0.1:0", 11}, .tls = {",b", 2}}, "CERT,KEY"},
	{{.listen = {"127.0.0.1:0", 11}, .tls = {"a,b,c", 5}}, "CERT,KEY"},
	{{.listen = {"127.0.0.1:0", 11}, .tls = {"", 0}}, "CERT,KEY"},
	{{.tls = {"auto", 4}}, "--tls needs --listen"},
	{{.api_key_file = {"key", 3}}, "--api-key-file needs --listen"},
	{{.insecure = true}, "--insecure needs --listen"},
	{{.listen = {"127.0.0.1:0", 11}, .isolate = true}, "--isolate needs --worker"},
	{{.insecure = false}, NULL},
};

static void check_rules(void **state)
{
	for (size_t i = 0; i < sizeof(RULES) / sizeof(*RULES); i++) {
		struct err err = ERR_INIT;
		bool fine = replay_listen_check(&RULES[i].o, &err);

		if (fine != !RULES[i].refused)
			fail_msg("row %zu: %s", i, err.message);
		if (!fine && !strstr(err.message, RULES[i].refused))
			fail_msg("row %zu: no \"%s\" in \"%s\"", i, RULES[i].refused, err.message);
		assert_int_equal(err.code, fine ? ERR_NONE : ERR_USAGE);
	}
}

/* ---- files ---- */

static char folder[64];

static const char *path_of(const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static const char *put(const char *name, const char *text, size_t n, mode_t mode)
{
	const char *path = path_of(name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(write(fd, text, n), n);
	close(fd);
	return path;
}

static bool read_key(struct str *ret, const char *path, struct arena *a, struct err *err)
{
	struct replay_options o = {.listen = LOOP, .api_key_file = str_of(path)};
	struct listen l;
	bool fine = replay_listen_read(&l, &o, a, err);

	*ret = l.api_key;
	return fine;
}

/* What is in the file ("": refused), and its mode. */
static const struct {
	const char *text, *key;
	mode_t mode;
} KEYS[] = {
	{"abc", "abc", 0600},	     {"abc\n", "abc", 0400}, {"abc\r\n", "abc", 0600},
	{"  abc\n\n", "abc", 0600},  {"", "", 0600},	     {"\n", "", 0600},
	{"two keys\n", "", 0600},    {"two\nkeys\n", "", 0600}, {"k\x01", "", 0600},
	{"k\xc3\xbc", "", 0600},     {"abc", "", 0640},	     {"abc", "", 0604},
	{"abc", "", 0644},
};

static void check_key_files(void **state)
{
	char *large = calloc(1, 20000);
	struct err err = ERR_INIT;
	struct str key;
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < sizeof(KEYS) / sizeof(*KEYS); i++) {
		const char *path = put("key", KEYS[i].text, strlen(KEYS[i].text), KEYS[i].mode);
		bool fine;

		err = (struct err)ERR_INIT;
		fine = read_key(&key, path, &a, &err);
		if (fine != (*KEYS[i].key != '\0'))
			fail_msg("row %zu: %s", i, err.message);
		if (fine)
			assert_string_equal(key.p, KEYS[i].key);
		else
			assert_true(strstr(err.message, "--api-key-file") &&
				    strstr(err.message, folder));
	}
	memset(large, 'k', 19999);
	assert_false(read_key(&key, put("key", large, 19999, 0600), &a, &err));
	assert_false(read_key(&key, path_of("no-such-file"), &a, &err));
	assert_false(read_key(&key, folder, &a, &err));
	(void)unlink(path_of("key"));
	free(large);
	arena_done(&a);
}

static void check_given_certificate(void **state)
{
	struct replay_options o = {.listen = LOOP};
	struct certificate c, other;
	struct err err = ERR_INIT;
	char tls[300];
	struct listen l;
	struct arena a;

	arena_init(&a);
	assert_true(certificate_make(&c, STR("::1"), 1790000000, &a, &err));
	assert_true(certificate_make(&other, STR("::1"), 1790000000, &a, &err));
	(void)put("c.pem", c.certificate.p, c.certificate.n, 0644);
	(void)put("k.pem", c.key.p, c.key.n, 0600);
	(void)snprintf(tls, sizeof(tls), "%s/c.pem,%s/k.pem", folder, folder);
	o.tls = str_of(tls);
	assert_true(replay_listen_read(&l, &o, &a, &err));
	assert_string_equal(l.tls.key.p, c.key.p);
	assert_true(replay_listen_certify(&l, &o, STR("unused"), 1790000000, &a, &err));
	assert_int_equal(l.tls_path.n, 0);
	(void)put("k.pem", other.key.p, other.key.n, 0600);
	assert_false(replay_listen_read(&l, &o, &a, &err));
	assert_non_null(strstr(err.message, "not that of the certificate"));
	(void)unlink(path_of("k.pem"));
	assert_false(replay_listen_read(&l, &o, &a, &err));
	assert_non_null(strstr(err.message, "k.pem"));
	(void)unlink(path_of("c.pem"));
	arena_done(&a);
}

static void check_made_certificate(void **state)
{
	struct replay_options o = {.listen = LOOP, .tls = AUTO};
	struct err err = ERR_INIT;
	char text[8192] = "";
	struct listen l;
	struct arena a;
	struct stat st;
	int fd;

	arena_init(&a);
	(void)put("last.tls.pem", "old", 3, 0666);
	assert_true(replay_listen_read(&l, &o, &a, &err));
	assert_true(replay_listen_certify(&l, &o, str_of(path_of("last")), 1790000000, &a, &err));
	assert_true(certificate_check(&l.tls, &err));
	assert_string_equal(l.tls_path.p, path_of("last.tls.pem"));
	assert_int_equal(stat(l.tls_path.p, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	fd = open(l.tls_path.p, O_RDONLY | O_CLOEXEC);
	assert_true(read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	assert_string_equal(text, l.tls.certificate.p);
	assert_null(strstr(text, "PRIVATE"));
	(void)unlink(l.tls_path.p);
	assert_false(replay_listen_certify(&l, &o, STR("/proc/no/such"), 1790000000, &a, &err));
	assert_non_null(strstr(err.message, "/proc/no/such.tls.pem"));
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(check_addresses),	   cmocka_unit_test(check_rules),
		cmocka_unit_test(check_key_files),	   cmocka_unit_test(check_given_certificate),
		cmocka_unit_test(check_made_certificate),
	};
	int failed;

	(void)snprintf(folder, sizeof(folder), "/tmp/test_listen.XXXXXX");
	if (!mkdtemp(folder))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)rmdir(folder);
	return failed;
}
