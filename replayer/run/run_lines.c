/* SPDX-License-Identifier: MIT */
/* run_lines.c: what the lines of a run file say: header, verdicts, totals. */
#include "replayer/run/run_reader.h"

#include "formats/base/base64.h"
#include "formats/base/limits.h"
#include "replayer/run/run_evidence.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

#define RUN_FILE_VERSION 1

/* ---- members of one object, each of its kind or an error ---- */

static bool wrong(struct run_reader *r, const char *key, const char *kind)
{
	return err_set(r->err, ERR_SYNTAX, "'%s' is not %s", key, kind);
}

/* NULL where the key is missing or null. */
static json_t *member(json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	return json_is_null(value) ? NULL : value;
}

static bool get_str(struct run_reader *r, json_t *object, const char *key, struct str *ret)
{
	json_t *value = member(object, key);

	*ret = STR_NONE;
	if (!value)
		return true;
	if (!json_is_string(value))
		return wrong(r, key, "a string");
	*ret = arena_str(&r->run->arena,
			 str_slice(json_string_value(value), json_string_length(value)));
	return true;
}

static bool get_int(struct run_reader *r, json_t *object, const char *key, int64_t *ret)
{
	json_t *value = member(object, key);

	*ret = 0;
	if (!value)
		return true;
	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return wrong(r, key, "a whole number");
	*ret = json_integer_value(value);
	return true;
}

static bool get_bool(struct run_reader *r, json_t *object, const char *key, bool *ret)
{
	json_t *value = member(object, key);

	*ret = json_is_true(value);
	return !value || json_is_boolean(value) || wrong(r, key, "true or false");
}

static bool get_object(struct run_reader *r, json_t *object, const char *key, json_t **ret)
{
	*ret = member(object, key);
	return !*ret || json_is_object(*ret) || wrong(r, key, "an object");
}

struct str_key {
	const char *key;
	size_t offset;
	bool shared; /* few values, in many rows */
};

static bool get_shared_str(struct run_reader *r, json_t *object, const char *key, struct str *ret)
{
	json_t *value = member(object, key);
	uint64_t *index = NULL;

	if (json_is_string(value))
		index = map_get(&r->shared, str_slice(json_string_value(value),
						      json_string_length(value)));
	if (!index) {
		if (!get_str(r, object, key, ret))
			return false;
		if (ret->p) {
			map_put(&r->shared, *ret, r->shared_list.n, NULL);
			vec_push(&r->shared_list, *ret);
		}
		return true;
	}
	*ret = r->shared_list.at[*index];
	return true;
}

static bool get_strs(struct run_reader *r, json_t *object, const struct str_key *keys, size_t n,
		     void *to)
{
	for (size_t i = 0; i < n; i++) {
		struct str *ret = (struct str *)((char *)to + keys[i].offset);

		if (!(keys[i].shared ? get_shared_str : get_str)(r, object, keys[i].key, ret))
			return false;
	}
	return true;
}

/* ---- the kinds of lines ---- */

static bool get_side(struct run_reader *r, json_t *object, const char *key, const char *what,
		     struct side *ret)
{
	json_t *side;

	return get_object(r, object, key, &side) && get_str(r, side, what, &ret->what) &&
	       get_str(r, side, "name", &ret->name) && get_str(r, side, "id", &ret->id);
}

static bool get_divergence_kind(struct run_reader *r, json_t *object, enum divergence_kind *ret)
{
	struct str name;

	if (!get_str(r, object, "kind", &name))
		return false;
	for (int kind = 0; kind < DIVERGENCE_KINDS; kind++) {
		if (str_is(name, divergence_name(kind))) {
			*ret = kind;
			return true;
		}
	}
	return err_set(r->err, ERR_SYNTAX, "there is no kind of divergence '%.*s'",
		       STR_ARG(str_take(name, LIMIT_SHOWN_NAME_BYTES)));
}

static bool get_fingerprint(struct run_reader *r, json_t *object, struct verdict *v)
{
	struct str hex;

	if (!get_str(r, object, "fingerprint", &hex))
		return false;
	for (size_t i = 0; i < hex.n; i++)
		if (!strchr("0123456789abcdef", hex.p[i]) || !hex.p[i])
			return wrong(r, "fingerprint", "hexadecimal");
	if (hex.n >= sizeof(v->fingerprint))
		return wrong(r, "fingerprint", "of 16 digits");
	if (hex.n)
		memcpy(v->fingerprint, hex.p, hex.n);
	return true;
}

