/* SPDX-License-Identifier: MIT */
/* descriptor_wellknown.c: the messages that protobuf's JSON writes in forms of their own. */
#include "formats/payload/descriptor_parts.h"

#include "formats/base/limits.h"
#include "formats/transcode/transcode_parts.h"
#include "formats/wire/wire.h"

#include <inttypes.h>

static bool print_time(struct printing *p, const struct items *items, bool timestamp)
{
	const struct wire_step *s = descriptor_last(items, 1), *n = descriptor_last(items, 2);
	int64_t seconds = s ? (int64_t)s->value : 0, nanos = n ? (int32_t)n->value : 0;
	char text[TRANSCODE_TEXT_MAX];
	size_t length;

	/* What no text can say stays a pair of numbers. */
	if (timestamp ? !transcode_timestamp_ok(seconds, nanos)
		      : !transcode_duration_ok(seconds, nanos)) {
		buf_printf(p->out, "{\"seconds\":\"%" PRId64 "\",\"nanos\":%" PRId64 "}", seconds,
			   nanos);
		return true;
	}
	length = timestamp ? transcode_print_timestamp(text, seconds, (int32_t)nanos)
			   : transcode_print_duration(text, seconds, (int32_t)nanos);
	buf_add_char(p->out, '"');
	buf_add_bytes(p->out, text, length);
	buf_add_char(p->out, '"');
	return true;
}

static bool print_value(struct printing *p, struct str bytes, unsigned depth);

static bool print_struct(struct printing *p, const struct items *items, unsigned depth)
{
	bool first = true;

	buf_add_char(p->out, '{');
	for (size_t i = 0; i < items->n; i++) {
		struct str entry = items->at[i].step.bytes, key, value;

		if (items->at[i].step.number != 1 || items->at[i].step.type != WIRE_BYTES)
			continue;
		key = wire_bytes_at(entry, 1);
		value = wire_bytes_at(entry, 2);
		buf_puts(p->out, first ? "" : ",");
		first = false;
		descriptor_put_string(p->out, key.p ? key : STR(""));
		buf_add_char(p->out, ':');
		if (!print_value(p, value.p ? value : STR(""), depth + 1))
			return false;
	}
	buf_add_char(p->out, '}');
	return true;
}

static bool print_list_value(struct printing *p, const struct items *items, unsigned depth)
{
	bool first = true;

	buf_add_char(p->out, '[');
	for (size_t i = 0; i < items->n; i++) {
		if (items->at[i].step.number != 1 || items->at[i].step.type != WIRE_BYTES)
			continue;
		buf_puts(p->out, first ? "" : ",");
		first = false;
		if (!print_value(p, items->at[i].step.bytes, depth + 1))
			return false;
	}
	buf_add_char(p->out, ']');
	return true;
}

static bool print_kind(struct printing *p, const struct wire_step *s, unsigned depth)
{
	struct items items;

	switch (s->number) {
	case 2:
		descriptor_put_number(p, TYPE_DOUBLE, -1, s->value);
		return true;
	case 3:
		descriptor_put_string(p->out, s->type == WIRE_BYTES ? s->bytes : STR(""));
		return true;
	case 4:
		buf_puts(p->out, s->value ? "true" : "false");
		return true;
	case 5:
	case 6:
		return descriptor_gather(p, s->type == WIRE_BYTES ? s->bytes : STR(""), &items) &&
		       (s->number == 5 ? print_struct : print_list_value)(p, &items, depth);
	default:
		buf_puts(p->out, "null");
		return true;
	}
}

/* google.protobuf.Value: the last of its kinds counts. */
static bool print_value(struct printing *p, struct str bytes, unsigned depth)
{
	const struct wire_step *last = NULL;
	struct items items;

	if (depth > LIMIT_DEPTH)
		return err_set(p->err, ERR_LIMIT, "nested deeper than %d", LIMIT_DEPTH);
	if (!descriptor_gather(p, bytes, &items))
		return false;
	for (size_t i = 0, order = 0; i < items.n; i++)
		if (!last || items.at[i].order >= order) {
			last = &items.at[i].step;
			order = items.at[i].order;
		}
	if (last)
		return print_kind(p, last, depth);
	buf_puts(p->out, "null");
	return true;
}

