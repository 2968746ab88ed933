/* SPDX-License-Identifier: MIT */
/* input.c: the window: filled from a file, a pipe, memory or a reader, in chunks or mapped. */
#include "formats/bytes/input.h"

#include <inttypes.h>

#include "formats/base/mem.h"
#include "formats/bytes/filter.h"
#include "formats/bytes/input_ahead.h"
#include "formats/bytes/input_begin.h"
#include "formats/bytes/layer.h"
#include "formats/transcode/scan.h"

struct input_stage {
	const struct layer *layer; /* NULL: the source */
	void *state;		   /* the layer's */
	unsigned number;	   /* of the layer, in in->layers */
	bool ended;		   /* the layer gives nothing more */
	bool broken;		   /* it failed, with the error in in->failed */
	struct str window;
	bool at_end;
	uint64_t offset;
	char *memory; /* around the window; NULL: the bytes are not ours */
	size_t cap;
	size_t least; /* that cap is to be once it grows */
};

size_t input_count_lines(struct str s)
{
	return scan()->count(s, '\n');
}

static void show_top(struct input *in)
{
	const struct input_stage *top = &in->stages[in->n_stages - 1];

	in->window = top->window;
	in->at_end = top->at_end;
	in->offset = top->offset;
	/* Its thread has ended then. */
	if (in->at_end && in->under)
		memcpy(in->notes, in->under->notes, sizeof(in->notes));
}

/* Counts the lines of what is in memory before the window, which goes away now. */
static void count_taken(struct input *in)
{
	struct str taken;
	const char *last;

	if (!in->counted || in->counted == in->window.p)
		return;
	taken = str_slice(in->counted, (size_t)(in->window.p - in->counted));
	in->lines += input_count_lines(taken);
	last = memrchr(taken.p, '\n', taken.n);
	if (last)
		in->line_begin = in->offset - (uint64_t)(in->window.p - last) + 1;
	in->counted = in->window.p;
}

/* Room for at least ROOM more bytes behind the stage's window; may move it. */
static bool make_room(struct input_stage *s, size_t room, struct err *err)
{
	size_t used = s->memory ? (size_t)(s->window.p - s->memory) : 0;
	size_t need = s->window.n + room + INPUT_SLACK;
	char *memory = s->memory;

	if (s->window.n + room > LIMIT_BUF_BYTES)
		return err_set(err, ERR_LIMIT, "more than %zu bytes", LIMIT_BUF_BYTES);
	if (used + need <= s->cap)
		return true;
	/* Moving back what is less than what was taken, and doubling, both cost O(n) in all. */
	if (need > s->cap || used < s->window.n) {
		s->cap = s->memory && need < s->cap * 2 ? s->cap * 2 : need;
		s->cap = s->cap > s->least ? s->cap : s->least;
		memory = mem_alloc(s->cap);
	}
	if (s->window.n)
		memmove(memory, s->window.p, s->window.n);
	if (memory != s->memory)
		mem_free(s->memory);
	s->memory = memory;
	s->window.p = memory;
	return true;
}

/* What is free behind the window, for its owner to fill; no more than is good at a time. */
static struct room {
	char *p;
	size_t n;
} free_room(const struct input_stage *s)
{
	char *end = s->memory + (s->window.p - s->memory) + s->window.n;
	size_t n = s->cap - (size_t)(end - s->memory) - INPUT_SLACK;

	return (struct room){end, n < INPUT_CHUNK ? n : INPUT_CHUNK};
}

static void filled(struct input_stage *s, size_t n)
{
	s->window.n += n;
	memset(s->memory + (s->window.p - s->memory) + s->window.n, 0, INPUT_SLACK);
}

/* Less than this is made more. Of a small file one byte is left, to see its end with. */
static size_t little_room(const struct input *in, const struct input_stage *s)
{
	return s->layer ? LAYER_ROOM : in->size ? 1 : INPUT_CHUNK / 2;
}

