/* SPDX-License-Identifier: MIT */
/* stack.c: stack texts by a table of line forms. */
#include "replayer/judge/stack.h"

#include "formats/base/limits.h"
#include "formats/base/mem.h"

#include <stdlib.h>

/* What is read so far. */
struct reader {
	struct arena *a;
	struct str root;
	VEC_OF(struct stack_coroutine) coroutines;
	VEC_OF(struct stack_frame) frames; /* of the last coroutine */
	struct str function; /* Go: of the line before */
	bool skips;   /* the coroutine is not the workflow's own */
	bool closed;  /* a blank line: the next frame begins another coroutine */
	bool outermost_first; /* as Python has it */
	size_t n_frames;
};

/* ---- whose code ---- */

static const char *const NOT_OF_USER_FILES[] = {
	"/pkg/mod/", "/go/src/runtime/", "/go/src/reflect/", "/go/src/sync/", "/site-packages/",
	"/lib/python3", "<frozen ", "node_modules", "node:", "webpack", "/gems/", "<internal:",
};
static const char *const NOT_OF_USER_FUNCTIONS[] = {
	"go.temporal.io/", "runtime.", "reflect.", "io.temporal.", "java.", "javax.", "jdk.", "sun.",
	"kotlin.", "kotlinx.", "scala.", "Temporalio.", "System.", "Microsoft.",
};

static bool is_user(struct str file, struct str function)
{
	for (size_t i = 0; i < sizeof(NOT_OF_USER_FILES) / sizeof(char *); i++)
		if (str_has(file, NOT_OF_USER_FILES[i]))
			return false;
	for (size_t i = 0; i < sizeof(NOT_OF_USER_FUNCTIONS) / sizeof(char *); i++)
		if (str_starts(function, str_of(NOT_OF_USER_FUNCTIONS[i])))
			return false;
	return true;
}

/* ---- what a file is called ---- */

static struct str without_prefix(struct str s, struct str prefix)
{
	return prefix.n && str_starts(s, prefix) ? str_skip(s, prefix.n) : s;
}

/* The last N parts of an absolute path. */
static struct str last_parts(struct str path, int n)
{
	size_t at = path.n;

	while (at > 0) {
		if ((path.p[at - 1] == '/' || path.p[at - 1] == '\\') && n-- == 1)
			break;
		at--;
	}
	return str_skip(path, at);
}

/* "shop/orders" of "shop/orders.(*Place).Run": the package that a Go function names. */
static struct str go_package(struct str function)
{
	size_t from = 0;

	for (size_t i = 0; i < function.n; i++)
		if (function.p[i] == '/')
			from = i;
	for (size_t i = from; i < function.n; i++)
		if (function.p[i] == '.')
			return str_take(function, i);
	return STR_NONE;
}

static struct str shorten(struct str file, struct str function, struct str root, struct arena *a)
{
	struct str package = go_package(function);
	ptrdiff_t at = -1;

	file = without_prefix(without_prefix(file, STR("file://")), STR("webpack-internal:///"));
	/* /srv/app is no root of /srv/application. */
	if (root.n && str_starts(file, root) &&
	    (str_ends(root, STR("/")) || str_starts(str_skip(file, root.n), STR("/"))))
		return without_prefix(str_skip(file, root.n), STR("/"));
	file = without_prefix(file, STR("./"));
	if (!str_starts(file, STR("/")))
		return file;
	if (package.n && str_ends(file, STR(".go")))
		at = str_find(file, arena_printf(a, "/%.*s/", STR_ARG(package)));
	return at >= 0 ? str_skip(file, (size_t)at + 1) : last_parts(file, 3);
}

struct stack_frame stack_frame_of(struct str file, struct str function, struct str root,
				  struct arena *a)
{
	struct str shown = shorten(file, function, root, a);

	return (struct stack_frame){
		.file = arena_str(a, shown),
		.function = arena_str(a, function),
		.user = shown.n && is_user(file, function),
	};
}

/* ---- gathering ---- */

static void end_coroutine(struct reader *r)
{
	struct stack_coroutine *c = r->coroutines.n ? vec_last(&r->coroutines) : NULL;
	struct stack_frame *frames;

	if (!c || c->frames)
		return;
	frames = arena_array(r->a, struct stack_frame, r->frames.n);
	for (size_t i = 0; i < r->frames.n; i++)
		frames[r->outermost_first ? r->frames.n - 1 - i : i] = r->frames.at[i];
	c->frames = frames;
	c->n_frames = r->frames.n;
	r->frames.n = 0;
}

