/* SPDX-License-Identifier: MIT */
/* members.c: tar and zip by libarchive, fed with what our own input unpacks. */
#include "formats/bytes/members.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <inttypes.h>
#include <sys/stat.h>

#include "formats/base/arena.h"
#include "formats/base/mem.h"
#include "formats/bytes/archival.h"
#include "formats/bytes/filter.h"

#define TAR_BLOCK 512
#define TAR_SUM_AT 148 /* eight bytes, which count as blanks in the sum */
#define TAR_SUM_BYTES 8

struct members {
	struct archive *reader; /* libarchive's */
	struct input own;
	struct input *in;    /* own, or the caller's */
	bool given;	     /* the window was: it is done with when more is asked for */
	struct err failed;   /* of the input, inside of a call of libarchive's */
	struct str path;     /* of the archive */
	struct str name;     /* of the member that we are at; n = 0: none */
	bool passed;	     /* its content is being read, or was */
	bool ended;
	uint64_t made;	     /* bytes of content that came out */
	size_t n;	     /* members seen */
	struct arena memory; /* path; name from `before_names` on */
	struct arena_mark before_name;
};

static bool tar_header(struct str s)
{
	unsigned long sum = 0, said = 0;

	if (s.n < TAR_BLOCK || !s.p[0])
		return false;
	for (size_t i = 0; i < TAR_BLOCK; i++) {
		bool in_sum = i >= TAR_SUM_AT && i < TAR_SUM_AT + TAR_SUM_BYTES;

		sum += in_sum ? ' ' : (uint8_t)s.p[i];
		if (in_sum && s.p[i] >= '0' && s.p[i] <= '7')
			said = said * 8 + (unsigned long)(s.p[i] - '0');
	}
	return said == sum;
}

static bool zip_header(struct str s)
{
	return str_starts(s, STR("PK\x03\x04")) || str_starts(s, STR("PK\x05\x06"));
}

bool members_in(struct str begin)
{
	return zip_header(begin) || tar_header(begin);
}

bool members_in_name(struct str name)
{
	static const char *const ENDINGS[] = {".tar",	  ".tar.gz", ".tgz",
					      ".tar.zst", ".tzst",   ".zip"};

	for (size_t i = 0; i < sizeof(ENDINGS) / sizeof(*ENDINGS); i++)
		if (str_ends(name, str_of(ENDINGS[i])))
			return true;
	return false;
}

/* ---- opening ---- */

static la_ssize_t give(struct archive *reader, void *data, const void **ret)
{
	struct members *m = data;

	if (m->given) {
		input_take(m->in, m->in->window.n);
		if (!input_more(m->in, &m->failed)) {
			archive_set_error(reader, EIO, "%s", m->failed.message);
			return ARCHIVE_FATAL;
		}
	}
	m->given = true;
	*ret = m->in->window.p;
	return (la_ssize_t)m->in->window.n;
}

/* What libarchive, or our input below it, says. */
static bool broken(const struct members *m, struct err *err)
{
	const char *text = archive_error_string(m->reader);

	if (m->failed.code != ERR_NONE && err) {
		*err = m->failed;
		return false;
	}
	return err_set(err, ERR_SYNTAX, "archive: %s", text ? text : "damaged");
}

/* A zip file's table is at its end, so it is read whole; so is what is mapped anyway. */
static bool start(struct members *m, struct err *err)
{
	struct input *in = m->in;
	bool ok;

	if (!input_want(in, TAR_BLOCK, err))
		return false;
	if (!members_in(str_take(in->window, TAR_BLOCK)))
		return err_set(err, ERR_FORMAT, "no tar or zip archive");
	if (zip_header(in->window) && !input_all(in, LIMIT_INPUT_BYTES, err))
		return false;
	m->reader = archive_read_new();
	if (!m->reader)
		return err_set(err, ERR_LIMIT, "libarchive can't start");
	ok = archive_read_support_format_tar(m->reader) == ARCHIVE_OK &&
	     archive_read_support_format_zip(m->reader) == ARCHIVE_OK &&
	     (in->at_end
		      ? archive_read_open_memory(m->reader, in->window.p, in->window.n)
		      : archive_read_open(m->reader, m, NULL, give, NULL)) == ARCHIVE_OK;
	return ok || broken(m, err);
}

static struct members *begin(struct str path)
{
	struct members *m = mem_zalloc(sizeof(*m));

