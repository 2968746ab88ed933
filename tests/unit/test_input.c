/* SPDX-License-Identifier: MIT */
/* test_input.c: the window sees every byte once, in order, whatever the input comes from. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "formats/base/buf.h"
#include "formats/bytes/input.h"

static char path[] = "/tmp/hindcast-input-XXXXXX";

static struct buf numbers(size_t n)
{
	struct buf b = {0};

	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "line %zu\n", i);
	return b;
}

static void put_file(struct str bytes)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	if (bytes.n)
		assert_int_equal(fwrite(bytes.p, 1, bytes.n, f), bytes.n);
	fclose(f);
}

/* Reads everything in steps, and asks for the line and column on the way. */
static void assert_reads(struct input *in, struct str bytes)
{
	struct err err = ERR_INIT;
	size_t step = 1, at = 0, line = 1;

	while (!in->at_end || in->window.n) {
		size_t n = in->window.n < step ? in->window.n : step;
		int64_t l, c;

		assert_int_equal(in->offset, at);
		assert_true(in->window.n <= bytes.n - at);
		assert_memory_equal(in->window.p, bytes.p + at, in->window.n);
		input_where(in, n, &l, &c);
		line += input_count_lines(str_slice(bytes.p + at, n));
		assert_int_equal(l, line);
		for (size_t k = 0; (size_t)c > k + 1; k++)
			assert_true(bytes.p[at + n - 1 - k] != '\n');
		assert_true((size_t)c == at + n + 1 || bytes.p[at + n - (size_t)c] == '\n');
		input_take(in, n);
		at += n;
		step = step * 3 % 70001;
		if (step % 2 || !in->window.n)
			assert_true(input_more(in, &err));
	}
	assert_int_equal(at, bytes.n);
	assert_true(input_sound(in, &err));
}

static void every_backing_gives_the_same_bytes(void **state)
{
	for (size_t n = 0; n < 300000; n = n * 7 + 1) {
		struct buf b = numbers(n);
		struct err err = ERR_INIT;
		struct input in;

		put_file(buf_str(&b));
		assert_true(input_open_path(&in, str_of(path), 0, &err));
		assert_reads(&in, buf_str(&b));
		input_done(&in);
		assert_true(input_open_path(&in, str_of(path), INPUT_MAP, &err));
		assert_reads(&in, buf_str(&b));
		input_done(&in);
		assert_true(input_open_bytes(&in, buf_str(&b), 0, &err));
		assert_int_equal(in.window.n, b.n);
		assert_reads(&in, buf_str(&b));
		input_done(&in);
		buf_done(&b);
	}
}

/* A pipe that gives some bytes at a time. */
static bool drip(void *data, char *to, size_t room, size_t *ret_n, struct err *err)
{
	struct str *left = data;
	size_t n = left->n < 7 ? left->n : 7;

	assert_true(room >= n);
	memcpy(to, left->p, n);
	*left = str_skip(*left, n);
	*ret_n = n;
	return true;
}

static void note_done(void *data)
{
	*(struct str *)data = STR("closed");
}

static void a_reader_may_give_little_at_a_time(void **state)
{
	struct buf b = numbers(50000);
	struct str left = buf_str(&b);
	struct err err = ERR_INIT;
	struct input in;

	assert_true(input_open_reader(&in, (struct input_reader){drip, note_done, &left}, 0, &err));
	assert_reads(&in, buf_str(&b));
	input_done(&in);
	assert_true(str_is(left, "closed"));
	buf_done(&b);
}

static bool broken(void *data, char *to, size_t room, size_t *ret_n, struct err *err)
{
	return err_set(err, ERR_IO, "the cable is out");
}

static void what_fails_at_once_is_closed(void **state)
{
	struct str left = STR("x");
	struct err err = ERR_INIT;
	struct input in;

	assert_false(input_open_reader(&in, (struct input_reader){broken, note_done, &left}, 0, &err));
	assert_true(str_is(left, "closed"));
	assert_string_equal(err.message, "the cable is out");
	assert_false(input_open_path(&in, STR("/nowhere/at/all"), 0, &err));
	assert_int_equal(err.code, ERR_IO);
	assert_false(input_open_path(&in, STR("/"), INPUT_MAP, &err));
}

