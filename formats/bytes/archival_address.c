/* SPDX-License-Identifier: MIT */
/* archival_address.c: runs of an archive, named in one argument. */
#include "formats/bytes/archival.h"

#include <stddef.h>

#define SCHEME "archive:"

bool archival_is_address(struct str argument)
{
	return str_starts(argument, STR(SCHEME));
}

/* With %xx as bytes; an incomplete one stands for itself. */
static struct str decoded(struct str s, struct arena *a)
{
	char *to = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		int high = i + 2 < s.n ? str_hex_digit(s.p[i + 1]) : -1;
		int low = i + 2 < s.n ? str_hex_digit(s.p[i + 2]) : -1;
		bool coded = s.p[i] == '%' && high >= 0 && low >= 0;

		to[n++] = coded ? (char)(high << 4 | low) : s.p[i];
		i += coded ? 2 : 0;
	}
	to[n] = '\0';
	return str_slice(to, n);
}

/* The API's spelling, and what people type. */
static const struct key {
	const char *name;
	size_t at;
} KEYS[] = {
	{"namespaceId", offsetof(struct archival_ids, namespace_id)},
	{"workflowId", offsetof(struct archival_ids, workflow_id)},
	{"runId", offsetof(struct archival_ids, run_id)},
	{"namespace-id", offsetof(struct archival_ids, namespace_id)},
	{"workflow-id", offsetof(struct archival_ids, workflow_id)},
	{"run-id", offsetof(struct archival_ids, run_id)},
};

static struct str *member(struct archival_ids *ids, struct str key)
{
	for (size_t i = 0; i < sizeof(KEYS) / sizeof(*KEYS); i++)
		if (str_is(key, KEYS[i].name))
			return (struct str *)(void *)((char *)ids + KEYS[i].at);
	return NULL;
}

bool archival_address(struct str argument, struct arena *a, struct str *ret_folder,
		      struct archival_ids *ret, struct err *err)
{
	struct str rest = str_skip(argument, strlen(SCHEME)), folder = str_split(&rest, '?');
	struct archival_ids ids = {0};

	while (rest.n) {
		struct str value = str_split(&rest, '&'), key = str_split(&value, '=');
		struct str *to = member(&ids, key);

		if (!to || !value.n)
			return err_set(err, ERR_USAGE,
				       "%.*s: '%.*s' is none of workflowId=, runId=, "
				       "namespaceId=",
				       STR_ARG(argument), STR_ARG(key));
		*to = decoded(value, a);
	}
	if (!folder.n)
		return err_set(err, ERR_USAGE,
			       "%.*s: archive:FOLDER names the runs of an archive, "
			       "archive:FOLDER?workflowId=ID those of one workflow",
			       STR_ARG(argument));
	*ret_folder = arena_str(a, folder);
	*ret = ids;
	return true;
}
