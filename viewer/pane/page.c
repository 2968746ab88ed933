/* SPDX-License-Identifier: MIT */
/* page.c: lines put away one after the other, and text broken into lines. */
#include "viewer/pane/page.h"

#include "formats/base/visible.h"
#include "formats/base/width.h"

#include <limits.h>

void page_init(struct page *p)
{
	*p = (struct page){.about.event = PAGE_NO_EVENT};
	arena_init(&p->arena);
	line_init(&p->now);
}

void page_done(struct page *p)
{
	line_done(&p->now);
	vec_done(&p->lines);
	vec_done(&p->shown);
	vec_done(&p->turned);
	vec_done(&p->led);
	vec_done(&p->hits);
	vec_done(&p->matches.in);
	arena_done(&p->arena);
}

void page_clear(struct page *p)
{
	arena_done(&p->arena);
	arena_init(&p->arena);
	line_clear(&p->now);
	p->lines.n = p->shown.n = p->hits.n = p->matches.in.n = 0;
	p->about = (struct page_line){.event = PAGE_NO_EVENT};
}

void page_end(struct page *p)
{
	struct line_slice s = line_slice(&p->now);
	struct line_run *runs = arena_array(&p->arena, struct line_run, s.n_runs ? s.n_runs : 1);

	if (s.n_runs)
		memcpy(runs, s.runs, s.n_runs * sizeof(*runs));
	p->about.text = (struct line_slice){arena_str(&p->arena, s.text), runs, s.n_runs, s.columns};
	vec_push(&p->lines, p->about);
	p->about = (struct page_line){.event = PAGE_NO_EVENT, .level = p->about.level};
	line_clear(&p->now);
}

/* ---- folds ---- */

uint64_t page_id(uint64_t from, struct str name)
{
	uint64_t id = from ^ 0xcbf29ce484222325u; /* FNV-1a */

	for (size_t i = 0; i < name.n; i++)
		id = (id ^ (unsigned char)name.p[i]) * 0x100000001b3u;
	return id ? id : 1;
}

uint64_t page_id_number(uint64_t from, uint64_t number)
{
	return page_id(from, str_slice((const char *)&number, sizeof(number)));
}

static size_t place_of(const uint64_t *at, size_t n, uint64_t id)
{
	size_t i = 0;

	while (i < n && at[i] != id)
		i++;
	return i;
}

static size_t touched(const struct page *p, uint64_t id)
{
	return place_of(p->turned.at, p->turned.n, id);
}

static size_t led(const struct page *p, uint64_t id)
{
	return place_of(p->led.at, p->led.n, id);
}

bool page_fold(struct page *p, uint64_t id, enum page_fold begin)
{
	bool closed = begin == PAGE_CLOSED && !p->all_open;

	p->about.fold = id;
	p->about.closed = closed != (touched(p, id) < p->turned.n) && led(p, id) == p->led.n;
	return !p->about.closed;
}

void page_part(struct page *p)
{
	p->about.part = p->about.fold;
	p->about.fold = 0;
	p->about.closed = false;
}

/* One that was led open is closed by being led open no more. */
void page_turn(struct page *p, uint64_t id)
{
	size_t i = touched(p, id), k = led(p, id);

	if (k < p->led.n)
		p->led.at[k] = *vec_last(&p->led), p->led.n--;
	else if (i < p->turned.n)
		p->turned.at[i] = *vec_last(&p->turned), p->turned.n--;
	else
		vec_push(&p->turned, id);
}

void page_untouch(struct page *p)
{
	p->turned.n = p->led.n = 0;
}

/* ---- rows ---- */

static bool matches(const struct page *p, const struct page_line *l)
{
	size_t start, end;

	return p->seeks && matcher_find(p->seeks, l->text.text, 0, &start, &end);
}

/* ---- matches ---- */

/* A line, without the blanks in front of what goes on in it. */
static struct str said(const struct page_line *l)
{
	return l->goes_on ? str_skip(l->text.text, l->goes_on - 1) : l->text.text;
}

/* A match in what the lines from FIRST on say together, in parts. */
static void add_match(const struct page *p, size_t first, size_t start, size_t end,
		      struct page_matches *ret)
{
	bool begins = true;

