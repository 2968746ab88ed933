/* SPDX-License-Identifier: MIT */
/* evidence.c: the arrays of what a replay showed. */
#include "replayer/judge/evidence.h"

void evidence_done(struct evidence *e)
{
	vec_done(&e->tasks);
	vec_done(&e->stacks);
	vec_done(&e->queries);
	vec_done(&e->context);
	vec_done(&e->clues);
	vec_done(&e->stood);
}
