/* SPDX-License-Identifier: MIT */
/* payload_print.h: payloads opened and laid out for people, or as JSON for programs. */
#pragma once

#include "formats/history/history.h"
#include "formats/payload/codec.h"
#include "formats/payload/descriptor_set.h"

/*
 * What reading a payload may need beyond its bytes; all zero is a good start. Layers are
 * taken off as far as there are keys, references followed into tools.storage, protobuf
 * messages written as JSON where the descriptors or Temporal's own schema know their type.
 */
struct payload_reader {
	const struct schema *schema;
	struct codec_tools tools;
	const struct descriptor_set *descriptors; /* NULL: none */
};

/* What a payload turned out to hold. */
enum payload_form {
	PAYLOAD_FORM_NULL,
	PAYLOAD_FORM_JSON, /* text is valid JSON: as written, or made from a message */
	PAYLOAD_FORM_TEXT,
	PAYLOAD_FORM_BYTES,	/* text is the data */
	PAYLOAD_FORM_REFERENCE, /* text says where it is stored */
};

struct payload_opened {
	struct payload payload; /* what is left below the layers */
	struct codec_chain chain;
	enum payload_form form;
	struct str text;
	const char *note; /* "not valid JSON", or NULL */
	struct err why;	  /* why a layer stayed on; code is ERR_NONE: none did */
};

/* BYTES is a serialized Payload. Everything lives in A, BYTES or R. */
void payload_open(const struct payload_reader *r, struct str bytes, struct arena *a,
		  struct payload_opened *ret);

/*
 * Appends a block of lines for each payload in BYTES, a message M, and for each failure whose
 * text is encoded:
 *
 *     workflowExecutionStartedEventAttributes.input.payloads[0]: json/plain, was encrypted
 *       {
 *         "id": 12345678901234567890
 *       }
 *
 * Dumps of what has no better form end at LIMIT_DUMP_BYTES. Errors are those of payload_each().
 */
bool payload_print_all(const struct payload_reader *r, const struct schema_message *m,
		       struct str bytes, struct buf *out, struct err *err);

/*
 * The same as one JSON list:
 * [{"path", "encoding", "messageType"?, "layers"?: [...], "stored"?: true, and one of
 *   "value": the JSON as it was written | "text" | "base64" | "reference"; "note"?, "problem"?}]
 */
bool payload_json_all(const struct payload_reader *r, const struct schema_message *m,
		      struct str bytes, struct buf *out, struct err *err);
