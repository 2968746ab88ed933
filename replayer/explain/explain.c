/* SPDX-License-Identifier: MIT */
/* explain.c: classes a failure and takes its message apart by the tables of forms. */
#include "replayer/explain/explain.h"

#include "formats/base/buf.h"
#include "formats/history/events.h"
#include "formats/wire/field.h"
#include "replayer/explain/explain_form.h"
#include "replayer/judge/pairs.h"

/* temporal.api.enums.v1.WorkflowTaskFailedCause */
#define CAUSE_NON_DETERMINISTIC_ERROR 24

/* Causes within causes that are read: hostile failures nest without end. */
#define CAUSE_DEPTH 32

/* The families' tables; an unknown family tries them all. */
static const struct {
	enum sdk_family family;
	const struct form_table *table;
} TABLES[] = {
	{SDK_CORE, &FORMS_CORE},
	{SDK_GO, &FORMS_GO},
	{SDK_JAVA, &FORMS_JAVA},
};

/* application_failure_info.type, or a class name, that says enough by itself. */
static const struct {
	const char *type;
	enum said_class class;
	const char *form;
} TYPES[] = {
	{"_DeadlockError", SAID_DEADLOCK, "deadlock"},
	{"PotentialDeadlockException", SAID_DEADLOCK, "deadlock"},
	{"unknownSdkFlagError", SAID_OLDER, "type"},
	{"historyMismatchError", SAID_NONDETERMINISM, "type"},
	{"NonDeterministicException", SAID_NONDETERMINISM, "type"},
};

const struct form *explain_form(enum sdk_family family, struct str text, struct captures *c)
{
	for (size_t t = 0; t < sizeof(TABLES) / sizeof(*TABLES); t++) {
		const struct form_table *table = TABLES[t].table;

		if (family != SDK_UNKNOWN && family != TABLES[t].family)
			continue;
		for (size_t i = 0; i < table->n; i++) {
			if (pattern_match(table->rows[i].pattern, text, c))
				return &table->rows[i];
		}
	}
	return NULL;
}

/* The form that BARE's text has, where its family's rules let it count. */
static const struct form *form_of(const struct sdk_failure *f, struct bare *bare)
{
	const struct form *form = explain_form(f->family, bare->text, &bare->captures);

	/* Core's forms are short: a user's own words may read alike. */
	if (form && form->class == SAID_NONDETERMINISM && f->family == SDK_CORE &&
	    !bare->nondeterminism && !bare->fatal && f->cause != CAUSE_NON_DETERMINISTIC_ERROR)
		return NULL;
	return form;
}

/* "EVENT_TYPE_TIMER_STARTED" and "TimerStarted" as the latter; else as it stands. */
static struct str event_said(struct str said)
{
	static const struct {
		struct str upper, camel;
	} NAMES[] = {
#define EVENT(number, name, camel) {{"EVENT_TYPE_" #name, sizeof("EVENT_TYPE_" #name) - 1}, \
				    {camel, sizeof(camel) - 1}},
#include "formats/history/events.def"
#undef EVENT
	};

	for (size_t i = 0; i < sizeof(NAMES) / sizeof(*NAMES); i++) {
		if (str_eq(said, NAMES[i].upper))
			return NAMES[i].camel;
	}
	return said;
}

static struct str command_said(struct str said)
{
	const struct pair_row *row = pair_of_command_name(said);

	return row ? str_of(row->command_name) : said;
}

/* A value as people read it: Java prints messages (name: "Charge"\n), core quotes. */
static struct str value_said(struct str value)
{
	value = str_trim(value);
	if (str_starts(value, STR("name: \"")) && str_ends(value, STR("\"")))
		value = str_slice(value.p + 7, value.n - 8);
	return value;
}

static void said_machine(const struct sdk_failure *f, const struct form *form,
			 const struct captures *c, struct said *ret)
{
	struct str name = c->at[SLOT_MACHINE];
	const struct machine *m = NULL;
	ptrdiff_t paren = str_find(name, STR("("));

	if (!name.n)
		return;
	if (f->family != SDK_GO)
		m = machine_core(paren > 0 ? str_take(name, (size_t)paren) : name);
	if (!m && f->family != SDK_CORE)
		m = machine_go(name, c->at[SLOT_TRANSITION]);
	if (!m)
		return;
	if (form->flags & FORM_WORKER_NONE)
		ret->history.what = str_of(m->event);
	else
		ret->worker.what = str_of(m->command);
}

