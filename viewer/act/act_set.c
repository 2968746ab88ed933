/* SPDX-License-Identifier: MIT */
/* act_set.c: the table of settings. */
#include "viewer/act/act.h"

#include "formats/base/opts.h"
#include "viewer/act/settings.h"

static void set_time(struct session *s, size_t value, struct str text)
{
	s->time = (enum time_mode)value;
	if (s->time == TIMES_LOCAL && !s->options.local_time)
		s->time = TIMES_UTC;
}

static void set_payloads(struct session *s, size_t value, struct str text)
{
	s->payload = (enum payload_mode)value;
}

static void set_mouse(struct session *s, size_t value, struct str text)
{
	s->mouse = value == 0;
	s->request.kind = REQUEST_MOUSE;
}

static void set_ascii(struct session *s, size_t value, struct str text)
{
	s->options.ascii = value == 0;
}

static void set_idle(struct session *s, size_t value, struct str text)
{
	s->idle_shown = value == 0;
}

static void set_source(struct session *s, size_t value, struct str text)
{
	s->options.source = text;
}

/* In the order of the enums where there is one. */
const struct setting SETTINGS[] = {
	{"time", "since-start|between|utc|local", "how times are written", set_time},
	{"payloads", "decoded|raw|hex", "how payloads are shown", set_payloads},
	{"mouse", "on|off", "whether the mouse moves the cursor", set_mouse},
	{"ascii", "on|off", "lines and marks of ASCII alone", set_ascii},
	{"idle", "on|off", "whether the timeline shows idle time", set_idle},
	{"source", NULL, "the folder with the source code", set_source},
};
const size_t N_SETTINGS = sizeof(SETTINGS) / sizeof(*SETTINGS);

static const struct setting *find(struct str name)
{
	for (size_t i = 0; i < N_SETTINGS; i++)
		if (str_is(name, SETTINGS[i].name))
			return &SETTINGS[i];
	return NULL;
}

static bool refuse(struct str name, struct err *err)
{
	const char *names[sizeof(SETTINGS) / sizeof(*SETTINGS)];
	const char *close;
	struct buf all;

	buf_init(&all, 0);
	for (size_t i = 0; i < N_SETTINGS; i++) {
		names[i] = SETTINGS[i].name;
		buf_printf(&all, "%s%s", i ? ", " : "", SETTINGS[i].name);
	}
	close = opts_did_you_mean(name, names, N_SETTINGS);
	err_set(err, ERR_USAGE, "there is no setting '%.*s'%s%s%s (%s)", STR_ARG(name),
		close ? "; did you mean '" : "", close ? close : "", close ? "'?" : "", all.p);
	buf_done(&all);
	return false;
}

bool setting_set(struct session *s, struct str name, struct str value, struct err *err)
{
	const struct setting *setting = find(name);
	struct str rest;

	if (!setting)
		return refuse(name, err);
	value = arena_str(&s->arena, str_trim(value));
	if (!setting->values && value.n) {
		setting->set(s, 0, value);
		session_changed(s);
		return true;
	}
	rest = str_of(setting->values);
	for (size_t i = 0; rest.n; i++)
		if (str_eq(str_split(&rest, '|'), value)) {
			setting->set(s, i, value);
			session_changed(s);
			return true;
		}
	return err_set(err, ERR_USAGE, "%s: '%.*s' is not allowed; it is %s", setting->name,
		       STR_ARG(value), setting->values ? setting->values : "a text");
}

void act_set(struct session *s, struct str argument)
{
	struct str rest = str_trim(argument), name = str_split(&rest, ' ');
	struct err err = ERR_INIT;

	if (setting_set(s, name, rest, &err))
		session_message(s, STYLE_PLAIN, "%.*s is %.*s", STR_ARG(name), STR_ARG(str_trim(rest)));
	else
		session_message(s, STYLE_BAD, "%s", err.message);
}