static bool read_more(struct input *in, struct input_stage *s, struct err *err)
{
	struct room room;
	size_t n = 0;

	if (!s->memory || free_room(s).n < little_room(in, s))
		if (!make_room(s, s->memory || !in->size ? INPUT_CHUNK : in->size + 1, err))
			return false;
	room = free_room(s);
	if (!in->reader.read(in->reader.data, room.p, room.n, &n, err))
		return false;
	filled(s, n);
	s->at_end = n == 0;
	return true;
}

static bool stage_more(struct input *in, unsigned i, struct err *err);

static void stage_take(struct input_stage *s, size_t n)
{
	s->window = str_skip(s->window, n);
	s->offset += n;
}

/* Against all that was read, so that a bomb in a bomb is one too. */
static bool no_bomb(const struct input *in, const struct input_stage *s, struct err *err)
{
	const struct input_stage *source = &in->stages[0];
	uint64_t read = source->offset + source->window.n, made = s->offset + s->window.n;

	if (!filter_is_bomb(read, made))
		return true;
	return err_set(err, ERR_LIMIT,
		       "%s: %" PRIu64 " bytes unpack to more than %" PRIu64 ": refused",
		       s->layer->name, read, made);
}

/* What failed once fails with the same error ever after. */
static void keep_failure(struct input *in, struct input_stage *s, const struct err *err)
{
	if (in->failed)
		return;
	in->failed = mem_alloc(sizeof(*err));
	*in->failed = *err;
	s->broken = true;
}

/* One step of the layer; *RET_DONE: something came of it. */
static bool layer_step(struct input *in, struct input_stage *s, bool *ret_done, struct err *err)
{
	struct input_stage *below = s - 1;
	struct room room = free_room(s);
	struct layer_io io = {.in = below->window,
			      .in_at_end = below->at_end,
			      .in_at = below->offset,
			      .out = room.p,
			      .room = room.n};
	bool ok = s->layer->step(s->state, &io, err);

	*ret_done = !ok || io.ended || io.room < room.n || io.in.n < below->window.n;
	stage_take(below, below->window.n - io.in.n);
	filled(s, room.n - io.room);
	s->ended = io.ended;
	if (io.note)
		in->notes[s->number] = io.note;
	if (!ok)
		keep_failure(in, s, err);
	return ok || io.room < room.n; /* what came before an error is given first */
}

/* At least one more byte, or the end. */
static bool unpack_more(struct input *in, unsigned i, struct err *err)
{
	struct input_stage *s = &in->stages[i];
	size_t before = s->window.n;

	if ((!s->memory || free_room(s).n < little_room(in, s)) &&
	    !make_room(s, INPUT_CHUNK, err))
		return false;
	while (s->window.n == before && !s->ended) {
		bool done;

		if (!layer_step(in, s, &done, err))
			return false;
		if (done)
			continue;
		if (s[-1].at_end)
			return layer_cut(s->layer,
					 &(struct layer_io){.in = s[-1].window,
							    .in_at = s[-1].offset},
					 err);
		if (!stage_more(in, i - 1, err))
			return false;
	}
	s->at_end = s->ended && s->window.n == before;
	return no_bomb(in, s, err);
}

/* Of a cut or damaged layer there is mostly something to be had: where not, people must know. */
static void say_nothing_read(const struct input_stage *s, struct err *err)
{
	const struct err why = *err;

	if (why.code == ERR_SYNTAX && s->offset + s->window.n == 0)
		err_set(err, why.code, "%s: nothing could be read", why.message);
}

static bool stage_more(struct input *in, unsigned i, struct err *err)
{
	struct input_stage *s = &in->stages[i];
	struct err failed = ERR_INIT;

	if (s->at_end)
		return true;
	if (!s->broken) {
		if (i ? unpack_more(in, i, &failed) : read_more(in, s, &failed))
			return true;
		if (i)
			say_nothing_read(s, &failed);
		keep_failure(in, s, &failed);
	}
	if (err)
		*err = *in->failed;
	return false;
}

