/* SPDX-License-Identifier: MIT */
/* test_view_named.c: names are found in source code, the workflow's own first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "viewer/model/named.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct story {
	struct arena arena;
	char folder[64];
	struct named named;
	bool begun;
	struct named_reached reached;
};

static int set_up(void **state)
{
	static struct story s;

	s = (struct story){.folder = "/tmp/hindcast-named-XXXXXX"};
	arena_init(&s.arena);
	assert_non_null(mkdtemp(s.folder));
	*state = &s;
	return 0;
}

static int drop(const char *path, const struct stat *st, int flag, struct FTW *at)
{
	(void)st, (void)flag, (void)at;
	return remove(path);
}

static int tear_down(void **state)
{
	struct story *s = *state;

	if (s->begun)
		named_done(&s->named);
	nftw(s->folder, drop, 16, FTW_DEPTH | FTW_PHYS);
	arena_done(&s->arena);
	return 0;
}

static const char *in(struct story *s, const char *name)
{
	return arena_printf(&s->arena, "%s/%s", s->folder, name).p;
}

static void put_bytes(struct story *s, const char *name, struct str text)
{
	int fd = open(in(s, name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text.p, text.n), (ssize_t)text.n);
	close(fd);
}

static void put(struct story *s, const char *name, const char *text)
{
	put_bytes(s, name, str_of(text));
}

static void folder(struct story *s, const char *name)
{
	assert_int_equal(mkdir(in(s, name), 0700), 0);
}

static void look_for(struct story *s, const struct named_word *words, size_t n)
{
	if (s->begun)
		named_done(&s->named);
	s->begun = true;
	named_begin(&s->named, str_of(s->folder), s->reached, words, n);
	while (named_step(&s->named))
		continue;
	assert_true(s->named.done);
}

/* What the code of the workflow Order asks for. */
static void look(struct story *s, const char *name)
{
	const struct named_word words[] = {{str_of(name), NAMED_CODE, false},
					   {STR("Order"), NAMED_WORKFLOW, false}};

	look_for(s, words, 2);
}

/* "a.py:3 b.py:1": places of the code's word, best first. */
static const char *places(struct story *s)
{
	const struct named *n = &s->named;
	struct str all = STR("");

	for (size_t i = 0; i < n->places.n; i++) {
		const struct named_place *p = &n->places.at[i];

		if (n->words.at[p->word].role == NAMED_CODE)
			all = arena_printf(&s->arena, "%.*s%s%.*s:%d", STR_ARG(all), all.n ? " " : "",
					   STR_ARG(p->file), (int)p->line);
	}
	return all.n ? all.p : "";
}

static const char PYTHON[] = "from activities import charge\n" /* 1 */
			     "def helper():\n"
			     "    charge\n" /* 3 */
			     "\n"
			     "@workflow.defn\n"
			     "class Order:\n"
			     "    async def run(\n"
			     "        self,\n"
			     "    ):\n"
			     "        # charge now\n" /* 10 */
			     "        x = 'https://a' # charge later\n" /* 11 */
			     "        await execute(charge)\n" /* 12 */
			     "\n"
			     "class Other:\n"
			     "    charge\n"; /* 15 */

static void the_workflow_comes_first(void **state)
{
	struct story *s = *state;

	put(s, "order.py", PYTHON);
	look(s, "charge");
	assert_string_equal(places(s), "order.py:12 order.py:3 order.py:15 order.py:1 order.py:10 "
				       "order.py:11");
}

static void other_files_come_behind_tests_last(void **state)
{
	struct story *s = *state;

	folder(s, "tests");
	put(s, "activities.py", "def charge(order):\n    pass\n");
	put(s, "order.py", "class Order:\n    charge\n");
	put(s, "steps.py", "steps = [charge]\n");
	put(s, "test_order.py", "charge\n");
	put(s, "tests/steps.py", "charge\n");
	look(s, "charge");
	assert_string_equal(places(s), "order.py:2 steps.py:1 activities.py:1 test_order.py:1 "
				       "tests/steps.py:1");
}

