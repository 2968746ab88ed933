/* SPDX-License-Identifier: MIT */
/* worker_command.c: placeholders and the rules of what a worker inherits. */
#include "replayer/remote/worker_command.h"

#include "formats/base/buf.h"
#include "formats/base/mem.h"
#include "formats/base/vec.h"

/* These would lead a worker past TEMPORAL_ADDRESS, to a real cluster. */
static const char *const removed[] = {
	"TEMPORAL_API_KEY=",
	"TEMPORAL_PROFILE=",
	"TEMPORAL_CONFIG_FILE=",
	"TEMPORAL_TLS", /* and all that begins so */
};

struct placeholder {
	struct str name;
	struct str value;
};

#define PLACEHOLDERS 3

static void placeholders(const struct worker_settings *s, struct placeholder ret[PLACEHOLDERS])
{
	ret[0] = (struct placeholder){STR("{address}"), s->address};
	ret[1] = (struct placeholder){STR("{namespace}"), s->name_space};
	ret[2] = (struct placeholder){STR("{queue}"), s->queue};
}

static const struct placeholder *starts_with_one(const struct placeholder *all, struct str s)
{
	for (size_t i = 0; i < PLACEHOLDERS; i++)
		if (str_starts(s, all[i].name))
			return &all[i];
	return NULL;
}

/* Means the same inside and outside of any quotes, even in a shell inside the shell. */
static bool is_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			    "_-./:@%+=,",
			    s.p[i]) ||
		    s.p[i] == '\0')
			return false;
	return s.n > 0;
}

static void add_quoted(struct buf *out, struct str s)
{
	buf_add_char(out, '\'');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\'')
			buf_puts(out, "'\\''");
		else
			buf_add_char(out, s.p[i]);
	}
	buf_add_char(out, '\'');
}

/*
 * A queue's name comes from a history, which nobody vouches for: what the shell could take
 * for more than a word is quoted, and inside quotes of the user's, where no quoting is
 * safe, refused.
 */
static bool add_value(struct buf *out, const struct placeholder *p, char quote, struct err *err)
{
	if (is_plain(p->value)) {
		buf_add(out, p->value);
		return true;
	}
	if (quote)
		return err_set(err, ERR_USAGE,
			       "%.*s is inside quotes in the worker's command, and its value has "
			       "characters that a shell interprets: write it outside of quotes",
			       STR_ARG(p->name));
	if (memchr(p->value.p ? p->value.p : "", '\0', p->value.n))
		return err_set(err, ERR_FORMAT, "the value of %.*s holds a NUL",
			       STR_ARG(p->name));
	add_quoted(out, p->value);
	return true;
}

bool worker_command(char **ret, const struct worker_settings *s, struct arena *a,
		    struct err *err)
{
	struct buf out CLEANUP(buf_done) = {0};
	struct placeholder all[PLACEHOLDERS];
	struct str rest = s->command;
	char quote = 0;

	placeholders(s, all);
	while (rest.n > 0) {
		const struct placeholder *p = starts_with_one(all, rest);
		char c = rest.p[0];

		if (p) {
			if (!add_value(&out, p, quote, err))
				return false;
			rest = str_skip(rest, p->name.n);
			continue;
		}
		if (c == '\\' && quote != '\'' && rest.n > 1) {
			buf_add(&out, str_take(rest, 2));
			rest = str_skip(rest, 2);
			continue;
		}
		if (quote == c)
			quote = 0;
		else if (!quote && (c == '\'' || c == '"' || c == '`'))
			quote = c;
		buf_add_char(&out, c);
		rest = str_skip(rest, 1);
	}
	if (!buf_ok(&out, err))
		return false;
	*ret = arena_cstr(a, buf_str(&out));
	return true;
}

/* A variable's value is no command: placeholders are replaced as they are. */
static char *with_values(struct str s, const struct placeholder *all, struct arena *a)
{
	struct buf out CLEANUP(buf_done) = {0};

	while (s.n > 0) {
		const struct placeholder *p = starts_with_one(all, s);

		buf_add(&out, p ? p->value : str_take(s, 1));
		s = str_skip(s, p ? p->name.n : 1);
	}
	return arena_cstr(a, buf_str(&out));
}

struct names {
	char **at;
	size_t n, cap;
};

/* "NAME=VALUE" in place of another value of NAME. */
static void env_set(struct names *env, char *assignment)
{
	size_t name = (size_t)(strchr(assignment, '=') - assignment) + 1;

	for (size_t i = 0; i < env->n; i++) {
		if (strncmp(env->at[i], assignment, name) == 0) {
			env->at[i] = assignment;
			return;
		}
	}
	vec_push(env, assignment);
}

static void env_inherit(struct names *env, char *const *from)
{
	for (; from && *from; from++) {
		bool keep = true;

		for (size_t i = 0; i < sizeof(removed) / sizeof(removed[0]); i++)
			keep = keep && strncmp(*from, removed[i], strlen(removed[i])) != 0;
		if (keep)
			vec_push(env, *from);
	}
}

static void env_ours(struct names *env, const char *name, struct str value, struct arena *a)
{
	if (value.n > 0)
		env_set(env, (char *)arena_printf(a, "%s=%.*s", name, STR_ARG(value)).p);
}

bool worker_environ(char ***ret, const struct worker_settings *s, struct arena *a,
		    struct err *err)
{
	struct placeholder all[PLACEHOLDERS];
	struct names env = {0};

	for (size_t i = 0; i < s->n_env; i++)
		if (str_find(s->env[i], STR("=")) <= 0)
			return err_set(err, ERR_USAGE, "NAME=VALUE is expected, not \"%.*s\"",
				       STR_ARG(s->env[i]));
	placeholders(s, all);
	env_inherit(&env, s->environ);
	env_ours(&env, "TEMPORAL_NAMESPACE", s->name_space, a);
	env_ours(&env, "TEMPORAL_TASK_QUEUE", s->queue, a);
	for (size_t i = 0; i < s->n_env; i++)
		env_set(&env, with_values(s->env[i], all, a));
	/* Last, so that nothing can name a real cluster here. */
	env_ours(&env, "TEMPORAL_ADDRESS", s->address, a);
	vec_push(&env, NULL);
	*ret = arena_array(a, char *, env.n);
	memcpy(*ret, env.at, env.n * sizeof(*env.at));
	vec_done(&env);
	return true;
}
