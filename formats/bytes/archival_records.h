/* SPDX-License-Identifier: MIT */
/* archival_records.h: what a server archives about runs, beside their histories. */
#pragma once

#include "formats/bytes/archival.h"

/* A VisibilityRecord, as far as it names a run; strings of the arena it was read into. */
struct archival_record {
	struct str namespace_id, namespace_name, workflow_id, run_id;
	struct str workflow_type, status, close_time;
};

/* *.visibility, or NAMESPACE-ID/visibility/INDEX/VALUE/closeTimeout/TIME/RUN-ID. */
bool archival_is_record(struct str path);
/* JSON with workflow and run id at least; ERR may be NULL. */
bool archival_record_read(struct str path, struct arena *a, struct archival_record *ret,
			  struct err *err);
/* What the record knows and R does not. */
void archival_record_name(const struct archival_record *record, struct archival_run *r);
