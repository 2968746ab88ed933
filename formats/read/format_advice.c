/* SPDX-License-Identifier: MIT */
/* format_advice.c: what is no history, told by how it begins, and what to do about it. */
#include "formats/read/format.h"

#include <string.h>

#define USE_SHOW "use `temporal workflow show -o json`"

static const struct known {
	const char *begins;
	size_t n;
	const char *advice;
} KNOWN[] = {
#define KNOWN_ROW(begins, advice) {begins, sizeof(begins) - 1, advice}
	KNOWN_ROW("PK\x03\x04", "a zip archive: unpack it first"),
	KNOWN_ROW("PK\x05\x06", "an empty zip archive"),
	KNOWN_ROW("Y\x00", "a thrift blob of Cadence, which is not read: use `cadence workflow show "
			   "--output_filename`"),
	KNOWN_ROW("Y\x0a", "a thrift blob of Cadence, which is not read: use `cadence workflow show "
			   "--output_filename`"),
	KNOWN_ROW("Y\x0c", "a thrift blob of Cadence, which is not read: use `cadence workflow show "
			   "--output_filename`"),
	KNOWN_ROW("events {", "protobuf's text format, which is not read: write JSON or bytes "
			      "instead"),
	KNOWN_ROW("events:", "protobuf's text format or YAML, which is not read: write JSON instead"),
	KNOWN_ROW("history {", "protobuf's text format, which is not read: write JSON or bytes "
			       "instead"),
	KNOWN_ROW("<!DOCTYPE", "a page of HTML, perhaps a login: " USE_SHOW),
	KNOWN_ROW("<html", "a page of HTML, perhaps a login: " USE_SHOW),
	KNOWN_ROW("<?xml", "XML: " USE_SHOW),
	KNOWN_ROW("Error:", "an error message: " USE_SHOW),
	KNOWN_ROW("error:", "an error message: " USE_SHOW),
	KNOWN_ROW("version https://git-lfs", "a pointer of Git LFS: fetch the file (git lfs pull)"),
#undef KNOWN_ROW
};

static const char TABLE[] = "a text table of the Temporal CLI, which lacks what a replay "
			    "needs: " USE_SHOW;

/* The first word that is no terminal escape. */
static struct str skip_escapes(struct str s)
{
	while (s.n > 2 && s.p[0] == '\x1b' && s.p[1] == '[') {
		size_t i = 2;

		while (i < s.n && !(s.p[i] >= '@' && s.p[i] <= '~'))
			i++;
		s = str_trim(str_skip(s, i + 1));
	}
	return s;
}

const char *format_advice(struct str head)
{
	static const char *const TABLES[] = {"Progress:", "Execution summary:",
					     "Running execution:", "Results:", "ID ",
					     "Execution Info:"};
	struct str text = skip_escapes(str_trim(head));

	for (size_t i = 0; i < sizeof(TABLES) / sizeof(*TABLES); i++)
		if (str_starts(text, str_of(TABLES[i])))
			return TABLE;
	for (size_t i = 0; i < sizeof(KNOWN) / sizeof(*KNOWN); i++)
		if (str_starts(head, str_slice(KNOWN[i].begins, KNOWN[i].n)) ||
		    str_starts(text, str_slice(KNOWN[i].begins, KNOWN[i].n)))
			return KNOWN[i].advice;
	return NULL;
}
