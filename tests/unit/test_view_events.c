/* SPDX-License-Identifier: MIT */
/* test_view_events.c: every event type in the panes of a history, and moving among them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "formats/history/events.h"
#include "tests/unit/build.h"
#include "tests/unit/view_story.h"

/* ---- a history in which an event of a type stands in its place ---- */

static uint32_t attributes_number(const struct schema *schema, int32_t type)
{
	const struct schema_message *event = schema_message(schema, "temporal.api.history.v1.HistoryEvent");
	const struct schema_message *wanted = event_attributes_message(schema, type);

	for (size_t i = 0; i < event->n_fields; i++)
		if (event->fields[i].message == wanted)
			return event->fields[i].number;
	fail_msg("type %d has no attributes", type);
	return 0;
}

/* An event of TYPE about the one with the id ABOUT. */
static int64_t add_event(struct build *b, const struct schema *schema, int32_t type, int64_t about)
{
	const struct event_row *row = event_row(type);
	const struct schema_message *m = event_attributes_message(schema, type);
	unsigned char bytes[4];
	size_t n = 0;

	if (row->ref_path && about) {
		uint32_t number = schema_field_by_name(m, str_of(row->ref_path))->number;

		assert_true(about < 128);
		if (number > 15) {
			bytes[n++] = (unsigned char)((number << 3 & 0x7f) | 0x80);
			bytes[n++] = (unsigned char)(number >> 4);
		} else {
			bytes[n++] = (unsigned char)(number << 3);
		}
		bytes[n++] = (unsigned char)about;
	}
	return build_event(b, type, attributes_number(schema, type),
			   str_slice((const char *)bytes, n));
}

/* What opens an entity of that kind. */
static int32_t opener(enum entity_kind kind)
{
	for (size_t i = 0; i < ENTITY_RULES_N; i++)
		if (ENTITY_RULES[i].kind == kind && (ENTITY_RULES[i].from & ENTITY_IN(ENTITY_NONE)))
			return ENTITY_RULES[i].event;
	fail_msg("nothing opens kind %d", kind);
	return 0;
}

/* What leads from the state to one in which TYPE is possible; 0: it is. */
static int32_t between(enum entity_kind kind, enum entity_state state, int32_t type)
{
	enum entity_state after, end;

	if (entity_move(type, state, &end))
		return 0;
	for (size_t i = 0; i < ENTITY_RULES_N; i++)
		if (ENTITY_RULES[i].kind == kind && entity_move(ENTITY_RULES[i].event, state, &after) &&
		    entity_move(type, after, &end))
			return ENTITY_RULES[i].event;
	fail_msg("no way to type %d", type);
	return 0;
}

/* The index of the event of that type. */
static size_t tell(struct build *b, const struct schema *schema, int32_t type)
{
	enum entity_kind kind;
	enum entity_state state;
	int64_t first = 1;

	build_init(b);
	build_started(b, "W");
	if (type == EVENT_WORKFLOW_EXECUTION_STARTED)
		return 0;
	assert_true(entity_kind_of(type, &kind));
	if (kind != ENTITY_TASK)
		build_task(b);
	if (!entity_opens(type)) {
		int32_t more;

		if (kind != ENTITY_WORKFLOW)
			first = add_event(b, schema, opener(kind), 0);
		assert_true(entity_move(opener(kind), ENTITY_NONE, &state));
		more = between(kind, state, type);
		if (more)
			add_event(b, schema, more, first);
	}
	return (size_t)add_event(b, schema, type, first) - 1;
}

/* ---- */

static void in_the_list(struct story *s, size_t event, const char *name)
{
	struct line l;

	line_init(&l);
	outline_unfold(&s->document->outline, event, true);
	story_row(s, PANE_LIST, 80, event, &l);
	if (!story_holds(&l, name))
		fail_msg("%s is not whole in: %.*s", name, STR_ARG(buf_str(&l.text)));
	assert_true(l.columns <= 80);
	line_done(&l);
}

static void in_the_tree(struct story *s, size_t event, const char *name)
{
	struct pane_context c = story_context(s, 120);
	const struct group *g = groups_of(&s->document->groups, event);
	struct line l;

	line_init(&l);
	story_row(s, PANE_TREE, 120, event, &l);
	if (!story_holds(&l, g->kind == ENTITY_TASK ? "workflow task" : words_kind(g->kind)))
		fail_msg("%s: its kind is not in: %.*s", name, STR_ARG(buf_str(&l.text)));
	tree_unfold_all(document_tree(s->document, s->session.generation), true);
	story_row(s, PANE_TREE, 120, event, &l);
	if (!story_holds(&l, g->n > 1 ? name : entity_state_text(g->kind, g->state)))
		fail_msg("%s is not in: %.*s", name, STR_ARG(buf_str(&l.text)));
	assert_int_equal(PANE_TABLE[PANE_TREE]->event(&c, PANE_TABLE[PANE_TREE]->row_of(&c, event)),
			 event);
	line_done(&l);
}

