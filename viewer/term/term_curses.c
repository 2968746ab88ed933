/* SPDX-License-Identifier: MIT */
/* term_curses.c: a terminal through ncurses. */
#include "viewer/term/term.h"

#include "formats/base/mem.h"
#include "formats/base/visible.h"
#include "viewer/term/rescue.h"
#include "viewer/term/stop.h"

#include <curses.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <term.h>
#include <unistd.h>

/*
 * Signals are read from a descriptor beside the keys, so no handler runs and nothing happens
 * between two steps: a resize is a key, and what ends the program leaves the terminal
 * as it was first.
 */
struct term_curses {
	struct terminal term;
	SCREEN *curses;
	FILE *in, *out;
	int in_fd, out_fd, signals;
	sigset_t before; /* signals that were blocked */
	struct termios modes; /* of the terminal, as it was */
	bool colour, away, input_ended;
};

static struct term_curses *of(struct terminal *t)
{
	return (struct term_curses *)t;
}

/* ---- colours: readable on light and dark grounds ---- */

enum { PAIR_GOOD = 1, PAIR_BAD, PAIR_ODD };

static void begin_colours(struct term_curses *c)
{
	if (!c->colour || !has_colors() || start_color() == ERR || use_default_colors() == ERR) {
		c->colour = false;
		return;
	}
	init_pair(PAIR_GOOD, COLOR_GREEN, -1);
	init_pair(PAIR_BAD, COLOR_RED, -1);
	init_pair(PAIR_ODD, COLOR_MAGENTA, -1);
}

static attr_t look_of(const struct term_curses *c, uint8_t style, short *ret_pair)
{
	static const struct {
		attr_t attributes, without_colour;
		short pair;
	} LOOKS[STYLES] = {
		[STYLE_DIM] = {A_DIM, A_DIM, 0},
		[STYLE_STRONG] = {A_BOLD, A_BOLD, 0},
		[STYLE_GOOD] = {0, 0, PAIR_GOOD},
		[STYLE_BAD] = {A_BOLD, A_BOLD, PAIR_BAD},
		[STYLE_ODD] = {0, A_UNDERLINE, PAIR_ODD},
		[STYLE_LINK] = {A_UNDERLINE, A_UNDERLINE, 0},
		[STYLE_BAR] = {A_REVERSE, A_REVERSE, 0},
	};
	uint8_t role = (style & 0x1f) < STYLES ? style & 0x1f : STYLE_PLAIN;
	attr_t look = c->colour ? LOOKS[role].attributes : LOOKS[role].without_colour;

	*ret_pair = c->colour ? LOOKS[role].pair : 0;
	if (style & STYLE_CURSOR)
		look ^= A_REVERSE;
	if (style & STYLE_MATCH)
		look |= A_UNDERLINE | A_BOLD;
	return look;
}

/* ---- drawing ---- */

static void put_cell(struct term_curses *c, int x, int y, const struct cell *cell)
{
	wchar_t wide[CCHARW_MAX + 1];
	struct str rest = str_slice(cell->text, cell->n);
	size_t n = 0;
	short pair;
	attr_t look = look_of(c, cell->style, &pair);
	cchar_t glyph;

	while (rest.n && n < CCHARW_MAX) {
		long rune;
		size_t step = visible_rune(rest, &rune);

		wide[n++] = rune < 0 ? L'?' : (wchar_t)rune;
		rest = str_skip(rest, step);
	}
	wide[n] = L'\0';
	if (setcchar(&glyph, wide, look, pair, NULL) == OK)
		mvadd_wch(y, x, &glyph);
}

static void curses_draw(struct terminal *t, const struct screen *screen)
{
	struct term_curses *c = of(t);

	if (c->away)
		return;
	for (int y = 0; y < screen->height; y++)
		for (int x = 0; x < screen->width; x++)
			if (screen_cell(screen, x, y)->n)
				put_cell(c, x, y, screen_cell(screen, x, y));
	curs_set(screen->cursor_x >= 0);
	move(screen->cursor_x >= 0 ? screen->cursor_y : screen->height - 1,
	     screen->cursor_x >= 0 ? screen->cursor_x : 0);
	refresh();
}

