/* SPDX-License-Identifier: MIT */
/* compare_fields.c: walking two JSON trees; payloads opened, server's doings left out. */
#include "replayer/judge/compare_fields.h"

#include "formats/base/base64.h"
#include "formats/base/limits.h"
#include "formats/base/map.h"
#include "formats/base/mem.h"
#include "replayer/judge/compare.h"
#include "replayer/run/run_json.h"

#include <stdlib.h>
#include <string.h>

/*
 * What the server changes between a command and its event. FILLED: it sets the attribute
 * where the command leaves it out. OWN: it is the server's whatever the command says.
 */
static const struct rule {
	const char *path; /* as in --ignore */
	enum { FILLED, OWN } what;
} SERVER[] = {
	/* The namespace that a worker names may be another than the recorded one. */
	{"*.namespace", OWN},
	{"*.taskQueue.kind", OWN},
	{"*.taskQueue.normalName", OWN},
	{"*.failure.stackTrace", OWN},
	{"*.failure.cause.stackTrace", OWN},
	{"*.taskQueue", FILLED},
	{"*.retryPolicy", FILLED},
	{"*.scheduleToCloseTimeout", FILLED},
	{"*.scheduleToStartTimeout", FILLED},
	{"*.startToCloseTimeout", FILLED},
	{"*.heartbeatTimeout", FILLED},
	{"*.workflowExecutionTimeout", FILLED},
	{"*.workflowRunTimeout", FILLED},
	{"*.workflowTaskTimeout", FILLED},
	{"*.parentClosePolicy", FILLED},
	{"*.workflowIdReusePolicy", FILLED},
	{"*.workflowType", FILLED},
	{"*.workflowId", FILLED},
	{"*.initiator", FILLED},
	{"*.backoffStartInterval", FILLED},
	{"*.lastCompletionResult", FILLED},
	{"*.header", FILLED},
	{"*.memo", FILLED},
	{"*.searchAttributes", FILLED},
	{"*.inheritBuildId", FILLED},
	{"*.priority", FILLED},
	{"*.requestId", FILLED},
	{"*.nexusHeader", FILLED},
};

/* ---- generated values ---- */

