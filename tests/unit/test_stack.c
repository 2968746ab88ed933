/* SPDX-License-Identifier: MIT */
/* test_stack.c: stack texts as workers of each SDK send them, and texts that no one sends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/base/buf.h"
#include "formats/base/limits.h"
#include "replayer/judge/stack.h"

struct story {
	struct arena arena;
	struct str root;
	struct stack stack;
	struct evidence evidence;
};

static int set_up(void **state)
{
	static struct story s;

	s = (struct story){0};
	arena_init(&s.arena);
	*state = &s;
	return 0;
}

static int tear_down(void **state)
{
	struct story *s = *state;

	evidence_done(&s->evidence);
	arena_done(&s->arena);
	return 0;
}

static void parse_bytes(struct story *s, struct str text)
{
	s->stack = (struct stack){.task = 3};
	stack_parse(text, s->root, &s->arena, &s->stack);
}

static void parse(struct story *s, const char *text)
{
	parse_bytes(s, str_of(text));
}

static void assert_text(struct str s, const char *want)
{
	if (!str_is(s, want))
		print_message("'%.*s' instead of '%s'\n", STR_ARG(s), want);
	assert_true(str_is(s, want));
}

/* Coroutine I has that name and so many frames. */
static void assert_coroutine(struct story *s, size_t i, const char *name, size_t n_frames)
{
	assert_true(i < s->stack.n_coroutines);
	assert_text(s->stack.coroutines[i].name, name);
	assert_int_equal(s->stack.coroutines[i].n_frames, n_frames);
}

static void assert_frame(struct story *s, size_t i, size_t k, const char *function,
			 const char *file, int64_t line, bool user)
{
	const struct stack_frame *f = &s->stack.coroutines[i].frames[k];

	assert_true(k < s->stack.coroutines[i].n_frames);
	assert_text(f->function, function);
	assert_text(f->file, file);
	assert_int_equal(f->line, line);
	assert_int_equal(f->user, user);
}

/* ---- Go ---- */

#define GO_ROOT \
	"coroutine root [blocked on chan-1.Receive]:\n" \
	"go.temporal.io/sdk/internal.(*decodeFutureImpl).Get(0x219232d6bb30, {0xfe9268, 0x2192}, " \
	"{0xcf1ba0, 0x219232a3d080})\n" \
	"\t/home/dev/go/pkg/mod/go.temporal.io/sdk@v1.50.0/internal/internal_workflow.go:1781 +0x3b\n" \
	"shop/wfs.act({0xfe9268, 0x219232d6baa0}, {0xd7f360, 0xfced88}, {0xfd1e28, 0x1})\n" \
	"\t/build/x/shop/wfs/wfs.go:97 +0x1c3\n" \
	"shop/wfs.Saga({0xfe9268?, 0x219232d6ba10?})\n" \
	"\t/build/x/shop/wfs/wfs.go:473 +0xfe\n" \
	"reflect.Value.call({0xd61880?, 0xfced98?, 0xff}, {0xf3f222, 0x4}, {0x21, 0x1, 0x21?})\n" \
	"\t/usr/local/go/src/reflect/value.go:586 +0xf0c\n" \
	"go.temporal.io/sdk/internal.(*syncWorkflowDefinition).Execute.func1({0xfe9268, 0x2192})\n" \
	"\t/home/dev/go/pkg/mod/go.temporal.io/sdk@v1.50.0/internal/internal_workflow.go:557 +0x90\n"

