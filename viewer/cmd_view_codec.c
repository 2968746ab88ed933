/* SPDX-License-Identifier: MIT */
/* cmd_view_codec.c: a codec server that is asked by a thread, while keys go on. */
#include "viewer/cmd_view.h"

#include "formats/base/mem.h"
#include "formats/base/thread.h"

#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

/*
 * The thread lives for one request. While it runs all of this but the two flags is its own; it
 * sets `done` last. A server that is left while it has not answered goes when it has, or
 * notices `stop`; another one is not asked before.
 */
struct codec_asking {
	struct codec_remote remote;
	struct arena arena; /* of a request and its answers */
	struct str *payloads, *answers;
	size_t n;
	bool ok;
	struct err err;
	pthread_t thread;
	bool runs;
	atomic_bool done, stop;
};

static void *ask_and_end(void *data)
{
	struct codec_asking *a = data;
	struct codec_peer *peer = &a->remote.peer;

	a->ok = peer->call(peer->data, CODEC_DECODE, a->payloads, a->n, &a->arena, a->answers, &a->err);
	atomic_store(&a->done, true);
	return NULL;
}

/* Its thread, where it is through. False: it is not. */
static bool is_through(struct codec_asking *a)
{
	if (a->runs && !atomic_load(&a->done))
		return false;
	if (a->runs)
		pthread_join(a->thread, NULL);
	a->runs = false;
	return true;
}

static void end(struct codec_asking *a)
{
	codec_remote_close(&a->remote);
	arena_done(&a->arena);
	mem_free(a);
}

static void close_codec(void *data)
{
	struct viewing *v = data;
	struct codec_asking *a = v->codec;

	v->codec = NULL;
	if (!a)
		return;
	atomic_store(&a->stop, true);
	if (is_through(a))
		end(a);
	else
		v->codec_left = a; /* the only one: it was not asked before another had gone */
}

static bool open_codec(void *data, struct str url, struct arena *a, struct str *ret_shown,
		       struct err *err)
{
	struct viewing *v = data;
	struct codec_asking *asking = mem_zalloc(sizeof(*asking));
	struct codec_remote_settings settings = codec_server_settings(&v->options->codec);
	struct str shown;

	settings.endpoint = arena_str(a, url);
	settings.tries = 1; /* the user asks again */
	settings.stop = &asking->stop;
	arena_init(&asking->arena);
	if (!codec_remote_open(&asking->remote, v->context->schema, &settings, err)) {
		end(asking);
		return false;
	}
	close_codec(v);
	v->codec = asking;
	shown = codec_remote_shown(settings.endpoint, a);
	shown = str_skip(shown, (size_t)str_find(shown, STR("://")) + 3);
	*ret_shown = arena_printf(a, "%.*s%s", STR_ARG(shown),
				  codec_remote_is_open(&settings) ? " in the clear" : "");
	return true;
}

static bool ask_codec(void *data, const struct str *payloads, size_t n)
{
	struct viewing *v = data;
	struct codec_asking *a = v->codec;

	if (v->codec_left && !is_through(v->codec_left))
		return false;
	if (v->codec_left)
		end(v->codec_left);
	v->codec_left = NULL;
	arena_done(&a->arena);
	arena_init(&a->arena);
	a->n = n;
	a->payloads = arena_array(&a->arena, struct str, n);
	a->answers = arena_array(&a->arena, struct str, n);
	for (size_t i = 0; i < n; i++)
		a->payloads[i] = arena_str(&a->arena, payloads[i]);
	a->err = (struct err)ERR_INIT;
	a->ok = false;
	atomic_store(&a->done, false);
	a->runs = thread_start(&a->thread, ask_and_end, a);
	if (!a->runs)
		err_set(&a->err, ERR_LIMIT, "there is no thread to ask the codec server with");
	return true;
}

static enum codec_take take_answers(void *data, const struct str **ret, struct err *err)
{
	struct viewing *v = data;
	struct codec_asking *a = v->codec;

	if (!is_through(a))
		return CODEC_NOTHING_YET;
	*err = a->err;
	*ret = a->answers;
	return a->ok ? CODEC_ANSWERS : CODEC_FAILED;
}

void view_codec_begin(struct viewing *v)
{
	v->codec_outside =
		(struct codec_outside){open_codec, close_codec, ask_codec, take_answers, v};
}

bool view_codec_wait(struct viewing *v)
{
	const struct timespec pause = {0, 5 * 1000000};
	bool waited = false;

	for (; session_waits(&v->session); waited = true)
		if (!session_idle(&v->session))
			nanosleep(&pause, NULL);
	return waited;
}

void view_codec_end(struct viewing *v)
{
	close_codec(v);
	if (!v->codec_left)
		return;
	pthread_join(v->codec_left->thread, NULL);
	end(v->codec_left);
	v->codec_left = NULL;
}
