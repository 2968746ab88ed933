/* SPDX-License-Identifier: MIT */
/* schema.c: the tables, built from the descriptors that protoc-c generated. */
#include "formats/schema/schema.h"

#include "formats/base/err.h"
#include "formats/base/map.h"
#include "formats/base/vec.h"
#include "formats/schema/edition.h"
#include "formats/schema/roots.h"
#include "formats/wire/wire.h"

#include <protobuf-c/protobuf-c.h>

#include "formats/schema/aliases.h" /* made when building */

struct schema {
	struct schema_message *messages;
	size_t n_messages;
	struct schema_enum *enums;
	size_t n_enums;
	struct schema_names message_names;
	struct schema_names enum_names;
};

/* What is reached from the roots, in the order it was met. */
struct found {
	VEC_OF(const ProtobufCMessageDescriptor *) messages;
	VEC_OF(const ProtobufCEnumDescriptor *) enums;
	struct map places; /* full name -> index into one of the two */
	struct arena *arena;
	const struct edition *edition;
	uint32_t next_id;
};

/* Names */

static uint64_t load8(const char *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return word;
}

static uint32_t name_hash(struct str s)
{
	const uint64_t prime = 0x9e3779b97f4a7c15ULL;
	uint64_t h = s.n * prime;
	size_t i = 0;

	for (; i + 8 <= s.n; i += 8)
		h = ((h ^ load8(s.p + i)) * prime) ^ h >> 29;
	if (s.n >= 8)
		return (uint32_t)(((h ^ load8(s.p + s.n - 8)) * prime) >> 32);
	for (; i < s.n; i++)
		h = (h ^ (uint8_t)s.p[i]) * prime;
	return (uint32_t)(h >> 32);
}

static void names_init(struct arena *a, struct schema_names *names, size_t most)
{
	uint32_t slots = 4;

	while (slots < most * 2)
		slots *= 2;
	BUG_IF(most > UINT16_MAX - 1);
	names->names = arena_alloc(a, sizeof(*names->names) * (most ? most : 1));
	names->slots = arena_array(a, uint16_t, slots);
	names->mask = slots - 1;
	names->most = (uint32_t)most;
	names->n = 0;
}

/* The first to take a name keeps it: today's names go in before the old ones. */
static void names_add(struct schema_names *names, struct str text, size_t index)
{
	uint32_t at = name_hash(text) & names->mask;

	for (; names->slots[at]; at = (at + 1) & names->mask)
		if (str_eq(names->names[names->slots[at] - 1].text, text))
			return;
	BUG_IF(names->n == names->most);
	names->names[names->n++] = (struct schema_name){text, (uint32_t)index};
	names->slots[at] = (uint16_t)names->n;
}

static const struct schema_name *names_find(const struct schema_names *names, struct str text)
{
	uint32_t at = name_hash(text) & names->mask;

	for (; names->slots[at]; at = (at + 1) & names->mask) {
		const struct schema_name *name = &names->names[names->slots[at] - 1];

		if (name->text.n == text.n && memcmp(name->text.p, text.p, text.n) == 0)
			return name;
	}
	return NULL;
}

/* Spelling */

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* "eventId": from event_id; the JSON name is what the quotes hold. */
static struct str quoted_name(struct arena *a, struct str name)
{
	char *p = arena_alloc(a, name.n + 3);
	size_t n = 0;

	p[n++] = '"';
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == '_' && i + 1 < name.n)
			p[n++] = upper(name.p[++i]);
		else
			p[n++] = name.p[i];
	}
	p[n++] = '"';
	p[n++] = ':';
	return str_slice(p, n);
}

/* TimerFired from TIMER_FIRED */
static struct str camel_name(struct arena *a, struct str bare)
{
	char *p = arena_alloc(a, bare.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < bare.n; i++)
		if (bare.p[i] != '_')
			p[n++] = i == 0 || bare.p[i - 1] == '_' ? bare.p[i] : lower(bare.p[i]);
	return str_slice(p, n);
}

/* EVENT_TYPE_ from EventType */
static struct str enum_prefix(struct arena *a, struct str name)
{
	char *p = arena_alloc(a, name.n * 2 + 1);
	size_t n = 0;