bool input_more(struct input *in, struct err *err)
{
	bool ok;

	if (in->at_end)
		return true;
	count_taken(in);
	ok = stage_more(in, in->n_stages - 1, err);
	show_top(in);
	in->counted = in->window.p;
	return ok;
}

bool input_want(struct input *in, size_t n, struct err *err)
{
	while (in->window.n < n && !in->at_end)
		if (!input_more(in, err))
			return false;
	return true;
}

bool input_all(struct input *in, size_t limit, struct err *err)
{
	while (!in->at_end && in->window.n <= limit)
		if (!input_more(in, err))
			return false;
	if (in->window.n > limit)
		return err_set(err, ERR_LIMIT, "more than %zu bytes", limit);
	return true;
}

struct str input_take_memory(struct input *in, struct input_memory *m)
{
	struct input_stage *top = &in->stages[in->n_stages - 1];
	struct input_memory had = {top->memory, top->cap};
	struct str bytes = top->window;

	stage_take(top, bytes.n);
	if (had.p) {
		top->memory = m->p;
		top->cap = m->p ? m->cap : 0;
		top->window = str_slice(m->p, 0);
		*m = had;
	}
	show_top(in);
	in->counted = in->window.p;
	return bytes;
}

void input_widen(struct input *in, size_t n)
{
	in->stages[in->n_stages - 1].least = n;
}

bool input_stays(const struct input *in)
{
	const struct input_stage *top = &in->stages[in->n_stages - 1];

	return in->at_end || (top->memory && free_room(top).n >= little_room(in, top));
}

void input_go_on_whole(struct input *in, struct str bytes)
{
	struct input_stage *s = &in->stages[0];

	BUG_IF(in->n_stages > 1 || bytes.n < s->offset + s->window.n);
	count_taken(in);
	mem_free(s->memory);
	s->memory = NULL;
	s->window = str_skip(bytes, (size_t)s->offset);
	s->at_end = true;
	show_top(in);
	in->counted = in->window.p;
}

void input_take(struct input *in, size_t n)
{
	struct input_stage *top = &in->stages[in->n_stages - 1];

	BUG_IF(n > top->window.n);
	stage_take(top, n);
	if (top == in->stages && in->map.bytes.p)
		mapped_passed(&in->map, (size_t)top->offset);
	show_top(in);
}

bool input_sound(const struct input *in, struct err *err)
{
	if (in->under)
		return input_sound(in->under, err);
	if (!in->map.bytes.p || !mapped_changed(&in->map))
		return true;
	return err_set(err, ERR_IO, "the file changed while it was read");
}

void input_where(const struct input *in, size_t at, int64_t *ret_line, int64_t *ret_column)
{
	const char *from = in->counted ? in->counted : in->window.p, *last = NULL;
	struct str before = str_slice(from, (size_t)(in->window.p - from) + at);
	uint64_t begin = in->line_begin;

	if (before.n)
		last = memrchr(before.p, '\n', before.n);
	if (last)
		begin = in->offset - (uint64_t)(in->window.p - from) + (uint64_t)(last - from) + 1;
	*ret_line = (int64_t)(in->lines + input_count_lines(before)) + 1;
	*ret_column = (int64_t)(in->offset + at - begin) + 1;
}

bool input_locate(const struct input *in, size_t at, enum input_kind kind, struct err *err)
{
	if (!err)
		return false;
	err->byte = (int64_t)(in->offset + at);
	if (kind == INPUT_TEXT)
		input_where(in, at, &err->line, &err->column);
	return false;
}

static bool push_layer(struct input *in, const struct layer *l, struct err *err)
{
	struct input_stage *top = &in->stages[in->n_stages - 1];

	if (in->n_layers == LIMIT_FILTERS)
		return err_set(err, ERR_LIMIT, "packed more than %d times over", LIMIT_FILTERS);
	in->layers[in->n_layers++] = l;
	if (!l->step) {
		stage_take(top, l->skip);
		return true;
	}
	top[1] = (struct input_stage){.layer = l, .number = in->n_layers - 1};
	top[1].state = mem_zalloc(l->state_bytes + 1);
	if (l->open && !l->open(top[1].state, err)) {
		mem_free(top[1].state);
		return false;
	}
	in->n_stages++;
	return true;
}

