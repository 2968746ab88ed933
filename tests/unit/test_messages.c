/* SPDX-License-Identifier: MIT */
/* test_messages.c: every message of the recorded corpus is classed, and placed in its history. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <jansson.h>

#include "formats/base/buf.h"
#include "formats/base/vec.h"
#include "formats/read/load.h"
#include "replayer/explain/explain_form.h"
#include "replayer/judge/pairs.h"

struct corpus {
	struct arena arena;
	const struct schema *schema;
};

/* How many messages took a form. */
struct counts {
	struct {
		const char *form;
		int n;
	} at[128];
	size_t n;
};

static void count(struct counts *c, const char *form)
{
	size_t i = 0;

	form = form ? form : "(no form)";
	while (i < c->n && strcmp(c->at[i].form, form) != 0)
		i++;
	if (i == c->n)
		c->at[c->n++].form = form;
	c->at[i].n++;
}

static void print_counts(const char *title, const struct counts *c)
{
	int total = 0;

	for (size_t i = 0; i < c->n; i++)
		total += c->at[i].n;
	print_message("%s: %d\n", title, total);
	for (size_t i = 0; i < c->n; i++)
		print_message("%8d %s\n", c->at[i].n, c->at[i].form);
}

static struct str read_file(struct corpus *corpus, const char *name)
{
	struct str path = arena_printf(&corpus->arena, "%s/%s", CORPUS, name), text;
	struct err err = ERR_INIT;
	struct buf b;

	buf_init(&b, 0);
	if (!source_read(path, &b, &err))
		fail_msg("%s", err.message);
	text = arena_str(&corpus->arena, buf_str(&b));
	buf_done(&b);
	return text;
}

static int set_up(void **state)
{
	static struct corpus corpus;

	arena_init(&corpus.arena);
	corpus.schema = schema_new(&corpus.arena);
	*state = &corpus;
	return 0;
}

static int tear_down(void **state)
{
	arena_done(&((struct corpus *)*state)->arena);
	return 0;
}

struct truth {
	struct str history, variant, own, right, message;
};

static bool truth_next(struct str *text, struct truth *ret)
{
	struct str fields[8];
	struct str line;

	do {
		if (!text->n)
			return false;
		line = str_split(text, '\n');
		for (int i = 0; i < 8; i++)
			fields[i] = str_split(&line, '\t');
		if (line.n)
			fields[7].n += 1 + line.n; /* tabs of the message's own */
	} while (!fields[7].n || str_is(fields[0], "history"));
	*ret = (struct truth){fields[0], fields[2], fields[4], fields[5], fields[7]};
	return true;
}

static const struct {
	const char *file, *folder;
	enum sdk_family family;
} TRUTHS[] = {
	{"truth-go.tsv", "go", SDK_GO},
	{"truth-java.tsv", "java", SDK_JAVA},
	{"truth-python.tsv", "python", SDK_CORE},
	{"truth-ts.tsv", "ts", SDK_CORE},
};

/* The tables' messages are cut at 200 or 300 characters, some before the SDK's own words. */
static bool is_cut(struct str message)
{
	return message.n >= 290 || message.n == 199 || message.n == 200;
}

static bool has_form_of_its_own(const struct said *said)
{
	return said->form && strcmp(said->form, "wrapper") != 0 && strcmp(said->form, "type") != 0;
}

static void assert_classed(const struct truth *t, const struct said *said)
{
	bool diverged = str_is(t->own, "diverged"), other = str_is(t->own, "other");

	if (diverged || str_is(t->right, "diverged")) {
		bool nd = said->class == SAID_NONDETERMINISM;

		if (nd && (has_form_of_its_own(said) || t->message.n <= 200))
			return;
		if (!diverged && is_cut(t->message)) /* the form is in a cause behind the cut */
			return;
	} else if (other && str_is(t->right, "unregistered")) {
		if (said->class == SAID_UNREGISTERED)
			return;
	} else if (other && str_is(t->right, "failed")) {
		if (said->class == SAID_CODE || said->class == SAID_DEADLOCK)
			return;
	} else {
		return;
	}
	fail_msg("%.*s %.*s: class %d, form %s: %.*s", STR_ARG(t->history), STR_ARG(t->variant),
		 said->class, said->form ? said->form : "none", STR_ARG(t->message));
}

static void every_message_of_the_truth_tables_is_classed(void **state)
{
	struct corpus *corpus = *state;

	for (size_t i = 0; i < sizeof(TRUTHS) / sizeof(*TRUTHS); i++) {
		struct str text = read_file(corpus, TRUTHS[i].file);
		struct counts counts = {0};
		struct truth t;

		while (truth_next(&text, &t)) {
			struct sdk_failure f = {.family = TRUTHS[i].family, .message = t.message};
			struct said said;

			explain(&f, &corpus->arena, &said);
			assert_classed(&t, &said);
			explain_message(&f, &corpus->arena);
			count(&counts, said.form);
		}
		assert_true(counts.n > 5);
		print_counts(TRUTHS[i].file, &counts);
	}
}