	m->failed = (struct err)ERR_INIT;
	m->in = &m->own;
	arena_init(&m->memory);
	m->path = arena_str(&m->memory, path);
	m->before_name = arena_mark(&m->memory);
	return m;
}

/* M, or NULL where it can't be started. */
static struct members *started(struct members *m, struct err *err)
{
	if (start(m, err))
		return m;
	members_close(m);
	return NULL;
}

struct members *members_open(struct str path, struct err *err)
{
	struct members *m = begin(path);

	if (input_open_path(&m->own, path, INPUT_MAP, err))
		return started(m, err);
	members_close(m);
	return NULL;
}

struct members *members_of_input(struct input *in, struct err *err)
{
	struct members *m = begin(STR(""));

	m->in = in;
	return started(m, err);
}

void members_close(struct members *m)
{
	if (!m)
		return;
	if (m->reader)
		archive_read_free(m->reader);
	if (m->own.stages)
		input_done(&m->own);
	arena_done(&m->memory);
	mem_free(m);
}

/* ---- walking ---- */

/* Without what means nothing in front. */
static struct str clean(struct str name)
{
	for (;;) {
		if (str_starts(name, STR("./")))
			name = str_skip(name, 2);
		else if (str_starts(name, STR("/")))
			name = str_skip(name, 1);
		else
			return name;
	}
}

static bool is_of_interest(struct archive_entry *entry, struct str name)
{
	struct str last = name;

	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] == '/')
			last = str_skip(name, i + 1);
	return archive_entry_filetype(entry) == AE_IFREG && !archive_entry_hardlink(entry) &&
	       last.n && !str_starts(last, STR("._")) && !str_starts(name, STR("__MACOSX/"));
}

bool members_next(struct members *m, struct member *ret, bool *ret_end, struct err *err)
{
	*ret_end = false;
	while (!m->ended) {
		struct archive_entry *entry;
		struct str name;
		int code = archive_read_next_header(m->reader, &entry);

		m->name = STR_NONE;
		m->ended = code == ARCHIVE_EOF;
		if (m->ended)
			break;
		/* A warning is about attributes that nobody looks at here. */
		if (code != ARCHIVE_OK && code != ARCHIVE_WARN)
			return broken(m, err);
		if (++m->n > LIMIT_ARCHIVE_MEMBERS)
			return err_set(err, ERR_LIMIT, "archive: more than %zu members",
				       LIMIT_ARCHIVE_MEMBERS);
		name = clean(str_of(archive_entry_pathname(entry)));
		if (!is_of_interest(entry, name))
			continue;
		arena_rewind(&m->memory, m->before_name);
		m->name = arena_str(&m->memory, name);
		m->passed = false;
		ret->name = m->name;
		ret->bytes = archive_entry_size_is_set(entry) ? archive_entry_size(entry) : -1;
		return true;
	}
	*ret_end = true;
	return true;
}

/* ---- members as inputs ---- */

struct str members_path(struct str path)
{
	struct str found = STR_NONE;
	struct arena a;

	arena_init(&a);
	for (size_t i = path.n; i-- > 1;) {
		struct stat st;

		if (path.p[i] != '/')
			continue;
		if (stat(arena_cstr(&a, str_take(path, i)), &st) == 0) {
			if (S_ISREG(st.st_mode))
				found = str_take(path, i);
			break;
		}
		if (errno != ENOTDIR)
			break;
	}
	arena_done(&a);
	return found;
}

static bool member_read(void *data, char *to, size_t room, size_t *ret_n, struct err *err)
{
	struct members *m = data;
	la_ssize_t n = archive_read_data(m->reader, to, room);

	m->passed = true;
	if (n < 0)
		return broken(m, err);
	m->made += (uint64_t)n;
	/* Inside of a zip file each member is packed on its own. */
	if (filter_is_bomb(m->in->offset + m->in->window.n, m->made))
		return err_set(err, ERR_LIMIT,
			       "archive: unpacks to more than %" PRIu64 " bytes: refused", m->made);
	*ret_n = (size_t)n;
	return true;
}

bool members_content(struct members *m, struct input *ret, struct err *err)
{
	return input_open_reader(ret, (struct input_reader){member_read, NULL, m}, 0, err);
}

