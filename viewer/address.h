/* SPDX-License-Identifier: MIT */
/* address.h: FILE[#HISTORY][:EVENT][:VIEW]: where a screen is, in a word. */
#pragma once

#include "formats/base/err.h"
#include "formats/base/str.h"
#include "replayer/run/run_file.h"
#include "viewer/pane/pane.h"

/*
 *     order.json:1182:diff         event 1182 of a file, in the diff view
 *     last.jsonl#order-88121:12    the history of a run with that workflow id or path
 *
 * HISTORY is a number (the N-th history of a file), or of a run file a path, workflow id or
 * run id. A file of just that name goes first, so nothing needs quoting but by a shell.
 */
struct address {
	struct str file;    /* with #N, as load.h takes it */
	struct str history; /* of a run; p NULL: not said */
	long long event;    /* its id: histories that are not in order may have any */
	enum pane_kind view;
	bool has_event, has_view;
};

/* TEXT is borrowed. */
void address_read(struct str text, struct address *ret);
/* False: its file is there, but what stands behind it is no view. */
bool address_check(struct str text, struct err *err);
/* The row of RUN that the address names; NULL with the error set: there is none. */
const struct run_row *address_row(const struct address *a, const struct run_file *run,
				  struct err *err);
