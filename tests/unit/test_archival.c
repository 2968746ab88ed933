/* SPDX-License-Identifier: MIT */
/* test_archival.c: a run is found in an archive of any store by its ids, and named by records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "formats/bytes/archival.h"
#include "formats/bytes/input.h"
#include "formats/read/load.h"

/* Fingerprints by FarmHash's authors' code, of ns-1, order-1, order-2 and run-1 to run-3. */
#define NS "17625504554251695267"
#define ORDER1 "11531448137628715012"
#define ORDER2 "616547435457924331"
#define RUN1 "12790523967463863330"
#define RUN2 "14254125492395607167"
#define RUN3 "5904889284375844290"

static char folder[] = "/tmp/hindcast-archival-XXXXXX";

static const struct file {
	const char *path;
	const char *text;
} FILES[] = {
	/* the file store: a run in two versions, another one, a run of another workflow */
	{"files/" NS ORDER1 RUN1 "_-24.history", "old"},
	{"files/" NS ORDER1 RUN1 "_3.history", "new"},
	{"files/" NS ORDER1 RUN2 "_-24.history", "two"},
	{"files/" NS ORDER2 RUN3 "_12.history", "three"},
	{"files/notes.history", "not one of them"},
	{"files/ns-1/1700000000000000000_" RUN1 ".visibility",
	 "{\"namespaceId\":\"ns-1\",\"namespace\":\"shop\",\"workflowId\":\"order-1\","
	 "\"runId\":\"run-1\",\"workflowTypeName\":\"Order\",\"status\":"
	 "\"WORKFLOW_EXECUTION_STATUS_COMPLETED\"}"},
	{"files/ns-1/1700000000000000000_9.visibility", "{\"runId\": 5"},
	/* gcloud: parts, more than ten of them */
	{"gcloud/" NS ORDER1 RUN1 "_7_0.history", "a"},
	{"gcloud/" NS ORDER1 RUN1 "_7_1.history", "b"},
	{"gcloud/" NS ORDER1 RUN1 "_7_10.history", "k"},
	{"gcloud/" NS ORDER1 RUN1 "_7_2.history", "c"},
	{"gcloud/" NS ORDER1 RUN1 "_7_3.history", ""},
	{"gcloud/" NS ORDER1 RUN1 "_7_4.history", "e"},
	{"gcloud/" NS ORDER1 RUN1 "_7_5.history", "f"},
	{"gcloud/" NS ORDER1 RUN1 "_7_6.history", "g"},
	{"gcloud/" NS ORDER1 RUN1 "_7_7.history", "h"},
	{"gcloud/" NS ORDER1 RUN1 "_7_8.history", "i"},
	{"gcloud/" NS ORDER1 RUN1 "_7_9.history", "j"},
	/* and a run with a part missing */
	{"gap/" NS ORDER2 RUN2 "_7_0.history", "a"},
	{"gap/" NS ORDER2 RUN2 "_7_2.history", "c"},
	{"gap/" NS ORDER2 RUN2 "_7_3.history", "d"},
	/* s3, with a workflow id that has a slash in it */
	{"s3/prefix/ns-1/history/shop/order-1/run-1/-24/0", "old"},
	{"s3/prefix/ns-1/history/shop/order-1/run-1/5/0", "first "},
	{"s3/prefix/ns-1/history/shop/order-1/run-1/5/1", "second"},
	{"s3/prefix/ns-1/history/order-2/run-3/-24/0", "other"},
	{"s3/prefix/ns-1/visibility/workflowID/order-2/closeTimeout/2024-01-01T00:00:00Z/run-3",
	 "{\"namespaceId\":\"ns-1\",\"workflowId\":\"order-2\",\"runId\":\"run-3\","
	 "\"workflowTypeName\":\"Order\"}"},
};
#define N_FILES (sizeof(FILES) / sizeof(*FILES))

static void assert_text(struct str path, const char *text)
{
	struct err err = ERR_INIT;
	struct input in;

	if (!input_open_path(&in, path, 0, &err))
		fail_msg("%s: %s", path.p, err.message);
	assert_true(input_all(&in, 1000, &err));
	if (!str_is(in.window, text))
		fail_msg("%s: %.*s", path.p, STR_ARG(in.window));
	input_done(&in);
}

struct wanted {
	const char *folder, *ns, *workflow, *run;
	const char *texts[4]; /* of the runs that are found */
};

static struct str id(const char *c)
{
	return c ? str_of(c) : STR_NONE;
}