static bool get_divergence(struct run_reader *r, json_t *row, struct verdict *v)
{
	struct divergence *d = &v->divergence;
	struct str provenance;
	json_t *o;

	if (!get_object(r, row, "divergence", &o))
		return false;
	if (!o)
		return err_set(r->err, ERR_SYNTAX, "diverged, but no 'divergence'");
	if (!get_divergence_kind(r, o, &d->kind) ||
	    !get_int(r, o, "eventId", &d->event_id) ||
	    !get_int(r, o, "workflowTask", &d->workflow_task) ||
	    !get_side(r, o, "history", "event", &d->history) ||
	    !get_side(r, o, "worker", "command", &d->worker) ||
	    !get_str(r, o, "field", &d->field) ||
	    !get_str(r, o, "historyValue", &d->history_value) ||
	    !get_str(r, o, "workerValue", &d->worker_value) ||
	    !get_str(r, o, "message", &v->message) ||
	    !get_str(r, o, "provenance", &provenance) ||
	    !get_bool(r, o, "ownWords", &d->own_words) || !get_fingerprint(r, o, v))
		return false;
	d->provenance = provenance.p; /* arena_str() ends it with a NUL */
	return true;
}

static bool get_verdict(struct run_reader *r, json_t *row, struct verdict *v)
{
	struct str name;

	if (!get_str(r, row, "verdict", &name))
		return false;
	if (!verdict_from_name(name, &v->kind))
		return err_set(r->err, ERR_SYNTAX, "there is no verdict '%.*s'",
			       STR_ARG(str_take(name, LIMIT_SHOWN_NAME_BYTES)));
	if (!get_str(r, row, "reason", &v->reason) ||
	    !get_bool(r, row, "unstable", &v->unstable))
		return false;
	if (v->kind == VERDICT_DIVERGED)
		return get_divergence(r, row, v);
	return get_str(r, row, "message", &v->message) && get_fingerprint(r, row, v);
}

/* Of the old worker, in short. */
static bool get_old(struct run_reader *r, json_t *row, const struct verdict **ret)
{
	struct verdict v = {0}, *copy;
	struct str name;
	json_t *o;

	if (!get_object(r, row, "old", &o))
		return false;
	if (!o)
		return true;
	if (!get_str(r, o, "verdict", &name))
		return false;
	if (!verdict_from_name(name, &v.kind))
		return err_set(r->err, ERR_SYNTAX, "there is no verdict '%.*s'",
			       STR_ARG(str_take(name, LIMIT_SHOWN_NAME_BYTES)));
	if (!get_str(r, o, "reason", &v.reason) || !get_fingerprint(r, o, &v) ||
	    !get_int(r, o, "eventId", &v.divergence.event_id) ||
	    (v.kind == VERDICT_DIVERGED && !get_divergence_kind(r, o, &v.divergence.kind)))
		return false;
	copy = arena_new(&r->run->arena, struct verdict);
	*copy = v;
	*ret = copy;
	return true;
}

/* The path as the file system has it, where it is no UTF-8. */
static bool get_raw_path(struct run_reader *r, json_t *row, struct str *path)
{
	struct str text;
	char *bytes;
	size_t n;

	if (!get_str(r, row, "historyBytes", &text))
		return false;
	if (!text.p)
		return true;
	bytes = arena_alloc(&r->run->arena, BASE64_DECODED_MAX(text.n));
	if (!base64_decode(text, bytes, &n))
		return wrong(r, "historyBytes", "base64");
	*path = str_slice(bytes, n);
	return true;
}

static const struct str_key ENTRY_KEYS[] = {
	{"history", offsetof(struct ledger_entry, history), false},
	{"workflowId", offsetof(struct ledger_entry, workflow_id), false},
	{"runId", offsetof(struct ledger_entry, run_id), false},
	{"workflowType", offsetof(struct ledger_entry, workflow_type), true},
	{"queue", offsetof(struct ledger_entry, queue), true},
	{"sdk", offsetof(struct ledger_entry, sdk), true},
	{"sdkVersion", offsetof(struct ledger_entry, sdk_version), true},
	{"output", offsetof(struct ledger_entry, output), true},
	{"duplicateOf", offsetof(struct ledger_entry, duplicate_of), false},
};

static const struct str_key WORKER_KEYS[] = {
	{"identity", offsetof(struct ledger_entry, worker_identity), true},
	{"sdk", offsetof(struct ledger_entry, worker_sdk), true},
	{"version", offsetof(struct ledger_entry, worker_version), true},
	{"buildId", offsetof(struct ledger_entry, worker_build_id), true},
};

#define N_KEYS(keys) (sizeof(keys) / sizeof(*(keys)))

/* Most rows have none: they share the empty one. */
static bool get_evidence(struct run_reader *r, json_t *row, const struct evidence **ret)
{
	static const struct evidence NONE;
	struct evidence e = {0}, *copy;

	if (!run_evidence_read(row, &r->run->arena, &e, r->err))
		return false;
	*ret = &NONE;
	if (memcmp(&e, &NONE, sizeof(e)) != 0) {
		copy = arena_new(&r->run->arena, struct evidence);
		*copy = e;
		*ret = copy;
	}
	return true;
}