static void begin_coroutine(struct reader *r, struct str name)
{
	end_coroutine(r);
	r->closed = false;
	r->skips = r->coroutines.n == LIMIT_STACK_COROUTINES;
	if (!r->skips)
		vec_push(&r->coroutines, (struct stack_coroutine){.name = arena_str(r->a, name)});
}

static int64_t number(struct str digits)
{
	long long n;

	return str_to_int(digits, &n) && n > 0 ? n : 0;
}

static void add_frame(struct reader *r, struct str file, struct str line, struct str column,
		      struct str function)
{
	struct stack_frame frame;

	if (r->skips)
		return;
	if (!r->coroutines.n || r->closed)
		begin_coroutine(r, STR(""));
	if (r->frames.n == LIMIT_STACK_FRAMES)
		return;
	frame = stack_frame_of(file, function, r->root, r->a);
	frame.line = number(line);
	frame.column = number(column);
	vec_push(&r->frames, frame);
}

/* ---- the forms of lines ---- */

/* Splits S at its last SEP; false: there is none. */
static bool split_last(struct str s, char sep, struct str *ret_before, struct str *ret_behind)
{
	for (size_t i = s.n; i > 0; i--)
		if (s.p[i - 1] == sep) {
			*ret_before = str_take(s, i - 1);
			*ret_behind = str_skip(s, i);
			return true;
		}
	return false;
}

/* "FILE:LINE" or "FILE:LINE:COLUMN". */
static bool place(struct str s, struct str *file, struct str *line, struct str *column)
{
	struct str before, behind;

	*column = STR_NONE;
	if (!split_last(s, ':', file, line))
		return false;
	if (!number(*line) && !str_is(*line, "0"))
		return false;
	if (split_last(*file, ':', &before, &behind) && number(behind)) {
		*column = *line;
		*line = behind;
		*file = before;
	}
	return true;
}

/* "coroutine root [blocked on chan-6.Receive]:" */
static bool go_coroutine(struct reader *r, struct str line)
{
	ptrdiff_t end = str_find(line, STR(" [blocked on "));

	if (!str_starts(line, STR("coroutine ")) || end < 0)
		return false;
	begin_coroutine(r, str_skip(str_take(line, (size_t)end), strlen("coroutine ")));
	return true;
}

/* "goroutine 17 [running]:", of a panic */
static bool go_goroutine(struct reader *r, struct str line)
{
	if (!str_starts(line, STR("goroutine ")) || !str_ends(line, STR("]:")))
		return false;
	begin_coroutine(r, STR(""));
	return true;
}

/* "\t/build/orders/workflow.go:76 +0x6f4" behind "orders.OrderWorkflow({0x1, 0x2})" */
static bool go_place(struct reader *r, struct str line)
{
	struct str file, at, column;
	ptrdiff_t offset = str_find(line, STR(" +0x"));

	if (!r->function.n || !str_starts(line, STR("\t")))
		return false;
	if (!place(str_trim(offset < 0 ? line : str_take(line, (size_t)offset)), &file, &at, &column))
		return false;
	add_frame(r, file, at, column, r->function);
	r->function = STR_NONE;
	return true;
}

static bool go_function(struct reader *r, struct str line)
{
	struct str before, behind;

	if (!line.n || line.p[0] == ' ' || line.p[0] == '\t' || line.p[line.n - 1] != ')' ||
	    str_has(line, ".java:"))
		return false;
	/* Arguments hold brackets of their own kind only: "{0x1, (…)}" is not printed. */
	if (!split_last(line, '(', &before, &behind) || !before.n || str_has(before, " "))
		return false;
	r->function = before;
	return true;
}

/* "workflow-method-ID-RUN: (BLOCKED on Feature.get)" */
static bool java_thread(struct reader *r, struct str line)
{
	ptrdiff_t end = str_find(line, STR(": (BLOCKED on "));
	struct str name;

	if (end < 0)
		return false;
	name = str_take(line, (size_t)end);
	begin_coroutine(r, str_starts(name, STR("workflow-method-")) ? STR("workflow-method") : name);
	return true;
}

/* "app//orders.OrderWorkflowImpl.order(OrderWorkflowImpl.java:57)", perhaps with "at " */
static bool java_frame(struct reader *r, struct str line)
{
	struct str s = without_prefix(str_trim(line), STR("at "));
	struct str function, where, file, at, column, behind;

	if (!str_ends(s, STR(")")) || !split_last(str_take(s, s.n - 1), '(', &function, &where))
		return false;
	if (!str_has(where, ".java") && !str_has(where, ".kt") && !str_has(where, ".scala") &&
	    !str_is(where, "Native Method"))
		return false;
	if (split_last(function, '/', &file, &behind)) /* "app//", "java.base@17/" */
		function = behind;
	if (!place(where, &file, &at, &column))
		return true; /* native: no place that anybody could go to */
	/* The file of a class stands in the folders of its package. */
	if (split_last(function, '.', &behind, &column) &&
	    split_last(behind, '.', &column, &behind) && column.n) {
		char *folders = arena_cstr(r->a, column);

		for (char *c = folders; *c; c++)
			*c = *c == '.' ? '/' : *c;
		file = arena_printf(r->a, "%s/%.*s", folders, STR_ARG(file));
	}
	add_frame(r, file, at, STR_NONE, function);
	return true;
}

