/* SPDX-License-Identifier: MIT */
/* fuzz_load.c: any file is refused or becomes a history whose every event can be asked. */
#include "tests/fuzz/fuzz.h"

#include "formats/history/detail.h"
#include "formats/history/events.h"
#include "formats/history/history_facts.h"
#include "formats/read/load_input.h"

static const struct schema *fuzz_schema(void)
{
	static const struct schema *schema;
	static struct arena arena;

	if (!schema)
		schema = schema_new(&arena);
	return schema;
}

/* Everything that show, check and the replayer ask of an event. */
static void ask_all(const struct history *h)
{
	int64_t completed = 0;
	struct arena a;
	struct buf out;

	arena_init(&a);
	buf_init(&out, 0);
	for (size_t i = 0; i < h->n_events; i++) {
		struct arena_mark mark = arena_mark(&a);
		enum history_fault fault = history_fault_at(h, i, completed);

		if (h->events[i].type == EVENT_WORKFLOW_TASK_COMPLETED)
			completed = h->events[i].id;
		if (fault != HISTORY_FINE)
			history_fault_text(h, i, fault, &a);
		event_name(h, i, &a);
		event_code_id(h, i, &a);
		event_attributes_fit(h, i);
		if (event_answers(h, i) > h->n_events)
			fuzz_broken("answers an event that is not there", NULL);
		buf_clear(&out);
		detail_add(h, i, &out);
		arena_rewind(&a, mark);
	}
	buf_done(&out);
	arena_done(&a);
}

static bool ask(void *data, struct history *h, const struct load_info *info, struct err *err)
{
	struct buf *all = data;

	(void)err;
	ask_all(h);
	for (size_t i = 0; i < h->n_tasks; i++)
		if (h->tasks[i].batch_end <= h->tasks[i].completed ||
		    h->tasks[i].batch_end > h->n_events)
			fuzz_broken("a batch without an end", NULL);
	if (history_prefix(h, history_trim(h)).n > h->wire.n)
		fuzz_broken("a prefix longer than the whole", NULL);
	history_sound(h, NULL);
	for (size_t i = 0; i < info->n_notes; i++)
		if (!info->notes[i].text.n)
			fuzz_broken("a note that says nothing", info->notes[i].code);
	buf_add(all, h->wire);
	return true;
}

/* ---- the same in small pieces, as from a pipe ---- */

/*
 * The first 64 kB are looked at before anything is read, so JSON gets as many blanks behind
 * its first bracket: what comes behind them comes in small pieces.
 */
#define BLANKS FORMAT_HEAD

struct pipe {
	struct str first, rest;
	size_t blanks;
	size_t step;
};

static bool read_some(void *data, char *to, size_t room, size_t *ret_n, struct err *err)
{
	struct pipe *p = data;
	struct str *from = p->first.n ? &p->first : &p->rest;
	size_t n = p->step < from->n ? p->step : from->n;

	(void)err;
	if (!p->first.n && p->blanks) {
		*ret_n = p->blanks < room ? p->blanks : room;
		memset(to, ' ', *ret_n);
		p->blanks -= *ret_n;
		return true;
	}
	*ret_n = n < room ? n : room;
	if (*ret_n)
		memcpy(to, from->p, *ret_n);
	*from = str_skip(*from, *ret_n);
	return true;
}

struct taking {
	struct event_sink sink;
	struct buf all;
};

static bool take_begin(struct event_sink *s, const struct sink_identity *who,
		       const struct load_info *info, struct err *err)
{
	(void)s;
	(void)who;
	(void)info;
	(void)err;
	return true;
}

static bool take_events(struct event_sink *s, struct str events, struct err *err)
{
	(void)err;
	buf_add(&((struct taking *)s)->all, events);
	return true;
}

static bool take_end(struct event_sink *s, const struct load_info *info, struct err *err)
{
	(void)s;
	(void)info;
	(void)err;
	return true;
}

static bool in_pieces(const struct load_settings *settings, struct str bytes, size_t step,
		      struct buf *all)
{
	struct taking taking = {.sink = {take_begin, take_events, take_end}};
	bool json = bytes.n && (bytes.p[0] == '{' || bytes.p[0] == '[');
	struct pipe pipe = {str_take(bytes, json), str_skip(bytes, json), json ? BLANKS : 0, step};
	struct err err = ERR_INIT;
	struct loading l;
	bool ok;

	loading_init(&l, settings, &taking.sink, false);
	ok = input_open_reader(&l.in, (struct input_reader){read_some, NULL, &pipe}, 0, &err);
	if (ok) {
		ok = loading_input(&l, STR_NONE, &err);
		input_done(&l.in);
	}
	if (!ok && (err.code == ERR_NONE || !err.message[0]))
		fuzz_broken("refused without a reason", NULL);
	loading_done(&l);
	*all = taking.all;
	return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct load_settings settings = {.schema = fuzz_schema()};
	struct str bytes = fuzz_copy(data, n);
	struct buf whole = {0}, pieces = {0};
	struct err err = ERR_INIT;
	bool ok = load_each_bytes(&settings, bytes, ask, &whole, &err);

	/* Read by two threads as well, which may change nothing. */
	settings.flags = LOAD_AHEAD;
	if (!ok && (err.code == ERR_NONE || !err.message[0]))
		fuzz_broken("refused without a reason", NULL);
	if (ok && (!in_pieces(&settings, bytes, 1 + n % 61, &pieces) ||
		   !str_eq(buf_str(&whole), buf_str(&pieces))))
		fuzz_broken("another history in pieces", NULL);
	if (!ok && in_pieces(&settings, bytes, 1 + n % 61, &pieces) && err.code != ERR_LIMIT)
		fuzz_broken("taken in pieces, refused whole", err.message);
	buf_done(&pieces);
	buf_clear(&whole);
	settings.flags = LOAD_AHEAD | LOAD_PARTIAL | LOAD_KEEP_UNKNOWN;
	load_each_bytes(&settings, bytes, ask, &whole, NULL);
	buf_done(&whole);
	fuzz_release(bytes);
	return 0;
}
