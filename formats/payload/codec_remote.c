/* SPDX-License-Identifier: MIT */
/* codec_remote.c: payloads in batches to a codec server and back, or a clear refusal. */
#include "formats/payload/codec_remote.h"

#include "formats/base/limits.h"
#include "formats/base/visible.h"
#include "formats/transcode/json.h"
#include "formats/transcode/transcode.h"
#include "formats/wire/wire.h"

#include <time.h>

#define BATCH_BYTES ((size_t)4 * 1024 * 1024)
#define BATCH_PAYLOADS ((size_t)1000)
#define TRIES 4
#define FIRST_PAUSE_MS 200L
#define REDIRECTS_MOST 3
/* Of an answer that is no success, in a message. */
#define SHOWN_BYTES ((size_t)200)

static const char *const VERBS[] = {[CODEC_DECODE] = "/decode", [CODEC_ENCODE] = "/encode"};

/* Setting up */

static bool is_web(struct str url)
{
	return str_starts(url, STR("http://")) || str_starts(url, STR("https://"));
}

/* "https://host:port", the part that must stay the same. */
static struct str origin_of(struct str url)
{
	ptrdiff_t host = str_find(url, STR("://"));
	size_t n = host < 0 ? 0 : (size_t)host + 3;

	while (n < url.n && !strchr("/?#", url.p[n]))
		n++;
	return str_take(url, n);
}

struct str codec_remote_shown(struct str url, struct arena *a)
{
	struct str origin = origin_of(url);
	ptrdiff_t scheme = str_find(origin, STR("://"));
	size_t host = origin.n;

	while (host && origin.p[host - 1] != '@')
		host--;
	if (!host || scheme < 0)
		return origin;
	return arena_printf(a, "%.*s%.*s", (int)scheme + 3, origin.p,
			    STR_ARG(str_skip(origin, host)));
}

bool codec_remote_is_open(const struct codec_remote_settings *settings)
{
	struct str host = str_skip(origin_of(settings->endpoint), strlen("http://"));

	return settings->auth.n && str_starts(settings->endpoint, STR("http://")) &&
	       !str_starts(host, STR("localhost")) && !str_starts(host, STR("127.")) &&
	       !str_starts(host, STR("[::1]"));
}

/* The endpoint with its namespace in, and VERB behind its path. */
static struct str url_of(const struct codec_remote_settings *s, const char *verb,
			 struct arena *a)
{
	static const struct str HOLE = STR("{namespace}");
	ptrdiff_t query = str_find(s->endpoint, STR("?")), at;
	struct str path = query < 0 ? s->endpoint : str_take(s->endpoint, (size_t)query);
	struct str behind = str_skip(s->endpoint, path.n);
	struct buf url;
	struct str ret;

	while (path.n && path.p[path.n - 1] == '/')
		path.n--;
	buf_init(&url, 0);
	while ((at = str_find(path, HOLE)) >= 0) {
		buf_add(&url, str_take(path, (size_t)at));
		buf_add(&url, s->namespace);
		path = str_skip(path, (size_t)at + HOLE.n);
	}
	buf_add(&url, path);
	buf_puts(&url, verb);
	buf_add(&url, behind);
	ret = arena_str(a, buf_str(&url));
	buf_done(&url);
	return ret;
}

static bool is_line(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return false;
	return true;
}

static bool add_header(struct codec_remote *r, struct str name, struct str value,
		       struct err *err)
{
	if (!name.n || !is_line(name) || !is_line(value) || str_find(name, STR(":")) >= 0)
		return err_set(err, ERR_USAGE, "a header is NAME=VALUE, on one line");
	/* libcurl's own form of a header without a value */
	r->headers[r->n_headers++] =
		value.n ? arena_printf(&r->arena, "%.*s: %.*s", STR_ARG(name), STR_ARG(value)).p
			: arena_printf(&r->arena, "%.*s;", STR_ARG(name)).p;
	return true;
}

