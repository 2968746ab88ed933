/* SPDX-License-Identifier: MIT */
/* fuzz_view.c: any keys over any history, or over any run file: screens stay screens. */
#include "tests/fuzz/fuzz.h"

#include "viewer/draw.h"
#include "viewer/layout.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * The input: a byte for the kind (history or run file), one for the size, one for the number of
 * keys and those, and the file. A key is a byte: itself where it is a character or a
 * control key, else a row of a table.
 */
static const struct {
	int width, height;
} SIZES[] = {{80, 24}, {160, 48}, {40, 10}, {100, 30}, {1, 1}, {223, 60}, {39, 7}, {1000, 2}};

static uint32_t key_of(uint8_t byte)
{
	static const uint32_t SPECIAL[] = {
		KEYCODE_UP,   KEYCODE_DOWN, KEYCODE_LEFT, KEYCODE_RIGHT, KEYCODE_PGUP,
		KEYCODE_PGDN, KEYCODE_HOME, KEYCODE_END,  KEYCODE_TAB,	 KEYCODE_SHIFT_TAB,
		KEYCODE_F1,   KEYCODE_ENTER,
	};

	return byte < 0x80 ? byte : SPECIAL[byte % (sizeof(SPECIAL) / sizeof(*SPECIAL))];
}

static const struct schema *schema(void)
{
	static const struct schema *made;
	static struct arena arena;

	if (!made)
		made = schema_new(&arena);
	return made;
}

/* Every row is as wide as the screen, and every cursor where something is. */
static void check(struct session *s, struct screen *screen)
{
	struct layout l;

	for (int i = 0; i < 20000 && session_idle(s); i++)
		continue;
	draw(s, screen);
	for (int y = 0; y < screen->height; y++) {
		int width = 0;

		for (int x = 0; x < screen->width; x++)
			width += screen_cell(screen, x, y)->width;
		BUG_IF(width != screen->width);
	}
	BUG_IF(screen->cursor_x >= screen->width || screen->cursor_y >= screen->height);
	layout_make(s, &l);
	for (size_t i = 0; i < l.n; i++) {
		struct pane_context c = {s, session_document(s), (size_t)l.parts[i].area.width,
					 (size_t)l.parts[i].area.height};
		const struct scroll *scroll = &s->scrolls[l.parts[i].pane];
		size_t count = pane_count(&c, l.parts[i].pane);

		BUG_IF(count && scroll->row >= count);
		BUG_IF(scroll->row < scroll->top);
	}
	if (session_document(s))
		BUG_IF(session_document(s)->at >= session_document(s)->history.n_events);
}

/* Each event can be gone to by its id. */
static void check_reach(struct session *s)
{
	struct document *d = session_document(s);
	char number[24];

	for (size_t i = 0; d && i < d->history.n_events; i += 1 + d->history.n_events / 7) {
		size_t first = history_find(&d->history, d->history.events[i].id);

		if (d->history.events[i].id < 0)
			continue;
		snprintf(number, sizeof(number), "%lld", (long long)d->history.events[i].id);
		session_act(s, ACTION_GO, str_of(number));
		BUG_IF(d->at != first);
	}
}

static void play(struct session *s, const uint8_t *keys, size_t n)
{
	struct screen screen;
	struct buf out;

	screen_init(&screen);
	check(s, &screen);
	for (size_t i = 0; i < n && s->request.kind != REQUEST_QUIT; i++) {
		struct key key = {.code = key_of(keys[i])};

		if (keys[i] == 0xff)
			key = (struct key){KEYCODE_RESIZE, SIZES[i % 8].width, SIZES[i % 8].height, 0};
		if (keys[i] == 0xfe)
			key = (struct key){KEYCODE_MOUSE, (int)(i * 7 % 90), (int)(i % 30),
					   (enum mouse_button)(i % 4)};
		session_key(s, key);
		if (s->request.kind != REQUEST_QUIT)
			s->request.kind = REQUEST_NONE;
		check(s, &screen);
	}
	buf_init(&out, 0);
	draw_print(s, session_place(s)->pane, 80, false, &out);
	buf_done(&out);
	check_reach(s);
	screen_done(&screen);
}

static bool open_input(struct session *s, bool run, const char *path, struct str bytes)
{
	struct run_file *r;

	if (!run) {
		session_add_file(s, str_of(path), (int64_t)bytes.n);
		return true;
	}
	if (!run_file_parse(&r, bytes, NULL))
		return false;
	session_take_run(s, r, STR("run.jsonl"));
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct session_options options = {.ascii = size && data[0] & 2};
	struct session s;
	size_t n_keys;
	char path[64];
	int fd;

	if (size < 4 || size < 3 + (size_t)data[2])
		return 0;
	n_keys = data[2];
	fd = memfd_create("history", 0);
	if (fd < 0 || write(fd, data + 3 + n_keys, size - 3 - n_keys) < 0)
		return 0;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	session_init(&s, schema(), &options);
	session_resize(&s, SIZES[data[1] % 8].width, SIZES[data[1] % 8].height);
	if (open_input(&s, data[0] & 1, path,
		       str_slice((const char *)data + 3 + n_keys, size - 3 - n_keys)) &&
	    session_begin(&s, NULL)) {
		session_settle(&s);
		play(&s, data + 3, n_keys);
	}
	session_done(&s);
	close(fd);
	return 0;
}