static void every_message_of_java_is_classed(void **state)
{
	struct corpus *corpus = *state;
	struct str text = read_file(corpus, "messages-java.jsonl");
	struct counts counts = {0};

	while (text.n) {
		struct str line = str_split(&text, '\n');
		struct sdk_failure f = {.family = SDK_JAVA};
		const char *variant;
		struct said said;
		json_t *row;

		if (!line.n)
			continue;
		row = json_loadb(line.p, line.n, 0, NULL);
		assert_non_null(row);
		variant = json_string_value(json_object_get(row, "variant"));
		f.message = str_of(json_string_value(json_object_get(row, "error_message")));
		explain(&f, &corpus->arena, &said);
		if (strncmp(variant, "nd-", 3) == 0 && said.class != SAID_NONDETERMINISM)
			fail_msg("%s: %.*s", variant, STR_ARG(f.message));
		assert_true(explain_message(&f, &corpus->arena).n < 1500);
		count(&counts, said.form);
		json_decref(row);
	}
	print_counts("messages-java.jsonl", &counts);
}

static void every_other_message_is_classed(void **state)
{
	struct corpus *corpus = *state;
	struct str text = read_file(corpus, "messages-other.tsv");
	struct counts counts = {0};

	str_split(&text, '\n');
	while (text.n) {
		struct str message = str_split(&text, '\n');
		struct str sdk = str_split(&message, '\t');
		struct sdk_failure f = {
			.family = str_is(sdk, "go") ? SDK_GO : SDK_CORE, .message = message};
		struct said said;

		if (!message.n)
			continue;
		/* the recording's own mark of the pass that answered */
		if (str_starts(message, STR("A: ")) || str_starts(message, STR("P: ")))
			f.message = str_skip(message, 3);
		explain(&f, &corpus->arena, &said);
		if (str_has(message, "[TMPRL1100]") &&
		    (said.class != SAID_NONDETERMINISM || !strcmp(said.form, "wrapper")))
			fail_msg("%.*s", STR_ARG(message));
		count(&counts, said.form);
	}
	print_counts("messages-other.tsv", &counts);
}

/* ---- in the histories ---- */

/* What the message calls the event, and what is there, agree. */
static void assert_placed(const struct history *h, const struct truth *t, const struct said *said,
			  const struct divergence *d)
{
	size_t index = history_find(h, d->event_id);

	if (index == h->n_events || d->workflow_task < 1 ||
	    d->workflow_task > (int64_t)h->n_tasks)
		fail_msg("%.*s: event %lld, task %lld: %.*s", STR_ARG(t->history),
			 (long long)d->event_id, (long long)d->workflow_task, STR_ARG(t->message));
	if (!said->history_has_none && pair_of_event(h->events[index].type) &&
	    said->history.what.n && !str_eq(said->history.what, d->history.what) &&
	    said->event_id == d->event_id)
		fail_msg("%.*s: %.*s is not %.*s: %.*s", STR_ARG(t->history),
			 STR_ARG(d->history.what), STR_ARG(said->history.what),
			 STR_ARG(t->message));
	if (said->history_has_none && d->history.what.n && d->kind != DIVERGENCE_LATE_CLOSE)
		fail_msg("%.*s: history has something: %.*s", STR_ARG(t->history),
			 STR_ARG(t->message));
}

struct placed {
	int by_message, by_task, kinds[DIVERGENCE_KINDS];
};

static void place(const struct history *h, const struct truth *t, enum sdk_family family,
		  struct arena *a, struct placed *ret)
{
	struct sdk_failure f = {.family = family, .message = t->message};
	struct divergence d;
	struct said said;

	explain(&f, a, &said);
	if (said.class != SAID_NONDETERMINISM)
		return;
	if (explain_locate(h, &said, 0, a, &d)) {
		ret->by_message++;
	} else {
		assert_true(explain_locate(h, &said, h->n_tasks, a, &d));
		assert_int_equal(d.workflow_task, h->n_tasks);
		ret->by_task++;
	}
	assert_placed(h, t, &said, &d);
	ret->kinds[d.kind]++;
}

static void every_divergence_is_placed_in_its_history(void **state)
{
	struct corpus *corpus = *state;

	for (size_t i = 0; i < sizeof(TRUTHS) / sizeof(*TRUTHS); i++) {
		struct str text = read_file(corpus, TRUTHS[i].file), loaded = STR_NONE;
		struct placed placed = {0};
		struct history h = {0};
		struct truth t;

		while (truth_next(&text, &t)) {
			struct err err = ERR_INIT;

			if (!str_eq(loaded, t.history)) {
				struct str path = arena_printf(&corpus->arena, "%s/%s/%.*s", CORPUS,
							       TRUTHS[i].folder, STR_ARG(t.history));
				struct history next;

				if (!load_history(corpus->schema, path, &next, NULL, &err))
					fail_msg("%s", err.message);
				if (loaded.n)
					history_done(&h);
				h = next;
				loaded = t.history;
			}
			if (h.n_tasks)
				place(&h, &t, TRUTHS[i].family, &corpus->arena, &placed);
		}
		if (loaded.n)
			history_done(&h);
		print_message("%s: %d placed by their message, %d need the task:", TRUTHS[i].file,
			      placed.by_message, placed.by_task);
		for (int k = 0; k < DIVERGENCE_KINDS; k++)
			print_message(" %s %d", divergence_name((enum divergence_kind)k),
				      placed.kinds[k]);
		print_message("\n");
		assert_true(placed.by_message > 50);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_message_of_the_truth_tables_is_classed),
		cmocka_unit_test(every_message_of_java_is_classed),
		cmocka_unit_test(every_other_message_is_classed),
		cmocka_unit_test(every_divergence_is_placed_in_its_history),
	};

	return cmocka_run_group_tests_name("messages", tests, set_up, tear_down);
}