/*
 * "Stack for <Task pending name='run (workflow: …' … wait_for=<… cb=[X.workflow_sleep.…", or
 * of a handle that is a task too: "Stack for <_ActivityHandle pending name='activity: …"
 */
static bool python_task(struct reader *r, struct str line)
{
	ptrdiff_t name = str_find(line, STR(" name='")), end, wait, at;
	struct str text, what;

	if (!str_starts(line, STR("Stack for <")) || name < 0)
		return false;
	text = str_skip(line, (size_t)name + strlen(" name='"));
	end = str_find(text, STR(" (workflow:"));
	if (end < 0)
		end = str_find(text, STR("'"));
	text = str_take(text, end < 0 ? text.n : (size_t)end);
	r->outermost_first = true;
	/* What it waits for: the SDK's own name of it, as in "workflow_sleep". */
	wait = str_find(line, STR("wait_for=<"));
	at = wait < 0 ? -1 : str_find_from(line, STR("Impl.workflow_"), (size_t)wait);
	if (at >= 0) {
		what = str_skip(line, (size_t)at + strlen("Impl.workflow_"));
		end = str_find(what, STR("."));
		text = arena_printf(r->a, "%.*s, in %.*s", STR_ARG(text),
				    STR_ARG(str_take(what, end < 0 ? 0 : (size_t)end)));
	}
	if (str_starts(text, STR("query: "))) {
		end_coroutine(r);
		r->skips = true; /* that is this very question */
		return true;
	}
	begin_coroutine(r, text);
	return true;
}

/* "  File "/app/workflows.py", line 17, in run" */
static bool python_frame(struct reader *r, struct str line)
{
	struct str s = str_trim(line), file, at;
	ptrdiff_t end;

	if (!str_starts(s, STR("File \"")))
		return false;
	s = str_skip(s, strlen("File \""));
	end = str_find(s, STR("\", line "));
	if (end < 0)
		return false;
	file = str_take(s, (size_t)end);
	s = str_skip(s, (size_t)end + strlen("\", line "));
	at = str_split(&s, ',');
	r->closed = false; /* blank lines stand between frames here */
	add_frame(r, file, at, STR_NONE, without_prefix(s, STR(" in ")));
	r->outermost_first = true;
	return true;
}

/* "    await charge()" below a frame of Python's */
static bool python_source(struct reader *r, struct str line)
{
	struct stack_frame *last = r->frames.n ? vec_last(&r->frames) : NULL;

	if (!last || r->skips || !r->outermost_first || last->source.n ||
	    !str_starts(line, STR("    ")))
		return false;
	last->source = arena_str(r->a, str_trim(line));
	return true;
}

/* "    at orderWorkflow (/app/src/workflows.ts:52:11)", "    at /app/src/workflows.ts:52:11" */
static bool js_frame(struct reader *r, struct str line)
{
	struct str s = str_trim(line), function = STR(""), file, at, column;

	if (!str_starts(s, STR("at ")))
		return false;
	s = str_skip(s, strlen("at "));
	s = without_prefix(s, STR("async "));
	if (str_ends(s, STR(")")) && split_last(str_take(s, s.n - 1), '(', &function, &file)) {
		s = file;
		function = str_trim(function);
	}
	if (!place(s, &file, &at, &column))
		return false;
	add_frame(r, file, at, column, function);
	return true;
}

/* "   at Orders.OrderWorkflow.RunAsync() in /app/OrderWorkflow.cs:line 12" */
static bool dotnet_frame(struct reader *r, struct str line)
{
	struct str s = str_trim(line), function;
	ptrdiff_t in = str_find(s, STR(") in ")), at = str_find(s, STR(":line "));

	if (!str_starts(s, STR("at ")) || in < 0 || at < in)
		return false;
	function = str_skip(str_take(s, (size_t)in + 1), strlen("at "));
	add_frame(r, str_slice(s.p + in + strlen(") in "), (size_t)at - (size_t)in - strlen(") in ")),
		  str_skip(s, (size_t)at + strlen(":line ")), STR_NONE, str_split(&function, '('));
	return true;
}