static void go_has_a_coroutine_and_its_frames(void **state)
{
	struct story *s = *state;

	parse(s, GO_ROOT);
	assert_int_equal(s->stack.task, 3);
	assert_int_equal(s->stack.n_coroutines, 1);
	assert_int_equal(s->stack.note.n, 0);
	assert_coroutine(s, 0, "root", 5);
	assert_frame(s, 0, 0, "go.temporal.io/sdk/internal.(*decodeFutureImpl).Get",
		     "sdk@v1.50.0/internal/internal_workflow.go", 1781, false);
	assert_frame(s, 0, 1, "shop/wfs.act", "shop/wfs/wfs.go", 97, true);
	assert_frame(s, 0, 2, "shop/wfs.Saga", "shop/wfs/wfs.go", 473, true);
	assert_frame(s, 0, 3, "reflect.Value.call", "reflect/value.go", 586, false);
}

static void go_has_several_coroutines(void **state)
{
	struct story *s = *state;

	parse(s, GO_ROOT "\n"
		 "coroutine send-receipt [blocked on selector-7.Select]:\n"
		 "go.temporal.io/sdk/internal.(*selectorImpl).Select(0x1, {0x2, 0x3})\n"
		 "\t/home/dev/go/pkg/mod/go.temporal.io/sdk@v1.50.0/internal/internal_workflow.go:1290 +0x1\n"
		 "main.Order.func1({0xfe9268, 0x219232d6ba10})\n"
		 "\t/src/cmd/worker/main.go:31 +0xfe\n");
	assert_int_equal(s->stack.n_coroutines, 2);
	assert_coroutine(s, 0, "root", 5);
	assert_coroutine(s, 1, "send-receipt", 2);
	assert_frame(s, 1, 1, "main.Order.func1", "cmd/worker/main.go", 31, true);
	stack_stood(&s->stack, &s->evidence);
	assert_int_equal(s->evidence.stood.n, 2);
	assert_int_equal(s->evidence.stood_task, 3);
	assert_int_equal(s->evidence.stood.at[0].line, 97);
	assert_int_equal(s->evidence.stood.at[1].line, 31);
}

static void go_panics_are_read_too(void **state)
{
	struct story *s = *state;

	stack_of_failure(
		STR("coroutine root [panic]:\n"
		    "shop/wfs.post({0xfe9268?, 0x199c70d40c90?}, {0x199c70662408, 0x16}, {0x0, 0x0})\n"
		    "\t/build/x/shop/wfs/wfs.go:175 +0x7ec\n"
		    "shop/wfs.Order({0xfe9268?, 0x199c70d40b40?}, {0x199c7090b378, 0x3})\n"
		    "\t/build/x/shop/wfs/wfs.go:259 +0x9bd\n"
		    "reflect.Value.call({0xd7f300?, 0xfced60?}, {0xf3f222, 0x4})\n"
		    "\t/usr/local/go/src/reflect/value.go:586 +0xf0c\n"),
		STR_NONE, &s->arena, &s->evidence);
	assert_int_equal(s->evidence.stood.n, 2);
	assert_int_equal(s->evidence.stood_task, 0);
	assert_text(s->evidence.stood.at[0].function, "shop/wfs.post");
	assert_int_equal(s->evidence.stood.at[0].line, 175);
	assert_int_equal(s->evidence.stood.at[1].line, 259);
}

static void go_runtime_errors_are_goroutines(void **state)
{
	struct story *s = *state;

	parse(s, "goroutine 17 [running]:\n"
		 "runtime/debug.Stack()\n"
		 "\t/usr/local/go/src/runtime/debug/stack.go:26 +0x5e\n"
		 "goroutine 18 [select]:\n"
		 "main.(*Order).Run(0xc000)\n"
		 "\t/src/cmd/worker/main.go:12\n"
		 "created by main.main in goroutine 1\n"
		 "\t/src/cmd/worker/main.go:40 +0x1\n");
	assert_int_equal(s->stack.n_coroutines, 2);
	assert_coroutine(s, 0, "", 1);
	assert_frame(s, 0, 0, "runtime/debug.Stack", "runtime/debug/stack.go", 26, false);
	assert_coroutine(s, 1, "", 1);
	assert_frame(s, 1, 0, "main.(*Order).Run", "cmd/worker/main.go", 12, true);
}

