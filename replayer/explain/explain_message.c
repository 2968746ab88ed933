/* SPDX-License-Identifier: MIT */
/* explain_message.c: a message fit to keep and show: no dumps, no stacks, no controls. */
#include "replayer/explain/explain.h"

#include "formats/base/buf.h"
#include "formats/base/visible.h"
#include "replayer/explain/explain_form.h"

/* A message is read by people; a stack trace or dump beyond that is noise. */
#define MESSAGE_BYTES ((size_t)8192)

static const char ENCODED[] =
	"The worker's failure converter encodes messages (encoded_attributes), so what it says "
	"can not be read here without its codec.";

/* What is left of a dump: the id and name in it. */
static void put_dump(struct buf *b, enum sdk_family family, struct str dump)
{
	struct said said = {0};
	struct captures c = {0};
	struct side side = {0};
	struct str event;
	int64_t id;

	if (family == SDK_CORE && dump_read_core(dump, &id, &event)) {
		buf_printf(b, "HistoryEvent(id: %lld, %.*s)", (long long)id, STR_ARG(event));
		return;
	}
	if (family == SDK_JAVA) {
		if (pattern_match("<*>event_type: <event>", dump, &c))
			buf_printf(b, ", event_type: %.*s", STR_ARG(c.at[SLOT_EVENT]));
		else if (pattern_match("marker_name: \"<history_name>\"", dump, &c))
			buf_printf(b, "marker_name: \"%.*s\"", STR_ARG(c.at[SLOT_HISTORY_NAME]));
		c = (struct captures){0};
		if (pattern_match("<*>{WorkflowTaskStartedEventId=<rest>", dump, &c) &&
		    c.at[SLOT_REST].n)
			buf_printf(b, " {WorkflowTaskStartedEventId=%.*s", STR_ARG(c.at[SLOT_REST]));
		return;
	}
	if (pattern_match("<*>command_type:<command>", dump, &c) && c.at[SLOT_COMMAND].n)
		side.name = c.at[SLOT_COMMAND];
	dump_read_go(dump, &side, &said);
	if (side.id.n)
		buf_printf(b, "id %.*s, ", STR_ARG(side.id));
	if (side.name.n)
		buf_printf(b, "%.*s, ", STR_ARG(side.name));
	buf_puts(b, "...");
}

static bool within(struct str outer, struct str inner)
{
	return inner.n && inner.p >= outer.p && inner.p + inner.n <= outer.p + outer.n;
}

/* One part of a message: its head, or one cause; dumps cut. */
static void put_part(struct buf *b, enum sdk_family family, struct str part, struct arena *a)
{
	const struct form *form;
	struct str dumps[2];
	struct bare bare;

	explain_unwrap(family, part, a, &bare);
	form = explain_form(family, bare.text, &bare.captures);
	dumps[0] = bare.captures.at[SLOT_EVENT_DUMP];
	dumps[1] = bare.captures.at[SLOT_COMMAND_DUMP];
	if (!form || !(form->flags & FORM_DUMP)) {
		buf_add(b, part);
		return;
	}
	/* What a replayer quoted was unescaped into a copy: the bare text is the message. */
	if (!within(part, bare.text))
		part = bare.text;
	if (dumps[1].n && dumps[0].p > dumps[1].p) {
		struct str first = dumps[1];

		dumps[1] = dumps[0];
		dumps[0] = first;
	}
	for (int i = 0; i < 2; i++) {
		if (!within(part, dumps[i]))
			continue;
		buf_add_bytes(b, part.p, (size_t)(dumps[i].p - part.p));
		put_dump(b, family, dumps[i]);
		part = str_skip(part, (size_t)(dumps[i].p - part.p) + dumps[i].n);
		/* A dump at the end took the bracket that closes it. */
		if (!part.n && str_ends(dumps[i], STR(")")) && family == SDK_GO)
			buf_add_char(b, ')');
	}
	buf_add(b, part);
}

/* Text-format payloads that a form has not covered: up to the brace that closes them. */
static struct str without_payloads(struct str s, struct arena *a)
{
	static const char *const OPENS[] = {"payloads:{", "payloads {", "input:{", "input {",
					    "payload:{", "payload {"};
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n;) {
		size_t open = 0, depth = 1;

		for (size_t k = 0; k < sizeof(OPENS) / sizeof(*OPENS); k++) {
			if (str_starts(str_skip(s, i), str_of(OPENS[k])))
				open = strlen(OPENS[k]);
		}
		if (!open) {
			p[n++] = s.p[i++];
			continue;
		}
		memcpy(p + n, s.p + i, open);
		n += open;
		for (i += open; i < s.n && depth; i++) {
			bool escaped = s.p[i - 1] == '\\';

			depth += !escaped && s.p[i] == '{';
			depth -= !escaped && s.p[i] == '}';
		}
		p[n++] = '}';
	}
	return str_slice(p, n);
}

/*
 * The head and its causes. What Java's machinery says around an error of the user's is of no
 * use in front of it: there the innermost cause comes first.
 */
static void put_parts(struct buf *b, const struct sdk_failure *failure, struct arena *a)
{
	struct str head = explain_head(failure->message), cause;
	struct buf around, last;
	size_t at = 0;

	buf_init(&around, 0);
	buf_init(&last, 0);
	put_part(&around, failure->family, head, a);
	while (explain_next_cause(failure->message, &at, &cause)) {
		if (last.n)
			buf_printf(&around, " | Caused by: %.*s", STR_ARG(buf_str(&last)));
		buf_clear(&last);
		put_part(&last, failure->family, str_trim(cause), a);
	}
	if (last.n && str_has(head, "Failure handling event") && !str_has(head, "TMPRL"))
		buf_printf(b, "%.*s | within: %.*s", STR_ARG(buf_str(&last)),
			   STR_ARG(buf_str(&around)));
	else if (last.n)
		buf_printf(b, "%.*s | Caused by: %.*s", STR_ARG(buf_str(&around)),
			   STR_ARG(buf_str(&last)));
	else
		buf_add(b, buf_str(&around));
	buf_done(&around);
	buf_done(&last);
}

struct str explain_message(const struct sdk_failure *failure, struct arena *a)
{
	struct buf whole, shown;
	struct str ret;

	if (failure->encoded && str_is(str_trim(failure->message), "Encoded failure"))
		return str_of(ENCODED);
	buf_init(&whole, 0);
	buf_init(&shown, 0);
	put_parts(&whole, failure, a);
	visible_add(&shown, without_payloads(str_trim(buf_str(&whole)), a), MESSAGE_BYTES);
	ret = arena_str(a, buf_str(&shown));
	buf_done(&whole);
	buf_done(&shown);
	return ret;
}
