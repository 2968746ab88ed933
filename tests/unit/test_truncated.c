/* SPDX-License-Identifier: MIT */
/* test_truncated.c: of files that are cut, at any byte, there is an error, or a prefix that is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/check/check.h"
#include "formats/check/repair.h"
#include "formats/out/out.h"
#include "formats/read/load.h"
#include "tests/unit/build.h"
#include "tests/unit/wrap.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const struct schema *schema;
static struct build whole; /* all events */
static size_t n_whole;

static int begin(void **state)
{
	static struct arena a;

	(void)state;
	arena_init(&a);
	schema = schema_new(&a);
	return 0;
}

/* A run of so many tasks: a few events, since each byte of them is cut off. */
static void run_of(int tasks)
{
	struct history h;

	build_init(&whole);
	build_started(&whole, "Order");
	for (int i = 0; i < tasks; i++)
		build_task(&whole);
	if (tasks)
		build_completed(&whole);
	else
		build_terminated(&whole, "enough");
	h = build_history(&whole, schema);
	n_whole = h.n_events;
	history_done(&h);
}

/* ---- files ---- */

struct memory {
	struct out_sink sink; /* first */
	struct buf bytes;
};

static bool remember(struct out_sink *s, struct str bytes, int64_t event, struct err *err)
{
	struct memory *m = (struct memory *)s;

	(void)event;
	buf_add(&m->bytes, bytes);
	return buf_ok(&m->bytes, err);
}

static struct buf written(const char *format)
{
	const struct out_settings settings = {.schema = schema};
	const struct out_history who = {.input = STR("in.json")};
	struct memory m = {.sink.write = remember};
	struct out o;

	assert_true(out_open(&o, out_format_named(str_of(format)), &settings, &m.sink, NULL));
	assert_true(out_begin(&o, &who, NULL));
	assert_true(out_events(&o, build_wire(&whole), NULL));
	assert_true(out_end(&o, NULL));
	assert_true(out_close(&o, NULL));
	out_done(&o);
	return m.bytes;
}

/* An archive of one file: a header with its checksum, the content, two empty blocks. */
static struct buf tar_of(struct str content)
{
	char header[512] = "order.json", number[16];
	struct buf tar = {0};
	unsigned sum = 0;

	memcpy(header + 100, "0000644", 8);
	memcpy(header + 108, "0000000", 8);
	memcpy(header + 116, "0000000", 8);
	snprintf(number, sizeof(number), "%011o", (unsigned)content.n);
	memcpy(header + 124, number, 12);
	memcpy(header + 136, "00000000000", 12);
	memset(header + 148, ' ', 8);
	header[156] = '0';
	memcpy(header + 257, "ustar\0" "00", 8);
	for (size_t i = 0; i < sizeof(header); i++)
		sum += (unsigned char)header[i];
	snprintf(number, sizeof(number), "%06o", sum);
	memcpy(header + 148, number, 7);
	buf_add_bytes(&tar, header, sizeof(header));
	buf_add(&tar, content);
	while (tar.n % 512)
		buf_add_char(&tar, '\0');
	for (size_t i = 0; i < 1024; i++)
		buf_add_char(&tar, '\0');
	return tar;
}

/* ---- what comes of a cut ---- */

struct outcome {
	size_t n_histories, n_events;
	bool told, partial;
};

static bool is_prefix(struct str part)
{
	return str_starts(build_wire(&whole), part);
}

static void note_finding(void *data, const struct check_finding *finding)
{
	bool *told = data;

	*told |= finding->code == CHECK_TRUNCATED || finding->code == CHECK_DAMAGED ||
		 finding->code == CHECK_INCOMPLETE;
}

static void repair(const struct history *h, bool damaged)
{
	struct repair_report report;
	struct err err = ERR_INIT;
	struct buf out = {0};

	if (!repair_events(schema, h->wire, damaged, &out, &report, &err))
		fail_msg("repair: %s", err.message);
	assert_true(is_prefix(buf_str(&out)));
	assert_int_equal(report.damaged, damaged);
	buf_done(&out);
}

static bool look(void *data, struct history *h, const struct load_info *info, struct err *err)
{
	struct outcome *o = data;
	struct check check = {.report = note_finding, .data = &o->told};

	(void)err;
	assert_true(is_prefix(h->wire));
	check_history(&check, h, info);
	assert_true(o->told == (info->damage.p != NULL));
	if (o->partial)
		repair(h, info->damage.p);
	o->n_histories++;
	o->n_events += h->n_events;
	return true;
}

typedef bool load_fn(const struct load_settings *settings, struct str bytes,
		     struct outcome *o, struct err *err);

static bool from_memory(const struct load_settings *settings, struct str bytes,
			struct outcome *o, struct err *err)
{
	return load_each_bytes(settings, bytes, look, o, err);
}

