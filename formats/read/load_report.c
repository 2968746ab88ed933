/* SPDX-License-Identifier: MIT */
/* load_report.c: notes and axes gathered, copied, dropped. */
#include "formats/read/load_report.h"

#include "formats/base/limits.h"

void load_report_init(struct load_report *r)
{
	*r = (struct load_report){0};
	arena_init(&r->arena);
	arena_init(&r->texts);
	buf_init(&r->fields, LIMIT_HISTORY_FIELDS_BYTES);
	r->info.damage_byte = -1;
	r->info.only = r->info.text_checked = true;
}

void load_report_done(struct load_report *r)
{
	vec_done(&r->notes);
	buf_done(&r->fields);
	arena_done(&r->texts);
	arena_done(&r->arena);
}

void load_report_axis(struct load_report *r, enum load_axis axis, const char *what,
		      const char *evidence, const char *certainty)
{
	if (!r->info.axes[axis].what)
		r->info.axes[axis] = (struct load_finding){what, evidence, certainty};
}

void load_report_note(struct load_report *r, const char *code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vec_push(&r->notes,
		 (struct load_note){code, arena_vprintf(&r->texts, format, args)});
	va_end(args);
}

bool load_report_has(const struct load_report *r, const char *code)
{
	for (size_t i = 0; i < r->notes.n; i++)
		if (strcmp(r->notes.at[i].code, code) == 0)
			return true;
	return false;
}

/* What the losses say of the payloads that were read so far. */
static void payload_axis(struct load_report *report)
{
	const struct transcode_loss *loss = &report->info.loss;
	const char *json = report->info.axes[LOAD_CARRIER].what;
	struct load_finding f = {"as stored", "all that were read", "certain"};

	if (loss->n[TRANSCODE_GUESS_CADENCE])
		f = (struct load_finding){"blobs of Cadence's, taken apart",
					  "JSON values one after the other", "a guess"};
	else if (loss->n[TRANSCODE_GUESS_SHORTHAND])
		f = (struct load_finding){"shorthand: values in place of payloads",
					  "payloads without encoding and data", "certain"};
	else if (loss->n[TRANSCODE_GUESS_DECODED])
		f = (struct load_finding){"decoded for reading", "data that is not base64",
					  "likely"};
	else if (loss->n[TRANSCODE_GUESS_DATA_ONLY])
		f = (struct load_finding){"data alone", "payloads without metadata", "a guess"};
	else if (json && str_is(str_of(json), "JSON") && !loss->exact_payloads)
		f = (struct load_finding){"none", "no payload was met", "certain"};
	report->info.axes[LOAD_PAYLOADS] = f;
}

const struct load_info *load_report_info(struct load_report *r)
{
	payload_axis(r);
	r->info.notes = r->notes.at;
	r->info.n_notes = r->notes.n;
	r->info.fields = buf_str(&r->fields);
	return &r->info;
}

static const char *copy(struct arena *a, const char *text)
{
	return text ? arena_cstr(a, str_of(text)) : NULL;
}

struct load_info load_report_copy(struct load_report *r, struct arena *a)
{
	struct load_info info = *load_report_info(r);
	struct load_note *notes = arena_array(a, struct load_note, info.n_notes);

	for (size_t i = 0; i < info.n_notes; i++)
		notes[i] = (struct load_note){r->notes.at[i].code,
					      arena_str(a, r->notes.at[i].text)};
	info.notes = notes;
	info.format = copy(a, info.format);
	info.compression = copy(a, info.compression);
	for (size_t i = 0; i < LOAD_AXES; i++) {
		struct load_finding *f = &info.axes[i];

		*f = (struct load_finding){copy(a, f->what), copy(a, f->evidence),
					   copy(a, f->certainty)};
	}
	if (info.damage.p)
		info.damage = arena_str(a, info.damage);
	info.fields = arena_str(a, info.fields);
	return info;
}

void load_report_next(struct load_report *r)
{
	struct arena_mark none = {0};

	r->notes.n = 0;
	arena_rewind(&r->texts, none);
	/* Of each kind only so many rows mean anything. */
	memset(r->info.loss.n, 0, sizeof(r->info.loss.n));
	buf_clear(&r->fields);
	r->info.loss.exact_payloads = r->info.loss.taken_apart = 0;
	r->info.newest_first = false;
	r->info.damage = STR_NONE;
	r->info.damage_line = 0;
	r->info.damage_byte = -1;
}
