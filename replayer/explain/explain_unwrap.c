/* SPDX-License-Identifier: MIT */
/* explain_unwrap.c: what replayers, runtimes and Rust's Debug put around a message. */
#include "formats/base/buf.h"
#include "replayer/explain/explain_form.h"

enum wrap_flag {
	WRAP_ND = 1,	/* it says "nondeterminism" */
	WRAP_DEBUG = 2, /* the rest is a quoted Rust string: up to its end, unescaped */
	WRAP_FATAL = 4,
};

static const struct {
	const char *pattern;
	enum sdk_family family; /* SDK_UNKNOWN: any */
	int flags;
} WRAPS[] = {
	{"[TMPRL<number>] <rest>", SDK_UNKNOWN, 0},
	{"NondeterminismError: <rest>", SDK_CORE, WRAP_ND},
	{"DeterminismViolationError: [TMPRL1100] <rest>", SDK_CORE, WRAP_ND},
	{"DeterminismViolationError: Replay failed with a nondeterminism error<*>Details: <rest>",
	 SDK_CORE, WRAP_ND},
	{"Nondeterminism: <rest>", SDK_CORE, WRAP_ND},
	{"NONDETERMINISM: <rest>", SDK_CORE, WRAP_ND},
	{"Replay failed with a nondeterminism error<*>Details: <rest>", SDK_CORE, WRAP_ND},
	{"Replay failed due workflow task failure<*>Details: <rest>", SDK_CORE, 0},
	{"Replay failed due to internal SDK issue<*>Details: <rest>", SDK_CORE, 0},
	{"ReplayError: <rest>", SDK_CORE, 0},
	{"RuntimeError: <number>: <rest>", SDK_CORE, 0},
	{"Workflow activation completion failed: Failure { failure: Some(Failure { message: \"<rest>",
	 SDK_CORE, WRAP_DEBUG},
	{"Nondeterminism error: <rest>", SDK_CORE, WRAP_ND},
	{"Nondeterminism(\"<rest>", SDK_CORE, WRAP_ND | WRAP_DEBUG},
	{"Fatal error in workflow machines: <rest>", SDK_CORE, WRAP_FATAL},
	{"Fatal(\"<rest>", SDK_CORE, WRAP_FATAL | WRAP_DEBUG},
	{"query failure for <*>, error=<rest>", SDK_JAVA, 0},
	{"Failure handling event <event_id> of type '<event>' during <*>. <rest>", SDK_JAVA, 0},
	{"Failure handling event <event_id> of type '<event>' during <*>.<rest>", SDK_JAVA, 0},
};

/* Wrappers in wrappers: a real message has five. */
#define WRAP_DEPTH 16

static struct str unescape(struct str s, struct arena *a)
{
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n && s.p[i] != '"'; i++) {
		char c = s.p[i];

		if (c == '\\' && i + 1 < s.n) {
			c = s.p[++i];
			c = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
		}
		p[n++] = c;
	}
	p[n] = '\0';
	return str_slice(p, n);
}

/* "java.lang.RuntimeException: " and its like at the start of S: bytes of the name, or 0. */
static size_t class_name_length(struct str s)
{
	size_t n = 0;
	bool dotted = false;

	while (n < s.n && s.p[n] != ':' && s.p[n] != ' ' && s.p[n] != '\n') {
		dotted |= s.p[n] == '.';
		n++;
	}
	if (!dotted || n + 1 >= s.n || s.p[n] != ':' || s.p[n + 1] != ' ')
		return 0;
	return n;
}

static bool unwrap_once(enum sdk_family family, struct arena *a, struct bare *b)
{
	size_t n;

	for (size_t i = 0; i < sizeof(WRAPS) / sizeof(*WRAPS); i++) {
		if (WRAPS[i].family != SDK_UNKNOWN && WRAPS[i].family != family)
			continue;
		if (!pattern_match(WRAPS[i].pattern, b->text, &b->captures))
			continue;
		b->text = b->captures.at[SLOT_REST];
		if (WRAPS[i].flags & WRAP_DEBUG)
			b->text = unescape(b->text, a);
		b->nondeterminism |= (WRAPS[i].flags & WRAP_ND) != 0;
		b->fatal |= (WRAPS[i].flags & WRAP_FATAL) != 0;
		return true;
	}
	n = family == SDK_JAVA ? class_name_length(b->text) : 0;
	if (!n)
		return false;
	b->class_name = str_take(b->text, n);
	b->nondeterminism |= str_ends(b->class_name, STR(".NonDeterministicException"));
	b->text = str_skip(b->text, n + 2);
	return true;
}

void explain_unwrap(enum sdk_family family, struct str text, struct arena *a,
		    struct bare *ret)
{
	*ret = (struct bare){.text = str_trim(text)};
	for (int depth = 0; depth < WRAP_DEPTH && unwrap_once(family, a, ret); depth++)
		ret->text = str_trim(ret->text);
}

static size_t first_of(struct str text, size_t from, const char *const *ends, size_t n_ends)
{
	size_t first = text.n;

	for (size_t i = 0; i < n_ends; i++) {
		ptrdiff_t at = str_find_from(text, str_of(ends[i]), from);

		if (at >= 0 && (size_t)at < first)
			first = (size_t)at;
	}
	return first;
}

struct str explain_head(struct str text)
{
	static const char *const ENDS[] = {"\n\tat ", "\nCaused by: ", " | Caused by: "};

	return str_take(text, first_of(text, 0, ENDS, sizeof(ENDS) / sizeof(*ENDS)));
}

bool explain_next_cause(struct str text, size_t *at, struct str *ret)
{
	static const char *const ENDS[] = {"\n\tat ", "\nCaused by: ", " | Caused by: ", "\n\t..."};
	struct str mark = STR("Caused by: ");
	ptrdiff_t found = str_find_from(text, mark, *at);
	size_t start, end;

	if (found < 0)
		return false;
	start = (size_t)found + mark.n;
	end = first_of(text, start, ENDS, sizeof(ENDS) / sizeof(*ENDS));
	*ret = str_slice(text.p + start, end - start);
	*at = end;
	return true;
}
