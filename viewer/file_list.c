/* SPDX-License-Identifier: MIT */
/* file_list.c: facts of files, read slice by slice. */
#include "viewer/file_list.h"

#include "formats/read/load.h"
#include "viewer/session.h"

/* A slice: some ms of reading, in files and in bytes. */
enum { SLICE_FILES = 16, SLICE_BYTES = 1 << 20 };

/* Rows of one file, in the order as given, stand behind each other. */
#define PLACES_OF_A_FILE ((size_t)1 << 24)

static const struct file_row *row_of(const void *data, size_t i)
{
	return &((const struct session *)data)->files.at[i];
}

static void about_file(const void *data, size_t i, struct roster_about *ret)
{
	const struct file_row *row = row_of(data, i);
	const struct query_history *q = &row->about;

	*ret = (struct roster_about){
		.history = *q,
		.name = row->path,
		.status = row->state == FILE_READ ? str_of(q->status)
						  : row->state == FILE_WAITS ? STR_NONE
									     : STR("unreadable"),
		.more = row->problem,
		.time = q->started && q->closed ? q->closed - q->started : -1,
		.place = row->place,
	};
	ret->history.path = row->path;
	ret->history.bytes = row->bytes;
}

void file_list_init(struct file_list *l)
{
	*l = (struct file_list){.roster = {.about = about_file, .key = ROSTER_GIVEN}};
}

void file_list_done(struct file_list *l)
{
	roster_done(&l->roster);
	vec_done(&l->fits);
	vec_done(&l->shown);
	vec_done(&l->same_name);
	map_done(&l->by_name);
	members_cursor_done(&l->members);
}

/* ---- names ---- */

/* What is common, up to a slash. */
static struct str common_folder(struct str a, struct str b)
{
	size_t n = 0;

	while (n < a.n && n < b.n && a.p[n] == b.p[n])
		n++;
	return str_folder(str_take(a, n));
}

struct str file_list_name(const struct session *s, const struct file_row *row)
{
	return str_skip(row->path, s->list.folder.n);
}

void file_list_begin(struct session *s)
{
	struct file_list *l = &s->list;

	l->roster.data = s;
	for (size_t i = 0; i < s->files.n; i++) {
		struct file_row *row = &s->files.at[i];
		struct str folder = str_folder(row->path);

		row->place = i * PLACES_OF_A_FILE;
		l->folder = i ? common_folder(l->folder, folder) : folder;
	}
	file_list_order(s);
}

/* ---- order ---- */

/* The row on the screen of a file; 0 where it is not there. */
static size_t line_of(const struct session *s, size_t file)
{
	for (size_t i = 0; i < s->list.shown.n; i++)
		if (s->list.shown.at[i] == file)
			return i;
	return 0;
}

/* The cursor stays on its file. */
void file_list_order(struct session *s)
{
	struct file_list *l = &s->list;
	struct scroll *scroll = &s->scrolls[PANE_FILES];
	size_t at = scroll->row < l->shown.n ? l->shown.at[scroll->row] : SIZE_MAX;
	bool moved = scroll->row > 0;

	if (l->ordered != l->known || l->roster.numbers.n != s->files.n)
		roster_know(&l->roster, s->files.n);
	l->shown.n = l->fits.n = 0;
	for (size_t i = 0; i < s->files.n; i++)
		vec_push(&l->fits, 0);
	roster_fitting(&l->roster, l->fits.at);
	for (size_t i = 0; i < s->files.n; i++)
		if (l->fits.at[i])
			vec_push(&l->shown, (uint32_t)i);
	roster_order(&l->roster, l->shown.at, l->shown.n);
	l->ordered = l->known;
	if (moved)
		scroll->row = line_of(s, at);
}

/* ---- places of a run's histories ---- */

/* How many parts of two paths are the same, counted from their ends. */
static size_t common_parts(struct str a, struct str b)
{
	size_t parts = 0, i = 0;

	while (i < a.n && i < b.n && a.p[a.n - 1 - i] == b.p[b.n - 1 - i])
		parts += a.p[a.n - 1 - i++] == '/';
	/* The part that the walk ended in counts where it began on both sides. */
	return parts + ((i == a.n || a.p[a.n - 1 - i] == '/') && (i == b.n || b.p[b.n - 1 - i] == '/'));
}

/* Files by their name, once for as many as there are; backwards, as the first is to be found. */
static void name_files(struct session *s)
{
	struct file_list *l = &s->list;

	if (l->same_name.n == s->files.n)
		return;
	map_done(&l->by_name);
	l->by_name = (struct map){0};
	l->same_name.n = 0;
	for (size_t i = 0; i < s->files.n; i++)
		vec_push(&l->same_name, UINT32_MAX);
	for (size_t i = s->files.n; i-- > 0;) {
		struct str path = s->files.at[i].path;
		uint64_t *first = map_put(&l->by_name, str_skip(path, str_folder(path).n), UINT32_MAX, NULL);

		l->same_name.at[i] = (uint32_t)*first;
		*first = i;
	}
}

