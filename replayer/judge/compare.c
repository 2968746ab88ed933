/* SPDX-License-Identifier: MIT */
/* compare.c: events beside commands by the best fit, and what differs in each pair. */
#include "replayer/judge/compare.h"

#include "formats/base/limits.h"
#include "formats/base/mem.h"
#include "formats/history/detail.h"
#include "formats/history/events.h"
#include "formats/transcode/transcode.h"
#include "formats/wire/field.h"
#include "formats/wire/wire.h"
#include "replayer/judge/compare_fields.h"

#define CONTEXT_EVENTS 3

/* One command of either side, with what it is called. */
struct entry {
	size_t at; /* event's index, or command's */
	int32_t command_type;
	struct side side;
};

struct entries {
	struct entry *at;
	size_t n;
};

struct comparison {
	const struct history *h;
	const struct task_reply *reply;
	const struct evidence_wanted *wanted;
	const struct schema_message *command;
	struct arena *a;
	struct str run_timeout; /* "3s" */
	struct entries events, replies;
	VEC_OF(struct command_pair) pairs;
	bool partial;
	bool after_lone_marker;
};

static struct entries events_of(const struct history *h, const struct history_task *task,
				struct arena *a)
{
	struct entries e = {arena_array(a, struct entry, task->batch_end - task->completed), 0};

	for (size_t i = task->completed + 1; i < task->batch_end; i++) {
		const struct pair_row *row = pair_of_event(h->events[i].type);

		if (row)
			e.at[e.n++] = (struct entry){i, row->command_type, event_side(h, i, a)};
	}
	return e;
}

static struct entries commands_of(const struct history *h, const struct command_view *commands,
				  size_t n, struct arena *a)
{
	struct entries e = {arena_array(a, struct entry, n + 1), 0};

	for (size_t i = 0; i < n; i++)
		e.at[e.n++] = (struct entry){i, commands[i].type,
					     command_side(h->schema, commands[i], a)};
	return e;
}

/* ---- which goes beside which ---- */

/* How well two fit: not at all, or by type, name and id. */
static unsigned fit(const struct entry *event, const struct entry *reply)
{
	if (event->command_type != reply->command_type)
		return 0;
	return 2 + 3 * str_eq(event->side.name, reply->side.name) +
	       2 * str_eq(event->side.id, reply->side.id);
}

/* BEST[i][j]: the best sum for what is left from event i and command j on. */
static unsigned *best_fits(const struct comparison *c)
{
	size_t n = c->events.n, m = c->replies.n;
	unsigned *best = arena_array(c->a, unsigned, (n + 1) * (m + 1));

	for (size_t i = n; i-- > 0;)
		for (size_t j = m; j-- > 0;) {
			unsigned f = fit(&c->events.at[i], &c->replies.at[j]);
			unsigned both = f ? f + best[(i + 1) * (m + 1) + j + 1] : 0;
			unsigned down = best[(i + 1) * (m + 1) + j];
			unsigned right = best[i * (m + 1) + j + 1];
			unsigned skip = down > right ? down : right;

			best[i * (m + 1) + j] = both > skip ? both : skip;
		}
	return best;
}

/* A tree of a message; NULL where it can't be read. */
static json_t *message_json(const struct comparison *c, const struct schema_message *m,
			    struct str bytes)
{
	struct err err = ERR_INIT;
	struct buf text;
	json_t *tree = NULL;

	buf_init(&text, 0);
	if (transcode_wire_to_json(m, bytes, NULL, c->a, &text, &err))
		tree = json_loadb(text.p, text.n, JSON_ALLOW_NUL, NULL);
	buf_done(&text);
	return tree;
}

static json_t *event_json(const struct comparison *c, size_t index)
{
	const struct schema_message *m;
	struct str bytes;

	return history_attributes(c->h, index, &m, &bytes) ? message_json(c, m, bytes) : NULL;
}

