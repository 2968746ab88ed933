/* SPDX-License-Identifier: MIT */
/* format.c: the table of formats, and which of them an input is. */
#include "formats/read/format.h"

#include "formats/base/limits.h"

#include <stdio.h>

/*
 * In the order in which they are asked. Protobuf first: a tag is a line break and a length
 * may be a brace, but every event begins with a byte (08) that no text has.
 */
static const struct format *const FORMATS[] = {
	&FORMAT_PROTO, &FORMAT_RESPONSE,  &FORMAT_EXPORT, &FORMAT_DATABLOB,	  &FORMAT_EVENT,
	&FORMAT_DELIMITED, &FORMAT_JSON, &FORMAT_TDBG,   &FORMAT_JSON_BEHIND_TEXT,
};

#define N_FORMATS (sizeof(FORMATS) / sizeof(*FORMATS))

const struct format *format_row(size_t index)
{
	return index < N_FORMATS ? FORMATS[index] : NULL;
}

static bool not_known(struct str head, struct err *err)
{
	const char *advice = format_advice(head);
	char tried[200] = "";
	size_t n = 0;

	if (advice)
		return err_set(err, ERR_FORMAT, "not a history: %s", advice);
	for (size_t i = 0; i < N_FORMATS && n < sizeof(tried); i++)
		n += (size_t)snprintf(tried + n, sizeof(tried) - n, "%s%s", i ? ", " : "",
				      FORMATS[i]->name);
	return err_set(err, ERR_FORMAT, "not a history (tried: %s)", tried);
}

static bool chosen(struct str from, const struct format **ret, struct err *err)
{
	char names[200] = "";
	size_t n = 0;

	for (size_t i = 0; i < N_FORMATS; i++)
		if (str_is(from, FORMATS[i]->name) ||
		    (str_is(from, "jsonl") && FORMATS[i] == &FORMAT_JSON)) {
			*ret = FORMATS[i];
			return true;
		}
	for (size_t i = 0; i < N_FORMATS && n < sizeof(names); i++)
		n += (size_t)snprintf(names + n, sizeof(names) - n, "%s%s", i ? ", " : "",
				      FORMATS[i]->name);
	return err_set(err, ERR_USAGE, "no format is called %.*s; there are %s", STR_ARG(from),
		       names);
}

/*
 * No protobuf begins with so many of them (though a first field's tag is a line end), so they
 * go, in the memory of a window.
 */
static bool skip_blanks(struct input *in, struct err *err)
{
	struct str rest = str_trim(str_take(in->window, FORMAT_HEAD));

	if (rest.n || in->window.n < FORMAT_HEAD)
		return true;
	while (!str_trim(in->window).n && !in->at_end) {
		if (in->offset > LIMIT_BLANKS_BYTES)
			return err_set(err, ERR_LIMIT, "more than %zu bytes of blanks, and nothing else",
				       LIMIT_BLANKS_BYTES);
		input_take(in, in->window.n);
		if (!input_more(in, err))
			return false;
	}
	rest = str_trim(in->window);
	input_take(in, rest.n ? (size_t)(rest.p - in->window.p) : in->window.n);
	return input_want(in, FORMAT_HEAD, err) || in->window.n;
}

bool format_read(struct format_reader *r, struct err *err)
{
	const struct format *format = NULL;
	struct str head;

	/* What came before a cut is worth reading; the error comes again behind it. */
	if (!input_want(r->in, FORMAT_HEAD, err) && !r->in->window.n)
		return false;
	if (!skip_blanks(r->in, err))
		return false;
	/* Else they go when more comes in, or when an inner input returns. */
	r->stays = r->in->at_end && !r->depth;
	head = str_take(r->in->window, FORMAT_HEAD);
	if (!str_trim(head).n && r->in->at_end)
		return err_set(err, ERR_FORMAT, "an empty file%s",
			       head.n || r->in->offset ? ": nothing but blanks" : "");
	if (r->settings->from.n && !r->depth) {
		if (!chosen(r->settings->from, &format, err))
			return false;
		load_report_axis(r->report, LOAD_CARRIER, format->what, "--from", "as told");
	}
	for (size_t i = 0; !format && i < N_FORMATS; i++)
		if (FORMATS[i]->sniff(r, head, r->in->at_end))
			format = FORMATS[i];
	if (!format)
		return not_known(head, err);
	if (!format->read(r, err))
		return false;
	if (!r->report->info.format)
		r->report->info.format = format->name;
	return true;
}

bool format_read_inside(struct format_reader *r, struct str bytes, struct err *err)
{
	struct format_reader inner = *r;
	struct input in;
	bool ok;

	if (++inner.depth > LIMIT_INSIDE)
		return err_set(err, ERR_LIMIT, "text inside of text more than %d times over",
			       LIMIT_INSIDE);
	if (!input_open_bytes(&in, bytes, 0, err))
		return false;
	inner.in = &in;
	inner.path = STR_NONE;
	ok = format_read(&inner, err);
	input_done(&in);
	r->n_events = inner.n_events;
	return ok;
}
