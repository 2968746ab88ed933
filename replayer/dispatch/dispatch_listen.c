/* SPDX-License-Identifier: MIT */
/* dispatch_listen.c: a lane whose worker somebody else starts, ends and replaces. */
#include "replayer/dispatch/dispatch_state.h"

#include "formats/base/buf.h"

static const struct listen *listen_of(const struct lane *lane)
{
	return lane->d->settings->listen;
}

static struct str address_of(const struct lane *lane, struct arena *a)
{
	return listen_address(listen_of(lane), frontend_port(lane->frontend), a);
}

static void note(const struct lane *lane, struct str text)
{
	lane->d->host->note(lane->d->host->context, text);
}

static bool is_any(struct str host)
{
	return str_is(host, "0.0.0.0") || str_is(host, "::");
}

/* What a worker needs of its environment, in the words of the SDKs' own configuration. */
static void add_variables(const struct lane *lane, struct buf *out, struct arena *a)
{
	const struct dispatch_settings *s = lane->d->settings;
	const struct listen *l = s->listen;
	struct str address = address_of(lane, a);

	if (is_any(l->host))
		address = arena_printf(a, "ADDRESS-OF-THIS-HOST:%d", frontend_port(lane->frontend));
	buf_printf(out, "TEMPORAL_ADDRESS=%.*s TEMPORAL_NAMESPACE=%.*s", STR_ARG(address),
		   STR_ARG(s->name_space));
	if (s->queue.n)
		buf_printf(out, " TEMPORAL_TASK_QUEUE=%.*s", STR_ARG(s->queue));
	if (l->tls.key.n)
		buf_puts(out, " TEMPORAL_TLS=true");
	if (l->tls_path.n)
		buf_printf(out, " TEMPORAL_TLS_SERVER_CA_CERT_PATH=%.*s", STR_ARG(l->tls_path));
	if (l->tls_path.n && is_any(l->host))
		buf_puts(out, " TEMPORAL_TLS_SERVER_NAME=localhost");
	if (l->api_key.p)
		buf_puts(out, " TEMPORAL_API_KEY=(the key)");
}

void listen_announce(struct lane *lane)
{
	const struct listen *l = listen_of(lane);
	struct buf text CLEANUP(buf_done) = {0};
	struct arena a;

	arena_init(&a);
	buf_printf(&text, "listening on %.*s%s for a worker that needs ",
		   STR_ARG(address_of(lane, &a)), l->tls.key.n ? " with TLS" : "");
	add_variables(lane, &text, &a);
	note(lane, buf_str(&text));
	if (!l->loopback && (!l->tls.key.n || !l->api_key.p))
		note(lane, STR("--insecure: whoever reaches that address can read the histories "
			       "and answer for the worker"));
	arena_done(&a);
}

/* "; 3 calls were refused" */
static struct str refusals(const struct lane *lane, struct arena *a)
{
	size_t n = frontend_refused(lane->frontend);

	if (!n)
		return STR("");
	return arena_printf(a, "; %zu call%s refused", n, n == 1 ? " was" : "s were");
}

bool listen_left(struct lane *lane, int64_t since_ms)
{
	int64_t ready = lane->d->settings->ready_ms;
	struct arena a;

	if (dispatch_now(lane->d) - since_ms <= ready)
		return false;
	arena_init(&a);
	lane_keep_why(lane, arena_printf(
		&a,
		lane->polled
			? "the worker that was started elsewhere is gone, and nobody polled "
			  "%.*s again within %lld s (--ready-timeout)%.*s"
			: "no worker polled %.*s within %lld s (--ready-timeout)%.*s",
		STR_ARG(address_of(lane, &a)), (long long)(ready / 1000),
		STR_ARG(refusals(lane, &a))));
	arena_done(&a);
	lane->ending = true;
	return true;
}

/* Nobody who polled before is there any more, and none of them hangs somewhere. */
static bool all_gone(const struct lane *lane, size_t n)
{
	frontend_check_peers(lane->frontend);
	for (size_t i = 0; i < n; i++)
		if (!frontend_poller(lane->frontend, i)->gone)
			return false;
	for (size_t i = 0; i < lane->jobs.n; i++)
		if (lane->jobs.at[i]->out)
			return false;
	return !lane->unsure;
}

void listen_watch(struct lane *lane)
{
	struct dispatch *d = lane->d;

	for (size_t i = lane->n_pollers; i < frontend_pollers(lane->frontend); i++) {
		const struct poller *p = frontend_poller(lane->frontend, i);
		struct str key = arena_printf(&d->arena, "%zu.%.*s%.*s", p->identity.n,
					      STR_ARG(p->identity), STR_ARG(p->instance));
		bool is_new = false;

		(void)map_put(&lane->identities, key, 1, &is_new);
		if (!is_new || !all_gone(lane, i))
			continue;
		map_done(&lane->used_run_ids);
		lane->n_replies = lane->n_begun = 0;
	}
	lane->n_pollers = frontend_pollers(lane->frontend);
}

void listen_done(struct lane *lane)
{
	struct arena a;

	if (!lane->elsewhere || !lane->frontend || frontend_refused(lane->frontend) < 2)
		return;
	arena_init(&a);
	note(lane, arena_printf(&a, "in all%.*s", STR_ARG(str_skip(refusals(lane, &a), 1))));
	arena_done(&a);
}
