/* SPDX-License-Identifier: MIT */
/* cmd_diff.h: the parts of `hindcast diff`: what it was told, and two histories on their way. */
#pragma once

#include "formats/base/digest.h"
#include "formats/cmd_inputs.h"
#include "formats/cmd_payloads.h"
#include "formats/diff/diff_text.h"

struct diff_options {
	struct str from;
	struct payload_options payloads;
	struct opt_list ignore;
	struct opt_list compare;
	struct opt_list only;
	struct str where;
	bool exact;
	bool side_by_side;
	bool json;
	bool summary;
	bool quiet;
	bool all;
	bool hash;
	long long width;
	struct str context; /* p is NULL: as many as is usual */
};

struct comparing {
	const struct command_context *context;
	const struct diff_options *options;
	struct diff_rules rules;
	struct diff_settings settings;
	struct load_settings load;
	struct payload_files payloads;
	size_t n_context;
	struct arena arena;
	bool again; /* what is read was read before, and nothing is said of it */
};

/* Whatever is found out about a history, but differences: "hindcast: NAME: WHAT" on stderr. */
void diff_say(struct comparing *c, struct str name, struct str what);
/* What reading left behind, and payloads decoded, as the options want it. */
bool diff_prepare(struct comparing *c, struct str name, const struct load_info *info,
		  struct history *h, struct err *err);
/* The hash of what is compared in H. */
void diff_digest(struct comparing *c, const struct history *h,
		 unsigned char ret[static DIGEST_BYTES]);
/* What differs between two SIDES, in the look that is asked for. */
void diff_print(struct comparing *c, const struct diff *d, const struct str *names,
		const struct history *sides);
/* What is in OUT goes to stdout; DATA is a struct comparing. */
void diff_flush(void *data, struct buf *out);
/* Places of rules that fit nothing, of N SIDES whose equal events were not looked into. */
void diff_say_idle(struct comparing *c, const struct history *sides, size_t n);

/* cmd_diff_many.c: all histories of the two LISTS, that NAMES name, in pairs; the exit code. */
int diff_many(struct comparing *c, const struct str *names, struct source_list *lists);
