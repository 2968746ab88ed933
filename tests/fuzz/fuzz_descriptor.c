/* SPDX-License-Identifier: MIT */
/* fuzz_descriptor.c: a descriptor set from outside, and a message printed by it. */
#include "tests/fuzz/fuzz.h"

#include "formats/payload/descriptor_set.h"
#include "formats/transcode/json.h"

/* Of the types in a set, these first ones are tried. */
#define TYPES_TRIED 8

static void print(const struct descriptor_set *d, const struct descriptor_message *m,
		  struct str bytes)
{
	struct err err = ERR_INIT;
	struct arena a = {0};
	struct buf out = {.limit = 16 << 20};
	struct str value;

	if (descriptor_json(d, m, bytes, &a, &out, &err)) {
		struct json j = {buf_str(&out), 0};

		/* A depth that JSON may have and our reader not is no fault of the writer. */
		if ((!json_skip(&j, &value, &err) || json_peek(&j) || j.at != j.text.n) &&
		    !str_has(str_of(err.message), "nested deeper"))
			fuzz_broken("the JSON of a message is none", err.message);
	} else if (!err.message[0] || out.n) {
		fuzz_broken("refused badly", err.message);
	}
	buf_done(&out);
	arena_done(&a);
}

/* Two bytes of length, a set of that length, and a message behind it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	size_t length = n > 2 ? (size_t)data[0] << 8 | data[1] : 0;
	struct descriptor_set d;
	struct str set, message;

	if (n < 3 || length > n - 2)
		return 0;
	set = fuzz_copy(data + 2, length);
	message = fuzz_copy(data + 2 + length, n - 2 - length);
	if (descriptor_set_read(&d, set, NULL)) {
		for (size_t i = 0; i < d.n_messages && i < TYPES_TRIED; i++)
			print(&d, &d.messages[i], message);
		descriptor_set_done(&d);
	}
	fuzz_release(set);
	fuzz_release(message);
	return 0;
}
