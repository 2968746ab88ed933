/* SPDX-License-Identifier: MIT */
/* test_scan.c: every vector form against the plain one: any length, alignment, page's end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "formats/base/base64.h"
#include "formats/base/mem.h"
#include "formats/base/simd.h"
#include "formats/transcode/scan.h"

#define PAGES 4

/* Bytes whose end is a page's end: what reads a byte further is killed. */
struct fence {
	char *map;
	size_t bytes;
	char *end;
};

static int fence_up(void **state)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct fence *f = mem_zalloc(sizeof(*f));

	f->bytes = PAGES * page;
	f->map = mmap(NULL, f->bytes + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		      -1, 0);
	assert_true(f->map != MAP_FAILED);
	assert_int_equal(mprotect(f->map + f->bytes, page, PROT_NONE), 0);
	f->end = f->map + f->bytes;
	*state = f;
	return 0;
}

static int fence_down(void **state)
{
	struct fence *f = *state;

	simd_use("scalar", NULL);
	munmap(f->map, f->bytes + (size_t)sysconf(_SC_PAGESIZE));
	mem_free(f);
	return 0;
}

static uint64_t draw(uint64_t *random, uint64_t below)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return *random % below;
}

/* N bytes up to the fence, mostly of LETTERS, some of them any byte. */
static char *fill(struct fence *f, uint64_t *random, const char *letters, size_t n)
{
	char *p = f->end - n;

	for (size_t i = 0; i < n; i++)
		p[i] = draw(random, 40) ? letters[draw(random, strlen(letters))]
					: (char)draw(random, 256);
	return p;
}

/* Calls ONE with each level of this machine but the plain one. */
static void each_level(void (*one)(struct fence *f, const struct scan *s), struct fence *f)
{
	int levels = 0;

	for (int level = SIMD_SCALAR + 1; level < SIMD_KINDS; level++) {
		if (!simd_here((enum simd)level))
			continue;
		assert_true(simd_use(simd_name((enum simd)level), NULL));
		assert_int_equal(simd_level(), level);
		one(f, scan());
		levels++;
	}
#if defined(__x86_64__) || defined(__aarch64__)
	assert_true(levels > 0);
#endif
}

/* Texts in which quotes, runs of backslashes and brackets meet at every place of a block. */
static const char *const JSON_LETTERS[] = {
	"\"\\{}[] ,:ab", "\\\\\\\\\\\\\"{", "\"{}", "\\", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"{}\\", "[]{}",
};

#define BLOCKS 12

static void json_agrees(struct fence *f, const struct scan *s)
{
	static uint32_t want[BLOCKS * SCAN_BLOCK], got[BLOCKS * SCAN_BLOCK];
	uint64_t random = 88172645463325252ULL;

	for (int round = 0; round < 6000; round++) {
		size_t n = 1 + (size_t)draw(&random, BLOCKS), found;
		const char *letters =
			JSON_LETTERS[round % (sizeof(JSON_LETTERS) / sizeof(*JSON_LETTERS))];
		/* Some start so that they end a few bytes before the fence: any alignment. */
		const char *p = fill(f, &random, letters, n * SCAN_BLOCK + draw(&random, 64));
		struct scan_json a = {draw(&random, 2) * draw(&random, 200), draw(&random, 2) != 0,
				      draw(&random, 2) != 0, false}, b = a;

		found = SCAN_SCALAR.json(&a, p, n, want);
		assert_int_equal(s->json(&b, p, n, got), found);
		assert_memory_equal(got, want, found * sizeof(*want));
		assert_int_equal(a.below, b.below);
		if (a.below) /* where in a block it is over is not the same, and means nothing */
			continue;
		assert_int_equal(a.depth, b.depth);
		assert_int_equal(a.in_string, b.in_string);
		assert_int_equal(a.escaped, b.escaped);
	}
}

