/* SPDX-License-Identifier: MIT */
/* explain_pattern.c: the matcher: literals, and gaps up to the next literal. */
#include "replayer/explain/explain_pattern.h"

#include <stddef.h>

#include "formats/base/err.h"

enum gap { GAP_NUMBER, GAP_WORD, GAP_TEXT, GAP_CUT };

static const struct {
	const char *name;
	enum gap gap;
	enum slot slot;
} GAPS[] = {
	{"*", GAP_TEXT, SLOT_SKIP},
	{"~", GAP_CUT, SLOT_SKIP},
	{"number", GAP_NUMBER, SLOT_SKIP},
	{"rest", GAP_TEXT, SLOT_REST},
	{"event_id", GAP_NUMBER, SLOT_EVENT_ID},
	{"event", GAP_WORD, SLOT_EVENT},
	{"command", GAP_WORD, SLOT_COMMAND},
	{"machine", GAP_TEXT, SLOT_MACHINE},
	{"transition", GAP_WORD, SLOT_TRANSITION},
	{"field", GAP_WORD, SLOT_FIELD},
	{"history_value", GAP_TEXT, SLOT_HISTORY_VALUE},
	{"worker_value", GAP_TEXT, SLOT_WORKER_VALUE},
	{"history_name", GAP_TEXT, SLOT_HISTORY_NAME},
	{"worker_name", GAP_TEXT, SLOT_WORKER_NAME},
	{"history_id", GAP_TEXT, SLOT_HISTORY_ID},
	{"worker_id", GAP_TEXT, SLOT_WORKER_ID},
	{"event_dump", GAP_TEXT, SLOT_EVENT_DUMP},
	{"command_dump", GAP_TEXT, SLOT_COMMAND_DUMP},
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Bytes at the start of TEXT that a number or word takes. */
static size_t gap_length(enum gap gap, struct str text)
{
	size_t n = 0;

	if (gap == GAP_NUMBER) {
		n = text.n && text.p[0] == '-';
		while (n < text.n && is_digit(text.p[n]))
			n++;
		return n == 1 && text.p[0] == '-' ? 0 : n;
	}
	while (n < text.n && is_word(text.p[n]))
		n++;
	return n;
}

/* The row of the gap whose name starts at *P; *P moves behind its bracket. */
static size_t gap_read(const char **p)
{
	const char *end = strchr(*p, '>');

	BUG_IF(!end);
	for (size_t i = 0; i < sizeof(GAPS) / sizeof(*GAPS); i++) {
		if (str_eq(str_of(GAPS[i].name), str_slice(*p, (size_t)(end - *p)))) {
			*p = end + 1;
			return i;
		}
	}
	BUG_IF("unknown gap");
	return 0;
}

static size_t gap_text(const char *next, struct str text, bool cut)
{
	struct str literal = str_slice(next, strcspn(next, "<"));
	ptrdiff_t at;

	BUG_IF(!literal.n && *next && strncmp(next, "<~>", 3) != 0);
	if (!literal.n)
		return text.n;
	at = str_find(text, literal);
	if (at < 0)
		return cut ? text.n : SIZE_MAX;
	return (size_t)at;
}

bool pattern_match(const char *pattern, struct str text, struct captures *ret)
{
	struct captures c = *ret;
	bool cut = false;

	while (*pattern) {
		size_t row, n;

		if (*pattern != '<') {
			if (!text.n || text.p[0] != *pattern) {
				if (!cut)
					return false;
				break;
			}
			text = str_skip(text, 1);
			pattern++;
			continue;
		}
		pattern++;
		row = gap_read(&pattern);
		if (GAPS[row].gap == GAP_CUT) {
			cut = true;
			continue;
		}
		n = GAPS[row].gap == GAP_TEXT ? gap_text(pattern, text, cut)
					      : gap_length(GAPS[row].gap, text);
		if (n == SIZE_MAX || (n == 0 && GAPS[row].gap != GAP_TEXT)) {
			if (!cut)
				return false;
			break;
		}
		c.at[GAPS[row].slot] = str_take(text, n);
		text = str_skip(text, n);
	}
	*ret = c;
	return true;
}
