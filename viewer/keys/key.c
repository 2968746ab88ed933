/* SPDX-License-Identifier: MIT */
/* key.c: the names of keys. */
#include "viewer/keys/key.h"

#include "formats/base/visible.h"

static const struct {
	uint32_t code;
	const char *name;
} NAMES[] = {
	{KEYCODE_TAB, "Tab"},	    {KEYCODE_ENTER, "Enter"},  {KEYCODE_ESC, "Esc"},
	{KEYCODE_SPACE, "Space"},	    {KEYCODE_UP, "Up"},	   {KEYCODE_DOWN, "Down"},
	{KEYCODE_LEFT, "Left"},	    {KEYCODE_RIGHT, "Right"},  {KEYCODE_PGUP, "PgUp"},
	{KEYCODE_PGDN, "PgDn"},	    {KEYCODE_HOME, "Home"},	   {KEYCODE_END, "End"},
	{KEYCODE_SHIFT_TAB, "Shift-Tab"}, {KEYCODE_INSERT, "Insert"}, {KEYCODE_DELETE, "Delete"},
	{KEYCODE_BACKSPACE, "Backspace"}, {',', "Comma"},
};
#define N_NAMES (sizeof(NAMES) / sizeof(*NAMES))

void key_add(struct buf *out, uint32_t code)
{
	char utf8[4];

	for (size_t i = 0; i < N_NAMES; i++)
		if (NAMES[i].code == code) {
			buf_puts(out, NAMES[i].name);
			return;
		}
	if (code >= KEYCODE_F1 && code <= KEYCODE_F12)
		buf_printf(out, "F%u", code - KEYCODE_F1 + 1);
	else if (code >= 1 && code <= 26)
		buf_printf(out, "Ctrl-%c", (char)('A' + code - 1));
	else if (code < KEYCODE_SPECIAL)
		buf_add_bytes(out, utf8, str_put_utf8(utf8, code));
}

bool key_read(struct str text, uint32_t *ret)
{
	long long number;
	long rune;

	for (size_t i = 0; i < N_NAMES; i++)
		if (str_is(text, NAMES[i].name)) {
			*ret = NAMES[i].code;
			return true;
		}
	if (text.n == 6 && str_starts(text, STR("Ctrl-"))) {
		char c = text.p[5] & ~0x20;

		*ret = (uint32_t)(c - 'A' + 1);
		return c >= 'A' && c <= 'Z';
	}
	if (text.n > 1 && text.p[0] == 'F' && str_to_int(str_skip(text, 1), &number) &&
	    number >= 1 && number <= 12) {
		*ret = KEYCODE_F1 + (uint32_t)number - 1;
		return true;
	}
	if (!text.n || visible_rune(text, &rune) != text.n || rune < ' ')
		return false;
	*ret = (uint32_t)rune;
	return true;
}
