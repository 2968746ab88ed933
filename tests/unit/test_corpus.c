/* SPDX-License-Identifier: MIT */
/* test_corpus.c: recorded histories: JSON and protobuf of one run say the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <glob.h>
#include <stdlib.h>
#include <zlib.h>

#include "formats/base/mem.h"
#include "formats/transcode/transcode.h"

struct corpus {
	struct arena arena;
	const struct schema_message *history;
	const char *folder;
};

/* Reads plain files and .gz alike. */
static bool read_whole(const char *path, struct buf *out)
{
	gzFile file = gzopen(path, "rb");
	char part[65536];
	int n;

	buf_clear(out);
	if (!file)
		return false;
	while ((n = gzread(file, part, sizeof(part))) > 0)
		buf_add_bytes(out, part, (size_t)n);
	gzclose(file);
	return n == 0;
}

static bool read_either(const char *stem, const char *ending, struct buf *out)
{
	char path[512];

	snprintf(path, sizeof(path), "%s%s", stem, ending);
	if (read_whole(path, out))
		return true;
	snprintf(path, sizeof(path), "%s%s.gz", stem, ending);
	return read_whole(path, out);
}

static void assert_nothing_lost(const struct transcode_loss *loss, const char *name)
{
	struct buf text = {0};

	if (transcode_loss_text(loss, TRANSCODE_LOST, &text) ||
	    transcode_loss_text(loss, TRANSCODE_GUESSED, &text))
		fail_msg("%s: lost %s", name, text.p);
}

static void to_wire(struct corpus *c, struct str json, struct buf *out, const char *name)
{
	struct transcode_loss loss = {0};
	const struct transcode_options options = {.loss = &loss};
	struct err err = ERR_INIT;
	size_t at = 0;

	buf_clear(out);
	if (!transcode_json_to_wire(c->history, json, &at, &options, &c->arena, out, &err))
		fail_msg("%s: %s", name, err.message);
	assert_nothing_lost(&loss, name);
	assert_int_equal(str_trim(str_skip(json, at)).n, 0);
}

static void to_json(struct corpus *c, struct str wire, struct buf *out, const char *name)
{
	struct transcode_loss loss = {0};
	const struct transcode_options options = {.style = TRANSCODE_INDENT, .loss = &loss};
	struct err err = ERR_INIT;

	buf_clear(out);
	if (!transcode_wire_to_json(c->history, wire, &options, &c->arena, out, &err))
		fail_msg("%s: %s", name, err.message);
	assert_nothing_lost(&loss, name);
}

static void assert_same(struct buf *a, struct buf *b, const char *name, const char *what)
{
	if (!str_eq(buf_str(a), buf_str(b)))
		fail_msg("%s: %s differ", name, what);
}

/* JSON and its twin: one canonical JSON, one canonical wire form; both stay as they are. */
static void check_pair(struct corpus *c, const char *stem, struct buf *json, struct buf *twin)
{
	struct buf wire = {0}, from_twin = {0}, canonical = {0}, again = {0};

	to_wire(c, buf_str(json), &wire, stem);
	to_json(c, buf_str(&wire), &canonical, stem);
	to_json(c, buf_str(twin), &from_twin, stem);
	assert_same(&canonical, &from_twin, stem, "canonical JSON of both");
	to_wire(c, buf_str(&canonical), &again, stem);
	assert_same(&wire, &again, stem, "wire of JSON and of its canonical form");
	assert_int_equal(wire.n, twin->n); /* map keys may stand in another order */
	buf_done(&wire);
	buf_done(&from_twin);
	buf_done(&canonical);
	buf_done(&again);
}

static void check_stable(struct corpus *c, const char *stem, struct buf *json)
{
	struct buf wire = {0}, canonical = {0}, again = {0};

	to_wire(c, buf_str(json), &wire, stem);
	to_json(c, buf_str(&wire), &canonical, stem);
	to_wire(c, buf_str(&canonical), &again, stem);
	assert_same(&wire, &again, stem, "wire of JSON and of its canonical form");
	buf_done(&wire);
	buf_done(&canonical);
	buf_done(&again);
}

/* A J1 file with the Temporal dialect: what the transcoder takes without a container. */
static bool is_history(const struct buf *json)
{
	return str_starts(str_trim(buf_str(json)), STR("{")) &&
	       str_has(str_take(buf_str(json), 80), "\"events\"");
}

static void every_pair_is_equal(void **state)
{
	static const char *const FOLDERS[] = {"go", "java", "python", "ts", "odd"};
	struct corpus *c = *state;
	struct buf json = {0}, twin = {0};
	size_t pairs = 0, alone = 0;

	for (size_t i = 0; i < sizeof(FOLDERS) / sizeof(FOLDERS[0]); i++) {
		char path[512];
		glob_t found;

		snprintf(path, sizeof(path), "%s/%s/*.json*", c->folder, FOLDERS[i]);
		if (glob(path, 0, NULL, &found))
			continue;
		for (size_t k = 0; k < found.gl_pathc; k++) {
			char *stem = found.gl_pathv[k];

			assert_true(read_whole(stem, &json));
			if (!is_history(&json) || strstr(stem, ".sdk."))
				continue;
			*strstr(stem, ".json") = '\0';
			if (read_either(stem, ".pb", &twin) || read_either(stem, ".bin", &twin)) {
				check_pair(c, stem, &json, &twin);
				pairs++;
			} else if (strcmp(FOLDERS[i], "odd") != 0) {
				check_stable(c, stem, &json);
				alone++;
			}
		}
		globfree(&found);
	}
	buf_done(&json);
	buf_done(&twin);
	print_message("%zu pairs, %zu without a twin\n", pairs, alone);
	assert_true(pairs >= 60);
}

/* The kinds of export that need nothing but the transcoder. */
static void old_spellings_read_the_same(void **state)
{
	struct corpus *c = *state;
	struct buf json = {0}, wire = {0}, plain = {0};
	char path[512];

	snprintf(path, sizeof(path), "%s/odd/cli-show.json", c->folder);
	assert_true(read_whole(path, &json));
	to_wire(c, buf_str(&json), &plain, path);
	snprintf(path, sizeof(path), "%s/odd/oldenum.json", c->folder);
	assert_true(read_whole(path, &json));
	to_wire(c, buf_str(&json), &wire, path);
	assert_same(&wire, &plain, path, "old and new spelling");
	snprintf(path, sizeof(path), "%s/odd/ts-naive-stringify.json", c->folder);
	assert_true(read_whole(path, &json));
	to_wire(c, buf_str(&json), &wire, path);
	assert_same(&wire, &plain, path, "what JSON.stringify() made, and protojson");
	snprintf(path, sizeof(path), "%s/odd/crlf.json", c->folder);
	assert_true(read_whole(path, &json));
	to_wire(c, buf_str(&json), &wire, path);
	buf_done(&json);
	buf_done(&wire);
	buf_done(&plain);
}

int main(void)
{
	struct corpus c = {.folder = getenv("HINDCAST_CORPUS")};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(every_pair_is_equal, &c),
		cmocka_unit_test_prestate(old_spellings_read_the_same, &c),
	};
	char probe[512];
	FILE *file;
	int failed;

	if (!c.folder)
		c.folder = "tests/corpus";
	snprintf(probe, sizeof(probe), "%s/README.md", c.folder);
	file = fopen(probe, "r");
	if (!file) {
		printf("no corpus in %s\n", c.folder);
		return 77; /* meson: skipped */
	}
	fclose(file);
	c.history = schema_message(schema_new(&c.arena), "temporal.api.history.v1.History");
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_done(&c.arena);
	return failed;
}
