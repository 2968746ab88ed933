/* SPDX-License-Identifier: MIT */
/* cmd_payloads.h: the options that say how payloads are read, and what they open. */
#pragma once

#include "formats/base/context.h"
#include "formats/base/opts.h"
#include "formats/payload/codec_remote.h"
#include "formats/payload/payload_print.h"

struct payload_options {
	bool decode; /* take off layers; keys or a store say the same */
	struct str keys;
	struct str storage;
	struct str descriptors;
};

/*
 * Rows of a command's table whose settings hold a struct payload_options as MEMBER; DECODE
 * is what the command does with it.
 */
#define PAYLOAD_DECODE_OPTIONS(type, member, decode_help)                                    \
	{"decode", 0, OPT_FLAG, NULL, offsetof(type, member.decode), decode_help},           \
	{"keys", 0, OPT_STRING, "FILE", offsetof(type, member.keys),                         \
	 "Keys of encrypted payloads (as convert's --keys); decodes."},                      \
	{"storage", 0, OPT_STRING, "DIR", offsetof(type, member.storage),                    \
	 "A copy of the store that large payloads were moved to; decodes."}

/* These, and what messages in them look like, for who prints payloads. */
#define PAYLOAD_OPTIONS(type, member, decode_help)                                           \
	PAYLOAD_DECODE_OPTIONS(type, member, decode_help),                                   \
	{"descriptor-set", 0, OPT_STRING, "FILE", offsetof(type, member.descriptors),        \
	 "What protobuf messages in payloads look like: the output of protoc "               \
	 "--include_imports --descriptor_set_out."}

/* How a codec server is spoken to. */
struct codec_server_options {
	struct str endpoint;
	struct str namespace;
	struct str auth;
	struct str authorities, certificate, certificate_key;
	struct opt_list headers;
	long long timeout; /* seconds; 0: as usual */
};

/* Rows for settings that hold these as MEMBER, but for the URL. */
#define CODEC_SERVER_OPTIONS(type, member) \
	{"namespace", 0, OPT_STRING, "NAME", offsetof(type, member.namespace), \
	 "The namespace that a codec server is told of (X-Namespace)."}, \
	{"codec-auth", 0, OPT_STRING, "TEXT", offsetof(type, member.auth), \
	 "The Authorization that a codec server is given."}, \
	{"codec-header", 0, OPT_LIST, "NAME=VALUE", offsetof(type, member.headers), \
	 "Another header for a codec server; may be given more than once."}, \
	{"codec-ca", 0, OPT_STRING, "FILE", offsetof(type, member.authorities), \
	 "Certificates to trust instead of the system's, for a codec server with one of your own " \
	 "(PEM)."}, \
	{"codec-cert", 0, OPT_STRING, "FILE", offsetof(type, member.certificate), \
	 "The certificate to show to a codec server that asks for one, and those that vouch for it " \
	 "(PEM)."}, \
	{"codec-key", 0, OPT_STRING, "FILE", offsetof(type, member.certificate_key), \
	 "The private key of --codec-cert, where it is not in that file."}, \
	{"codec-timeout", 0, OPT_COUNT, "SECONDS", offsetof(type, member.timeout), \
	 "How long a codec server has for one request (30)."}
bool codec_server_check(const struct codec_server_options *o, struct err *err);
/* Borrows from O. */
struct codec_remote_settings codec_server_settings(const struct codec_server_options *o);

/* Files that the options name, opened. Embedded; zero is a good start. */
struct payload_files {
	struct codec_keys keys;
	struct descriptor_set descriptors;
	bool open;
	struct payload_reader reader;
};

/*
 * Keys of the file PATH (n 0: none) and of the environment; a warning on CONTEXT's err where
 * others may read the file. KEYS are to be done with in any case.
 */
bool payload_keys_open(struct codec_keys *keys, struct str path,
		       const struct command_context *context, struct err *err);
bool payload_options_decode(const struct payload_options *o);
bool payload_files_open(struct payload_files *f, const struct payload_options *o,
			const struct command_context *context, struct err *err);
void payload_files_done(struct payload_files *f);

/*
 * H again with its payloads decoded, and what could not be as lines in REPORT ("": nothing).
 * *RET is another history, which outlives H.
 */
bool payload_decode_history(const struct payload_reader *r, const struct history *h,
			    struct history *ret, struct buf *report, struct err *err);
