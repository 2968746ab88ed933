/* SPDX-License-Identifier: MIT */
/* redact.c: each history twice: what is to go is learned, then all of it is written anew. */
#include "formats/base/limits.h"
#include "formats/base/mem.h"
#include "formats/history/events.h"
#include "formats/redact/redact_parts.h"

#include <stdlib.h>

static const char *const KIND_NAMES[REDACT_KINDS] = {
	[REDACT_PAYLOADS] = "payloads",
	[REDACT_FAILURES] = "failure messages and details",
	[REDACT_STACKS] = "stack traces",
	[REDACT_IDENTITIES] = "identities",
	[REDACT_MEMO] = "memo fields",
	[REDACT_HEADERS] = "header fields",
	[REDACT_SEARCH] = "search attributes",
	[REDACT_USER_METADATA] = "user metadata",
	[REDACT_LINKS] = "links",
	[REDACT_NEXUS] = "Nexus endpoints, headers and tokens",
	[REDACT_CALLBACKS] = "callback URLs and headers",
	[REDACT_REASONS] = "reasons",
	[REDACT_IDS] = "ids",
	[REDACT_NAMES] = "names",
	[REDACT_TYPES] = "types",
	[REDACT_MATCHES] = "matches of rules",
	[REDACT_UNKNOWN] = "unknown fields",
};

const char *redact_kind_name(enum redact_kind kind)
{
	return KIND_NAMES[kind];
}

const size_t *redact_counts(const struct redact *r)
{
	return r->counts;
}

size_t redact_stays(const struct redact *r)
{
	return r->stays.n;
}

bool redact_refused(const struct redact *r)
{
	return r->refused;
}

/* ---- single fields ---- */

static struct redact_place place_of(struct redact *r, const struct rewrite_field *at)
{
	struct redact_place place = {0};

	if (!r->settings.rules->list.n)
		return place;
	buf_clear(&r->path);
	rewrite_path(at, &r->path);
	place.path = buf_str(&r->path);
	return place;
}

static enum rewrite_action replaced(struct redact *r, enum redact_kind kind, struct str text,
				    struct rewrite_value *new)
{
	if (!text.n)
		return REWRITE_KEEP;
	r->counts[kind] += r->pass == PASS_WRITE;
	redact_replace(r, text, text.n, &new->bytes);
	return REWRITE_REPLACE;
}

/* The queue that a name belongs to says beside it whether it is sticky. */
static bool is_sticky(const struct rewrite_field *at)
{
	const struct schema_field *kind = schema_field_by_name(at->message, STR("kind"));
	struct str queue = at->up ? at->up->value.bytes : STR_NONE;
	const struct schema_enum_value *sticky =
		schema_enum_by_name(kind->enumeration, STR("STICKY"));

	return wire_value_at(queue, kind->number, 0) == (uint64_t)sticky->number;
}

/* By the tables alone. */
static enum rewrite_action by_row(struct redact *r, const struct rewrite_field *at,
				  const struct redact_row *row, struct rewrite_value *new)
{
	struct str text = at->value.bytes;

	switch (row->how) {
	case HOW_HIDE:
		return replaced(r, row->kind, text, new);
	case HOW_STICKY:
		if (is_sticky(at))
			return replaced(r, REDACT_IDENTITIES, text, new);
		__attribute__((fallthrough));
	case HOW_NAME:
		return r->settings.names ? replaced(r, row->kind, text, new) : REWRITE_KEEP;
	case HOW_TYPE:
		return r->settings.types ? replaced(r, row->kind, text, new) : REWRITE_KEEP;
	case HOW_ID:
	case HOW_RUN:
		if (!redact_id(r, row, text, &new->bytes))
			return REWRITE_KEEP;
		r->counts[REDACT_IDS]++;
		return REWRITE_REPLACE;
	case HOW_OTHER:
	case HOW_WORD:
		break;
	}
	return REWRITE_KEEP;
}

/* ROW: of the field, or of the map whose value it is. */
static enum rewrite_action visit_text(struct redact *r, const struct rewrite_field *at,
				      const struct redact_row *row, struct rewrite_value *new)
{
	struct redact_place place = place_of(r, at);
	const struct redact_rule *rule = NULL;

	place.text = at->value.bytes;
	switch (redact_rule_for(r, &place, &rule)) {
	case REDACT_KEEP:
		return REWRITE_KEEP;
	case REDACT_NO_RULE:
		return by_row(r, at, row, new);
	case REDACT_REPLACE:
		if (!rule->match)
			return replaced(r, row->kind < REDACT_KINDS ? row->kind : REDACT_MATCHES,
					at->value.bytes, new);
		break;
	case REDACT_DROP:
		if (!rule->match) {
			if (r->pass == PASS_LEARN)
				secrets_add(&r->secrets, at->value.bytes);
			r->counts[REDACT_MATCHES] += r->pass == PASS_WRITE;
			return REWRITE_DROP;
		}
		break;
	}
	/* What is hidden whole anyway is not shown but for the matches. */
	if (by_row(r, at, row, new) == REWRITE_REPLACE)
		return REWRITE_REPLACE;
	buf_clear(&new->bytes);
	redact_matches(r, rule, at->value.bytes, &new->bytes);
	r->counts[REDACT_MATCHES] += r->pass == PASS_WRITE;
	return REWRITE_REPLACE;
}

