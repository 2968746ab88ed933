/* SPDX-License-Identifier: MIT */
/* transcode_loss.c: counting and wording of what was lost or guessed. */
#include "formats/transcode/transcode_loss.h"

#include "formats/base/visible.h"

#include <inttypes.h>

static const struct kind {
	const char *name;
	enum transcode_severity severity;
	const char *one, *many; /* behind a number */
} KINDS[TRANSCODE_KINDS] = {
	[TRANSCODE_LOST_MEMBER] = {"lost-member", TRANSCODE_LOST,
				   "member the schema does not know",
				   "members the schema does not know"},
	[TRANSCODE_LOST_VALUE] = {"lost-value", TRANSCODE_LOST, "enum name without a number",
				  "enum names without a number"},
	[TRANSCODE_LOST_FIELD] = {"lost-field", TRANSCODE_LOST, "wire field without a name",
				  "wire fields without a name"},
	[TRANSCODE_LOST_CADENCE] = {"lost-cadence", TRANSCODE_LOST,
				    "member of Cadence's that Temporal lacks",
				    "members of Cadence's that Temporal lacks"},
	[TRANSCODE_GUESS_SHORTHAND] = {"guess-shorthand", TRANSCODE_GUESSED,
				       "payload made from its shorthand",
				       "payloads made from their shorthand"},
	[TRANSCODE_GUESS_DECODED] = {"guess-decoded", TRANSCODE_GUESSED,
				     "payload encoded again from its decoded data",
				     "payloads encoded again from their decoded data"},
	[TRANSCODE_GUESS_DATA_ONLY] = {"guess-data-only", TRANSCODE_GUESSED,
				       "payload that came without its encoding",
				       "payloads that came without their encoding"},
	[TRANSCODE_GUESS_CADENCE] = {"guess-cadence", TRANSCODE_GUESSED,
				     "blob of Cadence's taken apart into payloads",
				     "blobs of Cadence's taken apart into payloads"},
	[TRANSCODE_KEPT_MEMBER] = {"kept-member", TRANSCODE_KEPT,
				   "member the schema does not know",
				   "members the schema does not know"},
	[TRANSCODE_KEPT_VALUE] = {"kept-value", TRANSCODE_KEPT, "enum name without a number",
				  "enum names without a number"},
	[TRANSCODE_NOTE_REMOVED] = {"note-removed", TRANSCODE_NOTED,
				    "field that Temporal has removed",
				    "fields that Temporal has removed"},
	[TRANSCODE_NOTE_UI] = {"note-ui", TRANSCODE_NOTED, "member that only the Web UI reads",
			       "members that only the Web UI reads"},
	[TRANSCODE_NOTE_BYTES] = {"note-bytes", TRANSCODE_NOTED, "value of bytes as numbers",
				  "values of bytes as numbers"},
};

size_t transcode_loss_count(const struct transcode_loss *loss, enum transcode_severity severity)
{
	size_t n = 0;

	for (size_t i = 0; i < TRANSCODE_KINDS; i++)
		n += KINDS[i].severity == severity ? loss->n[i] : 0;
	return n;
}

void transcode_loss_join(struct transcode_loss *into, const struct transcode_loss *more)
{
	into->exact_payloads += more->exact_payloads;
	into->taken_apart += more->taken_apart;
	for (size_t i = 0; i < TRANSCODE_KINDS; i++) {
		for (size_t k = 0; k < more->n[i] && k < TRANSCODE_LOSS_FIRST; k++)
			if (into->n[i] + k < TRANSCODE_LOSS_FIRST)
				into->first[i][into->n[i] + k] = more->first[i][k];
		into->n[i] += more->n[i];
	}
}

bool transcode_loss_text(const struct transcode_loss *loss, enum transcode_severity severity,
			 struct buf *out)
{
	bool any = false;

	for (size_t i = 0; i < TRANSCODE_KINDS; i++) {
		const struct transcode_item *first = &loss->first[i][0];

		if (KINDS[i].severity != severity || !loss->n[i])
			continue;
		buf_printf(out, "%s%zu %s", any ? ", " : "", loss->n[i],
			   loss->n[i] == 1 ? KINDS[i].one : KINDS[i].many);
		if (first->path[0]) {
			buf_puts(out, " (first: ");
			visible_add(out, str_of(first->path), 0);
			if (first->event_id)
				buf_printf(out, " of event %" PRId64, first->event_id);
			buf_add_char(out, ')');
		}
		any = true;
	}
	return any;
}

const char *transcode_kind_name(enum transcode_kind kind)
{
	return KINDS[kind].name;
}

enum transcode_severity transcode_kind_severity(enum transcode_kind kind)
{
	return KINDS[kind].severity;
}
