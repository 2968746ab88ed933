/* SPDX-License-Identifier: MIT */
/* replay_listen.c: an address, a certificate and a key, from the command line. */
#include "replayer/replay_listen.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/base/buf.h"
#include "formats/base/limits.h"
#include "formats/base/mem.h"

/* ---- the address ---- */

static bool is_loopback(const char *host)
{
	static const unsigned char one[16] = {[15] = 1};
	unsigned char ip[16];

	if (inet_pton(AF_INET, host, ip) == 1)
		return ip[0] == 127;
	return inet_pton(AF_INET6, host, ip) == 1 && memcmp(ip, one, 16) == 0;
}

static bool is_address(const char *host)
{
	unsigned char ip[16];

	return inet_pton(AF_INET, host, ip) == 1 || inet_pton(AF_INET6, host, ip) == 1;
}

/* HOST and PORT of "HOST:PORT"; a colon in HOST only within brackets. */
static bool split(struct str s, struct str *ret_host, struct str *ret_port)
{
	size_t colon = s.n;

	while (colon > 0 && s.p[colon - 1] != ':')
		colon--;
	if (colon == 0)
		return false;
	*ret_port = str_skip(s, colon);
	s = str_take(s, colon - 1);
	if (s.n >= 2 && s.p[0] == '[' && s.p[s.n - 1] == ']') {
		*ret_host = str_slice(s.p + 1, s.n - 2);
		return memchr(ret_host->p, ':', ret_host->n) != NULL;
	}
	*ret_host = s;
	return !memchr(s.n ? s.p : "", ':', s.n);
}

static bool parse(struct listen *ret, struct str text, struct arena *a, struct err *err)
{
	struct str host, port;
	long long number;

	if (!split(text, &host, &port) || !str_to_int(port, &number) || number < 0 ||
	    number > 65535)
		return err_set(err, ERR_USAGE,
			       "--listen %.*s: HOST:PORT is expected, as 127.0.0.1:7233 or "
			       "[::1]:7233; port 0 is any free one", STR_ARG(text));
	if (str_is(host, "localhost"))
		host = STR("127.0.0.1");
	if (!host.n)
		host = STR("0.0.0.0");
	ret->host = arena_str(a, host);
	ret->port = (int)number;
	if (ret->host.n != strlen(ret->host.p) || !is_address(ret->host.p))
		return err_set(err, ERR_USAGE,
			       "--listen %.*s: the host has to be an address of this machine or "
			       "localhost; 0.0.0.0 and [::] are all of them", STR_ARG(text));
	ret->loopback = is_loopback(ret->host.p);
	return true;
}

static bool needs_listen(const struct replay_options *o, struct err *err)
{
	const struct {
		const char *name;
		bool given;
	} rows[] = {{"tls", o->tls.p != NULL},
		    {"api-key-file", o->api_key_file.p != NULL},
		    {"insecure", o->insecure}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].given && !o->listen.p)
			return err_set(err, ERR_USAGE, "--%s needs --listen HOST:PORT",
				       rows[i].name);
	return true;
}

/* "CERT,KEY" */
static bool two_files(struct str tls, struct str *ret_certificate, struct str *ret_key)
{
	*ret_certificate = str_split(&tls, ',');
	*ret_key = tls;
	return ret_certificate->n && tls.n && !memchr(tls.p, ',', tls.n);
}

bool replay_listen_check(const struct replay_options *o, struct err *err)
{
	struct str certificate, key;
	struct listen l = {.port = 0};
	struct arena a;
	bool fine;

	if (!needs_listen(o, err))
		return false;
	if (o->isolate && !o->workers.items.n)
		return err_set(err, ERR_USAGE, "--isolate needs --worker 'CMD': a worker that was "
			       "started elsewhere can't be isolated any more");
	if (o->tls.p && !str_is(o->tls, "auto") && !two_files(o->tls, &certificate, &key))
		return err_set(err, ERR_USAGE, "--tls %.*s: auto, or CERT,KEY is expected",
			       STR_ARG(o->tls));
	if (!o->listen.p)
		return true;
	arena_init(&a);
	fine = parse(&l, o->listen, &a, err);
	arena_done(&a);
	if (!fine || l.loopback || o->insecure || (o->tls.n && o->api_key_file.n))
		return fine;
	return err_set(err, ERR_USAGE,
		       "--listen %.*s: others than this machine can reach that address, and what "
		       "they would get are histories: it needs --tls and --api-key-file, or "
		       "--insecure", STR_ARG(o->listen));
}