static void runs_are_found_by_their_ids(void **state)
{
	static const struct wanted ROWS[] = {
		{"files", "ns-1", "order-1", "run-1", {"new"}},
		{"files", "ns-1", "order-1", NULL, {"new", "two"}},
		{"files", NULL, "order-1", NULL, {"new", "two"}},
		{"files", NULL, NULL, "run-3", {"three"}},
		{"files", NULL, "order-2", "run-3", {"three"}},
		{"files", "ns-1", NULL, NULL, {"new", "two", "three"}},
		{"files", "ns-2", "order-1", "run-1", {NULL}},
		{"files", NULL, "order-2", "run-1", {NULL}},
		{"gcloud", "ns-1", "order-1", "run-1", {"abcefghijk"}},
		{"s3", "ns-1", "shop/order-1", NULL, {"first second"}},
		{"s3", NULL, NULL, "run-3", {"other"}},
		{"s3", NULL, "order-1", NULL, {NULL}},
		{".", NULL, "order-1", NULL, {"new", "two", "abcefghijk"}},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		const struct wanted *w = &ROWS[i];
		struct archival_ids ids = {id(w->ns), id(w->workflow), id(w->run)};
		struct archival_runs runs = {0};
		struct err err = ERR_INIT;
		struct arena a;
		size_t n = 0;

		arena_init(&a);
		if (archival_find(id(w->folder), &ids, &a, &runs, &err))
			for (; n < runs.runs.n; n++) {
				if (!w->texts[n])
					fail_msg("row %zu: %zu runs", i, runs.runs.n);
				assert_text(runs.runs.at[n].path, w->texts[n]);
				assert_true(!w->run || str_is(runs.runs.at[n].run_id, w->run));
			}
		else
			assert_int_equal(err.code, ERR_MISSING);
		if (w->texts[n])
			fail_msg("row %zu: only %zu runs", i, n);
		archival_runs_done(&runs);
		arena_done(&a);
	}
}

static void records_give_names_back(void **state)
{
	struct archival_runs runs;
	struct err err = ERR_INIT;
	struct arena a;

	arena_init(&a);
	assert_true(archival_list(STR("files"), &a, &runs, &err));
	assert_int_equal(runs.runs.n, 3);
	assert_int_equal(runs.records, 1);
	assert_int_equal(runs.bad_records, 1);
	assert_true(str_is(runs.runs.at[0].workflow_id, "order-1"));
	assert_true(str_is(runs.runs.at[0].workflow_type, "Order"));
	assert_true(str_is(runs.runs.at[0].namespace_name, "shop"));
	assert_int_equal(runs.runs.at[0].version, 3);
	assert_int_equal(runs.runs.at[0].older, 1);
	assert_int_equal(runs.runs.at[1].workflow_id.n, 0);
	archival_runs_done(&runs);
	assert_true(archival_list(STR("s3"), &a, &runs, &err));
	assert_int_equal(runs.runs.n, 2);
	assert_true(str_is(runs.runs.at[0].workflow_id, "order-2"));
	assert_true(str_is(runs.runs.at[0].workflow_type, "Order"));
	assert_true(str_is(runs.runs.at[1].workflow_id, "shop/order-1"));
	assert_int_equal(runs.runs.at[1].parts, 2);
	archival_runs_done(&runs);
	arena_done(&a);
}

static void a_folder_lists_each_run_once(void **state)
{
	struct str arguments[] = {STR("files"), STR("gcloud"), STR("s3"), STR("gap")};
	static const char *const TEXTS[] = {
		"new", "two", "three", "not one of them", "abcefghijk", "other", "first second", "a",
		"cd",
	};
	struct source_list list = {0};
	struct err err = ERR_INIT;
	struct arena a;

	arena_init(&a);
	assert_true(source_expand(arguments, 4, &a, &list, &err));
	assert_int_equal(list.files.n, sizeof(TEXTS) / sizeof(*TEXTS));
	for (size_t i = 0; i < list.files.n; i++)
		assert_text(list.files.at[i].path, TEXTS[i]);
	source_list_done(&list);
	/* What is named is taken, whatever lies beside it. */
	arguments[0] = STR("s3/prefix/ns-1/history/shop/order-1/run-1/5/1");
	arguments[1] = STR("files/" NS ORDER1 RUN1 "_-24.history");
	arguments[2] = STR("gcloud/" NS ORDER1 RUN1 "_7_1.history");
	assert_true(source_expand(arguments, 3, &a, &list, &err));
	assert_int_equal(list.files.n, 3);
	assert_text(list.files.at[2].path, "b");
	assert_text(list.files.at[0].path, "second");
	assert_text(list.files.at[1].path, "old");
	source_list_done(&list);
	/* But a part whose first one is named as well is in that. */
	arguments[1] = STR("s3/prefix/ns-1/history/shop/order-1/run-1/5/0");
	assert_true(source_expand(arguments, 2, &a, &list, &err));
	assert_int_equal(list.files.n, 1);
	assert_text(list.files.at[0].path, "first second");
	source_list_done(&list);
	arena_done(&a);
}

