/* SPDX-License-Identifier: MIT */
/* fuzz_load.c: any file is refused or becomes a history whose every event can be asked. */
#include "tests/fuzz/fuzz.h"

#include "formats/detail.h"
#include "formats/events.h"
#include "formats/history_facts.h"
#include "formats/load.h"

static const struct schema *fuzz_schema(void)
{
	static const struct schema *schema;
	static struct arena arena;

	if (!schema)
		schema = schema_new(&arena);
	return schema;
}

/* Everything that show, check and the replayer ask of an event. */
static void ask_all(const struct history *h)
{
	int64_t completed = 0;
	struct arena a;
	struct buf out;

	arena_init(&a);
	buf_init(&out, 0);
	for (size_t i = 0; i < h->n_events; i++) {
		struct arena_mark mark = arena_mark(&a);
		enum history_fault fault = history_fault_at(h, i, completed);

		if (h->events[i].type == EVENT_WORKFLOW_TASK_COMPLETED)
			completed = h->events[i].id;
		if (fault != HISTORY_FINE)
			history_fault_text(h, i, fault, &a);
		event_name(h, i, &a);
		event_code_id(h, i, &a);
		event_attributes_fit(h, i);
		if (event_answers(h, i) > h->n_events)
			fuzz_broken("answers an event that is not there", NULL);
		buf_clear(&out);
		detail_add(h, i, &out);
		arena_rewind(&a, mark);
	}
	buf_done(&out);
	arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct schema *schema = fuzz_schema();
	struct str bytes = fuzz_copy(data, n);
	struct err err = ERR_INIT;
	struct history h;

	if (load_history_bytes(schema, bytes, &h, NULL, &err)) {
		ask_all(&h);
		for (size_t i = 0; i < h.n_tasks; i++)
			if (h.tasks[i].batch_end <= h.tasks[i].completed ||
			    h.tasks[i].batch_end > h.n_events)
				fuzz_broken("a batch without an end", NULL);
		if (history_prefix(&h, history_trim(&h)).n > h.wire.n)
			fuzz_broken("a prefix longer than the whole", NULL);
		history_sound(&h, NULL);
		history_done(&h);
	} else if (err.code == ERR_NONE || !err.message[0]) {
		fuzz_broken("refused without a reason", NULL);
	}
	fuzz_release(bytes);
	return 0;
}
