/* SPDX-License-Identifier: MIT */
/* input.h: a window over the unpacked bytes of one input, of any size and from anywhere. */
#pragma once

#include "formats/base/err.h"
#include "formats/base/limits.h"
#include "formats/base/str.h"
#include "formats/bytes/mapped.h"

#include <stdint.h>

/*
 *     the input, unpacked      .........[======== window ========]................
 *                              taken    ^ offset                 ^ not here yet
 *
 *     input_take(in, n)        moves the window's begin to the right
 *     input_more(in, err)      moves its end to the right
 *
 * A parser looks at `window`; where it needs to see more it calls input_more() and looks
 * again (from the window's begin: the bytes may have moved), and what it is done with it
 * takes. Memory is then as large as the largest thing that is looked at at a time. Bytes in
 * memory and mapped files are in the window whole from the start, and are never copied.
 *
 * Compression and the like come off below (layer.h), in any nesting: what is seen here is
 * never packed, unless INPUT_RAW asks for the bytes as they are. Text that stands for bytes
 * (hex, base64) comes off where these look like a history; input_peel() insists. A cut or
 * damaged layer is an error of the input_more() that meets it; what was unpacked before it
 * stays in the window.
 *
 * INPUT_SLACK bytes behind the window may be read; what they hold means nothing. This does
 * not hold for input_open_bytes(), where they are the caller's.
 */
#define INPUT_SLACK MAPPED_SLACK

enum input_flag {
	INPUT_MAP = 1, /* map the file if it can be: the window is the whole file at once */
	INPUT_RAW = 2, /* the bytes as they are, packed or not */
	INPUT_AHEAD = 4, /* a large packed input is unpacked by a thread (input_ahead.h) */
};

struct input_stage;

struct layer;

/* Where bytes come from: RET_N is 0 at the end only. DATA is the reader's own. */
struct input_reader {
	bool (*read)(void *data, char *to, size_t room, size_t *ret_n, struct err *err);
	void (*done)(void *data); /* may be NULL */
	void *data;
};

struct input {
	struct str window; /* to read; only the functions below change it */
	bool at_end;	   /* nothing comes behind the window */
	uint64_t offset;   /* of window.p[0] in the unpacked input */

	const struct layer *layers[LIMIT_FILTERS]; /* that come off, the outermost first */
	const char *notes[LIMIT_FILTERS]; /* of each: what it passed over, in a line; or NULL */
	unsigned n_layers;

	struct input_stage *stages; /* [0] is the source; each unpacks the one before it */
	unsigned n_stages;
	struct input_reader reader;
	struct input *under;   /* that a thread reads for this one (input_ahead.h), or NULL */
	struct err *failed;    /* the error that ended it, or NULL */
	size_t size;	       /* of a small file; 0: large, or unknown */
	struct mapped map;     /* map.bytes.p is NULL: not mapped */
	const char *counted;   /* in the window's memory: lines are counted up to here */
	uint64_t lines;	       /* line breaks before `counted` */
	uint64_t line_begin;   /* offset of the first byte of the line that `counted` is in */
};

/*
 * PATH, a member of an archive (members.h), or standard input for "-"; the first of the
 * parts that a server archived a history in (archival.h) is opened with all others. FLAGS are of enum input_flag. Errors name no path: the
 * caller knows what the user calls it. After false nothing is to be done.
 */
bool input_open_path(struct input *in, struct str path, unsigned flags, struct err *err);
/* BYTES are borrowed. */
bool input_open_bytes(struct input *in, struct str bytes, unsigned flags, struct err *err);
/* FD stays the caller's. */
bool input_open_fd(struct input *in, int fd, unsigned flags, struct err *err);
/* READER is the input's from here on, also after false: its done() is called once. */
bool input_open_reader(struct input *in, struct input_reader reader, unsigned flags,
		       struct err *err);
/*
 * As input_open_path(), but begins at or before event ID where the file says where that is
 * (zstd_seek.h): at the begin of a frame, whose first event is *RET_FIRST, with what stands
 * between two events (a comma, blanks) still before it. Where that is the first frame, or
 * the file has no such table, it begins at the begin, and *RET_FIRST is 0.
 */
bool input_open_event(struct input *in, struct str path, int64_t id, unsigned flags,
		      int64_t *ret_first, struct err *err);
/* The same of bytes in memory. */
bool input_open_event_bytes(struct input *in, struct str bytes, int64_t id, unsigned flags,
			    int64_t *ret_first, struct err *err);
void input_done(struct input *in);

/*
 * Brings at least one more byte into the window, or sets at_end and changes nothing else.
 * All pointers into the window become invalid, unless it was at_end already.
 */
bool input_more(struct input *in, struct err *err);
/* Until the window has N bytes or the input ends. */
bool input_want(struct input *in, size_t n, struct err *err);
/* The rest of the input; ERR_LIMIT where the window would have more than LIMIT bytes. */
bool input_all(struct input *in, size_t limit, struct err *err);
/*
 * The window's memory has room for N bytes from here on, so that it moves less often. What is
 * brought in at a time stays what it was.
 */
void input_widen(struct input *in, size_t n);
/*
 * From here on the file is mapped, if it is one that is read as it is and can be: the
 * window is the rest of it, and what is taken goes from memory. Pointers into the window
 * become invalid.
 */
void input_map_rest(struct input *in);
/* Whether input_more() leaves the window's bytes where they are. */
bool input_stays(const struct input *in);
/* The first N bytes of the window are done with; they stay readable until input_more(). */
void input_take(struct input *in, size_t n);

/*
 * Takes off one more layer of hex or base64, if the window, of which nothing is taken yet,
 * begins with such text, whatever it stands for. *RET: whether it did.
 */
bool input_peel(struct input *in, bool *ret, struct err *err);

/*
 * False, with ERR_IO, where the file changed under a mapping (mapped.h): what was read, and
 * any error that it gave, is worth nothing. To be asked once when all else is done.
 */
bool input_sound(const struct input *in, struct err *err);

/* Line (from 1) and column (in bytes, from 1) of window.p[AT]; counted when asked. */
void input_where(const struct input *in, size_t at, int64_t *ret_line, int64_t *ret_column);
/* Sets the byte, and for TEXT line and column, of an error at window.p[AT]; false. */
enum input_kind { INPUT_TEXT, INPUT_BINARY };
bool input_locate(const struct input *in, size_t at, enum input_kind kind, struct err *err);

/* Line breaks in S: some 20 GB a second. */
size_t input_count_lines(struct str s);
