/* SPDX-License-Identifier: MIT */
/* test_visible.c: hostile text comes out harmless, honest text as it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/base/visible.h"

static void each_text_comes_out_as_expected(void **state)
{
	static const struct {
		struct str in;
		size_t limit;
		const char *out;
	} ROWS[] = {
		{STR("Bestellung-\xc3\xbc \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80"), 0,
		 "Bestellung-\xc3\xbc \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80"},
		{STR("a\x1b[31mb"), 0, "a\\x1b[31mb"},
		{STR("a\0b\x7f"), 0, "a\\x00b\\x7f"},
		{STR("line\r\nnext\tcell"), 0, "line\\r\\nnext\\tcell"},
		{STR("\xe2\x80\xaetxt.exe"), 0, "\\u202etxt.exe"},
		{STR("\xc2\x9b" "31m"), 0, "\\x9b31m"},
		{STR("\xf3\xa0\x80\xa1x"), 0, "\\U000e0021x"},
		{STR("\xff\xc0\xaf"), 0, "\\xff\\xc0\\xaf"},	      /* overlong */
		{STR("\xed\xa0\x80"), 0, "\\xed\\xa0\\x80"},	      /* half a surrogate */
		{STR("\xe2\x82"), 0, "\\xe2\\x82"},		      /* cut */
		{STR("\xee\x80\x80x"), 0, "\\ue000x"}, /* for private use */
		{STR("\xf4\x8f\xbf\xbf"), 0, "\\U0010ffff"}, /* no character */
		{STR("\xf0\x9f\xbf\xbe"), 0, "\\U0001fffe"},
		{STR("##[command] ##vso["), 0, "#\\x23[command] #\\x23vso["},
		{STR("C# #1"), 0, "C# #1"},
		{STR("abcdef"), 6, "abcdef"},
		{STR("abcdefg"), 6, "abcdef..."},
		{STR("abcde\xc3\xbc"), 6, "abcde..."}, /* never half a character */
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct buf b;

		buf_init(&b, 0);
		visible_add(&b, ROWS[i].in, ROWS[i].limit);
		assert_string_equal(b.p, ROWS[i].out);
		buf_done(&b);
	}
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(each_text_comes_out_as_expected),
	};

	return cmocka_run_group_tests(TESTS, NULL, NULL);
}
