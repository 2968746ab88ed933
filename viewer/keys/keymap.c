/* SPDX-License-Identifier: MIT */
/* keymap.c: bindings read off their spelling, and looked up. */
#include "viewer/keys/keymap.h"

static bool read_keys(struct str text, struct binding *ret, struct err *err)
{
	ret->n = 0;
	for (struct str rest = str_trim(text); rest.n;) {
		struct str one = str_split(&rest, ' ');

		if (!one.n)
			continue;
		if (ret->n == KEYS_MOST)
			return err_set(err, ERR_USAGE, "'%.*s': more than %d keys", STR_ARG(text),
				       KEYS_MOST);
		if (!key_read(one, &ret->keys[ret->n]))
			return err_set(err, ERR_USAGE,
				       "'%.*s' is no key (they are spelled as in help: j, Ctrl-D, PgDn, F2)",
				       STR_ARG(one));
		ret->n++;
	}
	return ret->n || err_set(err, ERR_USAGE, "a key is expected");
}

static bool same_keys(const struct binding *a, const struct binding *b)
{
	return a->n == b->n && memcmp(a->keys, b->keys, a->n * sizeof(*a->keys)) == 0;
}

static void drop(struct keymap *m, const struct binding *keys)
{
	size_t kept = 0;

	for (size_t i = 0; i < m->bindings.n; i++)
		if (!same_keys(&m->bindings.at[i], keys))
			m->bindings.at[kept++] = m->bindings.at[i];
	m->bindings.n = kept;
}

bool keymap_bind(struct keymap *m, struct str keys, enum action action, struct str argument,
		 struct err *err)
{
	struct binding b = {.action = action, .argument = argument};

	if (!read_keys(keys, &b, err))
		return false;
	drop(m, &b);
	vec_push(&m->bindings, b);
	return true;
}

bool keymap_unbind(struct keymap *m, struct str keys, struct err *err)
{
	struct binding b;

	if (!read_keys(keys, &b, err))
		return false;
	drop(m, &b);
	return true;
}

void keymap_init(struct keymap *m)
{
	*m = (struct keymap){0};
	for (size_t i = 0; i < N_ACTION_ROWS; i++) {
		struct str rest = str_of(ACTION_ROWS[i].keys);

		while (!ACTION_ROWS[i].part && rest.n) {
			struct err err = ERR_INIT;
			bool ok = keymap_bind(m, str_split(&rest, ','), ACTION_ROWS[i].action,
					      STR_NONE, &err);

			BUG_IF(!ok);
		}
	}
}

void keymap_done(struct keymap *m)
{
	vec_done(&m->bindings);
}

enum keymap_found keymap_find(const struct keymap *m, const uint32_t *keys, size_t n,
			      const struct binding **ret)
{
	enum keymap_found found = KEYMAP_NOTHING;

	for (size_t i = 0; i < m->bindings.n; i++) {
		const struct binding *b = &m->bindings.at[i];

		if (b->n < n || memcmp(b->keys, keys, n * sizeof(*keys)) != 0)
			continue;
		if (b->n == n) {
			*ret = b;
			return KEYMAP_ACTION;
		}
		found = KEYMAP_MORE;
	}
	return found;
}

void keymap_keys(const struct keymap *m, enum action action, struct buf *out)
{
	size_t begin = out->n;

	for (size_t i = 0; i < m->bindings.n; i++) {
		const struct binding *b = &m->bindings.at[i];

		if (b->action != action || b->argument.p)
			continue;
		if (out->n > begin)
			buf_puts(out, ", ");
		for (size_t k = 0; k < b->n; k++) {
			if (k)
				buf_add_char(out, ' ');
			key_add(out, b->keys[k]);
		}
	}
}
