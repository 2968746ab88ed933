/* SPDX-License-Identifier: MIT */
/* config.c: lines of a configuration, read word by word. */
#include "viewer/keys/config.h"


struct reading {
	struct keymap *m;
	config_set *set;
	void *data;
	struct arena *arena;
};

static struct str word(struct str *rest)
{
	struct str ret;

	*rest = str_trim(*rest);
	ret = str_split(rest, ' ');
	*rest = str_trim(*rest);
	return ret;
}

/* KEYS ACTION [ARGUMENT]: a second word that is no action is a second key. */
static bool read_bind(struct reading *r, struct str rest, struct err *err)
{
	struct str first = word(&rest), name = word(&rest), keys = first;
	const struct action_row *row = action_find(name);
	const char *close;

	if (!row && rest.n) {
		keys = arena_printf(r->arena, "%.*s %.*s", STR_ARG(first), STR_ARG(name));
		name = word(&rest);
		row = action_find(name);
	}
	if (!name.n)
		return err_set(err, ERR_USAGE, "bind takes keys and an action, as: bind J page-down");
	close = row ? NULL : action_did_you_mean(name);
	if (!row)
		return err_set(err, ERR_USAGE,
			       "there is no action '%.*s'%s%s%s; hindcast view --help-keys lists them",
			       STR_ARG(name), close ? ", did you mean '" : "", close ? close : "",
			       close ? "'?" : "");
	if (rest.n && row->argument == ARGUMENT_NONE)
		return err_set(err, ERR_USAGE, "%s takes no argument ('%.*s')", row->name,
			       STR_ARG(rest));
	return keymap_bind(r->m, keys, row->action,
			   rest.n ? arena_str(r->arena, rest) : STR_NONE, err);
}

static bool read_unbind(struct reading *r, struct str rest, struct err *err)
{
	return keymap_unbind(r->m, rest, err);
}

static bool read_set(struct reading *r, struct str rest, struct err *err)
{
	struct str name = word(&rest);

	if (!name.n || !rest.n)
		return err_set(err, ERR_USAGE, "set takes a name and a value, as: set time utc");
	return r->set(r->data, name, rest, err);
}

static bool read_line(struct reading *r, struct str line, struct err *err)
{
	static const struct {
		const char *word;
		bool (*read)(struct reading *r, struct str rest, struct err *err);
	} WORDS[] = {{"bind", read_bind}, {"unbind", read_unbind}, {"set", read_set}};
	struct str rest = line, first = word(&rest);

	if (!first.n || first.p[0] == '#')
		return true;
	for (size_t i = 0; i < sizeof(WORDS) / sizeof(*WORDS); i++)
		if (str_is(first, WORDS[i].word))
			return WORDS[i].read(r, rest, err);
	return err_set(err, ERR_USAGE, "'%.*s': a line begins with bind, unbind or set",
		       STR_ARG(str_take(first, 100)));
}

bool config_read(struct str text, struct keymap *m, config_set *set, void *data, struct arena *a,
		 struct err *err)
{
	struct reading r = {m, set, data, a};

	for (size_t number = 1; text.n; number++)
		if (!read_line(&r, str_split(&text, '\n'), err))
			return err_wrap(err, "line %zu", number);
	return true;
}