/* Hexadecimal; anything else is as good as none. */
static bool get_digest(struct run_reader *r, json_t *o, uint64_t *ret)
{
	struct str text = STR_NONE;
	char room[17] = "", *end;

	if (!get_str(r, o, "digest", &text))
		return false;
	if (text.n == sizeof(room) - 1) {
		memcpy(room, text.p, text.n);
		*ret = strtoull(room, &end, 16);
		if (*end)
			*ret = 0;
	}
	return true;
}

static bool read_row(struct run_reader *r, json_t *o)
{
	struct run_row row = {.line = r->line};
	struct ledger_entry *e = &row.entry;
	json_t *ms = member(o, "ms"), *worker;

	if (r->rows.n == LIMIT_RUN_ROWS)
		return err_set(r->err, ERR_LIMIT, "more than %zu histories", LIMIT_RUN_ROWS);
	if (!get_strs(r, o, ENTRY_KEYS, N_KEYS(ENTRY_KEYS), e) ||
	    !get_raw_path(r, o, &e->history) || !get_int(r, o, "events", &e->events) ||
	    !get_int(r, o, "bytes", &e->bytes) || !get_digest(r, o, &e->digest) ||
	    !get_bool(r, o, "idGuessed", &e->id_guessed) ||
	    !get_bool(r, o, "payloadsGuessed", &e->payloads_guessed) ||
	    !get_bool(r, o, "known", &e->known) ||
	    !get_object(r, o, "worker", &worker) ||
	    !get_strs(r, worker, WORKER_KEYS, N_KEYS(WORKER_KEYS), e) ||
	    !get_verdict(r, o, &row.verdict) || !get_old(r, o, &e->old) ||
	    !get_evidence(r, o, &e->evidence))
		return false;
	if (ms && (!json_is_number(ms) || json_number_value(ms) < 0))
		return wrong(r, "ms", "a number of milliseconds");
	e->ms = json_number_value(ms);
	vec_push(&r->rows, row);
	return true;
}

static bool read_header(struct run_reader *r, json_t *o)
{
	struct ledger_header *h = &r->run->header;
	struct str kind;
	int64_t version;

	if (!json_is_string(json_object_get(o, "hindcast")))
		return err_set(r->err, ERR_FORMAT, "this is not a hindcast run file");
	if (!get_str(r, o, "hindcast", &kind) || !get_int(r, o, "version", &version))
		return false;
	if (!str_is(kind, "run") || version != RUN_FILE_VERSION)
		return err_set(r->err, ERR_FORMAT,
			       "a '%.*s' of version %" PRId64
			       "; this hindcast reads a 'run' of version %d",
			       STR_ARG(str_take(kind, LIMIT_SHOWN_NAME_BYTES)), version,
			       RUN_FILE_VERSION);
	return get_str(r, o, "tool", &h->tool) && get_str(r, o, "started", &h->started) &&
	       get_str(r, o, "asked", &h->asked) && get_str(r, o, "oldRun", &h->old_run) && get_int(r, o, "resumed", &h->resumed) &&
	       get_int(r, o, "histories", &h->histories) &&
	       get_int(r, o, "leftOut", &h->left_out);
}

static bool read_object(struct run_reader *r, json_t *o)
{
	if (r->line == 1)
		return read_header(r, o);
	if (r->ended)
		return err_set(r->err, ERR_SYNTAX, "there is more after the totals");
	if (json_object_get(o, "totals")) {
		r->ended = true;
		return get_str(r, o, "ended", &r->run->ended);
	}
	if (json_object_get(o, "history"))
		return read_row(r, o);
	return err_set(r->err, ERR_SYNTAX, "neither a verdict nor the totals");
}

bool run_reader_line(struct run_reader *r, struct str text, bool whole)
{
	json_error_t where;
	json_t *o;
	bool ok;

	r->line++;
	if (text.n > LIMIT_RUN_LINE_BYTES)
		return err_set(r->err, ERR_LIMIT, "longer than %zu bytes",
			       LIMIT_RUN_LINE_BYTES);
	o = json_loadb(text.p ? text.p : "", text.n, JSON_ALLOW_NUL, &where);
	if (!json_is_object(o)) {
		json_decref(o);
		r->run->half_line = !whole && r->line > 1;
		if (r->run->half_line) {
			r->line--;
			return true;
		}
		if (r->line == 1)
			return err_set(r->err, ERR_FORMAT, "this is not a hindcast run file");
		return err_set(r->err, ERR_SYNTAX, "not a JSON object");
	}
	ok = read_object(r, o);
	json_decref(o);
	r->open_line = !whole;
	r->bytes += text.n + whole;
	return ok;
}