static void definitions_end_in_every_language(void **state)
{
	struct story *s = *state;

	put(s, "a.go", "func Order(ctx Context) error {\n\tcharge\n}\n\nfunc Next() {\n\tcharge\n}\n");
	look(s, "charge");
	assert_int_equal(s->named.places.at[0].where, NAMED_WITHIN);
	assert_int_equal(s->named.places.at[1].where, NAMED_BESIDE);
	put(s, "a.go", "");
	put(s, "A.java", "public class OrderImpl\n\timplements Order {\n}\n");
	put(s, "B.java", "public class OrderImpl implements Order {\n\tvoid run() {\n\t\tcharge();\n\t}\n}\n");
	look(s, "charge");
	assert_int_equal(s->named.places.at[0].where, NAMED_WITHIN);
	put(s, "B.java", "");
	put(s, "a.ts", "export async function order(\n  x: X,\n): Promise<Y> {\n  await charge(x);\n}\n"
		       "const later = async () => {\n  charge();\n};\n");
	look(s, "charge");
	assert_string_equal(places(s), "a.ts:4 a.ts:7");
	assert_int_equal(s->named.places.at[0].where, NAMED_WITHIN);
	assert_int_equal(s->named.places.at[1].where, NAMED_BESIDE);
}

/* The name that a decorator gives counts for what it decorates. */
static void decorators_name_what_they_decorate(void **state)
{
	struct story *s = *state;

	put(s, "a.py", "@workflow.defn(name=\"Order\")\n@other\nclass Mine:\n    charge\n\ncharge\n");
	look(s, "charge");
	assert_string_equal(places(s), "a.py:4 a.py:6");
	assert_int_equal(s->named.places.at[0].where, NAMED_WITHIN);
	assert_int_equal(s->named.places.at[1].where, NAMED_BESIDE);
}

static void spellings_of_one_name(void **state)
{
	struct story *s = *state;

	put(s, "a.ts", "chargeCard()\ncharge_card()\nChargeCard()\nchargeCards()\nrechargeCard()\n"
		       "charge()\n");
	look(s, "ChargeCard");
	assert_string_equal(places(s), "a.ts:3 a.ts:1 a.ts:2");
}

static void names_of_several_parts_are_whole(void **state)
{
	struct story *s = *state;

	put(s, "a.go", "\"fraud-check\"\n\"fraud-checks\"\n\"fraud\"\n\"re-fraud-check\"\nfraud - check\n");
	look(s, "fraud-check");
	assert_string_equal(places(s), "a.go:1 a.go:4");
}

static void calls_count_within_the_workflow_alone(void **state)
{
	struct story *s = *state;
	const struct named_word words[] = {{STR("sleep"), NAMED_CODE, true},
					   {STR("Order"), NAMED_WORKFLOW, false}};

	put(s, "a.py", "sleep\nclass Order:\n    sleep\n");
	look_for(s, words, 2);
	assert_string_equal(places(s), "a.py:3");
}

static void comments_of_several_lines(void **state)
{
	struct story *s = *state;

	put(s, "a.py", "class Order:\n    \"\"\"charge\n\ncharge\n    \"\"\"\n    charge\n");
	put(s, "b.go", "/* charge\n   charge */\nx = charge\n");
	look(s, "charge");
	assert_string_equal(places(s), "a.py:6 b.go:3 a.py:2 a.py:4 b.go:1 b.go:2");
}

