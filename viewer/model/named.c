/* SPDX-License-Identifier: MIT */
/* named.c: words of source files held against a few names, line by line. */
#include "viewer/model/named.h"

/* Bytes of source that a slice looks at. */
#define STEP_BYTES ((size_t)96 << 10)
/* What a line has beyond that is data. */
#define LINE_BYTES ((size_t)8 << 10)
#define TAB 8

/* ---- letters ---- */

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
	       c == '$' || (unsigned char)c >= 0x80;
}

static char low(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
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
			hash = (hash ^ (unsigned char)low(word.p[i])) * 16777619u;
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

/* A line as it is read, word by word. */
struct code {
	struct str text;
	size_t indent;
	size_t comment;	 /* where one begins; SIZE_MAX: nowhere */
	bool decorates;	 /* what the next line defines */
	bool imports;
	bool declares;	 /* a word before this one says that something is declared, */
	bool declared;	 /* and this one is it */
	uint32_t seen;	 /* words of ours, by their index */
};

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
	if (at >= c->comment)
		return NAMED_COMMENT;
	if (c->imports || c->declared)
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

static bool only_blanks(struct str text, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (text.p[i] != ' ' && text.p[i] != '\t')
			return false;
	return true;
}

static bool may_be_ours(const struct named *n, uint32_t hash)
{
	return n->any[hash >> 6 & 3] >> (hash & 63) & 1;
}

/* Before all else what code does; then what it is asked for; then how close it is. */
static size_t rank(const struct named *n, const struct named_place *p)
{
	const struct named_word *w = &n->words.at[p->word];
	size_t aside = p->where >= NAMED_COMMENT;

	return (((aside * NAMED_ROLES + w->role) * 2 + w->call) * (NAMED_TEST + 1) + p->where) * 2 +
	       !p->same;
}

/* Files of one rank as they were read, lines as they stand. */
static bool goes_before(const struct named *n, const struct named_place *a, const struct named_place *b)
{
	size_t x = rank(n, a), y = rank(n, b);

	return x != y ? x < y : a->file.p == b->file.p && a->line < b->line;
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

static void found(struct named *n, struct code *c, size_t i, size_t at, bool same)
{
	const struct named_word *w = &n->words.at[i];
	enum named_where where = where_of(&n->scan, c, at);
	bool defines = w->role == NAMED_WORKFLOW && (c->declares || c->decorates) && where != NAMED_COMMENT;

	if (defines)
		enter(&n->scan, c);
	if ((w->role == NAMED_WORKFLOW && !defines) || (w->call && where != NAMED_WITHIN) ||
	    (c->seen & (uint32_t)1 << i))
		return;
	c->seen |= (uint32_t)1 << i;
	keep(n, &(struct named_place){n->scan.path, n->scan.line, shown(c->text), i, where, same});
}

static void read_words(struct named *n, struct code *c)
{
	size_t last_end = 0;
	bool bound = false, declared = false; /* by the word before */

	for (size_t at = 0; at < c->text.n;) {
		struct str rest = str_skip(c->text, at), word = first_word(rest);
		uint32_t hash;
		bool same;

		if (!word.n) {
			at++;
			continue;
		}
		c->declared = (bound || declared) && only_blanks(c->text, last_end, at);
		c->declares |= declared || (bound && c->declared);
		hash = hash_of(word);
		for (size_t i = 0; may_be_ours(n, hash) && i < n->words.n; i++)
			if (is_word(n, i, rest, word, hash, &same))
				found(n, c, i, at, same);
		at = last_end = at + word.n;
		declared = at < c->text.n && c->text.p[at] == ' ' && IS_ONE_OF(word, DECLARES);
		bound = IS_ONE_OF(word, BINDS);
	}
}

/* ---- one file ---- */

/* Where a comment begins that goes on to the end of the line. */
static size_t comment_in(const struct named_scan *s, struct str text)
{
	struct str mark = s->hashes ? STR("#") : STR("//");

	for (size_t from = 0;;) {
		ptrdiff_t at = str_find_from(text, mark, from);

		if (at < 0)
			return SIZE_MAX;
		/* Not "https://" and "#{name}" or "#fff" within a string. */
		if (!at || text.p[at - 1] == ' ' || text.p[at - 1] == '\t' || text.p[at - 1] == ';')
			return (size_t)at;
		from = (size_t)at + mark.n;
	}
}

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
	c.comment = in_block(s, c.text) ? 0 : comment_in(s, c.text);
	c.decorates = c.text.p[0] == '@' || c.text.p[0] == '[';
	for (size_t i = 0; i < sizeof(IMPORTS) / sizeof(*IMPORTS); i++)
		c.imports |= str_starts(c.text, str_of(IMPORTS[i]));
	if (c.comment)
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

/* What stood before the definition was taken for another file's. */
static void end_file(struct named *n)
{
	struct named_scan *s = &n->scan;

	for (size_t i = 0; s->defines && i < n->places.n; i++) {
		struct named_place p = n->places.at[i];
		size_t at = i;

		if (p.file.p != s->path.p || p.where != NAMED_AWAY)
			continue;
		p.where = NAMED_BESIDE;
		for (; at && goes_before(n, &p, &n->places.at[at - 1]); at--)
			n->places.at[at] = n->places.at[at - 1];
		n->places.at[at] = p;
	}
	s->rest = STR_NONE;
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

void named_begin(struct named *n, struct str source, const struct named_word *words, size_t n_words)
{
	*n = (struct named){0};
	arena_init(&n->arena);
	n->source = arena_str(&n->arena, source);
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
			n->done = true;
		}
	}
	return true;
}