/* The one member of a command that holds its attributes; a reference of its own. */
static json_t *command_json(const struct comparison *c, size_t index)
{
	json_t *tree = message_json(c, c->command, c->reply->commands[index].bytes);
	json_t *attributes = NULL, *v;
	const char *key;

	json_object_foreach(tree, key, v)
		if (str_ends(str_of(key), STR("CommandAttributes")))
			attributes = json_incref(v);
	json_decref(tree);
	return attributes;
}

/* Leaves out of TREE what M has no field for: one side's own. */
static void keep_shared(json_t *tree, const struct schema_message *m)
{
	const char *key;
	json_t *v;
	void *next;

	json_object_foreach_safe(tree, next, key, v)
		if (!schema_field_by_name(m, str_of(key)))
			json_object_del(tree, key);
}

static const struct schema_message *attributes_message(const struct comparison *c, size_t command)
{
	const struct schema_message *m = NULL;
	struct wire w = wire_of(c->reply->commands[command].bytes);
	struct wire_field f;

	while (wire_next(&w, &f)) {
		const struct schema_field *field = schema_field_by_number(c->command, f.number);

		if (field && field->message &&
		    str_ends(field->json_name, STR("CommandAttributes")))
			m = field->message;
	}
	return m;
}

/* ---- what differs in a pair ---- */

/*
 * What the message that an update's command names says, as attributes of its event: the
 * outcome of a response. NULL: nothing that an event has.
 */
static json_t *update_json(const struct comparison *c, size_t command)
{
	enum { RESPONSE_OUTCOME = 2 };
	struct str id = field_str(c->command, c->reply->commands[command].bytes,
				  "protocol_message_command_attributes.message_id");

	for (size_t i = 0; i < c->reply->n_messages; i++) {
		const struct message_view *message = &c->reply->messages[i];

		if (str_eq(message->id, id) &&
		    str_is(message->type, "temporal.api.update.v1.Response"))
			return json_pack("{s:o?}", "outcome",
					 message_json(c, schema_message(c->h->schema,
									"temporal.api.update."
									"v1.Outcome"),
						      wire_bytes_at(message->body,
								    RESPONSE_OUTCOME)));
	}
	return NULL;
}

/* The outcome alone is both an event's and a message's. */
static json_t *outcome_json(const struct comparison *c, size_t event)
{
	json_t *tree = event_json(c, event);
	json_t *outcome = json_pack("{s:O?}", "outcome", json_object_get(tree, "outcome"));

	json_decref(tree);
	return outcome;
}

/* False: nothing can be compared. Else two references. */
static bool both_sides(struct comparison *c, size_t event, size_t command, json_t **ret_x,
		       json_t **ret_y)
{
	const struct schema_message *m = attributes_message(c, command), *theirs;
	struct str bytes;

	if (!m || !history_attributes(c->h, event, &theirs, &bytes))
		return false;
	if (c->reply->commands[command].type == COMMAND_PROTOCOL_MESSAGE) {
		*ret_y = update_json(c, command);
		*ret_x = *ret_y ? outcome_json(c, event) : NULL;
		c->partial |= !*ret_y && c->h->events[event].type ==
						 EVENT_WORKFLOW_EXECUTION_UPDATE_COMPLETED;
		return *ret_y != NULL;
	}
	*ret_x = event_json(c, event);
	*ret_y = command_json(c, command);
	keep_shared(*ret_x, m);
	keep_shared(*ret_y, theirs);
	return true;
}

/* Of the run, as JSON has durations; it caps what the server records. */
static struct str run_timeout(const struct comparison *c)
{
	json_t *started = event_json(c, 0);
	struct str s = arena_str(c->a, str_of(json_string_value(
					       json_object_get(started, "workflowRunTimeout"))));

	json_decref(started);
	return s;
}

static void compare_pair(struct comparison *c, size_t event, size_t command,
			 struct command_pair *ret)
{
	const struct pair_row *row = pair_of_command(c->reply->commands[command].type);
	struct differences found = {0};
	struct compare_fields fields = {
		.wanted = c->wanted,
		.command = str_of(row ? row->command_name : ""),
		.run_timeout = c->run_timeout,
		.a = c->a,
		.found = &found,
	};
	struct difference *kept;
	json_t *x, *y;

