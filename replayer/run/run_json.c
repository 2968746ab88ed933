/* SPDX-License-Identifier: MIT */
/* run_json.c: verdicts as JSON; key names are a contract (docs/run-file.md). */
#include "replayer/run/run_json.h"

#include "replayer/run/run_dump.h"
#include "replayer/run/run_evidence.h"

#include "formats/base/base64.h"
#include "formats/base/limits.h"
#include "formats/base/visible.h"

#include <inttypes.h>
#include <math.h>

/* Enough digits for a tenth of a millisecond in a day. */
#define REAL_DIGITS 12

static bool is_utf8(struct str s)
{
	while (s.n) {
		long rune;
		size_t n = visible_rune(s, &rune);

		if (rune < 0)
			return false;
		s = str_skip(s, n);
	}
	return true;
}

static json_t *replaced(struct str s)
{
	struct buf b;
	json_t *value;

	buf_init(&b, 0);
	while (s.n) {
		long rune;
		size_t n = visible_rune(s, &rune);

		if (rune < 0)
			buf_puts(&b, "\xef\xbf\xbd");
		else
			buf_add_bytes(&b, s.p, n);
		s = str_skip(s, n);
	}
	value = json_stringn(b.p, b.n);
	buf_done(&b);
	return value;
}

/* S was cut from FULL bytes: drops the bytes of a character that was cut in two. */
static struct str whole_characters(struct str s, size_t full)
{
	if (s.n == full)
		return s;
	while (s.n && ((unsigned char)s.p[s.n - 1] & 0xc0) == 0x80)
		s.n--;
	return str_take(s, s.n ? s.n - 1 : 0);
}

struct str run_json_cut(struct str s)
{
	return whole_characters(str_take(s, LIMIT_RUN_STRING_BYTES), s.n);
}

json_t *run_json_str(struct str s)
{
	if (!s.p)
		return NULL;
	s = run_json_cut(s);
	return is_utf8(s) ? json_stringn_nocheck(s.p, s.n) : replaced(s);
}

void run_json_set(json_t *object, const char *key, json_t *value)
{
	if (value)
		BUG_IF(json_object_set_new_nocheck(object, key, value) != 0);
}

static void set_str(json_t *object, const char *key, struct str s)
{
	run_json_set(object, key, run_json_str(s));
}

static void set_filled(json_t *object, const char *key, struct str s)
{
	if (s.n)
		set_str(object, key, s);
}

static json_t *str_or_null(struct str s)
{
	return s.p ? run_json_str(s) : json_null();
}

json_t *run_json_header(const struct ledger_header *header)
{
	json_t *o = json_object();

	run_json_set(o, "hindcast", json_string("run"));
	run_json_set(o, "version", json_integer(1));
	set_str(o, "tool", header->tool);
	set_str(o, "started", header->started);
	run_json_set(o, "histories", json_integer(header->histories));
	if (header->left_out)
		run_json_set(o, "leftOut", json_integer(header->left_out));
	set_filled(o, "oldRun", header->old_run);
	set_filled(o, "asked", header->asked);
	if (header->resumed)
		run_json_set(o, "resumed", json_integer(header->resumed));
	return o;
}

static json_t *side(const struct side *s, const char *what)
{
	json_t *o;

	if (!s->what.n && !s->name.n && !s->id.n)
		return json_null();
	o = json_object();
	set_str(o, what, s->what);
	set_filled(o, "name", s->name);
	set_filled(o, "id", s->id);
	return o;
}

static json_t *divergence(const struct verdict *v)
{
	const struct divergence *d = &v->divergence;
	json_t *o = json_object();

	run_json_set(o, "kind", json_string(divergence_name(d->kind)));
	run_json_set(o, "eventId", json_integer(d->event_id));
	run_json_set(o, "workflowTask", json_integer(d->workflow_task));
	run_json_set(o, "history", side(&d->history, "event"));
	run_json_set(o, "worker", side(&d->worker, "command"));
	run_json_set(o, "field", d->field.n ? run_json_str(d->field) : json_null());
	set_str(o, "historyValue", d->history_value);
	set_str(o, "workerValue", d->worker_value);
	set_str(o, "fingerprint", str_of(v->fingerprint));
	run_json_set(o, "message", str_or_null(v->message));
	set_str(o, "provenance", str_of(d->provenance));
	if (d->own_words)
		run_json_set(o, "ownWords", json_true());
	return o;
}

static json_t *worker(const struct ledger_entry *e)
{
	json_t *o;

	if (!e->worker_identity.n && !e->worker_sdk.n && !e->worker_version.n &&
	    !e->worker_build_id.n)
		return NULL;
	o = json_object();
	set_str(o, "identity", e->worker_identity);
	set_str(o, "sdk", e->worker_sdk);
	set_str(o, "version", e->worker_version);
	set_filled(o, "buildId", e->worker_build_id);
	return o;
}