struct str file_list_locate(struct session *s, struct str path)
{
	size_t n, best = 0;
	const uint64_t *first;
	struct str file = load_path_split(path, &n), found = file;

	name_files(s);
	first = map_get(&s->list.by_name, str_skip(file, str_folder(file).n));
	for (size_t i = first ? *first : UINT32_MAX; i < s->files.n; i = s->list.same_name.at[i]) {
		size_t parts = common_parts(s->files.at[i].path, file);

		if (parts > best) {
			best = parts;
			found = s->files.at[i].path;
		}
	}
	if (!best)
		return path;
	return n ? arena_printf(&s->step, "%.*s#%zu", STR_ARG(found), n) : found;
}

/* ---- reading ---- */

struct reading {
	struct session *s;
	size_t file; /* the first row of this input */
	size_t n;    /* histories so far */
	size_t before; /* bytes of the input before this history */
};

static struct query_history kept(const struct history *h, struct arena *a)
{
	struct query_history q = query_history_of(h, STR_NONE);
	struct str *const texts[] = {&q.workflow_id, &q.run_id, &q.type,
				     &q.queue,	     &q.sdk,	&q.sdk_version};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		*texts[i] = texts[i]->n ? arena_str(a, *texts[i]) : STR_NONE;
	return q;
}

/* The row of the N-th history of an input, made where it is not the first. */
static struct file_row *row_for(struct reading *r)
{
	struct session *s = r->s;
	struct file_row row, *first = &s->files.at[r->file];
	struct str path = first->path;

	if (r->n == 1)
		return first;
	if (r->n == 2)
		first->path = arena_printf(&s->arena, "%.*s#1", STR_ARG(path));
	else
		path = str_take(path, path.n - 2);
	row = (struct file_row){
		.path = arena_printf(&s->arena, "%.*s#%zu", STR_ARG(path), r->n),
		.place = first->place + r->n - 1,
	};
	vec_push(&s->files, row);
	return vec_last(&s->files);
}

static bool take(void *data, struct history *h, const struct load_info *info, struct err *err)
{
	struct reading *r = data;
	struct session *s = r->s;
	struct file_row *row;

	if (s->files.n >= FILE_ROWS_MOST)
		return err_set(err, ERR_LIMIT, "more histories than the viewer lists (%d)",
			       FILE_ROWS_MOST);
	r->n++;
	row = row_for(r);
	row->about = kept(h, &s->arena);
	row->state = FILE_READ;
	if (info->damage.p) {
		row->state = FILE_DAMAGED;
		row->problem = arena_str(&s->arena, info->damage);
	}
	if (r->n == 2)
		s->files.at[r->file].bytes = (int64_t)r->before;
	if (r->n > 1)
		row->bytes = (int64_t)(info->input_bytes - r->before);
	r->before = info->input_bytes;
	s->list.known++;
	return true;
}

/* The path that leads an error is beside it on the screen already. */
static struct str problem_of(const struct file_row *row, const char *message, struct arena *a)
{
	struct str text = str_of(message);

	if (str_starts(text, row->path) && str_starts(str_skip(text, row->path.n), STR(": ")))
		text = str_skip(text, row->path.n + 2);
	return arena_str(a, text);
}

void file_list_read(struct session *s, size_t file)
{
	const struct load_settings settings = {
		.schema = s->schema,
		.flags = LOAD_INDEX | LOAD_PARTIAL | LOAD_KEEP_UNKNOWN,
		.members = &s->list.members,
	};
	struct reading r = {.s = s, .file = file};
	struct err err = ERR_INIT;
	struct str path = s->files.at[file].path;

	if (load_each(&settings, path, take, &r, &err))
		return;
	/* What was read before the damage stays. */
	if (r.n) {
		struct file_row *last = r.n == 1 ? &s->files.at[file] : vec_last(&s->files);

		last->state = FILE_DAMAGED;
		last->problem = problem_of(last, err.message, &s->arena);
		return;
	}
	s->files.at[file].state = FILE_BAD;
	s->files.at[file].problem = problem_of(&s->files.at[file], err.message, &s->arena);
	s->list.known++;
}

bool file_list_idle(struct session *s)
{
	struct file_list *l = &s->list;
	int64_t bytes = 0;
	size_t given = s->files.n;

	if (!s->places.n || s->places.at[0].pane != PANE_FILES)
		return false;
	for (size_t n = 0; n < SLICE_FILES && bytes < SLICE_BYTES; n++) {
		while (l->next < s->files.n && s->files.at[l->next].state != FILE_WAITS)
			l->next++;
		if (l->next == s->files.n)
			break;
		bytes += s->files.at[l->next].bytes;
		file_list_read(s, l->next);
	}
	while (l->next < s->files.n && s->files.at[l->next].state != FILE_WAITS)
		l->next++;
	if (l->ordered == l->known && given == s->files.n)
		return false;
	/* Sorting each time anew would take longer than reading. */
	if (l->next == s->files.n || given != s->files.n || l->known > l->ordered + l->ordered / 4)
		file_list_order(s);
	return true;
}