/* ---- Java ---- */

static void java_names_the_class_and_its_folders(void **state)
{
	struct story *s = *state;

	parse(s,
	      "workflow-method-order-56177-62b55319-ab0d-429e-8a42-6ba7a6617d17: (BLOCKED on "
	      "Feature.get)\n"
	      "app//io.temporal.internal.sync.WorkflowThread.await(WorkflowThread.java:27)\n"
	      "app//io.temporal.internal.sync.ActivityStubBase.execute(ActivityStubBase.java:25)\n"
	      "app//hc.shop.Wf.run(Wf.java:21)\n"
	      "app//hc.shop.Wf$OrderImpl.order(Wf.java:55)\n"
	      "java.base@17.0.15/jdk.internal.reflect.NativeMethodAccessorImpl.invoke0(Native Method)\n"
	      "java.base@17.0.15/java.lang.reflect.Method.invoke(Method.java:569)\n"
	      "\n"
	      "async-1: (BLOCKED on await)\n"
	      "app//hc.shop.Wf.lambda$order$0(Wf.java:90)\n"
	      "app//NoPackage.run(NoPackage.kt:7)\n"
	      "\n");
	assert_int_equal(s->stack.n_coroutines, 2);
	/* Neither workflow id nor run id: they are not the coroutine's. */
	assert_coroutine(s, 0, "workflow-method", 5);
	assert_frame(s, 0, 0, "io.temporal.internal.sync.WorkflowThread.await",
		     "io/temporal/internal/sync/WorkflowThread.java", 27, false);
	assert_frame(s, 0, 2, "hc.shop.Wf.run", "hc/shop/Wf.java", 21, true);
	assert_frame(s, 0, 3, "hc.shop.Wf$OrderImpl.order", "hc/shop/Wf.java", 55, true);
	assert_frame(s, 0, 4, "java.lang.reflect.Method.invoke", "java/lang/reflect/Method.java", 569,
		     false);
	assert_coroutine(s, 1, "async-1", 2);
	assert_frame(s, 1, 1, "NoPackage.run", "NoPackage.kt", 7, true);
}

static void java_failures_name_the_code_in_a_cause(void **state)
{
	struct story *s = *state;

	stack_of_failure(
		STR("io.temporal.internal.statemachines.WorkflowStateMachines.handleEvent("
		    "WorkflowStateMachines.java:323)\n"
		    "java.base/java.lang.Thread.run(Thread.java:840)\n\n\n"
		    "hc.Wf$OrderImpl.order(Wf.java:61)\n"
		    "java.base/jdk.internal.reflect.DirectMethodHandleAccessor.invoke("
		    "DirectMethodHandleAccessor.java:103)\n"),
		STR_NONE, &s->arena, &s->evidence);
	assert_int_equal(s->evidence.stood.n, 1);
	assert_text(s->evidence.stood.at[0].file, "hc/Wf.java");
	assert_int_equal(s->evidence.stood.at[0].line, 61);
}

/* ---- Python ---- */

#define PY_SDK "/srv/venv/lib/python3.11/site-packages/temporalio/worker/_workflow_instance.py"

#define PY_QUERY \
	"Stack for <Task pending name='query: __stack_trace (workflow: order, id: py-order, run: 8a)' " \
	"coro=<_WorkflowInstanceImpl._apply_query_workflow.<locals>.run_query() running at " PY_SDK \
	":842> cb=[set.remove()]> (most recent call last):\n" \
	"  File \"/usr/lib/python3.11/threading.py\", line 1002, in " \
	"_bootstrap\n" \
	"    self._bootstrap_inner()\n" \
	"\n" \
	"  File \"<string>\", line 2, in <module>\n" \
	"\n" \
	"  File \"" PY_SDK "\", line 842, in run_query\n" \
	"    success = await self._inbound.handle_query(input)\n" \
	"\n" \
	"\n"