	for (size_t i = 0; i < name.n; i++) {
		if (i && name.p[i] >= 'A' && name.p[i] <= 'Z')
			p[n++] = '_';
		p[n++] = upper(name.p[i]);
	}
	p[n++] = '_';
	return str_slice(p, n);
}

/* Finding all that hangs below the roots */

static size_t found_message(struct found *found, const ProtobufCMessageDescriptor *d)
{
	bool is_new;
	uint64_t *place =
		map_put(&found->places, str_of(d->name), found->messages.n, &is_new);

	if (is_new)
		vec_push(&found->messages, d);
	return (size_t)*place;
}

static size_t found_enum(struct found *found, const ProtobufCEnumDescriptor *d)
{
	bool is_new;
	uint64_t *place = map_put(&found->places, str_of(d->name), found->enums.n, &is_new);

	if (is_new)
		vec_push(&found->enums, d);
	return (size_t)*place;
}

static void find_all(struct found *found, const ProtobufCMessageDescriptor *const *roots,
		     size_t n)
{
	for (size_t i = 0; i < n; i++)
		found_message(found, roots[i]);
	for (size_t i = 0; i < found->messages.n; i++) {
		const ProtobufCMessageDescriptor *d = found->messages.at[i];

		for (unsigned k = 0; k < d->n_fields; k++)
			if (d->fields[k].type == PROTOBUF_C_TYPE_MESSAGE)
				found_message(found, d->fields[k].descriptor);
			else if (d->fields[k].type == PROTOBUF_C_TYPE_ENUM)
				found_enum(found, d->fields[k].descriptor);
	}
}

/* Filling the tables */

#define ALIASES (sizeof(SCHEMA_ALIASES) / sizeof(SCHEMA_ALIASES[0]))

/* They stand together. */
static size_t aliases_of(struct str in, const struct schema_alias **ret)
{
	size_t found = 0;

	*ret = NULL;
	for (size_t i = 0; i < ALIASES; i++)
		if (str_is(in, SCHEMA_ALIASES[i].in) && !found++)
			*ret = &SCHEMA_ALIASES[i];
	return found;
}

/* The value as the edition spells it; false where the edition lacks it. */
static bool fill_value(const struct found *found, const struct schema_enum *e, bool is_short,
		       struct schema_enum_value *value, const ProtobufCEnumValue *d)
{
	const char *old = edition_old_name(e->name, d->value, found->edition->version);
	struct str name = str_of(old ? old : d->name);
	struct str bare = str_starts(name, e->prefix) ? str_skip(name, e->prefix.n) : name;

	if (!edition_has(e->name, d->value, found->edition->version))
		return false;
	value->camel = camel_name(found->arena, bare);
	value->name = is_short ? value->camel : name;
	value->number = d->value;
	return true;
}

static void fill_enum(const struct found *found, struct schema_enum *e, bool is_short,
		      const ProtobufCEnumDescriptor *d)
{
	const struct schema_alias *aliases;
	struct schema_enum_value *values =
		arena_array(found->arena, struct schema_enum_value, d->n_values);

	e->name = str_of(d->name);
	e->prefix = enum_prefix(found->arena, str_of(d->short_name));
	e->values = values;
	names_init(found->arena, &e->by_name,
		   3 * (d->n_values + aliases_of(e->name, &aliases)));
	for (unsigned i = 0; i < d->n_values; i++) {
		struct schema_enum_value *value = &values[e->n_values];
		struct str name = str_of(d->values[i].name);

		if (!fill_value(found, e, is_short, value, &d->values[i]))
			continue;
		names_add(&e->by_name, name, e->n_values);
		names_add(&e->by_name, value->camel, e->n_values);
		if (str_starts(name, e->prefix))
			names_add(&e->by_name, str_skip(name, e->prefix.n), e->n_values);
		e->n_values++;
	}
}