static bool add_headers(struct codec_remote *r, const struct codec_remote_settings *s,
			struct err *err)
{
	r->headers = arena_array(&r->arena, const char *, s->n_headers + 3);
	if (!add_header(r, STR("Content-Type"), STR("application/json"), err))
		return false;
	if (s->namespace.n && !add_header(r, STR("X-Namespace"), s->namespace, err))
		return false;
	if (s->auth.n && !add_header(r, STR("Authorization"), s->auth, err))
		return false;
	for (size_t i = 0; i < s->n_headers; i++) {
		struct str value = s->headers[i], name = str_split(&value, '=');

		if (name.n == s->headers[i].n)
			return err_set(err, ERR_USAGE, "a header is NAME=VALUE");
		if (!add_header(r, str_trim(name), str_trim(value), err))
			return false;
	}
	return true;
}

/* The answers */

static struct str first_line(struct str body, struct buf *scratch)
{
	struct str line = str_trim(body);

	line = str_trim(str_split(&line, '\n'));
	buf_clear(scratch);
	visible_add(scratch, line, SHOWN_BYTES);
	return buf_str(scratch);
}

static bool refused(const struct http_reply *reply, struct err *err)
{
	struct buf scratch;
	struct str line;

	buf_init(&scratch, 0);
	line = first_line(buf_str(&reply->body), &scratch);
	err_set(err, ERR_IO, "status %ld%s%.*s", reply->status, line.n ? ": " : "", STR_ARG(line));
	buf_done(&scratch);
	return false;
}

/* One request until there is an answer; redirects within the host are gone along. */
static bool post(struct codec_remote *r, struct http_request *request, struct http_reply *reply,
		 struct err *err)
{
	struct str origin = origin_of(str_of(request->url));
	struct arena a;
	bool ok = false;

	arena_init(&a);
	for (int hops = 0; hops <= REDIRECTS_MOST; hops++) {
		struct str to;

		ok = codec_http_post(r->http, request, reply, err);
		if (!ok || reply->status / 100 != 3)
			break;
		to = buf_str(&reply->redirect);
		if (!to.n || hops == REDIRECTS_MOST) {
			ok = err_set(err, ERR_IO, "status %ld: redirected %s", reply->status,
				     to.n ? "in circles" : "to nowhere");
			break;
		}
		if (!str_eq(origin_of(to), origin)) {
			ok = err_set(err, ERR_IO, "status %ld: redirected to another host (%.*s), "
				     "which is not followed", reply->status,
				     STR_ARG(codec_remote_shown(to, &a)));
			break;
		}
		request->url = arena_str(&a, to).p;
		http_reply_done(reply);
	}
	arena_done(&a);
	return ok;
}

static void pause_ms(long ms)
{
	struct timespec left = {ms / 1000, ms % 1000 * 1000000};

	while (nanosleep(&left, &left) != 0)
		continue;
}

static bool post_until_done(struct codec_remote *r, struct str url, struct str body,
			    struct http_reply *reply, struct err *err)
{
	long pause = FIRST_PAUSE_MS;

	for (int i = 1;; i++, pause *= 2) {
		struct http_request request = {
			.url = url.p,
			.body = body,
			.headers = r->headers,
			.n_headers = r->n_headers,
			.timeout_ms = r->timeout_ms,
			.authorities = r->authorities,
			.certificate = r->certificate,
			.key = r->key,
			.most = LIMIT_CODEC_REPLY_BYTES,
			.stop = r->stop,
		};
		bool answered = post(r, &request, reply, err);

		if (answered && reply->status == 200)
			return true;
		if (answered && reply->status < 500)
			return refused(reply, err);
		if (!answered && !reply->transient)
			return false;
		if (i >= r->tries) {
			if (answered)
				refused(reply, err);
			return i > 1 ? err_wrap(err, "after %d tries", i) : false;
		}
		http_reply_done(reply);
		pause_ms(pause);
	}
}

/* BODY's payloads, N of them, into OUT. */
static bool read_payloads(struct codec_remote *r, struct str body, size_t n, struct arena *a,
			  struct str *out, struct err *err)
{
	struct transcode_loss loss = {0};
	const struct transcode_options options = {.loss = &loss};
	size_t at = 0, found = 0;
	struct wire_field f;
	struct wire w;
	struct buf wire;
	struct str copy;