/* "/app/workflows.rb:12:in `execute'", and since 3.4 "…:in 'OrderWorkflow#execute'" */
static bool ruby_frame(struct reader *r, struct str line)
{
	struct str s = str_trim(line), file, at, column;
	ptrdiff_t in = str_find(s, STR(":in "));

	if (in < 0 || !str_ends(s, STR("'")) || !place(str_take(s, (size_t)in), &file, &at, &column))
		return false;
	s = str_skip(s, (size_t)in + strlen(":in ") + 1);
	add_frame(r, file, at, STR_NONE, str_take(s, s.n ? s.n - 1 : 0));
	return true;
}

static bool blank(struct reader *r, struct str line)
{
	r->closed |= !str_trim(line).n;
	return r->closed;
}

/* The first that takes a line has it. */
static const struct form {
	bool (*read)(struct reader *r, struct str line);
} FORMS[] = {
	{go_coroutine}, {go_goroutine}, {java_thread}, {python_task}, {go_place}, {dotnet_frame},
	{java_frame}, {python_frame}, {python_source}, {js_frame}, {ruby_frame}, {go_function},
	{blank},
};

static void read_lines(struct reader *r, struct str text)
{
	text = str_take(text, LIMIT_STACK_BYTES);
	while (text.n) {
		struct str line = str_split(&text, '\n');

		if (str_ends(line, STR("\r")))
			line.n--;
		for (size_t i = 0; i < sizeof(FORMS) / sizeof(*FORMS); i++)
			if (FORMS[i].read(r, line))
				break;
	}
	end_coroutine(r);
}

/* The innermost frame of the user's, or NULL. */
static const struct stack_frame *user_frame(const struct stack_coroutine *c)
{
	for (size_t i = 0; i < c->n_frames; i++)
		if (c->frames[i].user)
			return &c->frames[i];
	return NULL;
}

/* Python keeps its tasks in a set: each run names them in another order. */
static int by_name(const void *a, const void *b)
{
	const struct stack_coroutine *x = a, *y = b;

	return str_cmp(x->name, y->name);
}

static void finish(struct reader *r, struct stack *ret)
{
	struct stack_coroutine *kept = arena_array(r->a, struct stack_coroutine, r->coroutines.n);

	for (size_t i = 0; i < r->coroutines.n; i++)
		kept[i] = r->coroutines.at[i];
	if (r->outermost_first && r->coroutines.n)
		qsort(kept, r->coroutines.n, sizeof(*kept), by_name);
	ret->coroutines = kept;
	ret->n_coroutines = r->coroutines.n;
	vec_done(&r->coroutines);
	vec_done(&r->frames);
}

void stack_note(struct stack *s, struct str text)
{
	bool user = false;

	for (size_t i = 0; i < s->n_coroutines; i++)
		user |= user_frame(&s->coroutines[i]) != NULL;
	if (user)
		return;
	if (s->n_coroutines)
		s->note = STR("no line of the workflow's own: the SDK names only what waits");
	else
		s->note = str_trim(text).n ? STR("the worker's answer has no form known here")
					   : STR("nothing of the workflow is waiting there");
}

void stack_parse(struct str text, struct str root, struct arena *a, struct stack *ret)
{
	struct reader r = {.a = a, .root = root};

	read_lines(&r, text);
	finish(&r, ret);
	stack_note(ret, text);
}

/* Coroutines that wait for each other stand at one line. */
static bool is_known(const struct evidence *e, const struct stack_frame *f)
{
	for (size_t i = 0; i < e->stood.n; i++)
		if (e->stood.at[i].line == f->line && e->stood.at[i].column == f->column &&
		    str_eq(e->stood.at[i].file, f->file) &&
		    str_eq(e->stood.at[i].function, f->function))
			return true;
	return false;
}

void stack_stood(const struct stack *stack, struct evidence *e)
{
	for (size_t i = 0; i < stack->n_coroutines; i++) {
		const struct stack_frame *frame = user_frame(&stack->coroutines[i]);

		if (frame && !is_known(e, frame))
			vec_push(&e->stood, *frame);
	}
	e->stood_task = e->stood.n ? stack->task : 0;
}

void stack_of_failure(struct str text, struct str root, struct arena *a, struct evidence *e)
{
	struct stack stack = {0};

	stack_parse(text, root, a, &stack);
	for (size_t i = 0; i < stack.n_coroutines; i++)
		for (size_t k = 0; k < stack.coroutines[i].n_frames; k++)
			if (stack.coroutines[i].frames[k].user)
				vec_push(&e->stood, stack.coroutines[i].frames[k]);
	e->stood_task = 0;
}
