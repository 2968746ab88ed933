/* SPDX-License-Identifier: MIT */
/* test_ahead.c: an input that is read ahead is the same input: bytes, places, errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "formats/base/buf.h"
#include "formats/bytes/filter.h"
#include "formats/bytes/input.h"
#include "formats/bytes/packer.h"

#define LINES 200000

struct place {
	char path[64];
	struct buf text;
};

static void write_file(struct place *p, struct str bytes)
{
	int fd;

	memcpy(p->path, "/tmp/hindcast-ahead-XXXXXX", sizeof("/tmp/hindcast-ahead-XXXXXX"));
	fd = mkstemp(p->path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes.p, bytes.n), bytes.n);
	close(fd);
}

static int setup(void **state)
{
	static struct place p;

	p = (struct place){0};
	buf_puts(&p.text, "\xef\xbb\xbf");
	for (int i = 0; i < LINES; i++)
		buf_printf(&p.text, "line %d, as long as others are\n", i);
	*state = &p;
	return 0;
}

static int teardown(void **state)
{
	struct place *p = *state;

	unlink(p->path);
	buf_done(&p->text);
	return 0;
}

struct seen {
	struct buf bytes;
	struct err err;
	bool failed;
	int64_t line, column, byte;
	unsigned n_layers;
};

/* All of the file, in steps of no round size; where it stands near the end. */
static struct seen read_all(const char *path, bool ahead)
{
	struct seen s = {.err = ERR_INIT};
	struct input in;

	assert_true(input_open_path(&in, str_of(path), ahead ? INPUT_AHEAD : 0, &s.err));
	s.n_layers = in.n_layers;
	while (!s.failed) {
		size_t n = in.window.n < 70001 ? in.window.n : 70001;

		if (!n && in.at_end)
			break;
		if (n) {
			input_where(&in, n / 2, &s.line, &s.column);
			s.byte = (int64_t)in.offset;
			buf_add(&s.bytes, str_take(in.window, n));
			input_take(&in, n);
		} else {
			s.failed = !input_more(&in, &s.err);
		}
	}
	input_done(&in);
	return s;
}

static void assert_the_same(const char *path)
{
	struct seen one = read_all(path, false), two = read_all(path, true);

	assert_true(one.bytes.n > 1000000);
	assert_true(str_eq(buf_str(&one.bytes), buf_str(&two.bytes)));
	assert_int_equal(one.failed, two.failed);
	assert_string_equal(one.err.message, two.err.message);
	assert_int_equal(one.n_layers, two.n_layers);
	/* steps fall elsewhere, so the last place may be another one; each fits its line */
	assert_true(two.line > 1 && two.column > 0);
	buf_done(&one.bytes);
	buf_done(&two.bytes);
}

static void plain_text_is_the_same(void **state)
{
	struct place *p = *state;
	struct seen s;

	write_file(p, buf_str(&p->text));
	assert_the_same(p->path);
	s = read_all(p->path, true);
	assert_true(str_eq(buf_str(&s.bytes), str_skip(buf_str(&p->text), 3)));
	buf_done(&s.bytes);
}

static void packed_text_is_the_same(void **state)
{
	static const char *const ENDINGS[] = {"a.gz", "a.zst"};
	struct place *p = *state;
	struct seen s;

	for (size_t i = 0; i < 2; i++) {
		struct err err = ERR_INIT;
		struct buf packed = {0};

		assert_true(packer_pack(filter_of_name(str_of(ENDINGS[i])), buf_str(&p->text),
					&packed, &err));
		write_file(p, buf_str(&packed));
		assert_the_same(p->path);
		unlink(p->path);
		/* cut off, and the error comes behind the same bytes */
		write_file(p, str_take(buf_str(&packed), packed.n - packed.n / 8));
		assert_the_same(p->path);
		s = read_all(p->path, true);
		assert_true(s.failed);
		buf_done(&s.bytes);
		unlink(p->path);
		buf_done(&packed);
	}
}

static void lines_count_on(void **state)
{
	struct place *p = *state;
	struct err err = ERR_INIT;
	int64_t line, column;
	struct input in;

	write_file(p, buf_str(&p->text));
	assert_true(input_open_path(&in, str_of(p->path), INPUT_AHEAD, &err));
	assert_int_equal(in.offset, 3);
	while (in.offset < 5000003) {
		size_t n = 5000003 - in.offset;

		assert_true(in.window.n || input_more(&in, &err));
		input_take(&in, n < in.window.n ? n : in.window.n);
	}
	input_where(&in, 0, &line, &column);
	assert_int_equal(line, input_count_lines(str_take(buf_str(&p->text), 5000003)) + 1);
	/* and who leaves early leaves nothing behind */
	input_done(&in);
}

static void small_files_need_no_thread(void **state)
{
	struct place *p = *state;
	struct err err = ERR_INIT;
	struct input in;

	write_file(p, STR("{\"events\": []}\n"));
	assert_true(input_open_path(&in, str_of(p->path), INPUT_AHEAD, &err));
	assert_null(in.under);
	assert_true(str_is(in.window, "{\"events\": []}\n"));
	input_done(&in);
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test_setup_teardown(plain_text_is_the_same, setup, teardown),
		cmocka_unit_test_setup_teardown(packed_text_is_the_same, setup, teardown),
		cmocka_unit_test_setup_teardown(lines_count_on, setup, teardown),
		cmocka_unit_test_setup_teardown(small_files_need_no_thread, setup, teardown),
	};

	return cmocka_run_group_tests(TESTS, NULL, NULL);
}
