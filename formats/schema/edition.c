/* SPDX-License-Identifier: MIT */
/* edition.c: looking things up in the table of versions. */
#include "formats/schema/edition.h"

#define IN "temporal.api."

static const struct since {
	uint32_t version;
	const char *in;
	int32_t number;
} SINCE_ROWS[] = {
#define SINCE(major, minor, patch, in, number) {EDITION(major, minor, patch), in, number},
#include "formats/schema/editions.def"
};

static const struct renamed {
	uint32_t version;
	const char *in;
	int32_t number;
	const char *old;
} RENAMED_ROWS[] = {
#define RENAMED(major, minor, patch, in, number, old) \
	{EDITION(major, minor, patch), in, number, old},
#include "formats/schema/editions.def"
};

static const struct spelling {
	const char *name;
	enum edition_short from;
} SPELLINGS[] = {
	{"enums.v1.EventType", EDITION_SHORT_TWO},
	{"enums.v1.TaskQueueKind", EDITION_SHORT_TWO},
	{"enums.v1.ParentClosePolicy", EDITION_SHORT_SIX},
	{"enums.v1.WorkflowIdReusePolicy", EDITION_SHORT_SIX},
	{"enums.v1.ContinueAsNewInitiator", EDITION_SHORT_SIX},
	{"enums.v1.RetryState", EDITION_SHORT_SIX},
};

#define N_ROWS(rows) (sizeof(rows) / sizeof(*(rows)))

static bool read_part(struct str *text, long long most, long long *ret)
{
	struct str part = str_split(text, '.');

	return str_to_int(part, ret) && *ret >= 0 && *ret <= most;
}

uint32_t edition_newest(void)
{
	uint32_t newest = 0;

	for (size_t i = 0; i < N_ROWS(SINCE_ROWS); i++)
		newest = SINCE_ROWS[i].version > newest ? SINCE_ROWS[i].version : newest;
	for (size_t i = 0; i < N_ROWS(RENAMED_ROWS); i++)
		newest = RENAMED_ROWS[i].version > newest ? RENAMED_ROWS[i].version : newest;
	return newest;
}

bool edition_parse(struct str text, uint32_t *ret)
{
	long long major, minor, patch = EDITION_ANY_PATCH;

	text = str_starts(text, STR("v")) ? str_skip(text, 1) : text;
	if (!read_part(&text, EDITION_ANY_PATCH, &major) || major < 1 ||
	    !read_part(&text, EDITION_ANY_PATCH, &minor) ||
	    (text.n && !read_part(&text, EDITION_ANY_PATCH, &patch)) || text.n)
		return false;
	*ret = EDITION(major, minor, patch);
	return true;
}

/* IN without what all names begin with; none of the others is in the tables. */
static struct str below_api(struct str in)
{
	return str_starts(in, STR(IN)) ? str_skip(in, strlen(IN)) : STR_NONE;
}

bool edition_has(struct str in, int32_t number, uint32_t version)
{
	struct str name = below_api(in);

	for (size_t i = 0; version && i < N_ROWS(SINCE_ROWS); i++)
		if (SINCE_ROWS[i].number == number && str_is(name, SINCE_ROWS[i].in))
			return version >= SINCE_ROWS[i].version;
	return true;
}

const char *edition_old_name(struct str in, int32_t number, uint32_t version)
{
	struct str name = below_api(in);

	/* Oldest first: the first rename that VERSION is before tells its name then. */
	for (size_t i = 0; version && i < N_ROWS(RENAMED_ROWS); i++)
		if (version < RENAMED_ROWS[i].version && RENAMED_ROWS[i].number == number &&
		    str_is(name, RENAMED_ROWS[i].in))
			return RENAMED_ROWS[i].old;
	return NULL;
}

bool edition_is_short(struct str name, struct str in, enum edition_short spelling)
{
	/* Those loaders look at an event's attributes and not into the failures in them. */
	if (spelling != EDITION_SHORT_ALL && str_starts(below_api(in), STR("failure.v1.")))
		return false;
	for (size_t i = 0; i < N_ROWS(SPELLINGS); i++)
		if (str_is(below_api(name), SPELLINGS[i].name))
			return spelling >= SPELLINGS[i].from;
	return spelling == EDITION_SHORT_ALL;
}
