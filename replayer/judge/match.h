/* SPDX-License-Identifier: MIT */
/* match.h: the commands of a reply against the command events that history holds. */
#pragma once

#include "replayer/judge/pairs.h"
#include "replayer/judge/verdict.h"

/* What an SDK lets differ without calling it nondeterminism. */
enum match_rules {
	MATCH_GO, /* Version and MutableSideEffect markers, and the upsert right behind a
		     Version marker, count on neither side (REPLAY.md 0.3) */
	MATCH_ALL,
};

/*
 * COMMANDS (N of them) against the command events of TASK, in order. False with RET filled
 * (kind, event id, workflow task, both sides) at the first difference. What is compared:
 * the fields of pairs.h.
 */
bool match_task(const struct history *h, const struct history_task *task,
		const struct command_view *commands, size_t n, enum match_rules rules,
		struct arena *a, struct divergence *ret);

/*
 * A divergence for commands that a trimmed or open history does not hold: the code asks for
 * more behind TASK (DESIGN.md 9: extra; its event is the WorkflowTaskCompleted that asked).
 */
void match_extra(const struct history *h, const struct history_task *task,
		 struct command_view first, struct arena *a, struct divergence *ret);

/* The first command that RULES count, or NULL: what a reply asks for beyond its events. */
const struct command_view *match_leftover(const struct schema *schema,
					  const struct command_view *commands, size_t n,
					  enum match_rules rules, struct arena *a);