	if (!both_sides(c, event, command, &x, &y))
		return;
	if (x && y)
		compare_fields(&fields, x, y);
	json_decref(x);
	json_decref(y);
	kept = arena_array(c->a, struct difference, found.n);
	for (size_t i = 0; i < found.n; i++)
		kept[i] = found.at[i];
	ret->differences = kept;
	ret->n_differences = found.n;
	vec_done(&found);
}

/*
 * What one side alone has was not seen whole, but for markers of versions, which SDKs let
 * come and go, and the search attribute that follows one.
 */
static void put_lone(struct comparison *c, const struct entry *one)
{
	bool marker = one->command_type == COMMAND_RECORD_MARKER;

	c->partial |= !marker &&
		      !(c->after_lone_marker &&
			one->command_type == COMMAND_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES);
	c->after_lone_marker = marker;
}

static void put(struct comparison *c, const struct entry *event, const struct entry *reply)
{
	struct command_pair pair = {0};

	if (event) {
		pair.event_id = c->h->events[event->at].id;
		pair.history = event->side;
	}
	if (reply)
		pair.worker = reply->side;
	if (event && reply && event->command_type == reply->command_type)
		compare_pair(c, event->at, reply->at, &pair);
	else if (!event || !reply)
		put_lone(c, event ? event : reply);
	else
		c->partial = true;
	vec_push(&c->pairs, pair);
}

/*
 * Between two pairs that fit, what is left of each side goes beside the other in order: an
 * activity that became a timer is shown as one row.
 */
static void put_gap(struct comparison *c, size_t i, size_t i_end, size_t j, size_t j_end)
{
	while (i < i_end || j < j_end) {
		put(c, i < i_end ? &c->events.at[i] : NULL, j < j_end ? &c->replies.at[j] : NULL);
		i += i < i_end;
		j += j < j_end;
	}
}

static void align(struct comparison *c)
{
	size_t n = c->events.n, m = c->replies.n, i = 0, j = 0, from_i = 0, from_j = 0;
	unsigned *best;

	if (n > LIMIT_ALIGNED || m > LIMIT_ALIGNED) {
		put_gap(c, 0, n, 0, m);
		return;
	}
	best = best_fits(c);
	while (i < n && j < m) {
		unsigned here = best[i * (m + 1) + j];

		if (here == best[(i + 1) * (m + 1) + j]) {
			i++;
		} else if (here == best[i * (m + 1) + j + 1]) {
			j++;
		} else {
			put_gap(c, from_i, i, from_j, j);
			put(c, &c->events.at[i++], &c->replies.at[j++]);
			from_i = i;
			from_j = j;
		}
	}
	put_gap(c, from_i, n, from_j, m);
}

void compare_task(const struct history *h, const struct history_task *task,
		  const struct task_reply *reply, const struct evidence_wanted *wanted,
		  struct arena *a, struct task_commands *ret)
{
	struct comparison c = {
		.h = h,
		.reply = reply,
		.wanted = wanted,
		.command = schema_message(h->schema, "temporal.api.command.v1.Command"),
		.a = a,
		.events = events_of(h, task, a),
		.replies = commands_of(h, reply->commands, reply->n_commands, a),
	};
	struct command_pair *pairs;

	c.run_timeout = run_timeout(&c);
	align(&c);
	pairs = arena_array(a, struct command_pair, c.pairs.n);
	for (size_t i = 0; i < c.pairs.n; i++)
		pairs[i] = c.pairs.at[i];
	*ret = (struct task_commands){
		.task = (int64_t)task->number,
		.started_event_id = h->events[task->started].id,
		.pairs = pairs,
		.n_pairs = c.pairs.n,
		.partial = c.partial,
	};
	vec_done(&c.pairs);
}

/* ---- what it amounts to ---- */

