/* SPDX-License-Identifier: MIT */
/* load_report.h: a load_info while it is being filled. */
#pragma once

#include "formats/base/buf.h"
#include "formats/base/vec.h"
#include "formats/read/load.h"

/* One for each load. Axes and losses of the input stay; notes belong to one history. */
struct load_report {
	struct load_info info;
	struct arena arena; /* texts of axes: as long as the load */
	struct arena texts; /* of notes: of the history under way */
	VEC_OF(struct load_note) notes;
	struct buf fields; /* of the History under way, beside its events */
};

void load_report_init(struct load_report *r);
void load_report_done(struct load_report *r);

/* The first word on an axis stands; all texts must outlive the load, or be of r->arena. */
void load_report_axis(struct load_report *r, enum load_axis axis, const char *what,
		      const char *evidence, const char *certainty);
void load_report_note(struct load_report *r, const char *code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
bool load_report_has(const struct load_report *r, const char *code);

/* The info with its notes; strings live in R. */
const struct load_info *load_report_info(struct load_report *r);
/* The same with strings in A. */
struct load_info load_report_copy(struct load_report *r, struct arena *a);
/* A history is through: its notes, losses and damage are dropped. */
void load_report_next(struct load_report *r);
