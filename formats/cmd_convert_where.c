/* SPDX-License-Identifier: MIT */
/* cmd_convert_where.c: --where: of what an input holds only the histories that fit. */
#include "formats/cmd_convert.h"
#include "formats/query/query.h"

#include <time.h>

/* How a run ended is known at its end, so each history is held until it is known to fit. */
struct choosing {
	struct converting *c;
	struct event_sink *sink;
	struct str path;
	int64_t now;
};

static bool choose(void *data, struct history *h, const struct load_info *info, struct err *err)
{
	struct choosing *x = data;
	struct query_history about = query_history_of(h, x->path);
	const struct sink_identity who = {h->workflow_id, h->run_id, h->first_run_id,
					  h->workflow_type, h->task_queue};

	about.now = x->now;
	if (!query_fits_history(x->c->where, &about)) {
		x->c->passed = info->input_bytes;
		return true;
	}
	x->c->fitting++;
	return x->sink->begin(x->sink, &who, info, err) &&
	       x->sink->events(x->sink, h->wire, err) && x->sink->end(x->sink, info, err);
}

bool convert_where_open(struct converting *c, struct err *err)
{
	return !c->settings->where.n || query_parse(&c->where, c->settings->where, QUERY_HISTORY,
						    c->context->schema, &c->names, err);
}

bool convert_load(struct converting *c, struct str path, struct event_sink *sink,
		  struct err *err)
{
	struct choosing x = {c, sink, path, (int64_t)time(NULL) * 1000000000};

	c->passed = 0;
	if (!c->where)
		return load_events(&c->load, path, sink, err);
	return load_each(&c->load, path, choose, &x, err);
}
