/* SPDX-License-Identifier: MIT */
/* archival_records.c: visibility records in JSON; they are small, so a tree is fine. */
#include "formats/bytes/archival_records.h"

#include <jansson.h>
#include <stddef.h>

#include "formats/base/limits.h"
#include "formats/bytes/input.h"

bool archival_is_record(struct str path)
{
	if (str_ends(path, STR(".visibility")))
		return true;
	/* The same record lies there under its start time too: one is enough. */
	return str_has(path, "/visibility/") && str_has(path, "/closeTimeout/");
}

/* Keys as proto names and as JSON names: servers of all ages. */
static const struct key {
	const char *json;
	const char *proto;
	size_t at;
	bool needed;
} KEYS[] = {
#define KEY(json, proto, member, needed) \
	{json, proto, offsetof(struct archival_record, member), needed}
	KEY("namespaceId", "namespace_id", namespace_id, false),
	KEY("namespace", "namespace", namespace_name, false),
	KEY("workflowId", "workflow_id", workflow_id, true),
	KEY("runId", "run_id", run_id, true),
	KEY("workflowTypeName", "workflow_type_name", workflow_type, false),
	KEY("status", "status", status, false),
	KEY("closeTime", "close_time", close_time, false),
#undef KEY
};

static bool take(json_t *root, struct arena *a, struct archival_record *ret)
{
	for (size_t i = 0; i < sizeof(KEYS) / sizeof(*KEYS); i++) {
		json_t *value = json_object_get(root, KEYS[i].json);
		struct str *to = (struct str *)(void *)((char *)ret + KEYS[i].at);

		value = value ? value : json_object_get(root, KEYS[i].proto);
		if (json_is_string(value))
			*to = arena_str(a, str_slice(json_string_value(value),
						     json_string_length(value)));
		else if (KEYS[i].needed)
			return false;
	}
	return true;
}

bool archival_record_read(struct str path, struct arena *a, struct archival_record *ret,
			  struct err *err)
{
	struct archival_record record = {0};
	struct input in;
	json_t *root;
	bool ok;

	if (!input_open_path(&in, path, 0, err))
		return false;
	if (!input_all(&in, LIMIT_RECORD_BYTES, err)) {
		input_done(&in);
		return false;
	}
	root = json_loadb(in.window.p, in.window.n, 0, NULL);
	ok = take(root, a, &record);
	json_decref(root);
	input_done(&in);
	if (!ok)
		return err_set(err, ERR_FORMAT, "no visibility record");
	*ret = record;
	return true;
}

static void name(struct str *to, struct str from)
{
	if (!to->n)
		*to = from;
}

void archival_record_name(const struct archival_record *record, struct archival_run *r)
{
	name(&r->namespace_id, record->namespace_id);
	name(&r->namespace_name, record->namespace_name);
	name(&r->workflow_id, record->workflow_id);
	name(&r->run_id, record->run_id);
	name(&r->workflow_type, record->workflow_type);
	name(&r->status, record->status);
	name(&r->close_time, record->close_time);
}