static void put_file(const char *path, struct str bytes)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes.p, 1, bytes.n, f), bytes.n);
	assert_int_equal(fclose(f), 0);
}

/* As a command does: what it names is listed, and each that is there is loaded. */
static bool from_file(const struct load_settings *settings, struct str bytes, struct outcome *o,
		      struct err *err)
{
	char path[] = "/tmp/test_truncated.XXXXXX";
	struct load_settings with = *settings;
	struct source_list list = {0};
	struct str name = str_of(path);
	struct arena a;
	int fd = mkstemp(path);
	bool ok;

	assert_true(fd >= 0);
	close(fd);
	put_file(path, bytes);
	arena_init(&a);
	with.members = &list.members;
	ok = source_expand(&name, 1, &a, &list, err);
	for (size_t i = 0; ok && i < list.files.n; i++)
		ok = load_each(&with, list.files.at[i].path, look, o, err);
	if (ok && !list.files.n) /* a command says so */
		ok = err_set(err, ERR_MISSING, "no histories in it");
	source_list_done(&list);
	arena_done(&a);
	unlink(path);
	return ok;
}

/* UNTOLD: borders between events are no damage, as nothing says how many there should be. */
enum untold { TOLD, UNTOLD };

static void cut_everywhere(const char *name, struct str bytes, load_fn *load, enum untold untold)
{
	static const unsigned FLAGS[] = {0, LOAD_PARTIAL | LOAD_KEEP_UNKNOWN};
	size_t silent = 0, most = 0;

	for (size_t n = 0; n <= bytes.n * 2 + 1; n++) {
		struct load_settings settings = {.schema = schema, .flags = FLAGS[n % 2]};
		struct outcome o = {.partial = n % 2};
		struct err err = ERR_INIT;
		bool ok = load(&settings, str_take(bytes, n / 2), &o, &err);

		if (!ok && (err.code == ERR_NONE || !err.message[0] || o.n_histories))
			fail_msg("%s, cut at %zu: %s", name, n / 2, err.message);
		if (ok && (o.n_histories != 1 || o.n_events > n_whole))
			fail_msg("%s, cut at %zu: %zu events", name, n / 2, o.n_events);
		if (ok && o.n_events < n_whole && !o.told) {
			silent++;
			if (untold == TOLD)
				fail_msg("%s, cut at %zu: nothing is said", name, n / 2);
		}
		most = ok && o.n_events > most ? o.n_events : most;
		if (n / 2 == bytes.n && (!ok || o.told))
			fail_msg("%s, whole: %s", name, err.message);
	}
	assert_int_equal(most, n_whole);
	/* once for each border and way of asking, and the line ends behind them */
	assert_true(silent <= 4 * n_whole);
}

static void every_format_is_cut_everywhere(void **state)
{
	static const struct {
		const char *format;
		enum untold untold;
	} FORMATS[] = {
		{"json", TOLD},	    {"jsonl", TOLD},	   {"events", UNTOLD},
		{"proto", UNTOLD},  {"delimited", UNTOLD}, {"response", TOLD},
		{"pages", TOLD},    {"blob", TOLD},	   {"raw-response", UNTOLD},
		{"export", TOLD},   {"archival", TOLD},	   {"tdbg", TOLD},
	};

	(void)state;
	run_of(1);
	for (size_t i = 0; i < sizeof(FORMATS) / sizeof(*FORMATS); i++) {
		struct buf file = written(FORMATS[i].format);

		cut_everywhere(FORMATS[i].format, buf_str(&file), from_memory, FORMATS[i].untold);
		buf_done(&file);
	}
	build_done(&whole);
}

static void every_layer_is_cut_everywhere(void **state)
{
	struct buf json, proto;

	(void)state;
	run_of(0);
	json = written("jsonl");
	proto = written("proto");
	for (size_t i = 0; i < N_WRAPPINGS; i++) {
		const struct wrapping *w = &WRAPPINGS[i];
		bool messages = w->flags & ONLY_MESSAGES;
		struct buf file = {0};

		w->put(&file, messages ? buf_str(&proto) : buf_str(&json));
		cut_everywhere(w->layer, buf_str(&file), from_memory, messages ? UNTOLD : TOLD);
		buf_done(&file);
	}
	buf_done(&json);
	buf_done(&proto);
	build_done(&whole);
}

static void archives_are_cut_everywhere(void **state)
{
	struct buf json, tar;

	(void)state;
	run_of(0);
	json = written("jsonl");
	tar = tar_of(buf_str(&json));
	cut_everywhere("tar", buf_str(&tar), from_file, TOLD);
	buf_done(&json);
	buf_done(&tar);
	build_done(&whole);
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(every_format_is_cut_everywhere),
		cmocka_unit_test(every_layer_is_cut_everywhere),
		cmocka_unit_test(archives_are_cut_everywhere),
	};

	return cmocka_run_group_tests(TESTS, begin, NULL);
}
