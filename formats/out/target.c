/* SPDX-License-Identifier: MIT */
/* target.c: reading a target's name, and the stage that leaves out what it does not know. */
#include "formats/out/target.h"

#include "formats/base/limits.h"
#include "formats/base/opts.h"
#include "formats/base/visible.h"
#include "formats/transcode/json.h"
#include "formats/transcode/transcode.h"
#include "formats/wire/rewrite.h"

#include <inttypes.h>

static const struct loader {
	const char *sdk;
	uint32_t from; /* a release of the SDK, packed as editions are */
	struct edition edition;
} LOADERS[] = {
#define LOADER(sdk, major, minor, api, spelling) \
	{sdk, EDITION(major, minor, 0), {api, spelling}},
#include "formats/out/loaders.def"
};

#define N_LOADERS (sizeof(LOADERS) / sizeof(*LOADERS))

/* ---- names ---- */

static bool is_first_row(size_t i)
{
	return i == 0 || strcmp(LOADERS[i].sdk, LOADERS[i - 1].sdk) != 0;
}

static void put_version(struct buf *out, uint32_t version)
{
	buf_printf(out, "%" PRIu32 ".%" PRIu32, version >> 20, version >> 10 & EDITION_ANY_PATCH);
	if (version & EDITION_ANY_PATCH)
		buf_printf(out, ".%" PRIu32, version & EDITION_ANY_PATCH);
}

void target_list(struct buf *out)
{
	static const char *const SPELLINGS[] = {
		[EDITION_FULL] = "",
		[EDITION_SHORT_TWO] = ", two enums spelled short",
		[EDITION_SHORT_SIX] = ", six enums spelled short",
		[EDITION_SHORT_ALL] = ", enums spelled short",
	};

	buf_puts(out, "api-VERSION       a version of Temporal's API, as api-1.30\n");
	for (size_t i = 0; i < N_LOADERS; i++) {
		size_t before = out->n;

		buf_printf(out, "%s-", LOADERS[i].sdk);
		put_version(out, LOADERS[i].from);
		while (out->n < before + 18)
			buf_add_char(out, ' ');
		buf_puts(out, "API ");
		put_version(out, LOADERS[i].edition.version);
		buf_printf(out, "%s\n", SPELLINGS[LOADERS[i].edition.spelling]);
	}
}

/* "api-VERSION, java, go, ..." */
static void put_names(struct buf *out)
{
	buf_puts(out, "api-VERSION");
	for (size_t i = 0; i < N_LOADERS; i++)
		if (is_first_row(i))
			buf_printf(out, ", %s", LOADERS[i].sdk);
}

static bool no_such_target(struct str text, struct err *err)
{
	const char *names[N_LOADERS + 1] = {"api"};
	struct str word = str_split(&text, '-');
	struct buf known;
	const char *close;
	size_t n = 1;

	for (size_t i = 0; i < N_LOADERS; i++)
		if (is_first_row(i))
			names[n++] = LOADERS[i].sdk;
	close = opts_did_you_mean(word, names, n);
	buf_init(&known, 0);
	put_names(&known);
	if (close && !str_is(word, close))
		err_set(err, ERR_USAGE, "no target '%.*s' (did you mean '%s'?)", STR_ARG(word),
			close);
	else
		err_set(err, ERR_USAGE,
			"no such target; there are %s, or one of these with -VERSION (--target list "
			"has the versions)", known.p);
	buf_done(&known);
	return false;
}

/* Patches are told apart where something changed with one; what comes behind is not known. */
#define MINOR_OF(version) ((version) >> 10)
#define MAJOR_OF(version) ((version) >> 20)

static bool too_new(struct str text, uint32_t newest, struct err *err)
{
	struct buf known;

	buf_init(&known, 0);
	put_version(&known, newest);
	err_set(err, ERR_USAGE,
		"'%.*s' is newer than what is known here, up to %s: without --target nothing is "
		"left out", STR_ARG(text), known.p);
	buf_done(&known);
	return false;
}

