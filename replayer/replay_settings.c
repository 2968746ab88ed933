/* SPDX-License-Identifier: MIT */
/* replay_settings.c: options and defaults become the settings of a run. */
#include "replayer/replay_settings.h"

#include "replayer/run/run_file.h"

#define DEFAULT_NAMESPACE "default"
#define DEFAULT_READY_S 60
#define DEFAULT_TIMEOUT_S 60
/* Well below the 128 MiB that every SDK's client accepts in one message. */
#define DEFAULT_PAGE_BYTES (64LL * 1024 * 1024)

static long long or_default(long long value, long long fallback)
{
	return value ? value : fallback;
}

static enum stacks_wanted stacks(struct str word)
{
	static const struct {
		const char *word;
		enum stacks_wanted stacks;
	} ROWS[] = {{"diverged", STACKS_DIVERGED}, {"all", STACKS_ALL}, {"none", STACKS_NONE}};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++)
		if (str_is(word, ROWS[i].word))
			return ROWS[i].stacks;
	return STACKS_DIVERGED;
}

static struct evidence_wanted wanted(const struct replay_options *o, struct str root)
{
	return (struct evidence_wanted){
		.stacks = stacks(o->stacks),
		.queries = o->queries.items.at,
		.n_queries = o->queries.items.n,
		.strict = o->strict,
		.strict_tasks = (size_t)o->strict_tasks,
		.ignore = o->ignore.items.at,
		.n_ignore = o->ignore.items.n,
		.payloads = o->payloads,
		.tail = o->tail,
		.root = root,
	};
}

uint64_t replay_asked(const struct replay_options *o)
{
	const struct opt_list *lists[] = {&o->workers, &o->env, &o->map_queue, &o->ignore};
	const struct str words[] = {o->name_space, o->queue, o->sdk};
	const bool flags[] = {o->strict, o->tail};
	uint64_t hash = (uint64_t)o->strict_tasks;

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		for (size_t k = 0; k < lists[i]->items.n; k++)
			hash = duplicates_hash(lists[i]->items.at[k], hash + i);
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		hash = duplicates_hash(words[i], hash);
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		hash = duplicates_hash(flags[i] ? STR("yes") : STR("no"), hash);
	return hash;
}

struct dispatch_settings replay_settings(const struct replay_options *o,
					 const struct replay_world *world)
{
	return (struct dispatch_settings){
		.schema = world->schema,
		.workers = o->workers.items.at,
		.n_workers = o->workers.items.n,
		.lanes = (size_t)or_default(o->jobs, 1),
		.isolate = o->isolate ? "/proc/self/exe" : NULL,
		.listen = world->listen,
		.user = world->user,
		.map_queue = o->map_queue.items.at,
		.n_map_queue = o->map_queue.items.n,
		.env = o->env.items.at,
		.n_env = o->env.items.n,
		.environ = world->environ,
		.name_space = o->name_space.n ? o->name_space : STR(DEFAULT_NAMESPACE),
		.queue = o->queue.n ? o->queue : world->common_queue,
		.sdk = o->sdk.n ? sdk_find(o->sdk) : NULL,
		.log_prefix = run_file_stem(world->run_file),
		.port = (int)o->port,
		.ready_ms = or_default(o->ready_s, DEFAULT_READY_S) * 1000,
		.timeout_ms = or_default(o->timeout_s, DEFAULT_TIMEOUT_S) * 1000,
		.memory_bytes = o->worker_memory,
		.confirm = o->confirm,
		.page_bytes = (size_t)or_default(o->page_bytes, DEFAULT_PAGE_BYTES),
		.wanted = wanted(o, world->root),
		.seed = world->seed,
	};
}
