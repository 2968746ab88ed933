/* SPDX-License-Identifier: MIT */
/* load_index.h: a mapped file of ordinary JSON becomes a history without being decoded. */
#pragma once

#include "formats/bytes/input.h"
#include "formats/history/history.h"
#include "formats/read/load_report.h"

struct load_indexed {
	struct history history;
	struct input *in; /* that the history is over, and owns */
};

/*
 * For LOAD_INDEX. True: *RET is over IN's text and owns IN, which is empty now; REPORT has the
 * axes. False: IN is as it was, and is to be read in the long way, which has words for all
 * that is not one history from event 1 on, in order and with nothing missing.
 */
bool load_index(const struct load_settings *settings, struct input *in,
		struct load_report *report, struct load_indexed *ret);
/* IN is as it was; the history, which nobody has taken, is gone. */
void load_index_back(struct load_indexed *indexed, struct input *in);

struct json_index;
/* Whether IN may be read so at all: to be asked before it is indexed. */
bool load_index_can(const struct load_settings *settings, const struct input *in);
/* load_index() with IX over IN's window, which is whole; IX is emptied where it is true. */
bool load_index_take(const struct load_settings *settings, struct input *in, struct json_index *ix,
		     struct load_report *report, struct load_indexed *ret);