/* ---- files ---- */

/* A whole file of at most MAX bytes. PRIVATE: nobody but its owner may read it. */
static bool read_file(struct str path, size_t max, bool private, struct buf *out,
		      struct err *err)
{
	int fd = open(path.p, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	ssize_t n = -1;
	char *room;

	if (fd >= 0 && fstat(fd, &st) == 0) {
		if (private && S_ISREG(st.st_mode) && st.st_mode & 077) {
			close(fd);
			return err_set(err, ERR_USAGE,
				       "%.*s: others may read this key: chmod 600 it",
				       STR_ARG(path));
		}
		while (out->n <= max && (room = buf_room(out, max + 1)) &&
		       (n = read(fd, room, max + 1 - out->n)) > 0)
			out->n += (size_t)n;
	}
	if (n < 0)
		err_errno(err, "%.*s", STR_ARG(path));
	if (fd >= 0)
		close(fd);
	if (n > 0 || out->n > max)
		return err_set(err, ERR_LIMIT, "%.*s: longer than %zu bytes", STR_ARG(path), max);
	return n == 0;
}

static bool read_key(struct str *ret, struct str path, struct arena *a, struct err *err)
{
	struct buf text CLEANUP(buf_done) = {0};
	struct str key;

	if (!read_file(path, LIMIT_API_KEY_BYTES, true, &text, err))
		return false;
	key = str_trim(buf_str(&text));
	if (!key.n)
		return err_set(err, ERR_USAGE, "%.*s: there is no key in it", STR_ARG(path));
	/* What a header can carry. */
	for (size_t i = 0; i < key.n; i++)
		if (key.p[i] <= ' ' || key.p[i] > '~')
			return err_set(err, ERR_USAGE,
				       "%.*s: one key without blanks is expected in it",
				       STR_ARG(path));
	*ret = arena_str(a, key);
	return true;
}

static bool read_pem(struct str *ret, struct str path, struct arena *a, struct err *err)
{
	struct buf text CLEANUP(buf_done) = {0};
	const char *name = arena_cstr(a, path);

	if (!read_file(str_of(name), LIMIT_PEM_BYTES, false, &text, err))
		return false;
	*ret = arena_str(a, buf_str(&text));
	return true;
}

static bool read_tls(struct listen *l, struct str tls, struct arena *a, struct err *err)
{
	struct str certificate, key;

	if (!two_files(tls, &certificate, &key))
		return true; /* auto */
	if (!read_pem(&l->tls.certificate, certificate, a, err) ||
	    !read_pem(&l->tls.key, key, a, err))
		return err_wrap(err, "--tls");
	return certificate_check(&l->tls, err) || err_wrap(err, "--tls %.*s", STR_ARG(tls));
}

bool replay_listen_read(struct listen *ret, const struct replay_options *o, struct arena *a,
			struct err *err)
{
	*ret = (struct listen){.port = 0};
	if (!parse(ret, o->listen, a, err) || !read_tls(ret, o->tls, a, err))
		return false;
	return !o->api_key_file.p || read_key(&ret->api_key, o->api_key_file, a, err) ||
	       err_wrap(err, "--api-key-file");
}

bool replay_listen_certify(struct listen *l, const struct replay_options *o, struct str prefix,
			   int64_t now, struct arena *a, struct err *err)
{
	struct str pem;
	bool fine;
	int fd;

	if (!str_is(o->tls, "auto"))
		return true;
	if (!certificate_make(&l->tls, l->host, now, a, err))
		return err_wrap(err, "--tls auto");
	l->tls_path = arena_printf(a, "%.*s.tls.pem", STR_ARG(prefix));
	pem = l->tls.certificate;
	fd = open(l->tls_path.p, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	fine = fd >= 0 && fchmod(fd, 0600) == 0 && write(fd, pem.p, pem.n) == (ssize_t)pem.n;
	if (!fine)
		err_errno(err, "--tls auto: %.*s", STR_ARG(l->tls_path));
	if (fd >= 0)
		close(fd);
	return fine;
}
