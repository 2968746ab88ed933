/* SPDX-License-Identifier: MIT */
/* fuzz_stack.c: any text of a worker is a stack within its ceilings, or none with a note. */
#include "tests/fuzz/fuzz.h"

#include "formats/base/limits.h"
#include "replayer/judge/stack.h"

static void check_frame(const struct stack_frame *f, struct str text)
{
	/* Java's folders come from the class; nothing else is longer than what was sent. */
	if (f->file.n > 2 * text.n || f->function.n > text.n || f->source.n > text.n)
		fuzz_broken("longer than the text", NULL);
	if (f->line < 0 || f->column < 0)
		fuzz_broken("a negative place", NULL);
	if (f->user && !f->file.n)
		fuzz_broken("the user's, but of no file", NULL);
}

static void check_stack(const struct stack *s, struct str text)
{
	if (s->n_coroutines > LIMIT_STACK_COROUTINES)
		fuzz_broken("too many coroutines", NULL);
	if (!s->n_coroutines && !s->note.n)
		fuzz_broken("nothing, without a note", NULL);
	for (size_t i = 0; i < s->n_coroutines; i++) {
		const struct stack_coroutine *c = &s->coroutines[i];

		if (c->n_frames > LIMIT_STACK_FRAMES)
			fuzz_broken("too many frames", NULL);
		for (size_t k = 0; k < c->n_frames; k++)
			check_frame(&c->frames[k], text);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct str ROOTS[] = {{NULL, 0}, {"/srv/app", 8}, {"/", 1}};
	struct str text = fuzz_copy(data, n);

	for (size_t i = 0; i < sizeof(ROOTS) / sizeof(*ROOTS); i++) {
		struct stack stack = {.task = 3};
		struct evidence e = {0};
		struct arena a = {0};

		stack_parse(text, ROOTS[i], &a, &stack);
		check_stack(&stack, text);
		stack_stood(&stack, &e);
		if (e.stood.n > stack.n_coroutines || e.stood_task != (e.stood.n ? 3 : 0))
			fuzz_broken("it stands nowhere", NULL);
		stack_of_failure(text, ROOTS[i], &a, &e);
		stack = (struct stack){.task = 3};
		if (stack_parse_enhanced(text, ROOTS[i], &a, &stack))
			check_stack(&stack, text);
		evidence_done(&e);
		arena_done(&a);
	}
	fuzz_release(text);
	return 0;
}