static void the_plain_walk_is_right(void **state)
{
	char text[128];
	uint32_t at[128];
	struct scan_json s = {0};

	memset(text, ' ', sizeof(text));
	memcpy(text, STR("[{\"}\\\"]\":[]}] , {}{ ] ] }").p, 26);
	assert_int_equal(SCAN_SCALAR.json(&s, text, 2, at), 7);
	assert_int_equal(at[0], 0);
	assert_int_equal(at[1], 12);
	assert_int_equal(at[2], 16);
	assert_int_equal(at[3], 17);
	assert_int_equal(at[4], 18);
	assert_int_equal(at[5], 20);
	assert_int_equal(at[6], 22);
	assert_true(s.below);
}

static void the_structure_of_json_agrees(void **state)
{
	each_level(json_agrees, *state);
}

static void find_agrees(struct fence *f, const struct scan *s)
{
	uint64_t random = 2463534242ULL;

	for (size_t n = 0; n < 300; n++) {
		for (int round = 0; round < 20; round++) {
			const char *p = fill(f, &random, "ab\"", n);
			size_t m = 2 + (size_t)draw(&random, 9);
			char needle[12];

			for (size_t i = 0; i < m; i++)
				needle[i] = "ab\""[draw(&random, 3)];
			assert_ptr_equal(s->find(str_slice(p, n), str_slice(needle, m)),
					 SCAN_SCALAR.find(str_slice(p, n), str_slice(needle, m)));
			if (n >= m) { /* at the very end */
				memcpy(f->end - m, needle, m);
				assert_non_null(s->find(str_slice(p, n), str_slice(needle, m)));
			}
		}
	}
}

static void needles_are_found_where_they_are(void **state)
{
	assert_null(SCAN_SCALAR.find(STR("a"), STR("ab")));
	each_level(find_agrees, *state);
}

static void count_agrees(struct fence *f, const struct scan *s)
{
	uint64_t random = 99;

	for (size_t n = 0; n < 400; n++) {
		const char *p = fill(f, &random, "\n\na\x8a\x0b", n);

		assert_int_equal(s->count(str_slice(p, n), '\n'),
				 SCAN_SCALAR.count(str_slice(p, n), '\n'));
	}
	/* More in every lane than a byte counts to. */
	memset(f->map, '\n', f->bytes);
	assert_int_equal(s->count(str_slice(f->map, f->bytes), '\n'), f->bytes);
}

static size_t count_simply(struct str s, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == c;
	return n;
}

static void lines_are_counted(void **state)
{
	struct fence *f = *state;
	uint64_t random = 7;

	for (size_t n = 0; n < 100; n++) {
		struct str s = {fill(f, &random, "\n\x0b\x8a\xff", n), n};

		for (int c = 0; c < 256; c++)
			assert_int_equal(SCAN_SCALAR.count(s, (char)c), count_simply(s, (char)c));
	}
	each_level(count_agrees, f);
}

static void special_agrees(struct fence *f, const struct scan *s)
{
	static const char *const LETTERS[] = {"a", "a\xc3", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"\\\x1f\x01"};
	uint64_t random = 5;

	for (size_t n = 0; n < 300; n++) {
		for (int round = 0; round < 30; round++) {
			const char *p = fill(f, &random, LETTERS[round % 3], n);
			bool a = false, b = false;

			assert_ptr_equal(s->special(p, f->end, &a),
					 SCAN_SCALAR.special(p, f->end, &b));
			assert_int_equal(a, b);
		}
	}
}

static void ends_of_strings_agree(void **state)
{
	bool high = false;
	const char *text = "ab\x7f \xc3\xa9\x1f";

	assert_ptr_equal(SCAN_SCALAR.special(text, text + 7, &high), text + 6);
	assert_true(high);
	each_level(special_agrees, *state);
}

#define BASE64_MOST 700

