/* SPDX-License-Identifier: MIT */
/* stack_enhanced.c: stacks as the JSON of an EnhancedStackTrace, with sources. */
#include "replayer/judge/stack.h"

#include "formats/base/limits.h"

#include <jansson.h>

static struct str text_of(json_t *object, const char *key)
{
	json_t *v = json_object_get(object, key);

	return str_slice(json_string_value(v), json_string_length(v));
}

static int64_t number_of(json_t *object, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(object, key));

	return n > 0 ? n : 0;
}

/* Line NUMBER of the slice of a file that begins at OFFSET lines into it. */
static struct str line_of(json_t *slice, int64_t number)
{
	struct str content = text_of(slice, "content");
	int64_t at = number_of(slice, "line_offset");

	while (content.n && at < number) {
		struct str line = str_split(&content, '\n');

		if (++at == number)
			return str_trim(line);
	}
	return STR_NONE;
}

static struct str source_of(json_t *sources, const char *file, int64_t line)
{
	json_t *slice;
	size_t i;

	if (!file || line <= 0)
		return STR_NONE;
	json_array_foreach(json_object_get(sources, file), i, slice) {
		struct str found = line_of(slice, line);

		if (found.n)
			return found;
	}
	return STR_NONE;
}

static void read_stack(json_t *locations, json_t *sources, struct str root, struct arena *a,
		       struct stack_coroutine *ret)
{
	size_t n = json_array_size(locations);
	struct stack_frame *frames;

	n = n < LIMIT_STACK_FRAMES ? n : LIMIT_STACK_FRAMES;
	frames = arena_array(a, struct stack_frame, n);
	for (size_t i = 0; i < n; i++) {
		json_t *at = json_array_get(locations, i);
		struct str source;

		frames[i] = stack_frame_of(text_of(at, "file_path"), text_of(at, "function_name"),
					   root, a);
		frames[i].line = number_of(at, "line");
		frames[i].column = number_of(at, "column");
		frames[i].user &= !json_is_true(json_object_get(at, "internal_code"));
		source = source_of(sources,
				   json_string_value(json_object_get(at, "file_path")),
				   frames[i].line);
		if (source.n)
			frames[i].source = arena_str(a, str_take(source, LIMIT_STACK_SOURCE_BYTES));
	}
	*ret = (struct stack_coroutine){.frames = frames, .n_frames = n};
}

bool stack_parse_enhanced(struct str json, struct str root, struct arena *a, struct stack *ret)
{
	json_t *tree = json.n <= LIMIT_STACK_JSON_BYTES
			       ? json_loadb(json.p, json.n, JSON_ALLOW_NUL, NULL) : NULL;
	json_t *stacks = json_object_get(tree, "stacks");
	size_t n = json_array_size(stacks);
	struct stack_coroutine *kept;

	if (!json_is_array(stacks)) {
		json_decref(tree);
		return false;
	}
	n = n < LIMIT_STACK_COROUTINES ? n : LIMIT_STACK_COROUTINES;
	kept = arena_array(a, struct stack_coroutine, n);
	for (size_t i = 0; i < n; i++)
		read_stack(json_object_get(json_array_get(stacks, i), "locations"),
			   json_object_get(tree, "sources"), root, a, &kept[i]);
	ret->coroutines = kept;
	ret->n_coroutines = n;
	stack_note(ret, STR(""));
	json_decref(tree);
	return true;
}
