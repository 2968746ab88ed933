/* SPDX-License-Identifier: MIT */
/* containers_story.c: events in JSON, and what loading them gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/containers_story.h"

#include <stdio.h>
#include <string.h>

const struct schema *schema;
struct found found;

static struct arena words;

const char *say(const char *format, ...)
{
	va_list args;
	struct str s;

	va_start(args, format);
	s = arena_vprintf(&words, format, args);
	va_end(args);
	return s.p;
}

const char *event_of(const char *run, int id)
{
	if (id == 1)
		return say("{\"eventId\":\"1\",\"eventTime\":\"2026-01-01T00:00:00Z\",\"eventType\":"
			   "\"EVENT_TYPE_WORKFLOW_EXECUTION_STARTED\","
			   "\"workflowExecutionStartedEventAttributes\":{\"workflowId\":\"w-%s\","
			   "\"originalExecutionRunId\":\"%s\"}}",
			   run, run);
	return say("{\"eventId\":\"%d\",\"eventType\":\"EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED\","
		   "\"workflowExecutionSignaledEventAttributes\":{\"signalName\":\"%s-%d\"}}",
		   id, run, id);
}

const char *events(const char *run, int from, int to)
{
	const char *list = event_of(run, from);
	int step = from < to ? 1 : -1;

	for (int id = from; id != to; id += step)
		list = say("%s,%s", list, event_of(run, id + step));
	return list;
}

static bool note(void *data, struct history *h, const struct load_info *info, struct err *err)
{
	struct found *f = data;

	(void)err;
	assert_true(f->n < 8);
	assert_int_equal(info->ordinal, f->n + 1);
	f->n_events[f->n] = h->n_events;
	snprintf(f->workflow_id[f->n], sizeof(*f->workflow_id), "%.*s", STR_ARG(h->workflow_id));
	for (size_t i = 0; i < info->n_notes; i++)
		snprintf(f->notes + strlen(f->notes), sizeof(f->notes) - strlen(f->notes), "%s ",
			 info->notes[i].code);
	snprintf(f->container, sizeof(f->container), "%s", info->axes[LOAD_CONTAINER].what);
	snprintf(f->damage, sizeof(f->damage), "%.*s", STR_ARG(info->damage));
	for (size_t i = 1; i < h->n_events; i++)
		f->in_order &= h->events[i].id == h->events[i - 1].id + 1;
	buf_clear(&f->wire);
	buf_add(&f->wire, h->wire);
	f->n++;
	return true;
}

bool load(struct str bytes, unsigned flags, struct err *err)
{
	struct load_settings settings = {.schema = schema, .flags = flags};

	buf_done(&found.wire);
	found = (struct found){.in_order = true};
	*err = (struct err)ERR_INIT;
	return load_each_bytes(&settings, bytes, note, &found, err);
}

void holds(const char *text, size_t n, const size_t *n_events, const char *notes)
{
	struct err err;

	if (!load(str_of(text), 0, &err))
		fail_msg("%s: %s", text, err.message);
	if (found.n != n)
		fail_msg("%zu histories in %s", found.n, text);
	for (size_t i = 0; i < n; i++)
		if (found.n_events[i] != n_events[i])
			fail_msg("history %zu has %zu events in %s", i + 1, found.n_events[i], text);
	assert_true(found.in_order);
	if (strcmp(found.notes, notes) != 0)
		fail_msg("notes are '%s' of %s", found.notes, text);
}

void holds_one(const char *text, size_t n_events, const char *notes)
{
	holds(text, 1, &n_events, notes);
	assert_string_equal(found.workflow_id[0], "w-a");
}

void is_refused(const char *text, const char *says)
{
	struct err err;

	if (load(str_of(text), 0, &err))
		fail_msg("%s is taken", text);
	if (!strstr(err.message, says))
		fail_msg("'%s' lacks '%s'", err.message, says);
	assert_null(strchr(err.message, '\n'));
}

const char *page(const char *run, int from, int to, const char *token)
{
	return say("{\"history\":{\"events\":[%s]},\"nextPageToken\":\"%s\"}", events(run, from, to),
		   token);
}

int containers_story_begin(void **state)
{
	static struct arena a;

	(void)state;
	arena_init(&a);
	arena_init(&words);
	schema = schema_new(&a);
	return 0;
}

int containers_story_end(void **state)
{
	(void)state;
	buf_done(&found.wire);
	arena_done(&words);
	return 0;
}
