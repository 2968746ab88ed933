/* SPDX-License-Identifier: MIT */
/* redact_world.h: a history that is built, and what redact makes of it. */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>

#include "formats/redact/redact_parts.h"
#include "tests/unit/build.h"

struct world {
	const struct schema *schema;
	struct build b;
	struct redact_rules rules;
	struct redact_settings settings;
	struct redact *redact;
	struct buf out;
	struct err err;
	struct history made;
	bool ok;
};

static inline struct world begin(void **state)
{
	struct world w = {.schema = *state, .err = ERR_INIT};

	build_init(&w.b);
	build_started(&w.b, "Order");
	build_task(&w.b);
	redact_rules_init(&w.rules, w.schema);
	w.settings = (struct redact_settings){.schema = w.schema, .salt = STR("salt")};
	buf_init(&w.out, 0);
	return w;
}

static inline void redact(struct world *w)
{
	struct arena a;

	w->settings.rules = &w->rules;
	w->redact = redact_open(&w->settings);
	w->ok = redact_history(w->redact, build_wire(&w->b), &w->out, &w->err);
	arena_init(&a);
	if (w->ok)
		assert_true(history_take(&w->made, &a, buf_str(&w->out), w->schema, NULL));
}

static inline void end(struct world *w)
{
	if (w->ok)
		history_done(&w->made);
	redact_close(w->redact);
	redact_rules_done(&w->rules);
	buf_done(&w->out);
	build_done(&w->b);
}

/* For the group: one schema for all tests. */
static inline int make_schema(void **state)
{
	static struct arena a;

	arena_init(&a);
	*state = (void *)(uintptr_t)schema_new(&a);
	return 0;
}
