/* SPDX-License-Identifier: MIT */
/* payload_store.c: references read with jansson, objects read from a folder and checked. */
#include "formats/payload/payload_store.h"

#include "formats/base/digest.h"
#include "formats/base/limits.h"
#include "formats/read/load.h"
#include "formats/transcode/scan.h"
#include "formats/wire/wire.h"

#include <jansson.h>
#include <strings.h>
#include <sys/stat.h>

/* A reference is some hundred bytes. */
#define REFERENCE_MOST ((size_t)64 * 1024)

static struct str text_of(const json_t *object, const char *name, struct arena *a)
{
	const json_t *v = json_object_get(object, name);

	if (!json_is_string(v))
		return STR_NONE;
	return arena_str(a, str_slice(json_string_value(v), json_string_length(v)));
}

/* The sizes that stand beside the data since API 1.60. */
static int64_t external_bytes(struct str payload)
{
	struct wire w = wire_of(payload);
	struct wire_field f;
	int64_t bytes = 0;

	while (wire_next(&w, &f))
		if (f.number == 3 && f.type == WIRE_BYTES)
			bytes = (int64_t)wire_value_at(f.bytes, 1, 0);
	return bytes;
}

static void read_claim(const json_t *claim, struct arena *a, struct store_reference *r)
{
	r->bucket = text_of(claim, "bucket", a);
	r->key = text_of(claim, "key", a);
	r->hash_algorithm = text_of(claim, "hash_algorithm", a);
	r->hash = text_of(claim, "hash_value", a);
}

bool store_reference_read(const struct payload *p, struct arena *a, struct store_reference *ret)
{
	struct store_reference r = {.driver = STR_NONE};
	json_t *root;

	if (!p->reference || p->data.n > REFERENCE_MOST)
		return false;
	root = json_loadb(p->data.p, p->data.n, 0, NULL);
	r.driver = text_of(root, "driverName", a);
	if (r.driver.p) {
		read_claim(json_object_get(root, "claimData"), a, &r);
	} else {
		r.driver = text_of(root, "driver_name", a);
		read_claim(json_object_get(json_object_get(root, "driver_claim"), "claim_data"), a,
			   &r);
	}
	json_decref(root);
	if (!r.key.n)
		return false;
	r.bytes = external_bytes(p->bytes);
	*ret = r;
	return true;
}

struct str store_reference_text(const struct store_reference *r, struct arena *a)
{
	return arena_printf(a, "%.*s%s%.*s%s%.*s", STR_ARG(r->driver), r->driver.n ? " " : "",
			    STR_ARG(r->bucket), r->bucket.n ? "/" : "", STR_ARG(r->key));
}

/* Names of folders and a file, none of them "..": a path that stays below where it starts. */
static bool stays_below(struct str path)
{
	if (!path.n || path.n > LIMIT_SHOWN_PATH_BYTES || path.p[0] == '/' ||
	    memchr(path.p, '\0', path.n))
		return false;
	while (path.n) {
		struct str part = str_split(&path, '/');

		if (!part.n || str_is(part, "..") || str_is(part, "."))
			return false;
	}
	return true;
}

/* Where the object may lie, in the order to look; p NULL: not there. */
static struct str place(const struct store_reference *r, struct str folder, unsigned i,
			struct arena *a)
{
	switch (i) {
	case 0:
		return stays_below(r->key) ? arena_printf(a, "%.*s/%.*s", STR_ARG(folder),
							  STR_ARG(r->key)) : STR_NONE;
	case 1:
		return stays_below(r->bucket) && stays_below(r->key)
			       ? arena_printf(a, "%.*s/%.*s/%.*s", STR_ARG(folder),
					      STR_ARG(r->bucket), STR_ARG(r->key)) : STR_NONE;
	default:
		return stays_below(r->hash) ? arena_printf(a, "%.*s/%.*s", STR_ARG(folder),
							   STR_ARG(r->hash)) : STR_NONE;
	}
}
#define PLACES 3