	for (size_t i = first; start < end && i < p->lines.n; i++) {
		const struct page_line *l = &p->lines.at[i];
		size_t n = said(l).n, blanks = l->text.text.n - n;

		if (start < n) {
			size_t to = end < n ? end : n;

			vec_push(&ret->in, (struct page_match){(uint32_t)i, (uint32_t)(blanks + start),
							       (uint32_t)(blanks + to), begins});
			begins = false;
			start = to;
		}
		start -= n < start ? n : start;
		end -= n < end ? n : end;
	}
}

static void match_text(const struct page *p, struct matcher *m, size_t first, struct str text,
		       struct page_matches *ret)
{
	size_t at = 0, start, end;

	while (matcher_find(m, text, at, &start, &end)) {
		add_match(p, first, start, end, ret);
		at = end;
	}
}

/* Text that was broken into lines is searched as a whole. */
static void find_matches(const struct page *p, struct matcher *m, struct page_matches *ret)
{
	struct buf joined;

	buf_init(&joined, 0);
	ret->in.n = 0;
	for (size_t i = 0, end; m && i < p->lines.n; i = end) {
		buf_clear(&joined);
		for (end = i + 1; end < p->lines.n && p->lines.at[end].goes_on; end++) {
			if (end == i + 1)
				buf_add(&joined, said(&p->lines.at[i]));
			buf_add(&joined, said(&p->lines.at[end]));
		}
		match_text(p, m, i, end > i + 1 ? buf_str(&joined) : p->lines.at[i].text.text, ret);
	}
	buf_done(&joined);
}

const struct page_match *page_matches_of(const struct page *p, size_t line, size_t *ret_n)
{
	size_t low = 0, high = p->matches.in.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (p->matches.in.at[middle].line < line)
			low = middle + 1;
		else
			high = middle;
	}
	*ret_n = 0;
	while (low + *ret_n < p->matches.in.n && p->matches.in.at[low + *ret_n].line == line)
		++*ret_n;
	return p->matches.in.at + low;
}

/* The rows that a match begins in. */
static void find_hits(struct page *p)
{
	size_t row = 0;

	p->hits.n = 0;
	find_matches(p, p->seeks, &p->matches);
	for (size_t i = 0; i < p->matches.in.n; i++) {
		const struct page_match *m = &p->matches.in.at[i];

		while (row < p->shown.n && p->shown.at[row] < m->line)
			row++;
		if (m->begins && row < p->shown.n && p->shown.at[row] == m->line &&
		    (!p->hits.n || *vec_last(&p->hits) != row))
			vec_push(&p->hits, (uint32_t)row);
	}
}

void page_show(struct page *p)
{
	struct page_line *closed = NULL;

	p->shown.n = 0;
	for (size_t i = 0; i < p->lines.n; i++) {
		struct page_line *l = &p->lines.at[i];

		l->hides = 0; /* it may have been shown before */
		if (closed && l->level > closed->level) {
			closed->hides++;
			continue;
		}
		closed = l->closed ? l : NULL;
		vec_push(&p->shown, (uint32_t)i);
	}
	find_hits(p);
}

bool page_next_hit(const struct page *p, size_t row, bool forward, size_t *ret)
{
	size_t i = 0;

	while (i < p->hits.n && p->hits.at[i] < row)
		i++;
	if (forward ? i == p->hits.n : i == 0)
		return false;
	*ret = p->hits.at[forward ? i : i - 1];
	return true;
}

/* ---- folds that hold hits ---- */

/* What a fold holds: lines of at least that level behind its own. */
struct within {
	uint64_t id;
	unsigned level;
	bool done; /* it was led open, or need not be */
};

/* The line of a fold, or of the part in its place; NULL: it is in one that is closed. */
static const struct page_line *line_of(const struct page *p, uint64_t id)
{
	for (size_t i = 0; i < p->lines.n; i++)
		if (p->lines.at[i].fold == id || p->lines.at[i].part == id)
			return &p->lines.at[i];
	return NULL;
}

static void lead_to(struct page *p, struct within *w)
{
	const struct page_line *l;

	if (w->done)
		return;
	w->done = true;
	if (led(p, w->id) < p->led.n) /* known sooner than its line among thousands */
		return;
	l = line_of(p, w->id);
	if (!l || l->closed)
		vec_push(&p->led, w->id);
}

/* A long text shows less of itself in the line of its closed fold than in its own first line. */
static bool says_less(const struct page *p, uint64_t id)
{
	const struct page_line *l = line_of(p, id);

	return l && l->closed && !matches(p, l);
}

