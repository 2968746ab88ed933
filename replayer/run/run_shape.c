/* SPDX-License-Identifier: MIT */
/* run_shape.c: a loop around the table, each way. */
#include "replayer/run/run_shape.h"

#include "formats/base/limits.h"
#include "replayer/run/run_dump.h"
#include "replayer/run/run_json.h"

#include <inttypes.h>

#define AT(type, thing, offset) ((type *)((char *)(thing) + (offset)))
#define IN(type, thing, offset) ((const type *)((const char *)(thing) + (offset)))

/* ---- writing ---- */

struct writing {
	struct buf *out;
	bool shown;
};

static void string(struct writing *w, struct str s)
{
	run_dump_str(run_json_cut(s), w->shown, w->out);
}

static void strs(struct writing *w, const struct str *at, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_add_char(w->out, ',');
		if (at[i].p)
			string(w, at[i]);
		else
			buf_puts(w->out, "null");
	}
}

static void list(struct writing *w, const struct run_shape *shape, const void *items, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_puts(w->out, i ? ",{" : "{");
		run_shape_put(shape, IN(char, items, i * shape->size), w->shown, false, w->out);
		buf_add_char(w->out, '}');
	}
}

static void self(struct writing *w, const struct run_shape *shape, const void *thing)
{
	size_t start = w->out->n;

	buf_add_char(w->out, '{');
	if (run_shape_put(shape, thing, w->shown, false, w->out)) {
		buf_add_char(w->out, '}');
		return;
	}
	if (w->out->n > start) /* not where the buffer is full */
		w->out->n = start;
	buf_puts(w->out, "null");
}

/* Whether M has a value in THING: what has none is left out. */
static bool has_value(const struct run_member *m, const void *thing)
{
	switch (m->kind) {
	case RUN_STR:
		return IN(struct str, thing, m->offset)->p;
	case RUN_CSTR:
		return *IN(char *, thing, m->offset);
	case RUN_INT:
		return *IN(int64_t, thing, m->offset);
	case RUN_BOOL:
		return *IN(bool, thing, m->offset);
	case RUN_ENUM:
		return *IN(int, thing, m->offset);
	case RUN_SELF:
		return true;
	case RUN_LIST:
	case RUN_STRS:
		return *IN(size_t, thing, m->count);
	}
	return false;
}

static void value(struct writing *w, const struct run_member *m, const void *thing)
{
	switch (m->kind) {
	case RUN_STR:
		string(w, *IN(struct str, thing, m->offset));
		break;
	case RUN_CSTR:
		string(w, str_of(*IN(char *, thing, m->offset)));
		break;
	case RUN_INT:
		buf_printf(w->out, "%" PRId64, *IN(int64_t, thing, m->offset));
		break;
	case RUN_BOOL:
		buf_puts(w->out, "true");
		break;
	case RUN_ENUM:
		string(w, str_of(m->names[*IN(int, thing, m->offset)]));
		break;
	case RUN_SELF:
		self(w, m->shape, IN(char, thing, m->offset));
		break;
	case RUN_LIST:
	case RUN_STRS:
		buf_add_char(w->out, '[');
		if (m->kind == RUN_LIST)
			list(w, m->shape, *IN(void *, thing, m->offset), *IN(size_t, thing, m->count));
		else
			strs(w, *IN(struct str *, thing, m->offset), *IN(size_t, thing, m->count));
		buf_add_char(w->out, ']');
		break;
	}
}

bool run_shape_put(const struct run_shape *shape, const void *thing, bool shown, bool others,
		   struct buf *out)
{
	struct writing w = {out, shown};
	bool any = false;

	for (size_t i = 0; i < shape->n_members; i++) {
		const struct run_member *m = &shape->members[i];

		if (!has_value(m, thing))
			continue;
		buf_puts(out, any || others ? ",\"" : "\"");
		buf_puts(out, m->key);
		buf_puts(out, "\":");
		value(&w, m, thing);
		any = true;
	}
	return any;
}

/* ---- reading ---- */

struct reading {
	struct arena *a;
	struct err *err;
};

static bool wrong(const struct reading *r, const char *key, const char *what)
{
	return err_set(r->err, ERR_SYNTAX, "'%s' is not %s", key, what);
}

static struct str text(const struct reading *r, json_t *value)
{
	return arena_str(r->a, str_slice(json_string_value(value), json_string_length(value)));
}

static bool read_enum(const struct reading *r, const struct run_member *m, json_t *value,
		      int *ret)
{
	for (int i = 1; m->names[i]; i++)
		if (strcmp(m->names[i], json_string_value(value)) == 0) {
			*ret = i;
			return true;
		}
	return wrong(r, m->key, "a word that is known here");
}

static bool read_list(const struct reading *r, const struct run_member *m, json_t *value,
		      void *ret)
{
	size_t n = json_array_size(value);
	char *items;

	if (n > LIMIT_RUN_LIST)
		return err_set(r->err, ERR_LIMIT, "'%s' has more than %zu items", m->key,
			       LIMIT_RUN_LIST);
	items = arena_zalloc(r->a, n * (m->kind == RUN_LIST ? m->shape->size
							    : sizeof(struct str)));
	for (size_t i = 0; i < n; i++) {
		json_t *item = json_array_get(value, i);

		if (m->kind == RUN_STRS) {
			if (!json_is_string(item))
				return wrong(r, m->key, "an array of strings");
			((struct str *)items)[i] = text(r, item);
		} else if (!json_is_object(item)) {
			return wrong(r, m->key, "an array of objects");
		} else if (!run_shape_read(m->shape, item, r->a, items + i * m->shape->size,
					   r->err)) {
			return false;
		}
	}
	*AT(void *, ret, m->offset) = items;
	*AT(size_t, ret, m->count) = n;
	return true;
}

static bool read_member(const struct reading *r, const struct run_member *m, json_t *value,
			void *ret)
{
	switch (m->kind) {
	case RUN_STR:
	case RUN_CSTR:
	case RUN_ENUM:
		if (!json_is_string(value))
			return wrong(r, m->key, "a string");
		if (m->kind == RUN_ENUM)
			return read_enum(r, m, value, AT(int, ret, m->offset));
		if (m->kind == RUN_CSTR) /* arena_str() ends it with a NUL */
			*AT(const char *, ret, m->offset) = text(r, value).p;
		else
			*AT(struct str, ret, m->offset) = text(r, value);
		return true;
	case RUN_INT:
		if (!json_is_integer(value) || json_integer_value(value) < 0)
			return wrong(r, m->key, "a whole number");
		*AT(int64_t, ret, m->offset) = json_integer_value(value);
		return true;
	case RUN_BOOL:
		*AT(bool, ret, m->offset) = json_is_true(value);
		return json_is_boolean(value) || wrong(r, m->key, "true or false");
	case RUN_SELF:
		if (!json_is_object(value))
			return wrong(r, m->key, "an object");
		return run_shape_read(m->shape, value, r->a, AT(char, ret, m->offset), r->err);
	case RUN_LIST:
	case RUN_STRS:
		if (!json_is_array(value))
			return wrong(r, m->key, "an array");
		return read_list(r, m, value, ret);
	}
	return true;
}

bool run_shape_read(const struct run_shape *shape, json_t *object, struct arena *a,
		    void *ret, struct err *err)
{
	struct reading r = {a, err};

	for (size_t i = 0; i < shape->n_members; i++) {
		const struct run_member *m = &shape->members[i];
		json_t *value = json_object_get(object, m->key);

		if (value && !json_is_null(value) && !read_member(&r, m, value, ret))
			return false;
	}
	return true;
}
