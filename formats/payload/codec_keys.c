/* SPDX-License-Identifier: MIT */
/* codec_keys.c: keys by id, from a file's lines or the environment. */
#include "formats/payload/codec.h"

#include "formats/base/base64.h"
#include "formats/base/limits.h"
#include "formats/read/load.h"

#include <sys/stat.h>

#define VARIABLE "HINDCAST_KEY_"

void codec_keys_init(struct codec_keys *keys)
{
	*keys = (struct codec_keys){0};
	arena_init(&keys->arena);
}

void codec_keys_done(struct codec_keys *keys)
{
	for (size_t i = 0; i < keys->keys.n; i++)
		explicit_bzero(keys->keys.at[i].bytes, sizeof(keys->keys.at[i].bytes));
	vec_done(&keys->keys);
	arena_done(&keys->arena);
}

/* These three write up to 64 bytes and return false for what is no key in that spelling. */
static bool read_hex(struct str s, char *to, size_t *ret_n)
{
	if (s.n % 2 || s.n > 128)
		return false;
	for (size_t i = 0; i < s.n; i += 2) {
		int high = str_hex_digit(s.p[i]), low = str_hex_digit(s.p[i + 1]);

		if (high < 0 || low < 0)
			return false;
		to[i / 2] = (char)(high << 4 | low);
	}
	*ret_n = s.n / 2;
	return true;
}

static bool read_base64(struct str s, char *to, size_t *ret_n)
{
	return BASE64_DECODED_MAX(s.n) <= 64 && base64_decode(s, to, ret_n);
}

static bool read_text(struct str s, char *to, size_t *ret_n)
{
	if (s.n > 64)
		return false;
	memcpy(to, s.p, s.n);
	*ret_n = s.n;
	return true;
}

static const struct {
	struct str prefix;
	bool (*read)(struct str s, char *to, size_t *ret_n);
} SPELLINGS[] = {
	{STR("hex:"), read_hex},
	{STR("base64:"), read_base64},
	{STR("text:"), read_text},
};

static bool read_key(struct str s, struct codec_key *ret, struct err *err)
{
	char bytes[64];
	size_t n = 0, i = 0;

	while (i < sizeof(SPELLINGS) / sizeof(*SPELLINGS) && !str_starts(s, SPELLINGS[i].prefix))
		i++;
	if (i == sizeof(SPELLINGS) / sizeof(*SPELLINGS))
		return err_set(err, ERR_SYNTAX, "a key begins with hex:, base64: or text:");
	if (!SPELLINGS[i].read(str_skip(s, SPELLINGS[i].prefix.n), bytes, &n))
		return err_set(err, ERR_SYNTAX, "not a key in the spelling %.*s",
			       STR_ARG(SPELLINGS[i].prefix));
	if (n != 16 && n != 24 && n != 32)
		return err_set(err, ERR_SYNTAX, "a key of %zu bytes: 16, 24 or 32 are expected", n);
	memcpy(ret->bytes, bytes, n);
	ret->n = n;
	explicit_bzero(bytes, sizeof(bytes));
	return true;
}

static const struct codec_key *find(const struct codec_keys *keys, struct str id)
{
	for (size_t i = 0; i < keys->keys.n; i++)
		if (str_eq(keys->keys.at[i].id, id))
			return &keys->keys.at[i];
	return NULL;
}

static bool add_key(struct codec_keys *keys, struct str id, struct str spelled, struct err *err)
{
	struct codec_key key = {.n = 0};

	if (!read_key(spelled, &key, err))
		return false;
	key.id = arena_str(&keys->arena, id);
	vec_push(&keys->keys, key);
	explicit_bzero(&key, sizeof(key));
	return true;
}

/* An id may hold blanks, a spelled key none: what is behind the last one is the key. */
static bool read_line(struct codec_keys *keys, struct str line, struct err *err)
{
	size_t at = line.n;

	while (at && line.p[at - 1] != ' ' && line.p[at - 1] != '\t')
		at--;
	if (!at)
		return err_set(err, ERR_SYNTAX, "an id, a blank and a key are expected");
	if (find(keys, str_trim(str_take(line, at))))
		return err_set(err, ERR_SYNTAX, "the id \"%.*s\" for the second time",
			       STR_ARG(str_take(str_trim(str_take(line, at)), 100)));
	return add_key(keys, str_trim(str_take(line, at)), str_skip(line, at), err);
}

bool codec_keys_read(struct codec_keys *keys, struct str text, struct err *err)
{
	for (int64_t number = 1; text.n; number++) {
		struct str line = str_trim(str_split(&text, '\n'));

		if (!line.n || line.p[0] == '#')
			continue;
		if (keys->keys.n == LIMIT_KEYS)
			return err_set(err, ERR_LIMIT, "more than %zu keys", LIMIT_KEYS);
		if (!read_line(keys, line, err)) {
			if (err)
				err->line = number;
			return err_wrap(err, "line %lld", (long long)number);
		}
	}
	return true;
}

bool codec_keys_open(struct codec_keys *keys, struct str path, bool *ret_exposed,
		     struct err *err)
{
	struct stat st = {0};
	struct arena a;
	struct buf text;
	bool ok;

	arena_init(&a);
	buf_init(&text, LIMIT_KEY_FILE_BYTES);
	*ret_exposed = stat(arena_cstr(&a, path), &st) == 0 && S_ISREG(st.st_mode) &&
		       (st.st_mode & (S_IRGRP | S_IROTH));
	ok = source_read(path, &text, err);
	if (ok)
		ok = codec_keys_read(keys, buf_str(&text), err) ||
		     err_wrap(err, "%.*s", STR_ARG(path));
	if (text.p)
		explicit_bzero(text.p, text.n);
	buf_done(&text);
	arena_done(&a);
	return ok;
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

const struct codec_key *codec_key_find(struct codec_keys *keys, struct str id, struct err *err)
{
	const struct codec_key *key = find(keys, id);
	char name[sizeof(VARIABLE) + 200] = VARIABLE;
	size_t n = sizeof(VARIABLE) - 1;
	const char *value;

	if (key || !keys->environment || n + id.n >= sizeof(name) ||
	    keys->keys.n == LIMIT_KEYS)
		return key;
	for (size_t i = 0; i < id.n; i++) {
		char c = is_word(id.p[i]) ? id.p[i] : '_';

		name[n++] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
	}
	name[n] = '\0';
	value = keys->environment(name);
	if (!value)
		return NULL;
	if (!add_key(keys, id, str_of(value), err)) {
		err_wrap(err, "%s", name);
		return NULL;
	}
	return vec_last(&keys->keys);
}
