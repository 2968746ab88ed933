/* SPDX-License-Identifier: MIT */
/* sdk_words.c: a row for each SDK, in its own spelling. */
#include "replayer/judge/sdk_words.h"

#include "formats/base/limits.h"

#include <string.h>

static const struct sdk_words WORDS[] = {
	{"temporal-go",
	 {"workflow.GetVersion(ctx, \"", "\", workflow.DefaultVersion, 1)"},
	 {"workflow.GetVersion(ctx, \"", "\", 1, 1)"}, "workflow.GetVersion() with a higher minimum",
	 "workflow.SideEffect and workflow.Now, and sort the keys of maps"},
	{"temporal-java",
	 {"Workflow.getVersion(\"", "\", Workflow.DEFAULT_VERSION, 1)"},
	 {"Workflow.getVersion(\"", "\", 1, 1)"}, "Workflow.getVersion() with a higher minimum",
	 "Workflow.randomUUID(), Workflow.newRandom() and Workflow.currentTimeMillis()"},
	{"temporal-python",
	 {"workflow.patched(\"", "\")"},
	 {"workflow.deprecate_patch(\"", "\")"}, "workflow.deprecate_patch()",
	 "workflow.uuid4(), workflow.random() and workflow.now()"},
	{"temporal-typescript",
	 {"patched('", "')"},
	 {"deprecatePatch('", "')"}, "deprecatePatch()",
	 "uuid4() of @temporalio/workflow"},
	{"temporal-dotnet",
	 {"Workflow.Patched(\"", "\")"},
	 {"Workflow.DeprecatePatch(\"", "\")"}, "Workflow.DeprecatePatch()",
	 "Workflow.NewGuid(), Workflow.Random and Workflow.UtcNow"},
	{"temporal-ruby",
	 {"Temporalio::Workflow.patched('", "')"},
	 {"Temporalio::Workflow.deprecate_patch('", "')"},
	 "Temporalio::Workflow.deprecate_patch",
	 "Temporalio::Workflow.random and Temporalio::Workflow.now"},
	{NULL,
	 {"a patch or version call of your SDK for '", "'"},
	 {"a deprecated patch '", "'"}, "a deprecated patch",
	 "the SDK's own clock, random numbers and ids"},
};

const struct sdk_words *sdk_words(struct str client_name)
{
	const struct sdk_words *row = WORDS;

	while (row->client_name && !str_is(client_name, row->client_name))
		row++;
	return row;
}

static bool fits_a_string(struct str id)
{
	for (size_t i = 0; i < id.n; i++)
		if (id.p[i] < ' ' || id.p[i] > '~' || strchr("\"'\\$#`", id.p[i]))
			return false;
	return id.n && id.n <= LIMIT_SHOWN_NAME_BYTES;
}

struct str sdk_call_of(const struct sdk_call *call, struct str id, struct arena *a)
{
	if (!fits_a_string(id))
		id = STR("my-change");
	return arena_printf(a, "%s%.*s%s", call->before, STR_ARG(id), call->after);
}
