/* SPDX-License-Identifier: MIT */
/* archival.h: which file of a server's archive holds which workflow's history. */
#pragma once

#include "formats/base/arena.h"
#include "formats/base/err.h"
#include "formats/base/vec.h"

/*
 * What a self-hosted server archives, as it lies in the folder of its file store or in a
 * copy of its bucket (FP: the decimal FarmHash Fingerprint64 of an id, farmhash.h):
 *
 *     file store  FP(namespace id)FP(workflow id)FP(run id)_VERSION.history
 *     gcloud      the same with _VERSION_PART.history
 *     s3          NAMESPACE-ID/history/WORKFLOW-ID/RUN-ID/VERSION/PART
 *
 * VERSION is the failover version when the run closed; the highest one is the history.
 * PARTs, from 0, are one history put one behind the other: to open the first one opens all
 * (input.h), so a history is named by the path of its first file.
 *
 * Files of the first two kinds are named by hashes, which lead from ids to names only. The
 * way back are the server's visibility records, where they lie in the same folder:
 * *.visibility, or NAMESPACE-ID/visibility/.../RUN-ID in a bucket of s3.
 */
enum archival_store { ARCHIVAL_FILESTORE, ARCHIVAL_GCLOUD, ARCHIVAL_S3 };

struct archival_run {
	enum archival_store store;
	struct str path; /* of its first file */
	size_t parts; /* fewer than from first_part to last_part: some are missing */
	long long first_part, last_part; /* -1: the store has no parts */
	long long version;
	size_t older; /* lower versions that lie beside it */
	struct str namespace_id, workflow_id, run_id; /* n = 0: not known */
	struct str namespace_name, workflow_type, status, close_time; /* of the visibility record */
	struct str hashes; /* of names that are hashes: the digits before _ */
};

struct archival_runs {
	VEC_OF(struct archival_run) runs; /* in the bytewise order of their paths */
	size_t records;			  /* visibility records that were read */
	size_t bad_records;		  /* that could not be read */
};

/* What is looked for; n = 0: any. */
struct archival_ids {
	struct str namespace_id, workflow_id, run_id;
};

/* Everything that FOLDER holds, at any depth. Strings live in A. */
bool archival_list(struct str folder, struct arena *a, struct archival_runs *ret, struct err *err);
/*
 * The runs of WANTED that FOLDER holds: several where no run id is given, all where no id is.
 * Ids that are given are set in the result. ERR_MISSING where there is none, with what was looked for.
 */
bool archival_find(struct str folder, const struct archival_ids *wanted, struct arena *a,
		   struct archival_runs *ret, struct err *err);
void archival_runs_done(struct archival_runs *runs);

/*
 * An argument of a command that names runs in an archive, all of them or by any of the ids:
 *
 *     archive:FOLDER
 *     archive:FOLDER?workflowId=ID&runId=ID&namespaceId=ID
 *
 * with %xx for what an id can't hold there (% and &). ERR_USAGE: it begins as one, but
 * isn't.
 */
bool archival_is_address(struct str argument);
bool archival_address(struct str argument, struct arena *a, struct str *ret_folder,
		      struct archival_ids *ret, struct err *err);

struct source_list;
/* Of the files FROM on that are archived only what archival_list() would name stays. */
void archival_drop_parts(struct source_list *list, size_t from, struct arena *a);

/* ---- names ---- */

struct archival_name {
	enum archival_store store;
	struct str folder; /* with its last / */
	struct str hashes; /* of the first two kinds */
	struct str namespace_id, workflow_id, run_id; /* of s3 */
	long long version;
	long long part; /* -1: the name has none */
};

/* False where PATH is no name of an archived history. All slices are of PATH. */
bool archival_parse(struct str path, struct archival_name *ret);
/* The path of the part STEPS further on, in A; the name must have a part. */
struct str archival_part(const struct archival_name *name, long long steps, struct arena *a);
/* True where HASHES are those of the ids that WANTED has. */
bool archival_matches(struct str hashes, const struct archival_ids *wanted);
