/* SPDX-License-Identifier: MIT */
/* mask.c: redact's rules over the events of an open history. */
#include "viewer/model/mask.h"

#include "formats/base/mem.h"
#include "formats/wire/wire.h"

struct mask {
	size_t holders;
	struct redact_rules rules;
	struct redact *redact;
	struct arena arena;
	struct str rule;
	size_t replaced, stays;
};

/* A rule has a condition, and that a `=`; what has none is a path. */
static struct str rule_of(struct str text, struct arena *a)
{
	if (memchr(text.p, '=', text.n))
		return text;
	return arena_printf(a, "path=%.*s", STR_ARG(text));
}

bool mask_new(struct mask **ret, struct str rule, struct str salt, const struct schema *schema,
	      struct err *err)
{
	struct mask *m = mem_zalloc(sizeof(*m));
	struct redact_settings settings = {.schema = schema, .rules = &m->rules};

	m->holders = 1;
	arena_init(&m->arena);
	redact_rules_init(&m->rules, schema);
	if (rule.n)
		m->rule = arena_str(&m->arena, rule);
	if (rule.n && !redact_rules_add(&m->rules, rule_of(m->rule, &m->arena), err)) {
		mask_release(m);
		return false;
	}
	settings.salt = salt.n ? arena_str(&m->arena, salt) : STR_NONE;
	m->redact = redact_open(&settings);
	*ret = m;
	return true;
}

struct mask *mask_hold(struct mask *m)
{
	if (m)
		m->holders++;
	return m;
}

void mask_release(struct mask *m)
{
	if (!m || --m->holders)
		return;
	if (m->redact)
		redact_close(m->redact);
	redact_rules_done(&m->rules);
	arena_done(&m->arena);
	mem_free(m);
}

struct str mask_rule(const struct mask *m)
{
	return m->rule;
}

bool mask_history(struct mask *m, const struct history *plain, struct history *ret,
		  struct err *err)
{
	struct buf wire, made;
	struct arena a;
	bool ok;

	arena_init(&a);
	buf_init(&wire, MASK_MOST_BYTES);
	buf_init(&made, 0);
	for (size_t i = 0; i < plain->n_events; i++)
		wire_put_bytes(&wire, 1, history_event(plain, i));
	ok = buf_ok(&wire, err) && redact_history(m->redact, buf_str(&wire), &made, err) &&
	     history_take(ret, &a, arena_str(&a, buf_str(&made)), plain->schema, err);
	if (!ok)
		arena_done(&a);
	for (size_t i = 0; ok && i < REDACT_KINDS; i++)
		m->replaced += redact_counts(m->redact)[i];
	m->stays += ok ? redact_stays(m->redact) : 0;
	buf_done(&wire);
	buf_done(&made);
	return ok;
}

size_t mask_replaced(const struct mask *m)
{
	return m->replaced;
}

size_t mask_stays(const struct mask *m)
{
	return m->stays;
}

bool mask_rule_used(const struct mask *m)
{
	return !m->rule.n || redact_rule_used(m->redact, 0);
}
