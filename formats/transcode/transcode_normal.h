/* SPDX-License-Identifier: MIT */
/* transcode_normal.h: is a message in canonical order, and how to bring it there. */
#pragma once

#include "formats/transcode/transcode_parts.h"

enum transcode_order {
	TRANSCODE_ORDERED, /* ascending, singular fields and oneofs once */
	TRANSCODE_MIXED,
	TRANSCODE_BROKEN,
};

/* One level only: what is inside length-delimited fields is not looked at. */
enum transcode_order transcode_order(const struct schema_message *m, struct str bytes);

/*
 * A copy in order, which means the same to every protobuf reader: of a singular field the
 * last counts, messages given in parts are joined, the last member of a oneof wins.
 * BYTES must not be broken. Fields that the schema lacks are kept, at their place.
 */
struct str transcode_normal(const struct schema_message *m, struct str bytes, struct arena *a);
