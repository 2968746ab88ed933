/* SPDX-License-Identifier: MIT */
/* matcher.c: plain texts by a search for bytes, the others by rex.h. */
#include "viewer/model/matcher.h"

#include "formats/history/text_find.h"

static bool is_capital(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* A letter behind a backslash is no letter: \W is not a capital. */
static bool has_capital(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (is_capital(text.p[i]) && (i == 0 || text.p[i - 1] != '\\'))
			return true;
	return false;
}

static bool looks_regular(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (strchr(".[]()*+?{}|^$\\", text.p[i]))
			return true;
	return false;
}

void matcher_init(struct matcher *m, struct str text, struct arena *a)
{
	*m = (struct matcher){.text = arena_str(a, text), .any_case = !has_capital(text)};
	buf_init(&m->folded, 0);
	if (looks_regular(text) && !rex_read(&m->rex, m->text, a, NULL))
		m->rex = NULL;
}

void matcher_done(struct matcher *m)
{
	buf_done(&m->folded);
}

static struct str fold(struct matcher *m, struct str s)
{
	char *p;

	buf_clear(&m->folded);
	p = buf_room(&m->folded, s.n + 1);
	if (!p)
		return s;
	for (size_t i = 0; i < s.n; i++)
		p[i] = is_capital(s.p[i]) ? (char)(s.p[i] | 0x20) : s.p[i];
	return str_slice(p, s.n);
}

bool matcher_find(struct matcher *m, struct str s, size_t from, size_t *ret_start, size_t *ret_end)
{
	struct str in = m->any_case ? fold(m, s) : s;
	ptrdiff_t at;

	if (m->rex) {
		while (rex_find(m->rex, in, from, ret_start, ret_end)) {
			if (*ret_end > *ret_start)
				return true;
			from = *ret_end + 1;
			if (from > s.n)
				return false;
		}
		return false;
	}
	if (!m->text.n)
		return false;
	at = str_find_from(in, m->text, from);
	if (at < 0)
		return false;
	*ret_start = (size_t)at;
	*ret_end = (size_t)at + m->text.n;
	return true;
}

struct looking {
	struct matcher *m;
	bool found;
};

static bool look(void *data, const struct text_at *at)
{
	struct looking *l = data;
	size_t start, end;

	l->found = matcher_find(l->m, at->text, 0, &start, &end);
	return !l->found;
}

bool matcher_fits(struct matcher *m, const struct history *h, size_t event,
		  const struct codec_tools *tools)
{
	struct looking l = {.m = m};

	text_find_each(h, event, tools, look, &l);
	return l.found;
}