static void an_address_names_runs(void **state)
{
	static const struct {
		const char *address;
		const char *texts[4];
		enum err_code code;
	} ROWS[] = {
		{"archive:files?workflowId=order-1&runId=run-2", {"two"}, ERR_NONE},
		{"archive:files?workflow-id=order%2D1&namespaceId=ns-1", {"new", "two"}, ERR_NONE},
		{"archive:gcloud?runId=run-1", {"abcefghijk"}, ERR_NONE},
		{"archive:s3?workflowId=shop/order-1", {"first second"}, ERR_NONE},
		{"archive:files", {"new", "two", "three"}, ERR_NONE},
		{"archive:gap", {"a"}, ERR_NONE}, /* who reads it says that more is missing */
		{"archive:gap?runId=run-2", {NULL}, ERR_FORMAT},
		{"archive:files?workflowId=none", {NULL}, ERR_MISSING},
		{"archive:files/ns-1", {NULL}, ERR_MISSING},
		{"archive:?runId=run-1", {NULL}, ERR_USAGE},
		{"archive:", {NULL}, ERR_USAGE},
		{"archive:files?runId=", {NULL}, ERR_USAGE},
		{"archive:files?id=run-1", {NULL}, ERR_USAGE},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct str argument = str_of(ROWS[i].address);
		struct source_list list = {0};
		struct err err = ERR_INIT;
		struct arena a;
		size_t n = 0;

		arena_init(&a);
		if (source_expand(&argument, 1, &a, &list, &err))
			for (; n < list.files.n; n++)
				assert_text(list.files.at[n].path, ROWS[i].texts[n]);
		assert_int_equal(err.code, ROWS[i].code);
		assert_null(ROWS[i].texts[n]);
		source_list_done(&list);
		arena_done(&a);
	}
}

static void runs_of_an_address_carry_what_records_say(void **state)
{
	struct str argument = STR("archive:files");
	struct source_list list = {0};
	struct err err = ERR_INIT;
	struct arena a;

	arena_init(&a);
	assert_true(source_expand(&argument, 1, &a, &list, &err));
	assert_true(str_is(list.files.at[0].workflow_id, "order-1"));
	assert_true(str_is(list.files.at[0].run_id, "run-1"));
	assert_true(str_is(list.files.at[0].workflow_type, "Order"));
	assert_int_equal(list.files.at[1].workflow_id.n, 0);
	source_list_done(&list);
	arena_done(&a);
	(void)state;
}

static void names_are_taken_apart(void **state)
{
	static const char *const NONE[] = {
		"", "/", "history", "x.history", "12_x.history", "12_3_x.history", "_3.history",
		"12_3_4_5.history", "12_.history", "a/history/b/c/1/2/x", "history/w/r/1/2",
		"ns/history/r/1/2", "ns/history/w/r/x/2", "ns/history/w/r/1/-2",
	};
	struct archival_name n;

	for (size_t i = 0; i < sizeof(NONE) / sizeof(*NONE); i++)
		if (archival_parse(str_of(NONE[i]), &n))
			fail_msg("%s is one", NONE[i]);
	assert_true(archival_parse(STR("ns/history/w/r/-24/2"), &n));
	assert_int_equal(n.version, -24);
	assert_int_equal(n.part, 2);
	assert_true(str_is(n.namespace_id, "ns") && str_is(n.workflow_id, "w") &&
		    str_is(n.run_id, "r"));
	assert_true(archival_parse(STR("a/123_-4_5.history"), &n));
	assert_true(str_is(n.hashes, "123") && str_is(n.folder, "a/"));
	assert_int_equal(n.version, -4);
	assert_int_equal(n.part, 5);
}

static void put_file(const char *path, const char *text)
{
	char folders[300];
	FILE *f;

	snprintf(folders, sizeof(folders), "%s", path);
	for (char *p = folders; (p = strchr(p, '/')); *p++ = '/') {
		*p = '\0';
		mkdir(folders, 0777);
	}
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int make_folder(void **state)
{
	if (!mkdtemp(folder) || chdir(folder))
		return -1;
	for (size_t i = 0; i < N_FILES; i++)
		put_file(FILES[i].path, FILES[i].text);
	return 0;
}

static int remove_folder(void **state)
{
	for (size_t i = 0; i < N_FILES; i++) {
		char path[300];
		char *slash;

		snprintf(path, sizeof(path), "%s", FILES[i].path);
		unlink(path);
		while ((slash = strrchr(path, '/'))) {
			*slash = '\0';
			rmdir(path);
		}
	}
	return chdir("/") || rmdir(folder);
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(runs_are_found_by_their_ids),
		cmocka_unit_test(records_give_names_back),
		cmocka_unit_test(a_folder_lists_each_run_once),
		cmocka_unit_test(an_address_names_runs),
		cmocka_unit_test(runs_of_an_address_carry_what_records_say),
		cmocka_unit_test(names_are_taken_apart),
	};

	return cmocka_run_group_tests(TESTS, make_folder, remove_folder);
}