#define PY_RUN \
	"Stack for <Task pending name='run (workflow: order, id: py-order, run: 8a)' " \
	"coro=<_WorkflowInstanceImpl._run_top_level_workflow_function() running at " PY_SDK \
	":2846> wait_for=<Future pending cb=[_WorkflowInstanceImpl.workflow_sleep.<locals>" \
	".<lambda>() at x.py:1]> cb=[set.remove()]> (most recent call last):\n" \
	"  File \"" PY_SDK "\", line 2846, in _run_top_level_workflow_function\n" \
	"    await coro\n" \
	"\n" \
	"\n"

#define PY_ACTIVITY \
	"Stack for <_ActivityHandle pending name='activity: Reserve (workflow: order, id: py-order, " \
	"run: 51)' coro=<_WorkflowInstanceImpl._outbound_schedule_activity.<locals>.run_activity() " \
	"running at " PY_SDK ":2102> wait_for=<Future pending cb=[_ActivityHandle.task_wakeup()]> " \
	"cb=[set.remove(), Task.task_wakeup()]> (most recent call last):\n" \
	"  File \"" PY_SDK "\", line 2102, in run_activity\n" \
	"    return await self._await_temporal_operation(\n" \
	"\n" \
	"\n"

#define PY_USER \
	"Stack for <Task pending name='update: set (workflow: order, id: py-order, run: 8a)' " \
	"coro=<x> wait_for=<Future pending> (most recent call last):\n" \
	"  File \"" PY_SDK "\", line 736, in run_update\n" \
	"    success = await self._inbound.handle_update_handler(handler_input)\n" \
	"\n" \
	"  File \"/srv/app/shop/workflows.py\", line 17, in set\n" \
	"    await charge()\n"

static void python_names_its_tasks(void **state)
{
	struct story *s = *state;

	parse(s, PY_RUN PY_ACTIVITY PY_QUERY);
	assert_int_equal(s->stack.n_coroutines, 2);
	/* In the order of their names, whatever the worker's set makes of it. */
	assert_coroutine(s, 0, "activity: Reserve", 1);
	assert_coroutine(s, 1, "run, in sleep", 1);
	assert_frame(s, 1, 0, "_run_top_level_workflow_function",
		     "temporalio/worker/_workflow_instance.py", 2846, false);
	assert_text(s->stack.coroutines[1].frames[0].source, "await coro");
	assert_true(s->stack.note.n > 0); /* no line of the user's */
	stack_stood(&s->stack, &s->evidence);
	assert_int_equal(s->evidence.stood.n, 0);
	assert_int_equal(s->evidence.stood_task, 0);
}

/* Tasks come in any order, and the query's own is no part of the workflow. */
static void python_goes_on_behind_the_query(void **state)
{
	struct story *s = *state;

	parse(s, PY_QUERY PY_ACTIVITY PY_QUERY PY_USER);
	assert_int_equal(s->stack.n_coroutines, 2);
	assert_coroutine(s, 0, "activity: Reserve", 1);
	assert_coroutine(s, 1, "update: set", 2);
	/* Innermost first, as everywhere. */
	assert_frame(s, 1, 0, "set", "app/shop/workflows.py", 17, true);
	assert_text(s->stack.coroutines[1].frames[0].source, "await charge()");
	assert_frame(s, 1, 1, "run_update", "temporalio/worker/_workflow_instance.py", 736, false);
	parse(s, PY_QUERY);
	assert_int_equal(s->stack.n_coroutines, 0);
	assert_true(s->stack.note.n > 0);
}

