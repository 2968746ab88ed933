/* SPDX-License-Identifier: MIT */
/* checkout_walk.c: folders in breadth, a few names or one file a step. */
#include "viewer/model/checkout_walk.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Names that a step looks at; the first lines of a file. */
enum { STEP_NAMES = 500, HEAD_BYTES = 4096 };

/* Languages of Temporal's SDKs, and those that run beside them. */
static const char *const ENDINGS[] = {
	".go", ".py",	 ".ts",	   ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs",   ".java", ".kt",
	".kts", ".scala", ".groovy", ".clj", ".cs",  ".fs",  ".vb", ".rb",  ".php", ".swift", ".rs",
};

/* What others wrote, or a build made of what lies beside it. */
static const char *const PASSED_OVER[] = {
	"node_modules", "site-packages", "__pycache__", "vendor", "target", "build", "dist", "bower_components",
};

static bool is_source(struct str name)
{
	if (str_ends(name, STR(".d.ts")) || str_ends(name, STR(".min.js")))
		return false;
	for (size_t i = 0; i < sizeof(ENDINGS) / sizeof(*ENDINGS); i++)
		if (str_ends(name, str_of(ENDINGS[i])))
			return true;
	return false;
}

static bool is_passed_over(struct str name)
{
	for (size_t i = 0; i < sizeof(PASSED_OVER) / sizeof(*PASSED_OVER); i++)
		if (str_is(name, PASSED_OVER[i]))
			return true;
	return false;
}

void checkout_walk_begin(struct checkout_walk *w, struct str dir)
{
	*w = (struct checkout_walk){0};
	arena_init(&w->arena);
	buf_init(&w->text, 0);
	w->root = checkout_root(dir, &w->arena);
	if (w->root.p)
		vec_push(&w->folders, STR(""));
}

void checkout_walk_done(struct checkout_walk *w)
{
	if (w->open)
		closedir(w->open);
	vec_done(&w->folders);
	vec_done(&w->files);
	buf_done(&w->text);
	arena_done(&w->arena);
}

/* ---- names ---- */

static int by_name(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static void open_folder(struct checkout_walk *w)
{
	struct str folder = w->folders.at[w->next_folder++];
	const char *path = arena_printf(&w->arena, "%.*s/%.*s", STR_ARG(w->root), STR_ARG(folder)).p;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);

	w->files.n = w->next_file = 0;
	w->first_found = w->folders.n;
	w->open = fd >= 0 ? fdopendir(fd) : NULL;
	if (fd >= 0 && !w->open)
		close(fd);
}

/* Of a link: neither. */
static unsigned char type_of(DIR *folder, const struct dirent *entry)
{
	struct stat st;

	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type;
	if (fstatat(dirfd(folder), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return DT_UNKNOWN;
	return S_ISREG(st.st_mode) ? DT_REG : S_ISDIR(st.st_mode) ? DT_DIR : DT_UNKNOWN;
}

static void take_name(struct checkout_walk *w, const struct dirent *entry)
{
	struct str folder = w->folders.at[w->next_folder - 1], name = str_of(entry->d_name), path;
	unsigned char type = type_of(w->open, entry);
	bool file = type == DT_REG && is_source(name);

	if (name.p[0] == '.' || (!file && (type != DT_DIR || is_passed_over(name))))
		return;
	path = arena_printf(&w->arena, "%.*s%s%.*s", STR_ARG(folder), folder.n ? "/" : "", STR_ARG(name));
	if (file)
		vec_push(&w->files, path);
	else
		vec_push(&w->folders, path);
}

static void sort(struct str *names, size_t n)
{
	if (n)
		qsort(names, n, sizeof(*names), by_name);
}

static void end_folder(struct checkout_walk *w)
{
	closedir(w->open);
	w->open = NULL;
	sort(w->files.at, w->files.n);
	sort(w->folders.at + w->first_found, w->folders.n - w->first_found);
}

static void read_names(struct checkout_walk *w)
{
	for (size_t i = 0; i < STEP_NAMES; i++) {
		const struct dirent *entry = readdir(w->open);

		if (!entry || w->entries >= CHECKOUT_ENTRIES) {
			w->cut |= entry != NULL;
			end_folder(w);
			return;
		}
		w->entries++;
		take_name(w, entry);
	}
}

/* ---- files ---- */

/*
 * JavaScript that a compiler wrote: what it was made of lies elsewhere. Compilers to CommonJS
 * say so in the first lines, those that write a map of the source in the last.
 */
static bool is_compiled(struct str path, struct str text)
{
	struct str last = str_trim(text);

	if (!str_ends(path, STR("js")))
		return false;
	for (size_t at = last.n; at > 0; at--)
		if (last.p[at - 1] == '\n') {
			last = str_skip(last, at);
			break;
		}
	return str_starts(last, STR("//# sourceMappingURL=")) ||
	       str_has(str_take(text, HEAD_BYTES), "\"__esModule\"");
}

static bool read_file(struct checkout_walk *w, struct checkout_file *ret)
{
	struct arena_mark mark = arena_mark(&w->arena);
	struct str path = w->files.at[w->next_file++];
	bool read = checkout_read(w->root, path, &w->text, &w->arena);

	arena_rewind(&w->arena, mark);
	w->files_read++;
	w->bytes += w->text.n;
	if (!read || !w->text.n || memchr(w->text.p, '\0', w->text.n) ||
	    is_compiled(path, buf_str(&w->text)))
		return false;
	*ret = (struct checkout_file){path, buf_str(&w->text)};
	return true;
}

enum checkout_step checkout_walk_step(struct checkout_walk *w, struct checkout_file *ret)
{
	bool full = w->files_read >= CHECKOUT_FILES || w->bytes >= CHECKOUT_BYTES;

	if (w->open) {
		read_names(w);
	} else if (w->next_file < w->files.n && !full) {
		return read_file(w, ret) ? CHECKOUT_FILE : CHECKOUT_WORKS;
	} else if (w->next_file < w->files.n) {
		w->cut = true;
		buf_done(&w->text);
		return CHECKOUT_DONE;
	} else if (w->next_folder < w->folders.n && w->entries < CHECKOUT_ENTRIES) {
		open_folder(w);
	} else {
		w->cut |= w->next_folder < w->folders.n;
		buf_done(&w->text);
		return CHECKOUT_DONE;
	}
	return CHECKOUT_WORKS;
}