static enum rewrite_action visit_entry_key(struct redact *r, const struct rewrite_field *at,
					   struct rewrite_value *new)
{
	if (!r->settings.keys || redact_key_stays(at->up->message->name, at->value.bytes))
		return REWRITE_KEEP;
	return replaced(r, REDACT_NAMES, at->value.bytes, new);
}

static enum rewrite_action visit_message(struct redact *r, const struct rewrite_field *at)
{
	struct redact_place place = place_of(r, at);
	const struct redact_rule *rule = NULL;

	if (at->field->message->wellknown != SCHEMA_ORDINARY)
		return REWRITE_KEEP;
	switch (redact_rule_for(r, &place, &rule)) {
	case REDACT_KEEP:
		return REWRITE_KEEP;
	case REDACT_DROP:
		r->counts[REDACT_MATCHES] += r->pass == PASS_WRITE;
		return r->pass == PASS_LEARN ? REWRITE_ENTER : REWRITE_DROP;
	default:
		return REWRITE_ENTER;
	}
}

static enum rewrite_action visit(void *data, const struct rewrite_field *at,
				 struct rewrite_value *new, struct err *err)
{
	bool in_map = at->up && at->up->field->map;
	struct redact *r = data;

	if (!at->field) {
		r->counts[REDACT_UNKNOWN] += r->pass == PASS_WRITE;
		return REWRITE_DROP;
	}
	if (at->field->kind == SCHEMA_MESSAGE && payload_is_message(at->field->message))
		return redact_payload(r, at, new, err);
	if (at->field->kind == SCHEMA_MESSAGE)
		return visit_message(r, at);
	if (at->field->kind != SCHEMA_STRING && at->field->kind != SCHEMA_BYTES)
		return REWRITE_KEEP;
	if (in_map && at->field->number == 1)
		return visit_entry_key(r, at, new);
	return visit_text(r, at,
			  in_map ? redact_row_of(r, at->up->message, at->up->field)
				 : redact_row_of(r, at->message, at->field),
			  new);
}

/* ---- histories ---- */

static bool asks_for_names(const struct redact *r)
{
	for (size_t i = 0; i < r->settings.rules->list.n; i++)
		if (r->settings.rules->list.at[i].type.p)
			return true;
	return false;
}

static bool one_pass(struct redact *r, const struct history *h, struct buf *out, struct err *err)
{
	const struct rewrite rewrite = {visit, r};
	bool names = asks_for_names(r), ok = true;
	struct arena a;
	struct buf one;

	arena_init(&a);
	buf_init(&one, 0);
	for (size_t i = 0; ok && i < h->n_events; i++) {
		struct arena_mark mark = arena_mark(&a);

		r->event_type = event_type_name(h, i, &a);
		r->event_name = names ? event_name(h, i, &a) : STR_NONE;
		buf_clear(&one);
		ok = rewrite_message(&rewrite, history_event_message(h), history_event(h, i), &one,
				     err);
		if (!ok && err)
			err->event_id = h->events[i].id;
		if (!ok)
			err_wrap(err, "event %lld", (long long)h->events[i].id);
		else if (r->pass == PASS_WRITE)
			wire_put_bytes(out, 1, buf_str(&one));
		arena_rewind(&a, mark);
	}
	buf_done(&one);
	arena_done(&a);
	return ok && buf_ok(out, err);
}

static int shorter_first(const void *left, const void *right)
{
	const struct str *a = left, *b = right;

	return a->n < b->n ? -1 : a->n > b->n ? 1 : str_cmp(*a, *b);
}

/*
 * With --ids: an id in which there is no secret becomes one, so that others made of it are
 * made again of its placeholder. The run's own is one in any case.
 */
static void learn_ids(struct redact *r)
{
	struct secrets before = r->secrets;

	if (!r->ids.n)
		return;
	secrets_init(&r->secrets);
	for (size_t i = 0; i < before.list.n; i++)
		secrets_add(&r->secrets, before.list.at[i].text);
	for (size_t i = 0; i < before.list.n && i < r->secrets.list.n; i++)
		r->secrets.list.at[i].whole = before.list.at[i].whole;
	secrets_add(&r->secrets, r->own_id);
	secrets_seal(&before);
	qsort(r->ids.at, r->ids.n, sizeof(*r->ids.at), shorter_first);
	for (size_t i = 0; i < r->ids.n; i++) {
		struct str id = r->ids.at[i];
		size_t at;

		if (!secrets_find(&before, id, 0, &at) &&
		    !(r->own_id.n && str_find(id, r->own_id) >= 0))
			secrets_add(&r->secrets, id);
	}
	secrets_done(&before);
}