static void python_failures_are_read_to_the_end(void **state)
{
	struct story *s = *state;

	stack_of_failure(STR("  File \"" PY_SDK "\", line 3255, in execute_workflow\n"
			     "    return await input.run_fn(*args)\n"
			     "           ^^^^^^^^^^^^^^^^^^^^^^^^^\n"
			     "\n"
			     "  File \"/srv/app/workflows.py\", line 72, in run\n"
			     "    if late: raise TypeError(\"boom at end\")\n"
			     "             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"),
			 STR_NONE, &s->arena, &s->evidence);
	assert_int_equal(s->evidence.stood.n, 1);
	assert_text(s->evidence.stood.at[0].function, "run");
	assert_int_equal(s->evidence.stood.at[0].line, 72);
	assert_text(s->evidence.stood.at[0].source, "if late: raise TypeError(\"boom at end\")");
}

/* ---- TypeScript ---- */

static void typescript_has_columns_and_blocks(void **state)
{
	struct story *s = *state;

	parse(s, "    at scheduleLocalActivity (/srv/app/node_modules/@temporalio/workflow/src/"
		 "workflow.ts:416:20)\n"
		 "    at SlowLocal (/srv/app/src/workflows.ts:292:75)\n"
		 "\n"
		 "    at async wf (/srv/app/src/workflows.ts:39:50)\n"
		 "    at async Promise.all (index 0)\n"
		 "    at async file:///srv/app/src/late.mts:4:5\n"
		 "    at /srv/app/src/workflows.ts:7:8\n");
	assert_int_equal(s->stack.n_coroutines, 2);
	assert_coroutine(s, 0, "", 2);
	assert_frame(s, 0, 0, "scheduleLocalActivity", "workflow/src/workflow.ts", 416, false);
	assert_frame(s, 0, 1, "SlowLocal", "app/src/workflows.ts", 292, true);
	assert_int_equal(s->stack.coroutines[0].frames[1].column, 75);
	assert_coroutine(s, 1, "", 3);
	assert_frame(s, 1, 0, "wf", "app/src/workflows.ts", 39, true);
	assert_frame(s, 1, 1, "", "app/src/late.mts", 4, true);
	assert_frame(s, 1, 2, "", "app/src/workflows.ts", 7, true);
}

static void typescript_failures_begin_with_a_bundle(void **state)
{
	struct story *s = *state;

	stack_of_failure(STR("/srv/workflow-bundle-3d65376d2239d3030e34.js:6627\n"
			     "            throw this.workflowTaskError;\n"
			     "            ^\n"
			     "\n"
			     "TypeError: boom at end\n"
			     "    at order (/srv/app/src/workflows.ts:52:32)\n"),
			 STR_NONE, &s->arena, &s->evidence);
	assert_int_equal(s->evidence.stood.n, 1);
	assert_text(s->evidence.stood.at[0].function, "order");
	assert_int_equal(s->evidence.stood.at[0].line, 52);
	assert_int_equal(s->evidence.stood.at[0].column, 32);
}

/* ---- .NET, Ruby ---- */

static void dotnet_and_ruby_are_read(void **state)
{
	struct story *s = *state;

	parse(s, "   at Temporalio.Workflows.Workflow.DelayAsync(Int32 ms) in "
		 "/_/src/Temporalio/Workflows/Workflow.cs:line 500\r\n"
		 "   at Orders.OrderWorkflow.RunAsync(String id) in /srv/app/OrderWorkflow.cs:line 12\r\n");
	assert_coroutine(s, 0, "", 2);
	assert_frame(s, 0, 0, "Temporalio.Workflows.Workflow.DelayAsync",
		     "Temporalio/Workflows/Workflow.cs", 500, false);
	assert_frame(s, 0, 1, "Orders.OrderWorkflow.RunAsync", "srv/app/OrderWorkflow.cs", 12, true);
	parse(s, "/usr/lib/ruby/gems/3.3.0/gems/temporalio-1.0.0/lib/temporalio/workflow.rb:9:in "
		 "`sleep'\n"
		 "/srv/app/order_workflow.rb:12:in 'OrderWorkflow#execute'\n");
	assert_coroutine(s, 0, "", 2);
	assert_frame(s, 0, 0, "sleep", "lib/temporalio/workflow.rb", 9, false);
	assert_frame(s, 0, 1, "OrderWorkflow#execute", "srv/app/order_workflow.rb", 12, true);
}

