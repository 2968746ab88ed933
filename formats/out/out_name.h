/* SPDX-License-Identifier: MIT */
/* out_name.h: what files are called that histories are written to. */
#pragma once

#include "formats/base/arena.h"

#include <stdint.h>

/*
 * Ids are hostile: "../../x", a line break, an escape sequence, two hundred characters. What
 * is unfit for a file's name, or would not be seen, becomes %XX as in URLs; a name that is
 * too long is cut, and ends in ~ and a hash of the whole.
 */

/* One component of a path; never empty, "." or "..". */
struct str out_name_safe(struct str text, struct arena *a);
/* WORKFLOWID__RUNID as far as they are known; p is NULL where neither is. */
struct str out_name_of_ids(struct str workflow_id, struct str run_id, struct arena *a);
/* As the file store of a server's archive has it (archival.h), without the ending. */
struct str out_name_of_archive(struct str namespace_id, struct str workflow_id,
			       struct str run_id, int64_t version, struct arena *a);
/*
 * The path of INPUT below what it was named by: 2026/11/a.json for exports/2026/11/a.json
 * where an operand was exports/, else the file's name; "stdin" for "-". Without the ending
 * of its format and compression. Each component is safe.
 */
struct str out_name_of_input(struct str input, const struct str *operands, size_t n,
			     struct arena *a);
