/* SPDX-License-Identifier: MIT */
/* diff_rules.c: the table of rules, and which fields fall under which. */
#include "formats/diff/diff_rules.h"

#include "formats/base/opts.h"
#include "formats/wire/path_known.h"

/* clang-format off: a line a row */
const struct diff_rule_row DIFF_RULE_ROWS[DIFF_RULES] = {
	[DIFF_EVENT_IDS] = {"event-ids", true, "ids of events, and what refers to them"},
	[DIFF_TIMES] = {"times", true, "points in time; durations are compared"},
	[DIFF_IDENTITIES] = {"identities", true, "names of worker processes and clients, sticky queues"},
	[DIFF_RUN_IDS] = {"run-ids", true, "ids of runs, request ids"},
	[DIFF_WORKFLOW_ID] = {"workflow-id", true, "the run's own workflow id, its parent's and its root's"},
	[DIFF_GENERATED_IDS] = {"generated-ids", true, "ids that nobody chose: plain numbers, UUIDs"},
	[DIFF_SERVER] = {"server", true, "task ids, versions, namespace ids, sizes: the server's bookkeeping"},
	[DIFF_SDK] = {"sdk", true, "SDK metadata and metering"},
	[DIFF_BUILDS] = {"builds", true, "build ids, checksums, deployments of workers"},
	[DIFF_FORM] = {"form", true, "how payloads are written: compression, order of keys, blanks, spelling of JSON"},
	[DIFF_EMPTY] = {"empty", true, "messages with nothing in them, zeros: as if they were absent"},
	[DIFF_PAYLOADS] = {"payloads", false, "data of payloads"},
	[DIFF_HEADERS] = {"headers", false, "headers"},
	[DIFF_STACKS] = {"stacks", false, "stack traces"},
	[DIFF_FAILURE_TEXT] = {"failure-text", false, "messages of failures"},
	[DIFF_TASKS] = {"tasks", false, "all events of workflow tasks"},
	[DIFF_ORDER] = {"order", false, "the order of what happens in both"},
};

/* First row that fits decides; `*` as in path_match.h, at one end only. */
static const struct field_row {
	enum diff_rule rule;
	const char *message; /* the end of its name; NULL: any */
	const char *field;   /* "x", or "*x": ends in x */
} FIELDS[] = {
	{DIFF_EVENT_IDS, "HistoryEvent", "event_id"},
	{DIFF_EVENT_IDS, NULL, "*_event_id"},
	{DIFF_EVENT_IDS, ".EventReference", "event_id"},
	{DIFF_EVENT_IDS, NULL, "accepted_request_message_id"},
	{DIFF_EVENT_IDS, NULL, "rejected_request_message_id"},
	{DIFF_SERVER, NULL, "*_event_batch_id"},
	{DIFF_IDENTITIES, NULL, "identity"},
	{DIFF_IDENTITIES, NULL, "*worker_instance_key"},
	{DIFF_RUN_IDS, NULL, "run_id"},
	{DIFF_RUN_IDS, NULL, "*_run_id"},
	{DIFF_RUN_IDS, NULL, "request_id"},
	{DIFF_RUN_IDS, NULL, "*_request_id"},
	{DIFF_RUN_IDS, NULL, "operation_token"},
	{DIFF_RUN_IDS, ".NexusOperationStartedEventAttributes", "operation_id"},
	{DIFF_RUN_IDS, ".HistoryEvent", "links"},
	{DIFF_RUN_IDS, ".Nexus", "url"},
	{DIFF_WORKFLOW_ID, ".WorkflowExecutionStartedEventAttributes", "workflow_id"},
	{DIFF_WORKFLOW_ID, ".WorkflowExecutionStartedEventAttributes", "parent_workflow_execution"},
	{DIFF_WORKFLOW_ID, ".WorkflowExecutionStartedEventAttributes", "root_workflow_execution"},
	{DIFF_SERVER, ".HistoryEvent", "task_id"},
	{DIFF_SERVER, ".HistoryEvent", "version"},
	{DIFF_SERVER, NULL, "*_event_version"},
	{DIFF_SERVER, NULL, "*failover_version"},
	{DIFF_SERVER, NULL, "*namespace_id"},
	{DIFF_SERVER, NULL, "endpoint_id"},
	{DIFF_SERVER, NULL, "history_size_bytes"},
	{DIFF_SDK, NULL, "sdk_metadata"},
	{DIFF_SDK, NULL, "metering_metadata"},
	{DIFF_BUILDS, NULL, "binary_checksum"},
	{DIFF_BUILDS, NULL, "worker_version"},
	{DIFF_BUILDS, NULL, "*build_id"},
	{DIFF_BUILDS, NULL, "build_id_redirect_counter"},
	{DIFF_BUILDS, NULL, "*version_stamp"},
	{DIFF_BUILDS, NULL, "*deployment"},
	{DIFF_BUILDS, NULL, "*deployment_version"},
	{DIFF_BUILDS, NULL, "*deployment_name"},
	{DIFF_BUILDS, NULL, "*pinned_version"},
	{DIFF_BUILDS, NULL, "*auto_upgrade_info"},
	{DIFF_BUILDS, NULL, "versioning_info"},
	{DIFF_HEADERS, NULL, "header"},
	{DIFF_HEADERS, NULL, "nexus_header"},
	{DIFF_PAYLOADS, ".Payload", "data"},
	{DIFF_STACKS, ".Failure", "stack_trace"},
	{DIFF_FAILURE_TEXT, ".Failure", "message"},
};