static void begin_history(struct redact *r)
{
	map_done(&r->made);
	vec_done(&r->ids);
	vec_done(&r->stays);
	secrets_done(&r->secrets);
	arena_done(&r->arena);
	arena_init(&r->arena);
	secrets_init(&r->secrets);
	memset(r->counts, 0, sizeof(r->counts));
}

bool redact_history(struct redact *r, struct str events, struct buf *out, struct err *err)
{
	size_t start = out->n;
	struct history h;
	struct arena a;
	bool ok;

	begin_history(r);
	arena_init(&a);
	if (!history_take(&h, &a, events, r->settings.schema, err)) {
		arena_done(&a);
		return false;
	}
	r->own_id = h.workflow_id;
	r->java = str_is(h.sdk_name, "temporal-java");
	r->pass = PASS_LEARN;
	ok = one_pass(r, &h, out, err);
	out->n = start;
	learn_ids(r);
	secrets_seal(&r->secrets);
	if (ok && r->secrets.full)
		ok = err_set(err, ERR_LIMIT, "more than %zu different values to replace",
			     LIMIT_REDACT_SECRETS);
	r->pass = PASS_WRITE;
	ok = ok && one_pass(r, &h, out, err);
	r->pass = PASS_CHECK;
	if (ok && !redact_check(r, str_slice(out->p + start, out->n - start), err)) {
		r->refused = true;
		ok = false;
	}
	if (!ok)
		out->n = start;
	history_done(&h);
	return ok;
}

/* ---- the stage ---- */

static bool stage_events(struct stage *s, struct str events, struct buf *out, struct err *err)
{
	return redact_history((struct redact *)s, events, out, err);
}

#define STAYS_SHOWN 5

/* Replaced values that stand as they are in words of the code's: a line for all. */
static void report_words(const struct redact *r, struct buf *lines)
{
	size_t n = 0;

	for (size_t i = 0; i < r->stays.n; i++) {
		const struct redact_stay *s = &r->stays.at[i];

		if (!str_is(str_of(s->spelled), REDACT_AS_IT_IS) || n++ >= STAYS_SHOWN)
			continue;
		buf_printf(lines, "%s%.*s (%zu)",
			   n > 1 ? ", " : "what was replaced stands in words that stay too: ",
			   STR_ARG(s->place), s->n);
	}
	if (n)
		buf_puts(lines, n > STAYS_SHOWN ? ", ...\n" : "\n");
}

/* Those that are spelled anew: a line each, since they are harder to find. */
static void report_spelled(const struct redact *r, struct buf *lines)
{
	size_t n = 0;

	for (size_t i = 0; i < r->stays.n; i++) {
		const struct redact_stay *s = &r->stays.at[i];

		if (str_is(str_of(s->spelled), REDACT_AS_IT_IS) || n++ >= STAYS_SHOWN)
			continue;
		buf_printf(lines, "event %lld: %.*s may hold a replaced value, spelled anew: %s (%zu)\n",
			   (long long)s->event_id, STR_ARG(s->place), s->spelled, s->n);
	}
	if (n > STAYS_SHOWN)
		buf_printf(lines, "and %zu more places with replaced values, spelled anew\n",
			   n - STAYS_SHOWN);
}

static size_t stage_report(struct stage *s, struct buf *lines)
{
	const struct redact *r = (const struct redact *)s;
	bool any = false;

	buf_puts(lines, s->unwritten ? "would be replaced: " : "replaced: ");
	for (size_t i = 0; i < REDACT_KINDS; i++) {
		if (!r->counts[i])
			continue;
		buf_printf(lines, "%s%s %zu", any ? ", " : "", KIND_NAMES[i], r->counts[i]);
		any = true;
	}
	buf_puts(lines, any ? "\n" : "nothing\n");
	report_words(r, lines);
	report_spelled(r, lines);
	return r->stays.n;
}

static const struct stage_kind STAGE = {
	.name = "redact",
	.whole = true,
	.events = stage_events,
	.report = stage_report,
};

struct redact *redact_open(const struct redact_settings *settings)
{
	struct redact *r = mem_zalloc(sizeof(*r));

	r->stage.kind = &STAGE;
	r->settings = *settings;
	r->used = mem_zalloc((settings->rules->list.n + 1) * sizeof(*r->used));
	r->shape = (struct redact_shape){settings->salt, settings->keep_size};
	arena_init(&r->arena);
	secrets_init(&r->secrets);
	buf_init(&r->path, 0);
	buf_init(&r->text, 0);
	return r;
}

void redact_close(struct redact *r)
{
	if (!r)
		return;
	begin_history(r);
	secrets_done(&r->secrets);
	arena_done(&r->arena);
	buf_done(&r->path);
	buf_done(&r->text);
	mem_free(r->used);
	mem_free(r);
}

struct stage *redact_stage(struct redact *r)
{
	return &r->stage;
}
