/* SPDX-License-Identifier: MIT */
/* query_json.c: what a path leads to behind a payload: members of the JSON in it. */
#include "formats/query/query_parts.h"

#include "formats/transcode/json.h"

struct search {
	const struct query_test *test;
	struct buf scratch; /* of one string */
};

static bool value_fits(struct search *s, struct query_value v)
{
	v.there = true;
	return query_value_fits(s->test, &v);
}

/* A value as it stands; objects and lists as their text. */
static bool leaf_fits(struct search *s, struct str json)
{
	struct json j = {json, 0};
	struct query_literal number;
	struct str text;

	switch (json_peek(&j)) {
	case '"':
		return json_read_string(&j, &s->scratch, &text, NULL) &&
		       value_fits(s, (struct query_value){.kind = QUERY_TEXT, .text = text});
	case 't':
	case 'f':
		return value_fits(s, (struct query_value){.kind = QUERY_FLAG,
							  .number = json_peek(&j) == 't'});
	case 'n':
		return false;
	case '{':
	case '[':
		return s->test->op == QUERY_IS ||
		       value_fits(s, (struct query_value){.kind = QUERY_TEXT, .text = json});
	default:
		number = query_literal_of(str_trim(json));
		return number.is_number &&
		       value_fits(s, (struct query_value){.kind = QUERY_NUMBER,
							  .number = number.number});
	}
}

/* Where one item of a list fits, the list does; json_skip() bounds how deep they nest. */
static bool fits(struct search *s, struct str json, size_t at)
{
	struct json j = {json, 0};
	bool object = json_take(&j, '{'), list = !object && json_take(&j, '[');
	struct str key, value;

	if (!list && at == s->test->path.n)
		return leaf_fits(s, json);
	while (object || list) {
		bool wanted = list;

		if (object) {
			if (!json_read_string(&j, &s->scratch, &key, NULL) || !json_take(&j, ':'))
				return false;
			wanted = str_eq(key, s->test->path.parts[at]);
		}
		(void)json_peek(&j);
		if (!json_skip(&j, &value, NULL))
			return false;
		if (wanted && fits(s, value, object ? at + 1 : at))
			return true;
		if (!json_take(&j, ','))
			return false;
	}
	return false;
}

bool query_json_fits(const struct query_test *test, struct str json, size_t at)
{
	struct search s = {.test = test};
	bool yes;

	buf_init(&s.scratch, 0);
	yes = fits(&s, json, at);
	buf_done(&s.scratch);
	return yes;
}
