/* SPDX-License-Identifier: MIT */
/* ahead.c: the thread that reads ahead, and the ring between it and the reader. */
#include "formats/bytes/ahead.h"

#include "formats/base/mem.h"
#include "formats/bytes/input_begin.h"

#include <pthread.h>
#include <signal.h>

struct piece {
	char *bytes;
	size_t n;
	size_t at; /* taken by the reader */
};

struct ahead {
	struct input source; /* the thread's alone */
	struct input *in;    /* whose reader this is; the reader's alone */

	pthread_mutex_t lock; /* for what follows, but for the bytes in full pieces */
	pthread_cond_t changed;
	struct piece ring[AHEAD_PIECES];
	size_t first, full; /* index of the oldest full piece, and how many there are */
	bool waits;	    /* the thread, for room */
	bool ended;	    /* the thread puts no more pieces */
	bool failed;	    /* with this error, behind the last piece */
	struct err error;
	bool left;	    /* the reader is gone: the thread frees all */
};

static void ahead_free(struct ahead *a)
{
	for (size_t i = 0; i < AHEAD_PIECES; i++)
		mem_free(a->ring[i].bytes);
	input_done(&a->source);
	pthread_cond_destroy(&a->changed);
	pthread_mutex_destroy(&a->lock);
	mem_free(a);
}

/* ---- the thread ---- */

/* The next free piece, or NULL: the reader is gone. */
static struct piece *free_piece(struct ahead *a)
{
	struct piece *p = NULL;

	pthread_mutex_lock(&a->lock);
	/* Once the ring was full it waits for room for several: waking it takes long. */
	a->waits = a->full == AHEAD_PIECES;
	while (a->waits && !a->left) {
		pthread_cond_wait(&a->changed, &a->lock);
		a->waits = a->full > AHEAD_PIECES / 2;
	}
	a->waits = false;
	if (!a->left)
		p = &a->ring[(a->first + a->full) % AHEAD_PIECES];
	pthread_mutex_unlock(&a->lock);
	return p;
}

static void put_piece(struct ahead *a)
{
	pthread_mutex_lock(&a->lock);
	a->full++;
	pthread_cond_signal(&a->changed);
	pthread_mutex_unlock(&a->lock);
}

static bool fill(struct ahead *a, struct piece *p)
{
	struct input *in = &a->source;
	struct err err = ERR_INIT;
	bool ok = in->window.n || input_more(in, &err);

	p->n = in->window.n < AHEAD_PIECE ? in->window.n : AHEAD_PIECE;
	p->at = 0;
	if (!ok) {
		a->failed = true;
		a->error = err;
		return false;
	}
	if (!p->n)
		return false;
	memcpy(p->bytes, in->window.p, p->n);
	input_take(in, p->n);
	return true;
}

static void *thread_main(void *data)
{
	struct ahead *a = data;
	struct piece *p;
	bool left;

	while ((p = free_piece(a)) && fill(a, p))
		put_piece(a);
	pthread_mutex_lock(&a->lock);
	a->ended = true;
	left = a->left;
	pthread_cond_signal(&a->changed);
	pthread_mutex_unlock(&a->lock);
	if (left)
		ahead_free(a);
	return NULL;
}

/* ---- the reader ---- */

/* What was passed over is known once it was. */
static void take_notes(struct ahead *a)
{
	for (unsigned i = 0; i < a->source.n_layers; i++)
		a->in->notes[i] = a->source.notes[i];
}

static bool ahead_read(void *data, char *to, size_t room, size_t *ret_n, struct err *err)
{
	struct ahead *a = data;
	struct piece *p;

	pthread_mutex_lock(&a->lock);
	while (!a->full && !a->ended)
		pthread_cond_wait(&a->changed, &a->lock);
	p = a->full ? &a->ring[a->first] : NULL;
	pthread_mutex_unlock(&a->lock);
	*ret_n = 0;
	if (!p) {
		take_notes(a);
		if (a->failed && err)
			*err = a->error;
		return !a->failed;
	}
	*ret_n = p->n - p->at < room ? p->n - p->at : room;
	memcpy(to, p->bytes + p->at, *ret_n);
	p->at += *ret_n;
	if (p->at < p->n)
		return true;
	pthread_mutex_lock(&a->lock);
	a->first = (a->first + 1) % AHEAD_PIECES;
	a->full--;
	if (a->waits && a->full <= AHEAD_PIECES / 2)
		pthread_cond_signal(&a->changed);
	pthread_mutex_unlock(&a->lock);
	return true;
}

static void ahead_done(void *data)
{
	struct ahead *a = data;
	bool ended;

	pthread_mutex_lock(&a->lock);
	ended = a->ended;
	a->left = true;
	pthread_cond_signal(&a->changed);
	pthread_mutex_unlock(&a->lock);
	/* It may be waiting for a pipe that nobody writes to, so nobody waits for it. */
	if (ended)
		ahead_free(a);
}

/* Signals are for the program's first thread. */
static bool start_thread(struct ahead *a)
{
	sigset_t all, before;
	pthread_attr_t detached;
	pthread_t thread;
	bool ok;

	sigfillset(&all);
	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	ok = pthread_create(&thread, &detached, thread_main, a) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&detached);
	return ok;
}

void ahead_begin(struct input *in)
{
	struct input_reader reader = {ahead_read, ahead_done, NULL};
	struct input begin; /* as it is now: the thread changes its own */
	struct ahead *a;

	/*
	 * What a thread unpacks (input_ahead.h) is ahead already. An error comes again where it
	 * belongs: to whoever gets there.
	 */
	if (!in->reader.done || in->under || !input_want(in, AHEAD_PIECE, NULL) || in->at_end ||
	    in->window.n < AHEAD_PIECE)
		return;
	begin = *in;
	a = mem_zalloc(sizeof(*a));
	a->source = begin;
	a->in = in;
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->changed, NULL);
	for (size_t i = 0; i < AHEAD_PIECES; i++)
		a->ring[i].bytes = mem_alloc(AHEAD_PIECE);
	input_begin(in);
	reader.data = a;
	if (!start_thread(a)) {
		input_done(in);
		*in = begin;
		a->source = (struct input){.map = {.fd = -1, .slot = -1}};
		ahead_free(a);
		return;
	}
	BUG_IF(!input_begin_behind(in, &begin, reader, NULL));
}