static void base64_agrees(struct fence *f, const struct scan *s)
{
	static const char LETTERS[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_";
	const char *level = simd_name(simd_level());
	char plain[BASE64_MOST + 8], vector[BASE64_MOST + 8];
	uint64_t random = 31;

	for (size_t n = 0; n < BASE64_MOST; n++) {
		struct str text = {f->end - n, n};
		size_t a = 0, b = 0;
		bool ok;

		for (size_t i = 0; i < n; i++)
			f->end[(ptrdiff_t)i - (ptrdiff_t)n] = LETTERS[draw(&random, 66)];
		if (n && n % 3 == 0) /* a wrong one at any place */
			f->end[-1 - (ptrdiff_t)draw(&random, n)] = (char)draw(&random, 256);
		memset(vector, 'x', sizeof(vector));
		assert_true(simd_use("scalar", NULL));
		ok = base64_decode(text, plain, &a);
		assert_true(simd_use(level, NULL));
		assert_int_equal(base64_decode(text, vector, &b), ok);
		if (!ok)
			continue;
		assert_int_equal(a, b);
		assert_memory_equal(plain, vector, a);
		for (size_t i = a; i < sizeof(vector); i++)
			assert_int_equal(vector[i], 'x');
	}
}

/* Each byte at each place of a step: the one right answer is the table's. */
static void every_character_is_judged_alike(struct fence *f, const struct scan *s)
{
	const char *level = simd_name(simd_level());
	char plain[64], vector[64], *text = f->end - 64;

	for (int place = 0; place < 64; place++) {
		for (int c = 0; c < 256; c++) {
			size_t a = 0, b = 0;
			bool ok;

			memset(text, 'Q', 64);
			text[place] = (char)c;
			assert_true(simd_use("scalar", NULL));
			ok = base64_decode(str_slice(text, 64), plain, &a);
			assert_true(simd_use(level, NULL));
			assert_int_equal(base64_decode(str_slice(text, 64), vector, &b), ok);
			assert_int_equal(a, b);
			if (ok)
				assert_memory_equal(plain, vector, a);
		}
	}
}

static void base64_writes_alike(struct fence *f, const struct scan *s)
{
	const char *level = simd_name(simd_level());
	char plain[1000], vector[1000];
	uint64_t random = 77;

	for (size_t n = 0; n < BASE64_MOST; n++) {
		struct str bytes = {f->end - n, n};
		size_t back;

		for (size_t i = 0; i < n; i++)
			f->end[(ptrdiff_t)i - (ptrdiff_t)n] = (char)draw(&random, 256);
		memset(vector, 'x', sizeof(vector));
		assert_true(simd_use("scalar", NULL));
		base64_encode(bytes, plain);
		assert_true(simd_use(level, NULL));
		base64_encode(bytes, vector);
		assert_memory_equal(plain, vector, BASE64_ENCODED(n));
		for (size_t i = BASE64_ENCODED(n); i < sizeof(vector); i++)
			assert_int_equal(vector[i], 'x');
		assert_true(base64_decode(str_slice(vector, BASE64_ENCODED(n)), plain, &back));
		assert_int_equal(back, n);
		assert_memory_equal(plain, bytes.p, n);
	}
}

static void base64_agrees_both_ways(void **state)
{
	each_level(base64_agrees, *state);
	each_level(every_character_is_judged_alike, *state);
	each_level(base64_writes_alike, *state);
}

static void a_level_is_chosen_by_name(void **state)
{
	struct err err = ERR_INIT;

	assert_true(simd_use("scalar", &err));
	assert_ptr_equal(scan(), &SCAN_SCALAR);
	assert_false(simd_use("mmx", &err));
	assert_int_equal(err.code, ERR_USAGE);
	assert_non_null(strstr(err.message, "mmx"));
	assert_ptr_equal(scan(), &SCAN_SCALAR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_plain_walk_is_right),
		cmocka_unit_test(the_structure_of_json_agrees),
		cmocka_unit_test(needles_are_found_where_they_are),
		cmocka_unit_test(lines_are_counted),
		cmocka_unit_test(ends_of_strings_agree),
		cmocka_unit_test(base64_agrees_both_ways),
		cmocka_unit_test(a_level_is_chosen_by_name),
	};

	return cmocka_run_group_tests(tests, fence_up, fence_down);
}
