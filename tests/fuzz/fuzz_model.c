/* SPDX-License-Identifier: MIT */
/* fuzz_model.c: whatever can be loaded has groups, states, findings, texts and columns. */
#include "tests/fuzz/fuzz.h"

#include "formats/check/check.h"
#include "formats/check/repair.h"
#include "formats/history/columns.h"
#include "formats/history/state.h"
#include "formats/history/text_find.h"

static const struct schema *the_schema(void)
{
	static const struct schema *made;
	static struct arena arena;

	if (!made)
		made = schema_new(&arena);
	return made;
}

static void count_finding(void *data, const struct check_finding *f)
{
	size_t *n = data;

	if (f->code >= CHECK_CODES || !f->text.p)
		fuzz_broken("a finding without code or text", "");
	++*n;
}

static bool see_text(void *data, const struct text_at *at)
{
	size_t *n = data;

	if (at->text.p[at->text.n] != '\0')
		fuzz_broken("a text that does not end", "");
	*n += at->text.n;
	return true;
}

/* Each event is in its group once, and groups hold no others. */
static void check_groups(const struct history *h, const struct groups *g)
{
	size_t n = 0, in = 0;

	for (size_t i = 0; i < g->n; i++) {
		n += g->at[i].n;
		for (uint32_t k = 0; k < g->at[i].n; k++)
			if (g->of_event[g->members[g->at[i].members + k]] != i)
				fuzz_broken("an event of another group", "");
		if (entity_open(g->at[i].state) != (g->at[i].closed == GROUP_NONE))
			fuzz_broken("a group that is open and closed", "");
	}
	for (size_t i = 0; i < h->n_events; i++)
		in += g->of_event[i] != GROUP_NONE;
	if (n != in)
		fuzz_broken("groups hold more or less than all", "");
}

/* What is open at the end is what groups say is open. */
static void check_state(const struct history *h, const struct groups *g)
{
	struct timeline t;
	struct state s, copy;
	size_t open = 0, have = 0;

	timeline_init(&t, h, g);
	state_init(&s);
	state_init(&copy);
	state_run(&s, &t, h->n_events / 2);
	state_copy(&copy, &s);
	state_run(&s, &t, h->n_events);
	state_run(&copy, &t, h->n_events);
	for (size_t i = 0; i < g->n; i++)
		open += entity_open(g->at[i].state);
	for (size_t i = 0; i < s.open.n; i++) {
		struct state_due dues[STATE_DUES_MOST];

		have += entity_open((enum entity_state)s.open.at[i].state);
		state_dues(&t, &s.open.at[i], dues);
	}
	if (open != have || copy.bytes != s.bytes || copy.open.n != s.open.n)
		fuzz_broken("a state that is none", "");
	for (int table = 0; table < STATE_TABLES; table++)
		for (size_t i = 0; i < s.tables[table].n; i++)
			if (s.tables[table].at[i] != GROUP_NONE)
				state_value(&t, &s, (enum state_names)table, i);
	state_done(&copy);
	state_done(&s);
	timeline_done(&t);
}

static void look_at(const struct history *h, struct str wire)
{
	struct columns table = columns_table();
	struct repair_report report;
	struct groups g;
	struct arena a;
	struct buf out;
	size_t n = 0;
	struct check check = {.report = count_finding, .data = &n};

	arena_init(&a);
	buf_init(&out, 0);
	groups_make(h, &a, &g);
	check_groups(h, &g);
	check_state(h, &g);
	check_history(&check, h, NULL);
	for (size_t i = 0; i < h->n_events; i++) {
		struct column_about about = {
			.history = h, .groups = &g, .path = STR("x"), .index = i};
		struct arena_mark mark = arena_mark(&a);

		buf_clear(&out);
		for (size_t c = 0; c < table.n; c++)
			column_add(&table.at[c], &about, &a, &out);
		text_find_each(h, i, NULL, see_text, &n);
		arena_rewind(&a, mark);
	}
	buf_clear(&out);
	if (!repair_events(h->schema, wire, n & 1, &out, &report, NULL))
		fuzz_broken("a history that can't be repaired", "");
	buf_done(&out);
	arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str bytes = fuzz_copy(data, n);
	struct history h;
	struct arena a;

	arena_init(&a);
	if (history_take(&h, &a, arena_str(&a, bytes), the_schema(), NULL)) {
		look_at(&h, bytes);
		history_done(&h);
	} else {
		arena_done(&a);
	}
	fuzz_release(bytes);
	return 0;
}