/* ---- what files are called ---- */

static void files_are_named_from_the_root(void **state)
{
	struct story *s = *state;

	s->root = STR("/srv/app");
	parse(s, "    at a (/srv/app/src/deep/er/workflows.ts:1:1)\n"
		 "    at b (/srv/application/src/workflows.ts:1:1)\n"
		 "    at c (./src/workflows.ts:1:1)\n"
		 "    at d (webpack-internal:///./src/workflows.ts:1:1)\n"
		 "    at e (/x.ts:1:1)\n");
	assert_frame(s, 0, 0, "a", "src/deep/er/workflows.ts", 1, true);
	assert_frame(s, 0, 1, "b", "application/src/workflows.ts", 1, true);
	assert_frame(s, 0, 2, "c", "src/workflows.ts", 1, true);
	assert_frame(s, 0, 3, "d", "src/workflows.ts", 1, false);
	assert_frame(s, 0, 4, "e", "/x.ts", 1, true);
	s->root = STR("/");
	parse(s, "    at a (/srv/app/src/deep/er/workflows.ts:1:1)\n");
	assert_frame(s, 0, 0, "a", "srv/app/src/deep/er/workflows.ts", 1, true);
}

/* ---- what nobody sends ---- */

static void a_text_of_no_form_says_so(void **state)
{
	struct story *s = *state;

	parse(s, "");
	assert_int_equal(s->stack.n_coroutines, 0);
	assert_text(s->stack.note, "nothing of the workflow is waiting there");
	parse(s, "\n\n  \n");
	assert_text(s->stack.note, "nothing of the workflow is waiting there");
	parse(s, "Workflow is closed.\nnothing: here\n(\n)\n:\nat \n at\nFile \"\nStack for <");
	assert_int_equal(s->stack.n_coroutines, 0);
	assert_text(s->stack.note, "the worker's answer has no form known here");
	stack_stood(&s->stack, &s->evidence);
	assert_int_equal(s->evidence.stood.n, 0);
	/* A place without a file is nobody's. */
	parse(s, "    at f (file://:1:2)\n");
	stack_stood(&s->stack, &s->evidence);
	assert_int_equal(s->evidence.stood.n, 0);
}

static void numbers_may_be_anything(void **state)
{
	struct story *s = *state;

	parse(s, "    at a (/x.ts:99999999999999999999999:1)\n"
		 "    at b (/x.ts:-5:1)\n"
		 "    at c (/x.ts:1:99999999999999999999999)\n"
		 "    at d (/x.ts:0:0)\n");
	for (size_t i = 0; i < s->stack.n_coroutines; i++)
		for (size_t k = 0; k < s->stack.coroutines[i].n_frames; k++) {
			assert_true(s->stack.coroutines[i].frames[k].line >= 0);
			assert_true(s->stack.coroutines[i].frames[k].column >= 0);
		}
}

