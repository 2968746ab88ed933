/* SPDX-License-Identifier: MIT */
/* join.c: events on their way to the sink, as long as they are in order. */
#include "formats/read/join.h"
#include "formats/read/join_event.h"

#include "formats/base/limits.h"
#include "formats/history/events.h"
#include "formats/history/history_facts.h"
#include "formats/wire/field.h"
#include "formats/wire/wire.h"

#include <inttypes.h>
#include <stdio.h>

void join_init(struct join *j, const struct schema *schema, struct event_sink *sink,
	       struct load_report *report)
{
	*j = (struct join){.schema = schema, .sink = sink, .report = report};
	buf_init(&j->out, LIMIT_HISTORY_BYTES);
	buf_init(&j->held, LIMIT_HISTORY_BYTES);
	buf_init(&j->repeat, LIMIT_HISTORY_BYTES);
}

void join_done(struct join *j)
{
	buf_done(&j->out);
	buf_done(&j->held);
	buf_done(&j->repeat);
	buf_done(&j->made);
	vec_done(&j->pages);
	vec_done(&j->offsets);
	vec_done(&j->waiting);
	mem_free(j->seen);
}

/* ---- to the sink ---- */

static bool flush(struct join *j, struct err *err)
{
	struct str events = join_so_far(j);

	if (!buf_ok(&j->out, err))
		return false;
	if (!events.n)
		return true;
	if (!j->sink->events(j->sink, events, err)) {
		j->sink_failed = true;
		return false;
	}
	buf_clear(&j->out);
	j->borrowed = STR_NONE;
	return true;
}

/* Into out, or just noted where it lies behind the others already. */
static void add_bytes(struct join *j, const struct join_event *e)
{
	bool adjacent = j->borrowed.n && j->borrowed.p + j->borrowed.n == e->whole.p;

	if (e->in_out)
		return;
	if (e->stays && (adjacent || (!j->borrowed.n && !j->out.n))) {
		j->borrowed.p = adjacent ? j->borrowed.p : e->whole.p;
		j->borrowed.n += e->whole.n;
		return;
	}
	buf_add(&j->out, j->borrowed);
	j->borrowed = STR_NONE;
	buf_add(&j->out, e->whole);
}

/* Lists by themselves are not joined, and there are many events in them. */
static bool may_join(enum join_kind kind)
{
	return kind == JOIN_PAGE || kind == JOIN_BATCH;
}

/* Nothing that follows would change what is said of a history of so many. */
static bool too_many(struct err *err)
{
	return err_set(err, ERR_LIMIT, "more than %zu events", LIMIT_HISTORY_EVENTS);
}

static bool append(struct join *j, const struct join_event *e, struct err *err)
{
	if (j->keep_whole && j->n == LIMIT_HISTORY_EVENTS)
		return too_many(err);
	add_bytes(j, e);
	join_remember(j, e);
	j->irregular |= j->n && e->id != history_next_id(j->last);
	j->first = j->n ? j->first : e->id;
	j->last = e->id;
	j->closed = history_end_by(e->type) != HISTORY_OPEN;
	if (may_join(j->part.kind))
		join_note_run(j, e);
	j->n++;
	j->n_events++;
	if (!j->keep_whole && join_so_far(j).n >= SINK_CHUNK)
		return flush(j, err);
	return buf_ok(&j->out, err);
}

static struct str text_at(const struct schema_message *m, struct str bytes, const char *path)
{
	struct str s = field_str(m, bytes, path);

	return s.n ? s : STR_NONE;
}

static struct sink_identity identity(const struct join *j, const struct join_event *e)
{
	/* HistoryEvent's attributes of WorkflowExecutionStarted */
	struct str start = e->type == EVENT_WORKFLOW_EXECUTION_STARTED
				   ? wire_bytes_at(e->bytes, 6)
				   : STR_NONE;
	const struct schema_message *m = schema_message(
		j->schema, "temporal.api.history.v1.WorkflowExecutionStartedEventAttributes");

	return (struct sink_identity){
		.workflow_id = text_at(m, start, "workflow_id"),
		.run_id = text_at(m, start, "original_execution_run_id"),
		.first_run_id = text_at(m, start, "first_execution_run_id"),
		.workflow_type = text_at(m, start, "workflow_type.name"),
		.task_queue = text_at(m, start, "task_queue.name"),
	};
}

static bool begin(struct join *j, const struct join_event *e, struct err *err)
{
	/* Who gets all of a history at once reads it there. */
	struct sink_identity who = j->keep_whole ? (struct sink_identity){0} : identity(j, e);

	j->open = true;
	j->closed = j->irregular = false;
	j->more = JOIN_LAST;
	j->run = (struct join_run){0};
	j->n = j->dropped = 0;
	j->n_joined = 0;
	j->pages.n = j->offsets.n = 0;
	j->kind = j->part.kind;
	j->report->info.only = ++j->report->info.ordinal == 1;
	j->sink_failed = !j->sink->begin(j->sink, &who, load_report_info(j->report), err);
	return !j->sink_failed;
}

