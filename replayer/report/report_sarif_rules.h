/* SPDX-License-Identifier: MIT */
/* report_sarif_rules.h: what SARIF calls rules: kinds of divergence, and other verdicts. */
#pragma once

#include "formats/base/arena.h"
#include "replayer/judge/verdict.h"

#include <jansson.h>

/* The index of V's rule; V is neither passed nor skipped. */
size_t sarif_rule_of(const struct verdict *v);
/* "diverged-replaced", "timed-out". */
struct str sarif_rule_id(size_t rule, struct arena *a);
/* All of them in order, whether a run has results of them or not: an index is for ever. */
json_t *sarif_rules(struct arena *a);
