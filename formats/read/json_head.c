/* SPDX-License-Identifier: MIT */
/* json_head.c: eventId, eventTime, eventType, and a command's workflow task, from the text. */
#include "formats/read/json_head.h"

#include "formats/history/events.h"
#include "formats/transcode/json_text.h"
#include "formats/transcode/transcode_parts.h"

/* A cursor within one event; P is NULL once something out of the ordinary was met. */
struct head {
	const char *p, *end;
};

enum member { MEMBER_ID, MEMBER_TIME, MEMBER_TYPE, MEMBERS, MEMBER_OTHER = MEMBERS };
#define ALL_MEMBERS ((1u << MEMBERS) - 1)

static bool take(struct head *h, char c)
{
	h->p = json_blanks(h->p, h->end);
	if (h->p == h->end || *h->p != c)
		return false;
	h->p++;
	return true;
}

/* A string without escapes, its quote next. */
static bool take_string(struct head *h, struct str *ret)
{
	const char *stop;
	bool high;

	if (!take(h, '"'))
		return false;
	stop = json_scan(h->p, h->end, &high);
	if (stop == h->end || *stop != '"' || high)
		return false;
	*ret = str_slice(h->p, (size_t)(stop - h->p));
	h->p = stop + 1;
	return true;
}

/* "12" or 12. */
static bool take_number(struct head *h, int64_t *ret)
{
	bool quoted = take(h, '"');
	int64_t value = 0;
	const char *first;

	for (first = h->p; h->p < h->end && *h->p >= '0' && *h->p <= '9'; h->p++)
		value = value * 10 + (*h->p - '0');
	if (h->p == first || h->p - first > 18 || (*first == '0' && h->p - first > 1))
		return false;
	if (quoted)
		return take(h, '"') && (*ret = value, true);
	*ret = value;
	h->p = json_blanks(h->p, h->end);
	return h->p < h->end && (*h->p == ',' || *h->p == '}');
}

static enum member member_of(struct str key)
{
	static const struct {
		struct str key;
		enum member member;
	} KEYS[] = {
		{{"eventId", 7}, MEMBER_ID},	 {{"eventTime", 9}, MEMBER_TIME},
		{{"eventType", 9}, MEMBER_TYPE}, {{"event_id", 8}, MEMBER_ID},
		{{"event_time", 10}, MEMBER_TIME}, {{"event_type", 10}, MEMBER_TYPE},
	};

	if (!str_starts(key, STR("event")))
		return MEMBER_OTHER;
	for (size_t i = 0; i < sizeof(KEYS) / sizeof(*KEYS); i++)
		if (str_eq(key, KEYS[i].key))
			return KEYS[i].member;
	return MEMBER_OTHER;
}

static bool take_time(struct head *h, int64_t *ret)
{
	int64_t seconds;
	int32_t nanos;
	struct str s;

	if (!take_string(h, &s) || !transcode_parse_timestamp(s, &seconds, &nanos))
		return false;
	*ret = history_time(seconds, nanos);
	return true;
}

/*
 * A place for the type's name that begins at P, by what tells most of them apart; and by what
 * is there before its end is known.
 */
static struct json_index_name *name_slot(struct json_index *ix, const char *p, const char *end)
{
	size_t from = end - p >= 32 && p[0] == 'E' && p[5] == '_' ? 16 : 8;
	uint64_t low = 0, high = 0;

	if (end - p >= 32) {
		memcpy(&low, p + from, 8);
		memcpy(&high, p + from + 8, 8);
	}
	low = (low ^ high >> 3) * 0x9e3779b97f4a7c15;
	return &ix->names[low >> 57 & (JSON_INDEX_NAMES - 1)];
}

static bool take_type(struct json_index *ix, struct head *h, int32_t *ret)
{
	const struct schema_enum_value *value;
	struct json_index_name *slot;
	int64_t number;
	struct str s;

	h->p = json_blanks(h->p, h->end);
	if (h->p < h->end && *h->p != '"') {
		if (!take_number(h, &number) || number > INT32_MAX)
			return false;
		*ret = (int32_t)number;
		return true;
	}
	if (!take_string(h, &s) || !s.n)
		return false;
	slot = name_slot(ix, s.p, h->end);
	if (!str_eq(slot->text, s)) {
		value = schema_enum_by_name(ix->types, s);
		if (!value)
			return false;
		*slot = (struct json_index_name){.text = s, .type = value->number};
	}
	*ret = slot->type;
	return true;
}

