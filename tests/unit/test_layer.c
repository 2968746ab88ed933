/* SPDX-License-Identifier: MIT */
/* test_layer.c: whatever is wrapped around an input comes off, in any nesting, or is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "formats/base/buf.h"
#include "formats/base/mem.h"
#include "formats/bytes/input.h"
#include "formats/bytes/layer.h"
#include "tests/unit/wrap.h"

static const char JSON[] =
	"{\"events\": [{\"eventId\": \"1\", \"eventType\": \"EVENT_TYPE_WORKFLOW_EXECUTION_STARTED\"}"
	", {\"name\": \"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"}]}\n";

static struct str inner(const struct wrapping *w, const struct buf *binary)
{
	return w->flags & ONLY_MESSAGES ? buf_str(binary) : STR(JSON);
}

/* ---- taking off ---- */

struct drip {
	struct str left;
	size_t step;
};

static bool drip(void *data, char *to, size_t room, size_t *ret_n, struct err *err)
{
	struct drip *d = data;
	size_t n = d->left.n < d->step ? d->left.n : d->step;

	memcpy(to, d->left.p, n);
	d->left = str_skip(d->left, n);
	*ret_n = n;
	return true;
}

/* Everything under PACKED, or what comes before the failure. */
static bool unpack(struct str packed, size_t step, struct buf *out, struct str *ret_layer,
		   struct err *err)
{
	struct drip d = {packed, step};
	struct input in;

	if (step ? !input_open_reader(&in, (struct input_reader){drip, NULL, &d}, 0, err)
		 : !input_open_bytes(&in, packed, 0, err))
		return false;
	*ret_layer = in.n_layers ? str_of(in.layers[in.n_layers - 1]->name) : STR("");
	while (!in.at_end) {
		buf_add(out, in.window);
		input_take(&in, in.window.n);
		if (!input_more(&in, err)) {
			buf_add(out, in.window);
			input_done(&in);
			return false;
		}
	}
	buf_add(out, in.window);
	input_done(&in);
	return true;
}

static void assert_unpacks(struct str packed, size_t step, struct str plain, const char *layer)
{
	struct err err = ERR_INIT;
	struct buf out = {0};
	struct str name = STR("");

	if (!unpack(packed, step, &out, &name, &err))
		fail_msg("%s: %s", layer, err.message);
	if (!str_is(name, layer))
		fail_msg("%s was taken for %.*s", layer, STR_ARG(name));
	if (!str_eq(buf_str(&out), plain))
		fail_msg("%s: %zu bytes instead of %zu", layer, out.n, plain.n);
	buf_done(&out);
}

static void each_comes_off(void **state)
{
	static const size_t STEPS[] = {0, 1, 3, 4096};
	struct buf binary = wrap_message();

	for (size_t i = 0; i < N_WRAPPINGS; i++) {
		struct buf packed = {0};

		WRAPPINGS[i].put(&packed, inner(&WRAPPINGS[i], &binary));
		for (size_t k = 0; k < 4; k++)
			assert_unpacks(buf_str(&packed), STEPS[k], inner(&WRAPPINGS[i], &binary),
				       WRAPPINGS[i].layer);
		buf_done(&packed);
	}
	buf_done(&binary);
}

static void binary_comes_out_of_text(void **state)
{
	struct buf binary = wrap_message();

	for (size_t i = 0; i < N_WRAPPINGS; i++) {
		struct buf packed = {0};

		if (strstr(WRAPPINGS[i].layer, "UTF")) /* of text only */
			continue;
		WRAPPINGS[i].put(&packed, buf_str(&binary));
		assert_unpacks(buf_str(&packed), 0, buf_str(&binary), WRAPPINGS[i].layer);
		buf_done(&packed);
	}
	buf_done(&binary);
}