/* A bar, a letter: something stands right of the label. */
static void in_the_timeline(struct story *s, size_t event, const char *name)
{
	struct line l;
	struct str bar;

	line_init(&l);
	story_row(s, PANE_TIME, 100, event, &l);
	assert_int_equal(l.columns, 100);
	bar = str_trim(str_skip(buf_str(&l.text), 34));
	if (!bar.n)
		fail_msg("%s: no bar in: %.*s", name, STR_ARG(buf_str(&l.text)));
	line_done(&l);
}

static void in_state_and_detail(struct story *s, const char *name)
{
	struct pane_context c = story_context(s, 60);
	size_t open = 0;

	for (size_t i = 0; i < pane_count(&c, PANE_STATE); i++) {
		struct line l;

		line_init(&l);
		pane_row(&c, PANE_STATE, i, &l);
		open += story_holds(&l, "open");
		if (l.columns > 60)
			fail_msg("%s: %.*s", name, STR_ARG(buf_str(&l.text)));
		line_done(&l);
	}
	assert_true(open >= 2);
	assert_true(pane_count(&c, PANE_DETAIL) > 0);
}

static void every_type_in_every_pane(void **state)
{
	size_t n = 0;

	for (int32_t type = 1; type < 200; type++) {
		struct story s;
		struct build b;
		size_t event;

		if (!event_row(type))
			continue;
		event = tell(&b, *state, type);
		story_open(&s, &b, *state);
		s.document->at = event;
		assert_int_equal(s.document->history.events[event].type, type);
		assert_int_equal(s.document->groups.n_faults, 0);
		in_the_list(&s, event, event_row(type)->name);
		in_the_tree(&s, event, event_row(type)->name);
		in_the_timeline(&s, event, event_row(type)->name);
		in_state_and_detail(&s, event_row(type)->name);
		story_close(&s);
		build_done(&b);
		n++;
	}
	assert_int_equal(n, 60);
}

/* What no table knows is there as well, by its number. */
static void types_of_tomorrow(void **state)
{
	static const enum pane_kind PANES_WITH[] = {PANE_LIST, PANE_TREE};
	struct story s;
	struct build b;
	struct line l;

	build_init(&b);
	build_started(&b, "W");
	build_event(&b, 99, 0, STR(""));
	build_task(&b);
	story_open(&s, &b, *state);
	line_init(&l);
	for (size_t i = 0; i < 2; i++) {
		story_row(&s, PANES_WITH[i], 80, 1, &l);
		assert_true(story_holds(&l, "EventType 99"));
	}
	story_row(&s, PANE_TIME, 80, 1, &l);
	assert_true(story_holds(&l, "other events"));
	assert_true(story_holds(&l, "?"));
	line_done(&l);
	story_close(&s);
	build_done(&b);
}

/* ---- folding and filtering ---- */

static struct story a_run(const struct schema *schema)
{
	struct story s;
	struct build b;

	build_init(&b);
	build_started(&b, "W");			     /* 1 */
	build_task(&b);				     /* 2-4 */
	build_activity(&b, "Charge");		     /* 5-7 */
	build_task(&b);				     /* 8-10 */
	build_activity_scheduled(&b, "Refund");	     /* 11 */
	build_timer_started(&b, 5400);		     /* 12 */
	build_activity_started(&b, 11);		     /* 13 */
	build_activity_failed(&b, 11, "no such card"); /* 14 */
	build_task_scheduled(&b);		     /* 15 */
	build_task_started(&b);			     /* 16 */
	build_task_failed(&b, "panic");		     /* 17 */
	story_open(&s, &b, schema);
	build_done(&b);
	return s;
}

static void bands_fold(void **state)
{
	struct story s = a_run(*state);
	struct outline *o = &s.document->outline;
	size_t folded = o->rows.n;

	assert_int_equal(folded, 11);
	assert_true(outline_is_band(o, outline_row(o, 8)));
	assert_false(outline_unfold(o, 5, true));
	assert_true(outline_unfold(o, 8, true));
	assert_false(outline_unfold(o, 9, true));
	assert_int_equal(o->rows.n, folded + 2);
	assert_int_equal(o->rows.at[outline_row(o, 8)], 8);
	assert_false(outline_is_band(o, outline_row(o, 8)));
	assert_true(outline_is_band(o, outline_row(o, 2)));
	assert_true(outline_unfold(o, 2, true));
	assert_int_equal(o->rows.n, folded + 4);
	assert_true(outline_unfold(o, 9, false));
	assert_true(outline_unfold(o, 1, false));
	assert_int_equal(o->rows.n, folded);
	story_close(&s);
}

