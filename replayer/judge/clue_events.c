/* SPDX-License-Identifier: MIT */
/* clue_events.c: what finders of clues ask of a history, and the words of each SDK. */
#include "formats/base/limits.h"
#include "formats/history/events.h"
#include "formats/wire/field.h"
#include "replayer/judge/clue_parts.h"
#include "replayer/judge/compare_fields.h"

#define SHOWN_BUILD_BYTES ((size_t)40)

enum { CAUSE_RESET_WORKFLOW = 20 };

struct str clue_name(struct str s)
{
	return str_take(s, LIMIT_SHOWN_NAME_BYTES);
}

size_t clue_at(const struct clue_case *c)
{
	return c->verdict->kind == VERDICT_DIVERGED
		       ? history_find(c->history, c->verdict->divergence.event_id)
		       : c->history->n_events;
}

const struct history_task *clue_task(const struct clue_case *c)
{
	int64_t n = c->verdict->divergence.workflow_task;

	if (c->verdict->kind != VERDICT_DIVERGED || n < 1 || (size_t)n > c->history->n_tasks)
		return NULL;
	return &c->history->tasks[n - 1];
}

struct str clue_field(const struct history *h, size_t index, const char *path)
{
	const struct schema_message *m;
	struct str bytes;

	if (!event_attributes(h, index, &m, &bytes))
		return STR_NONE;
	return field_str(m, bytes, path);
}

int64_t clue_number(const struct history *h, size_t index, const char *path)
{
	const struct schema_message *m;
	struct str bytes;

	if (!event_attributes(h, index, &m, &bytes))
		return 0;
	return field_int(m, bytes, path, 0);
}

/* ---- patches ---- */

bool clue_patch(const struct history *h, size_t index, struct arena *a, struct clue_patch *ret)
{
	struct str marker, whole;

	*ret = (struct clue_patch){0};
	if (h->events[index].type != EVENT_MARKER_RECORDED)
		return false;
	marker = clue_field(h, index, "marker_name");
	if (!str_is(marker, "core_patch") && !str_is(marker, "Version"))
		return false;
	/* "core_patch fix-order": what it is about stands behind the marker's own name. */
	whole = event_name(h, index, a);
	if (whole.n <= marker.n + 1)
		return false; /* it is encoded */
	ret->id = str_skip(whole, marker.n + 1);
	if (str_is(marker, "Version"))
		ret->version = clue_field(h, index, "details[version].payloads.data");
	else
		ret->deprecated = str_has(clue_field(h, index, "details[patch-data].payloads.data"),
					  "\"deprecated\":true");
	return true;
}

/* ---- who recorded it ---- */

void clue_recorded_next(const struct history *h, size_t n, struct clue_recorded *r)
{
	/* The oldest way last: servers fill in more than one. */
	static const char *const BUILDS[] = {
		"deployment_version.build_id", "worker_version.build_id",
		"deployment.build_id", "binary_checksum",
	};
	size_t index = h->tasks[n].completed;
	struct str sdk = clue_field(h, index, "sdk_metadata.sdk_name");
	struct str version = clue_field(h, index, "sdk_metadata.sdk_version");
	struct str build = STR_NONE;

	for (size_t i = 0; !build.n && i < sizeof(BUILDS) / sizeof(*BUILDS); i++)
		build = clue_field(h, index, BUILDS[i]);
	/* SDKs say their name only where it is new. */
	if (sdk.n)
		r->sdk = sdk;
	if (version.n)
		r->version = version;
	if (build.n)
		r->build = build;
}

/* Builds are often named by a hash: its beginning tells them apart. */
static struct str build_text(struct str build, struct arena *a)
{
	return build.n <= SHOWN_BUILD_BYTES
		       ? build
		       : arena_printf(a, "%.*s...", STR_ARG(str_take(build, SHOWN_BUILD_BYTES)));
}

struct str clue_recorded_text(const struct clue_recorded *r, struct arena *a)
{
	struct str sdk = clue_name(r->sdk), version = clue_name(r->version);
	struct str build = build_text(r->build, a);

	return arena_printf(a, "%.*s%s%.*s%s%.*s", STR_ARG(sdk), sdk.n && version.n ? " " : "",
			    STR_ARG(version),
			    !build.n ? "" : sdk.n || version.n ? ", build " : "build ",
			    STR_ARG(build));
}

size_t clue_reset(const struct history *h)
{
	for (size_t i = h->n_events; i > 0; i--)
		if (h->events[i - 1].type == EVENT_WORKFLOW_TASK_FAILED &&
		    clue_number(h, i - 1, "cause") == CAUSE_RESET_WORKFLOW)
			return i - 1;
	return h->n_events;
}

bool clue_only_generated(const struct clue_case *c)
{
	const struct divergence *d = &c->verdict->divergence;

	return c->verdict->kind == VERDICT_DIVERGED && d->field.n &&
	       compare_is_generated(d->history_value, d->worker_value);
}