static void any_two_nest(void **state)
{
	struct buf binary = wrap_message();

	for (size_t i = 0; i < N_WRAPPINGS; i++)
		for (size_t k = 0; k < N_WRAPPINGS; k++) {
			const struct wrapping *in = &WRAPPINGS[i], *out = &WRAPPINGS[k];
			struct buf one = {0}, two = {0};
			bool text = strstr(in->layer, "text") || strstr(in->layer, "dump");

			/* UTF-16 is of text, frames are of messages. */
			if ((strstr(out->layer, "UTF") && !text) || (out->flags & ONLY_MESSAGES))
				continue;
			in->put(&one, inner(in, &binary));
			out->put(&two, buf_str(&one));
			assert_unpacks(buf_str(&two), 0, inner(in, &binary), in->layer);
			buf_done(&one);
			buf_done(&two);
		}
	buf_done(&binary);
}

static void too_many_are_refused(void **state)
{
	struct buf b = {0};
	struct err err = ERR_INIT;
	struct input in;

	buf_puts(&b, JSON);
	for (int i = 0; i <= LIMIT_FILTERS; i++) {
		struct buf next = {0};

		wrap_gzip(&next, buf_str(&b));
		buf_done(&b);
		b = next;
	}
	assert_false(input_open_bytes(&in, buf_str(&b), 0, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	buf_done(&b);
}

/* An error, or the begin of what was wrapped: with compression always an error. */
static void cut_anywhere_is_told(void **state)
{
	struct buf binary = wrap_message();

	for (size_t i = 0; i < N_WRAPPINGS; i++) {
		struct str plain = inner(&WRAPPINGS[i], &binary);
		struct buf packed = {0};

		WRAPPINGS[i].put(&packed, plain);
		for (size_t n = 6; n < packed.n; n++) {
			struct str copy = {memcpy(mem_alloc(n), packed.p, n), n};
			struct err err = ERR_INIT;
			struct buf out = {0};
			struct str name = STR("");
			bool ok = unpack(copy, 0, &out, &name, &err);

			if (ok && (WRAPPINGS[i].flags & CUT_IS_TOLD))
				fail_msg("%s cut at %zu", WRAPPINGS[i].layer, n);
			if (!ok)
				assert_int_equal(err.code, ERR_SYNTAX);
			if (name.n)
				assert_true(str_starts(plain, buf_str(&out)));
			buf_done(&out);
			mem_free((void *)(uintptr_t)copy.p);
		}
		buf_done(&packed);
	}
	buf_done(&binary);
}

static void what_comes_before_the_cut_is_there(void **state)
{
	struct buf plain = {0}, packed = {0}, out = {0};
	struct err err = ERR_INIT;
	struct str name;

	for (int i = 0; i < 100000; i++)
		buf_printf(&plain, "{\"eventId\": \"%d\"},\n", i);
	wrap_gzip(&packed, buf_str(&plain));
	assert_false(unpack(str_take(buf_str(&packed), packed.n / 2), 0, &out, &name, &err));
	assert_true(out.n > plain.n / 3);
	assert_true(str_starts(buf_str(&plain), buf_str(&out)));
	assert_non_null(strstr(err.message, "gzip: truncated"));
	buf_done(&plain);
	buf_done(&packed);
	buf_done(&out);
}

/* A thread in between changes nothing, whether all is read or only the begin. */
static void a_thread_gives_the_same(void **state)
{
	struct buf plain = {0}, packed = {0};
	struct err err = ERR_INIT;
	struct input in;

	for (int i = 0; i < 300000; i++)
		buf_printf(&plain, "{\"eventId\": \"%d\"},\n", i);
	wrap_gzip(&packed, buf_str(&plain));
	buf_puts(&packed, "and more");
	assert_true(input_open_bytes(&in, buf_str(&packed), INPUT_AHEAD, &err));
	assert_non_null(in.under);
	assert_int_equal(in.n_layers, 1);
	assert_true(in.window.n > 0);
	assert_true(input_all(&in, LIMIT_INPUT_BYTES, &err));
	assert_true(str_eq(in.window, buf_str(&plain)));
	assert_non_null(in.notes[0]);
	input_done(&in);
	for (size_t n = 0; n < plain.n; n += plain.n / 7) {
		assert_true(input_open_bytes(&in, buf_str(&packed), INPUT_AHEAD, &err));
		assert_true(input_want(&in, n, &err));
		assert_memory_equal(in.window.p, plain.p, in.window.n);
		input_done(&in);
	}
	/* cut: what comes before it, then the error, as often as it is asked for */
	assert_true(input_open_bytes(&in, str_take(buf_str(&packed), packed.n / 2), INPUT_AHEAD,
				     &err));
	assert_false(input_all(&in, LIMIT_INPUT_BYTES, &err));
	assert_non_null(strstr(err.message, "gzip: truncated"));
	assert_true(in.window.n > plain.n / 3);
	assert_true(str_starts(buf_str(&plain), in.window));
	err = (struct err)ERR_INIT;
	assert_false(input_more(&in, &err));
	assert_non_null(strstr(err.message, "gzip: truncated"));
	input_done(&in);
	/* small ones have none */
	buf_clear(&packed);
	wrap_gzip(&packed, STR(JSON));
	assert_true(input_open_bytes(&in, buf_str(&packed), INPUT_AHEAD, &err));
	assert_null(in.under);
	input_done(&in);
	buf_done(&plain);
	buf_done(&packed);
}

static void plain_files_stay(void **state)
{
	static const struct str ROWS[] = {
		STR(""),
		STR("x"),
		STR("x^2 + y^2 = z^2 is what a text may begin with"),
		STR("x\x01 some text behind it that is no zlib"),
		STR("{\"events\":[]}"),
		STR("  [1]"),
		STR("Progress:\n  ID  Time\n"),
		STR("deadbeefdeadbeefdeadbeefdeadbeefdeadbeef\n"),
		STR("ThisIsOneLongWordOfLettersOnlyThatMeansNothing"),
		STR("0123456789012345678901234567890123456789"),
		STR("\0\0\0\0\0"),
		STR("\0\0\0\0\x10 no message"),
		STR("\x0a\0\x0a\0\x0a\0\x0a\0"),
		STR("\x0a\x04\x08\x01\x18\x01\x0a\x04\x08\x02\x18\x05"),
		STR("PK\x03\x04"),
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++)
		assert_unpacks(ROWS[i], 0, ROWS[i], "");
}

static void a_text_is_peeled_when_asked(void **state)
{
	struct err err = ERR_INIT;
	struct input in;
	bool peeled;

	assert_true(input_open_bytes(&in, STR("deadbeefdeadbeefdeadbeefdeadbeefdeadbeef"), 0, &err));
	assert_int_equal(in.n_layers, 0);
	assert_true(input_peel(&in, &peeled, &err));
	assert_true(peeled);
	assert_int_equal(in.n_layers, 1);
	assert_true(input_all(&in, 1000, &err));
	assert_int_equal(in.window.n, 20);
	input_done(&in);
	assert_true(input_open_bytes(&in, STR("no such text here"), 0, &err));
	assert_true(input_peel(&in, &peeled, &err));
	assert_false(peeled);
	input_done(&in);
	assert_true(input_open_bytes(&in, STR("\x1f\x8b"), INPUT_RAW, &err));
	assert_int_equal(in.window.n, 2);
	input_done(&in);
}

static void damage_is_placed(void **state)
{
	static const struct {
		const struct layer *layer;
		const char *text;
		const char *message;
	} ROWS[] = {
		{&LAYER_HEX, "7b22657665 6e7473223a5b5d7d20202020202x", "hex text: no hex digit at byte 38"},
		{&LAYER_HEX, "7b226576656e7473223a5b5d7d202020202020 2", "hex text: truncated: it ends in the middle, "
							      "at byte 40"},
		{&LAYER_BASE64, "eyJldmVudHMiOltdfSAgICAgICA*", "base64 text: no letter of base64 at byte 27"},
		{&LAYER_BASE64, "eyJldmVudHMiOltdfSAgICAgICAgI", "base64 text: truncated: it ends in the middle, at "
						   "byte 29"},
		{&LAYER_HEX_DUMP, "00000000: 7b22 6576\n00000008: 656e\n", "hex dump: a line that does not belong at "
							   "byte 20"},
		{&LAYER_HEX_DUMP, "00000000: 7b22 6576\n*\n", "hex dump: truncated: it ends in the middle, at byte 22"},
	};

	/* The sniff would see the damage in so short a text: the layer itself is asked. */
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		const struct layer *l = ROWS[i].layer;
		void *memory = mem_zalloc(l->state_bytes);
		char *to = mem_alloc(LAYER_ROOM);
		struct layer_io io = {str_of(ROWS[i].text), true, 0, to, LAYER_ROOM, false, NULL};
		struct err err = ERR_INIT;

		while (l->step(memory, &io, &err))
			if (io.ended)
				break;
		assert_string_equal(err.message, ROWS[i].message);
		mem_free(memory);
		mem_free(to);
	}
}

static void a_surrogate_has_its_other_half(void **state)
{
	struct err err = ERR_INIT;
	struct buf out = {0};
	struct str name;

	assert_false(unpack(STR("\xff\xfe{\0\x3d\xd8}\0"), 0, &out, &name, &err));
	assert_string_equal(err.message, "UTF-16LE: half of a surrogate pair at byte 4");
	buf_done(&out);
}

static void what_follows_is_noted(void **state)
{
	struct buf packed = {0};
	struct err err = ERR_INIT;
	struct input in;

	wrap_gzip(&packed, STR(JSON));
	buf_puts(&packed, "and more");
	assert_true(input_open_bytes(&in, buf_str(&packed), 0, &err));
	assert_true(input_all(&in, 10000, &err));
	assert_true(str_is(in.window, JSON));
	assert_non_null(in.notes[0]);
	input_done(&in);
	buf_done(&packed);
}

/* A bomb of bombs: each layer alone stays below the ratio. */
static void bombs_in_bombs_are_refused(void **state)
{
	size_t n = LIMIT_INFLATE_FLOOR * 3;
	struct buf zeros = {0}, one = {0}, two = {0}, out = {0};
	struct err err = ERR_INIT;
	struct str name;

	memset(buf_room(&zeros, n), ' ', n);
	zeros.n = n;
	wrap_gzip(&one, buf_str(&zeros));
	wrap_gzip(&two, buf_str(&one));
	assert_true(n / one.n < LIMIT_INFLATE_RATIO && one.n / two.n < LIMIT_INFLATE_RATIO);
	assert_false(unpack(buf_str(&two), 0, &out, &name, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_true(out.n < n);
	buf_done(&zeros);
	buf_done(&one);
	buf_done(&two);
	buf_done(&out);
}

static void assert_same_content(const char *packed, const char *plain)
{
	struct err err = ERR_INIT;
	struct input a, b;

	assert_true(input_open_path(&a, str_of(packed), 0, &err));
	assert_true(input_open_path(&b, str_of(plain), 0, &err));
	assert_true(input_all(&a, LIMIT_INPUT_BYTES, &err));
	assert_true(input_all(&b, LIMIT_INPUT_BYTES, &err));
	assert_int_equal(a.n_layers, 1);
	assert_true(str_eq(a.window, b.window));
	input_done(&a);
	input_done(&b);
}

static void files_of_others_come_off(void **state)
{
	assert_same_content("tests/corpus/odd/history.b64", "tests/corpus/odd/history.bin");
	assert_same_content("tests/corpus/odd/grpc-response-framed.bin",
			    "tests/corpus/odd/grpc-response.bin");
	assert_same_content("tests/corpus/odd/cli-show.json.gz", "tests/corpus/odd/cli-show.json");
}

int main(void)
{
	static const struct CMUnitTest TESTS[] = {
		cmocka_unit_test(each_comes_off),
		cmocka_unit_test(binary_comes_out_of_text),
		cmocka_unit_test(any_two_nest),
		cmocka_unit_test(too_many_are_refused),
		cmocka_unit_test(cut_anywhere_is_told),
		cmocka_unit_test(what_comes_before_the_cut_is_there),
		cmocka_unit_test(a_thread_gives_the_same),
		cmocka_unit_test(plain_files_stay),
		cmocka_unit_test(a_text_is_peeled_when_asked),
		cmocka_unit_test(damage_is_placed),
		cmocka_unit_test(a_surrogate_has_its_other_half),
		cmocka_unit_test(what_follows_is_noted),
		cmocka_unit_test(bombs_in_bombs_are_refused),
		cmocka_unit_test(files_of_others_come_off),
	};

	return cmocka_run_group_tests(TESTS, NULL, NULL);
}
