/* SPDX-License-Identifier: MIT */
/* session_codec.c: payloads on the screen, and the codec server that the user named for them. */
#include "viewer/act/act.h"

/* Of one request. */
#define PAYLOADS_MOST ((size_t)200)

bool session_codec_known(void *data, struct str payload, struct str *ret)
{
	struct session *s = data;

	return !s->mask && codec_book_known(&s->book, payload, ret);
}

bool session_codec_set(struct session *s, struct str url, struct err *err)
{
	const struct codec_outside *o = s->options.codec;
	struct str shown;

	if (!o)
		return err_set(err, ERR_USAGE, "no codec server can be asked here");
	if (s->mask)
		return err_set(err, ERR_USAGE, "secrets are masked, of which what a server says "
			       "may hold some (without --redact, or after :redact off)");
	if (!o->open(o->data, url, &s->arena, &shown, err))
		return false;
	codec_book_clear(&s->book);
	s->codec = shown;
	session_changed(s);
	return true;
}

void session_codec_end(struct session *s)
{
	if (s->codec.n)
		s->options.codec->close(s->options.codec->data);
	codec_book_clear(&s->book);
	s->codec = STR_NONE;
	session_changed(s);
}

bool session_codec_want(struct session *s, const struct payload *left, struct str bytes,
			enum codec_standing *ret, struct str *ret_why)
{
	bool readable = left->kind != PAYLOAD_UNKNOWN && left->kind < PAYLOAD_ZLIB;

	if (!s->codec.n || s->mask || readable || left->reference || s->payload != PAYLOAD_MODE_DECODED)
		return false;
	*ret = codec_book_want(&s->book, bytes, ret_why);
	return true;
}

bool session_waits(const struct session *s)
{
	return s->codec.n && (s->book.n_waits || s->book.n_asked);
}

static bool take_answers(struct session *s)
{
	const struct codec_outside *o = s->options.codec;
	const struct str *answers;
	struct err err = ERR_INIT;

	switch (o->take(o->data, &answers, &err)) {
	case CODEC_NOTHING_YET:
		return false;
	case CODEC_ANSWERS:
		codec_book_answered(&s->book, answers);
		break;
	case CODEC_FAILED:
		codec_book_refused(&s->book, str_of(err.message));
	}
	session_changed(s);
	session_settle(s);
	return true;
}

bool codec_idle(struct session *s)
{
	const struct codec_outside *o = s->options.codec;
	struct str payloads[PAYLOADS_MOST];
	size_t n;

	if (!s->codec.n)
		return false;
	if (s->book.n_asked)
		return take_answers(s);
	n = codec_book_next(&s->book, payloads, PAYLOADS_MOST);
	if (n && o->ask(o->data, payloads, n))
		codec_book_asked(&s->book, n);
	return false; /* nothing is new on the screen */
}

/* ---- what the user does ---- */

void act_codec(struct session *s, struct str argument)
{
	struct err err = ERR_INIT;
	struct str url = str_trim(argument);

	if (str_is(url, "off")) {
		session_codec_end(s);
		session_message(s, STYLE_PLAIN, "no codec server is asked");
	} else if (!session_codec_set(s, url, &err)) {
		session_message(s, STYLE_BAD, ":codec URL, or off: %s", err.message);
	} else {
		session_message(s, STYLE_PLAIN, "%.*s is asked for payloads on the screen",
				STR_ARG(s->codec));
	}
}

void act_codec_again(struct session *s, struct str argument)
{
	size_t n = codec_book_again(&s->book);

	session_changed(s);
	if (!s->codec.n)
		session_message(s, STYLE_ODD, "no codec server is set (:codec URL)");
	else if (!n)
		session_message(s, STYLE_PLAIN, "nothing was refused by the codec server");
}