static void curses_size(struct terminal *t, int *ret_width, int *ret_height)
{
	struct winsize size;

	getmaxyx(stdscr, *ret_height, *ret_width);
	if (ioctl(of(t)->out_fd, TIOCGWINSZ, &size) == 0 && size.ws_col && size.ws_row) {
		*ret_width = size.ws_col;
		*ret_height = size.ws_row;
	}
}

/* ---- keys ---- */

static const struct {
	int curses;
	uint32_t code;
} KEYS[] = {
	{KEY_UP, KEYCODE_UP},	      {KEY_DOWN, KEYCODE_DOWN},	  {KEY_LEFT, KEYCODE_LEFT},
	{KEY_RIGHT, KEYCODE_RIGHT},   {KEY_PPAGE, KEYCODE_PGUP},  {KEY_NPAGE, KEYCODE_PGDN},
	{KEY_HOME, KEYCODE_HOME},     {KEY_END, KEYCODE_END},	  {KEY_BTAB, KEYCODE_SHIFT_TAB},
	{KEY_IC, KEYCODE_INSERT},     {KEY_DC, KEYCODE_DELETE},	  {KEY_BACKSPACE, KEYCODE_BACKSPACE},
	{KEY_ENTER, KEYCODE_ENTER},
};

static bool mouse_event(struct key *ret)
{
	MEVENT e;

	if (getmouse(&e) != OK)
		return false;
	*ret = (struct key){.code = KEYCODE_MOUSE, .x = e.x, .y = e.y};
	if (e.bstate & BUTTON4_PRESSED)
		ret->button = MOUSE_WHEEL_UP;
	else if (e.bstate & BUTTON5_PRESSED)
		ret->button = MOUSE_WHEEL_DOWN;
	else if (e.bstate & BUTTON1_DOUBLE_CLICKED)
		ret->button = MOUSE_DOUBLE;
	else if (e.bstate & (BUTTON1_CLICKED | BUTTON1_PRESSED))
		ret->button = MOUSE_LEFT;
	else
		return false;
	return true;
}

static bool function_key(wint_t code, struct key *ret)
{
	if (code == KEY_MOUSE)
		return mouse_event(ret);
	*ret = (struct key){0};
	if (code >= KEY_F0 + 1 && code <= KEY_F0 + 12)
		ret->code = KEYCODE_F1 + (code - KEY_F0 - 1);
	for (size_t i = 0; i < sizeof(KEYS) / sizeof(*KEYS); i++)
		if (KEYS[i].curses == (int)code)
			ret->code = KEYS[i].code;
	return ret->code;
}

/*
 * A sequence that no row of terminfo has: its end is looked for, so that the rest of it is
 * not taken for keys. False: it was an Esc, and another key may have been typed since.
 */
static bool swallow_sequence(void)
{
	wint_t code;
	int kind = get_wch(&code);

	if (kind == OK && (code == '[' || code == 'O')) {
		while (get_wch(&code) != ERR && !(code >= 0x40 && code <= 0x7e))
			continue;
		return true;
	}
	if (kind == OK)
		unget_wch((wchar_t)code);
	else if (kind == KEY_CODE_YES)
		ungetch((int)code);
	return false;
}

/* What curses has read already, or what the terminal sends. */
static bool next_key(struct key *ret)
{
	wint_t code;

	for (;;) {
		int kind = get_wch(&code);

		if (kind == ERR)
			return false;
		if (kind == KEY_CODE_YES && function_key(code, ret))
			return true;
		if (kind != OK || (code == KEYCODE_ESC && swallow_sequence()))
			continue;
		*ret = (struct key){.code = code == '\n' ? KEYCODE_ENTER : (uint32_t)code};
		return true;
	}
}

static bool resized(struct terminal *t, struct key *ret)
{
	*ret = (struct key){.code = KEYCODE_RESIZE};
	curses_size(t, &ret->x, &ret->y);
	resizeterm(ret->y, ret->x);
	return true;
}

static enum term_read on_signal(struct terminal *t, struct key *ret)
{
	struct signalfd_siginfo info;