static bool print_mask(struct printing *p, const struct items *items)
{
	struct buf text;
	bool first = true;

	buf_init(&text, 0);
	for (size_t i = 0; i < items->n; i++) {
		struct str path = items->at[i].step.bytes;

		if (items->at[i].step.number != 1 || items->at[i].step.type != WIRE_BYTES)
			continue;
		buf_puts(&text, first ? "" : ",");
		first = false;
		for (size_t k = 0; k < path.n; k++) {
			bool up = path.p[k] == '_' && k + 1 < path.n && path.p[k + 1] >= 'a' &&
				  path.p[k + 1] <= 'z';

			k += up;
			buf_add_char(&text, up ? (char)(path.p[k] - 'a' + 'A') : path.p[k]);
		}
	}
	descriptor_put_string(p->out, buf_str(&text));
	buf_done(&text);
	return true;
}

/* {"@type": URL, members} where the set has the type, else its bytes as "value". */
static bool print_any(struct printing *p, const struct items *items, unsigned depth)
{
	const struct wire_step *url = descriptor_last(items, 1), *value = descriptor_last(items, 2);
	struct str type = url && url->type == WIRE_BYTES ? url->bytes : STR("");
	struct str bytes = value && value->type == WIRE_BYTES ? value->bytes : STR("");
	const uint64_t *place;
	struct str name = type;
	size_t start;

	while (memchr(name.p, '/', name.n))
		str_split(&name, '/');
	place = map_get(&p->d->message_places, name);
	buf_puts(p->out, "{\"@type\":");
	descriptor_put_string(p->out, type);
	start = p->out->n;
	if (!place || str_starts(name, STR("google.protobuf."))) {
		buf_puts(p->out, ",\"value\":");
		if (!(place ? descriptor_print_named(p, name, (int64_t)*place, bytes, depth + 1)
			    : (descriptor_put_base64(p->out, bytes), true)))
			return false;
		buf_add_char(p->out, '}');
		return true;
	}
	if (!descriptor_print_message(p, &p->d->messages[*place], bytes, depth + 1))
		return false;
	/* Its braces are ours: "{" becomes the comma, and "{}" nothing but the end. */
	if (start < p->out->n && p->out->n - start == 2) {
		p->out->n = start;
		buf_add_char(p->out, '}');
	} else if (start < p->out->n) {
		p->out->p[start] = ',';
	}
	return true;
}

static const struct {
	const char *name; /* behind google.protobuf. */
	unsigned type;	  /* of the value in it */
} WRAPPERS[] = {
	{"DoubleValue", TYPE_DOUBLE}, {"FloatValue", TYPE_FLOAT},   {"Int64Value", TYPE_INT64},
	{"UInt64Value", TYPE_UINT64}, {"Int32Value", TYPE_INT32},   {"UInt32Value", TYPE_UINT32},
	{"BoolValue", TYPE_BOOL},     {"StringValue", TYPE_STRING}, {"BytesValue", TYPE_BYTES},
};

/* *KNOWN: NAME has a form of its own. */
bool descriptor_print_wellknown(struct printing *p, struct str name, struct str bytes,
			    unsigned depth, bool *known)
{
	const struct wire_step *s;
	struct items items;

	*known = false;
	if (!str_starts(name, STR("google.protobuf.")))
		return true;
	name = str_skip(name, strlen("google.protobuf."));
	*known = true;
	if (!descriptor_gather(p, bytes, &items))
		return false;
	for (size_t i = 0; i < sizeof(WRAPPERS) / sizeof(*WRAPPERS); i++) {
		if (!str_is(name, WRAPPERS[i].name))
			continue;
		s = descriptor_last(&items, 1);
		if (WRAPPERS[i].type == TYPE_STRING)
			descriptor_put_string(p->out, s ? s->bytes : STR(""));
		else if (WRAPPERS[i].type == TYPE_BYTES)
			descriptor_put_base64(p->out, s ? s->bytes : STR(""));
		else
			descriptor_put_number(p, WRAPPERS[i].type, -1, s ? s->value : 0);
		return true;
	}
	if (str_is(name, "Timestamp") || str_is(name, "Duration"))
		return print_time(p, &items, str_is(name, "Timestamp"));
	if (str_is(name, "Struct"))
		return print_struct(p, &items, depth);
	if (str_is(name, "ListValue"))
		return print_list_value(p, &items, depth);
	if (str_is(name, "Value"))
		return print_value(p, bytes, depth);
	if (str_is(name, "FieldMask"))
		return print_mask(p, &items);
	if (str_is(name, "Any"))
		return print_any(p, &items, depth);
	*known = false;
	return true;
}
