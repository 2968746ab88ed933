/* SPDX-License-Identifier: MIT */
/* codec_stage.h: `convert --codec`: the payloads of events decoded or encoded. */
#pragma once

#include "formats/out/stage.h"
#include "formats/payload/codec.h"

/*
 * What a codec touches: every payload but search attributes, which the server must read.
 * A request to the service itself (payload.h) stays as it is, the payloads within change.
 * Encoding leaves headers alone unless told; decoding takes them as they come.
 *
 * Failures are more than payloads: encoding moves message and stack trace into the payload
 * `encoded_attributes`, as the SDKs' failure converter does, and decoding moves them back:
 *
 *     {message: "card declined"}  <->  {message: "Encoded failure",
 *                                       encoded_attributes: codec({"message": ..., "stack_trace": ...})}
 */
enum codec_direction {
	CODEC_DECODE,
	CODEC_ENCODE,
	CODEC_INLINE, /* layers stay; what is stored elsewhere is put in */
};

/* Somebody else's codec, asked for many payloads at once (codec_remote.h). */
struct codec_peer {
	/*
	 * N serialized Payloads in and as many out, in A, in the same order. Errors end the
	 * conversion.
	 */
	bool (*call)(void *data, enum codec_direction direction, const struct str *in, size_t n,
		     struct arena *a, struct str *out, struct err *err);
	void *data;
};

struct codec_settings {
	enum codec_direction direction;
	struct codec_tools tools;
	struct codec_chain chain;      /* encoding: what to put on */
	bool headers;		       /* encoding: headers too */
	bool plain_failures;	       /* encoding: messages and stack traces stay readable */
	const struct codec_peer *peer; /* NULL: our own layers */
};

struct codec_apart;

struct codec_stage {
	struct stage stage;
	const struct schema *schema;
	struct codec_settings settings;
	const struct schema_message *event, *failure;
	struct arena arena; /* of one chunk */
	enum { CODEC_DO, CODEC_COLLECT, CODEC_INSERT } pass;
	VEC_OF(struct str) collected; /* what the peer is asked for */
	struct str *answers;	      /* as many */
	size_t next;		      /* answer to insert */
	struct codec_apart *apart;    /* the message that is rewritten by itself, if any */
	int64_t event_id;

	/* Of one history. */
	size_t changed;
	size_t failures;  /* whose text was moved */
	size_t left;	  /* payloads that kept a layer, or could not be got */
	size_t references; /* payloads that are stored elsewhere, as before */
	struct err first; /* why the first of them did, with event and path */
};

void codec_stage_init(struct codec_stage *c, const struct schema *schema,
		      const struct codec_settings *settings);

/*
 * The text of a decoded `encoded_attributes` (a serialized Payload of JSON), in A; false
 * where it is not the object of two strings that SDKs write.
 */
bool codec_failure_text(struct str payload, struct arena *a, struct str *ret_message,
			struct str *ret_stack);
