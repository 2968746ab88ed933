/* SPDX-License-Identifier: MIT */
/* replay_inputs.h: the histories that `hindcast replay` was given. */
#pragma once

#include "replayer/dispatch/corpus.h"

/*
 * All that OPERANDS name, gathered by SETTINGS. OTHERS (each with n = 0: none), the baseline and
 * run files, may lie among the histories, and are not taken for any. ERR_MISSING where
 * nothing is to be replayed.
 */
bool replay_inputs(struct corpus *corpus, const struct corpus_settings *settings,
		   const struct str *operands, size_t n, const struct str *others,
		   size_t n_others, struct err *err);
