/* SPDX-License-Identifier: MIT */
/* deep.h: walking a message and all messages in it, with a ceiling on the depth. */
#pragma once

#include "formats/base/err.h"
#include "formats/schema/schema.h"

/*
 * protobuf-c recurses without a limit, and a reader of one field trusts the message around
 * it: whoever takes wire bytes from outside walks them here first.
 */
struct deep_visit {
	/* Called for every message before those in it; false stops the walk. May be NULL. */
	bool (*message)(const struct schema_message *m, struct str bytes, void *data);
	void *data;
};

/*
 * False where a message in BYTES is malformed or more than LIMIT_DEPTH messages are nested;
 * fields that the schema does not know are passed over.
 */
bool deep_walk(const struct schema_message *m, struct str bytes, const struct deep_visit *visit,
	       struct err *err);