bool compare_divergence(const struct task_commands *t, struct divergence *ret)
{
	for (size_t i = 0; i < t->n_pairs; i++) {
		const struct command_pair *pair = &t->pairs[i];

		for (size_t k = 0; k < pair->n_differences; k++) {
			const struct difference *d = &pair->differences[k];

			if (d->class != DIFFERENCE_PLAIN)
				continue;
			*ret = (struct divergence){
				.kind = DIVERGENCE_ATTRIBUTE,
				.event_id = pair->event_id,
				.workflow_task = t->task,
				.history = pair->history,
				.worker = pair->worker,
				.field = d->path,
				.history_value = d->history,
				.worker_value = d->worker,
				.provenance = t->provenance,
			};
			return true;
		}
	}
	return false;
}

bool compare_generated(const struct task_commands *t, struct difference *ret)
{
	for (size_t i = 0; i < t->n_pairs; i++)
		for (size_t k = 0; k < t->pairs[i].n_differences; k++)
			if (t->pairs[i].differences[k].class == DIFFERENCE_GENERATED) {
				*ret = t->pairs[i].differences[k];
				return true;
			}
	return false;
}

/* ---- --ignore ---- */

/* The next part of a path: what is up to a dot, or an index in brackets. */
static struct str next_part(struct str *path)
{
	size_t n = 0;

	if (path->n && path->p[0] == '.')
		*path = str_skip(*path, 1);
	if (path->n && path->p[0] == '[')
		n = 1;
	while (n < path->n && path->p[n] != '.' && path->p[n] != '[')
		n++;
	*path = str_slice(path->p + n, path->n - n);
	return str_slice(path->p - n, n);
}

bool compare_ignores(struct str rule, struct str command, struct str path)
{
	struct str first = next_part(&rule);

	if (!str_is(first, "*") && !str_eq(first, command))
		return false;
	while (rule.n) {
		struct str want = next_part(&rule), have;

		if (!path.n)
			return false;
		have = next_part(&path);
		if (!str_is(want, "*") && !str_is(want, "[*]") && !str_eq(want, have))
			return false;
	}
	return true;
}

bool compare_rule_check(struct str rule, struct err *err)
{
	struct str rest = rule, command = next_part(&rest);

	if (!rest.n)
		return err_set(err, ERR_USAGE,
			       "--ignore %.*s: COMMAND.ATTRIBUTE is expected, as "
			       "ScheduleActivityTask.heartbeatTimeout or *.header",
			       STR_ARG(rule));
	if (!str_is(command, "*") && !pair_of_command_name(command))
		return err_set(err, ERR_USAGE,
			       "--ignore %.*s: there is no command %.*s; it is spelled as in "
			       "ScheduleActivityTask, or * for any",
			       STR_ARG(rule), STR_ARG(command));
	while (rest.n) {
		struct str part = next_part(&rest);

		if (!part.n || (str_has(part, "*") && !str_is(part, "*") && !str_is(part, "[*]")))
			return err_set(err, ERR_USAGE,
				       "--ignore %.*s: * stands for a whole part of a path, and "
				       "no part is empty",
				       STR_ARG(rule));
	}
	return true;
}

/* ---- context ---- */

static void add_event(const struct history *h, size_t index, struct arena *a, struct evidence *e)
{
	struct buf summary;
	struct side side = event_side(h, index, a);

	buf_init(&summary, 0);
	detail_add(h, index, &summary);
	vec_push(&e->context, (struct context_event){
		.id = h->events[index].id,
		.type = side.what,
		.summary = arena_printf(a, "%.*s%s%.*s", STR_ARG(side.name),
					side.name.n && summary.n ? "  " : "",
					STR_ARG(buf_str(&summary))),
	});
	buf_done(&summary);
}

void compare_context(const struct history *h, int64_t event_id, struct arena *a,
		     struct evidence *e)
{
	size_t at = 0, from, to;

	while (at < h->n_events && h->events[at].id != event_id)
		at++;
	if (at == h->n_events)
		return;
	from = at > CONTEXT_EVENTS ? at - CONTEXT_EVENTS : 0;
	to = at + CONTEXT_EVENTS + 1 < h->n_events ? at + CONTEXT_EVENTS + 1 : h->n_events;
	for (size_t i = from; i < to; i++)
		add_event(h, i, a, e);
}
