/* SPDX-License-Identifier: MIT */
/* test_go_binary.c: programs with and without the names of local activities. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "replayer/remote/go_binary.h"
#include "replayer/remote/procs.h"

/* As the table of names of a Go program has them. */
#define METHOD "\0go.temporal.io/sdk/internal.(*workflowEnvironmentInterceptor)" \
	       ".ExecuteLocalActivity"
#define FUNCTION "\0go.temporal.io/sdk/internal.ExecuteLocalActivity"
/* More than is read at once. */
#define PADDING_BYTES (1024 * 1024 + 17)

/* A program that sleeps, with NAMES behind it. */
static void write_program(const char *path, const char *names, size_t n, size_t padding)
{
	int in = open("/bin/sleep", O_RDONLY | O_CLOEXEC);
	int out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
	char bytes[4096];
	ssize_t got;

	assert_true(in >= 0 && out >= 0);
	while ((got = read(in, bytes, sizeof(bytes))) > 0)
		assert_int_equal(write(out, bytes, (size_t)got), got);
	assert_int_equal(lseek(out, (off_t)padding, SEEK_END) > 0, 1);
	assert_int_equal(write(out, names, n), (ssize_t)n);
	close(in);
	close(out);
}

/* A process is there before its program is mapped; libc comes after that. */
static void wait_for_libc(pid_t pid)
{
	struct buf maps = {0};
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	while (!str_has(buf_str(&maps), "libc")) {
		buf_clear(&maps);
		usleep(1000);
		assert_true(procs_read(path, &maps));
	}
	buf_done(&maps);
}

static enum go_local_activities look(const char *names, size_t n, size_t padding)
{
	char folder[] = "/tmp/go-binary-XXXXXX", path[64];
	enum go_local_activities found;
	char seconds[] = "30", *argv[] = {path, seconds, NULL}, *env[] = {NULL};
	pid_t pid;

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/worker", folder);
	write_program(path, names, n, padding);
	assert_int_equal(posix_spawn(&pid, path, NULL, NULL, argv, env), 0);
	wait_for_libc(pid);
	found = go_binary_look(pid);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	unlink(path);
	rmdir(folder);
	return found;
}

#define LOOK(names, padding) look(names, sizeof(names), padding)

static void names_say_whether_local_activities_can_start(void **state)
{
	assert_int_equal(LOOK(METHOD, 0), GO_LOCAL_ACTIVITIES_NONE);
	assert_int_equal(LOOK(METHOD FUNCTION, 0), GO_LOCAL_ACTIVITIES_SOME);
	assert_int_equal(LOOK(METHOD FUNCTION, PADDING_BYTES), GO_LOCAL_ACTIVITIES_SOME);
	/* The two names may lie on either side of what is read at once. */
	for (size_t shift = 0; shift < 60; shift += 7)
		assert_int_equal(LOOK(METHOD FUNCTION, PADDING_BYTES - 60 + shift),
				 GO_LOCAL_ACTIVITIES_SOME);
}

static void a_longer_name_is_another(void **state)
{
	assert_int_equal(LOOK(METHOD FUNCTION "Options", 0), GO_LOCAL_ACTIVITIES_NONE);
}

static void other_programs_say_nothing(void **state)
{
	assert_int_equal(LOOK("", 0), GO_LOCAL_ACTIVITIES_UNKNOWN);
	assert_int_equal(LOOK(FUNCTION, 0), GO_LOCAL_ACTIVITIES_SOME);
	assert_int_equal(go_binary_look(1 << 30), GO_LOCAL_ACTIVITIES_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_say_whether_local_activities_can_start),
		cmocka_unit_test(a_longer_name_is_another),
		cmocka_unit_test(other_programs_say_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