static void all_of_it_has_a_ceiling(void **state)
{
	struct buf b = numbers(100000);
	struct err err = ERR_INIT;
	struct input in;

	put_file(buf_str(&b));
	assert_true(input_open_path(&in, str_of(path), 0, &err));
	assert_true(input_all(&in, b.n, &err));
	assert_true(str_eq(in.window, buf_str(&b)));
	input_done(&in);
	assert_true(input_open_path(&in, str_of(path), 0, &err));
	assert_false(input_all(&in, b.n - 1, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	input_done(&in);
	buf_done(&b);
}

static void an_error_is_placed(void **state)
{
	struct err err = ERR_INIT;
	struct input in;

	assert_true(input_open_bytes(&in, STR("ab\ncd\nefg"), 0, &err));
	input_take(&in, 4);
	assert_false(input_locate(&in, 3, INPUT_TEXT, &err));
	assert_int_equal(err.byte, 7);
	assert_int_equal(err.line, 3);
	assert_int_equal(err.column, 2);
	input_done(&in);
}

static void a_mapped_file_that_shrinks_is_an_error(void **state)
{
	struct buf b = numbers(100000);
	struct err err = ERR_INIT;
	struct input in;
	size_t sum = 0;

	put_file(buf_str(&b));
	assert_true(input_open_path(&in, str_of(path), INPUT_MAP, &err));
	assert_non_null(in.map.bytes.p);
	assert_int_equal(truncate(path, 5000), 0);
	for (size_t i = 0; i < in.window.n; i++)
		sum += (uint8_t)in.window.p[i];
	assert_true(sum > 0);
	assert_int_equal(in.window.p[in.window.n - 1], 0);
	assert_false(input_sound(&in, &err));
	assert_string_equal(err.message, "the file changed while it was read");
	input_done(&in);
	/* Cut within its last page no page is missing. */
	put_file(buf_str(&b));
	assert_true(input_open_path(&in, str_of(path), INPUT_MAP, &err));
	assert_int_equal(truncate(path, (off_t)b.n - 1), 0);
	assert_false(input_sound(&in, &err));
	input_done(&in);
	buf_done(&b);
}

/* Read up to somewhere, then mapped: the same bytes at the same places, lines included. */
static void the_rest_of_a_file_is_mapped(void **state)
{
	struct buf b = numbers(1500000);
	struct err err = ERR_INIT;
	int64_t line, column;
	struct input in;

	(void)state;
	put_file(buf_str(&b));
	assert_true(input_open_path(&in, str_of(path), 0, &err));
	assert_true(input_want(&in, 700000, &err));
	input_take(&in, 600000);
	input_map_rest(&in);
	assert_non_null(in.map.bytes.p);
	assert_true(in.at_end);
	assert_int_equal(in.offset, 600000);
	assert_true(str_eq(in.window, str_skip(buf_str(&b), 600000)));
	/* what goes from memory behind it is still there */
	while (in.window.n > 100000)
		input_take(&in, 90001);
	input_where(&in, 0, &line, &column);
	assert_int_equal(line, input_count_lines(str_take(buf_str(&b), in.offset)) + 1);
	assert_true(input_sound(&in, &err));
	assert_int_equal(truncate(path, 5000), 0);
	assert_false(input_sound(&in, &err));
	input_done(&in);
	buf_done(&b);
}

/* While it says so, its bytes stay; of a wide one that is nearly always. */
static void a_wide_window_seldom_moves(void **state)
{
	struct buf b = numbers(800000);
	struct err err = ERR_INIT;
	size_t moves = 0;
	struct input in;

	(void)state;
	put_file(buf_str(&b));
	assert_true(input_open_path(&in, str_of(path), 0, &err));
	input_widen(&in, (size_t)2 * 1024 * 1024);
	while (!in.at_end) {
		bool stays = input_stays(&in);
		const char *p = in.window.p;

		assert_true(input_more(&in, &err));
		assert_true(in.window.p == p || !stays);
		moves += !stays;
		assert_true(in.window.n <= (size_t)1024 * 1024);
		assert_memory_equal(in.window.p, b.p + in.offset, in.window.n);
		if (in.window.n > 100000)
			input_take(&in, in.window.n - 50000);
	}
	assert_true(b.n > 8000000 && moves < 10);
	input_done(&in);
	buf_done(&b);
}

/* A child that hits a SIGBUS of its own, which no mapping of ours has. */
static int status_of_other_fault(bool by_kill)
{
	pid_t child = fork();
	int status = 0;

	if (child == 0) {
		struct buf b = numbers(100000);
		struct input in;

		put_file(buf_str(&b));
		signal(SIGBUS, SIG_DFL);
		if (!input_open_path(&in, str_of(path), INPUT_MAP, NULL))
			_exit(7);
		if (by_kill)
			raise(SIGBUS);
		else
			(void)*(volatile char *)(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE,
						      fileno(tmpfile()), 0));
		_exit(8);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void a_fault_elsewhere_ends_the_program(void **state)
{
	for (int by_kill = 0; by_kill < 2; by_kill++) {
		int status = status_of_other_fault(by_kill);

		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), SIGBUS);
	}
}

static int make_file(void **state)
{
	int fd = mkstemp(path);

	return fd < 0 || close(fd);
}

static int remove_file(void **state)
{
	return unlink(path);
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		/* first, while nothing is installed in this process yet */
		cmocka_unit_test(a_fault_elsewhere_ends_the_program),
		cmocka_unit_test(every_backing_gives_the_same_bytes),
		cmocka_unit_test(a_reader_may_give_little_at_a_time),
		cmocka_unit_test(what_fails_at_once_is_closed),
		cmocka_unit_test(all_of_it_has_a_ceiling),
		cmocka_unit_test(an_error_is_placed),
		cmocka_unit_test(a_mapped_file_that_shrinks_is_an_error),
		cmocka_unit_test(the_rest_of_a_file_is_mapped),
		cmocka_unit_test(a_wide_window_seldom_moves),
	};

	return cmocka_run_group_tests(TESTS, make_file, remove_file);
}
