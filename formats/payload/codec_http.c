/* SPDX-License-Identifier: MIT */
/* codec_http.c: libcurl, loaded when first needed. */
#include "formats/payload/codec_http.h"

#include "formats/base/mem.h"

#include <curl/curl.h>
#include <dlfcn.h>

#define CONNECT_TIMEOUT_MS 10000L

/* What is used of libcurl, with libcurl's own types. */
#define FUNCTIONS(X)                                                                         \
	X(curl_global_init)                                                                  \
	X(curl_easy_init)                                                                    \
	X(curl_easy_cleanup)                                                                 \
	X(curl_easy_reset)                                                                   \
	X(curl_easy_setopt)                                                                  \
	X(curl_easy_perform)                                                                 \
	X(curl_easy_getinfo)                                                                 \
	X(curl_easy_strerror)                                                                \
	X(curl_slist_append)                                                                 \
	X(curl_slist_free_all)

/* libcurl's headers put macros with type checks in front of these two. */
#undef curl_easy_setopt
#undef curl_easy_getinfo

struct codec_http {
	void *library;
	CURL *easy;
#define MEMBER(name) __typeof__(name) *name;
	FUNCTIONS(MEMBER)
#undef MEMBER
};

static const char *const LIBRARIES[] = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.so"};

static bool load(struct codec_http *http, struct err *err)
{
	for (size_t i = 0; !http->library && i < sizeof(LIBRARIES) / sizeof(*LIBRARIES); i++)
		http->library = dlopen(LIBRARIES[i], RTLD_NOW | RTLD_LOCAL);
	if (!http->library)
		return err_set(err, ERR_MISSING,
			       "libcurl is needed and not installed (Debian: libcurl4)");
#define FIND(name)                                                                           \
	http->name = (__typeof__(http->name))(uintptr_t)dlsym(http->library, #name);         \
	if (!http->name)                                                                     \
		return err_set(err, ERR_MISSING, "libcurl lacks " #name ": too old");
	FUNCTIONS(FIND)
#undef FIND
	return true;
}

struct codec_http *codec_http_open(struct err *err)
{
	struct codec_http *http = mem_zalloc(sizeof(*http));

	if (!load(http, err) || http->curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
	    !(http->easy = http->curl_easy_init())) {
		if (err && err->code == ERR_NONE)
			err_set(err, ERR_IO, "libcurl does not start");
		codec_http_close(http);
		return NULL;
	}
	return http;
}

void codec_http_close(struct codec_http *http)
{
	if (!http)
		return;
	if (http->easy)
		http->curl_easy_cleanup(http->easy);
	/* Never unloaded: TLS libraries leave handlers behind that run at exit. */
	mem_free(http);
}

void http_reply_done(struct http_reply *reply)
{
	buf_done(&reply->body);
	buf_done(&reply->redirect);
}

/* Fewer bytes taken than given end the transfer. */
static size_t take(char *p, size_t size, size_t n, void *data)
{
	struct buf *body = data;

	buf_add_bytes(body, p, size * n);
	return body->full ? 0 : size * n;
}

/* Anything but 0 ends the transfer. */
static int is_given_up(void *data, curl_off_t down_all, curl_off_t down, curl_off_t up_all,
		       curl_off_t up)
{
	const atomic_bool *stop = data;

	return atomic_load(stop);
}

static struct curl_slist *header_list(const struct codec_http *http,
				      const struct http_request *request)
{
	struct curl_slist *list = NULL;

	for (size_t i = 0; i < request->n_headers; i++)
		list = http->curl_slist_append(list, request->headers[i]);
	/* No "100 Continue" first: small servers don't know it. */
	return http->curl_slist_append(list, "Expect:");
}

static CURLcode perform(struct codec_http *http, const struct http_request *request,
			struct http_reply *reply, struct curl_slist *headers, char *why)
{
	CURL *easy = http->easy;

	http->curl_easy_reset(easy);
	http->curl_easy_setopt(easy, CURLOPT_URL, request->url);
	http->curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	http->curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	http->curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	if (request->authorities)
		http->curl_easy_setopt(easy, CURLOPT_CAINFO, request->authorities);
	if (request->certificate) {
		http->curl_easy_setopt(easy, CURLOPT_SSLCERT, request->certificate);
		http->curl_easy_setopt(easy, CURLOPT_SSLKEY, request->key);
	}
	http->curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, why);
	http->curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	http->curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
	http->curl_easy_setopt(easy, CURLOPT_POST, 1L);
	http->curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body.p);
	http->curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.n);
	http->curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
	http->curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, request->timeout_ms);
	http->curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
	http->curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
	http->curl_easy_setopt(easy, CURLOPT_WRITEDATA, (void *)&reply->body);
	if (request->stop) {
		http->curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
		http->curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
		http->curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, is_given_up);
		http->curl_easy_setopt(easy, CURLOPT_XFERINFODATA, (void *)(uintptr_t)request->stop);
	}
	return http->curl_easy_perform(easy);
}

static bool is_transient(CURLcode code)
{
	switch (code) {
	case CURLE_COULDNT_CONNECT:
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_PARTIAL_FILE:
		return true;
	default:
		return false;
	}
}

/* A server that is not content with its client says so behind the handshake, or hangs up. */
static const char *advice(const struct http_request *request, CURLcode code)
{
	if (code == CURLE_SSL_CERTPROBLEM)
		return " (is it the key of that certificate?)";
	if (strncmp(request->url, "https://", 8) != 0 || code == CURLE_COULDNT_CONNECT ||
	    (!is_transient(code) && code != CURLE_SSL_CONNECT_ERROR))
		return "";
	return request->certificate ? " (it may not accept the certificate of --codec-cert)"
				    : " (it may ask for a certificate: --codec-cert)";
}

/*
 * What libcurl says of certificates is worth telling, and comes again when tried again; of
 * all else its words differ from one version to the next.
 */
static bool failed(const struct codec_http *http, const struct http_request *request,
		   CURLcode code, const char *why, struct http_reply *reply, struct err *err)
{
	bool certificates = strstr(why, "ertificate") || code == CURLE_SSL_CERTPROBLEM ||
			    code == CURLE_SSL_CACERT_BADFILE;

	reply->transient = is_transient(code) && !certificates;
	return err_set(err, ERR_IO, "%s%s%s%s", http->curl_easy_strerror(code),
		       certificates && *why ? ": " : "", certificates ? why : "",
		       advice(request, code));
}

bool codec_http_post(struct codec_http *http, const struct http_request *request,
		     struct http_reply *ret, struct err *err)
{
	struct curl_slist *headers = header_list(http, request);
	char *redirect = NULL, why[CURL_ERROR_SIZE] = "";
	CURLcode code;

	*ret = (struct http_reply){0};
	buf_init(&ret->body, request->most);
	buf_init(&ret->redirect, 0);
	code = perform(http, request, ret, headers, why);
	http->curl_slist_free_all(headers);
	if (ret->body.full)
		return err_set(err, ERR_LIMIT, "an answer of more than %zu bytes", request->most);
	if (code != CURLE_OK)
		return failed(http, request, code, why, ret, err);
	http->curl_easy_getinfo(http->easy, CURLINFO_RESPONSE_CODE, &ret->status);
	http->curl_easy_getinfo(http->easy, CURLINFO_REDIRECT_URL, &redirect);
	if (redirect)
		buf_puts(&ret->redirect, redirect);
	return true;
}
