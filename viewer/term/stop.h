/* SPDX-License-Identifier: MIT */
/* stop.h: the program stopped, as Ctrl-Z stops others. */
#pragma once

/*
 * Stops the process group, by a signal that parents and shells see, and comes back when it
 * goes on. Where no shell could let it go on (an orphaned group) it comes back at once.
 */
void stop_here(void);