/* Over an object or a list at P: to behind its last bracket, or NULL. */
static const char *behind(const char *p, const char *end)
{
	struct scan_json s = {0};
	char last[SCAN_BLOCK];

	while (p < end) {
		uint32_t at[SCAN_BLOCK];
		size_t n = (size_t)(end - p), found;
		const char *from = p;

		if (n < SCAN_BLOCK) {
			memset(last, ' ', sizeof(last));
			from = memcpy(last, p, n);
		}
		found = scan()->json(&s, from, 1, at);
		for (size_t i = 0; i < found; i++)
			if (from[at[i]] == '}' || from[at[i]] == ']')
				return p + at[i] + 1;
		p += n < SCAN_BLOCK ? n : SCAN_BLOCK;
	}
	return NULL;
}

static bool skip_value(struct head *h)
{
	struct str ignored;

	h->p = json_blanks(h->p, h->end);
	if (h->p == h->end)
		return false;
	if (*h->p == '"')
		return take_string(h, &ignored);
	if (*h->p == '{' || *h->p == '[') {
		h->p = behind(h->p, h->end);
		return h->p != NULL;
	}
	while (h->p < h->end && *h->p != ',' && *h->p != '}' && *h->p != ']')
		h->p++;
	return true;
}

/* Whether P, where a quote is, is a string of the object that begins at OPEN itself. */
static bool is_member_of(const char *open, const char *p)
{
	enum { BLOCKS = 16 };
	uint32_t at[BLOCKS * SCAN_BLOCK];
	struct scan_json s = {0};
	char last[SCAN_BLOCK];

	for (size_t n, blocks; open < p; open += n) {
		n = (size_t)(p - open);
		blocks = n / SCAN_BLOCK < BLOCKS ? n / SCAN_BLOCK : BLOCKS;
		if (blocks) {
			n = blocks * SCAN_BLOCK;
			scan()->json(&s, open, blocks, at);
		} else {
			memset(last, ' ', sizeof(last));
			scan()->json(&s, memcpy(last, open, n), 1, at);
		}
		if (s.depth == 0)
			return false;
	}
	return s.depth == 1 && !s.in_string;
}

/* workflowTaskCompletedEventId among the members of the object at P. */
static bool find_task(struct head *h, int64_t *ret)
{
	static const char *const KEYS[] = {"\"workflowTaskCompletedEventId\"",
					   "\"workflow_task_completed_event_id\""};
	const char *open = h->p;
	struct str rest = str_slice(open, (size_t)(h->end - open));

	for (size_t i = 0; i < sizeof(KEYS) / sizeof(*KEYS); i++) {
		struct str key = str_of(KEYS[i]);
		const char *p = scan()->find(rest, key);

		if (!p)
			continue;
		if (!is_member_of(open, p))
			return false;
		h->p = p + key.n;
		return take(h, ':') && take_number(h, ret);
	}
	return false;
}

/* What attributes of the name KEY are; false where there are none. */
static bool learn_attributes(struct json_index *ix, struct str key, int32_t type,
			     struct json_index_name *ret)
{
	const struct schema_field *f = schema_field_by_name(ix->event, key);

	if (!f || f->kind != SCHEMA_MESSAGE || f->oneof < 0)
		return false;
	*ret = (struct json_index_name){
		.text = key,
		.type = type,
		.has_task = schema_field_by_name(f->message,
						 STR("workflow_task_completed_event_id")) != NULL,
	};
	return true;
}

/* A command event's workflow task: its attributes are the first object among its members. */
static bool take_task(struct json_index *ix, struct head h, struct event *e)
{
	struct json_index_name *known = &ix->commands[e->type & (JSON_INDEX_NAMES - 1)];
	struct str key;

	for (;;) {
		if (!take_string(&h, &key) || !take(&h, ':'))
			return false;
		h.p = json_blanks(h.p, h.end);
		if (h.p < h.end && *h.p == '{')
			break;
		if (!skip_value(&h) || !take(&h, ','))
			return false;
	}
	if ((known->type != e->type || !str_eq(known->text, key)) &&
	    !learn_attributes(ix, key, e->type, known))
		return false;
	return !known->has_task || find_task(&h, &e->task);
}

/* Where the values stand, behind their quotes, and end; p is NULL where there are no quotes. */
struct found {
	struct str value[MEMBERS];
	unsigned seen; /* a bit for each member */
	bool early;    /* an object stands before the last of them */
};

