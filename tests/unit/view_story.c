/* SPDX-License-Identifier: MIT */
/* view_story.c: sessions of the viewer over histories told in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/view_story.h"

void story_open(struct story *s, const struct build *b, const struct schema *schema)
{
	static const struct session_options OPTIONS = {.ascii = true};
	struct str wire = build_wire(b);
	struct err err = ERR_INIT;
	int fd;

	snprintf(s->path, sizeof(s->path), "/tmp/hindcast-view-XXXXXX");
	fd = mkstemp(s->path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, wire.p, wire.n), wire.n);
	close(fd);
	session_init(&s->session, schema, &OPTIONS);
	session_add_file(&s->session, str_of(s->path), (int64_t)wire.n);
	if (!session_begin(&s->session, &err))
		fail_msg("%s", err.message);
	s->document = session_document(&s->session);
	unlink(s->path);
}

void story_write(const struct story *s, const struct build *b)
{
	struct str wire = build_wire(b);
	FILE *f = fopen(s->path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(wire.p, 1, wire.n, f), wire.n);
	fclose(f);
}

void story_close(struct story *s)
{
	session_done(&s->session);
}

struct pane_context story_context(struct story *s, size_t width)
{
	return (struct pane_context){&s->session, s->document, width, 0};
}

bool story_holds(const struct line *l, const char *text)
{
	return str_find(buf_str(&l->text), str_of(text)) >= 0;
}

void story_row(struct story *s, enum pane_kind pane, size_t width, size_t event, struct line *l)
{
	struct pane_context c = story_context(s, width);
	size_t row = PANE_TABLE[pane]->row_of(&c, event);

	line_clear(l);
	assert_true(row < pane_count(&c, pane));
	pane_row(&c, pane, row, l);
}
