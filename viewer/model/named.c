/* SPDX-License-Identifier: MIT */
/* named.c: words of source files held against a few names, line by line. */
#include "viewer/model/named.h"

/* Bytes of source that a slice looks at. */
#define STEP_BYTES ((size_t)96 << 10)
/* What a line has beyond that is data. */
#define LINE_BYTES ((size_t)8 << 10)
#define TAB 8

/* ---- letters ---- */

/* Of each byte: what it is in a name, in lower case; 0: no part of one. */
static const unsigned char LETTERS[256] = {
	['$'] = '$', ['_'] = '_', ['0'] = '0', ['1'] = '1', ['2'] = '2', ['3'] = '3', ['4'] = '4',
	['5'] = '5', ['6'] = '6', ['7'] = '7', ['8'] = '8', ['9'] = '9', ['A'] = 'a', ['B'] = 'b',
	['C'] = 'c', ['D'] = 'd', ['E'] = 'e', ['F'] = 'f', ['G'] = 'g', ['H'] = 'h', ['I'] = 'i',
	['J'] = 'j', ['K'] = 'k', ['L'] = 'l', ['M'] = 'm', ['N'] = 'n', ['O'] = 'o', ['P'] = 'p',
	['Q'] = 'q', ['R'] = 'r', ['S'] = 's', ['T'] = 't', ['U'] = 'u', ['V'] = 'v', ['W'] = 'w',
	['X'] = 'x', ['Y'] = 'y', ['Z'] = 'z', ['a'] = 'a', ['b'] = 'b', ['c'] = 'c', ['d'] = 'd',
	['e'] = 'e', ['f'] = 'f', ['g'] = 'g', ['h'] = 'h', ['i'] = 'i', ['j'] = 'j', ['k'] = 'k',
	['l'] = 'l', ['m'] = 'm', ['n'] = 'n', ['o'] = 'o', ['p'] = 'p', ['q'] = 'q', ['r'] = 'r',
	['s'] = 's', ['t'] = 't', ['u'] = 'u', ['v'] = 'v', ['w'] = 'w', ['x'] = 'x', ['y'] = 'y',
	['z'] = 'z',
	[0x80 ... 0xff] = 0x80, /* parts of other letters: compared as they are */
};

static bool is_letter(char c)
{
	return LETTERS[(unsigned char)c];
}

static unsigned char low(char c)
{
	unsigned char l = LETTERS[(unsigned char)c];

	return l == 0x80 ? (unsigned char)c : l;
}

/* The letters that S begins with. */
static struct str first_word(struct str s)
{
	size_t n = 0;

	while (n < s.n && is_letter(s.p[n]))
		n++;
	return str_take(s, n);
}

/* The same of chargeCard and charge_card. */
static uint32_t hash_of(struct str word)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < word.n; i++)
		if (word.p[i] != '_')
			hash = (hash ^ low(word.p[i])) * 16777619u;
	return hash;
}

static bool is_same_name(struct str a, struct str b)
{
	size_t i = 0, j = 0;

	for (;; i++, j++) {
		while (i < a.n && a.p[i] == '_')
			i++;
		while (j < b.n && b.p[j] == '_')
			j++;
		if (i == a.n || j == b.n)
			return i == a.n && j == b.n;
		if (low(a.p[i]) != low(b.p[j]))
			return false;
	}
}

/* ---- one line ---- */

/* What a line declares stands behind one of these; a workflow may stand behind any of them. */
static const char *const DECLARES[] = {"class",	 "def",	   "func", "function", "interface",
				       "struct", "record", "fun",  "fn",       "trait",
				       "object", "module", "type", "impl"};
/* Behind these it is the very next word. */
static const char *const BINDS[] = {"const", "let", "var", "val"};
static const char *const IMPORTS[] = {"import ", "from ", "using ", "use ", "package ", "require",
				      "#include"};

static bool is_one_of(struct str word, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_is(word, list[i]))
			return true;
	return false;
}
#define IS_ONE_OF(word, list) is_one_of(word, list, sizeof(list) / sizeof(*(list)))

/* A line as it is read. Of most there is no more to know than that none of our words is in it. */
struct code {
	struct str text;
	size_t indent;
	bool comment;   /* all of it */
	bool decorates; /* what the next line defines */
	uint32_t seen;	/* words of ours, by their index */
};

static struct str comment_mark(const struct named_scan *s)
{
	return s->hashes ? STR("#") : STR("//");
}

/* Whether AT is in a comment that goes on to the end of the line. */
static bool in_comment(const struct named_scan *s, struct str text, size_t at)
{
	struct str mark = comment_mark(s);

	for (size_t from = 0;; from += mark.n) {
		ptrdiff_t found = str_find_from(text, mark, from);

		if (found < 0 || (size_t)found > at)
			return false;
		from = (size_t)found;
		/* Not "https://", "#{name}" or "#fff" within a string. */
		if (!from || text.p[from - 1] == ' ' || text.p[from - 1] == '\t' || text.p[from - 1] == ';')
			return true;
	}
}

