/* SPDX-License-Identifier: MIT */
/* redact_rules.c: rules read from text, and which of them fits. */
#include "formats/redact/redact_parts.h"

#include "formats/base/opts.h"
#include "formats/wire/path_known.h"

void redact_rules_init(struct redact_rules *r, const struct schema *schema)
{
	*r = (struct redact_rules){.schema = schema};
	arena_init(&r->arena);
}

void redact_rules_done(struct redact_rules *r)
{
	vec_done(&r->list);
	arena_done(&r->arena);
}

static const struct {
	const char *word;
	enum redact_action action;
} ACTIONS[] = {
	{"replace", REDACT_REPLACE},
	{"drop", REDACT_DROP},
	{"keep", REDACT_KEEP},
};

static const char *const CONDITIONS[] = {"path", "event", "type", "encoding", "match"};
#define N_CONDITIONS (sizeof(CONDITIONS) / sizeof(*CONDITIONS))

/* A word up to the next blank; '...' and "..." and /.../ may hold blanks. */
static bool take_word(struct str *rest, struct str *ret, struct err *err)
{
	char quote = '\0';
	size_t n = 0;

	*rest = str_trim(*rest);
	for (; n < rest->n; n++) {
		char c = rest->p[n];
		bool begins = n && rest->p[n - 1] == '=';

		if (quote && c == '\\' && quote == '/')
			n++;
		else if (quote && c == quote)
			quote = '\0';
		else if (!quote && begins && (c == '\'' || c == '"' || c == '/'))
			quote = c;
		else if (!quote && (c == ' ' || c == '\t'))
			break;
	}
	if (quote)
		return err_set(err, ERR_USAGE, "%c is not closed", quote);
	*ret = str_take(*rest, n);
	*rest = str_trim(str_skip(*rest, n));
	return true;
}

static bool read_match(struct redact_rules *r, struct str value, struct redact_rule *rule,
		       struct err *err)
{
	if (value.n < 2 || value.p[0] != '/' || value.p[value.n - 1] != '/')
		return err_set(err, ERR_USAGE, "match=/.../ holds an expression");
	return rex_read(&rule->match, str_slice(value.p + 1, value.n - 2), &r->arena, err) ||
	       err_wrap(err, "match");
}

static struct str without_quotes(struct str value)
{
	if (value.n >= 2 && (value.p[0] == '\'' || value.p[0] == '"') &&
	    value.p[value.n - 1] == value.p[0])
		return str_slice(value.p + 1, value.n - 2);
	return value;
}

/* In any of its spellings; what newer servers have is "EventType 61" here. */
static bool read_event(const struct schema *s, struct str value, struct str *ret, struct err *err)
{
	const struct schema_enum *types = schema_enum(s, "temporal.api.enums.v1.EventType");
	const struct schema_enum_value *one = schema_enum_by_name(types, value);
	const char **names, *close;
	bool fits = str_starts(value, STR("EventType "));
	struct arena a;
	size_t n = 0;

	*ret = one ? one->camel : value;
	arena_init(&a);
	names = arena_array(&a, const char *, types->n_values);
	for (size_t i = 0; i < types->n_values; i++) {
		fits |= path_glob(*ret, types->values[i].camel);
		names[n++] = arena_cstr(&a, types->values[i].camel);
	}
	close = fits ? NULL : opts_did_you_mean(value, names, n);
	if (!fits)
		err_set(err, ERR_USAGE, "event: there is no type of event '%.*s'%s%s%s",
			STR_ARG(value), close ? " (did you mean '" : "", close ? close : "",
			close ? "'?)" : "");
	arena_done(&a);
	return fits;
}

static bool read_condition(struct redact_rules *r, struct str word, struct redact_rule *rule,
			   struct err *err)
{
	struct str value = word, name = str_split(&value, '=');
	const char *close;