/* Fields with ids that SDKs make up where code gives none, or code out of its own. */
static const struct {
	const char *message, *field;
} IDS[] = {
	{NULL, "activity_id"},
	{NULL, "timer_id"},
	{NULL, "workflow_id"},
	{NULL, "update_id"},
	{NULL, "protocol_instance_id"},
};
/* clang-format on */

static bool names(const char *message, const char *field, const struct schema_message *m,
		  const struct schema_field *f)
{
	if (message && !str_ends(m->name, str_of(message)) && !str_is(m->name, message))
		return false;
	return field[0] == '*' ? str_ends(f->name, str_of(field + 1)) : str_is(f->name, field);
}

void diff_rules_init(struct diff_rules *r, const struct schema *schema, bool exact)
{
	/* Exactly means that what the schema lacks is compared too, so a place may be there. */
	*r = (struct diff_rules){.schema = exact ? NULL : schema, .exact = exact};
	for (size_t i = 0; i < DIFF_RULES; i++)
		r->ignored[i] = !exact && DIFF_RULE_ROWS[i].by_default;
}

void diff_rules_done(struct diff_rules *r)
{
	vec_done(&r->ignore);
	vec_done(&r->only);
}

static bool *find_rule(struct diff_rules *r, struct str name)
{
	for (size_t i = 0; i < DIFF_RULES; i++)
		if (str_is(name, DIFF_RULE_ROWS[i].name))
			return &r->ignored[i];
	return NULL;
}

static const char *close_rule(struct str name)
{
	const char *have[DIFF_RULES];

	for (size_t i = 0; i < DIFF_RULES; i++)
		have[i] = DIFF_RULE_ROWS[i].name;
	return opts_did_you_mean(name, have, DIFF_RULES);
}

static bool read_place(const struct diff_rules *r, struct str text, struct diff_place *ret,
		       struct err *err)
{
	*ret = (struct diff_place){.text = text};
	return (path_pattern_read(text, &ret->pattern, err) &&
		(!r->schema || path_pattern_known(&ret->pattern, r->schema, err))) ||
	       err_wrap(err, "'%.*s'", STR_ARG(text));
}

bool diff_rules_ignore(struct diff_rules *r, struct str name, struct err *err)
{
	bool *rule = find_rule(r, name);
	const char *close = rule ? NULL : close_rule(name);
	struct diff_place place;

	if (rule) {
		*rule = true;
		return true;
	}
	/* No field is called as nearly as a rule is, and a typing error must not be silent. */
	if (close && !str_has(name, ".") && !str_has(name, "$"))
		return err_set(err, ERR_USAGE, "there is no rule '%.*s' (did you mean '%s'?)",
			       STR_ARG(name), close);
	if (!read_place(r, name, &place, err))
		return false;
	vec_push(&r->ignore, place);
	return true;
}

bool diff_rules_compare(struct diff_rules *r, struct str name, struct err *err)
{
	bool *rule = find_rule(r, name);
	const char *close = rule ? NULL : close_rule(name);

	if (!rule)
		return err_set(err, ERR_USAGE, "there is no rule '%.*s'%s%s%s", STR_ARG(name),
			       close ? " (did you mean '" : "", close ? close : "",
			       close ? "'?)" : "; --help lists them");
	*rule = false;
	return true;
}

