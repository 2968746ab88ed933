/* SPDX-License-Identifier: MIT */
/* fuzz_input.c: what comes out of an input does not depend on how it comes in. */
#include "tests/fuzz/fuzz.h"

#include "formats/base/buf.h"
#include "formats/bytes/archival.h"
#include "formats/bytes/input.h"
#include "formats/bytes/layer.h"
#include "formats/bytes/zstd_seek.h"

/* Enough of a bomb to see what it does. */
#define MOST ((size_t)1 << 20)

struct drip {
	struct str left;
	size_t step;
};

static bool drip(void *data, char *to, size_t room, size_t *ret_n, struct err *err)
{
	struct drip *d = data;
	size_t n = d->left.n < d->step ? d->left.n : d->step;

	n = n < room ? n : room;
	if (n)
		memcpy(to, d->left.p, n);
	d->left = str_skip(d->left, n);
	*ret_n = n;
	return true;
}

/* Reads IN in bites of BITE bytes; asks where it is on the way. */
static bool read_out(struct input *in, size_t bite, struct buf *out, struct err *err)
{
	bool ok = true;

	while (ok && out->n < MOST && !(in->at_end && !in->window.n)) {
		size_t n = in->window.n < bite ? in->window.n : bite;
		int64_t line, column;

		if (in->offset < out->n)
			fuzz_broken("an offset goes back", NULL);
		input_where(in, n, &line, &column);
		if (line < 1 || column < 1)
			fuzz_broken("a place before the first", NULL);
		buf_add(out, str_take(in->window, n));
		input_take(in, n);
		if (!in->window.n)
			ok = input_more(in, err);
	}
	if (!ok && (err->code == ERR_NONE || !err->message[0]))
		fuzz_broken("refused without a reason", NULL);
	if (!input_sound(in, err))
		fuzz_broken("memory is no file that changes", NULL);
	input_done(in);
	return ok;
}

static bool unpack(struct str bytes, size_t step, bool peel, struct buf *out)
{
	struct drip d = {bytes, step};
	struct err err = ERR_INIT;
	struct input in;
	bool peeled;
	bool ok = step ? input_open_reader(&in, (struct input_reader){drip, NULL, &d}, 0, &err)
		       : input_open_bytes(&in, bytes, 0, &err);

	if (ok && peel && !input_peel(&in, &peeled, &err)) {
		input_done(&in);
		return false;
	}
	return ok && read_out(&in, step ? step * 3 : SIZE_MAX, out, &err);
}

static void unpack_all_ways(struct str bytes, bool peel)
{
	static const size_t STEPS[] = {1, 7, 4096};
	struct buf whole = {0};
	bool ok = unpack(bytes, 0, peel, &whole);

	for (size_t i = 0; i < sizeof(STEPS) / sizeof(*STEPS) && bytes.n < LAYER_SNIFF; i++) {
		struct buf out = {0};
		bool same = unpack(bytes, STEPS[i], peel, &out);
		size_t n = out.n < whole.n ? out.n : whole.n;

		if (same != ok && whole.n < MOST && out.n < MOST)
			fuzz_broken("bytes that come slowly are something else", NULL);
		if (ok && n && memcmp(out.p, whole.p, n) != 0)
			fuzz_broken("other bytes come out", NULL);
		if (ok && whole.n < MOST && out.n != whole.n)
			fuzz_broken("more or fewer bytes come out", NULL);
		buf_done(&out);
	}
	buf_done(&whole);
}

static void seek(struct str bytes)
{
	struct err err = ERR_INIT;
	struct buf out = {0};
	struct input in;
	int64_t first;

	if (input_open_event_bytes(&in, bytes, 17, 0, &first, &err)) {
		if (first > 17)
			fuzz_broken("begins behind the event", NULL);
		read_out(&in, SIZE_MAX, &out, &err);
	}
	buf_done(&out);
}

static void parse_name(struct str bytes)
{
	struct archival_name name;
	struct arena a;

	if (bytes.n && memchr(bytes.p, '\0', bytes.n)) /* no path */
		return;
	arena_init(&a);
	if (archival_parse(bytes, &name) && name.part >= 0) {
		struct archival_name again;

		if (!archival_parse(archival_part(&name, 0, &a), &again) || again.part != name.part ||
		    again.version != name.version)
			fuzz_broken("a name that is not one", NULL);
	}
	arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str bytes = fuzz_copy(data, n);

	unpack_all_ways(bytes, false);
	unpack_all_ways(bytes, true);
	seek(bytes);
	parse_name(bytes);
	fuzz_release(bytes);
	return 0;
}
