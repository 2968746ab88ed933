/* SPDX-License-Identifier: MIT */
/* wrap.c: compressors and printers of bytes, as others make them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <zlib.h>
#include <zstd.h>

#include "formats/base/base64.h"
#include "tests/unit/wrap.h"

static void deflated(struct buf *out, struct str s, int window)
{
	z_stream z = {0};
	char *room = buf_room(out, s.n + 1000);

	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (Bytef *)(uintptr_t)s.p;
	z.avail_in = (uInt)s.n;
	z.next_out = (Bytef *)room;
	z.avail_out = (uInt)s.n + 1000;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	out->n += z.total_out;
	deflateEnd(&z);
}

void wrap_gzip(struct buf *out, struct str s)
{
	deflated(out, s, 16 + MAX_WBITS);
}

static void put_gzip_members(struct buf *out, struct str s)
{
	wrap_gzip(out, str_take(s, s.n / 3));
	wrap_gzip(out, STR(""));
	wrap_gzip(out, str_skip(s, s.n / 3));
	buf_add(out, STR("\0\0\0\0\0"));
}

static void put_zlib(struct buf *out, struct str s)
{
	deflated(out, s, MAX_WBITS);
}

void wrap_frame(struct buf *out, struct str s)
{
	size_t bound = ZSTD_compressBound(s.n);

	out->n += ZSTD_compress(buf_room(out, bound), bound, s.p, s.n, 3);
}

static void put_zstd(struct buf *out, struct str s)
{
	buf_add(out, STR("\x53\x2a\x4d\x18\x03\0\0\0abc"));
	wrap_frame(out, str_take(s, s.n / 2));
	wrap_frame(out, STR(""));
	wrap_frame(out, str_skip(s, s.n / 2));
	buf_add(out, STR("\x50\x2a\x4d\x18\0\0\0\0"));
}

static void put_bom(struct buf *out, struct str s)
{
	buf_puts(out, "\xef\xbb\xbf");
	buf_add(out, s);
}

static void put_unit(struct buf *out, unsigned u, bool big)
{
	buf_add_char(out, (char)(big ? u >> 8 : u));
	buf_add_char(out, (char)(big ? u : u >> 8));
}

/* Good UTF-8 only. */
static void put_utf16(struct buf *out, struct str s, bool big)
{
	for (size_t i = 0; i < s.n;) {
		unsigned c = (uint8_t)s.p[i], n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
		unsigned rune = n == 1 ? c : c & (0x7f >> n);

		for (unsigned k = 1; k < n; k++)
			rune = rune << 6 | ((uint8_t)s.p[i + k] & 0x3f);
		if (rune > 0xffff) {
			put_unit(out, 0xd800 + ((rune - 0x10000) >> 10), big);
			put_unit(out, 0xdc00 + ((rune - 0x10000) & 0x3ff), big);
		} else {
			put_unit(out, rune, big);
		}
		i += n;
	}
}

static void put_utf16le(struct buf *out, struct str s)
{
	put_unit(out, 0xfeff, false);
	put_utf16(out, s, false);
}

static void put_utf16be(struct buf *out, struct str s)
{
	put_unit(out, 0xfeff, true);
	put_utf16(out, s, true);
}

static void put_utf16le_bare(struct buf *out, struct str s)
{
	put_utf16(out, s, false);
}

static void put_utf16be_bare(struct buf *out, struct str s)
{
	put_utf16(out, s, true);
}

static void put_hex(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		buf_printf(out, "%02x", (unsigned)(uint8_t)s.p[i]);
}

static void put_hex_lines(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		buf_printf(out, "%02X%s", (unsigned)(uint8_t)s.p[i], i % 30 == 29 ? "\r\n" : i % 2 ? " " : "");
	buf_puts(out, "\n");
}

static void put_hex_c(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		buf_printf(out, "0x%02x, ", (unsigned)(uint8_t)s.p[i]);
}

static void put_hex_sql(struct buf *out, struct str s)
{
	buf_puts(out, "\\x");
	put_hex(out, s);
}

static void put_hex_quoted(struct buf *out, struct str s)
{
	buf_puts(out, "X'");
	put_hex(out, s);
	buf_puts(out, "'\n");
}

static void put_letters(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		buf_add_char(out, s.p[i] > ' ' && s.p[i] < 0x7f ? s.p[i] : '.');
}

