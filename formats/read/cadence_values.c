/* SPDX-License-Identifier: MIT */
/* cadence_values.c: durations, times, enum names and blobs. */
#include "formats/read/cadence_values.h"

#include "formats/base/base64.h"
#include "formats/base/mem.h"
#include "formats/read/cadence_rules.h"
#include "formats/transcode/json.h"
#include "formats/transcode/transcode_parts.h"

#include <inttypes.h>

static bool is_whole(const json_t *value, int64_t *ret)
{
	long long number;

	if (json_is_integer(value)) {
		*ret = json_integer_value(value);
		return true;
	}
	if (!json_is_string(value) || !str_to_int(str_of(json_string_value(value)), &number))
		return false;
	*ret = number;
	return true;
}

json_t *cadence_seconds(const json_t *value)
{
	int64_t seconds;

	if (!is_whole(value, &seconds) || !transcode_duration_ok(seconds, 0))
		return NULL;
	return json_sprintf("%" PRId64 "s", seconds);
}

json_t *cadence_nanos(const json_t *value)
{
	char text[TRANSCODE_TEXT_MAX];
	int64_t nanos;

	if (!is_whole(value, &nanos))
		return NULL;
	return json_stringn(text, transcode_print_nanos(text, nanos));
}

json_t *cadence_time(const json_t *value)
{
	json_t *ret = cadence_nanos(value);

	/* The transcoder says what is wrong with other text. */
	return ret || !json_is_string(value) ? ret : json_incref((json_t *)(uintptr_t)value);
}

/* START_TO_CLOSE from StartToClose; what is upper case already stays. */
static void put_upper(struct buf *out, struct str name)
{
	bool mixed = false;

	for (size_t i = 0; i < name.n; i++)
		mixed |= name.p[i] >= 'a' && name.p[i] <= 'z';
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (mixed && i && c >= 'A' && c <= 'Z')
			buf_add_char(out, '_');
		buf_add_char(out, c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
	}
}

/* Cadence's own prefixes differ where its enum has another name. */
static struct str without_prefix(struct str name, const char *prefix)
{
	static const char *const OTHERS[] = {"TASK_LIST_KIND_", "DECISION_TASK_FAILED_CAUSE_",
					     "CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_"};

	if (str_starts(name, str_of(prefix)))
		return str_skip(name, strlen(prefix));
	for (size_t i = 0; i < sizeof(OTHERS) / sizeof(*OTHERS); i++)
		if (str_starts(name, str_of(OTHERS[i])))
			return str_skip(name, strlen(OTHERS[i]));
	return name;
}

static struct str value_of_today(struct str name, const char *prefix)
{
	for (size_t i = 0; i < N_CADENCE_VALUES; i++) {
		const struct cadence_value *row = &CADENCE_VALUES[i];

		if (str_is(name, row->from) && (!row->prefix || !strcmp(row->prefix, prefix)))
			return str_of(row->to);
	}
	return name;
}

json_t *cadence_enum(const json_t *value, const char *prefix)
{
	json_t *ret = NULL;
	struct buf upper;
	struct str name;

	if (!json_is_string(value))
		return NULL;
	buf_init(&upper, 0);
	put_upper(&upper, str_slice(json_string_value(value), json_string_length(value)));
	name = value_of_today(without_prefix(buf_str(&upper), prefix), prefix);
	if (name.n && !str_is(name, "INVALID"))
		ret = json_sprintf("%s%.*s", prefix, STR_ARG(name));
	buf_done(&upper);
	return ret;
}

static bool add_numbers(const json_t *list, struct buf *out)
{
	const json_t *item;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)list, i, item) {
		json_int_t number = json_integer_value(item);

		if (!json_is_integer(item) || number < -128 || number > 255)
			return false;
		buf_add_char(out, (char)number);
	}
	return true;
}

bool cadence_blob(const json_t *value, struct buf *out)
{
	struct str text;
	size_t n;
	char *room;

	if (json_is_object(value)) {
		const json_t *data = json_object_get(value, "data");

		return data ? cadence_blob(data, out) : json_object_size(value) == 0;
	}
	if (json_is_array(value))
		return add_numbers(value, out);
	if (!json_is_string(value))
		return false;
	text = str_slice(json_string_value(value), json_string_length(value));
	room = buf_room(out, BASE64_DECODED_MAX(text.n));
	if (!room || !base64_decode(text, room, &n))
		return false;
	out->n += n;
	return true;
}

json_t *cadence_text(const json_t *value)
{
	json_t *ret = NULL;
	struct buf bytes;

	buf_init(&bytes, 0);
	if (cadence_blob(value, &bytes) && json_utf8(buf_str(&bytes)))
		ret = json_stringn(bytes.n ? bytes.p : "", bytes.n);
	buf_done(&bytes);
	return ret;
}

static json_t *base64_text(struct str bytes)
{
	char *text = mem_alloc(BASE64_ENCODED(bytes.n) + 1);
	json_t *ret;

	base64_encode(bytes, text);
	ret = json_stringn(text, BASE64_ENCODED(bytes.n));
	mem_free(text);
	return ret;
}

static json_t *payload_as(struct str data, const char *encoding)
{
	json_t *ret = json_object(), *metadata = json_object();

	json_object_set_new(metadata, "encoding", base64_text(str_of(encoding)));
	json_object_set_new(ret, "metadata", metadata);
	json_object_set_new(ret, "data", base64_text(data));
	return ret;
}

/* One JSON value at *AT of TEXT, without blanks around it; false where there is none. */
static bool next_value(struct str text, size_t *at, struct str *ret)
{
	struct json j = {text, *at};

	if (json_peek(&j) == '\0' || !json_skip(&j, ret, NULL) || !json_utf8(*ret))
		return false;
	*at = j.at;
	return true;
}

json_t *cadence_payload(struct str data)
{
	struct str value, text = str_trim(data);
	size_t at = 0;

	if (next_value(text, &at, &value) && at == text.n)
		return payload_as(data, "json/plain");
	return payload_as(data, "binary/plain");
}

json_t *cadence_payload_list(struct str data)
{
	struct str value, text = str_trim(data);
	json_t *list = json_array();
	size_t at = 0;

	while (at < text.n && next_value(text, &at, &value))
		json_array_append_new(list, payload_as(value, "json/plain"));
	if (at == text.n && text.n)
		return list;
	json_array_clear(list);
	json_array_append_new(list, payload_as(data, "binary/plain"));
	return list;
}
