/* SPDX-License-Identifier: MIT */
/* cmd_view_config.c: the user's configuration, and the table of keys as text. */
#include "formats/bytes/input.h"
#include "viewer/act/settings.h"
#include "viewer/cmd_view.h"
#include "viewer/commands.h"
#include "viewer/keys/config.h"

#include <stdlib.h>
#include <unistd.h>

/* --config FILE; else what XDG says; p NULL: there is none. */
static struct str path_of(const struct viewing *v, struct arena *a)
{
	const char *folder = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	struct str path;

	if (v->options->config.p)
		return v->options->config;
	if (folder && folder[0] == '/')
		path = arena_printf(a, "%s/hindcast/view.conf", folder);
	else if (home && *home)
		path = arena_printf(a, "%s/.config/hindcast/view.conf", home);
	else
		return STR_NONE;
	return access(path.p, F_OK) == 0 ? path : STR_NONE;
}

/* The worker is no setting of a session: nothing but this file and --worker name one. */
static bool set(void *data, struct str name, struct str value, struct err *err)
{
	struct viewing *v = data;

	if (!str_is(name, "worker"))
		return setting_set(&v->session, name, value, err);
	if (!v->options->worker.p)
		v->options->worker = arena_str(&v->session.arena, value);
	v->session.options.can_rerun = true;
	return true;
}

bool view_config(struct viewing *v, struct err *err)
{
	struct session *s = &v->session;
	struct str path = path_of(v, &s->arena);
	struct buf text;
	bool ok;

	if (!path.p)
		return true;
	buf_init(&text, 1024 * 1024);
	ok = source_read(path, &text, err) &&
	     (config_read(buf_str(&text), &s->keymap, set, v, &s->arena, err) ||
	      err_wrap(err, "%.*s", STR_ARG(path)));
	buf_done(&text);
	/* Nothing runs yet that could do it. */
	s->request.kind = REQUEST_NONE;
	return ok;
}

/* One line an action: keys, name, help; parts as headings, as docs/viewer.md has them. */
void view_help_keys(const struct keymap *keymap, struct buf *out)
{
	struct buf keys;

	buf_init(&keys, 0);
	for (size_t i = 0; i < N_ACTION_ROWS; i++) {
		const struct action_row *row = &ACTION_ROWS[i];

		if (row->part) {
			buf_printf(out, "%s%s\n", i ? "\n" : "", row->part);
			continue;
		}
		buf_clear(&keys);
		keymap_keys(keymap, row->action, &keys);
		buf_printf(out, "  %-20s  %-20s  %s\n", keys.n ? keys.p : ":", row->name, row->help);
	}
	buf_puts(out, "\nSettings (set NAME VALUE)\n");
	for (size_t i = 0; i < N_SETTINGS; i++)
		buf_printf(out, "  %-20s  %-31s  %s\n", SETTINGS[i].name,
			   SETTINGS[i].values ? SETTINGS[i].values : "a text", SETTINGS[i].help);
	buf_printf(out, "  %-20s  %-31s  %s\n", "worker", "a command",
		   "the worker that R and S ask (in the configuration alone)");
	buf_done(&keys);
}

void view_man_keys(struct buf *out)
{
	struct keymap keymap;

	keymap_init(&keymap);
	buf_puts(out, "Of view, where the configuration binds no others:\n\n");
	view_help_keys(&keymap, out);
	keymap_done(&keymap);
}
