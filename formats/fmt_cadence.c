/* SPDX-License-Identifier: MIT */
/* fmt_cadence.c: histories of Cadence, Temporal's ancestor: told apart, not read yet. */
#include "formats/format.h"

#include "formats/json.h"
#include "formats/wire.h"

/* Its events have a number of nanoseconds for a time, or types that Temporal renamed. */
bool format_cadence_json(struct str event)
{
	struct json j = {event, 0};
	struct buf scratch = {0};
	struct str key, value;
	bool found = false;

	json_take(&j, '{');
	while (!found && json_peek(&j) == '"' && json_read_string(&j, &scratch, &key, NULL)) {
		bool time = str_is(key, "timestamp"), type = str_is(key, "eventType");

		if (!json_take(&j, ':') || !json_skip(&j, &value, NULL))
			break;
		found = (time && value.p[0] >= '1' && value.p[0] <= '9') ||
			(type && str_starts(value, STR("\"Decision")));
		if (!json_take(&j, ','))
			break;
	}
	buf_done(&scratch);
	return found;
}

/* No type in field 3 but a version, and attributes from field 5 on. */
bool format_cadence_wire(struct str event)
{
	struct wire w = wire_of(event);
	struct wire_field f;

	while (wire_next(&w, &f))
		if (f.number == 5 && f.type == WIRE_BYTES)
			return true;
	return false;
}

bool format_cadence_refuse(struct err *err)
{
	return err_set(err, ERR_FORMAT,
		       "a history of Cadence, whose events are not Temporal's: it is not read");
}