bool target_parse(struct str text, struct target *ret, struct err *err)
{
	struct str version = text, sdk = str_split(&version, '-');
	const struct loader *found = NULL;
	uint32_t number = 0;
	bool bare = sdk.n == text.n;

	if (!bare && !edition_parse(version, &number))
		return err_set(err, ERR_USAGE, "'%.*s' is no version: 1.30 or 1.30.2 is expected",
			       STR_ARG(version));
	if (!bare && str_is(sdk, "api")) {
		if (MINOR_OF(number) > MINOR_OF(edition_newest()))
			return too_new(text, edition_newest(), err);
		*ret = (struct target){{number, EDITION_FULL}};
		return true;
	}
	for (size_t i = 0; i < N_LOADERS; i++)
		if (str_is(sdk, LOADERS[i].sdk) &&
		    (bare ? !found : number >= LOADERS[i].from))
			found = &LOADERS[i];
	if (!found)
		return no_such_target(text, err);
	/* The last row holds for what its SDK has released since, up to its next great one. */
	if (MAJOR_OF(number) > MAJOR_OF(found->from))
		return too_new(text, found->from, err);
	ret->edition = found->edition;
	return true;
}

/* ---- the stage ---- */

static const struct schema_message *message_then(const struct target_stage *s,
						 const struct schema_message *m)
{
	return schema_message_search(s->then, m->name);
}

/* A member that no schema has goes by its own name, not by that of what carries it. */
static void put_path(const struct rewrite_field *at, struct buf *out)
{
	struct json j = {at->value.bytes, 0};
	struct buf scratch;
	struct str key;

	buf_init(&scratch, 0);
	if (!at->field && at->value.number == TRANSCODE_CARRIER &&
	    at->value.type == WIRE_BYTES && json_peek(&j) == '"' &&
	    json_read_string(&j, &scratch, &key, NULL)) {
		if (at->up)
			rewrite_path(at->up, out);
		buf_printf(out, "%s%.*s", at->up ? "." : "", STR_ARG(key));
	} else {
		rewrite_path(at, out);
	}
	buf_done(&scratch);
}

/* "event 7: activityTaskScheduledEventAttributes.priority" */
static void note(struct target_stage *s, const struct rewrite_field *at, struct str value)
{
	struct buf path;

	if (s->n_first++ >= TARGET_FIRST)
		return;
	buf_init(&path, 0);
	put_path(at, &path);
	buf_printf(&s->first, "%sevent %" PRId64 ": ", s->first.n ? ", " : "", s->event_id);
	visible_add(&s->first, buf_str(&path), LIMIT_SHOWN_PATH_BYTES);
	if (value.n) {
		buf_puts(&s->first, " = ");
		visible_add(&s->first, value, LIMIT_SHOWN_NAME_BYTES);
	}
	buf_done(&path);
}

static bool is_attributes(const struct rewrite_field *at)
{
	return !at->up && at->field && at->field->oneof >= 0 &&
	       at->field->kind == SCHEMA_MESSAGE;
}

static enum rewrite_action drop_field(struct target_stage *s, const struct rewrite_field *at)
{
	/* Those of an event whose type is gone were counted with the type. */
	if (is_attributes(at))
		return REWRITE_DROP;
	s->fields++;
	note(s, at, STR_NONE);
	return REWRITE_DROP;
}

/* A value that the edition lacks leaves the field at its default, unspecified. */
static enum rewrite_action visit_enum(struct target_stage *s, const struct rewrite_field *at,
				      const struct schema_field *then)
{
	int32_t number = (int32_t)at->value.value;
	const struct schema_enum_value *value;

	if (schema_enum_by_number(then->enumeration, number))
		return REWRITE_KEEP;
	value = schema_enum_by_number(at->field->enumeration, number);
	if (!at->up && str_is(at->field->name, "event_type"))
		s->events++;
	else
		s->values++;
	note(s, at, value ? value->name : STR("a number without a name"));
	return REWRITE_DROP;
}

