/* SPDX-License-Identifier: MIT */
/* failure.c: failures of events, their kinds, and what is encoded in them. */
#include "viewer/model/failure.h"

#include "formats/transcode/json.h"
#include "formats/wire/wire.h"

#define NAME_FAILURE "temporal.api.failure.v1.Failure"

/* By number of the field in Failure's oneof. */
static const struct {
	uint32_t number;
	const char *kind;
} KINDS[] = {
	{5, "ApplicationFailure"},    {6, "TimeoutFailure"},	   {7, "CanceledFailure"},
	{8, "TerminatedFailure"},     {9, "ServerFailure"},	   {10, "ResetWorkflowFailure"},
	{11, "ActivityFailure"},      {12, "ChildWorkflowFailure"}, {13, "NexusOperationFailure"},
	{14, "NexusHandlerFailure"},
};

/* A member of a JSON object that is a text. */
static struct str text_of(struct str object, const char *name, struct arena *a)
{
	struct json j = {json_member(object, name), 0};
	struct str text, ret = STR_NONE;
	struct buf scratch;

	buf_init(&scratch, 0);
	if (json_peek(&j) == '"' && json_read_string(&j, &scratch, &text, NULL))
		ret = arena_str(a, text);
	buf_done(&scratch);
	return ret;
}

static void open_encoded(const struct payload_reader *r, struct str bytes, struct arena *a,
			 struct failure *f)
{
	struct payload_opened o;

	f->encoded = true;
	f->payload = bytes;
	payload_open(r, bytes, a, &o);
	if (o.form == PAYLOAD_FORM_JSON) {
		struct str message = text_of(o.text, "message", a);
		struct str stack = text_of(o.text, "stack_trace", a);

		f->message = message.p ? message : f->message;
		f->stack = stack.p ? stack : f->stack;
		return;
	}
	f->sealed = true;
	f->why = o.why.code == ERR_NONE ? STR("") : arena_str(a, str_of(o.why.message));
}

void failure_read(const struct schema *s, const struct payload_reader *r, struct str bytes,
		  struct arena *a, struct failure *ret)
{
	const struct schema_message *m = schema_message(s, NAME_FAILURE);
	const struct payload_reader none = {.schema = s};
	struct str encoded = wire_bytes_at(bytes, 20);

	*ret = (struct failure){
		.kind = "Failure",
		.message = wire_bytes_at(bytes, 1),
		.source = wire_bytes_at(bytes, 2),
		.stack = wire_bytes_at(bytes, 3),
		.cause = wire_bytes_at(bytes, 4),
	};
	for (size_t i = 0; i < sizeof(KINDS) / sizeof(*KINDS); i++) {
		const struct schema_field *f = schema_field_by_number(m, KINDS[i].number);
		struct str info = wire_bytes_at(bytes, KINDS[i].number);

		if (!info.p || !f)
			continue;
		ret->kind = KINDS[i].kind;
		ret->info = info;
		ret->info_message = f->message;
	}
	if (wire_bytes_at(bytes, 5).p) {
		ret->type = wire_bytes_at(ret->info, 1);
		ret->non_retryable = wire_value_at(ret->info, 2, 0) != 0;
	} else if (wire_bytes_at(bytes, 9).p) {
		ret->non_retryable = wire_value_at(ret->info, 1, 0) != 0;
	}
	if (encoded.p)
		open_encoded(r ? r : &none, encoded, a, ret);
}

/* The first Failure within BYTES, a message M, not more than DEPTH messages down. */
static bool find(const struct schema_message *m, struct str bytes, int depth, struct str *ret)
{
	struct wire w = wire_of(bytes);
	struct wire_field field;

	while (wire_next(&w, &field)) {
		const struct schema_field *f = schema_field_by_number(m, field.number);

		if (!f || f->kind != SCHEMA_MESSAGE || f->map || field.type != WIRE_BYTES)
			continue;
		if (str_is(f->message->name, NAME_FAILURE)) {
			*ret = field.bytes;
			return true;
		}
		if (depth > 0 && f->message->role == SCHEMA_NO_ROLE &&
		    find(f->message, field.bytes, depth - 1, ret))
			return true;
	}
	return false;
}

bool failure_of(const struct history *h, size_t event, struct str *ret)
{
	const struct schema_message *m;
	struct str bytes;

	return history_attributes(h, event, &m, &bytes) && find(m, bytes, 2, ret);
}

bool failure_of_event(const struct document *d, size_t event, struct str *ret)
{
	return failure_of(&d->history, event, ret);
}

size_t failure_event(const struct document *d, size_t event)
{
	const struct group *g = groups_of(&d->groups, event);
	struct str bytes;

	if (failure_of_event(d, event, &bytes))
		return event;
	for (uint32_t i = g ? g->n : 0; i > 0; i--) {
		uint32_t member_event = d->groups.members[g->members + i - 1];

		if (failure_of_event(d, member_event, &bytes))
			return member_event;
	}
	return d->history.n_events;
}

struct str failure_text(const struct failure *f, struct arena *a)
{
	struct str name = f->type.n ? f->type : str_of(f->kind);

	return arena_printf(a, "%.*s: %.*s%s", STR_ARG(name),
			    f->sealed ? (int)strlen("<encoded failure>") : (int)f->message.n,
			    f->sealed ? "<encoded failure>" : f->message.p ? f->message.p : "",
			    f->non_retryable ? ", non-retryable" : "");
}

void failure_root(const struct schema *s, const struct payload_reader *r, struct str bytes,
		  struct arena *a, struct failure *ret)
{
	failure_read(s, r, bytes, a, ret);
	for (int i = 0; ret->cause.p && i < FAILURE_CHAIN_MOST; i++)
		failure_read(s, r, ret->cause, a, ret);
}

void failure_key_of(const struct schema *s, const struct payload_reader *r, struct str bytes,
		    struct arena *a, struct failure_key *ret)
{
	struct failure root;

	failure_root(s, r, bytes, a, &root);
	*ret = (struct failure_key){r, root.type, root.message, root.sealed};
}

bool failure_key_same(const struct failure_key *a, const struct failure_key *b)
{
	return !a->sealed && !b->sealed && str_eq(a->type, b->type) && str_eq(a->message, b->message);
}

bool failure_key_fits(const struct failure_key *k, const struct history *h, size_t event,
		      struct arena *a)
{
	struct arena_mark mark = arena_mark(a);
	struct failure_key key;
	struct str bytes;
	bool same = false;

	if (document_ends_badly(h->events[event].type) && failure_of(h, event, &bytes)) {
		failure_key_of(h->schema, k->reader, bytes, a, &key);
		same = failure_key_same(k, &key);
	}
	arena_rewind(a, mark);
	return same;
}