static bool is_hex(char c)
{
	return str_hex_digit(c) >= 0;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Bytes of S that fit SHAPE: x hex, 0 digit, ? any one, else itself. 0: they do not. */
static size_t shaped(struct str s, const char *shape)
{
	size_t n = strlen(shape);

	if (s.n < n)
		return 0;
	for (size_t i = 0; i < n; i++) {
		char want = shape[i], c = s.p[i];

		if (!(want == 'x' ? is_hex(c)
				  : want == '0' ? is_digit(c) : want == '?' || want == c))
			return 0;
	}
	return n;
}

static size_t run_of(struct str s, bool (*is)(char c), size_t least)
{
	size_t n = 0;

	while (n < s.n && is(s.p[n]))
		n++;
	return n >= least ? n : 0;
}

static bool is_time_part(char c)
{
	return is_digit(c) || c == '.' || c == ':' || c == '+' || c == 'Z';
}

/* Bytes at the start of S that are made up anew each time; 0: none. */
static size_t generated(struct str s)
{
	size_t n = shaped(s, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");

	if (!n && (n = shaped(s, "0000-00-00?00:00:00")) > 0)
		n += run_of(str_skip(s, n), is_time_part, 1);
	if (!n && shaped(s, "0."))
		n = run_of(str_skip(s, 2), is_digit, 10) ? 2 + run_of(str_skip(s, 2), is_digit, 10)
							 : 0;
	if (!n)
		n = run_of(s, is_hex, 16);
	if (!n) /* seconds and milliseconds since 1970, and longer */
		n = run_of(s, is_digit, 10);
	return n;
}

bool compare_is_generated(struct str a, struct str b)
{
	bool any = false;

	while (a.n && b.n) {
		size_t x = generated(a), y = generated(b);

		if (x && y) {
			any |= x != y || memcmp(a.p, b.p, x) != 0;
			a = str_skip(a, x);
			b = str_skip(b, y);
		} else if (*a.p == *b.p) {
			a = str_skip(a, 1);
			b = str_skip(b, 1);
		} else {
			return false;
		}
	}
	return any && !a.n && !b.n;
}

bool compare_holds_generated(struct str s)
{
	for (; s.n; s = str_skip(s, 1))
		if (generated(s))
			return true;
	return false;
}

/* ---- values as text ---- */

static struct str json_text(json_t *v, struct arena *a)
{
	struct buf text;
	struct str kept;

	if (json_is_string(v))
		return arena_str(a, str_slice(json_string_value(v), json_string_length(v)));
	buf_init(&text, 0);
	run_json_print(json_incref(v), JSON_ENCODE_ANY | JSON_SORT_KEYS, &text);
	kept = arena_str(a, buf_str(&text));
	buf_done(&text);
	return kept;
}

static const char *kind_of(json_t *v)
{
	static const char *const KINDS[] = {
		[JSON_OBJECT] = "object", [JSON_ARRAY] = "list", [JSON_STRING] = "text",
		[JSON_INTEGER] = "number", [JSON_REAL] = "number", [JSON_TRUE] = "true or false",
		[JSON_FALSE] = "true or false", [JSON_NULL] = "null",
	};

	return KINDS[json_typeof(v)];
}

/* SECRET: of a payload. */
static struct str shown(const struct compare_fields *c, json_t *v, bool secret)
{
	struct str text;

	if (!v)
		return STR_NONE;
	text = json_text(v, c->a);
	if (!secret || c->wanted->payloads)
		return str_take(text, LIMIT_DIFFERENCE_BYTES);
	return arena_printf(c->a, "%s, %zu bytes, #%08x", kind_of(v), text.n,
			    (unsigned)(map_hash(text) & 0xffffffff));
}

/* ---- walking ---- */

static bool ignored(const struct compare_fields *c, struct str path, bool absent)
{
	for (size_t i = 0; i < sizeof(SERVER) / sizeof(*SERVER); i++)
		if ((SERVER[i].what == OWN || absent) &&
		    compare_ignores(str_of(SERVER[i].path), c->command, path))
			return true;
	for (size_t i = 0; i < c->wanted->n_ignore; i++)
		if (compare_ignores(c->wanted->ignore[i], c->command, path))
			return true;
	return false;
}

/* Proto's defaults may be written or left out. */
static bool is_empty(json_t *v)
{
	if (!v || json_is_null(v) || json_is_false(v))
		return true;
	if (json_is_string(v))
		return !json_string_length(v) || strcmp(json_string_value(v), "0s") == 0 ||
		       strcmp(json_string_value(v), "0") == 0 ||
		       strstr(json_string_value(v), "_UNSPECIFIED") != NULL;
	if (json_is_number(v))
		return json_number_value(v) == 0;
	if (json_is_array(v))
		return json_array_size(v) == 0;
	return json_object_size(v) == 0;
}

static void add(const struct compare_fields *c, struct difference d)
{
	if (c->found->n < LIMIT_DIFFERENCES && !ignored(c, d.path, !d.worker.p))
		vec_push(c->found, d);
}

static void differ(const struct compare_fields *c, struct str path, json_t *history,
		   json_t *worker, bool secret)
{
	struct difference d = {
		.path = path,
		.history = shown(c, history, secret),
		.worker = shown(c, worker, secret),
	};

	if (history && worker &&
	    compare_is_generated(json_text(history, c->a), json_text(worker, c->a)))
		d.class = DIFFERENCE_GENERATED;
	add(c, d);
}

static void walk(const struct compare_fields *c, struct str path, json_t *history,
		 json_t *worker, bool secret);

static struct str below(const struct compare_fields *c, struct str path, const char *key)
{
	/* Lists of payloads are a message around a list: nobody calls it so. */
	if (strcmp(key, "payloads") == 0)
		return path;
	return arena_printf(c->a, "%.*s%s%s", STR_ARG(path), path.n ? "." : "", key);
}

static void walk_objects(const struct compare_fields *c, struct str path, json_t *history,
			 json_t *worker, bool secret)
{
	const char *key;
	json_t *v;

	json_object_foreach(history, key, v)
		walk(c, below(c, path, key), v, json_object_get(worker, key), secret);
	json_object_foreach(worker, key, v)
		if (!json_object_get(history, key))
			walk(c, below(c, path, key), NULL, v, secret);
}

static void walk_lists(const struct compare_fields *c, struct str path, json_t *history,
		       json_t *worker, bool secret)
{
	size_t n = json_array_size(history), m = json_array_size(worker);

	for (size_t i = 0; i < (n > m ? n : m); i++)
		walk(c, arena_printf(c->a, "%.*s[%zu]", STR_ARG(path), i),
		     json_array_get(history, i), json_array_get(worker, i), secret);
}

static bool is_payload(json_t *v)
{
	json_t *metadata = json_object_get(v, "metadata");

	return json_is_object(metadata) && json_is_string(json_object_get(metadata, "encoding"));
}

/* The bytes of a base64 member, in the arena. */
static struct str decoded(const struct compare_fields *c, json_t *object, const char *key)
{
	json_t *v = json_object_get(object, key);
	struct str text = str_slice(json_string_value(v), json_string_length(v));
	char *room;
	size_t n;

	if (!text.p)
		return STR("");
	room = arena_alloc(c->a, BASE64_DECODED_MAX(text.n));
	return base64_decode(text, room, &n) ? str_slice(room, n) : text;
}

/* Some payload lies in V, at whatever depth: what V says is not for everybody. */
static bool holds_payload(json_t *v)
{
	const char *key;
	json_t *item;
	size_t i;

	if (is_payload(v))
		return true;
	json_object_foreach(v, key, item)
		if (holds_payload(item))
			return true;
	json_array_foreach(v, i, item)
		if (holds_payload(item))
			return true;
	return false;
}

/* What a payload holds. */
struct content {
	struct str encoding, data;
	json_t *tree; /* of JSON; else NULL */
};

static struct content opened(const struct compare_fields *c, json_t *payload)
{
	struct content of = {
		.encoding = decoded(c, json_object_get(payload, "metadata"), "encoding"),
		.data = decoded(c, payload, "data"),
	};

	if (str_starts(of.encoding, STR("json/")))
		of.tree = json_loadb(of.data.p, of.data.n, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	return of;
}

static struct str described(const struct compare_fields *c, json_t *payload,
			    const struct content *of)
{
	if (!payload)
		return STR_NONE;
	if (of->tree)
		return shown(c, of->tree, true);
	return arena_printf(c->a, "%.*s, %zu bytes, #%08x", STR_ARG(of->encoding), of->data.n,
			    (unsigned)(map_hash(of->data) & 0xffffffff));
}

/*
 * Payloads of bytes are the same or not. Ciphertext is new each time, but as long as its
 * text: codecs write "binary/encrypted" and the like.
 */
static void compare_bytes(const struct compare_fields *c, struct str path, json_t *history,
			  const struct content *x, json_t *worker, const struct content *y)
{
	struct difference d = {
		.path = path,
		.history = described(c, history, x),
		.worker = described(c, worker, y),
	};
	bool alike = history && worker && str_eq(x->encoding, y->encoding);

	if (alike && str_eq(x->data, y->data))
		return;
	if (alike && x->data.n == y->data.n && str_has(x->encoding, "encrypt"))
		d.class = DIFFERENCE_GENERATED;
	add(c, d);
}

/* HISTORY or WORKER may be NULL. */
static void walk_payloads(const struct compare_fields *c, struct str path, json_t *history,
			  json_t *worker)
{
	struct content x = opened(c, history), y = opened(c, worker);

	if ((x.tree || !history) && (y.tree || !worker))
		walk(c, path, x.tree, y.tree, true);
	else
		compare_bytes(c, path, history, &x, worker, &y);
	json_decref(x.tree);
	json_decref(y.tree);
}

/* "1" and "1.0" are one number; of integers every digit counts. */
static bool same_number(json_t *a, json_t *b)
{
	if (json_is_integer(a) && json_is_integer(b))
		return json_integer_value(a) == json_integer_value(b);
	return json_is_number(a) && json_is_number(b) &&
	       json_number_value(a) == json_number_value(b);
}

static void walk(const struct compare_fields *c, struct str path, json_t *history,
		 json_t *worker, bool secret)
{
	/* Inside a payload what is left out differs from what is empty. */
	if (!secret && is_empty(history) && is_empty(worker))
		return;
	if (!secret && (is_payload(history) || !history) && (is_payload(worker) || !worker))
		walk_payloads(c, path, history, worker);
	else if (json_is_object(history) && json_is_object(worker))
		walk_objects(c, path, history, worker, secret);
	else if (json_is_array(history) && json_is_array(worker))
		walk_lists(c, path, history, worker, secret);
	else if (same_number(history, worker))
		return;
	else if (!history || !worker || !json_equal(history, worker))
		differ(c, path, is_empty(history) && !secret ? NULL : history,
		       is_empty(worker) && !secret ? NULL : worker,
		       secret || holds_payload(history) || holds_payload(worker));
}

/* ---- what the server caps ---- */

/* Seconds of a duration as JSON has it, "3.5s"; 0: none. */
static double seconds(const char *text)
{
	return text ? strtod(text, NULL) : 0;
}

static void cap(json_t *worker, const char *key, struct str most)
{
	double have = seconds(json_string_value(json_object_get(worker, key)));

	if (have > 0 && most.n && seconds(most.p) > 0 && have > seconds(most.p))
		json_object_set_new(worker, key, json_stringn(most.p, most.n));
}

/* The timeouts of an activity as the server records them: none is longer than KEY's limit. */
static void cap_timeouts(const struct compare_fields *c, json_t *worker)
{
	static const struct {
		const char *key, *limit; /* NULL: the run's timeout */
	} CAPS[] = {
		{"scheduleToStartTimeout", "scheduleToCloseTimeout"},
		{"startToCloseTimeout", "scheduleToCloseTimeout"},
		{"scheduleToCloseTimeout", NULL},
		{"scheduleToStartTimeout", NULL},
		{"startToCloseTimeout", NULL},
		{"heartbeatTimeout", "startToCloseTimeout"},
	};

	if (!str_is(c->command, "ScheduleActivityTask"))
		return;
	for (size_t i = 0; i < sizeof(CAPS) / sizeof(*CAPS); i++)
		cap(worker, CAPS[i].key,
		    CAPS[i].limit ? arena_str(c->a, str_of(json_string_value(json_object_get(
							    worker, CAPS[i].limit))))
				  : c->run_timeout);
}

void compare_fields(const struct compare_fields *c, json_t *history, json_t *worker)
{
	cap_timeouts(c, worker);
	walk_objects(c, STR(""), history, worker, false);
}
