/* SPDX-License-Identifier: MIT */
/* layer_grpc.c: the flag and the length that gRPC puts before each message. */
#include "formats/bytes/layer.h"

#include "formats/base/limits.h"

/*
 * One byte of flags, four of length (most significant first), the message. Several messages
 * come out joined, which for protobuf is one message with the fields of all. gRPC-Web ends
 * with a frame of trailers, which is passed over.
 */
#define HEADER_BYTES 5
#define FLAG_COMPRESSED 0x01
#define FLAG_TRAILERS 0x80

struct grpc {
	uint64_t left; /* of the message that we are in */
	bool trailers; /* it is none */
};

static uint32_t length_of(struct str s)
{
	return (uint32_t)(uint8_t)s.p[1] << 24 | (uint32_t)(uint8_t)s.p[2] << 16 |
	       (uint32_t)(uint8_t)s.p[3] << 8 | (uint8_t)s.p[4];
}

static bool is_flag(char c)
{
	return c == 0 || (uint8_t)c == FLAG_COMPRESSED || (uint8_t)c == FLAG_TRAILERS;
}

/* A flag of zero, a length that fits, a message that begins like one, a next flag. */
static bool sniff(struct str begin, bool whole)
{
	struct str message = str_skip(begin, HEADER_BYTES);
	uint32_t n;

	(void)whole;
	if (begin.n < HEADER_BYTES + 2 || begin.p[0] != 0)
		return false;
	n = length_of(begin);
	if (n < 2 || n > LIMIT_GRPC_MESSAGE_BYTES || !memchr("\x0a\x12", message.p[0], 2))
		return false;
	return message.n <= n || is_flag(message.p[n]);
}

static bool begin_frame(struct grpc *s, struct layer_io *io, struct err *err)
{
	uint8_t flag;

	if (io->in.n == 0) {
		io->ended = io->in_at_end;
		return true;
	}
	if (io->in.n < HEADER_BYTES)
		return true;
	flag = (uint8_t)io->in.p[0];
	if (flag == FLAG_COMPRESSED)
		return layer_damaged(&LAYER_GRPC, io, "a compressed message (flag 1): have it sent "
				     "with grpc-encoding identity; it begins", err);
	if (!is_flag(io->in.p[0]))
		return layer_damaged(&LAYER_GRPC, io, "no message begins", err);
	s->left = length_of(io->in);
	s->trailers = flag == FLAG_TRAILERS;
	io->in = str_skip(io->in, HEADER_BYTES);
	io->in_at += HEADER_BYTES;
	return true;
}

static bool step(void *state, struct layer_io *io, struct err *err)
{
	struct grpc *s = state;
	size_t n;

	if (!s->left)
		return begin_frame(s, io, err);
	n = s->left < io->in.n ? (size_t)s->left : io->in.n;
	n = n < io->room ? n : io->room;
	if (!s->trailers) {
		memcpy(io->out, io->in.p, n);
		io->out += n;
		io->room -= n;
	}
	io->in = str_skip(io->in, n);
	io->in_at += n;
	s->left -= n;
	return true;
}

const struct layer LAYER_GRPC = {
	.name = "gRPC frames",
	.evidence = "begins with a flag of zero and the length of the message behind it",
	.sniff = sniff,
	.state_bytes = sizeof(struct grpc),
	.step = step,
};
