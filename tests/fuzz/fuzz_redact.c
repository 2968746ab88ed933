/* SPDX-License-Identifier: MIT */
/* fuzz_redact.c: any history is redacted, always alike and into a history, or refused. */
#include "tests/fuzz/fuzz.h"

#include "formats/history/history.h"
#include "formats/redact/redact.h"

static const struct schema *schema(void)
{
	static const struct schema *made;
	static struct arena arena;

	if (!made)
		made = schema_new(&arena);
	return made;
}

static bool redact(const struct redact_settings *settings, struct str bytes, struct buf *out)
{
	struct redact *r = redact_open(settings);
	struct err err = ERR_INIT;
	bool ok = redact_history(r, bytes, out, &err);

	if (!ok && !err.message[0])
		fuzz_broken("refused without a reason", NULL);
	redact_close(r);
	return ok;
}

static void look_at(struct str before, struct str after)
{
	struct history a, b;
	struct arena one = {0}, two = {0};

	if (!history_take(&a, &one, before, schema(), NULL))
		fuzz_broken("redacted what is no history", NULL);
	if (!history_take(&b, &two, after, schema(), NULL))
		fuzz_broken("what was made is no history", NULL);
	if (a.n_events != b.n_events)
		fuzz_broken("another number of events", NULL);
	history_done(&a);
	history_done(&b);
}

/* A byte of options, a line with a rule, a history. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str text, rest, line;
	struct redact_rules rules;
	struct redact_settings settings = {.schema = schema(), .rules = &rules};
	struct buf one = {0}, two = {0}, again = {0};

	if (!n)
		return 0;
	text = fuzz_copy(data + 1, n - 1);
	rest = text;
	line = str_split(&rest, '\n');
	settings.keep_size = data[0] & 1;
	settings.ids = data[0] & 2;
	settings.names = data[0] & 4;
	settings.types = data[0] & 8;
	settings.keys = data[0] & 16;
	redact_rules_init(&rules, schema());
	redact_rules_add(&rules, line, NULL);
	if (redact(&settings, rest, &one)) {
		look_at(rest, buf_str(&one));
		if (!redact(&settings, rest, &two) || !str_eq(buf_str(&one), buf_str(&two)))
			fuzz_broken("another result the second time", NULL);
		redact(&settings, buf_str(&one), &again);
	}
	redact_rules_done(&rules);
	buf_done(&one);
	buf_done(&two);
	buf_done(&again);
	fuzz_release(text);
	return 0;
}
