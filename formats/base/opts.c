/* SPDX-License-Identifier: MIT */
/* opts.c: a command line read by its command's table of options. */
#include "formats/base/opts.h"

/* Longer words are not compared: nobody mistypes an option of this length. */
#define WORD_BYTES ((size_t)48)

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Insertions, deletions, changes and swaps of neighbours, each at 1. */
static size_t distance(struct str a, struct str b)
{
	size_t rows[3][WORD_BYTES + 1] = {0};
	size_t *before = rows[0], *above = rows[1], *row = rows[2];

	for (size_t j = 0; j <= b.n; j++)
		above[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t *oldest = before;

		row[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			size_t changed = a.p[i - 1] != b.p[j - 1];

			row[j] = least(above[j - 1] + changed,
				       least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] &&
			    a.p[i - 2] == b.p[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
		before = above;
		above = row;
		row = oldest;
	}
	return above[b.n];
}

const char *opts_did_you_mean(struct str word, const char *const *names, size_t n)
{
	const char *best = NULL;
	size_t best_cost = word.n / 3 + 1;

	if (word.n < 2 || word.n > WORD_BYTES)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		struct str name = str_of(names[i]);
		size_t cost;

		if (name.n > WORD_BYTES)
			continue;
		cost = distance(word, name);
		/* A beginning of the name is close, however much is left to type. */
		if (cost > 1 && word.n >= 3 && str_starts(name, word))
			cost = 1;
		if (cost < best_cost || (cost == best_cost && !best)) {
			best = names[i];
			best_cost = cost;
		}
	}
	return best;
}

struct parser {
	const struct command *command;
	char *const *argv;
	int argc;
	int at; /* the next argument */
	char *settings;
	struct err *err;
};

static bool wants_value(const struct opt *opt)
{
	return opt->kind != OPT_FLAG;
}

/* 4096, 64k, 800M, 2G; false: it is no size, or beyond all memory. */
static bool parse_size(struct str text, long long *ret)
{
	static const char UNITS[] = "kMGT";
	const char *unit = text.n ? strchr(UNITS, text.p[text.n - 1]) : NULL;
	int shift = unit && *unit ? 10 * (int)(unit - UNITS + 1) : 0;
	long long n;

	if (shift)
		text = str_take(text, text.n - 1);
	if (!str_to_int(text, &n) || n < 0 || n > INT64_MAX >> shift)
		return false;
	*ret = n << shift;
	return true;
}

static bool store(struct parser *p, const struct opt *opt, struct str value)
{
	void *member = p->settings + opt->offset;

	switch (opt->kind) {
	case OPT_FLAG:
		*(bool *)member = true;
		return true;
	case OPT_STRING:
		*(struct str *)member = value;
		return true;
	case OPT_LIST:
		vec_push(&((struct opt_list *)member)->items, value);
		return true;
	case OPT_HEADING:
		break;
	case OPT_INT:
		if (str_to_int(value, member))
			return true;
		return err_set(p->err, ERR_USAGE, "--%s: '%.*s' is not a whole number",
			       opt->name, STR_ARG(value));
	case OPT_COUNT:
		if (str_to_int(value, member) && *(long long *)member > 0)
			return true;
		return err_set(p->err, ERR_USAGE, "--%s: '%.*s' is no whole number from 1 on",
			       opt->name, STR_ARG(value));
	case OPT_SIZE:
		if (parse_size(value, member))
			return true;
		return err_set(p->err, ERR_USAGE,
			       "--%s: '%.*s' is no size, as 4096, 64k, 800M or 2G", opt->name,
			       STR_ARG(value));
	}
	BUG_IF(true);
}

static bool next_value(struct parser *p, const struct opt *opt, struct str *ret)
{
	if (p->at == p->argc)
		return err_set(p->err, ERR_USAGE, "--%s needs a value: --%s %s", opt->name,
			       opt->name, opt->value);
	*ret = str_of(p->argv[p->at++]);
	return true;
}

static const struct opt *by_name(const struct command *c, struct str name)
{
	for (size_t i = 0; i < c->n_opts; i++)
		if (c->opts[i].kind != OPT_HEADING && str_is(name, c->opts[i].name))
			return &c->opts[i];
	return NULL;
}

static const struct opt *by_letter(const struct command *c, char letter)
{
	for (size_t i = 0; i < c->n_opts; i++)
		if (c->opts[i].letter == letter)
			return &c->opts[i];
	return NULL;
}

static bool unknown(struct parser *p, struct str name)
{
	VEC_OF(const char *) names = {0};
	const char *close;

	for (size_t i = 0; i < p->command->n_opts; i++)
		if (p->command->opts[i].kind != OPT_HEADING)
			vec_push(&names, p->command->opts[i].name);
	vec_push(&names, "help");
	close = opts_did_you_mean(name, names.at, names.n);
	vec_done(&names);
	if (close)
		return err_set(p->err, ERR_USAGE,
			       "unknown option '--%.*s' (did you mean '--%s'?)",
			       STR_ARG(name), close);
	return err_set(p->err, ERR_USAGE, "unknown option '--%.*s'", STR_ARG(name));
}

static bool help_wanted(struct parser *p)
{
	if (p->err)
		*p->err = (struct err)ERR_INIT;
	return false;
}

/* --name, --name=VALUE, --name VALUE; REST is what follows the dashes. */
static bool parse_long(struct parser *p, struct str rest)
{
	bool has_value = str_has(rest, "=");
	struct str name = str_split(&rest, '=');
	const struct opt *opt = by_name(p->command, name);

	if (!opt && str_is(name, "help"))
		return help_wanted(p);
	if (!opt)
		return unknown(p, name);
	if (!wants_value(opt) && has_value)
		return err_set(p->err, ERR_USAGE, "--%s takes no value", opt->name);
	if (wants_value(opt) && !has_value && !next_value(p, opt, &rest))
		return false;
	return store(p, opt, rest);
}

/* -v, -vq, -nVALUE, -n VALUE; LETTERS is what follows the dash. */
static bool parse_letters(struct parser *p, struct str letters)
{
	while (letters.n) {
		const struct opt *opt = by_letter(p->command, letters.p[0]);
		struct str value;

		if (!opt && letters.p[0] == 'h')
			return help_wanted(p);
		if (!opt)
			return err_set(p->err, ERR_USAGE, "unknown option '-%c'",
				       letters.p[0]);
		value = letters = str_skip(letters, 1);
		if (wants_value(opt)) {
			letters = STR_NONE;
			if (!value.n && !next_value(p, opt, &value))
				return false;
		}
		if (!store(p, opt, value))
			return false;
	}
	return true;
}

/* "-" is standard input, "-:12" a place in it: no option is called so. */
static bool is_operand(struct str arg)
{
	return arg.n < 2 || arg.p[0] != '-' || arg.p[1] == ':';
}

bool opts_parse(const struct command *command, char *const *argv, int argc, void *settings,
		struct opt_list *ret_operands, struct err *err)
{
	struct parser p = {command, argv, argc, 0, settings, err};
	bool only_operands = false;

	while (p.at < argc) {
		struct str arg = str_of(argv[p.at++]);
		bool ok = true;

		if (only_operands || is_operand(arg))
			vec_push(&ret_operands->items, arg);
		else if (str_is(arg, "--"))
			only_operands = true;
		else if (arg.p[1] == '-')
			ok = parse_long(&p, str_skip(arg, 2));
		else
			ok = parse_letters(&p, str_skip(arg, 1));
		if (!ok)
			return false;
	}
	return true;
}

void opt_list_done(struct opt_list *list)
{
	vec_done(&list->items);
}
