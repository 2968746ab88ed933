/* SPDX-License-Identifier: MIT */
/* json_ahead.c: the thread that reads ahead, and what it and the reader say to each other. */
#include "formats/read/json_ahead.h"

#include "formats/base/mem.h"
#include "formats/base/thread.h"
#include "formats/read/event_frame.h"
#include "formats/transcode/json_text.h"
#include "formats/transcode/scan.h"
#include "formats/transcode/transcode.h"

/* Ahead of a reader that has caught up: what both read in the time that it takes to meet. */
#define LEAP ((size_t)64 * 1024)

/* An event that ends this close to the text's end may go on behind it. */
#define NEAR_END ((size_t)16 * 1024)

#define BORDER_MOST ((size_t)256)

/* Each clean event counts one, each other takes some; without any left the thread ends. */
#define SCORE_MOST 64
#define SCORE_UNCLEAN 4

enum need { NEED_NOTHING, NEED_TEXT, NEED_ROOM, NEED_END };

struct json_ahead {
	pthread_t thread;
	struct event_ring ring;

	/* The reader's, for the thread to look at. */
	_Atomic uint64_t reader_at; /* the event that it asked for last */
	_Atomic uint64_t text_end;  /* in the input, twice; one more: nothing comes behind it */
	_Atomic bool halt;	    /* hold or stop is set */
	/* The thread's, for the reader. */
	_Atomic int needs;   /* enum need: what it sleeps for */
	_Atomic size_t room; /* with NEED_ROOM: so much */

	pthread_mutex_t mutex; /* of these */
	pthread_cond_t wake;   /* the thread */
	pthread_cond_t idle;   /* it sleeps, or has something ready: for a reader that waits */
	bool hold, stop, busy;
	uint64_t passed; /* what begins before is in the ring, or will not be; if a reader waits */

	/* The text; changes while the thread is held only. */
	const char *text;
	uint64_t offset; /* of text[0] in the input */

	/* The thread's own. */
	uint64_t at; /* in the input: the event that it reads, or looks for from there on */
	bool lost; /* an event begins behind the next border, or does not */
	bool follows; /* the event at `at` does, the one before it in the ring */
	int score;
	char border[BORDER_MOST];
	size_t border_n, brace; /* where in it the event begins */
	bool comma;		/* there is one in it */
	const struct schema_message *event;
	struct transcode_options options;
	struct transcode_memory memory;
	struct transcode_loss loss;
	struct arena arena, scratch;
	struct buf out;

	/* The reader's own. */
	bool waits;
	bool given; /* the ring's first was handed out: */
	struct ready_event last;
};

/* ---- the thread ---- */

static bool is_there(const struct json_ahead *a, enum need need, uint64_t had)
{
	switch (need) {
	case NEED_TEXT:
		return atomic_load(&a->text_end) != had;
	case NEED_ROOM:
		return event_ring_room(&a->ring, atomic_load(&a->room));
	case NEED_END:
		return false;
	default:
		return true;
	}
}

/* Sleeps until there is what it needs, of text other than HAD. False: the thread ends. */
static bool sleep_for(struct json_ahead *a, enum need need, uint64_t had)
{
	bool stop;

	pthread_mutex_lock(&a->mutex);
	atomic_store(&a->needs, (int)need);
	while (!a->stop && (a->hold || !is_there(a, need, had))) {
		a->busy = false;
		pthread_cond_signal(&a->idle);
		pthread_cond_wait(&a->wake, &a->mutex);
	}
	atomic_store(&a->needs, NEED_NOTHING);
	a->busy = true;
	stop = a->stop;
	pthread_mutex_unlock(&a->mutex);
	return !stop;
}

static void move_to(struct json_ahead *a, uint64_t at, bool lost)
{
	a->at = at;
	a->lost = lost;
	a->follows = false;
}

/* Goes to behind the next border at or behind AT. False: there is none in the text yet. */
static bool find_event(struct json_ahead *a, uint64_t at, uint64_t end)
{
	uint64_t from = at > a->offset + a->brace ? at - a->brace : a->offset;
	struct str border = str_slice(a->border, a->border_n);
	const char *p = NULL;

	if (from < end)
		p = scan()->find(str_slice(a->text + (from - a->offset), end - from), border);
	if (p)
		move_to(a, a->offset + (uint64_t)(p - a->text) + a->brace, false);
	else if (end >= from + a->border_n)
		move_to(a, end - a->border_n + 1 + a->brace, true);
	return p != NULL;
}

/* Whether what was read may have left anything but its bytes. */
static bool left_traces(const struct json_ahead *a)
{
	size_t n = a->loss.taken_apart;

	for (unsigned i = 0; i < TRANSCODE_KINDS; i++)
		n += a->loss.n[i];
	return n || a->memory.odd_payloads;
}