	buf_init(&wire, 0);
	if (!body.n || !transcode_json_to_wire(r->payloads, body, &at, &options, a, &wire, err) ||
	    str_trim(str_skip(body, at)).n || transcode_loss_count(&loss, TRANSCODE_GUESSED)) {
		buf_done(&wire);
		/* What the transcoder quotes may be a payload. */
		return err_set(err, ERR_SYNTAX, "the answer is no JSON of payloads (byte %zu)", at);
	}
	copy = arena_str(a, buf_str(&wire));
	buf_done(&wire);
	w = wire_of(copy);
	while (wire_next(&w, &f)) {
		if (f.number != 1 || f.type != WIRE_BYTES)
			continue;
		if (found < n)
			out[found] = f.bytes;
		found++;
	}
	if (found != n)
		return err_set(err, ERR_SYNTAX, "%zu payload%s sent and %zu came back", n,
			       n == 1 ? "" : "s", found);
	return true;
}

static bool call_one(struct codec_remote *r, enum codec_direction direction, struct str payloads,
		     size_t n, struct arena *a, struct str *out, struct err *err)
{
	struct http_reply reply = {0};
	struct buf body;
	bool ok;

	buf_init(&body, 0);
	ok = transcode_wire_to_json(r->payloads, payloads, NULL, a, &body, err) &&
	     post_until_done(r, r->urls[direction], buf_str(&body), &reply, err) &&
	     read_payloads(r, buf_str(&reply.body), n, a, out, err);
	if (!ok)
		err_wrap(err, "codec server %.*s%s",
			 STR_ARG(codec_remote_shown(r->urls[direction], &r->arena)), VERBS[direction]);
	buf_done(&body);
	http_reply_done(&reply);
	return ok;
}

static bool call(void *data, enum codec_direction direction, const struct str *in, size_t n,
		 struct arena *a, struct str *out, struct err *err)
{
	struct codec_remote *r = data;
	struct buf batch;
	bool ok = true;

	if (!r->http && !(r->http = codec_http_open(err)))
		return false;
	buf_init(&batch, 0);
	for (size_t i = 0, first = 0; ok && i < n; i++) {
		bool last = i + 1 == n;

		wire_put_bytes(&batch, 1, in[i]);
		/* In JSON a payload is a third larger. */
		if (!last && i + 1 - first < BATCH_PAYLOADS &&
		    (batch.n + in[i + 1].n) / 3 * 4 < BATCH_BYTES)
			continue;
		ok = buf_ok(&batch, err) && call_one(r, direction, buf_str(&batch), i + 1 - first, a,
						     out + first, err);
		first = i + 1;
		buf_clear(&batch);
	}
	buf_done(&batch);
	return ok;
}

static const char *path_or_none(struct codec_remote *r, struct str path)
{
	return path.n ? arena_cstr(&r->arena, path) : NULL;
}

static bool open_tls(struct codec_remote *r, const struct codec_remote_settings *s,
		     struct err *err)
{
	struct codec_tls files = s->tls;

	if (files.certificate.n && !str_starts(s->endpoint, STR("https://")))
		return err_set(err, ERR_USAGE, "--codec-cert is for an endpoint with https://");
	if (!codec_tls_check(&files, err))
		return false;
	r->authorities = path_or_none(r, files.authorities);
	r->certificate = path_or_none(r, files.certificate);
	r->key = path_or_none(r, files.key);
	return true;
}

bool codec_remote_open(struct codec_remote *r, const struct schema *schema,
		       const struct codec_remote_settings *s, struct err *err)
{
	*r = (struct codec_remote){
		.timeout_ms = s->timeout_ms,
		.tries = s->tries ? s->tries : TRIES,
		.stop = s->stop,
	};
	r->peer = (struct codec_peer){call, r};
	r->payloads = schema_message(schema, "temporal.api.common.v1.Payloads");
	arena_init(&r->arena);
	if (!is_web(s->endpoint) || !is_line(s->endpoint))
		return err_set(err, ERR_USAGE, "a codec endpoint begins with http:// or https://");
	if (str_has(s->endpoint, "{namespace}") && !s->namespace.n)
		return err_set(err, ERR_USAGE,
			       "the endpoint holds {namespace}: --namespace says which");
	if (!open_tls(r, s, err))
		return false;
	for (int d = CODEC_DECODE; d <= CODEC_ENCODE; d++)
		r->urls[d] = url_of(s, VERBS[d], &r->arena);
	return add_headers(r, s, err);
}

void codec_remote_close(struct codec_remote *r)
{
	codec_http_close(r->http);
	arena_done(&r->arena);
	*r = (struct codec_remote){0};
}