	if (read(of(t)->signals, &info, sizeof(info)) != sizeof(info))
		return TERM_IDLE;
	switch (info.ssi_signo) {
	case SIGWINCH:
		resized(t, ret);
		return TERM_KEY;
	case SIGTSTP:
		t->suspend(t);
		resized(t, ret);
		return TERM_KEY;
	case SIGCONT: /* a stop that was not ours: the shell has set modes of its own */
		t->leave(t);
		t->enter(t);
		resized(t, ret);
		return TERM_KEY;
	default:
		t->ended_by = (int)info.ssi_signo;
		return TERM_END;
	}
}

static enum term_read curses_read(struct terminal *t, int wait, struct key *ret)
{
	struct term_curses *c = of(t);
	struct pollfd fds[] = {{c->in_fd, POLLIN, 0}, {c->signals, POLLIN, 0}};
	int n;

	if (t->ended_by || c->input_ended)
		return TERM_END;
	if (!c->away && next_key(ret))
		return TERM_KEY;
	n = poll(fds, 2, wait);
	if (n < 0)
		return errno == EINTR ? TERM_IDLE : TERM_END;
	if (fds[1].revents)
		return on_signal(t, ret);
	if (!fds[0].revents)
		return TERM_IDLE;
	if (next_key(ret))
		return TERM_KEY;
	/* Readable and nothing in it, again and again: the terminal is gone. */
	if (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL)) {
		c->input_ended = true;
		return TERM_END;
	}
	return TERM_IDLE;
}

/* ---- coming and going ---- */

/* From here on they are read from a descriptor; false: there is none. */
static bool block_signals(struct term_curses *c)
{
	static const int HANDLED[] = {SIGWINCH, SIGTSTP, SIGCONT, SIGHUP, SIGTERM, SIGINT, SIGQUIT};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(HANDLED) / sizeof(*HANDLED); i++)
		sigaddset(&set, HANDLED[i]);
	sigprocmask(SIG_BLOCK, &set, &c->before);
	c->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	return c->signals >= 0;
}

/* What terminals send that do not heed the application's mode of the cursor keys. */
static const struct {
	const char *bytes;
	int key;
} SEQUENCES[] = {
	{"\x1b[A", KEY_UP},    {"\x1b[B", KEY_DOWN},  {"\x1b[C", KEY_RIGHT}, {"\x1b[D", KEY_LEFT},
	{"\x1bOA", KEY_UP},    {"\x1bOB", KEY_DOWN},  {"\x1bOC", KEY_RIGHT}, {"\x1bOD", KEY_LEFT},
	{"\x1b[H", KEY_HOME},  {"\x1b[F", KEY_END},   {"\x1b[1~", KEY_HOME}, {"\x1b[4~", KEY_END},
	{"\x1b[7~", KEY_HOME}, {"\x1b[8~", KEY_END},  {"\x1b[5~", KEY_PPAGE}, {"\x1b[6~", KEY_NPAGE},
	{"\x1b[3~", KEY_DC},   {"\x1b[Z", KEY_BTAB},
};

static void prepare(void)
{
	raw(); /* Ctrl-C, Ctrl-Z and Ctrl-O are keys */
	noecho();
	nonl(); /* Enter is \r, apart from Ctrl-J */
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(25);
	mouseinterval(0);
	for (size_t i = 0; i < sizeof(SEQUENCES) / sizeof(*SEQUENCES); i++)
		define_key(SEQUENCES[i].bytes, SEQUENCES[i].key);
}

/* What terminfo says without its $<delays>, which a write() can't wait for. */
static void add_capability(struct buf *out, const char *text)
{
	struct str rest = text && text != (char *)-1 ? str_of(text) : STR("");

	while (rest.n) {
		const char *delay = memmem(rest.p, rest.n, "$<", 2);

		buf_add(out, str_take(rest, delay ? (size_t)(delay - rest.p) : rest.n));
		if (!delay)
			return;
		rest = str_skip(rest, (size_t)(delay - rest.p));
		str_split(&rest, '>');
	}
}

