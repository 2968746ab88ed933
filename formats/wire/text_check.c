/* SPDX-License-Identifier: MIT */
/* text_check.c: one recursion over a message's strings. */
#include "formats/wire/text_check.h"

#include "formats/base/buf.h"
#include "formats/base/limits.h"
#include "formats/transcode/json.h"
#include "formats/wire/wire_step.h"

struct walk {
	const struct schema_field *path[LIMIT_DEPTH];
	struct err *err;
};

static bool complain(const struct walk *w, unsigned depth)
{
	struct buf path;

	buf_init(&path, 0);
	for (unsigned i = 0; i <= depth; i++) {
		if (i)
			buf_add_char(&path, '.');
		buf_add(&path, w->path[i]->json_name);
	}
	err_set(w->err, ERR_FORMAT, "%.*s is not UTF-8", STR_ARG(buf_str(&path)));
	buf_done(&path);
	return false;
}

static bool is_text(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return json_utf8(s);
	return true;
}

static bool check(struct walk *w, const struct schema_message *m, struct str bytes,
		  unsigned depth)
{
	const char *p = bytes.p, *end = bytes.p + bytes.n;
	struct wire_step f;

	if (depth == LIMIT_DEPTH)
		return err_set(w->err, ERR_LIMIT, "more than %d nested messages", LIMIT_DEPTH);
	while (p && p != end) {
		p = wire_step(p, end, &f);
		if (!p || f.type != WIRE_BYTES)
			continue;
		w->path[depth] = schema_field_by_number(m, f.number);
		if (!w->path[depth])
			continue;
		if (w->path[depth]->kind == SCHEMA_STRING && !is_text(f.bytes))
			return complain(w, depth);
		if (w->path[depth]->kind == SCHEMA_MESSAGE &&
		    !check(w, w->path[depth]->message, f.bytes, depth + 1))
			return false;
	}
	return true;
}

bool text_check(const struct schema_message *m, struct str bytes, struct err *err)
{
	struct walk w;

	w.err = err;
	return check(&w, m, bytes, 0);
}
