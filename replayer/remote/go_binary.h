/* SPDX-License-Identifier: MIT */
/* go_binary.h: what the program of a Go worker says of its code. */
#pragma once

#include <sys/types.h>

/*
 * Go's linker leaves out functions that nothing calls, and keeps the names of the others for
 * panics, stripped or not. So a program that was built with the SDK and has no function
 * internal.ExecuteLocalActivity has no workflow code that could start a local activity, and
 * needs no look for one before each task. (An interceptor that makes local activities of
 * other calls, past the SDK's own function, does not show.)
 */
enum go_local_activities {
	GO_LOCAL_ACTIVITIES_UNKNOWN, /* no program of the SDK's, or its names are mangled */
	GO_LOCAL_ACTIVITIES_NONE,
	GO_LOCAL_ACTIVITIES_SOME,
};

/* Reads all that PID has mapped as code; some 10 ms for a program of 30 MB. */
enum go_local_activities go_binary_look(pid_t pid);
