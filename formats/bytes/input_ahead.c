/* SPDX-License-Identifier: MIT */
/* input_ahead.c: a ring of blocks, one thread that fills them, one that empties them. */
#include "formats/bytes/input_ahead.h"

#include "formats/base/mem.h"
#include "formats/base/thread.h"
#include "formats/bytes/input_begin.h"

#define BLOCKS 8

struct input_ahead {
	struct input in; /* the thread's, until it has ended */
	pthread_t thread;
	pthread_mutex_t mutex; /* of all below but what is in blocks */
	pthread_cond_t moved;
	size_t filled, emptied; /* blocks so far; the first is at most BLOCKS ahead */
	bool ended, stop, ok;
	bool waits; /* the thread, for room */
	struct err err;
	struct block {
		struct input_memory memory;
		struct str bytes; /* in it */
	} blocks[BLOCKS];
	size_t at; /* taken of the block that is being emptied */
};

/* True: there is a block to fill. */
static bool wait_for_room(struct input_ahead *a)
{
	bool ret;

	pthread_mutex_lock(&a->mutex);
	/* Once all were full it waits for room for several: waking it takes long. */
	a->waits = a->filled - a->emptied == BLOCKS;
	while (a->waits && !a->stop) {
		pthread_cond_wait(&a->moved, &a->mutex);
		a->waits = a->filled - a->emptied > BLOCKS / 2;
	}
	a->waits = false;
	ret = !a->stop;
	pthread_mutex_unlock(&a->mutex);
	return ret;
}

static void hand_over(struct input_ahead *a, bool ended, bool ok)
{
	pthread_mutex_lock(&a->mutex);
	a->filled += !ended;
	a->ended = ended;
	a->ok = ok;
	pthread_cond_signal(&a->moved);
	pthread_mutex_unlock(&a->mutex);
}

static void *fill_blocks(void *data)
{
	struct input_ahead *a = data;

	while (wait_for_room(a)) {
		struct block *b = &a->blocks[a->filled % BLOCKS];

		while (!a->in.window.n && !a->in.at_end)
			if (!input_more(&a->in, &a->err)) {
				hand_over(a, true, false);
				return NULL;
			}
		if (!a->in.window.n) {
			hand_over(a, true, true);
			return NULL;
		}
		b->bytes = input_take_memory(&a->in, &b->memory);
		hand_over(a, false, true);
	}
	return NULL;
}

static bool ahead_read(void *data, char *to, size_t room, size_t *ret_n, struct err *err)
{
	struct input_ahead *a = data;
	struct block *b = &a->blocks[a->emptied % BLOCKS];
	bool there;

	pthread_mutex_lock(&a->mutex);
	while (a->filled == a->emptied && !a->ended)
		pthread_cond_wait(&a->moved, &a->mutex);
	there = a->filled != a->emptied;
	pthread_mutex_unlock(&a->mutex);
	*ret_n = 0;
	if (!there) {
		if (!a->ok && err)
			*err = a->err;
		return a->ok;
	}
	*ret_n = b->bytes.n - a->at < room ? b->bytes.n - a->at : room;
	memcpy(to, b->bytes.p + a->at, *ret_n);
	a->at += *ret_n;
	if (a->at < b->bytes.n)
		return true;
	a->at = 0;
	pthread_mutex_lock(&a->mutex);
	a->emptied++;
	if (a->waits && a->filled - a->emptied <= BLOCKS / 2)
		pthread_cond_signal(&a->moved);
	pthread_mutex_unlock(&a->mutex);
	return true;
}

static void ahead_free(struct input_ahead *a)
{
	for (size_t i = 0; i < BLOCKS; i++)
		mem_free(a->blocks[i].memory.p);
	pthread_mutex_destroy(&a->mutex);
	pthread_cond_destroy(&a->moved);
	mem_free(a);
}

static void ahead_done(void *data)
{
	struct input_ahead *a = data;

	pthread_mutex_lock(&a->mutex);
	a->stop = true;
	pthread_cond_signal(&a->moved);
	pthread_mutex_unlock(&a->mutex);
	pthread_join(a->thread, NULL);
	input_done(&a->in);
	ahead_free(a);
}

bool input_ahead(struct input *in)
{
	struct input_ahead *a = mem_zalloc(sizeof(*a));
	struct input out;

	a->err = (struct err)ERR_INIT;
	a->in = *in;
	pthread_mutex_init(&a->mutex, NULL);
	pthread_cond_init(&a->moved, NULL);
	if (!thread_start(&a->thread, fill_blocks, a)) {
		ahead_free(a);
		return false;
	}
	input_begin_ahead(&out, &a->in, (struct input_reader){ahead_read, ahead_done, a});
	*in = out;
	return true;
}
