/* SPDX-License-Identifier: MIT */
/* diff_rules.h: what two runs of one workflow may differ in without being different. */
#pragma once

#include "formats/base/vec.h"
#include "formats/history/history.h"
#include "formats/wire/path_match.h"

#include <stdint.h>

/*
 * Two runs of the same code never have the same times, run ids or worker names. A table of
 * named rules says what is not looked at; each may be turned on or off, and patterns of
 * paths (path_match.h) can be added. Which rule a field falls under is found once for each
 * field of the schema and kept.
 */
enum diff_rule {
	DIFF_EVENT_IDS,
	DIFF_TIMES,
	DIFF_IDENTITIES,
	DIFF_RUN_IDS,
	DIFF_WORKFLOW_ID,
	DIFF_GENERATED_IDS,
	DIFF_SERVER,
	DIFF_SDK,
	DIFF_BUILDS,
	DIFF_FORM,
	DIFF_EMPTY,
	DIFF_PAYLOADS,
	DIFF_HEADERS,
	DIFF_STACKS,
	DIFF_FAILURE_TEXT,
	DIFF_TASKS,
	DIFF_ORDER,
	DIFF_RULES,
};

struct diff_rule_row {
	const char *name;
	bool by_default;
	const char *help;
};

extern const struct diff_rule_row DIFF_RULE_ROWS[DIFF_RULES];

/* A place that people named. */
struct diff_place {
	struct path_pattern pattern;
	struct str text;
	bool fitted; /* something was there, so far */
};

struct diff_rules {
	const struct schema *schema; /* NULL: places are any */
	bool exact; /* members of JSON that the schema lacks count in every event */
	bool ignored[DIFF_RULES];
	VEC_OF(struct diff_place) ignore; /* these too */
	VEC_OF(struct diff_place) only;   /* n = 0: everything */
	uint8_t of_field[SCHEMA_IDS];	    /* 0: not looked up; 1: none; else rule + 2 */
	uint8_t is_id[SCHEMA_IDS];	    /* 0: not looked up; 1: no; 2: yes */
};

/* The default rules, places must be some of SCHEMA's; or with EXACT none, and any places. */
void diff_rules_init(struct diff_rules *r, const struct schema *schema, bool exact);
void diff_rules_done(struct diff_rules *r);
/*
 * NAME is a rule's name, or else a path. ERR_USAGE: neither, or a path that no event can
 * have, with a proposal where a name is close. The strings are borrowed.
 */
bool diff_rules_ignore(struct diff_rules *r, struct str name, struct err *err);
/* The rule of that name no longer holds. */
bool diff_rules_compare(struct diff_rules *r, struct str name, struct err *err);
/* Only what fits one of these paths is compared. */
bool diff_rules_only(struct diff_rules *r, struct str path, struct err *err);

/* Whether a rule turns field F of M off, wherever it stands. */
bool diff_rules_skip(struct diff_rules *r, const struct schema_message *m,
		     const struct schema_field *f);
/* Whether F holds an id that is compared as diff_rules_id() has it. */
bool diff_rules_is_id(struct diff_rules *r, const struct schema_message *m,
		      const struct schema_field *f);
/* Whether the patterns leave this place in. */
bool diff_rules_keep(struct diff_rules *r, struct str path, struct str json);
static inline bool diff_rules_any_path(const struct diff_rules *r)
{
	return r->ignore.n || r->only.n;
}
/* The next place from *AT on that fitted nothing; *RET_OPTION: "--only". False: no more. */
bool diff_rules_idle(const struct diff_rules *r, size_t *at, const char **ret_option,
		     struct str *ret);

/*
 * An id as it is compared: "(generated)" for "5" or what has a UUID in it, where nobody cares
 * for those; with "(workflow id)" for the run's own one in it. Else ID itself; in A if new.
 */
struct str diff_rules_id(const struct diff_rules *r, const struct history *h, struct str id,
			 struct arena *a);
/* A plain number, or something with a UUID or RUN_ID in it: nobody chose that. */
bool diff_looks_generated(struct str id, struct str run_id);
