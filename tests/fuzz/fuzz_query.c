/* SPDX-License-Identifier: MIT */
/* fuzz_query.c: a query is read or refused with a column; what is read can be asked. */
#include "tests/fuzz/fuzz.h"

#include "formats/query/query.h"
#include "formats/transcode/transcode.h"

static const struct schema *schema(void)
{
	static const struct schema *made;
	static struct arena arena;

	if (!made)
		made = schema_new(&arena);
	return made;
}

/* Maps, payloads, durations, an enum: what paths can lead to. */
static const struct history *history(void)
{
	static const struct str JSON = STR(
		"{\"events\":[{\"eventId\":\"1\",\"eventTime\":\"2026-01-01T00:00:00Z\","
		"\"eventType\":\"WorkflowExecutionStarted\","
		"\"workflowExecutionStartedEventAttributes\":{\"workflowType\":{\"name\":\"Order\"},"
		"\"input\":{\"payloads\":[{\"metadata\":{\"encoding\":\"anNvbi9wbGFpbg==\"},"
		"\"data\":\"IkMtOSI=\"},{\"data\":\"eyJhIjpbMSx7ImIiOiJ4In1dfQ==\"}]},\"workflowRunTimeout\":\"30s\",\"attempt\":3,"
		"\"header\":{\"fields\":{\"a.b\":{\"data\":\"eA==\"}}}}},"
		"{\"eventId\":\"2\",\"eventType\":\"TimerFired\","
		"\"timerFiredEventAttributes\":{\"timerId\":\"7\",\"startedEventId\":\"1\"}}]}");
	static struct history h;
	struct arena a = {0};
	struct buf wire = {0};
	size_t at = 0, n;
	char *bytes;

	if (h.n_events)
		return &h;
	if (!transcode_json_to_wire(schema_message(schema(), "temporal.api.history.v1.History"),
				    JSON, &at, NULL, &a, &wire, NULL))
		fuzz_broken("the fuzzer's history", NULL);
	bytes = buf_take(&wire, &n);
	arena_adopt(&a, bytes);
	if (!history_take(&h, &a, str_slice(bytes, n), schema(), NULL))
		fuzz_broken("the fuzzer's history", NULL);
	return &h;
}

static void ask(struct str text, enum query_subject subject)
{
	const struct query *q;
	struct err err = ERR_INIT;
	struct arena a = {0};

	if (!query_parse(&q, text, subject, schema(), &a, &err)) {
		if (err.code != ERR_USAGE || !err.message[0])
			fuzz_broken("refused without a reason", err.message);
		if (err.column < 0 || (size_t)err.column > text.n + 1)
			fuzz_broken("a column outside the query", err.message);
	} else if (subject == QUERY_HISTORY) {
		struct query_history about = query_history_of(history(), STR("a/b.json"));

		about.now = about.started + 1000000000;
		(void)!query_fits_history(q, &about);
	} else {
		for (size_t i = 0; i < history()->n_events; i++) {
			struct query_event about = {history(), i};

			(void)!query_fits_event(q, &about);
		}
	}
	arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str text = fuzz_copy(data, n);

	ask(text, QUERY_HISTORY);
	ask(text, QUERY_EVENT);
	fuzz_release(text);
	return 0;
}