static bool imports(struct str text)
{
	for (size_t i = 0; i < sizeof(IMPORTS) / sizeof(*IMPORTS); i++)
		if (str_starts(text, str_of(IMPORTS[i])))
			return true;
	return false;
}

/* The word before AT, with nothing but blanks between; n 0: none. */
static struct str word_before(struct str text, size_t at)
{
	size_t end = at, begin;

	while (end && (text.p[end - 1] == ' ' || text.p[end - 1] == '\t'))
		end--;
	begin = end;
	while (begin && is_letter(text.p[begin - 1]))
		begin--;
	return str_slice(text.p + begin, end - begin);
}

static bool is_declared(struct str text, size_t at)
{
	struct str before = word_before(text, at);

	return IS_ONE_OF(before, DECLARES) || IS_ONE_OF(before, BINDS);
}

/* The line declares something, and AT is in what it says of that. */
static bool declares(struct str text, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		struct str word = first_word(str_skip(text, i));

		i += word.n;
		if (word.n && i < at && text.p[i] == ' ' && IS_ONE_OF(word, DECLARES))
			return true;
	}
	return is_declared(text, at);
}

/* The word at REST is the word I of N. */
static bool is_word(const struct named *n, size_t i, struct str rest, struct str word, uint32_t hash,
		    bool *ret_same)
{
	struct str want = n->words.at[i].text, behind;

	if (hash != n->hashes[i].hash)
		return false;
	if (n->hashes[i].letters == want.n) {
		*ret_same = str_eq(word, want);
		return *ret_same || is_same_name(word, want);
	}
	behind = str_skip(rest, want.n);
	*ret_same = true;
	return str_starts(rest, want) && !(behind.n && is_letter(behind.p[0]) &&
					   is_letter(want.p[want.n - 1]));
}

static enum named_where where_of(const struct named_scan *s, const struct code *c, size_t at)
{
	if (s->test)
		return NAMED_TEST;
	if (c->comment || in_comment(s, c->text, at))
		return NAMED_COMMENT;
	if (imports(c->text) || is_declared(c->text, at))
		return NAMED_DECLARED;
	return s->within ? NAMED_WITHIN : s->defines ? NAMED_BESIDE : NAMED_AWAY;
}

static struct str shown(struct str text)
{
	size_t n = text.n < NAMED_TEXT_BYTES ? text.n : NAMED_TEXT_BYTES;

	while (n < text.n && n && ((unsigned char)text.p[n] & 0xC0) == 0x80)
		n--;
	return str_take(text, n);
}

static bool may_be_ours(const struct named *n, uint32_t hash)
{
	return n->any[hash >> 6 & 3] >> (hash & 63) & 1;
}

/* A stack names a file with other folders before it than a checkout has, or fewer. */
static bool is_same_file(struct str a, struct str b)
{
	struct str longer = a.n > b.n ? a : b, shorter = a.n > b.n ? b : a;

	return shorter.n && str_ends(longer, shorter) &&
	       (longer.n == shorter.n || longer.p[longer.n - shorter.n - 1] == '/');
}

static bool was_passed(const struct named *n, const struct named_place *p)
{
	return p->line <= n->reached.line && is_same_file(p->file, n->reached.file);
}

/* What places are ordered by, the most telling first; less goes before. */
enum { KEYS = 7 };

static void keys_of(const struct named *n, const struct named_place *p, size_t ret[KEYS])
{
	const struct named_word *w = &n->words.at[p->word];
	/* What was asked for last goes first there. */
	bool before = w->role == NAMED_TASK || w->role == NAMED_BEFORE;
	const size_t keys[KEYS] = {
		p->where >= NAMED_COMMENT,
		w->role,
		p->where > NAMED_BESIDE,
		before ? p->word : w->call,
		p->where,
		!before && was_passed(n, p),
		!p->same && !w->call,
	};

	memcpy(ret, keys, sizeof(keys));
}

/* Files of one rank as they were read, lines as they stand. */
static bool goes_before(const struct named *n, const struct named_place *a, const struct named_place *b)
{
	size_t x[KEYS], y[KEYS];

	keys_of(n, a, x);
	keys_of(n, b, y);
	for (size_t i = 0; i < KEYS; i++)
		if (x[i] != y[i])
			return x[i] < y[i];
	return a->file.p == b->file.p && a->line < b->line;
}