/* A page says that others follow, and none did. */
static bool incomplete(struct join *j, struct err *err)
{
	static const struct {
		const char *what, *why;
	} WORDS[] = {
		[JOIN_TOKEN] = {"only one page of a history",
				"its nextPageToken is set: fetch the other pages and name all of "
				"them together"},
		[JOIN_HEADER] = {"only a part of an archived history",
				 "its header does not say that it is the last (isLast): get the "
				 "parts behind it and name all of them together"},
	};
	char message[240];

	snprintf(message, sizeof(message), "%s: events %" PRId64 " to %" PRId64
		 " are there, and %s", WORDS[j->more].what, j->first, j->last,
		 WORDS[j->more].why);
	return join_damage(j, message, err);
}

bool join_damage(struct join *j, const char *message, struct err *err)
{
	if (!j->partial)
		return err_set(err, ERR_SYNTAX, "%s", message);
	if (!j->report->info.damage.p)
		j->report->info.damage = arena_str(&j->report->texts, str_of(message));
	return true;
}

bool join_finish(struct join *j, struct err *err)
{
	if (!j->open)
		return true;
	if (j->more && !incomplete(j, err))
		return false;
	if (j->dropped)
		load_report_note(j->report, "duplicates-dropped",
				 "%zu event%s there twice, and kept once", j->dropped,
				 j->dropped == 1 ? " was" : "s were");
	if (j->n_joined > 1)
		load_report_note(j->report, "pages-joined", "%zu pages are joined", j->n_joined);
	if (!flush(j, err))
		return false;
	j->open = false;
	j->sink_failed = !j->sink->end(j->sink, load_report_info(j->report), err);
	if (j->sink_failed)
		return false;
	load_report_next(j->report);
	return true;
}

/* ---- the part under way ---- */

static void note_part(struct join *j, int64_t first)
{
	if (j->part.turned && !load_report_has(j->report, "newest-first"))
		load_report_note(j->report, "newest-first",
				 "the newest event came first: they are turned round");
	if (j->part.sorted)
		load_report_note(j->report, "sorted", "the events were in groups: they are sorted");
	j->report->info.newest_first |= j->part.turned;
	if (j->kind != JOIN_PAGE)
		return;
	j->n_joined++;
	vec_push(&j->pages, (struct join_page){first, j->part.number});
}

static void stash(struct join *j, const struct join_event *e)
{
	struct join_part *p = &j->part;

	if (p->n == 0) {
		p->from = j->held.n;
		p->low = p->high = e->id;
		p->rises = p->falls = true;
	} else {
		p->rises &= e->id == history_next_id(p->last);
		p->falls &= e->id == history_id_before(p->last);
		p->low = e->id < p->low ? e->id : p->low;
		p->high = e->id > p->high ? e->id : p->high;
	}
	buf_add(&j->held, e->whole);
	p->to = j->held.n;
	p->last = e->id;
	p->closes = history_end_by(e->type) != HISTORY_OPEN;
	p->n++;
	j->mode = JOIN_HOLD;
}

static bool conflict(struct join *j, const struct join_event *e, struct err *err)
{
	size_t before = 1;

	for (size_t i = 0; i < j->pages.n && j->pages.at[i].first <= e->id; i++)
		before = j->pages.at[i].number;
	if (err)
		err->event_id = e->id;
	if (before == j->part.number)
		return err_set(err, ERR_SYNTAX,
			       "event %" PRId64 " is there twice, and not the same", e->id);
	return err_set(err, ERR_SYNTAX,
		       "event %" PRId64 " is there twice, and not the same (in part %zu of the "
		       "input and in part %zu): are they of different histories?",
		       e->id, before, j->part.number);
}

static bool start(struct join *j, const struct join_event *e, struct err *err);

/* In a file without borders nothing but the ids says that another part begins. */
static bool start_anew(struct join *j, const struct join_event *e, struct err *err)
{
	enum join_kind kind = j->part.kind;

	j->part = (struct join_part){
		.kind = kind, .number = ++j->n_parts, .run = j->run_beside};
	j->mode = JOIN_START;
	return start(j, e, err);
}

/*
 * Behind what passes through: the next event, a repeated one, or one that begins anew. What
 * is wrong within a list by itself stays as it is: check tells, and convert --repair mends.
 */