/* What an abort writes is what endwin() would. */
static void begin_rescue(struct term_curses *c)
{
	static const char *const LAST[] = {"rmkx", "sgr0", "op", "cnorm", "rmcup"};
	char *mouse = tigetstr("XM");
	struct buf bytes;

	buf_init(&bytes, 0);
	if (mouse && mouse != (char *)-1)
		add_capability(&bytes, tiparm(mouse, 0));
	for (size_t i = 0; i < sizeof(LAST) / sizeof(*LAST); i++)
		add_capability(&bytes, tigetstr(LAST[i]));
	rescue_begin(c->in_fd, c->out_fd, &c->modes, buf_str(&bytes));
	buf_done(&bytes);
}

static void curses_leave(struct terminal *t)
{
	if (of(t)->away)
		return;
	of(t)->away = true;
	endwin();
	rescue_end();
}

static void curses_enter(struct terminal *t)
{
	of(t)->away = false;
	begin_rescue(of(t));
	prepare();
	clearok(curscr, TRUE);
	refresh();
}

static void curses_suspend(struct terminal *t)
{
	curses_leave(t);
	stop_here();
	curses_enter(t);
}

static void curses_mouse(struct terminal *t, bool on)
{
	(void)t;
	mousemask(on ? BUTTON1_CLICKED | BUTTON1_DOUBLE_CLICKED | BUTTON4_PRESSED | BUTTON5_PRESSED
		     : 0,
		  NULL);
}

static void curses_forget(struct terminal *t)
{
	(void)t;
	clearok(curscr, TRUE);
}

static void curses_send(struct terminal *t, struct str bytes)
{
	while (bytes.n) {
		ssize_t n = write(of(t)->out_fd, bytes.p, bytes.n);

		if (n <= 0)
			return;
		bytes = str_skip(bytes, (size_t)n);
	}
}

/* All but what curses holds. */
static void release(struct term_curses *c)
{
	if (c->in)
		fclose(c->in);
	if (c->out)
		fclose(c->out);
	if (c->signals >= 0)
		close(c->signals);
	sigprocmask(SIG_SETMASK, &c->before, NULL);
	mem_free(c);
}

static void curses_close(struct terminal *t)
{
	struct term_curses *c = of(t);

	curses_leave(t);
	if (tcgetpgrp(c->in_fd) == getpgrp()) /* else it is somebody else's */
		tcsetattr(c->in_fd, TCSANOW, &c->modes); /* whatever a child made of them */
	delscreen(c->curses);
	release(c);
}

static FILE *stream(int fd, const char *mode)
{
	int copy = dup(fd);
	FILE *ret = copy < 0 ? NULL : fdopen(copy, mode);

	if (!ret && copy >= 0)
		close(copy);
	return ret;
}

/* Whether it can move its cursor, which is all that drawing needs. */
static bool can_draw(const char *name, int fd)
{
	int status;
	const char *cup;

	if (setupterm(name, fd, &status) != OK)
		return false;
	cup = tigetstr("cup");
	del_curterm(cur_term);
	return cup && cup != (char *)-1;
}

bool term_curses_open(struct terminal **ret, const struct term_settings *settings, struct err *err)
{
	struct term_curses *c;

	if (!settings->name || !*settings->name || !can_draw(settings->name, settings->out))
		return err_set(err, ERR_MISSING, "the terminal type '%s' is not known, or can't move its cursor",
			       settings->name ? settings->name : "");
	c = mem_zalloc(sizeof(*c));
	c->term = (struct terminal){curses_read,  curses_draw,   curses_size,   curses_leave, curses_enter,
				curses_suspend, curses_mouse, curses_forget, curses_send,  0,
				curses_close};
	c->in_fd = settings->in;
	c->out_fd = settings->out;
	c->colour = settings->colour;
	c->in = stream(settings->in, "r");
	c->out = stream(settings->out, "w");
	if (block_signals(c) && c->in && c->out && tcgetattr(c->in_fd, &c->modes) == 0)
		c->curses = newterm(settings->name, c->out, c->in);
	if (!c->curses) {
		release(c);
		return err_set(err, ERR_IO, "the terminal can't be opened");
	}
	set_term(c->curses);
	begin_colours(c);
	begin_rescue(c);
	prepare();
	*ret = &c->term;
	return true;
}
