/* SPDX-License-Identifier: MIT */
/* peak.c: runs a program and prints what it took: milliseconds, and its peak memory. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/*
 *     peak COMMAND [ARGUMENT...]
 *
 * The last line on standard error is "ms M peak_kb K". The peak that the kernel tells of a
 * child is never below its parent's at the fork, which is why this is a program of its own
 * that has next to nothing. Exit code: the command's.
 */
int main(int argc, char **argv)
{
	struct timespec begin, end;
	struct rusage usage;
	int status;
	pid_t pid;

	if (argc < 2)
		return 2;
	clock_gettime(CLOCK_MONOTONIC, &begin);
	pid = fork();
	if (pid == 0) {
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid)
		return 126;
	clock_gettime(CLOCK_MONOTONIC, &end);
	fprintf(stderr, "ms %.2f peak_kb %ld\n",
		(double)(end.tv_sec - begin.tv_sec) * 1e3 +
			(double)(end.tv_nsec - begin.tv_nsec) / 1e6,
		usage.ru_maxrss);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 125;
}