static enum rewrite_action visit_enums(struct target_stage *s, const struct rewrite_field *at,
				       const struct schema_field *then, struct rewrite_value *new)
{
	const char *p = at->value.bytes.p, *end = p + at->value.bytes.n;
	uint64_t number;

	while (p && p != end) {
		p = wire_step_varint(p, end, &number);
		if (p && schema_enum_by_number(then->enumeration, (int32_t)number)) {
			wire_put_varint(&new->bytes, number);
		} else if (p) {
			s->values++;
			note(s, at, STR("a number without a name"));
		}
	}
	return p ? REWRITE_REPLACE : REWRITE_KEEP;
}

static enum rewrite_action visit(void *data, const struct rewrite_field *at,
				 struct rewrite_value *new, struct err *err)
{
	struct target_stage *s = data;
	const struct schema_message *m = message_then(s, at->message);
	const struct schema_field *then;

	then = m && at->field ? schema_field_by_number(m, at->field->number) : NULL;
	if (!then)
		return drop_field(s, at);
	if (at->field->kind == SCHEMA_MESSAGE)
		return REWRITE_ENTER;
	if (at->field->kind != SCHEMA_ENUM)
		return REWRITE_KEEP;
	return at->value.type == WIRE_BYTES ? visit_enums(s, at, then, new)
					    : visit_enum(s, at, then);
}

static void begin(struct stage *stage)
{
	struct target_stage *s = (struct target_stage *)stage;

	s->fields = s->values = s->events = s->n_first = 0;
	buf_clear(&s->first);
}

static bool events(struct stage *stage, struct str bytes, struct buf *out, struct err *err)
{
	struct target_stage *s = (struct target_stage *)stage;
	struct rewrite r = {visit, s};
	struct wire w = wire_of(bytes);
	struct wire_field f;

	while (wire_next(&w, &f)) {
		s->event_id = (int64_t)wire_value_at(f.bytes, 1, 0);
		if (!rewrite_events(&r, s->event, f.whole, out, err))
			return false;
	}
	return !w.broken || err_set(err, ERR_SYNTAX, "events that are not whole");
}

static void put_count(struct buf *out, size_t n, const char *what, const char *many)
{
	if (n)
		buf_printf(out, "%s%zu %s", out->n ? ", " : "", n, n == 1 ? what : many);
}

static size_t report(struct stage *stage, struct buf *lines)
{
	struct target_stage *s = (struct target_stage *)stage;
	size_t lost = s->fields + s->values + s->events;
	struct buf counts;

	if (!lost)
		return 0;
	buf_init(&counts, 0);
	put_count(&counts, s->fields, "field", "fields");
	put_count(&counts, s->values, "enum value", "enum values");
	put_count(&counts, s->events, "event's type and attributes",
		  "events' types and attributes");
	buf_printf(lines, "the target lacks %s (", counts.p);
	buf_add(lines, buf_str(&s->first));
	buf_printf(lines, "%s): left out\n", s->n_first > TARGET_FIRST ? ", ..." : "");
	buf_done(&counts);
	return lost;
}

static void done(struct stage *stage)
{
	struct target_stage *s = (struct target_stage *)stage;

	buf_done(&s->first);
	arena_done(&s->arena);
}

static const struct stage_kind TARGET = {
	.name = "target",
	.begin = begin,
	.events = events,
	.report = report,
	.done = done,
};

void target_stage_init(struct target_stage *s, const struct target *target,
		       const struct schema *today)
{
	*s = (struct target_stage){.stage.kind = &TARGET};
	arena_init(&s->arena);
	buf_init(&s->first, 0);
	s->then = schema_new_edition(&s->arena, &target->edition);
	s->event = schema_message(today, "temporal.api.history.v1.HistoryEvent");
}