static bool pass(struct join *j, const struct join_event *e, struct err *err)
{
	bool plain = j->part.kind == JOIN_PLAIN;
	enum join_seen_as k;

	if (e->id == history_next_id(j->last) || (j->part.kind == JOIN_STREAM && e->id == j->last))
		return append(j, e, err);
	if (j->part.kind == JOIN_STREAM)
		return start_anew(j, e, err);
	k = plain && e->id != 1 ? JOIN_NEW : join_known(j, e);
	if (e->id == 1 && !(k == JOIN_SAME && j->last == 1))
		return start_anew(j, e, err);
	if (k == JOIN_SAME && !plain) {
		j->dropped++;
		return true;
	}
	if (k == JOIN_OTHER && !plain && !j->partial)
		return conflict(j, e, err);
	return append(j, e, err);
}

static bool begin_with(struct join *j, const struct join_event *e, struct err *err)
{
	j->report->info.only = false;
	if (!join_finish(j, err) || !begin(j, e, err))
		return false;
	j->mode = JOIN_PASS;
	note_part(j, e->id);
	return append(j, e, err);
}

/* The same list twice is the same history twice; of pages and batches it is a mistake. */
static bool is_list(enum join_kind kind)
{
	return kind == JOIN_PLAIN || kind == JOIN_STREAM;
}

static bool start(struct join *j, const struct join_event *e, struct err *err)
{
	bool joins = j->open && j->kind != JOIN_WHOLE && j->part.kind != JOIN_WHOLE;
	enum join_seen_as k = joins ? join_known(j, e) : JOIN_NEW;

	if (j->part.kind == JOIN_SCATTERED && !j->feeding) {
		stash(j, e);
	} else if (k == JOIN_SAME && (e->id != 1 || !is_list(j->part.kind))) {
		buf_clear(&j->repeat);
		buf_add(&j->repeat, e->whole);
		j->repeated = 1;
		j->part.low = j->part.last = e->id;
		j->mode = JOIN_REPEAT;
	} else if (e->id == 1) {
		return begin_with(j, e, err);
	} else if (joins && e->id == history_next_id(j->last) && (!j->closed || j->feeding)) {
		j->mode = JOIN_PASS;
		if (may_join(j->part.kind))
			join_check_run(j, e);
		note_part(j, e->id);
		return append(j, e, err);
	} else if (j->feeding) {
		return conflict(j, e, err);
	} else {
		stash(j, e);
	}
	return true;
}

/* What was kept as a repetition is none: FRESH, events 1.. of another history. */
static bool no_repeat(struct join *j, bool fresh, struct err *err)
{
	struct wire w = wire_of(buf_str(&j->repeat));
	struct wire_field f;
	bool ok = true;

	while (ok && wire_next(&w, &f)) {
		struct join_event e = join_event_of(f.whole);

		if (!fresh)
			stash(j, &e);
		else
			ok = j->mode == JOIN_REPEAT ? begin_with(j, &e, err) : append(j, &e, err);
	}
	return ok;
}

static bool repeat(struct join *j, const struct join_event *e, struct err *err)
{
	bool follows = e->id == history_next_id(j->part.last);

	if (follows && join_known(j, e) == JOIN_SAME) {
		buf_add(&j->repeat, e->whole);
		j->repeated++;
		j->part.last = e->id;
		return buf_ok(&j->repeat, err);
	}
	if (follows && e->id == history_next_id(j->last) && !j->closed) {
		j->dropped += j->repeated;
		j->mode = JOIN_PASS;
		note_part(j, e->id);
		return append(j, e, err);
	}
	if (follows && j->part.low == 1)
		return no_repeat(j, true, err) && pass(j, e, err);
	if (e->id == 1 && j->part.low == 1) {
		j->dropped += j->repeated;
		return start_anew(j, e, err);
	}
	if (j->feeding)
		return conflict(j, e, err);
	j->part.n = 0;
	no_repeat(j, false, err);
	stash(j, e);
	return buf_ok(&j->held, err);
}

/* An event of a part that is looked at whole once it has ended. */
static bool hold(struct join *j, const struct join_event *e, struct err *err)
{
	const struct join_part *p = &j->part;
	bool again = e->id == 1 && !(p->falls && p->last == 2);
	bool new_fall = p->falls && p->n > 1 && p->low == 1 && e->id > 1;
	bool goes_on = (p->rises && e->id == history_next_id(p->last)) ||
		       (p->falls && e->id == history_id_before(p->last));

	again |= p->kind == JOIN_STREAM && !goes_on;
	if (p->kind == JOIN_SCATTERED || p->kind == JOIN_WHOLE || (!again && !new_fall)) {
		stash(j, e);
		return buf_ok(&j->held, err);
	}
	return join_part(j, p->kind, err) && start(j, e, err);
}

