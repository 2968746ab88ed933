/* SPDX-License-Identifier: MIT */
/* term_script.c: keys out of a text, screens into one. */
#include "viewer/term/term.h"

#include "formats/base/arena.h"
#include "formats/base/mem.h"
#include "formats/base/visible.h"
#include "formats/base/vec.h"

#include <time.h>

enum step_kind { STEP_KEY, STEP_SCREEN, STEP_STYLES };

struct step {
	enum step_kind kind;
	struct key key;
};

struct term_script {
	struct terminal term;
	VEC_OF(struct step) steps;
	size_t at;
	int width, height;
	struct screen last; /* as it was drawn */
	struct buf *out;
};

static struct term_script *of(struct terminal *t)
{
	return (struct term_script *)t;
}

/* What comes before the next key is shown by then. */
static void show(struct term_script *s)
{
	for (; s->at < s->steps.n && s->steps.at[s->at].kind != STEP_KEY; s->at++)
		if (s->steps.at[s->at].kind == STEP_SCREEN)
			screen_text(&s->last, s->out);
		else
			screen_styles(&s->last, s->out);
}

static enum term_read script_read(struct terminal *t, int wait, struct key *ret)
{
	struct term_script *s = of(t);

	const struct timespec pause = {wait / 1000, wait % 1000 * 1000000L};

	if (wait > 0)
		nanosleep(&pause, NULL);
	if (wait >= 0) /* whatever is being worked out is finished first */
		return TERM_IDLE;
	show(s);
	if (s->at == s->steps.n)
		return TERM_END;
	*ret = s->steps.at[s->at++].key;
	if (ret->code == KEYCODE_RESIZE) {
		s->width = ret->x;
		s->height = ret->y;
	}
	return TERM_KEY;
}

static void script_draw(struct terminal *t, const struct screen *screen)
{
	struct screen *last = &of(t)->last;

	screen_size(last, screen->width, screen->height);
	memcpy(last->cells, screen->cells,
	       (size_t)screen->width * (size_t)screen->height * sizeof(*screen->cells));
}

static void script_size(struct terminal *t, int *ret_width, int *ret_height)
{
	*ret_width = of(t)->width;
	*ret_height = of(t)->height;
}

static void nothing(struct terminal *t)
{
	(void)t;
}

static void no_mouse(struct terminal *t, bool on)
{
	(void)t;
	(void)on;
}

static void script_send(struct terminal *t, struct str bytes)
{
	(void)t;
	(void)bytes;
}

static void script_close(struct terminal *t)
{
	struct term_script *s = of(t);

	vec_done(&s->steps);
	screen_done(&s->last);
	mem_free(s);
}

/* ---- reading ---- */

static void add_key(struct term_script *s, struct key key)
{
	vec_push(&s->steps, (struct step){STEP_KEY, key});
}

static bool add_keys(struct term_script *s, struct str rest, struct err *err)
{
	while (rest.n) {
		struct str one = str_split(&rest, ' ');
		struct key key = {0};

		if (!one.n)
			continue;
		if (!key_read(one, &key.code))
			return err_set(err, ERR_USAGE, "'%.*s' is no key", STR_ARG(one));
		add_key(s, key);
	}
	return true;
}

static void add_text(struct term_script *s, struct str rest)
{
	while (rest.n) {
		long rune;
		size_t n = visible_rune(rest, &rune);

		if (rune >= 0)
			add_key(s, (struct key){.code = (uint32_t)rune});
		rest = str_skip(rest, n);
	}
}

static bool add_line(struct term_script *s, struct str line, struct err *err)
{
	struct str rest = line, word = str_split(&rest, ' ');
	struct key resize = {.code = KEYCODE_RESIZE};

	if (str_is(word, "keys"))
		return add_keys(s, rest, err);
	if (str_is(word, "type")) {
		add_text(s, rest);
		return true;
	}
	if (str_is(word, "size")) {
		if (!term_size_read(rest, &resize.x, &resize.y))
			return err_set(err, ERR_USAGE, "'%.*s' is no size (80x24)", STR_ARG(rest));
		add_key(s, resize);
		return true;
	}
	if (str_is(word, "screen") || str_is(word, "styles")) {
		vec_push(&s->steps,
			 (struct step){.kind = word.p[1] == 'c' ? STEP_SCREEN : STEP_STYLES});
		return true;
	}
	return err_set(err, ERR_USAGE, "'%.*s': keys, type, size, screen or styles is expected",
		       STR_ARG(word));
}

bool term_script_open(struct terminal **ret, struct str script, struct buf *out, struct err *err)
{
	struct term_script *s = mem_zalloc(sizeof(*s));
	size_t number = 0;

	s->term = (struct terminal){script_read, script_draw, script_size, nothing,	    nothing,
				nothing,     no_mouse,	  nothing,     script_send, 0,
				script_close};
	s->width = 80;
	s->height = 24;
	s->out = out;
	screen_init(&s->last);
	screen_size(&s->last, 80, 24);
	while (script.n) {
		struct str line = str_split(&script, '\n');

		number++;
		if (!str_trim(line).n || line.p[0] == '#')
			continue;
		if (!add_line(s, line, err)) {
			script_close(&s->term);
			return err_wrap(err, "line %zu", number);
		}
	}
	*ret = &s->term;
	return true;
}

bool term_size_read(struct str text, int *ret_width, int *ret_height)
{
	struct str rest = str_trim(text), width = str_split(&rest, 'x');
	long long w, h;

	if (!str_to_int(width, &w) || !str_to_int(rest, &h) || w < 1 || h < 1 || w > SCREEN_MOST ||
	    h > SCREEN_MOST)
		return false;
	*ret_width = (int)w;
	*ret_height = (int)h;
	return true;
}