static const struct {
	ProtobufCType type;
	enum schema_kind kind;
	enum wire_type wire_type;
} KINDS[] = {
	{PROTOBUF_C_TYPE_INT32, SCHEMA_INT32, WIRE_VARINT},
	{PROTOBUF_C_TYPE_INT64, SCHEMA_INT64, WIRE_VARINT},
	{PROTOBUF_C_TYPE_UINT32, SCHEMA_UINT32, WIRE_VARINT},
	{PROTOBUF_C_TYPE_UINT64, SCHEMA_UINT64, WIRE_VARINT},
	{PROTOBUF_C_TYPE_BOOL, SCHEMA_BOOL, WIRE_VARINT},
	{PROTOBUF_C_TYPE_ENUM, SCHEMA_ENUM, WIRE_VARINT},
	{PROTOBUF_C_TYPE_FLOAT, SCHEMA_FLOAT, WIRE_FIXED32},
	{PROTOBUF_C_TYPE_DOUBLE, SCHEMA_DOUBLE, WIRE_FIXED64},
	{PROTOBUF_C_TYPE_STRING, SCHEMA_STRING, WIRE_BYTES},
	{PROTOBUF_C_TYPE_BYTES, SCHEMA_BYTES, WIRE_BYTES},
	{PROTOBUF_C_TYPE_MESSAGE, SCHEMA_MESSAGE, WIRE_BYTES},
};

static void set_kind(struct schema_field *f, ProtobufCType type)
{
	for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++)
		if (KINDS[i].type == type) {
			f->kind = KINDS[i].kind;
			f->wire_type = (uint8_t)KINDS[i].wire_type;
			return;
		}
	err_bug(__FILE__, __LINE__, "a field type that Temporal does not use");
}

static void set_tag(struct schema_field *f)
{
	enum wire_type type = f->repeated ? WIRE_BYTES : (enum wire_type)f->wire_type;
	uint64_t tag = (uint64_t)f->number << 3 | (uint64_t)type;

	for (; tag >= 0x80; tag >>= 7)
		f->tag[f->tag_n++] = (uint8_t)(tag | 0x80);
	f->tag[f->tag_n++] = (uint8_t)tag;
}

/* protobuf-c has no map flag: a map's entry is a message of its own with these two. */
static bool is_map(const ProtobufCFieldDescriptor *d)
{
	const ProtobufCMessageDescriptor *m = d->descriptor;

	return d->label == PROTOBUF_C_LABEL_REPEATED && d->type == PROTOBUF_C_TYPE_MESSAGE &&
	       str_ends(str_of(m->short_name), STR("Entry")) && m->n_fields == 2 &&
	       str_is(STR("key"), m->fields[0].name) && str_is(STR("value"), m->fields[1].name);
}

/* Members of one oneof share the place of their case; they are numbered as met. */
static int oneof_of(const ProtobufCMessageDescriptor *d, unsigned field)
{
	int n = 0;

	if (!(d->fields[field].flags & PROTOBUF_C_FIELD_FLAG_ONEOF))
		return -1;
	for (unsigned i = 0; i < field; i++) {
		if (!(d->fields[i].flags & PROTOBUF_C_FIELD_FLAG_ONEOF))
			continue;
		if (d->fields[i].quantifier_offset == d->fields[field].quantifier_offset)
			return oneof_of(d, i);
		n++;
	}
	return n;
}

/* The enum of a field, as the fields of M spell it. */
static const struct schema_enum *enum_in(const struct schema *s, struct found *found,
					 const ProtobufCMessageDescriptor *m,
					 const ProtobufCEnumDescriptor *d)
{
	enum edition_short spelling = found->edition->spelling;
	struct str name = str_of(d->name);
	bool is_short = edition_is_short(name, str_of(m->name), spelling);
	struct schema_enum *other;

	if (is_short == edition_is_short(name, STR_NONE, spelling))
		return &s->enums[found_enum(found, d)];
	other = arena_new(found->arena, struct schema_enum);
	fill_enum(found, other, is_short, d);
	return other;
}

static void fill_field(struct schema *s, struct found *found, struct schema_field *f,
		       const ProtobufCMessageDescriptor *m, unsigned i)
{
	const ProtobufCFieldDescriptor *d = &m->fields[i];
	const char *old = edition_old_name(str_of(m->name), (int32_t)d->id,
					   found->edition->version);

	f->name = str_of(old ? old : d->name);
	f->quoted = quoted_name(found->arena, f->name);
	f->json_name = str_slice(f->quoted.p + 1, f->quoted.n - 3);
	f->number = d->id;
	f->repeated = d->label == PROTOBUF_C_LABEL_REPEATED;
	f->oneof = oneof_of(m, i);
	f->id = (uint16_t)found->next_id++;
	set_kind(f, d->type);
	set_tag(f);
	if (f->kind == SCHEMA_ENUM)
		f->enumeration = enum_in(s, found, m, d->descriptor);
	if (f->kind == SCHEMA_MESSAGE) {
		f->message = &s->messages[found_message(found, d->descriptor)];
		f->map = is_map(d);
	}
}

