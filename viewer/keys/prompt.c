/* SPDX-License-Identifier: MIT */
/* prompt.c: editing one line, recalling earlier ones, completing names of actions. */
#include "viewer/keys/prompt.h"

#include <stdio.h>

#define PROMPT_BYTES ((size_t)4096)

void prompt_init(struct prompt *p)
{
	*p = (struct prompt){0};
	buf_init(&p->text, PROMPT_BYTES);
	buf_init(&p->stem, PROMPT_BYTES);
}

void prompt_done(struct prompt *p)
{
	for (size_t i = 0; i < p->n_history; i++)
		buf_done(&p->history[i].text);
	buf_done(&p->stem);
	buf_done(&p->text);
}

static void set_text(struct prompt *p, struct str text)
{
	buf_clear(&p->text);
	buf_add(&p->text, text);
	p->at = p->text.n;
}

void prompt_open(struct prompt *p, enum action action, const char *lead, struct str text)
{
	p->open = true;
	p->action = action;
	snprintf(p->lead, sizeof(p->lead), "%s", lead);
	p->recalled = 0;
	p->completes = false;
	set_text(p, text);
}

static size_t before(const struct prompt *p, size_t at)
{
	do {
		at -= at > 0;
	} while (at && ((unsigned char)p->text.p[at] & 0xc0) == 0x80);
	return at;
}

static size_t behind(const struct prompt *p, size_t at)
{
	do {
		at += at < p->text.n;
	} while (at < p->text.n && ((unsigned char)p->text.p[at] & 0xc0) == 0x80);
	return at;
}

static void cut(struct prompt *p, size_t from, size_t to)
{
	memmove(p->text.p + from, p->text.p + to, p->text.n - to);
	p->text.n -= to - from;
	p->text.p[p->text.n] = '\0';
	p->at = from;
}

static void insert(struct prompt *p, uint32_t rune)
{
	char utf8[4];
	size_t n = str_put_utf8(utf8, rune);

	if (!buf_room(&p->text, n + 1))
		return;
	memmove(p->text.p + p->at + n, p->text.p + p->at, p->text.n - p->at);
	memcpy(p->text.p + p->at, utf8, n);
	p->text.n += n;
	p->text.p[p->text.n] = '\0';
	p->at += n;
}

static void cut_word(struct prompt *p)
{
	size_t from = p->at;

	while (from && p->text.p[from - 1] == ' ')
		from--;
	while (from && p->text.p[from - 1] != ' ')
		from--;
	cut(p, from, p->at);
}

static const struct prompt_entry *entry(const struct prompt *p, size_t back)
{
	for (size_t i = p->n_history; i > 0; i--)
		if (p->history[i - 1].lead == p->lead[0] && --back == 0)
			return &p->history[i - 1];
	return NULL;
}

static void recall(struct prompt *p, int step)
{
	size_t back = p->recalled + (size_t)step;
	const struct prompt_entry *e = back ? entry(p, back) : NULL;

	if (step < 0 && !p->recalled)
		return;
	if (back && !e)
		return;
	p->recalled = back;
	set_text(p, e ? buf_str(&e->text) : STR(""));
}

/* Names of actions, one after the other with each Tab. */
static void complete(struct prompt *p)
{
	size_t seen = 0;

	if (p->lead[0] != ':' || (!p->completes && str_has(buf_str(&p->text), " ")))
		return;
	if (!p->completes) {
		p->completes = true;
		p->completion = 0;
		buf_clear(&p->stem);
		buf_add(&p->stem, buf_str(&p->text));
	}
	for (size_t i = 0; i < N_ACTION_ROWS; i++) {
		const struct action_row *row = &ACTION_ROWS[i];

		if (row->part || !str_starts(str_of(row->name), buf_str(&p->stem)) ||
		    seen++ < p->completion)
			continue;
		p->completion++;
		set_text(p, str_of(row->name));
		return;
	}
	p->completion = 0;
	set_text(p, buf_str(&p->stem));
}

static void keep(struct prompt *p)
{
	struct prompt_entry new = {.lead = p->lead[0]};

	if (p->n_history == PROMPT_HISTORY_MOST) {
		new.text = p->history[0].text; /* its room is used again */
		p->n_history--;
		memmove(p->history, p->history + 1, p->n_history * sizeof(*p->history));
	} else {
		buf_init(&new.text, PROMPT_BYTES);
	}
	buf_clear(&new.text);
	buf_add(&new.text, buf_str(&p->text));
	p->history[p->n_history++] = new;
}

static enum prompt_end leave(struct prompt *p, enum prompt_end how)
{
	const struct prompt_entry *last = entry(p, 1);

	p->open = false;
	if (how == PROMPT_ENTERED && p->text.n &&
	    (!last || !str_eq(buf_str(&last->text), buf_str(&p->text))))
		keep(p);
	return how;
}

enum prompt_end prompt_key(struct prompt *p, struct key key)
{
	if (key.code == KEYCODE_TAB) {
		complete(p);
		return PROMPT_GOES_ON;
	}
	p->completes = false;
	switch (key.code) {
	case KEYCODE_ENTER:
		return leave(p, PROMPT_ENTERED);
	case KEYCODE_ESC:
	case 'C' - '@':
		return leave(p, PROMPT_LEFT);
	case KEYCODE_BACKSPACE:
	case 'H' - '@':
		if (!p->text.n)
			return leave(p, PROMPT_LEFT);
		cut(p, before(p, p->at), p->at);
		break;
	case KEYCODE_DELETE:
		cut(p, p->at, behind(p, p->at));
		break;
	case 'U' - '@':
		cut(p, 0, p->at);
		break;
	case 'W' - '@':
		cut_word(p);
		break;
	case KEYCODE_LEFT:
		p->at = before(p, p->at);
		break;
	case KEYCODE_RIGHT:
		p->at = behind(p, p->at);
		break;
	case KEYCODE_HOME:
	case 'A' - '@':
		p->at = 0;
		break;
	case KEYCODE_END:
	case 'E' - '@':
		p->at = p->text.n;
		break;
	case KEYCODE_UP:
		recall(p, 1);
		break;
	case KEYCODE_DOWN:
		recall(p, -1);
		break;
	default:
		if (key.code >= ' ' && key.code < KEYCODE_SPECIAL)
			insert(p, key.code);
	}
	return PROMPT_GOES_ON;
}
