/* SPDX-License-Identifier: MIT */
/* report_json.c: the run as one JSON object, a line per history, so that it can be diffed. */
#include "replayer/report/report.h"
#include "replayer/run/run_json.h"

/* Non-ASCII is escaped: what is printed on a terminal can't reorder or hide itself. */
static void print(json_t *value, struct buf *out)
{
	run_json_print(value, JSON_ENSURE_ASCII, out);
}

static void print_run(const struct run_file *run, struct buf *out)
{
	json_t *header = run_json_header(&run->header);

	if (run->ended.p)
		run_json_set(header, "ended", run_json_str(run->ended));
	run_json_set(header, "complete", json_boolean(run->ended.p));
	print(header, out);
}

static void print_causes(const struct run_file *run, struct buf *out)
{
	json_t *list = run_json_causes(&run->causes);
	size_t n = json_array_size(list);

	buf_puts(out, "[");
	for (size_t i = 0; i < n; i++) {
		buf_puts(out, i ? ",\n    " : "\n    ");
		print(json_incref(json_array_get(list, i)), out);
	}
	buf_puts(out, n ? "\n  ]" : "]");
	json_decref(list);
}

bool report_json(const struct run_file *run, enum report_colour colour, struct buf *out,
		 struct err *err)
{
	buf_puts(out, "{\n  \"run\": ");
	print_run(run, out);
	buf_puts(out, ",\n  \"totals\": ");
	print(run_json_totals(run->totals), out);
	if (run->header.old_run.n) {
		int64_t counts[COMPARED_KINDS];

		compared_count(run, counts);
		buf_puts(out, ",\n  \"compared\": ");
		print(run_json_compared(counts), out);
	}
	buf_puts(out, ",\n  \"causes\": ");
	print_causes(run, out);
	buf_puts(out, ",\n  \"histories\": [");
	for (size_t i = 0; i < run->n_rows; i++) {
		buf_puts(out, i ? ",\n    " : "\n    ");
		run_json_put_entry(&run->rows[i].entry, true, out);
	}
	buf_puts(out, run->n_rows ? "\n  ]\n}\n" : "]\n}\n");
	return buf_ok(out, err);
}