/* What the transcoder, and whoever prints, treats in a way of its own. */
static const struct {
	const char *name;
	enum schema_wellknown wellknown;
	enum schema_role role;
} SPECIAL[] = {
	{"google.protobuf.Timestamp", SCHEMA_TIMESTAMP, SCHEMA_NO_ROLE},
	{"google.protobuf.Duration", SCHEMA_DURATION, SCHEMA_NO_ROLE},
	{"temporal.api.history.v1.HistoryEvent", SCHEMA_ORDINARY, SCHEMA_EVENT},
	{"temporal.api.common.v1.Payload", SCHEMA_ORDINARY, SCHEMA_PAYLOAD},
	{"temporal.api.common.v1.Payloads", SCHEMA_ORDINARY, SCHEMA_PAYLOADS},
};

static void fill_message(struct schema *s, struct found *found, struct schema_message *m,
			 const ProtobufCMessageDescriptor *d)
{
	struct schema_field *fields = arena_array(found->arena, struct schema_field, d->n_fields);

	BUG_IF(d->n_fields > SCHEMA_FIELDS_MAX);
	m->name = str_of(d->name);
	for (size_t i = 0; i < sizeof(SPECIAL) / sizeof(SPECIAL[0]); i++)
		if (str_is(m->name, SPECIAL[i].name)) {
			m->wellknown = SPECIAL[i].wellknown;
			m->role = SPECIAL[i].role;
		}
	m->fields = fields;
	m->id = (uint16_t)found->next_id++;
	m->n_aliases = aliases_of(m->name, &m->aliases);
	names_init(found->arena, &m->by_name, 2 * (d->n_fields + m->n_aliases));
	for (unsigned i = 0; i < d->n_fields; i++) {
		struct schema_field *f = &fields[m->n_fields];

		if (!edition_has(m->name, (int32_t)d->fields[i].id, found->edition->version))
			continue;
		fill_field(s, found, f, d, i);
		names_add(&m->by_name, f->json_name, m->n_fields);
		names_add(&m->by_name, f->name, m->n_fields);
		m->has_oneofs |= f->oneof >= 0;
		BUG_IF(m->n_fields && f->number <= f[-1].number);
		m->n_fields++;
	}
}

static void add_value_alias(struct schema *s, struct arena *a, const struct schema_alias *alias)
{
	struct schema_enum *e = (struct schema_enum *)schema_enum(s, alias->in);
	const struct schema_name *now = names_find(&e->by_name, str_of(alias->now));
	struct str old = str_of(alias->old), bare = str_skip(old, e->prefix.n);

	BUG_IF(!now);
	names_add(&e->by_name, old, now->index);
	if (!str_starts(old, e->prefix))
		return;
	names_add(&e->by_name, bare, now->index);
	names_add(&e->by_name, camel_name(a, bare), now->index);
}

static void add_field_alias(struct schema *s, struct arena *a, const struct schema_alias *alias)
{
	struct schema_message *m = (struct schema_message *)schema_message(s, alias->in);
	const struct schema_name *now = names_find(&m->by_name, str_of(alias->now));
	struct str quoted = quoted_name(a, str_of(alias->old));

	BUG_IF(!now);
	names_add(&m->by_name, str_of(alias->old), now->index);
	names_add(&m->by_name, str_slice(quoted.p + 1, quoted.n - 3), now->index);
}

/* For reading, which is by today's schema alone. */
static void add_aliases(struct schema *s, struct arena *a)
{
	for (size_t i = 0; i < ALIASES; i++) {
		if (SCHEMA_ALIASES[i].kind == SCHEMA_ALIAS_VALUE)
			add_value_alias(s, a, &SCHEMA_ALIASES[i]);
		if (SCHEMA_ALIASES[i].kind == SCHEMA_ALIAS_FIELD)
			add_field_alias(s, a, &SCHEMA_ALIASES[i]);
	}
}

