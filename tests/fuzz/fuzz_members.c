/* SPDX-License-Identifier: MIT */
/* fuzz_members.c: any archive is walked to its end, or refused with a reason. */
#include "tests/fuzz/fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "formats/bytes/members.h"

static void walk(struct str path)
{
	struct err err = ERR_INIT;
	struct members *m = members_open(path, &err);
	struct member member;
	bool end = false, ok = m != NULL;
	size_t n = 0;

	while (ok && !end && n++ < 1000) {
		ok = members_next(m, &member, &end, &err);
		if (ok && !end && (!member.name.n || member.name.p[0] == '/'))
			fuzz_broken("a member without a name", NULL);
	}
	if (!ok && (err.code == ERR_NONE || !err.message[0]))
		fuzz_broken("refused without a reason", NULL);
	members_close(m);
}

/* Members by their names, some of them twice, through one cursor. */
static void read_some(struct str path)
{
	static const char *const NAMES[] = {"a.json", "sub/b.json", "a.json"};
	struct members_cursor cursor = {0};
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; i < sizeof(NAMES) / sizeof(*NAMES); i++) {
		struct str name = arena_printf(&a, "%s/%s", path.p, NAMES[i]);
		struct err err = ERR_INIT;
		struct input in;

		if (!members_input(&cursor, name, 0, &in, &err))
			continue;
		while (!in.at_end && in.offset < 1 << 20 && input_more(&in, &err))
			input_take(&in, in.window.n);
		input_done(&in);
	}
	members_cursor_done(&cursor);
	arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	int fd = memfd_create("archive", 0);
	struct arena a;
	struct str path;

	if (fd < 0 || write(fd, data, n) != (ssize_t)n)
		fuzz_broken("no file in memory", NULL);
	arena_init(&a);
	path = arena_printf(&a, "/proc/self/fd/%d", fd);
	walk(path);
	read_some(path);
	arena_done(&a);
	close(fd);
	return 0;
}
