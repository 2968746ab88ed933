/* SPDX-License-Identifier: MIT */
/* path_match.h: patterns for places in an event, down into the JSON of its payloads. */
#pragma once

#include "formats/base/err.h"
#include "formats/base/str.h"

/*
 * What diff and redact name places with. A pattern is parts of a path, and it fits a place
 * where they stand one behind the other anywhere in its path, and everything below it:
 *
 *     input                        the input of whatever has one
 *     header.fields[tenant]        one key of a map; without brackets any key or index
 *     activityTask*.input          `*` stands for any characters of one part
 *     input$.card.number           a member in the JSON of the payloads below input
 *     $.items[*].price             in the JSON of any payload; [3] is one item
 *     $..number                    at any depth of it
 *
 * A field is named as in JSON ("activityId") or in the proto ("activity_id").
 */
struct path_pattern {
	struct str field; /* n = 0: any */
	struct str json;  /* behind "$"; p is NULL: not asked */
};

/* Borrows TEXT. ERR_USAGE: no pattern, said without the text around it. */
bool path_pattern_read(struct str text, struct path_pattern *ret, struct err *err);
/*
 * PATH as rewrite_path() makes it; JSON as json_path_add() does, p is NULL where the place
 * is no place in JSON.
 */
bool path_fits(const struct path_pattern *p, struct str path, struct str json);

/* Whether PATTERN is TEXT, where `*` stands for any run of characters. */
bool path_glob(struct str pattern, struct str text);

/* ---- for path_known.c ---- */

/* "name" or "name[key]" off the front of REST; the point behind it goes too. */
struct str path_field_part(struct str *rest);
/* The part without its bracket, which is *RET_BRACKET ("[key]", n = 0: none). */
struct str path_part_name(struct str part, struct str *ret_bracket);
/* Whether PATTERN is NAME, a field's in JSON; "activity_id" and "activityId" are one name. */
bool path_name_fits(struct str pattern, struct str name);

struct buf;
/* One step down in JSON: .name where NAME is a plain word, else ["name"]. */
void json_path_add(struct buf *path, struct str name);