static void said_dumps(const struct sdk_failure *f, const struct captures *c, struct said *ret)
{
	struct str event = c->at[SLOT_EVENT_DUMP], command = c->at[SLOT_COMMAND_DUMP];
	struct str name = STR_NONE;

	if (f->family == SDK_CORE) {
		if (dump_read_core(event, &ret->event_id, &name))
			ret->history.what = event_said(name);
		return;
	}
	if (f->family == SDK_JAVA) {
		struct captures in = {0};

		if (pattern_match("<*>event_type: <event>", event, &in))
			ret->history.what = event_said(in.at[SLOT_EVENT]);
		return;
	}
	dump_read_go(event, &ret->history, ret);
	if (ret->about == SAID_ABOUT_CLOSE) {
		struct captures in = {0};

		/* resp: of the replayer; commands are absent where the code has not ended */
		if (pattern_match("<*>command_type:<command>", command, &in) &&
		    in.at[SLOT_COMMAND].n)
			ret->worker.what = command_said(in.at[SLOT_COMMAND]);
		return;
	}
	dump_read_go(command, &ret->worker, ret);
}

static void set(struct str *to, struct str value)
{
	if (value.n)
		*to = value;
}

/* A field that is a name or an id is the side's name or id, and the other way round. */
static void said_field(struct said *s)
{
	bool is_name = str_ends(s->field, STR("Type")) || str_ends(s->field, STR("Name")) ||
		       str_is(s->field, "operation");
	struct str *history = is_name ? &s->history.name : &s->history.id;
	struct str *worker = is_name ? &s->worker.name : &s->worker.id;

	if (!is_name && !str_ends(s->field, STR("Id")))
		return;
	if (!s->history_value.n) {
		s->history_value = *history;
		s->worker_value = *worker;
	}
	*history = s->history_value;
	*worker = s->worker_value;
}

static void said_form(const struct sdk_failure *f, const struct form *form,
		      const struct captures *c, struct said *ret)
{
	long long id;

	ret->class = form->class;
	ret->form = form->name;
	if (form->class != SAID_NONDETERMINISM)
		return;
	ret->about = form->about == SAID_ABOUT_MARKER	? SAID_ABOUT_MARKER
		     : form->about == SAID_ABOUT_UPDATE ? SAID_ABOUT_UPDATE
		     : form->about == SAID_ABOUT_CLOSE	? SAID_ABOUT_CLOSE
							: SAID_ABOUT_ANY;
	ret->history_has_none = (form->flags & FORM_HISTORY_NONE) != 0;
	ret->worker_has_none = (form->flags & FORM_WORKER_NONE) != 0;
	ret->worker_closed = (form->flags & FORM_CLOSED) != 0;
	if (str_to_int(c->at[SLOT_EVENT_ID], &id))
		ret->event_id = id;
	set(&ret->history.what, event_said(c->at[SLOT_EVENT]));
	set(&ret->history.what, str_of(form->event));
	set(&ret->worker.what, command_said(c->at[SLOT_COMMAND]));
	set(&ret->worker.what, str_of(form->command));
	set(&ret->history.name, c->at[SLOT_HISTORY_NAME]);
	set(&ret->history.id, c->at[SLOT_HISTORY_ID]);
	set(&ret->worker.name, c->at[SLOT_WORKER_NAME]);
	set(&ret->worker.name, str_of(form->marker));
	set(&ret->worker.id, c->at[SLOT_WORKER_ID]);
	set(&ret->field, c->at[SLOT_FIELD]);
	set(&ret->field, str_of(form->field));
	set(&ret->history_value, value_said(c->at[SLOT_HISTORY_VALUE]));
	set(&ret->worker_value, value_said(c->at[SLOT_WORKER_VALUE]));
	said_machine(f, form, c, ret);
	said_dumps(f, c, ret);
	said_field(ret);
}

