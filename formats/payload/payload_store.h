/* SPDX-License-Identifier: MIT */
/* payload_store.h: payloads stored elsewhere: what a reference says, and getting them back. */
#pragma once

#include "formats/base/buf.h"
#include "formats/payload/payload.h"

/*
 * SDKs can put a large payload into an object store and leave a reference in the history:
 *
 *     json/protobuf, messageType temporal.api.sdk.v1.ExternalStorageReference:
 *         {"driverName": "...", "claimData": {"bucket", "key", "hash_algorithm", "hash_value"}}
 *     json/external-storage-reference (older):
 *         {"driver_name": "...", "driver_claim": {"claim_data": {...}}}
 *
 * The object under the key is the serialized Payload. A folder that such a store was copied
 * to holds it as DIR/KEY (v0/ns/.../d/sha256/HEX), DIR/BUCKET/KEY, or flat as DIR/HEX.
 */
struct store_reference {
	struct str driver;
	struct str bucket;
	struct str key;
	struct str hash_algorithm;
	struct str hash; /* hexadecimal */
	int64_t bytes;	 /* of the stored payload; 0: not said */
};

/* Strings live in A. False: P is no reference, or one without a key. */
bool store_reference_read(const struct payload *p, struct arena *a, struct store_reference *ret);
/* "s3 bucket/key": for people, not yet visible. */
struct str store_reference_text(const struct store_reference *r, struct arena *a);

/*
 * The payload that P refers to, from FOLDER: *RET, serialized, in A. Errors: ERR_MISSING: it
 * is not there; ERR_SYNTAX: no reference, the bytes are others than the hash says, or no
 * Payload. Keys that would lead out of the folder are refused.
 */
bool store_load(struct str folder, const struct payload *p, struct arena *a, struct str *ret,
		struct err *err);
/* Whether FOLDER, as an option named it, is one; n 0: none was named. ERR_MISSING. */
bool store_check(struct str folder, struct err *err);

/* Adds to *COUNT the references in EVENTS (`0A len event`*); broken bytes have none. */
void store_count(const struct schema *s, struct str events, size_t *count);
/* "2 payloads are stored elsewhere: the history alone is not complete". */
void store_count_text(size_t n, struct buf *out);
#define STORE_ADVICE " (`hindcast convert --storage DIR` puts them in)"
