/* SPDX-License-Identifier: MIT */
/* test_packer.c: what is packed event by event opens at any event, and as a whole for all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "formats/bytes/input.h"
#include "formats/bytes/layer.h"
#include "formats/bytes/packer.h"
#include "formats/bytes/zstd_seek.h"

static bool to_buf(void *data, struct str bytes, struct err *err)
{
	buf_add(data, bytes);
	return true;
}

static void put_event(struct buf *b, int64_t id)
{
	unsigned seed = (unsigned)id;

	buf_printf(b, ",\n{\"eventId\": \"%d\", \"data\": \"", (int)id);
	for (int i = 0; i < 90; i++) {
		seed = seed * 1103515245 + 12345;
		buf_printf(b, "%08x", seed);
	}
	buf_puts(b, "\"}");
}

/* Events 1 to N, as they are and packed. */
static void pack_events(const char *name, int64_t n, struct buf *plain, struct buf *packed)
{
	struct err err = ERR_INIT;
	struct packer *p = packer_open(filter_of_name(str_of(name)), to_buf, packed, &err);

	for (int64_t id = 1; id <= n; id++) {
		size_t from = plain->n;

		put_event(plain, id);
		assert_true(packer_add(p, str_skip(buf_str(plain), from), &err));
		assert_true(packer_border(p, id, &err));
	}
	buf_puts(plain, "\n]}\n");
	assert_true(packer_add(p, STR("\n]}\n"), &err));
	assert_true(packer_end(p, &err));
	packer_close(p);
}

static void assert_holds(struct input *in, struct str rest)
{
	struct err err = ERR_INIT;

	assert_true(input_all(in, LIMIT_INPUT_BYTES, &err));
	assert_true(str_eq(in->window, rest));
	input_done(in);
}

static void the_whole_is_what_was_added(void **state)
{
	static const char *const NAMES[] = {"x.json.gz", "x.json.zst", "x.json"};

	for (size_t i = 0; i < 3; i++)
		for (int64_t n = 0; n < 10000; n = n * 10 + 1) {
			struct buf plain = {0}, packed = {0};
			struct err err = ERR_INIT;
			struct input in;

			pack_events(NAMES[i], n, &plain, &packed);
			assert_true(i == 2 || n < 100 || packed.n < plain.n);
			assert_true(input_open_bytes(&in, buf_str(&packed), 0, &err));
			assert_holds(&in, buf_str(&plain));
			buf_done(&plain);
			buf_done(&packed);
		}
}

/* The text from the event's begin on. */
static struct str from_event(const struct buf *plain, int64_t id)
{
	char text[64];

	snprintf(text, sizeof(text), ",\n{\"eventId\": \"%d\"", (int)id);
	return str_skip(buf_str(plain), (size_t)str_find(buf_str(plain), str_of(text)));
}

static void a_file_opens_at_any_event(void **state)
{
	char path[] = "/tmp/hindcast-packer-XXXXXX";
	struct buf plain = {0}, packed = {0};
	struct err err = ERR_INIT;
	int64_t before = 0;
	size_t frames = 0;
	int fd = mkstemp(path);

	pack_events("x.zst", 9000, &plain, &packed);
	assert_int_equal(write(fd, packed.p, packed.n), packed.n);
	close(fd);
	for (int64_t id = 1; id <= 9003; id += 17) {
		struct input in;
		int64_t first;

		assert_true(input_open_event_bytes(&in, buf_str(&packed), id, 0, &first, &err));
		assert_true(first <= id);
		/* The frame is the right one: it is at most a megabyte and an event long. */
		assert_true(id - first <= (int64_t)(PACKER_FRAME_BYTES / 700));
		if (id < 1000) {
			assert_int_equal(first, 0);
			assert_holds(&in, buf_str(&plain));
			continue;
		}
		frames += first != before;
		if (first != before) {
			assert_holds(&in, from_event(&plain, first));
			assert_true(input_open_event(&in, str_of(path), id, INPUT_MAP, &first, &err));
			assert_holds(&in, from_event(&plain, first));
		} else {
			input_done(&in);
		}
		before = first;
	}
	assert_true(frames > 4);
	unlink(path);
	buf_done(&plain);
	buf_done(&packed);
}

static void an_event_larger_than_a_frame_is_cut(void **state)
{
	struct buf packed = {0}, large = {0};
	struct err err = ERR_INIT;
	struct packer *p = packer_open(filter_of_name(STR("x.zst")), to_buf, &packed, &err);
	struct zstd_seek seek;
	size_t n;

	while (large.n < 2 * PACKER_FRAME_MOST + 5)
		buf_puts(&large, "large ");
	for (int64_t id = 1; id <= 3; id++) {
		assert_true(packer_add(p, id == 2 ? buf_str(&large) : STR("small"), &err));
		assert_true(packer_border(p, id, &err));
	}
	assert_true(packer_end(p, &err));
	packer_close(p);
	n = zstd_seek_bytes(buf_str(&packed));
	assert_true(zstd_seek_read(str_skip(buf_str(&packed), packed.n - n), packed.n, &seek));
	assert_int_equal(seek.frames.n, 3);
	assert_int_equal(seek.frames.at[0].first, 1);
	assert_int_equal(seek.frames.at[0].unpacked, PACKER_FRAME_MOST);
	assert_int_equal(seek.frames.at[1].first, 0);
	assert_int_equal(seek.frames.at[2].first, 3);
	zstd_seek_done(&seek);
	buf_done(&packed);
	buf_done(&large);
}

