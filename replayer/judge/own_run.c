/* SPDX-License-Identifier: MIT */
/* own_run.c: one id in place of another, wherever it stands in a reply. */
#include "replayer/judge/own_run.h"

static struct str own_text(struct str s, const struct run_ids *ids, struct arena *a)
{
	struct str copy = arena_str(a, s);
	char *bytes = (char *)copy.p;
	ptrdiff_t at = 0;

	if (!ids->served.n || ids->served.n != ids->own.n || str_eq(ids->served, ids->own))
		return copy;
	while ((at = str_find_from(copy, ids->served, (size_t)at)) >= 0) {
		memcpy(bytes + at, ids->own.p, ids->own.n);
		at += (ptrdiff_t)ids->own.n;
	}
	return copy;
}

struct task_reply own_run_reply(const struct task_reply *reply, const struct run_ids *ids,
				struct arena *a)
{
	struct task_reply own = *reply;
	struct command_view *commands = arena_array(a, struct command_view, reply->n_commands + 1);
	struct message_view *messages = arena_array(a, struct message_view, reply->n_messages + 1);
	struct str *texts[] = {&own.failure.message, &own.failure.stack, &own.query_answer};

	for (size_t i = 0; i < reply->n_commands; i++)
		commands[i] = (struct command_view){
			reply->commands[i].type, own_text(reply->commands[i].bytes, ids, a)};
	for (size_t i = 0; i < reply->n_messages; i++)
		messages[i] = (struct message_view){own_text(reply->messages[i].id, ids, a),
						    arena_str(a, reply->messages[i].type),
						    own_text(reply->messages[i].body, ids, a)};
	own.commands = commands;
	own.messages = messages;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (texts[i]->p)
			*texts[i] = own_text(*texts[i], ids, a);
	return own;
}