static void keep(struct named *n, const struct named_place *p)
{
	size_t at = n->places.n;

	n->found++;
	while (at && goes_before(n, p, &n->places.at[at - 1]))
		at--;
	if (at == NAMED_PLACES)
		return;
	if (n->places.n < NAMED_PLACES)
		vec_push(&n->places, *p);
	for (size_t i = n->places.n - 1; i > at; i--)
		n->places.at[i] = n->places.at[i - 1];
	n->places.at[at] = *p;
	n->places.at[at].text = arena_str(&n->arena, p->text);
}

/* The definition of the workflow begins in this line, unless this lies in it already. */
static void enter(struct named_scan *s, const struct code *c)
{
	s->defines = true;
	if (s->within && c->indent > s->indent)
		return;
	s->within = true;
	s->heads = c->decorates;
	s->indent = c->indent;
}

/* Of a word that a line has more than once the first counts. */
static void found(struct named *n, struct code *c, size_t i, size_t at, bool same)
{
	const struct named_word *w = &n->words.at[i];
	enum named_where where;

	if (c->seen & (uint32_t)1 << i)
		return;
	c->seen |= (uint32_t)1 << i;
	where = where_of(&n->scan, c, at);
	if (w->call && where != NAMED_WITHIN)
		return;
	if (w->role == NAMED_WORKFLOW) {
		if (where == NAMED_COMMENT || !(c->decorates || declares(c->text, at)))
			return;
		enter(&n->scan, c);
	}
	keep(n, &(struct named_place){n->scan.path, n->scan.line, shown(c->text), i, where, same});
}

static void read_words(struct named *n, struct code *c)
{
	for (size_t at = 0; at < c->text.n; at++) {
		struct str rest = str_skip(c->text, at), word = first_word(rest);
		uint32_t hash = hash_of(word);
		bool same;

		for (size_t i = 0; may_be_ours(n, hash) && i < n->words.n; i++)
			if (is_word(n, i, rest, word, hash, &same))
				found(n, c, i, at, same);
		at += word.n; /* and what ended it */
	}
}

/* ---- one file ---- */

/* A comment of several lines: whether TEXT, trimmed, is of one. */
static bool in_block(struct named_scan *s, struct str text)
{
	static const struct {
		const char *begin, *end;
	} BLOCKS[] = {{"/*", "*/"}, {"\"\"\"", "\"\"\""}, {"'''", "'''"}};

	if (s->block) {
		if (str_has(text, s->block))
			s->block = NULL;
		return true;
	}
	for (size_t i = 0; i < sizeof(BLOCKS) / sizeof(*BLOCKS); i++)
		if (str_starts(text, str_of(BLOCKS[i].begin))) {
			if (!str_has(str_skip(text, strlen(BLOCKS[i].begin)), BLOCKS[i].end))
				s->block = BLOCKS[i].end;
			return true;
		}
	return false;
}

static size_t indent_of(struct str line)
{
	size_t columns = 0;

	for (size_t i = 0; i < line.n && (line.p[i] == ' ' || line.p[i] == '\t'); i++)
		columns = line.p[i] == '\t' ? (columns / TAB + 1) * TAB : columns + 1;
	return columns;
}

/* What begins left of where the definition did, or below it, is of it no more. */
static void leave(struct named_scan *s, const struct code *c)
{
	char first = c->text.p[0];

	if (!s->within || c->indent > s->indent || memchr(")]}{", first, 4))
		return;
	if (!s->heads)
		s->within = false;
	else if (!c->decorates)
		s->heads = false;
}

static void read_line(struct named *n, struct str line)
{
	struct named_scan *s = &n->scan;
	struct code c = {.text = str_trim(str_take(line, LINE_BYTES)), .indent = indent_of(line)};

	if (!c.text.n)
		return;
	c.comment = in_block(s, c.text) || str_starts(c.text, comment_mark(s));
	c.decorates = c.text.p[0] == '@' || c.text.p[0] == '[';
	if (!c.comment)
		leave(s, &c);
	read_words(n, &c);
}

/* By how projects name the folders and files of their tests. */
static bool is_test(struct str path)
{
	static const char *const FOLDERS[] = {"test", "tests", "__tests__", "spec", "specs", "testing"};
	static const char *const ENDS[] = {"_test", ".test", "_spec", ".spec", "Test", "Tests", "Spec"};
	struct str name = path;

	while (str_folder(name).n) {
		struct str part = str_split(&name, '/');

		if (IS_ONE_OF(part, FOLDERS))
			return true;
	}
	if (str_starts(name, STR("test_")))
		return true;
	while (name.n && name.p[name.n - 1] != '.')
		name.n--;
	name.n -= name.n != 0;
	for (size_t i = 0; i < sizeof(ENDS) / sizeof(*ENDS); i++)
		if (str_ends(name, str_of(ENDS[i])))
			return true;
	return false;
}