static bool dispatch(struct join *j, const struct join_event *e, struct err *err)
{
	switch (j->mode) {
	case JOIN_IDLE:
	case JOIN_START:
		return start(j, e, err);
	case JOIN_PASS:
		return pass(j, e, err);
	case JOIN_HOLD:
		return j->part.n == LIMIT_HISTORY_EVENTS ? too_many(err) : hold(j, e, err);
	case JOIN_REPEAT:
		return repeat(j, e, err);
	}
	return false;
}

bool join_event(struct join *j, struct str whole, struct err *err)
{
	struct join_event e = join_event_of(whole);

	e.stays = j->stays;
	return dispatch(j, &e, err);
}

struct buf *join_room(struct join *j)
{
	buf_add(&j->out, j->borrowed);
	j->borrowed = STR_NONE;
	return &j->out;
}

bool join_made(struct join *j, size_t at, struct err *err)
{
	struct join_event e = join_event_of(str_slice(j->out.p + at, j->out.n - at));

	if (!buf_ok(&j->out, err))
		return false;
	e.in_out = j->mode == JOIN_PASS && e.id == history_next_id(j->last);
	if (e.in_out)
		return append(j, &e, err);
	/* Not where it belongs: out is the history's that is under way. */
	buf_clear(&j->made);
	buf_add(&j->made, e.whole);
	j->out.n = at;
	e = join_event_of(buf_str(&j->made));
	return dispatch(j, &e, err);
}

bool join_feed(struct join *j, const struct join_part *part, bool as_it_stands, struct err *err)
{
	struct wire w = wire_of(str_slice(j->held.p + part->from, part->to - part->from));
	enum join_mode mode = j->mode;
	struct join_part under_way = j->part;
	struct wire_field f;
	bool ok = true;

	j->part = (struct join_part){.kind = part->kind,
				     .number = part->number,
				     .run = part->run,
				     .turned = part->turned,
				     .sorted = part->sorted};
	j->mode = JOIN_START;
	j->feeding = true;
	while (ok && wire_next(&w, &f)) {
		struct join_event e = join_event_of(f.whole);

		if (!as_it_stands)
			ok = dispatch(j, &e, err);
		else
			ok = j->open ? append(j, &e, err) : begin_with(j, &e, err);
	}
	if (ok && j->mode == JOIN_REPEAT)
		j->dropped += j->repeated;
	j->feeding = false;
	j->mode = mode;
	j->part = under_way;
	return ok;
}

/* ---- parts ---- */

bool join_part(struct join *j, enum join_kind kind, struct err *err)
{
	if (j->mode != JOIN_IDLE && !join_part_end(j, false, err))
		return false;
	j->part = (struct join_part){
		.kind = kind, .number = ++j->n_parts, .run = j->run_beside};
	j->mode = JOIN_START;
	if (kind != JOIN_WHOLE || !j->open)
		return true;
	j->report->info.only = false;
	return join_finish(j, err);
}

bool join_part_end(struct join *j, bool more, struct err *err)
{
	enum join_mode mode = j->mode;
	bool ok = true;

	j->mode = JOIN_IDLE;
	j->part.more = more ? JOIN_TOKEN : JOIN_LAST;
	if (mode == JOIN_REPEAT)
		j->dropped += j->repeated;
	else if (mode == JOIN_HOLD)
		ok = join_settle(j, err);
	else if (mode == JOIN_PASS)
		j->part.last = j->last;
	if (j->open && j->part.last == j->last)
		j->more = j->part.turned ? JOIN_LAST : j->part.more;
	return ok && (!j->waiting.n || join_waiting(j, false, err));
}

/* Runs are archived when they are closed: then there is nothing behind it, whatever it says. */
static enum join_more believed(enum join_more more, bool turned, bool closes)
{
	return turned || (more == JOIN_HEADER && closes) ? JOIN_LAST : more;
}

void join_token(struct join *j, enum join_more more)
{
	for (size_t i = 0; i < j->waiting.n; i++) {
		struct join_part *p = &j->waiting.at[i];

		if (p->number == j->part.number) {
			p->more = believed(more, p->turned, p->closes);
			return;
		}
	}
	/* Unless a later page was here already. */
	if (j->open && j->part.last == j->last)
		j->more = believed(more, j->part.turned, j->closed);
}

size_t join_count(const struct join *j)
{
	size_t n = j->open ? j->n + j->dropped : 0;

	for (size_t i = 0; i < j->waiting.n; i++)
		n += j->waiting.at[i].n;
	n += j->mode == JOIN_HOLD ? j->part.n : 0;
	return n + (j->mode == JOIN_REPEAT ? j->repeated : 0);
}

bool join_end(struct join *j, struct err *err)
{
	if (j->mode != JOIN_IDLE && !join_part_end(j, false, err))
		return false;
	if (j->waiting.n && !join_leftover(j, err))
		return false;
	j->report->info.only = j->report->info.ordinal <= 1;
	return join_finish(j, err);
}