static void tables_that_do_not_fit_are_no_tables(void **state)
{
	struct buf plain = {0}, packed = {0}, twice = {0};
	struct err err = ERR_INIT;
	struct zstd_seek seek;
	struct input in;
	int64_t first;
	size_t n;

	pack_events("x.zst", 3000, &plain, &packed);
	buf_add(&twice, buf_str(&packed));
	buf_add(&twice, buf_str(&packed));
	assert_true(input_open_event_bytes(&in, buf_str(&twice), 2999, 0, &first, &err));
	assert_int_equal(first, 0);
	assert_true(input_all(&in, LIMIT_INPUT_BYTES, &err));
	assert_int_equal(in.window.n, plain.n * 2);
	input_done(&in);
	n = zstd_seek_bytes(buf_str(&packed));
	for (size_t i = 0; i < n; i++) {
		struct str tail = str_skip(buf_str(&packed), packed.n - n);
		char *byte = packed.p + (packed.n - n) + i;

		*byte = (char)~*byte;
		if (zstd_seek_read(tail, packed.n, &seek)) /* an id or an unpacked size */
			zstd_seek_done(&seek);
		*byte = (char)~*byte;
		assert_false(zstd_seek_read(str_skip(tail, i + 1), packed.n, &seek));
	}
	buf_done(&plain);
	buf_done(&packed);
	buf_done(&twice);
}

/* The program of that name reads what we pack; without it there is nothing to ask. */
static void others_read_it(void **state)
{
	char path[] = "/tmp/hindcast-packer-XXXXXX", *zstd = getenv("HINDCAST_ZSTD");
	struct buf plain = {0}, packed = {0};
	int fd = mkstemp(path), status, ends[2];
	size_t n = 0;
	char chunk[4096];
	ssize_t got;
	pid_t child;

	if (!zstd || !*zstd) {
		close(fd);
		unlink(path);
		skip();
	}
	pack_events("x.zst", 4000, &plain, &packed);
	assert_int_equal(write(fd, packed.p, packed.n), packed.n);
	close(fd);
	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		dup2(ends[1], 1);
		close(ends[0]);
		close(ends[1]);
		execl(zstd, "zstd", "-dc", path, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	while ((got = read(ends[0], chunk, sizeof(chunk))) > 0) {
		assert_memory_equal(chunk, plain.p + n, (size_t)got);
		n += (size_t)got;
	}
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(n, plain.n);
	unlink(path);
	buf_done(&plain);
	buf_done(&packed);
}

static void what_is_packed_twice_is_joined(void **state)
{
	static const char *const NAMES[] = {"x.gz", "x.zst"};

	for (size_t i = 0; i < 2; i++) {
		const struct filter *f = filter_of_name(str_of(NAMES[i]));
		struct buf packed = {0};
		struct err err = ERR_INIT;
		struct input in;

		assert_true(packer_pack(f, STR("one "), &packed, &err));
		assert_true(packer_pack(f, STR(""), &packed, &err));
		assert_true(packer_pack(f, STR("two"), &packed, &err));
		assert_true(input_open_bytes(&in, buf_str(&packed), 0, &err));
		assert_string_equal(in.layers[0]->name, f->name);
		assert_holds(&in, STR("one two"));
		buf_done(&packed);
	}
	assert_null(filter_of_name(STR("order.json")));
}

static void a_bomb_is_refused(void **state)
{
	size_t n = LIMIT_INFLATE_FLOOR * 2;
	struct buf zeros = {0}, packed = {0};
	struct err err = ERR_INIT;
	struct input in;

	memset(buf_room(&zeros, n), 0, n);
	zeros.n = n;
	assert_true(packer_pack(filter_of_name(STR("x.zst")), buf_str(&zeros), &packed, &err));
	assert_true(packed.n * LIMIT_INFLATE_RATIO < n);
	assert_true(input_open_bytes(&in, buf_str(&packed), 0, &err));
	assert_false(input_all(&in, n, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	input_done(&in);
	assert_false(filter_is_bomb(10, LIMIT_INFLATE_FLOOR));
	buf_done(&zeros);
	buf_done(&packed);
}

static bool full(void *data, struct str bytes, struct err *err)
{
	return err_set(err, ERR_IO, "the disk is full");
}

static void a_full_disk_is_an_error(void **state)
{
	static const char *const NAMES[] = {"x.gz", "x.zst", "x"};

	for (size_t i = 0; i < 3; i++) {
		struct err err = ERR_INIT;
		struct packer *p = packer_open(filter_of_name(str_of(NAMES[i])), full, NULL, &err);

		assert_false(packer_add(p, STR("text"), &err) && packer_end(p, &err));
		assert_string_equal(err.message, "the disk is full");
		packer_close(p);
	}
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(the_whole_is_what_was_added),
		cmocka_unit_test(a_file_opens_at_any_event),
		cmocka_unit_test(an_event_larger_than_a_frame_is_cut),
		cmocka_unit_test(tables_that_do_not_fit_are_no_tables),
		cmocka_unit_test(others_read_it),
		cmocka_unit_test(what_is_packed_twice_is_joined),
		cmocka_unit_test(a_bomb_is_refused),
		cmocka_unit_test(a_full_disk_is_an_error),
	};

	return cmocka_run_group_tests(TESTS, NULL, NULL);
}