bool diff_rules_only(struct diff_rules *r, struct str path, struct err *err)
{
	struct diff_place place;

	if (!read_place(r, path, &place, err))
		return false;
	vec_push(&r->only, place);
	return true;
}

static uint8_t look_up(const struct schema_message *m, const struct schema_field *f)
{
	if (f->kind == SCHEMA_MESSAGE && f->message->wellknown == SCHEMA_TIMESTAMP)
		return DIFF_TIMES + 2;
	for (size_t i = 0; i < sizeof(FIELDS) / sizeof(*FIELDS); i++)
		if (names(FIELDS[i].message, FIELDS[i].field, m, f))
			return (uint8_t)(FIELDS[i].rule + 2);
	return 1;
}

bool diff_rules_skip(struct diff_rules *r, const struct schema_message *m,
		     const struct schema_field *f)
{
	uint8_t *rule = &r->of_field[f->id];

	if (!*rule)
		*rule = look_up(m, f);
	return *rule > 1 && r->ignored[*rule - 2];
}

bool diff_rules_is_id(struct diff_rules *r, const struct schema_message *m,
		      const struct schema_field *f)
{
	uint8_t *known = &r->is_id[f->id];

	if (!*known) {
		*known = 1;
		for (size_t i = 0; i < sizeof(IDS) / sizeof(*IDS); i++)
			if (names(IDS[i].message, IDS[i].field, m, f))
				*known = 2;
	}
	return *known == 2;
}

/* A place that another one hides has fitted too: all of those not known to are asked. */
static bool any_fits(struct diff_place *places, size_t n, struct str path, struct str json)
{
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		if ((any && places[i].fitted) || !path_fits(&places[i].pattern, path, json))
			continue;
		places[i].fitted = true;
		any = true;
	}
	return any;
}

bool diff_rules_keep(struct diff_rules *r, struct str path, struct str json)
{
	bool ignored = any_fits(r->ignore.at, r->ignore.n, path, json);
	bool chosen = any_fits(r->only.at, r->only.n, path, json);

	return !ignored && (chosen || r->only.n == 0);
}

bool diff_rules_idle(const struct diff_rules *r, size_t *at, const char **ret_option,
		     struct str *ret)
{
	for (; *at < r->ignore.n + r->only.n; (*at)++) {
		bool ignore = *at < r->ignore.n;
		const struct diff_place *p = ignore ? &r->ignore.at[*at]
						    : &r->only.at[*at - r->ignore.n];

		if (p->fitted)
			continue;
		*ret_option = ignore ? "--ignore" : "--only";
		*ret = p->text;
		(*at)++;
		return true;
	}
	return false;
}

/* 32 hex digits begin at P, with or without the dashes of a UUID. */
static bool is_uuid(struct str s)
{
	bool dashes = s.n >= 36 && s.p[8] == '-';
	size_t n = dashes ? 36 : 32;

	if (s.n < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		bool dash = dashes && (i == 8 || i == 13 || i == 18 || i == 23);

		if (dash ? s.p[i] != '-' : str_hex_digit(s.p[i]) < 0)
			return false;
	}
	return true;
}

bool diff_looks_generated(struct str id, struct str run_id)
{
	bool digits = id.n > 0;

	for (size_t i = 0; i < id.n && digits; i++)
		digits = id.p[i] >= '0' && id.p[i] <= '9';
	if (digits || (run_id.n && str_find(id, run_id) >= 0))
		return true;
	for (size_t i = 0; i + 32 <= id.n; i++)
		if (is_uuid(str_skip(id, i)))
			return true;
	return false;
}

struct str diff_rules_id(const struct diff_rules *r, const struct history *h, struct str id,
			 struct arena *a)
{
	ptrdiff_t own = h->workflow_id.n ? str_find(id, h->workflow_id) : -1;

	if (own >= 0 && r->ignored[DIFF_WORKFLOW_ID])
		id = arena_printf(a, "%.*s(workflow id)%.*s", (int)own, id.p,
				  STR_ARG(str_skip(id, (size_t)own + h->workflow_id.n)));
	if (r->ignored[DIFF_GENERATED_IDS] && diff_looks_generated(id, h->run_id))
		return STR("(generated)");
	return id;
}
