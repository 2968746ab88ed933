/* SPDX-License-Identifier: MIT */
/* verdict.c: the names of verdicts, their fingerprints, and a divergence in words. */
#include "replayer/judge/verdict.h"

#include <stdio.h>

#include "formats/base/buf.h"
#include "formats/base/err.h"
#include "formats/base/limits.h"
#include "formats/base/visible.h"

static const char *const VERDICTS[VERDICT_KINDS] = {
	[VERDICT_PASSED] = "passed",
	[VERDICT_DIVERGED] = "diverged",
	[VERDICT_FAILED] = "failed",
	[VERDICT_UNREGISTERED] = "unregistered",
	[VERDICT_TIMED_OUT] = "timed-out",
	[VERDICT_CRASHED] = "crashed",
	[VERDICT_INVALID] = "invalid",
	[VERDICT_SKIPPED] = "skipped",
};

static const char *const DIVERGENCES[DIVERGENCE_KINDS] = {
	[DIVERGENCE_MARKER] = "marker",
	[DIVERGENCE_UPDATE] = "update",
	[DIVERGENCE_EARLY_CLOSE] = "early-close",
	[DIVERGENCE_LATE_CLOSE] = "late-close",
	[DIVERGENCE_WRONG_CLOSE] = "wrong-close",
	[DIVERGENCE_ATTRIBUTE] = "attribute",
	[DIVERGENCE_REORDERED] = "reordered",
	[DIVERGENCE_REPLACED] = "replaced",
	[DIVERGENCE_MISSING] = "missing",
	[DIVERGENCE_EXTRA] = "extra",
};

const char *verdict_name(enum verdict_kind kind)
{
	BUG_IF(kind < 0 || kind >= VERDICT_KINDS);
	return VERDICTS[kind];
}

const char *divergence_name(enum divergence_kind kind)
{
	BUG_IF(kind < 0 || kind >= DIVERGENCE_KINDS);
	return DIVERGENCES[kind];
}

bool verdict_from_name(struct str name, enum verdict_kind *ret)
{
	for (int i = 0; i < VERDICT_KINDS; i++) {
		if (str_is(name, VERDICTS[i])) {
			*ret = (enum verdict_kind)i;
			return true;
		}
	}
	return false;
}

/* FNV-1a, 64 bits: stable over versions and machines, and short to write down. */
#define FNV_START 0xcbf29ce484222325u
#define FNV_PRIME 0x100000001b3u

static uint64_t mix(uint64_t hash, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		hash = (hash ^ (unsigned char)s.p[i]) * FNV_PRIME;
	return (hash ^ 0xff) * FNV_PRIME; /* ends the part: "a","bc" is not "ab","c" */
}

/* As mix(), with every run of digits as one: ids and addresses are no cause. */
static uint64_t mix_words(uint64_t hash, struct str s)
{
	bool digits = false;

	for (size_t i = 0; i < s.n; i++) {
		bool digit = s.p[i] >= '0' && s.p[i] <= '9';

		if (!digit || !digits)
			hash = (hash ^ (unsigned char)(digit ? '0' : s.p[i])) * FNV_PRIME;
		digits = digit;
	}
	return (hash ^ 0xff) * FNV_PRIME;
}

/* A timer is called by its duration, which code may well compute: no part of a cause. */
static struct str name_in_cause(const struct side *s)
{
	return str_is(s->what, "TimerStarted") || str_is(s->what, "StartTimer") ? STR_NONE
										 : s->name;
}

void verdict_fingerprint(struct verdict *v, struct str workflow_type)
{
	const struct divergence *d = &v->divergence;
	uint64_t hash = mix(FNV_START, workflow_type);

	v->fingerprint[0] = '\0';
	if (v->kind == VERDICT_DIVERGED) {
		hash = mix(hash, str_of(divergence_name(d->kind)));
		hash = mix(hash, d->history.what);
		hash = mix(hash, name_in_cause(&d->history));
		/* What comes in place of a marker varies with how the run goes on. */
		if (d->kind != DIVERGENCE_MARKER || !d->history.what.n || d->field.n) {
			hash = mix(hash, d->worker.what);
			hash = mix(hash, name_in_cause(&d->worker));
		}
		hash = mix(hash, d->field);
	} else if (v->kind == VERDICT_FAILED) {
		hash = mix(hash, v->reason);
		hash = mix_words(hash, str_take(v->message, LIMIT_SHOWN_NAME_BYTES));
	} else {
		return;
	}
	snprintf(v->fingerprint, sizeof(v->fingerprint), "%016llx", (unsigned long long)hash);
}

static void put_name(struct buf *b, struct str name)
{
	visible_add(b, name, LIMIT_SHOWN_NAME_BYTES);
}

/* "ActivityTaskScheduled Charge (id 16)" */
static void put_side(struct buf *b, const struct side *s)
{
	put_name(b, s->what);
	if (s->name.n) {
		buf_add_char(b, ' ');
		put_name(b, s->name);
	}
	if (s->id.n && !str_eq(s->id, s->name)) {
		buf_puts(b, " (id ");
		put_name(b, s->id);
		buf_add_char(b, ')');
	}
}

static void put_value(struct buf *b, const char *whose, struct str value)
{
	buf_puts(b, whose);
	if (!value.p) {
		buf_puts(b, "none");
		return;
	}
	buf_add_char(b, '"');
	put_name(b, value);
	buf_add_char(b, '"');
}

/* What stands for a worker that gave no command, by the kind of divergence. */
static const char *without_command(const struct divergence *d)
{
	switch (d->kind) {
	case DIVERGENCE_EARLY_CLOSE:
		return "the code had already ended";
	case DIVERGENCE_LATE_CLOSE:
		return "the code went on and did not end there";
	case DIVERGENCE_MISSING:
		return "the code did not ask for it there";
	default:
		return d->field.n ? "the code disagrees" : "the code did not ask for it there";
	}
}

struct str side_text(const struct side *side, struct arena *a)
{
	if (!side->what.n)
		return STR_NONE;
	if (!side->name.n)
		return side->what;
	return arena_printf(a, "%.*s %.*s", STR_ARG(side->what), STR_ARG(side->name));
}

struct str divergence_sentence(const struct divergence *d, struct arena *a)
{
	struct str ret;
	struct buf b;

	buf_init(&b, 0);
	buf_printf(&b, "event %lld: history has ", (long long)d->event_id);
	if (d->history.what.n)
		put_side(&b, &d->history);
	else if (d->kind == DIVERGENCE_MARKER)
		buf_puts(&b, "no such marker");
	else
		buf_puts(&b, "nothing more in this workflow task");
	buf_puts(&b, "; ");
	if (d->worker.what.n) {
		buf_puts(&b, "the code asked for ");
		put_side(&b, &d->worker);
	} else {
		buf_puts(&b, without_command(d));
	}
	if (d->field.n) {
		buf_puts(&b, " (");
		put_name(&b, d->field);
		if (d->history_value.p || d->worker_value.p) {
			put_value(&b, ": history ", d->history_value);
			put_value(&b, ", code ", d->worker_value);
		} else {
			buf_puts(&b, " differs");
		}
		buf_add_char(&b, ')');
	}
	ret = arena_str(a, buf_str(&b));
	buf_done(&b);
	return ret;
}
