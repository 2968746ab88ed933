/* SPDX-License-Identifier: MIT */
/* limits.h: every ceiling, with what it protects. */
#pragma once

#include <stddef.h>

/* One loaded history: ten times the bytes that a Temporal server lets a run grow to, and
 * twenty times the events: histories joined of continued runs are looked at as one. */
#define LIMIT_HISTORY_EVENTS ((size_t)1024000)
#define LIMIT_HISTORY_BYTES ((size_t)500 * 1024 * 1024)

/* One input file after decompression: JSON is at most about four times its wire form. */
#define LIMIT_INPUT_BYTES ((size_t)2 * 1024 * 1024 * 1024)

/* One JSON value from a pipe, which is held whole: SDKs take messages of up to 128 MB. */
#define LIMIT_JSON_VALUE_BYTES ((size_t)256 * 1024 * 1024)

/* Lists in objects in lists around the events, and inputs inside of inputs. */
#define LIMIT_CONTAINERS 16
#define LIMIT_INSIDE 4

/* Blanks before anything else, as a hole or a stuck writer leaves them: read in one window's
 * memory, but a stream of nothing else has to end. */
#define LIMIT_BLANKS_BYTES ((size_t)1024 * 1024 * 1024)

/* A file that grows more than this on decompression, and past the floor, is a bomb. */
#define LIMIT_INFLATE_RATIO ((size_t)2000)
#define LIMIT_INFLATE_FLOOR ((size_t)64 * 1024 * 1024)

/* Nested JSON values or wire messages: real histories reach 11; the stack must survive. */
#define LIMIT_DEPTH 200

/* Layers around layers: base64 of gzip in UTF-16 in zstd happens, more is a trick. */
#define LIMIT_FILTERS 6

/* What a server archives about a run: the memo and search attributes are its larger part. */
#define LIMIT_RECORD_BYTES ((size_t)4 * 1024 * 1024)

/* Members of an archive: as many histories as a run file has rows for, and some. */
#define LIMIT_ARCHIVE_MEMBERS ((size_t)1000000)

/* Frames of a packed file that opens at any event: a megabyte each makes this a terabyte. */
#define LIMIT_SEEK_FRAMES ((size_t)1000000)

/* One message over gRPC: the SDKs take no larger ones. */
#define LIMIT_GRPC_MESSAGE_BYTES ((size_t)128 * 1024 * 1024)

/* Fields of a History beside its events, kept on the way through: it has none today. */
#define LIMIT_HISTORY_FIELDS_BYTES ((size_t)1024 * 1024)

/* A line of a hex dump: xxd -c 256 has some 1,200 characters. */
#define LIMIT_DUMP_LINE_BYTES ((size_t)2048)

/* Any buffer without a ceiling of its own: nothing legitimate comes near. */
#define LIMIT_BUF_BYTES ((size_t)2 * 1024 * 1024 * 1024)

/* Folders in folders: protects from link loops. */
#define LIMIT_FOLDER_DEPTH 64

/* What a text taken from a history or worker may take of a line that people read. */
#define LIMIT_SHOWN_NAME_BYTES ((size_t)200)

/* And a path, which must still be found by it. */
#define LIMIT_SHOWN_PATH_BYTES ((size_t)1024)

/* Workers that poll one port, by what they call themselves, and the queues they poll: real ones
 * are a handful; each has names that are kept while it is there. */
#define LIMIT_POLLERS ((size_t)2000)
#define LIMIT_POLL_NAME_BYTES ((size_t)16 * 1024)

/* Names of calls that a worker makes and hindcast has not, kept for -v. */
#define LIMIT_UNIMPLEMENTED ((size_t)100)

/* A string in a run file: an SDK's message is at most tens of kilobytes; a longer one is cut. */
#define LIMIT_RUN_STRING_BYTES ((size_t)256 * 1024)

/* One line of a run file: some twenty such strings, each byte perhaps escaped. */
#define LIMIT_RUN_LINE_BYTES ((size_t)32 * 1024 * 1024)

/* A whole run file: a million histories at two kilobytes each. */
#define LIMIT_RUN_FILE_BYTES ((size_t)2 * 1024 * 1024 * 1024)
#define LIMIT_RUN_ROWS ((size_t)4000000)

/* A list in a row of a run file: a stack for each workflow task of the largest history. */
#define LIMIT_RUN_LIST ((size_t)512000)

