/* SPDX-License-Identifier: MIT */
/* server_limits.c: the levels, from the server's defaults. */
#include "formats/history/server_limits.h"

#define KB ((uint64_t)1024)
#define MB (1024 * KB)

const struct server_limit_row SERVER_LIMIT_ROWS[SERVER_LIMITS] = {
	[SERVER_EVENTS] = {"events", "", 4096, 10240, 51200, "limit.historyCount.*"},
	[SERVER_BYTES] = {"history", "bytes", 4 * MB, 10 * MB, 50 * MB, "limit.historySize.*"},
	[SERVER_BLOB] = {"payloads of one event", "bytes", 0, 512 * KB, 2 * MB,
			 "limit.blobSize.*"},
	[SERVER_MEMO] = {"memo", "bytes", 0, 2 * KB, 2 * MB, "limit.memoSize.*"},
	[SERVER_SEARCH_ATTRIBUTES] = {"search attributes", "bytes", 0, 0, 40 * KB,
				      "frontend.searchAttributesTotalSizeLimit"},
	[SERVER_ID] = {"an id or name", "bytes", 0, 0, 1000, "limit.maxIDLength"},
	[SERVER_ACTIVITIES] = {"pending activities", "", 0, 0, 2000,
			       "limit.numPendingActivities.error"},
	[SERVER_CHILDREN] = {"pending child workflows", "", 0, 0, 2000,
			     "limit.numPendingChildExecutions.error"},
	[SERVER_SIGNALS_EXTERNAL] = {"pending signals to other workflows", "", 0, 0, 2000,
				     "limit.numPendingSignals.error"},
	[SERVER_CANCELS_EXTERNAL] = {"pending cancellations of other workflows", "", 0, 0, 2000,
				     "limit.numPendingCancelRequests.error"},
	[SERVER_SIGNALS] = {"signals", "", 0, 0, 10000, "history.maximumSignalsPerExecution"},
	[SERVER_UPDATES] = {"updates", "", 1800, 0, 2000, "history.maxTotalUpdates"},
	[SERVER_UPDATES_OPEN] = {"updates in flight", "", 0, 0, 10, "history.maxInFlightUpdates"},
};
