/* SPDX-License-Identifier: MIT */
/* path_known.h: whether a pattern of a path can fit anything at all, by the schema. */
#pragma once

#include "formats/schema/schema.h"
#include "formats/wire/path_match.h"

/*
 * A typing error in a rule must not be silent: "inputt" would fit nothing, and all would look
 * well. A pattern is known where fields of its names stand one below the other in some event,
 * or in a request to the service that lies in a payload; what people name themselves (keys of
 * maps, members of JSON) is not asked for, and #17 is a field without a name.
 *
 *     inputt                there is no field 'inputt' (did you mean 'input'?)
 *     header.tenant         there is no field 'tenant' below 'header'
 *     input[3]              'input' is no list and no map
 *     workflowId$.a         no payload is at or below 'workflowId'
 *
 * ERR_USAGE: it is not, said without the text around it.
 */
bool path_pattern_known(const struct path_pattern *p, const struct schema *s, struct err *err);
