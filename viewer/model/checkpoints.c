/* SPDX-License-Identifier: MIT */
/* checkpoints.c: copies every so many events, and the way on from the nearest. */
#include "viewer/model/checkpoints.h"

void checkpoints_init(struct checkpoints *c)
{
	*c = (struct checkpoints){.apart = CHECKPOINT_EVENTS};
	state_init(&c->state);
}

void checkpoints_done(struct checkpoints *c)
{
	for (size_t i = 0; i < c->at.n; i++)
		state_done(&c->at.at[i]);
	vec_done(&c->at);
	state_done(&c->state);
}

/* Drops every second copy. */
static void thin_out(struct checkpoints *c)
{
	size_t n = 0;

	c->bytes = 0;
	for (size_t i = 0; i < c->at.n; i++) {
		if (i % 2) {
			state_done(&c->at.at[i]);
			continue;
		}
		c->bytes += state_bytes(&c->at.at[i]);
		c->at.at[n++] = c->at.at[i];
	}
	c->at.n = n;
	c->apart *= 2;
}

static void add(struct checkpoints *c, struct timeline *t)
{
	struct state next, copy;

	state_init(&next);
	if (c->at.n) {
		state_copy(&next, vec_last(&c->at));
		state_run(&next, t, c->at.n * c->apart);
	}
	state_init(&copy);
	state_copy(&copy, &next); /* without the room that going on needed */
	state_done(&next);
	c->bytes += state_bytes(&copy);
	vec_push(&c->at, copy);
	if (c->bytes > CHECKPOINT_BYTES && c->at.n > 2)
		thin_out(c);
}

bool checkpoints_step(struct checkpoints *c, struct timeline *t)
{
	if (c->at.n * c->apart > t->history->n_events)
		return false;
	add(c, t);
	return true;
}

const struct state *checkpoints_state(struct checkpoints *c, struct timeline *t, size_t n)
{
	size_t nearest;

	while (c->at.n * c->apart <= n)
		add(c, t);
	nearest = n / c->apart;
	if (c->state.n > n || c->state.n < nearest * c->apart)
		state_copy(&c->state, &c->at.at[nearest]);
	state_run(&c->state, t, n);
	return &c->state;
}