static bool said_type(struct str type, struct said *ret)
{
	for (size_t i = 0; i < sizeof(TYPES) / sizeof(*TYPES); i++) {
		if (str_ends(type, str_of(TYPES[i].type))) {
			ret->class = TYPES[i].class;
			ret->form = TYPES[i].form;
			return true;
		}
	}
	return false;
}

/* The innermost cause that a row takes; keeps the event that the outer text names. */
static bool said_cause(const struct sdk_failure *f, struct arena *a, struct bare *outer,
		       struct said *ret)
{
	const struct form *form = NULL;
	struct bare found = {0};
	struct str cause;
	size_t at = 0;

	while (explain_next_cause(f->message, &at, &cause)) {
		struct bare bare;
		const struct form *inner;

		explain_unwrap(f->family, cause, a, &bare);
		inner = form_of(f, &bare);
		if (inner) {
			form = inner;
			found = bare;
		} else if (said_type(bare.class_name, ret)) {
			form = NULL;
		}
	}
	if (!form)
		return ret->form != NULL;
	if (!found.captures.at[SLOT_EVENT_ID].n && !found.captures.at[SLOT_EVENT].n) {
		found.captures.at[SLOT_EVENT_ID] = outer->captures.at[SLOT_EVENT_ID];
		found.captures.at[SLOT_EVENT] = outer->captures.at[SLOT_EVENT];
	}
	said_form(f, form, &found.captures, ret);
	return true;
}

void explain(const struct sdk_failure *failure, struct arena *a, struct said *ret)
{
	bool nd = failure->cause == CAUSE_NON_DETERMINISTIC_ERROR;
	const struct form *form;
	struct bare bare;

	*ret = (struct said){.class = SAID_CODE};
	if (failure->encoded && str_is(str_trim(failure->message), "Encoded failure")) {
		ret->class = nd ? SAID_NONDETERMINISM : SAID_CODE;
		ret->form = "encoded";
		return;
	}
	explain_unwrap(failure->family, explain_head(failure->message), a, &bare);
	form = form_of(failure, &bare);
	if (form) {
		said_form(failure, form, &bare.captures, ret);
		return;
	}
	if (said_cause(failure, a, &bare, ret) || said_type(failure->type, ret) ||
	    said_type(bare.class_name, ret))
		return;
	if (nd || bare.nondeterminism) {
		long long id;

		ret->class = SAID_NONDETERMINISM;
		ret->form = nd ? "cause" : "wrapper";
		if (str_to_int(bare.captures.at[SLOT_EVENT_ID], &id))
			ret->event_id = id;
		ret->history.what = event_said(bare.captures.at[SLOT_EVENT]);
	}
}

void explain_failure(const struct schema *schema, struct str failure, struct arena *a,
		     struct sdk_failure *ret)
{
	const struct schema_message *m = schema_message(schema, "temporal.api.failure.v1.Failure");
	struct field_value v;
	struct buf text, stack;

	ret->source = field_str(m, failure, "source");
	ret->type = field_str(m, failure, "application_failure_info.type");
	ret->encoded = field_at(m, failure, "encoded_attributes", &v);
	buf_init(&text, 0);
	buf_init(&stack, 0);
	buf_add(&text, field_str(m, failure, "message"));
	buf_add(&stack, field_str(m, failure, "stack_trace"));
	for (int depth = 0; depth < CAUSE_DEPTH && field_at(m, failure, "cause", &v); depth++) {
		struct str type;

		failure = v.bytes;
		type = field_str(m, failure, "application_failure_info.type");
		buf_puts(&text, "\nCaused by: ");
		if (str_has(type, ".")) { /* a class of Java's */
			buf_add(&text, type);
			buf_puts(&text, ": ");
		}
		buf_add(&text, field_str(m, failure, "message"));
		/* Of Java's failures the outermost is the SDK's own. */
		buf_puts(&stack, "\n\n");
		buf_add(&stack, field_str(m, failure, "stack_trace"));
	}
	ret->message = arena_str(a, buf_str(&text));
	ret->stack = arena_str(a, buf_str(&stack));
	buf_done(&text);
	buf_done(&stack);
}