static const struct schema *build(struct arena *a, const ProtobufCMessageDescriptor *const *roots,
				  size_t n, const struct edition *edition)
{
	struct schema *s = arena_new(a, struct schema);
	struct found found = {.arena = a, .edition = edition};

	find_all(&found, roots, n);
	s->n_messages = found.messages.n;
	s->n_enums = found.enums.n;
	s->messages = arena_array(a, struct schema_message, s->n_messages);
	s->enums = arena_array(a, struct schema_enum, s->n_enums);
	names_init(a, &s->message_names, s->n_messages);
	names_init(a, &s->enum_names, s->n_enums);
	for (size_t i = 0; i < s->n_enums; i++) {
		const ProtobufCEnumDescriptor *d = found.enums.at[i];

		fill_enum(&found, &s->enums[i],
			  edition_is_short(str_of(d->name), STR_NONE, edition->spelling), d);
		names_add(&s->enum_names, s->enums[i].name, i);
	}
	for (size_t i = 0; i < s->n_messages; i++) {
		fill_message(s, &found, &s->messages[i], found.messages.at[i]);
		names_add(&s->message_names, s->messages[i].name, i);
	}
	BUG_IF(found.next_id >= SCHEMA_IDS);
	vec_done(&found.messages);
	vec_done(&found.enums);
	map_done(&found.places);
	return s;
}

const struct schema *schema_new(struct arena *a)
{
	const struct edition today = {0};
	const struct schema *s = build(a, SCHEMA_ROOTS, SCHEMA_ROOTS_N, &today);

	add_aliases((struct schema *)s, a);
	return s;
}

const struct schema *schema_new_edition(struct arena *a, const struct edition *edition)
{
	return build(a, SCHEMA_ROOTS, SCHEMA_ROOTS_N, edition);
}

const struct schema *schema_new_cadence(struct arena *a)
{
	const struct edition today = {0};

	return build(a, CADENCE_ROOTS, CADENCE_ROOTS_N, &today);
}

const struct schema_message *schema_message(const struct schema *s, const char *name)
{
	const struct schema_name *found = names_find(&s->message_names, str_of(name));

	BUG_IF(!found);
	return &s->messages[found->index];
}

const struct schema_message *schema_message_search(const struct schema *s, struct str name)
{
	const struct schema_name *found = names_find(&s->message_names, name);

	return found ? &s->messages[found->index] : NULL;
}

const struct schema_enum *schema_enum(const struct schema *s, const char *name)
{
	const struct schema_name *found = names_find(&s->enum_names, str_of(name));

	BUG_IF(!found);
	return &s->enums[found->index];
}

const struct schema_field *schema_field_search(const struct schema_message *m, uint32_t number)
{
	size_t low = 0, high = m->n_fields;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (m->fields[middle].number == number)
			return &m->fields[middle];
		if (m->fields[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const struct schema_field *schema_field_by_name(const struct schema_message *m, struct str name)
{
	const struct schema_name *found = names_find(&m->by_name, name);

	return found ? &m->fields[found->index] : NULL;
}

const struct schema_enum_value *schema_enum_by_number(const struct schema_enum *e,
						      int32_t number)
{
	if (number >= 0 && (size_t)number < e->n_values && e->values[number].number == number)
		return &e->values[number];
	for (size_t i = 0; i < e->n_values; i++)
		if (e->values[i].number == number)
			return &e->values[i];
	return NULL;
}

const struct schema_enum_value *schema_enum_by_name(const struct schema_enum *e,
						    struct str name)
{
	const struct schema_name *found = names_find(&e->by_name, name);

	return found ? &e->values[found->index] : NULL;
}

const struct schema_alias *schema_alias_search(const struct schema_message *m, struct str name)
{
	for (size_t i = 0; i < m->n_aliases; i++)
		if (schema_same_name(str_of(m->aliases[i].old), name))
			return &m->aliases[i];
	return NULL;
}

bool schema_same_name(struct str name, struct str json)
{
	size_t i = 0;

	if (str_eq(name, json))
		return true;
	for (size_t k = 0; k < name.n; k++, i++) {
		char c = name.p[k];

		if (c == '_' && k + 1 < name.n)
			c = upper(name.p[++k]);
		if (i >= json.n || (json.p[i] != c && !(i == 0 && json.p[i] == upper(c))))
			return false;
	}
	return i == json.n;
}
