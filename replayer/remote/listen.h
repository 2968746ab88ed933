/* SPDX-License-Identifier: MIT */
/* listen.h: where a worker that somebody else started finds us, and what it must show. */
#pragma once

#include "formats/base/str.h"
#include "replayer/remote/certificate.h"

/* Plain values; strings outlive the frontend that is opened with it. */
struct listen {
	struct str host; /* an IP address, with a NUL behind it */
	int port;	 /* 0: any free one */
	bool loopback;	 /* then only connections of our own user are served */
	struct certificate tls; /* n = 0: none */
	struct str tls_path;	/* where the certificate lies that a worker trusts, or none */
	struct str api_key;	/* p NULL: none is asked for */
};

/* "127.0.0.1:7233", "[::1]:7233" */
struct str listen_address(const struct listen *l, int port, struct arena *a);
