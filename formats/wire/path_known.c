/* SPDX-License-Identifier: MIT */
/* path_known.c: a pattern laid over the schema: which messages can be where it leads. */
#include "formats/wire/path_known.h"

#include "formats/base/arena.h"
#include "formats/base/opts.h"
#include "formats/base/vec.h"

/* Messages, each once. */
struct places {
	VEC_OF(const struct schema_message *) list;
	bool has[SCHEMA_IDS];
};

static void add(struct places *p, const struct schema_message *m)
{
	if (!m || p->has[m->id])
		return;
	p->has[m->id] = true;
	vec_push(&p->list, m);
}

/* What the values of a field are: of a map those of its entries. */
static const struct schema_message *value_of(const struct schema_field *f)
{
	return f->map ? schema_field_by_number(f->message, 2)->message : f->message;
}

/* All below what is in P too. */
static void close(struct places *p)
{
	for (size_t i = 0; i < p->list.n; i++)
		for (size_t k = 0; k < p->list.at[i]->n_fields; k++)
			add(p, value_of(&p->list.at[i]->fields[k]));
}

static bool is_payload(const struct schema_message *m)
{
	return str_is(m->name, "temporal.api.common.v1.Payload");
}

/* Whether at or below where a pattern leads is a payload; DATA: it leads to one's own data. */
static bool holds_payload(struct places *p, bool data)
{
	close(p);
	for (size_t i = 0; i < p->list.n; i++)
		data |= is_payload(p->list.at[i]);
	return data;
}

static const char *close_name(const struct places *at, struct str name, struct arena *a)
{
	VEC_OF(const char *) names = {0};
	const char *best;

	for (size_t i = 0; i < at->list.n; i++)
		for (size_t k = 0; k < at->list.at[i]->n_fields; k++)
			vec_push(&names, arena_cstr(a, at->list.at[i]->fields[k].json_name));
	best = opts_did_you_mean(name, names.at, names.n);
	vec_done(&names);
	return best;
}

static bool unknown(const struct places *at, struct str name, struct str above, struct err *err)
{
	struct arena a;
	const char *best;

	arena_init(&a);
	best = close_name(at, name, &a);
	err_set(err, ERR_USAGE, "there is no field '%.*s'%s%.*s%s%s%s%s", STR_ARG(name),
		above.n ? " below '" : "", STR_ARG(above), above.n ? "'" : "",
		best ? " (did you mean '" : "", best ? best : "", best ? "'?)" : "");
	arena_done(&a);
	return false;
}

/* One part of a pattern, seen from AT; where it leads is in NEXT. */
struct step {
	struct str name;
	bool bracket;
	size_t fit;	/* fields of that name */
	size_t indexed; /* of these, lists and maps */
	bool data;	/* one is a payload's own bytes */
};

static void take_step(struct step *s, const struct places *at, struct places *next)
{
	for (size_t i = 0; i < at->list.n; i++) {
		const struct schema_message *m = at->list.at[i];

		for (size_t k = 0; k < m->n_fields; k++) {
			const struct schema_field *f = &m->fields[k];

			if (!path_name_fits(s->name, f->json_name))
				continue;
			s->fit++;
			s->indexed += f->repeated;
			s->data |= is_payload(m) && f->kind == SCHEMA_BYTES;
			if (!s->bracket || f->repeated)
				add(next, value_of(f));
		}
	}
}

/* Behind a field without a name nothing is known. */
static bool is_number(struct str name)
{
	return name.n && name.p[0] == '#';
}

static bool known_from(struct places *at, struct str rest, bool json, struct err *err)
{
	struct places next = {0};
	struct str above = STR_NONE;
	bool ok = true, data = false;

	while (ok && rest.n) {
		struct step s = {0};
		struct str bracket;

		s.name = path_part_name(path_field_part(&rest), &bracket);
		s.bracket = bracket.n > 0;
		if (is_number(s.name))
			return true;
		take_step(&s, at, &next);
		if (!s.fit)
			ok = unknown(at, s.name, above, err);
		else if (s.bracket && !s.indexed)
			ok = err_set(err, ERR_USAGE, "'%.*s' is no list and no map",
				     STR_ARG(s.name));
		above = s.name;
		data = s.data;
		vec_done(&at->list);
		*at = next;
		next = (struct places){0};
	}
	if (ok && json && !holds_payload(at, data))
		ok = err_set(err, ERR_USAGE, "no payload is at or below '%.*s'", STR_ARG(above));
	return ok;
}

bool path_pattern_known(const struct path_pattern *p, const struct schema *s, struct err *err)
{
	static const char *const ROOTS[] = {
		"temporal.api.history.v1.HistoryEvent",
		"temporal.api.workflowservice.v1.SignalWithStartWorkflowExecutionRequest",
		"temporal.api.workflowservice.v1.SignalWithStartWorkflowExecutionResponse",
	};
	struct places at = {0};
	bool ok;

	for (size_t i = 0; i < sizeof(ROOTS) / sizeof(*ROOTS); i++)
		add(&at, schema_message(s, ROOTS[i]));
	close(&at);
	ok = !p->field.n || known_from(&at, p->field, p->json.p != NULL, err);
	vec_done(&at.list);
	return ok;
}
