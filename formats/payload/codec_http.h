/* SPDX-License-Identifier: MIT */
/* codec_http.h: one HTTP request after the other, by libcurl. */
#pragma once

#include "formats/base/buf.h"
#include "formats/base/err.h"

#include <stdatomic.h>

/*
 * The only file that knows libcurl, which is loaded at the first request: linked in, it and
 * the thirty libraries behind it would add 4 ms to every start of the program
 * (docs/decisions/0006). TLS certificates are always verified.
 */
struct codec_http;

/* NULL: no libcurl, with what to install in ERR. */
struct codec_http *codec_http_open(struct err *err);
void codec_http_close(struct codec_http *http);

struct http_request {
	const char *url; /* http or https: the caller has looked */
	struct str body;
	const char *const *headers; /* "Name: value" */
	size_t n_headers;
	long timeout_ms; /* of the whole request */
	/* PEM files (codec_tls.h); NULL: none. */
	const char *authorities;
	const char *certificate;
	const char *key;
	size_t most;	 /* bytes of an answer */
	/* Another thread sets it to have the request given up, within a second; or NULL. */
	const atomic_bool *stop;
};

struct http_reply {
	long status;
	struct buf body;
	struct buf redirect; /* where a 3xx points, made absolute; empty otherwise */
	bool transient;	     /* of a failure: the same again may well work */
};

void http_reply_done(struct http_reply *reply);

/* POSTs. False: no answer came, or one larger than allowed. Redirects are not followed. */
bool codec_http_post(struct codec_http *http, const struct http_request *request,
		     struct http_reply *ret, struct err *err);
