/* SPDX-License-Identifier: MIT */
/* deep.c: one recursion over the schema, bounded. */
#include "formats/wire/deep.h"

#include "formats/base/limits.h"
#include "formats/wire/wire_step.h"

struct walk {
	const struct deep_visit *visit;
	struct err *err;
};

static bool broken(const struct schema_message *m, struct str bytes, struct walk *walk)
{
	const char *group = wire_wrong_group(bytes);

	return err_set(walk->err, ERR_SYNTAX, "a %.*s that is not whole%s%s", STR_ARG(m->name),
		       group ? ": " : "", group ? group : "");
}

static bool walk_message(const struct schema_message *m, struct str bytes, unsigned depth,
			 struct walk *walk)
{
	const char *p = bytes.p, *end = bytes.p + bytes.n;
	struct wire_step f;

	if (depth > LIMIT_DEPTH)
		return err_set(walk->err, ERR_LIMIT, "more than %d nested messages", LIMIT_DEPTH);
	if (walk->visit && walk->visit->message &&
	    !walk->visit->message(m, bytes, walk->visit->data))
		return false;
	while (p != end) {
		const struct schema_field *field;

		p = wire_step(p, end, &f);
		if (!p)
			return broken(m, bytes, walk);
		if (f.type != WIRE_BYTES)
			continue;
		field = schema_field_by_number(m, f.number);
		if (field && field->kind == SCHEMA_MESSAGE &&
		    !walk_message(field->message, f.bytes, depth + 1, walk))
			return false;
	}
	return true;
}

bool deep_walk(const struct schema_message *m, struct str bytes, const struct deep_visit *visit,
	       struct err *err)
{
	struct walk walk = {visit, err};

	return walk_message(m, bytes, 1, &walk);
}
