/* SPDX-License-Identifier: MIT */
/* replay_inputs.h: the histories that `hindcast replay` was given. */
#pragma once

#include "replayer/dispatch/corpus.h"

/*
 * All that OPERANDS name, gathered by SETTINGS. The BASELINE (n = 0: none), which may lie
 * among the histories, is not taken for one. ERR_MISSING where nothing is to be replayed.
 */
bool replay_inputs(struct corpus *corpus, const struct corpus_settings *settings,
		   const struct str *operands, size_t n, struct str baseline, struct err *err);
