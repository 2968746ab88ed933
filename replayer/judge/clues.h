/* SPDX-License-Identifier: MIT */
/* clues.h: what history, verdict and worker together suggest to the engineer, as sentences. */
#pragma once

#include "replayer/judge/evidence.h"
#include "replayer/remote/sdks.h"

/*
 * A table of finders and a loop around it: each looks for one thing, and says one sentence
 * or nothing. A clue is said only where it is true of this history and of use for this
 * verdict; what only might be so says "may". Names in it are cut to LIMIT_SHOWN_NAME_BYTES
 * and else as hostile as they came: whoever shows a clue makes it visible.
 *
 * Pure: no clock, no files.
 */
struct clue_case {
	const struct history *history;
	const struct verdict *verdict;
	const struct evidence *evidence;
	/* The worker that answered; sdk NULL and empty strings: not known. */
	const struct sdk_row *sdk;
	struct str version, build_id;
	/* As the worker was served them. */
	struct str workflow_id, run_id;
	bool workflow_id_guessed, run_id_guessed; /* from the file's name */
	bool run_id_made_up; /* the history has none */
};

/* Pushes to E->clues what is not there yet; strings live in A. C may look at E itself. */
void clues_find(const struct clue_case *c, struct arena *a, struct evidence *e);