static bool find_object(const struct store_reference *r, struct str folder, struct arena *a,
			struct buf *out, struct err *err)
{
	for (unsigned i = 0; i < PLACES; i++) {
		struct str path = place(r, folder, i, a);
		struct stat st;

		if (!path.p || stat(path.p, &st) != 0 || !S_ISREG(st.st_mode))
			continue;
		if ((uint64_t)st.st_size > LIMIT_PAYLOAD_BYTES)
			return err_set(err, ERR_LIMIT, "%s: more than %zu bytes", path.p,
				       LIMIT_PAYLOAD_BYTES);
		return source_read(path, out, err);
	}
	return err_set(err, ERR_MISSING, "%.*s is not in %.*s", STR_ARG(str_take(r->key, 300)),
		       STR_ARG(folder));
}

static void hash_of(struct str bytes, char ret[static DIGEST_HEX])
{
	unsigned char binary[DIGEST_BYTES];
	struct digest d;

	digest_init(&d);
	digest_add(&d, bytes);
	digest_end(&d, binary);
	digest_done(&d);
	digest_hex(binary, ret);
}

static bool check_object(const struct store_reference *r, struct str object, struct err *err)
{
	char hex[DIGEST_HEX];
	struct payload inner;

	if (r->hash.n && r->hash_algorithm.n == strlen("sha256") &&
	    !strncasecmp(r->hash_algorithm.p, "sha256", r->hash_algorithm.n)) {
		hash_of(object, hex);
		if (r->hash.n != DIGEST_HEX || strncasecmp(hex, r->hash.p, DIGEST_HEX) != 0)
			return err_set(err, ERR_SYNTAX, "the stored object has another hash than "
				       "the reference (%.*s)", STR_ARG(str_take(r->key, 300)));
	}
	if (!payload_read(object, &inner))
		return err_set(err, ERR_SYNTAX, "the stored object is no payload (%.*s)",
			       STR_ARG(str_take(r->key, 300)));
	return true;
}

bool store_check(struct str folder, struct err *err)
{
	char path[LIMIT_SHOWN_PATH_BYTES + 1];
	struct stat st;

	if (!folder.n)
		return true;
	snprintf(path, sizeof(path), "%.*s", STR_ARG(folder));
	if (folder.n < sizeof(path) && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return true;
	return err_set(err, ERR_MISSING, "--storage: there is no folder %s", path);
}

static bool count_reference(void *data, const struct payload_at *at, struct err *err)
{
	size_t *count = data;

	(void)err;
	*count += at->payload.reference;
	return true;
}

/*
 * What all that refers to a store names, ExternalStorageReference or
 * json/external-storage-reference; the letter in front of it differs.
 */
static const char MARK[] = "xternal";
static const char *const BEHIND[] = {"StorageReference", "-storage-reference"};

static bool has_mark(struct str s)
{
	for (const char *p; (p = scan()->find(s, STR(MARK)));) {
		s = str_skip(s, (size_t)(p - s.p) + sizeof(MARK) - 1);
		for (size_t i = 0; i < sizeof(BEHIND) / sizeof(*BEHIND); i++)
			if (str_starts(s, str_of(BEHIND[i])))
				return true;
	}
	return false;
}

void store_count(const struct schema *s, struct str events, size_t *count)
{
	struct err ignored = ERR_INIT;

	/* Most histories have none, and a search is faster by far than a walk. */
	if (has_mark(events))
		payload_each(s, schema_message(s, "temporal.api.history.v1.History"), events,
			     count_reference, count, &ignored);
}

void store_count_text(size_t n, struct buf *out)
{
	buf_printf(out, "%zu payload%s stored elsewhere: the history alone is not complete", n,
		   n == 1 ? " is" : "s are");
}

bool store_load(struct str folder, const struct payload *p, struct arena *a, struct str *ret,
		struct err *err)
{
	struct store_reference r;
	struct buf object;
	bool ok;

	if (!store_reference_read(p, a, &r))
		return err_set(err, ERR_SYNTAX, "a reference to a stored payload that names no key");
	buf_init(&object, LIMIT_PAYLOAD_BYTES + 1);
	ok = find_object(&r, folder, a, &object, err) && check_object(&r, buf_str(&object), err);
	if (ok)
		*ret = arena_str(a, buf_str(&object));
	buf_done(&object);
	return ok;
}
