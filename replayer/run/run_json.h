/* SPDX-License-Identifier: MIT */
/* run_json.h: the objects of a run file, as written there and in the JSON report. */
#pragma once

#include "formats/base/buf.h"
#include "replayer/run/causes.h"
#include "replayer/run/compared.h"
#include "replayer/run/ledger.h"

#include <jansson.h>

/* Keys in the order of docs/run-file.md; the caller owns what is returned. */
json_t *run_json_header(const struct ledger_header *header);
json_t *run_json_totals(const int64_t totals[VERDICT_KINDS]);
/* How many histories two workers pass, diverge on alike ... (compared_count()). */
json_t *run_json_compared(const int64_t counts[COMPARED_KINDS]);
/* Only causes with a fingerprint, in the order of CAUSES. */
json_t *run_json_causes(const struct causes *causes);

/* A history's line, without its end. SHOWN: as run_dump(). */
void run_json_put_entry(const struct ledger_entry *entry, bool shown, struct buf *out);

/* S as long as a string of a run file may be, cut at a character. */
struct str run_json_cut(struct str s);
/* A string of any bytes: what is not UTF-8 becomes U+FFFD. NULL for STR_NONE. */
json_t *run_json_str(struct str s);
/* Sets KEY of OBJECT unless VALUE is NULL; takes VALUE. */
void run_json_set(json_t *object, const char *key, json_t *value);

/* One line without its end; FLAGS are jansson's, beside compactness. Takes VALUE. */
void run_json_print(json_t *value, size_t flags, struct buf *out);
