/* SPDX-License-Identifier: MIT */
/* replay_main.c: runs a fuzzer over files instead of inventing inputs. */
#include "formats/base/buf.h"
#include "tests/fuzz/fuzz.h"

#include <dirent.h>

static bool run_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	struct buf data = {0};
	char part[4096];
	size_t n;

	if (!file)
		return false;
	while ((n = fread(part, 1, sizeof(part), file)) > 0)
		buf_add_bytes(&data, part, n);
	fclose(file);
	LLVMFuzzerTestOneInput((const uint8_t *)data.p, data.n);
	/* Cut in the middle too: every reader meets truncated files. */
	LLVMFuzzerTestOneInput((const uint8_t *)data.p, data.n / 2);
	buf_done(&data);
	return true;
}

int main(int argc, char **argv)
{
	DIR *folder = argc > 1 ? opendir(argv[1]) : NULL;
	struct dirent *entry;
	char path[4096];
	size_t n = 0;

	if (!folder) {
		fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
		return 2;
	}
	while ((entry = readdir(folder))) {
		snprintf(path, sizeof(path), "%s/%s", argv[1], entry->d_name);
		if (entry->d_name[0] == '.')
			continue;
		if (!run_file(path)) {
			fprintf(stderr, "%s can't be read\n", path);
			return 1;
		}
		n++;
	}
	closedir(folder);
	printf("%zu inputs\n", n);
	return n ? 0 : 1;
}