/* The event at AT, of which REST is there. False: it is none for the ring. */
static bool read_event(struct json_ahead *a, uint64_t at, struct str rest, struct ready_event *ret)
{
	struct err ignored = ERR_INIT;
	size_t n = 0;
	bool ok;

	a->loss.exact_payloads = 0;
	buf_clear(&a->out);
	event_frame_open(&a->out);
	ok = transcode_json_to_wire(a->event, rest, &n, &a->options, &a->scratch, &a->out,
				    &ignored);
	arena_rewind(&a->scratch, (struct arena_mark){0});
	if (!ok || left_traces(a)) {
		a->memory.odd_payloads = false;
		a->loss = (struct transcode_loss){0};
		return false;
	}
	event_frame_close(&a->out, 0);
	*ret = (struct ready_event){.begin = at,
				    .end = at + n,
				    .follows = a->follows,
				    .exact_payloads = a->loss.exact_payloads,
				    .wire = buf_str(&a->out)};
	return buf_ok(&a->out, NULL) && event_ring_size(ret) <= EVENT_RING_BYTES;
}

/* Behind an event that ends at AT: over a comma to the next one, if one comes. */
static void go_behind(struct json_ahead *a, uint64_t at, uint64_t end)
{
	const char *p = a->text + (at - a->offset), *stop = a->text + (end - a->offset);

	if (end - at >= a->border_n && memcmp(p - 1, a->border, a->border_n) == 0) {
		move_to(a, at - 1 + a->brace, false);
		a->follows = a->comma;
		return;
	}
	p = json_blanks(p, stop);
	if (p < stop && *p == ',')
		p = json_blanks(p + 1, stop);
	move_to(a, a->offset + (uint64_t)(p - a->text), p == stop || *p != '{');
}

/* Waking takes long, so that it sleeps until there is room for more than one. */
static bool put_event(struct json_ahead *a, const struct ready_event *e)
{
	size_t n = event_ring_size(e);

	while (!event_ring_put(&a->ring, e)) {
		atomic_store(&a->room, n < EVENT_RING_BYTES / 2 ? EVENT_RING_BYTES / 2 : n);
		if (!sleep_for(a, NEED_ROOM, 0))
			return false;
	}
	return true;
}

/* One event, or a look for one, or sleep. False: the thread ends. */
static bool step(struct json_ahead *a)
{
	uint64_t reader = atomic_load_explicit(&a->reader_at, memory_order_relaxed);
	uint64_t text_end = atomic_load_explicit(&a->text_end, memory_order_acquire);
	uint64_t at = a->at, end = text_end / 2;
	struct ready_event e;

	if (at < reader + !a->waits) {
		at = reader + (a->waits ? 0 : LEAP);
		a->lost = true;
	}
	if (a->lost && !find_event(a, at, end))
		return sleep_for(a, NEED_TEXT, text_end);
	at = a->at;
	if (end - at < NEAR_END && !(text_end & 1))
		return sleep_for(a, NEED_TEXT, text_end);
	if (!read_event(a, at, str_slice(a->text + (at - a->offset), end - at), &e)) {
		a->score -= SCORE_UNCLEAN;
		move_to(a, at + 1, true);
		return a->score > 0 || sleep_for(a, NEED_END, 0);
	}
	a->score += a->score < SCORE_MOST;
	go_behind(a, e.end, end);
	return put_event(a, &e);
}

static void *thread_main(void *data)
{
	struct json_ahead *a = data;
	bool ok = true;

	while (ok) {
		if (atomic_load_explicit(&a->halt, memory_order_relaxed))
			ok = sleep_for(a, NEED_NOTHING, 0);
		ok = ok && step(a);
		if (a->waits) {
			pthread_mutex_lock(&a->mutex);
			a->passed = a->at;
			pthread_cond_signal(&a->idle);
			pthread_mutex_unlock(&a->mutex);
		}
	}
	return NULL;
}

/* ---- the reader ---- */

struct str json_ahead_border(struct str text, size_t at)
{
	const char *from = text.p + at, *end = text.p + text.n, *p = from + 1;
	bool high;

	while (from > text.p && (json_is_blank(from[-1]) || from[-1] == ','))
		from--;
	p = json_blanks(p, end);
	if (from == text.p || from[-1] != '}' || p == end || *p != '"')
		return STR_NONE;
	p = json_scan(p + 1, end, &high);
	if (p == end || *p != '"' || (size_t)(p - from) + 2 > BORDER_MOST)
		return STR_NONE;
	return str_slice(from - 1, (size_t)(p - from) + 2);
}

static uint64_t end_of(const struct input *in)
{
	return (in->offset + in->window.n) * 2 + in->at_end;
}

static void look_at(struct json_ahead *a, const struct input *in)
{
	a->text = in->window.p;
	a->offset = in->offset;
	atomic_store(&a->text_end, end_of(in));
}