/* To the member NAME, from where we are. *RET_FOUND: it is there. */
static bool go_to(struct members *m, struct str name, bool *ret_found, struct err *err)
{
	struct member member;
	bool end = false;

	*ret_found = m->name.n && !m->passed && str_eq(m->name, name);
	while (!*ret_found && !end) {
		if (!members_next(m, &member, &end, err))
			return false;
		*ret_found = !end && str_eq(member.name, name);
	}
	return true;
}

static void close_archive(struct members_cursor *c)
{
	members_close(c->archive);
	c->archive = NULL;
}

static bool find(struct members_cursor *c, struct str archive, struct str name, struct err *err)
{
	bool found = false;

	if (c->archive && !str_eq(c->archive->path, archive))
		close_archive(c);
	if (c->archive && !go_to(c->archive, name, &found, err)) {
		close_archive(c);
		return false;
	}
	if (found)
		return true;
	/* It is further back, or nowhere. */
	close_archive(c);
	c->archive = members_open(archive, err);
	if (!c->archive || !go_to(c->archive, name, &found, err)) {
		close_archive(c);
		return false;
	}
	return found || err_set(err, ERR_MISSING, "the archive has no such member");
}

/* ---- parts of an archived history, one behind the other ---- */

struct parts {
	struct members_cursor *c, own; /* own: where nobody gave one */
	struct archival_name name;     /* of the first, with the archive's path in front */
	struct str archive;
	long long left, steps;
	struct arena memory;
};

static void forget_names(struct members_cursor *c)
{
	map_done(&c->names);
	arena_done(&c->memory);
	c->named = STR_NONE;
}

/* All names in ARCHIVE: one look through it, however many histories it has. */
static bool learn_names(struct members_cursor *c, struct str archive, struct err *err)
{
	struct members *m;
	struct member member;
	bool end = false, ok;

	if (str_eq(c->named, archive))
		return true;
	forget_names(c);
	arena_init(&c->memory);
	m = members_open(archive, err);
	ok = m;
	while (ok && !end) {
		ok = members_next(m, &member, &end, err);
		if (ok && !end)
			map_put(&c->names, arena_str(&c->memory, member.name), 0, NULL);
	}
	members_close(m);
	if (ok)
		c->named = arena_str(&c->memory, archive);
	return ok;
}

static struct str inside(struct str path, struct str archive)
{
	return clean(str_skip(path, archive.n));
}

static bool has_part(const struct parts *p, long long steps, struct arena *a)
{
	return p->name.part + steps >= 0 &&
	       map_get(&p->c->names, inside(archival_part(&p->name, steps, a), p->archive));
}

/* How many there are behind the one that is named; none where it is not the first itself. */
static bool count_parts(struct parts *p, struct err *err)
{
	if (!learn_names(p->c, p->archive, err))
		return false;
	while (!has_part(p, -1, &p->memory) && has_part(p, p->left + 1, &p->memory))
		p->left++;
	return true;
}

static bool parts_read(void *data, char *to, size_t room, size_t *ret_n, struct err *err)
{
	struct parts *p = data;

	for (;;) {
		if (!member_read(p->c->archive, to, room, ret_n, err))
			return false;
		if (*ret_n || !p->left)
			return true;
		p->left--;
		p->steps++;
		if (!find(p->c, p->archive,
			  inside(archival_part(&p->name, p->steps, &p->memory), p->archive), err))
			return false;
	}
}

static void parts_done(void *data)
{
	struct parts *p = data;

	members_cursor_done(&p->own);
	arena_done(&p->memory);
	mem_free(p);
}

/* PATH, in ARCHIVE: a member, and if it is the first of several parts the others, too. */
bool members_input(struct members_cursor *c, struct str path, unsigned flags, struct input *in,
		   struct err *err)
{
	struct str archive = members_path(path);
	struct parts *p;
	bool ok;

	if (!archive.n)
		return input_open_path(in, path, flags, err);
	p = mem_zalloc(sizeof(*p));
	arena_init(&p->memory);
	path = arena_str(&p->memory, path);
	p->archive = str_take(path, archive.n);
	p->c = c ? c : &p->own;
	ok = !archival_parse(path, &p->name) || p->name.part < 0 || count_parts(p, err);
	if (ok && find(p->c, p->archive, inside(path, p->archive), err))
		return input_open_reader(in, (struct input_reader){parts_read, parts_done, p}, flags,
					 err);
	parts_done(p);
	return false;
}

void members_cursor_done(struct members_cursor *c)
{
	close_archive(c);
	forget_names(c);
}
