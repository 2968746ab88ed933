/* SPDX-License-Identifier: MIT */
/* check.c: the table, and the parts one after the other. */
#include "formats/check/check.h"

#include <stdarg.h>

const struct check_row CHECK_ROWS[CHECK_CODES] = {
#define CHECK_CODE(name, code, kind, severity, meaning, fix) \
	[CHECK_##name] = {code, kind, severity, meaning, fix},
#include "formats/check/check.def"
#undef CHECK_CODE
};

void check_say(struct check *c, enum check_code code, size_t event, const char *format, ...)
{
	struct arena_mark mark = arena_mark(&c->step);
	struct check_finding f = {.code = code};
	va_list args;

	if (c->h && event < c->h->n_events)
		f.event_id = c->h->events[event].id;
	va_start(args, format);
	f.text = arena_vprintf(&c->step, format, args);
	va_end(args);
	c->report(c->data, &f);
	arena_rewind(&c->step, mark);
}

static bool counts_from_one(const struct history *h)
{
	for (size_t i = 0; i < h->n_events; i++)
		if (h->events[i].id != (int64_t)i + 1)
			return false;
	return true;
}

void check_history(struct check *c, const struct history *h, const struct load_info *info)
{
	struct groups groups;
	struct arena a;

	arena_init(&a);
	arena_init(&c->step);
	groups_make(h, &a, &groups);
	c->h = h;
	c->groups = &groups;
	c->info = info;
	c->gapless = counts_from_one(h);
	if (info)
		check_load(c);
	check_sequence(c);
	check_types(c);
	check_payloads(c);
	if (c->gapless)
		check_entities(c);
	check_limits(c);
	arena_done(&c->step);
	arena_done(&a);
}

enum check_code check_code_of_error(const struct err *err)
{
	struct str text = str_of(err->message);

	if (err->code != ERR_SYNTAX && err->code != ERR_LIMIT)
		return CHECK_CODES;
	return str_has(text, "truncated")	  ? CHECK_TRUNCATED
	       : str_has(text, "decoded payload") ? CHECK_DECODED_PAYLOAD
	       : str_has(text, "only one page") || str_has(text, "only a part")
			? CHECK_INCOMPLETE
						  : CHECK_DAMAGED;
}