static void dispose(struct json_ahead *a)
{
	pthread_mutex_destroy(&a->mutex);
	pthread_cond_destroy(&a->wake);
	pthread_cond_destroy(&a->idle);
	event_ring_done(&a->ring);
	arena_done(&a->arena);
	arena_done(&a->scratch);
	buf_done(&a->out);
	mem_free(a);
}

struct json_ahead *json_ahead_start(const struct json_ahead_settings *settings,
				    const struct input *in, size_t at, struct str border)
{
	struct json_ahead *a = mem_zalloc(sizeof(*a));

	a->event = settings->event;
	a->waits = settings->waits;
	a->score = SCORE_MOST;
	a->options = (struct transcode_options){.keep_unknown = settings->keep_unknown,
						.loss = &a->loss,
						.memory = &a->memory};
	a->memory.memo = transcode_memo_new(&a->arena);
	a->border_n = border.n;
	memcpy(a->border, border.p, border.n);
	a->brace = (size_t)str_find(border, STR("{"));
	a->comma = memchr(border.p, ',', a->brace) != NULL;
	event_ring_init(&a->ring);
	look_at(a, in);
	atomic_store(&a->reader_at, in->offset + at);
	a->at = a->passed = in->offset + at;
	pthread_mutex_init(&a->mutex, NULL);
	pthread_cond_init(&a->wake, NULL);
	pthread_cond_init(&a->idle, NULL);
	a->busy = true;
	if (thread_start(&a->thread, thread_main, a))
		return a;
	dispose(a);
	return NULL;
}

void json_ahead_free(struct json_ahead *a)
{
	if (!a)
		return;
	pthread_mutex_lock(&a->mutex);
	a->stop = true;
	atomic_store(&a->halt, true);
	pthread_cond_signal(&a->wake);
	pthread_mutex_unlock(&a->mutex);
	pthread_join(a->thread, NULL);
	dispose(a);
}

void json_ahead_hold(struct json_ahead *a)
{
	pthread_mutex_lock(&a->mutex);
	a->hold = true;
	atomic_store(&a->halt, true);
	while (a->busy)
		pthread_cond_wait(&a->idle, &a->mutex);
	pthread_mutex_unlock(&a->mutex);
}

/* If it sleeps for NEED, which is there now. */
static void wake_for(struct json_ahead *a, enum need need)
{
	if (atomic_load_explicit(&a->needs, memory_order_relaxed) != (int)need)
		return;
	pthread_mutex_lock(&a->mutex);
	a->busy = true;
	pthread_cond_signal(&a->wake);
	pthread_mutex_unlock(&a->mutex);
}

void json_ahead_text(struct json_ahead *a, const struct input *in)
{
	if (atomic_load_explicit(&a->halt, memory_order_relaxed)) {
		pthread_mutex_lock(&a->mutex);
		look_at(a, in);
		a->hold = false;
		a->busy = true;
		atomic_store(&a->halt, false);
		pthread_cond_signal(&a->wake);
		pthread_mutex_unlock(&a->mutex);
		return;
	}
	atomic_store_explicit(&a->text_end, end_of(in), memory_order_release);
	wake_for(a, NEED_TEXT);
}

/* For a reader that waits: false where it has to read this one. */
static bool wait_for_thread(struct json_ahead *a, uint64_t at)
{
	bool empty;

	pthread_mutex_lock(&a->mutex);
	while ((empty = event_ring_room(&a->ring, EVENT_RING_BYTES)) && a->busy &&
	       a->passed <= at)
		pthread_cond_wait(&a->idle, &a->mutex);
	pthread_mutex_unlock(&a->mutex);
	return !empty;
}

static void drop(struct json_ahead *a, const struct ready_event *e)
{
	event_ring_drop(&a->ring, e);
	if (atomic_load_explicit(&a->needs, memory_order_relaxed) == NEED_ROOM &&
	    event_ring_room(&a->ring, atomic_load_explicit(&a->room, memory_order_relaxed)))
		wake_for(a, NEED_ROOM);
}

static bool give(struct json_ahead *a, bool is_it, const struct ready_event *e)
{
	a->given = is_it;
	if (is_it)
		a->last = *e;
	return is_it;
}

bool json_ahead_next(struct json_ahead *a, uint64_t at, struct ready_event *ret)
{
	bool there;

	atomic_store_explicit(&a->reader_at, at, memory_order_relaxed);
	if (a->given)
		drop(a, &a->last);
	do
		while ((there = event_ring_first(&a->ring, ret)) && ret->begin < at)
			drop(a, ret);
	while (!there && a->waits && wait_for_thread(a, at));
	return give(a, there && ret->begin == at, ret);
}

bool json_ahead_follows(struct json_ahead *a, struct ready_event *ret)
{
	bool there;

	if (!a->given)
		return false;
	drop(a, &a->last);
	do
		there = event_ring_first(&a->ring, ret);
	while (!there && a->waits && wait_for_thread(a, a->last.end + a->border_n));
	return give(a, there && ret->follows, ret);
}
