/* SPDX-License-Identifier: MIT */
/* fmt_cadence.c: histories of Cadence, Temporal's ancestor, on their way to the join. */
#include "formats/read/format.h"

#include "formats/wire/wire.h"

struct cadence *format_cadence(struct format_reader *r)
{
	struct cadence *c = r->cadence;

	if (!load_report_has(r->report, "cadence"))
		load_report_note(r->report, "cadence",
				 "a history of Cadence: it is turned into Temporal's terms, for "
				 "reading; no worker can replay it");
	if (c->temporal)
		return c;
	cadence_init(c, r->settings->schema);
	c->keep_unknown = r->settings->flags & LOAD_KEEP_UNKNOWN;
	load_report_axis(r->report, LOAD_EVENTS, "as Cadence has them",
			 "decisions, attributes without a type, or nanoseconds for a time",
			 "certain");
	return c;
}

/* A run that begins knows no activities of the one before. */
static void begin(struct cadence *c, struct str event)
{
	if (wire_value_at(event, 1, 0) == 1)
		cadence_begin(c);
}

bool format_cadence_json(struct format_reader *r, struct str text, struct buf *out,
			 struct err *err)
{
	struct cadence *c = format_cadence(r);
	size_t start = out->n;

	if (!cadence_from_json(c, text, &r->report->info.loss, out, err))
		return false;
	begin(c, str_skip(buf_str(out), start));
	return true;
}

bool format_cadence_wire(struct format_reader *r, struct str event, struct err *err)
{
	struct cadence *c = format_cadence(r);
	struct buf one = {0}, whole = {0};
	bool ok;

	ok = cadence_from_proto(c, event, &r->report->info.loss, &one, err);
	if (ok) {
		begin(c, buf_str(&one));
		wire_put_bytes(&whole, 1, buf_str(&one));
		r->n_events++;
		ok = join_event(r->join, buf_str(&whole), err);
	}
	buf_done(&one);
	buf_done(&whole);
	return ok;
}
