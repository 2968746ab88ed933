/* SPDX-License-Identifier: MIT */
/* fuzz_run.c: any run file is refused with its line, or goes through every report. */
#include "tests/fuzz/fuzz.h"

#include "replayer/report/report.h"

#include <jansson.h>

/* No name or message can bring along what a terminal or a CI server obeys. JSON may hold DEL. */
static void check_bytes(const struct report *report, struct str text)
{
	bool json = str_is(str_of(report->name), "json");

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if ((c < ' ' && c != '\n' && c != '\t') || (c == 0x7f && !json))
			fuzz_broken("a control character in a report", report->name);
	}
}

static void check_json(struct str text)
{
	json_error_t error;
	json_t *tree = json_loadb(text.p, text.n, JSON_ALLOW_NUL, &error);

	if (!tree)
		fuzz_broken("the JSON report is no JSON", error.text);
	json_decref(tree);
}

static void report(const struct run_file *run)
{
	struct buf first, again;

	buf_init(&first, 0);
	buf_init(&again, 0);
	for (size_t i = 0; i < N_REPORTS; i++) {
		struct err err = ERR_INIT;

		buf_clear(&first);
		buf_clear(&again);
		if (!REPORTS[i].write(run, REPORT_PLAIN, &first, &err) ||
		    !REPORTS[i].write(run, REPORT_PLAIN, &again, &err))
			fuzz_broken("a report that can't be written", err.message);
		if (!str_eq(buf_str(&first), buf_str(&again)))
			fuzz_broken("other bytes the second time", REPORTS[i].name);
		check_bytes(&REPORTS[i], buf_str(&first));
		if (str_is(str_of(REPORTS[i].name), "json"))
			check_json(buf_str(&first));
		(void)REPORTS[i].write(run, REPORT_COLOUR, &again, &err);
	}
	buf_done(&first);
	buf_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str text = fuzz_copy(data, n);
	struct err err = ERR_INIT;
	struct run_file *run;

	if (run_file_parse(&run, text, &err)) {
		report(run);
		run_file_free(run);
	} else if (err.code == ERR_NONE || !err.message[0]) {
		fuzz_broken("refused without a reason", NULL);
	}
	fuzz_release(text);
	return 0;
}
