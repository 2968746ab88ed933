/* SPDX-License-Identifier: MIT */
/* behind.c: the thread that writes, and the slots between it and who makes the bytes. */
#include "formats/bytes/behind.h"

#include "formats/base/buf.h"
#include "formats/base/mem.h"
#include "formats/base/thread.h"
#include "formats/base/vec.h"

struct mark {
	size_t end; /* in bytes, of what one call put there */
	int64_t event;
};

struct slot {
	struct buf bytes;
	VEC_OF(struct mark) marks;
};

struct behind {
	behind_write_fn *write;
	void *data;
	pthread_t thread;

	pthread_mutex_t lock; /* for what follows, but for what is in the slots */
	pthread_cond_t changed;
	struct slot slots[BEHIND_SLOTS];
	size_t first, full; /* the oldest slot that the thread has, and how many */
	bool leave;	    /* the thread ends where it is */
	bool failed;
	struct err error;
};

/* ---- the thread ---- */

static struct slot *wait_for_slot(struct behind *b)
{
	struct slot *s = NULL;

	pthread_mutex_lock(&b->lock);
	while (!b->full && !b->leave)
		pthread_cond_wait(&b->changed, &b->lock);
	if (!b->leave)
		s = &b->slots[b->first];
	pthread_mutex_unlock(&b->lock);
	return s;
}

static bool write_slot(struct behind *b, const struct slot *s, struct err *err)
{
	size_t at = 0;

	for (size_t i = 0; i < s->marks.n; i++) {
		struct str bytes = str_slice(s->bytes.p + at, s->marks.at[i].end - at);

		if (!b->write(b->data, bytes, s->marks.at[i].event, err))
			return false;
		at = s->marks.at[i].end;
	}
	return true;
}

static void *thread_main(void *data)
{
	struct behind *b = data;
	struct slot *s;
	bool ok = true;

	while (ok && (s = wait_for_slot(b))) {
		struct err err = ERR_INIT;

		ok = write_slot(b, s, &err);
		buf_clear(&s->bytes);
		s->marks.n = 0;
		pthread_mutex_lock(&b->lock);
		b->first = (b->first + 1) % BEHIND_SLOTS;
		b->full--;
		if (!ok) {
			b->failed = true;
			b->error = err;
		}
		pthread_cond_signal(&b->changed);
		pthread_mutex_unlock(&b->lock);
	}
	return NULL;
}

/* ---- who makes the bytes ---- */

struct behind *behind_start(behind_write_fn *write, void *data)
{
	struct behind *b = mem_zalloc(sizeof(*b));

	b->write = write;
	b->data = data;
	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->changed, NULL);
	if (thread_start(&b->thread, thread_main, b))
		return b;
	pthread_cond_destroy(&b->changed);
	pthread_mutex_destroy(&b->lock);
	mem_free(b);
	return NULL;
}

/* Waits until at most MOST slots are the thread's. */
static bool wait_until(struct behind *b, size_t most, bool give, struct err *err)
{
	bool failed;

	pthread_mutex_lock(&b->lock);
	if (give)
		b->full++;
	pthread_cond_signal(&b->changed);
	while (b->full > most && !b->failed)
		pthread_cond_wait(&b->changed, &b->lock);
	failed = b->failed;
	pthread_mutex_unlock(&b->lock);
	if (failed && err)
		*err = b->error;
	return !failed;
}

/* The one that is filled: behind those that the thread has. It can't change meanwhile. */
static struct slot *open_slot(struct behind *b)
{
	struct slot *s;

	pthread_mutex_lock(&b->lock);
	s = &b->slots[(b->first + b->full) % BEHIND_SLOTS];
	pthread_mutex_unlock(&b->lock);
	return s;
}

bool behind_put(struct behind *b, struct str bytes, int64_t event, struct err *err)
{
	struct slot *s = open_slot(b);

	buf_add(&s->bytes, bytes);
	vec_push(&s->marks, (struct mark){s->bytes.n, event});
	if (s->bytes.n < BEHIND_SLOT)
		return true;
	return buf_ok(&s->bytes, err) && wait_until(b, BEHIND_SLOTS - 1, true, err);
}

bool behind_end(struct behind *b, struct err *err)
{
	return wait_until(b, 0, open_slot(b)->marks.n > 0, err);
}

void behind_free(struct behind *b)
{
	if (!b)
		return;
	pthread_mutex_lock(&b->lock);
	b->leave = true;
	pthread_cond_signal(&b->changed);
	pthread_mutex_unlock(&b->lock);
	pthread_join(b->thread, NULL);
	for (size_t i = 0; i < BEHIND_SLOTS; i++) {
		buf_done(&b->slots[i].bytes);
		vec_done(&b->slots[i].marks);
	}
	pthread_cond_destroy(&b->changed);
	pthread_mutex_destroy(&b->lock);
	mem_free(b);
}