	if (str_is(name, "match"))
		return read_match(r, value, rule, err);
	value = arena_str(&r->arena, without_quotes(value));
	if (!value.n)
		return err_set(err, ERR_USAGE, "%.*s= has no value", STR_ARG(name));
	if (str_is(name, "path")) {
		rule->has_path = true;
		return (path_pattern_read(value, &rule->path, err) &&
			path_pattern_known(&rule->path, r->schema, err)) ||
		       err_wrap(err, "path");
	}
	if (str_is(name, "event"))
		return read_event(r->schema, value, &rule->event, err);
	if (str_is(name, "type")) {
		rule->type = value;
	} else if (str_is(name, "encoding")) {
		rule->encoding = value;
	} else {
		close = opts_did_you_mean(name, CONDITIONS, N_CONDITIONS);
		return err_set(err, ERR_USAGE, "'%.*s' is no condition%s%s%s", STR_ARG(name),
			       close ? " (did you mean '" : ": they are path, event, type, encoding "
							    "and match",
			       close ? close : "", close ? "'?)" : "");
	}
	return true;
}

static bool read_action(struct str word, struct redact_rule *rule, struct err *err)
{
	for (size_t i = 0; i < sizeof(ACTIONS) / sizeof(*ACTIONS); i++) {
		if (!str_is(word, ACTIONS[i].word))
			continue;
		rule->action = ACTIONS[i].action;
		return true;
	}
	return err_set(err, ERR_USAGE, "'%.*s' is neither a condition nor replace, drop or keep",
		       STR_ARG(word));
}

bool redact_rules_add(struct redact_rules *r, struct str text, struct err *err)
{
	struct redact_rule rule = {.action = REDACT_REPLACE};
	size_t conditions = 0;
	struct str word = STR_NONE;
	bool acted = false;

	text = arena_str(&r->arena, str_trim(text));
	rule.text = text;
	while (text.n) {
		if (!take_word(&text, &word, err))
			return false;
		if (memchr(word.p, '=', word.n)) {
			if (acted)
				return err_set(err, ERR_USAGE, "what is to be done stands last");
			if (!read_condition(r, word, &rule, err))
				return false;
			conditions++;
			continue;
		}
		if (acted)
			return err_set(err, ERR_USAGE, "there is one thing too much: '%.*s'",
				       STR_ARG(word));
		if (!read_action(word, &rule, err))
			return false;
		acted = true;
	}
	if (!conditions)
		return err_set(err, ERR_USAGE, "a rule has a condition, as path=input");
	vec_push(&r->list, rule);
	return true;
}

bool redact_rules_read(struct redact_rules *r, struct str text, struct err *err)
{
	for (size_t line = 1; text.n; line++) {
		struct str rule = str_trim(str_split(&text, '\n'));

		if (!rule.n || rule.p[0] == '#')
			continue;
		if (redact_rules_add(r, rule, err))
			continue;
		if (err)
			err->line = (int64_t)line;
		return err_wrap(err, "line %zu", line);
	}
	return true;
}

static bool glob_fits(struct str pattern, struct str text)
{
	return !pattern.p || path_glob(pattern, text);
}

enum redact_action redact_rule_for(const struct redact *r, const struct redact_place *at,
				   const struct redact_rule **ret_rule)
{
	const struct redact_rules *rules = r->settings.rules;

	for (size_t i = 0; i < rules->list.n; i++) {
		const struct redact_rule *rule = &rules->list.at[i];

		if ((rule->has_path && !path_fits(&rule->path, at->path, at->json)) ||
		    !glob_fits(rule->event, r->event_type) || !glob_fits(rule->type, r->event_name) ||
		    (rule->encoding.p && !(at->encoding.p && path_glob(rule->encoding, at->encoding))))
			continue;
		if (rule->match && !(at->text.p && rex_fits(rule->match, at->text)))
			continue;
		r->used[i] = true;
		*ret_rule = rule;
		return rule->action;
	}
	return REDACT_NO_RULE;
}

bool redact_rule_used(const struct redact *r, size_t i)
{
	return r->used[i];
}

/* Anybody may have encodings of his own, so these are no more than a hint. */
const char *redact_encoding_near(struct str encoding)
{
	static const char *const KNOWN[] = {
		"json/plain", "json/protobuf", "binary/plain", "binary/null", "binary/protobuf",
		"binary/encrypted", "binary/zlib", "binary/snappy",
	};

	for (size_t i = 0; i < sizeof(KNOWN) / sizeof(*KNOWN); i++)
		if (str_is(encoding, KNOWN[i]))
			return NULL;
	return opts_did_you_mean(encoding, KNOWN, sizeof(KNOWN) / sizeof(*KNOWN));
}
