/* SPDX-License-Identifier: MIT */
/* replay_listen.h: --listen, --tls, --api-key-file, --insecure: what may be, and what is read. */
#pragma once

#include "replayer/remote/listen.h"
#include "replayer/replay_options.h"

/*
 * What can be said without looking at files: HOST:PORT is an address ("127.0.0.1:7233",
 * "localhost:0", "[::1]:7233", ":7233" for all of IPv4), and one that others than this
 * machine can reach has TLS and a key, or --insecure. ERR_USAGE.
 */
bool replay_listen_check(const struct replay_options *o, struct err *err);
/*
 * All but what --tls auto makes. The key file must be readable by its owner alone, and hold
 * one line of visible characters. ERR_USAGE, ERR_IO. Strings are A's.
 */
bool replay_listen_read(struct listen *ret, const struct replay_options *o, struct arena *a,
			struct err *err);
/*
 * With --tls auto: makes certificate and key, and writes the certificate to PREFIX.tls.pem.
 * NOW: seconds since 1970.
 */
bool replay_listen_certify(struct listen *l, const struct replay_options *o, struct str prefix,
			   int64_t now, struct arena *a, struct err *err);
