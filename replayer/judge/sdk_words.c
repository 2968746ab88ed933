/* SPDX-License-Identifier: MIT */
/* sdk_words.c: a row for each SDK, in its own spelling. */
#include "replayer/judge/sdk_words.h"

static const struct sdk_words WORDS[] = {
	{"temporal-go",
	 "workflow.GetVersion(ctx, \"my-change\", workflow.DefaultVersion, 1)",
	 "workflow.GetVersion()", "raise GetVersion's minimum",
	 "workflow.SideEffect and workflow.Now, and sort the keys of maps"},
	{"temporal-java",
	 "Workflow.getVersion(\"my-change\", Workflow.DEFAULT_VERSION, 1)",
	 "Workflow.getVersion()", "raise getVersion's minimum",
	 "Workflow.randomUUID(), Workflow.newRandom() and Workflow.currentTimeMillis()"},
	{"temporal-python", "workflow.patched(\"my-change\")", "workflow.deprecate_patch()",
	 "workflow.deprecate_patch(\"my-change\")",
	 "workflow.uuid4(), workflow.random() and workflow.now()"},
	{"temporal-typescript", "patched('my-change')", "deprecatePatch()",
	 "deprecatePatch('my-change')", "uuid4() of @temporalio/workflow"},
	{"temporal-dotnet", "Workflow.Patched(\"my-change\")", "Workflow.DeprecatePatch()",
	 "Workflow.DeprecatePatch(\"my-change\")",
	 "Workflow.NewGuid(), Workflow.Random and Workflow.UtcNow"},
	{"temporal-ruby", "Temporalio::Workflow.patched('my-change')",
	 "Temporalio::Workflow.deprecate_patch",
	 "Temporalio::Workflow.deprecate_patch('my-change')",
	 "Temporalio::Workflow.random and Temporalio::Workflow.now"},
	{NULL, "a patch or version call of your SDK", "a deprecated patch", "retire the patch",
	 "the SDK's own clock, random numbers and ids"},
};

const struct sdk_words *sdk_words(struct str client_name)
{
	const struct sdk_words *row = WORDS;

	while (row->client_name && !str_is(client_name, row->client_name))
		row++;
	return row;
}