/* A stack text, and what is kept of it: real ones have some ten coroutines of twenty frames. */
#define LIMIT_STACK_BYTES ((size_t)4 * 1024 * 1024)
#define LIMIT_STACK_COROUTINES ((size_t)1000)
#define LIMIT_STACK_FRAMES ((size_t)200)
/* The same as JSON with whole source files in it, and one line of those. */
#define LIMIT_STACK_JSON_BYTES ((size_t)32 * 1024 * 1024)
#define LIMIT_STACK_SOURCE_BYTES ((size_t)1000)

/* Differences listed of one command, and what each may show of a value. */
#define LIMIT_DIFFERENCES ((size_t)200)
#define LIMIT_DIFFERENCE_BYTES ((size_t)2000)

/* Commands of a task laid beside events by the best fit (it takes their product); more go in order. */
#define LIMIT_ALIGNED ((size_t)1000)
/* A query of --where: the depth and cost of reading it grow with its length. */
#define LIMIT_QUERY_BYTES ((size_t)16 * 1024)

/* A regular expression: the C library compiles some into memory that grows with its square. */
#define LIMIT_PATTERN_BYTES ((size_t)1000)

/* Matches kept back to show the last of them. */
#define LIMIT_TAIL ((size_t)1000000)

/* What show keeps back until it is sure of it: beyond that it looks at all events once more. */
#define LIMIT_SHOW_HELD_BYTES ((size_t)16 * 1024 * 1024)

/* Columns of a table of events: nobody reads more, and each is looked up for every event. */
#define LIMIT_COLUMNS ((size_t)200)

/* A baseline: a hundred thousand known divergences, which nobody reviews any more. */
#define LIMIT_BASELINE_BYTES ((size_t)64 * 1024 * 1024)

/* A worker's log, which a worker that prints in a loop would fill the disk with; its end. */
#define LIMIT_WORKER_LOG_BYTES ((size_t)32 * 1024 * 1024)
#define LIMIT_WORKER_LOG_KEPT_BYTES ((size_t)1024 * 1024)

/* An API key: it goes into a header beside others, and Temporal's are some 500 bytes. */
#define LIMIT_API_KEY_BYTES ((size_t)8 * 1024)

/* A certificate with its chain, or a key: real ones have some kilobytes. */
#define LIMIT_PEM_BYTES ((size_t)1024 * 1024)

/* A payload with its layers taken off: stores of payloads take 50 MB at most; a bomb would take
 * what the machine has. */
#define LIMIT_PAYLOAD_BYTES ((size_t)64 * 1024 * 1024)

/* What a remote codec answers to 4 MB of payloads: compression gains a tenfold, seldom more. */
#define LIMIT_CODEC_REPLY_BYTES ((size_t)256 * 1024 * 1024)

/* A file of encryption keys: a key for each day of some years. */
#define LIMIT_KEYS ((size_t)4096)
#define LIMIT_KEY_FILE_BYTES ((size_t)1024 * 1024)
/* Values of one event that diff compares one by one: a payload of 2 MB has some 100,000. */
#define LIMIT_DIFF_LEAVES ((size_t)500000)

/* What diff keeps of one value; changes of one event; bytes of all changes together. */
#define LIMIT_DIFF_VALUE_BYTES ((size_t)4096)
#define LIMIT_DIFF_EVENT_CHANGES ((size_t)1000)
#define LIMIT_DIFF_BYTES ((size_t)256 * 1024 * 1024)

/* Insertions and deletions sought in one stretch without a landmark: memory is four times
 * its square, time its product with the stretch. */
#define LIMIT_DIFF_EDITS 1500

/* A set of protobuf descriptors: all of Google's public ones together take some 10 MB. Tables of
 * its fields take more than their bytes. */
#define LIMIT_DESCRIPTOR_BYTES ((size_t)64 * 1024 * 1024)
#define LIMIT_DESCRIPTOR_FIELDS ((size_t)1000000)

/* Fields of one protobuf message printed by its descriptor: each is kept while it is sorted. */
#define LIMIT_MESSAGE_FIELDS ((size_t)1000000)

/* What is shown of a payload that has no better form than a dump. */
#define LIMIT_DUMP_BYTES ((size_t)16 * 1024)
/* Steps of a regular expression's program: each byte of a text may be held against all. */
#define LIMIT_REGEX_STEPS ((size_t)4000)

/* Different values of one history that redact looks for in what stays: 64 bytes each. */
#define LIMIT_REDACT_SECRETS ((size_t)4000000)

/* A file of rules, of forbidden words, or a salt. */
#define LIMIT_RULE_FILE_BYTES ((size_t)16 * 1024 * 1024)