static void trees_fold(void **state)
{
	struct story s = a_run(*state);
	struct tree *t = document_tree(s.document, 0);
	size_t row;

	assert_int_equal(t->rows.n, 5); /* the run, its tasks, two activities, a timer */
	assert_int_equal(t->row_of[9], 1);
	assert_int_equal(t->n_failed, 1);
	row = t->row_of[6];
	assert_true(tree_unfold(t, row, true));
	assert_false(tree_unfold(t, row, true));
	assert_int_equal(t->rows.n, 8);
	assert_int_equal(t->rows.at[t->row_of[6]].event, 6);
	assert_int_equal(tree_around(t, t->row_of[6]), row);
	assert_true(tree_unfold(t, 1, true));
	assert_int_equal(t->rows.n, 11);
	assert_int_equal(t->rows.at[t->row_of[9]].kind, TREE_GROUP);
	tree_unfold_all(t, true);
	for (size_t i = 0; i < s.document->history.n_events; i++)
		assert_int_equal(t->rows.at[t->row_of[i]].event, i);
	tree_unfold_all(t, false);
	assert_int_equal(t->rows.n, 5);
	story_close(&s);
}

/* A filter leaves the groups that have an event that fits. */
static void filters_leave_groups(void **state)
{
	struct story s = a_run(*state);
	struct pane_context c = story_context(&s, 80);

	session_act(&s.session, ACTION_FILTER, STR("type=ActivityTaskFailed"));
	while (session_idle(&s.session))
		continue;
	assert_int_equal(pane_count(&c, PANE_LIST), 1);
	assert_int_equal(pane_count(&c, PANE_TREE), 1);
	assert_int_equal(pane_count(&c, PANE_TIME), 1);
	assert_int_equal(PANE_TABLE[PANE_TREE]->event(&c, 0), 10);
	assert_true(PANE_TABLE[PANE_TREE]->row_of(&c, 2) < 1);
	session_act(&s.session, ACTION_FILTER, STR(""));
	while (session_idle(&s.session))
		continue;
	assert_int_equal(pane_count(&c, PANE_TREE), 5);
	assert_int_equal(pane_count(&c, PANE_TIME), 5);
	story_close(&s);
}

/* ---- moving ---- */

static void moves(struct story *s, enum action action, const char *number, size_t event)
{
	session_act(&s->session, action, number ? str_of(number) : STR_NONE);
	assert_int_equal(s->document->at + 1, event);
}

static void to_tasks_groups_and_failures(void **state)
{
	struct story s = a_run(*state);

	moves(&s, ACTION_NEXT_TASK, NULL, 4);
	moves(&s, ACTION_NEXT_TASK, NULL, 10);
	moves(&s, ACTION_NEXT_TASK, NULL, 17);
	moves(&s, ACTION_NEXT_TASK, NULL, 17);
	assert_true(str_find(buf_str(&s.session.message), STR("0 workflow tasks after")) >= 0);
	moves(&s, ACTION_PREVIOUS_TASK, "2", 4);
	moves(&s, ACTION_PREVIOUS_TASK, "3", 4);
	moves(&s, ACTION_NEXT_TASK, "2", 17);
	moves(&s, ACTION_PREVIOUS_FAILURE, NULL, 14);
	assert_true(str_find(buf_str(&s.session.message), STR("failure 1 of 2")) >= 0);
	moves(&s, ACTION_PREVIOUS_FAILURE, NULL, 14);
	moves(&s, ACTION_PREVIOUS_IN_GROUP, NULL, 13);
	moves(&s, ACTION_PREVIOUS_IN_GROUP, NULL, 11);
	moves(&s, ACTION_PREVIOUS_IN_GROUP, NULL, 11);
	moves(&s, ACTION_OTHER_END, NULL, 14);
	moves(&s, ACTION_OTHER_END, NULL, 11);
	moves(&s, ACTION_NEXT_IN_GROUP, NULL, 13);
	moves(&s, ACTION_NEXT_FAILURE, NULL, 14);
	moves(&s, ACTION_NEXT_FAILURE, NULL, 17);
	moves(&s, ACTION_NEXT_FAILURE, NULL, 17);
	story_close(&s);
}

/* What is to come is dim, and what was recorded but not shown to the code; not what it did. */
static void what_recedes(void **state)
{
	struct story s = a_run(*state);

	s.document->at = 12; /* ActivityTaskStarted of the second activity */
	assert_false(document_dims(s.document, 6));
	assert_false(document_dims(s.document, 10));
	assert_true(document_dims(s.document, 12));
	assert_true(document_dims(s.document, 13));
	s.document->at = 4;
	assert_true(document_dims(s.document, 5));
	assert_false(document_dims(s.document, 4));
	story_close(&s);
}

static int make_schema(void **state)
{
	static struct arena a;

	arena_init(&a);
	*state = (void *)(uintptr_t)schema_new(&a);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(every_type_in_every_pane),
		cmocka_unit_test(types_of_tomorrow),
		cmocka_unit_test(bands_fold),
		cmocka_unit_test(trees_fold),
		cmocka_unit_test(filters_leave_groups),
		cmocka_unit_test(to_tasks_groups_and_failures),
		cmocka_unit_test(what_recedes),
	};

	return cmocka_run_group_tests(TESTS, make_schema, NULL);
}
