/* SPDX-License-Identifier: MIT */
/* report_advice.h: what to try, by kind of divergence and in the words of the SDK. */
#pragma once

#include "replayer/report/report_sides.h"

/* What to change, then the commands that show the history and replay it alone. */
void report_add_advice(const struct run_row *row, struct arena *a, struct report_lines *ret);
