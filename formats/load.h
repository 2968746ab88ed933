/* SPDX-License-Identifier: MIT */
/* load.h: from what the user names to loaded histories. */
#pragma once

#include "formats/base/vec.h"
#include "formats/history.h"
#include "formats/transcode.h"

/* Files named by the arguments of a command, in the order to work on them. */
struct source_file {
	struct str path;   /* as given, or folder/entry for what a folder or glob holds */
	int64_t bytes;	   /* size on disk; -1: standard input */
};

struct source_list {
	VEC_OF(struct source_file) files;
};

/*
 * Expands files, folders (recursed, sorted bytewise; only names that may hold a history:
 * .json .jsonl .bin .pb .protobin .txt and their .gz .zst), globs and `-`. Strings live in
 * A. An argument that names nothing is an error; an empty folder is not (it adds nothing).
 */
bool source_expand(const struct str *arguments, size_t n, struct arena *a,
		   struct source_list *list, struct err *err);
void source_list_done(struct source_list *list);

/* A whole file, or standard input for "-", as it is. The error carries the path. */
bool source_read(struct str path, struct buf *out, struct err *err);

/* What was recognised, for --explain and reports. Strings live in the history's arena. */
struct load_info {
	const char *format;	 /* row of the formats table: "json", "proto", ... */
	const char *compression; /* "gzip", "zstd", or NULL */
	struct transcode_loss loss;
	size_t input_bytes; /* after decompression */
	bool newest_first;  /* the file's order; the history is in order */
};

/*
 * Reads, decompresses, sniffs and loads one file. Errors carry the path. INFO may be NULL.
 * ERR_IO: could not be read; ERR_FORMAT: not a history; ERR_SYNTAX: a history, but a
 * damaged or incomplete one.
 */
bool load_history(const struct schema *schema, struct str path, struct history *ret,
		  struct load_info *info, struct err *err);
/* The same from bytes in memory; NAME is for messages. */
bool load_history_bytes(const struct schema *schema, struct str bytes, struct history *ret,
			struct load_info *info, struct err *err);