static void note_value(struct found *found, enum member member, const char *from, const char *to)
{
	if (*from == '"')
		found->value[member] = str_slice(from + 1, (size_t)(to - from) - 2);
	found->seen |= 1u << member;
}

static bool take_member(struct json_index *ix, struct head *h, struct event *e, struct found *found)
{
	enum member member;
	const char *from;
	struct str key;
	bool ok;

	if (!take_string(h, &key) || !take(h, ':'))
		return false;
	member = member_of(key);
	from = h->p = json_blanks(h->p, h->end);
	if (from == h->end)
		return false;
	if (member == MEMBER_OTHER) {
		found->early |= *from == '{';
		return skip_value(h);
	}
	ok = member == MEMBER_ID     ? take_number(h, &e->id)
	     : member == MEMBER_TIME ? take_time(h, &e->time)
				     : take_type(ix, h, &e->type);
	if (ok)
		note_value(found, member, from, h->p);
	return ok;
}

/* Text that came before at this place. */
static inline bool take_again(struct head *h, struct str text)
{
	if ((size_t)(h->end - h->p) < text.n || !json_same(h->p, text.p, text.n))
		return false;
	h->p += text.n;
	return true;
}

/* An id in quotes, at its first digit. */
static inline bool take_digits(struct head *h, int64_t *ret)
{
	const char *first = h->p;
	int64_t value = 0;

	for (; h->p < h->end && *h->p >= '0' && *h->p <= '9'; h->p++)
		value = value * 10 + (*h->p - '0');
	*ret = value;
	return h->p != first && h->p - first <= 18 && *first != '0';
}

/*
 * Histories repeat themselves: between an event's brace, id, time and type stands what stood
 * there in the one before.
 */
static bool take_layout(struct json_index *ix, struct head *h, struct event *e)
{
	const struct json_layout *l = &ix->layout;
	struct json_index_name *slot;
	int64_t seconds;
	int32_t nanos;
	struct str s;

	if (!l->before_id.n || !take_again(h, l->before_id) || !take_digits(h, &e->id) ||
	    !take_again(h, l->before_time))
		return false;
	s = str_slice(h->p, l->time_n);
	if ((size_t)(h->end - h->p) < s.n || !transcode_parse_timestamp(s, &seconds, &nanos))
		return false;
	h->p += s.n;
	if (!take_again(h, l->before_type))
		return false;
	slot = name_slot(ix, h->p, h->end);
	e->time = history_time(seconds, nanos);
	e->type = slot->type;
	return slot->text.n && take_again(h, slot->text) && h->p < h->end && *h->p++ == '"';
}

static void learn_layout(struct json_index *ix, const char *text, const struct found *f)
{
	struct json_layout *l = &ix->layout;
	struct str id = f->value[MEMBER_ID], time = f->value[MEMBER_TIME];
	struct str type = f->value[MEMBER_TYPE];

	*l = (struct json_layout){0};
	if (!id.p || !time.p || !type.p || time.p < id.p || type.p < time.p || f->early)
		return;
	l->time_n = time.n;
	l->before_id = str_slice(text, (size_t)(id.p - text));
	l->before_time = str_slice(id.p + id.n, (size_t)(time.p - id.p) - id.n);
	l->before_type = str_slice(time.p + time.n, (size_t)(type.p - time.p) - time.n);
}

/* Member by member, in any order. */
static bool take_head(struct json_index *ix, struct head *h, struct event *e)
{
	const char *text = h->p;
	struct found found = {0};

	if (!take(h, '{'))
		return false;
	while (found.seen != ALL_MEMBERS) {
		if (!take_member(ix, h, e, &found))
			return false;
		if (found.seen != ALL_MEMBERS && !take(h, ','))
			return false;
	}
	learn_layout(ix, text, &found);
	if (found.early)
		h->p = text; /* attributes may have been passed */
	return true;
}

bool json_head(struct json_index *ix, struct event *e)
{
	const char *text = ix->text.p + e->offset;
	struct head h = {text, text + e->length};
	const struct event_row *row;

	if (!take_layout(ix, &h, e)) {
		h.p = text;
		if (!take_head(ix, &h, e))
			return false;
	}
	row = event_row(e->type);
	if (!row || !row->command)
		return true;
	return take(&h, h.p == text ? '{' : ',') && take_task(ix, h, e);
}
