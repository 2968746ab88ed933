/* SPDX-License-Identifier: MIT */
/* file_list.h: the histories that were named, and what is known of them without a run. */
#pragma once

#include "formats/base/map.h"
#include "formats/base/vec.h"
#include "formats/bytes/members.h"
#include "viewer/model/roster.h"

struct document;
struct session;

/*
 * Files are listed at once; what is in them is read while nothing is typed, in the order in
 * which they were given. A file of several histories becomes a row for each.
 */
enum file_state {
	FILE_WAITS,   /* to be read */
	FILE_READ,    /* its facts are known */
	FILE_DAMAGED, /* as far as it could be read; problem says why not further */
	FILE_BAD,     /* it can't be opened; problem says why */
};

/* A file that was named, before it is opened or after. */
struct file_row {
	struct str path; /* FILE, ARCHIVE/MEMBER or FILE#N */
	int64_t bytes;	 /* on disk, of FILE#N in it; -1: not known */
	enum file_state state;
	struct query_history about; /* once it was read */
	struct str problem;
	size_t place; /* in the order as they were given */
};

/* More rows than that are not made of what one file holds. */
#define FILE_ROWS_MOST 200000

struct file_list {
	struct roster roster;
	VEC_OF(uint8_t) fits;	/* of each of session.files: the filter leaves it */
	VEC_OF(uint32_t) shown; /* indices of session.files, in the order of the screen */
	struct members_cursor members; /* archives are read in one pass */
	struct str folder;		/* that all paths begin with; n 0: none */
	size_t next;			/* the first that was not read */
	struct map by_name;		/* of the path's last part: the first such file */
	VEC_OF(uint32_t) same_name;	/* of each file: the next one; UINT32_MAX: none */
	size_t known, ordered;		/* rows that were; as many as when it was last put in order */
};

void file_list_init(struct file_list *l);
void file_list_done(struct file_list *l);
/* After files were added. */
void file_list_begin(struct session *s);
/* After the roster changed: rows chosen and put in order. */
void file_list_order(struct session *s);
/* Reads one file: its row, or rows. */
void file_list_read(struct session *s, size_t file);
/* A slice of reading, as session_idle(). */
bool file_list_idle(struct session *s);
/* What is shown of a path: the rest behind the folder. */
struct str file_list_name(const struct session *s, const struct file_row *row);
/*
 * Where a history that a run calls PATH lies among the files that were named: the one whose
 * path ends as that does, the longer the better. PATH itself where there is none. What it is
 * made of lives in session.step.
 */
struct str file_list_locate(struct session *s, struct str path);