static void put_xxd(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.n; i += 16) {
		buf_printf(out, "%08zx:", i);
		for (size_t k = i; k < i + 16; k++) {
			if (k % 2 == 0)
				buf_puts(out, " ");
			if (k < s.n)
				buf_printf(out, "%02x", (unsigned)(uint8_t)s.p[k]);
			else
				buf_puts(out, "  ");
		}
		buf_puts(out, "  ");
		put_letters(out, str_take(str_skip(s, i), 16));
		buf_puts(out, "\n");
	}
}

static void put_hexdump(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.n; i += 16) {
		if (i && i + 16 < s.n && memcmp(s.p + i, s.p + i - 16, 16) == 0) {
			if (i < 32 || memcmp(s.p + i - 16, s.p + i - 32, 16) != 0)
				buf_puts(out, "*\n");
			continue;
		}
		buf_printf(out, "%08zx ", i);
		for (size_t k = i; k < i + 16 && k < s.n; k++)
			buf_printf(out, "%s%02x", k % 8 ? " " : k % 16 ? "  " : " ",
				   (unsigned)(uint8_t)s.p[k]);
		buf_puts(out, "  |");
		put_letters(out, str_take(str_skip(s, i), 16));
		buf_puts(out, "|\n");
	}
	buf_printf(out, "%08zx\n", s.n);
}

static void put_base64(struct buf *out, struct str s)
{
	base64_encode(s, buf_room(out, BASE64_ENCODED(s.n)));
	out->n += BASE64_ENCODED(s.n);
	out->p[out->n] = '\0';
}

static void put_base64_lines(struct buf *out, struct str s)
{
	struct buf one = {0};

	put_base64(&one, s);
	for (size_t i = 0; i < one.n; i += 76) {
		buf_add(out, str_take(str_skip(buf_str(&one), i), 76));
		buf_puts(out, "\r\n");
	}
	buf_done(&one);
}

static void put_base64_url(struct buf *out, struct str s)
{
	size_t from = out->n;

	put_base64(out, s);
	while (out->p[out->n - 1] == '=')
		out->n--;
	for (size_t i = from; i < out->n; i++)
		out->p[i] = out->p[i] == '+' ? '-' : out->p[i] == '/' ? '_' : out->p[i];
}

static void put_base64_parts(struct buf *out, struct str s)
{
	put_base64(out, str_take(s, 31));
	buf_puts(out, "\n");
	put_base64(out, str_skip(s, 31));
}

static void put_grpc_frame(struct buf *out, struct str s)
{
	buf_add_char(out, 0);
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_add_char(out, (char)(s.n >> shift));
	buf_add(out, s);
}

static void put_grpc(struct buf *out, struct str s)
{
	put_grpc_frame(out, str_take(s, 7));
	put_grpc_frame(out, STR(""));
	put_grpc_frame(out, str_skip(s, 7));
	buf_add(out, STR("\x80\0\0\0\x0fgrpc-status: 0\r"));
}

const struct wrapping WRAPPINGS[] = {
	{"gzip", wrap_gzip, CUT_IS_TOLD},
	{"gzip", put_gzip_members, 0},
	{"zlib", put_zlib, CUT_IS_TOLD},
	{"zstd", put_zstd, 0},
	{"zstd", wrap_frame, CUT_IS_TOLD},
	{"UTF-8 byte order mark", put_bom, 0},
	{"UTF-16LE", put_utf16le, 0},
	{"UTF-16BE", put_utf16be, 0},
	{"UTF-16LE", put_utf16le_bare, 0},
	{"UTF-16BE", put_utf16be_bare, 0},
	{"hex text", put_hex, 0},
	{"hex text", put_hex_lines, 0},
	{"hex text", put_hex_c, 0},
	{"hex text", put_hex_sql, 0},
	{"hex text", put_hex_quoted, 0},
	{"hex dump", put_xxd, 0},
	{"hex dump", put_hexdump, 0},
	{"base64 text", put_base64, 0},
	{"base64 text", put_base64_lines, 0},
	{"base64 text", put_base64_url, 0},
	{"base64 text", put_base64_parts, 0},
	{"gRPC frames", put_grpc, ONLY_MESSAGES},
};
const size_t N_WRAPPINGS = sizeof(WRAPPINGS) / sizeof(*WRAPPINGS);

/* A History with some events, as bytes that no text is. */
struct buf wrap_message(void)
{
	struct buf b = {0};

	for (int i = 1; i < 40; i++) {
		buf_add(&b, STR("\x0a\x24\x08"));
		buf_add_char(&b, (char)i);
		buf_add(&b, STR("\x12\x02\x08\x05\x18\x02\x32\x1a"));
		for (int k = 0; k < 26; k++)
			buf_add_char(&b, (char)(k < 20 ? 0 : i * k));
	}
	return b;
}