static void begin_file(struct named *n, const struct checkout_file *f)
{
	n->scan = (struct named_scan){
		.path = f->path,
		.rest = f->text,
		.test = is_test(f->path),
		.hashes = str_ends(f->path, STR(".py")) || str_ends(f->path, STR(".rb")),
	};
}

/* After something changed that their order depends on. */
static void sort(struct named *n)
{
	for (size_t i = 1; i < n->places.n; i++) {
		struct named_place p = n->places.at[i];
		size_t at = i;

		for (; at && goes_before(n, &p, &n->places.at[at - 1]); at--)
			n->places.at[at] = n->places.at[at - 1];
		n->places.at[at] = p;
	}
}

/* What stood before the definition was taken for another file's. */
static void end_file(struct named *n)
{
	struct named_scan *s = &n->scan;

	for (size_t i = 0; s->defines && i < n->places.n; i++) {
		struct named_place *p = &n->places.at[i];

		if (p->file.p == s->path.p && p->where == NAMED_AWAY)
			p->where = NAMED_BESIDE;
	}
	if (s->defines)
		sort(n);
	s->rest = STR_NONE;
}

/* The place of the first word of ROLE, behind what the code had reached where there is one. */
static const struct named_place *last_of(const struct named *n, enum named_role role)
{
	const struct named_place *last = NULL;

	for (size_t i = 0; i < n->places.n; i++) {
		const struct named_place *p = &n->places.at[i];

		if (n->words.at[p->word].role != role || p->where != NAMED_WITHIN)
			continue;
		if (!last || p->word < last->word ||
		    (p->word == last->word && was_passed(n, last) && !was_passed(n, p)))
			last = p;
	}
	return last;
}

/* A stack may be of code that was compiled: no file here is called so. */
static bool is_known_file(const struct named *n)
{
	for (size_t i = 0; i < n->places.n; i++)
		if (is_same_file(n->places.at[i].file, n->reached.file))
			return true;
	return false;
}

static void end_all(struct named *n)
{
	const struct named_place *last = last_of(n, NAMED_TASK);

	n->done = true;
	if (!last && !is_known_file(n))
		last = last_of(n, NAMED_BEFORE);
	if (last)
		n->reached = (struct named_reached){last->file, last->line};
	sort(n);
}

static size_t read_some(struct named *n)
{
	struct named_scan *s = &n->scan;
	size_t before = s->rest.n;

	while (s->rest.n && before - s->rest.n < STEP_BYTES) {
		s->line++;
		read_line(n, str_split(&s->rest, '\n'));
	}
	before -= s->rest.n;
	if (!s->rest.n)
		end_file(n);
	return before;
}

/* ---- all files ---- */

static bool is_known(const struct named *n, struct str text)
{
	for (size_t i = 0; i < n->words.n; i++)
		if (str_eq(n->words.at[i].text, text))
			return true;
	return false;
}

static void add_word(struct named *n, const struct named_word *word)
{
	struct named_hash *h = &n->hashes[n->words.n];
	struct str text = word->text, first;
	long long number;

	while (text.n && !is_letter(text.p[0]))
		text = str_skip(text, 1);
	if (text.n < 2 || text.n > NAMED_WORD_BYTES || str_to_int(text, &number) || is_known(n, text) ||
	    n->words.n == NAMED_WORDS)
		return;
	first = first_word(text);
	*h = (struct named_hash){hash_of(first), first.n};
	n->any[h->hash >> 6 & 3] |= (uint64_t)1 << (h->hash & 63);
	vec_push(&n->words, (struct named_word){arena_str(&n->arena, text), word->role, word->call});
}

void named_begin(struct named *n, struct str source, struct named_reached reached,
		 const struct named_word *words, size_t n_words)
{
	*n = (struct named){0};
	arena_init(&n->arena);
	n->source = arena_str(&n->arena, source);
	n->reached = (struct named_reached){arena_str(&n->arena, reached.file), reached.line};
	for (size_t i = 0; i < n_words; i++)
		add_word(n, &words[i]);
	checkout_walk_begin(&n->walk, source);
}

void named_done(struct named *n)
{
	checkout_walk_done(&n->walk);
	vec_done(&n->words);
	vec_done(&n->places);
	arena_done(&n->arena);
}

bool named_step(struct named *n)
{
	struct checkout_file file;

	if (n->done)
		return false;
	for (size_t spent = 0; !n->done && spent < STEP_BYTES;) {
		if (n->scan.rest.p) {
			spent += read_some(n);
			continue;
		}
		spent += STEP_BYTES / 8;
		switch (checkout_walk_step(&n->walk, &file)) {
		case CHECKOUT_FILE:
			begin_file(n, &file);
			break;
		case CHECKOUT_WORKS:
			break;
		case CHECKOUT_DONE:
			end_all(n);
		}
	}
	return true;
}