/* A path that is not UTF-8 is kept whole beside its readable form. */
static json_t *raw_path(struct str path)
{
	struct buf b;
	json_t *value;

	if (is_utf8(path))
		return NULL;
	buf_init(&b, 0);
	base64_encode(path, buf_room(&b, BASE64_ENCODED(path.n)));
	value = json_stringn(b.p, BASE64_ENCODED(path.n));
	buf_done(&b);
	return value;
}

static void set_verdict(json_t *o, const struct verdict *v)
{
	run_json_set(o, "verdict", json_string(verdict_name(v->kind)));
	if (v->kind == VERDICT_DIVERGED) {
		run_json_set(o, "divergence", divergence(v));
		set_filled(o, "reason", v->reason);
	} else {
		set_filled(o, "reason", v->reason);
		set_filled(o, "message", v->message);
		set_filled(o, "fingerprint", str_of(v->fingerprint));
	}
	if (v->unstable)
		run_json_set(o, "unstable", json_true());
}

/* What the old worker made of it, in short: its own run file has the rest. */
static json_t *old(const struct verdict *v)
{
	json_t *o;

	if (!v)
		return NULL;
	o = json_object();
	run_json_set(o, "verdict", json_string(verdict_name(v->kind)));
	set_filled(o, "reason", v->reason);
	if (v->kind == VERDICT_DIVERGED) {
		run_json_set(o, "kind", json_string(divergence_name(v->divergence.kind)));
		run_json_set(o, "eventId", json_integer(v->divergence.event_id));
	}
	set_filled(o, "fingerprint", str_of(v->fingerprint));
	return o;
}

/* All but the evidence, which may be large. */
static json_t *head(const struct ledger_entry *e)
{
	json_t *o = json_object();

	set_str(o, "history", e->history);
	run_json_set(o, "historyBytes", raw_path(e->history));
	set_str(o, "workflowId", e->workflow_id);
	set_str(o, "runId", e->run_id);
	if (e->id_guessed)
		run_json_set(o, "idGuessed", json_true());
	if (e->payloads_guessed)
		run_json_set(o, "payloadsGuessed", json_true());
	set_str(o, "workflowType", e->workflow_type);
	set_str(o, "queue", e->queue);
	run_json_set(o, "events", json_integer(e->events));
	run_json_set(o, "bytes", json_integer(e->bytes));
	if (e->digest)
		run_json_set(o, "digest", json_sprintf("%016" PRIx64, e->digest));
	set_filled(o, "sdk", e->sdk);
	set_filled(o, "sdkVersion", e->sdk_version);
	run_json_set(o, "ms", json_real(isfinite(e->ms) ? round(e->ms * 10) / 10 : 0));
	set_verdict(o, e->verdict);
	if (e->known)
		run_json_set(o, "known", json_true());
	run_json_set(o, "old", old(e->old));
	set_filled(o, "duplicateOf", e->duplicate_of);
	run_json_set(o, "worker", worker(e));
	set_filled(o, "output", e->output);
	return o;
}

void run_json_put_entry(const struct ledger_entry *e, bool shown, struct buf *out)
{
	json_t *o = head(e);

	buf_add_char(out, '{');
	run_dump_members(o, shown, out);
	if (e->evidence)
		run_evidence_put(e->evidence, shown, out);
	buf_add_char(out, '}');
	json_decref(o);
}

json_t *run_json_totals(const int64_t totals[VERDICT_KINDS])
{
	json_t *o = json_object();

	for (int kind = 0; kind < VERDICT_KINDS; kind++)
		run_json_set(o, verdict_name(kind), json_integer(totals[kind]));
	return o;
}

json_t *run_json_compared(const int64_t counts[COMPARED_KINDS])
{
	json_t *o = json_object();

	for (int kind = 0; kind < COMPARED_KINDS; kind++)
		run_json_set(o, compared_name(kind), json_integer(counts[kind]));
	return o;
}

json_t *run_json_causes(const struct causes *causes)
{
	json_t *list = json_array();

	for (size_t i = 0; i < causes->items.n; i++) {
		const struct cause *c = &causes->items.at[i];
		json_t *o;

		if (!c->fingerprint.n)
			continue;
		o = json_object();
		set_str(o, "fingerprint", c->fingerprint);
		run_json_set(o, "count", json_integer(c->count));
		run_json_set(o, "verdict", json_string(verdict_name(c->kind)));
		set_str(o, "title", c->title);
		set_str(o, "smallest", c->smallest);
		json_array_append_new(list, o);
	}
	return list;
}

static int append(const char *bytes, size_t n, void *out)
{
	buf_add_bytes(out, bytes, n);
	return 0;
}

void run_json_print(json_t *value, size_t flags, struct buf *out)
{
	if (!(flags & ~(size_t)JSON_ENSURE_ASCII)) {
		run_dump(value, flags, out);
		json_decref(value);
		return;
	}
	BUG_IF(json_dump_callback(value, append, out,
				  flags | JSON_COMPACT | JSON_REAL_PRECISION(REAL_DIGITS)) != 0);
	json_decref(value);
}