static void roles_come_in_their_order(void **state)
{
	struct story *s = *state;
	const struct named_word words[] = {{STR("charge"), NAMED_CODE, false},
					   {STR("pay"), NAMED_HISTORY, false},
					   {STR("Order"), NAMED_WORKFLOW, false}};

	put(s, "a.py", "class Order:\n    pay\n");
	put(s, "b.py", "charge\n");
	look_for(s, words, 3);
	assert_int_equal(s->named.places.n, 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(s->named.places.at[i].word, i);
}

/* pay, reserve, pay, ship, pay: a line each within the workflow. */
static void look_behind(struct story *s, const char *file, int line, const char *before,
			enum named_role role)
{
	const struct named_word words[] = {{STR("pay"), NAMED_CODE, false},
					   {str_of(before), role, false},
					   {STR("Order"), NAMED_WORKFLOW, false}};

	put(s, "a.py", "class Order:\n  pay\n  reserve\n  pay\n  ship\n  pay\n");
	s->reached = (struct named_reached){str_of(file), line};
	look_for(s, words, 3);
}

static void what_is_behind_the_stack_comes_first(void **state)
{
	struct story *s = *state;

	look_behind(s, "/ci/src/a.py", 2, "x", NAMED_BEFORE);
	assert_string_equal(places(s), "a.py:4 a.py:6 a.py:2");
	look_behind(s, "aa.py", 2, "x", NAMED_BEFORE);
	assert_string_equal(places(s), "a.py:2 a.py:4 a.py:6");
}

static void without_a_stack_behind_what_came_before(void **state)
{
	struct story *s = *state;

	look_behind(s, "", 0, "reserve", NAMED_BEFORE);
	assert_string_equal(places(s), "a.py:4 a.py:6 a.py:2");
	look_behind(s, "lib/a.js", 5, "reserve", NAMED_BEFORE); /* compiled: it is not here */
	assert_string_equal(places(s), "a.py:4 a.py:6 a.py:2");
	look_behind(s, "a.py", 2, "ship", NAMED_BEFORE); /* the stack knows better */
	assert_string_equal(places(s), "a.py:4 a.py:6 a.py:2");
}

static void behind_what_the_task_asked_for_already(void **state)
{
	struct story *s = *state;

	look_behind(s, "a.py", 2, "ship", NAMED_TASK);
	assert_string_equal(places(s), "a.py:6 a.py:2 a.py:4");
}

static void words_with_nothing_to_look_for(void **state)
{
	struct story *s = *state;
	static char longest[NAMED_WORD_BYTES + 2];
	const struct named_word words[] = {{STR(""), NAMED_CODE, false},   {STR("12"), NAMED_CODE, false},
					   {STR("--"), NAMED_CODE, false}, {STR("x"), NAMED_CODE, false},
					   {{longest, sizeof(longest)}, NAMED_CODE, false},
					   {STR("pay"), NAMED_CODE, false}, {STR("pay"), NAMED_HISTORY, false}};

	memset(longest, 'y', sizeof(longest));
	look_for(s, words, sizeof(words) / sizeof(*words));
	assert_int_equal(s->named.words.n, 1);
}

static void no_more_words_than_there_is_room_for(void **state)
{
	struct story *s = *state;
	struct named_word words[NAMED_WORDS + 8];

	for (size_t i = 0; i < NAMED_WORDS + 8; i++)
		words[i] = (struct named_word){arena_printf(&s->arena, "word%zu", i), NAMED_CODE, false};
	look_for(s, words, NAMED_WORDS + 8);
	assert_int_equal(s->named.words.n, NAMED_WORDS);
}

static void the_best_are_kept_the_rest_is_counted(void **state)
{
	struct story *s = *state;
	struct buf text;

	buf_init(&text, 0);
	for (int i = 0; i < 1000; i++)
		buf_puts(&text, "charge\n");
	buf_puts(&text, "class Order:\n    charge\n");
	put_bytes(s, "a.py", buf_str(&text));
	buf_done(&text);
	look(s, "charge");
	assert_int_equal(s->named.places.n, NAMED_PLACES);
	assert_int_equal(s->named.found, 1002);
	assert_int_equal(s->named.places.at[0].line, 1002);
}

static void text_is_cut_between_characters(void **state)
{
	struct story *s = *state;
	struct buf text;

	buf_init(&text, 0);
	buf_puts(&text, "charge ");
	while (text.n < 4000)
		buf_puts(&text, "\u00e9");
	put_bytes(s, "a.py", buf_str(&text));
	buf_done(&text);
	look(s, "charge");
	assert_int_equal(s->named.places.at[0].text.n, NAMED_TEXT_BYTES - 1);
}

/* ---- which files ---- */

static void only_source_code_is_read(void **state)
{
	struct story *s = *state;

	folder(s, ".git");
	folder(s, "node_modules");
	folder(s, "deep");
	put(s, "a.py", "charge\n");
	put(s, "deep/b.go", "charge\n");
	put(s, ".git/c.py", "charge\n");
	put(s, ".hidden.py", "charge\n");
	put(s, "node_modules/d.js", "charge\n");
	put(s, "e.txt", "charge\n");
	put(s, "f.d.ts", "charge\n");
	put(s, "made.js", "\"use strict\";\nObject.defineProperty(exports, \"__esModule\");\ncharge\n");
	put(s, "mapped.mjs", "charge\n//# sourceMappingURL=mapped.mjs.map\n");
	put(s, "own.js", "charge\n// see //# sourceMappingURL=\n");
	put_bytes(s, "g.py", STR("charge\n\0"));
	put_bytes(s, "empty.py", STR(""));
	assert_int_equal(mkfifo(in(s, "pipe.py"), 0600), 0);
	assert_int_equal(symlink("a.py", in(s, "link.py")), 0);
	assert_int_equal(symlink(".", in(s, "loop")), 0);
	look(s, "charge");
	assert_string_equal(places(s), "a.py:1 own.js:1 deep/b.go:1");
	assert_int_equal(s->named.walk.files_read, 7);
	assert_false(s->named.walk.cut);
}

static void large_files_are_passed_over(void **state)
{
	struct story *s = *state;

	put(s, "a.py", "charge\n");
	assert_int_equal(truncate(in(s, "a.py"), (off_t)CHECKOUT_FILE_BYTES + 1), 0);
	look(s, "charge");
	assert_string_equal(places(s), "");
}

/* A name is bytes: what is made of it on the screen is harmless, and nothing here trips. */
static void names_of_files_may_be_anything(void **state)
{
	struct story *s = *state;

	folder(s, "a\nb");
	put(s, "+!sh.py", "charge\n");
	put(s, "a\nb/\x1b[2J.py", "charge\n");
	look(s, "charge");
	assert_string_equal(places(s), "+!sh.py:1 a\nb/\x1b[2J.py:1");
}

static void a_ceiling_on_files_is_said(void **state)
{
	struct story *s = *state;

	for (size_t i = 0; i <= CHECKOUT_FILES; i++)
		put(s, arena_printf(&s->arena, "f%05zu.py", i).p, "x\n");
	look(s, "charge");
	assert_int_equal(s->named.walk.files_read, CHECKOUT_FILES);
	assert_true(s->named.walk.cut);
}

static void without_a_folder_there_is_nothing(void **state)
{
	struct story *s = *state;

	rmdir(s->folder);
	look(s, "charge");
	assert_int_equal(s->named.places.n, 0);
	assert_int_equal(s->named.walk.files_read, 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_workflow_comes_first),
		CASE(other_files_come_behind_tests_last),
		CASE(definitions_end_in_every_language),
		CASE(decorators_name_what_they_decorate),
		CASE(spellings_of_one_name),
		CASE(names_of_several_parts_are_whole),
		CASE(calls_count_within_the_workflow_alone),
		CASE(comments_of_several_lines),
		CASE(roles_come_in_their_order),
		CASE(what_is_behind_the_stack_comes_first),
		CASE(without_a_stack_behind_what_came_before),
		CASE(behind_what_the_task_asked_for_already),
		CASE(words_with_nothing_to_look_for),
		CASE(no_more_words_than_there_is_room_for),
		CASE(the_best_are_kept_the_rest_is_counted),
		CASE(text_is_cut_between_characters),
		CASE(only_source_code_is_read),
		CASE(large_files_are_passed_over),
		CASE(names_of_files_may_be_anything),
		CASE(a_ceiling_on_files_is_said),
		CASE(without_a_folder_there_is_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