static void json_stacks_have_sources(void **state)
{
	static const struct str JSON = STR(
		"{\"stacks\":[{\"locations\":["
		"{\"file_path\":\"/a/node_modules/x.js\",\"function_name\":\"sleep\",\"line\":3},"
		"{\"file_path\":\"/srv/app/src/order.ts\",\"function_name\":\"order\",\"line\":2,"
		"\"column\":7},"
		"{\"file_path\":\"/srv/app/src/order.ts\",\"line\":1,\"internal_code\":true}]},"
		"{\"locations\":[{\"file_path\":\"/srv/app/src/order.ts\","
		"\"function_name\":\"order\",\"line\":2,\"column\":7}]}],"
		"\"sources\":{\"/srv/app/src/order.ts\":[{\"line_offset\":0,"
		"\"content\":\"one\\n  await sleep(1);\\n\"}]}}");
	struct story *s = *state;

	s->stack = (struct stack){.task = 3};
	assert_true(stack_parse_enhanced(JSON, STR_NONE, &s->arena, &s->stack));
	assert_int_equal(s->stack.n_coroutines, 2);
	assert_frame(s, 0, 0, "sleep", "a/node_modules/x.js", 3, false);
	assert_frame(s, 0, 1, "order", "app/src/order.ts", 2, true);
	assert_text(s->stack.coroutines[0].frames[1].source, "await sleep(1);");
	assert_false(s->stack.coroutines[0].frames[2].user);
	/* Two that wait at one line are one place. */
	stack_stood(&s->stack, &s->evidence);
	assert_int_equal(s->evidence.stood.n, 1);
	assert_int_equal(s->evidence.stood_task, 3);
	assert_false(stack_parse_enhanced(STR("Error\n at x"), STR_NONE, &s->arena, &s->stack));
	assert_false(stack_parse_enhanced(STR("{\"stacks\":3}"), STR_NONE, &s->arena, &s->stack));
	assert_true(stack_parse_enhanced(STR("{\"stacks\":[3,{\"locations\":[7]}]}"), STR_NONE,
					 &s->arena, &s->stack));
}

static void ceilings_hold(void **state)
{
	struct story *s = *state;
	struct buf b;

	buf_init(&b, 0);
	for (size_t i = 0; i < LIMIT_STACK_COROUTINES + 5; i++)
		buf_printf(&b, "coroutine c%zu [blocked on x]:\na.b()\n\t/x.go:%zu +0x1\n", i, i + 1);
	parse_bytes(s, buf_str(&b));
	assert_int_equal(s->stack.n_coroutines, LIMIT_STACK_COROUTINES);
	assert_coroutine(s, LIMIT_STACK_COROUTINES - 1, "c999", 1);
	buf_clear(&b);
	for (size_t i = 0; i < LIMIT_STACK_FRAMES + 5; i++)
		buf_printf(&b, "    at f (/x.ts:%zu:1)\n", i + 1);
	parse_bytes(s, buf_str(&b));
	assert_coroutine(s, 0, "", LIMIT_STACK_FRAMES);
	buf_clear(&b);
	while (b.n < LIMIT_STACK_BYTES + 100)
		buf_puts(&b, "no newline anywhere (");
	buf_puts(&b, "\n    at f (/x.ts:1:1)\n");
	parse_bytes(s, buf_str(&b));
	assert_int_equal(s->stack.n_coroutines, 0);
	buf_done(&b);
}

static void bytes_are_kept_as_they_come(void **state)
{
	struct story *s = *state;

	/* Whoever shows it makes it harmless. */
	parse_bytes(s, STR("    at \x1b[31m\xff\0f (/x\0y.ts:1:1)\n"));
	assert_coroutine(s, 0, "", 1);
	assert_int_equal(s->stack.coroutines[0].frames[0].function.n, 8);
	assert_int_equal(s->stack.coroutines[0].frames[0].file.n, 7);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(go_has_a_coroutine_and_its_frames),
		TEST(go_has_several_coroutines),
		TEST(go_panics_are_read_too),
		TEST(go_runtime_errors_are_goroutines),
		TEST(java_names_the_class_and_its_folders),
		TEST(java_failures_name_the_code_in_a_cause),
		TEST(python_names_its_tasks),
		TEST(python_goes_on_behind_the_query),
		TEST(python_failures_are_read_to_the_end),
		TEST(typescript_has_columns_and_blocks),
		TEST(typescript_failures_begin_with_a_bundle),
		TEST(dotnet_and_ruby_are_read),
		TEST(files_are_named_from_the_root),
		TEST(a_text_of_no_form_says_so),
		TEST(numbers_may_be_anything),
		TEST(json_stacks_have_sources),
		TEST(ceilings_hold),
		TEST(bytes_are_kept_as_they_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