/* Takes off what is there to take off; without INPUT_RAW to the last layer. */
static bool push_layers(struct input *in, enum layer_ask ask, bool *ret_one, struct err *err)
{
	const struct layer *l;

	*ret_one = false;
	do {
		unsigned top = in->n_stages - 1;
		struct input_stage *s = &in->stages[top];

		/* What came before a failure may still be told, and worth having. */
		while (s->window.n < LAYER_SNIFF && !s->at_end)
			if (!stage_more(in, top, err) && !s->window.n)
				return false;
			else if (in->failed)
				break;
		l = layer_of(str_take(s->window, LAYER_SNIFF * 16),
			     s->at_end && s->window.n <= LAYER_SNIFF * 16, ask);
		if (l && !push_layer(in, l, err))
			return false;
		*ret_one |= l != NULL;
		ask = LAYER_SURE;
	} while (l);
	return true;
}

static void begin_window(struct input *in)
{
	show_top(in);
	in->counted = in->window.p;
	in->lines = 0;
	in->line_begin = in->offset;
}

/* The stages above the source, after its first bytes are known. False: nothing is left open. */
static bool open_stages(struct input *in, unsigned flags, struct err *err)
{
	bool packed;

	if (!(flags & INPUT_RAW) && !push_layers(in, LAYER_SURE, &packed, err)) {
		input_done(in);
		return false;
	}
	begin_window(in);
	/* A small input is unpacked sooner than a thread is there. */
	while ((flags & INPUT_AHEAD) && in->n_stages > 1 && !in->at_end &&
	       in->window.n < INPUT_CHUNK / 2 && input_more(in, NULL))
		;
	if ((flags & INPUT_AHEAD) && in->n_stages > 1 && !in->at_end && !in->failed)
		input_ahead(in);
	return true;
}

bool input_peel(struct input *in, bool *ret, struct err *err)
{
	bool ok = push_layers(in, LAYER_PEEL, ret, err);

	begin_window(in);
	return ok;
}

void input_begin(struct input *in)
{
	*in = (struct input){.map = {.fd = -1, .slot = -1}};
	in->stages = mem_zalloc((LIMIT_FILTERS + 1) * sizeof(*in->stages));
	in->n_stages = 1;
}

void input_begin_ahead(struct input *in, struct input *under, struct input_reader reader)
{
	input_begin(in);
	in->reader = reader;
	in->under = under;
	in->n_layers = under->n_layers;
	memcpy(in->layers, under->layers, sizeof(in->layers));
	begin_window(in);
	/* Its first bytes are here already; if not, the error comes again when asked for. */
	(void)input_more(in, NULL);
}

bool input_begin_whole(struct input *in, struct str bytes, unsigned flags, struct err *err)
{
	in->stages[0].window = bytes;
	in->stages[0].at_end = true;
	return open_stages(in, flags, err);
}

bool input_begin_reader(struct input *in, struct input_reader reader, unsigned flags,
			struct err *err)
{
	in->reader = reader;
	if (read_more(in, &in->stages[0], err))
		return open_stages(in, flags, err);
	input_done(in);
	return false;
}

void input_done(struct input *in)
{
	for (unsigned i = in->n_stages; i-- > 0;) {
		struct input_stage *s = &in->stages[i];

		if (s->layer && s->layer->close)
			s->layer->close(s->state);
		mem_free(s->state);
		mem_free(s->memory);
	}
	mem_free(in->stages);
	mem_free(in->failed);
	if (in->reader.done)
		in->reader.done(in->reader.data);
	mapped_done(&in->map);
	*in = (struct input){.map = {.fd = -1, .slot = -1}};
}
