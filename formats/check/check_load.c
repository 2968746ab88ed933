/* SPDX-License-Identifier: MIT */
/* check_load.c: what loading told about the file around the history. */
#include "formats/check/check.h"

/* Notes of load.h that have a code of their own here; all others are REPAIRED. */
static const struct {
	const char *note;
	enum check_code code;
} NOTES[] = {
	{"newest-first", CHECK_NEWEST_FIRST},
	{"sorted", CHECK_SORTED},
	{"duplicates-dropped", CHECK_DROPPED},
	{"pages-joined", CHECK_JOINED},
	{"cadence", CHECK_CADENCE},
	{"runs-mixed", CHECK_MIXED_RUNS},
};

static void check_notes(struct check *c)
{
	bool reversed = c->info->newest_first;

	for (size_t i = 0; i < c->info->n_notes; i++) {
		const struct load_note *note = &c->info->notes[i];
		enum check_code code = CHECK_REPAIRED;

		for (size_t k = 0; k < sizeof(NOTES) / sizeof(*NOTES); k++)
			if (str_is(str_of(note->code), NOTES[k].note))
				code = NOTES[k].code;
		reversed &= code != CHECK_NEWEST_FIRST;
		check_say(c, code, c->h->n_events, "%.*s", STR_ARG(note->text));
	}
	if (reversed)
		check_say(c, CHECK_NEWEST_FIRST, c->h->n_events, "%s",
			  CHECK_ROWS[CHECK_NEWEST_FIRST].meaning);
}

static void say_loss(struct check *c, const struct transcode_loss *loss,
		     enum transcode_severity severity, enum check_code code)
{
	struct buf text;

	buf_init(&text, 0);
	if (transcode_loss_text(loss, severity, &text))
		check_say(c, code, c->h->n_events, "%.*s", STR_ARG(buf_str(&text)));
	buf_done(&text);
}

static void check_loss(struct check *c)
{
	static const struct {
		enum transcode_severity severity;
		enum check_code code;
	} ROWS[] = {
		{TRANSCODE_LOST, CHECK_UNKNOWN_MEMBER},
		{TRANSCODE_KEPT, CHECK_UNKNOWN_MEMBER},
		{TRANSCODE_GUESSED, CHECK_SHORTHAND},
		{TRANSCODE_NOTED, CHECK_ODDITY},
	};

	/* Cadence's blobs can't be had in any other way: no problem, and nothing to be done. */
	struct transcode_loss loss = c->info->loss, blobs = {0};
	enum transcode_kind kind = TRANSCODE_GUESS_CADENCE;

	blobs.n[kind] = loss.n[kind];
	blobs.first[kind][0] = loss.first[kind][0];
	loss.n[kind] = 0;
	say_loss(c, &blobs, TRANSCODE_GUESSED, CHECK_CADENCE);
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++)
		say_loss(c, &loss, ROWS[i].severity, ROWS[i].code);
}

void check_load(struct check *c)
{
	struct err damage = {.code = ERR_SYNTAX};

	if (c->info->damage.p) {
		err_set(&damage, ERR_SYNTAX, "%.*s", STR_ARG(c->info->damage));
		c->report(c->data, &(struct check_finding){check_code_of_error(&damage), 0,
							   c->info->damage_line, c->info->damage});
	}
	check_notes(c);
	check_loss(c);
}
