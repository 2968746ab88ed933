/* SPDX-License-Identifier: MIT */
/* codec_remote.h: a remote codec server, as the Web UI and the CLI ask one. */
#pragma once

#include "formats/payload/codec_http.h"
#include "formats/payload/codec_stage.h"
#include "formats/payload/codec_tls.h"

/*
 *     POST ENDPOINT/decode (or /encode)
 *     Content-Type: application/json
 *     X-Namespace: NAMESPACE
 *     Authorization: AUTH
 *
 *     {"payloads":[{"metadata":{"encoding":"<base64>"},"data":"<base64>"}]}
 *
 * and the same shape back, as many payloads in the same order. A request holds at most 4 MB
 * and 1000 payloads, unless one payload alone is larger.
 *
 * Trying again: at most three times, unless `tries` says otherwise, after answers 5xx and broken
 * connections, with
 * pauses of 0.2, 0.4 and 0.8 seconds; never after a timeout, whose work may still be going
 * on. Redirects are followed on the same host only: the payloads and the authorization are
 * for nobody else. Errors hold the status and the first line of the answer, never a payload
 * or a header.
 */
struct codec_remote_settings {
	struct str endpoint;  /* "{namespace}" in it becomes NAMESPACE */
	struct str namespace;
	struct str auth;      /* value of Authorization; n 0: none */
	const struct str *headers; /* "Name=value" */
	size_t n_headers;
	struct codec_tls tls;
	long timeout_ms; /* of one request */
	int tries;	 /* in all; 0: four */
	/* Another thread sets it to have a call given up, within a second; or NULL. */
	const atomic_bool *stop;
};

struct codec_remote {
	struct codec_http *http; /* opened at the first call */
	struct arena arena;
	struct str urls[2];	/* by enum codec_direction */
	const char **headers;	/* "Name: value" */
	size_t n_headers;
	long timeout_ms;
	int tries;
	const atomic_bool *stop;
	const char *authorities, *certificate, *key; /* NULL: none */
	const struct schema_message *payloads;
	struct codec_peer peer; /* this, as the codec stage wants it */
};

/*
 * ERR_USAGE: no http or https URL, a header that is none. The files of TLS are looked into;
 * nothing is sent yet.
 */
bool codec_remote_open(struct codec_remote *r, const struct schema *schema,
		       const struct codec_remote_settings *settings, struct err *err);
void codec_remote_close(struct codec_remote *r);

/* The server of URL for people, without a name and password in it. Borrows, or lives in A. */
struct str codec_remote_shown(struct str url, struct arena *a);
/* Whether the authorization would go over the network for everybody to read. */
bool codec_remote_is_open(const struct codec_remote_settings *settings);
