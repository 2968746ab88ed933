/* SPDX-License-Identifier: MIT */
/* worker_log.h: the file that a worker's output goes to has a ceiling. */
#pragma once

#include <stdbool.h>

/*
 * To be called now and then while the worker writes PATH, which it has open for appending.
 * Beyond LIMIT_WORKER_LOG_BYTES only the end stays, below a line that says what is gone; what
 * the worker writes during the call may be lost. True: it was cut.
 */
bool worker_log_trim(const char *path);