bool page_lead(struct page *p, const struct page *all)
{
	VEC_OF(struct within) around = {0};
	struct page_matches matches = {0};
	size_t before = p->led.n, next = 0;

	find_matches(all, p->seeks, &matches);
	for (size_t i = 0; i < all->lines.n; i++) {
		const struct page_line *l = &all->lines.at[i];
		struct within own = {l->fold, l->level + 1, false};
		bool hit = next < matches.in.n && matches.in.at[next].line == i;

		while (around.n && l->level < vec_last(&around)->level)
			around.n--;
		if (l->part)
			vec_push(&around, (struct within){l->part, l->level, false});
		for (size_t k = 0; hit && k < around.n; k++)
			lead_to(p, &around.at[k]);
		if (hit && own.id && says_less(p, own.id))
			lead_to(p, &own);
		if (own.id)
			vec_push(&around, own);
		while (next < matches.in.n && matches.in.at[next].line == i)
			next++;
	}
	vec_done(&matches.in);
	vec_done(&around);
	return p->led.n > before;
}

/* Goes along the rows up to and with *ROW, or until there are *WITHOUT of those not led to. */
static void count_rows(const struct page *p, size_t *row, size_t *without)
{
	size_t n = 0, i = 0;
	unsigned level = UINT_MAX; /* lines of at least that level were led to */

	for (; i < p->shown.n && i <= *row && n <= *without; i++) {
		const struct page_line *l = &p->lines.at[p->shown.at[i]];

		if (l->level >= level)
			continue;
		n++;
		level = led(p, l->part) < p->led.n   ? l->level
			: led(p, l->fold) < p->led.n ? l->level + 1
						     : UINT_MAX;
	}
	*row = i ? i - 1 : 0;
	*without = n ? n - 1 : 0;
}

size_t page_row_without_led(const struct page *p, size_t row)
{
	size_t without = SIZE_MAX;

	count_rows(p, &row, &without);
	return without;
}

size_t page_row_with_led(const struct page *p, size_t row)
{
	size_t with = SIZE_MAX;

	count_rows(p, &with, &row);
	return with;
}

/* ---- lines ---- */

void page_puts(struct page *p, enum style style, const char *text)
{
	line_puts(&p->now, style, text);
	page_end(p);
}

void page_heading(struct page *p, struct str title, size_t width)
{
	line_puts(&p->now, STYLE_BAR, "- ");
	line_add(&p->now, STYLE_BAR, title);
	line_puts(&p->now, STYLE_BAR, " ");
	if (p->now.columns < width)
		line_rule(&p->now, STYLE_BAR, "-", width - p->now.columns);
	page_end(p);
}

void page_label(struct page *p, const char *label, size_t columns)
{
	line_puts(&p->now, STYLE_PLAIN, " ");
	line_puts(&p->now, STYLE_STRONG, label);
	line_to(&p->now, columns);
}

size_t page_fitting(struct str s, size_t width)
{
	size_t used = 0, n = 0, blank = 0;
	long rune;

	while (n < s.n) {
		size_t step = visible_rune(str_skip(s, n), &rune);
		size_t wide = width_of(str_slice(s.p + n, step));

		if (used + wide > width && n)
			return blank ? blank : n;
		used += wide;
		n += step;
		if (rune == ' ')
			blank = n;
	}
	return n;
}

void page_text(struct page *p, enum style style, struct str text, size_t left, size_t width)
{
	size_t room = width > left + 10 ? width - left : 10;

	do {
		struct str rest = text, row = str_split(&rest, '\n');
		bool last = row.n == text.n, goes_on = false;
		struct buf shown, harmless;

		buf_init(&shown, 0);
		buf_init(&harmless, 0);
		for (size_t i = 0; i < row.n; i++) /* tabs are blanks here, not marks */
			if (row.p[i] == '\t')
				buf_puts(&shown, "    ");
			else if (row.p[i] != '\r' || i + 1 < row.n)
				buf_add_char(&shown, row.p[i]);
		visible_add(&harmless, buf_str(&shown), 0); /* as wide as it will be */
		row = buf_str(&harmless);
		do {
			size_t n = page_fitting(row, room);

			p->about.goes_on = goes_on ? (uint32_t)left + 1 : 0;
			goes_on = true;
			line_to(&p->now, left);
			line_add(&p->now, style, str_take(row, n));
			page_end(p);
			row = row.n ? str_skip(row, n) : row;
		} while (row.n);
		buf_done(&shown);
		buf_done(&harmless);
		if (last)
			break;
		text = rest;
	} while (true);
}
