/* SPDX-License-Identifier: MIT */
/* cmd_convert_codec.h: convert's --codec: its options, keys and servers, and their life. */
#pragma once

#include "formats/cmd_payloads.h"

/* What the options say. */
struct convert_codec_options {
	struct str direction;
	struct str chain;
	struct str keys;
	struct str key_id;
	struct str storage;
	bool header_fields;
	bool plain_failures;
	struct codec_server_options server;
};

struct converting;
struct convert_codec;

/*
 * The stage that O asks for (--storage alone is one too), at the end of C's line; *RET is NULL
 * where it asks for none. Keys are BEFORE's, another open one, where that is not NULL.
 * ERR_USAGE: options that don't go together.
 */
bool convert_codec_open(struct converting *c, const struct convert_codec_options *o,
			struct convert_codec *before, struct convert_codec **ret, struct err *err);
/* After the line's own end. NULL is fine. */
void convert_codec_close(struct convert_codec *codec);
