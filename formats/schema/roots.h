/* SPDX-License-Identifier: MIT */
/* roots.h: the messages that everything in the schema hangs below. */
#pragma once

#include "formats/schema/cadence.pb-c.h"
#include "formats/schema/command.pb-c.h"
#include "formats/schema/failure.pb-c.h"
#include "formats/schema/history.pb-c.h"
#include "formats/schema/workflowservice.pb-c.h"

#define SERVICE(message) &temporal__api__workflowservice__v1__##message##__descriptor

static const ProtobufCMessageDescriptor *const SCHEMA_ROOTS[] = {
	&temporal__api__history__v1__history__descriptor,
	&temporal__api__command__v1__command__descriptor,
	&temporal__api__failure__v1__failure__descriptor,
	&temporal__api__common__v1__data_blob__descriptor,
	SERVICE(describe_namespace_request),
	SERVICE(describe_namespace_response),
	SERVICE(get_system_info_request),
	SERVICE(get_system_info_response),
	SERVICE(get_workflow_execution_history_request),
	SERVICE(get_workflow_execution_history_response),
	SERVICE(poll_activity_task_queue_request),
	SERVICE(poll_activity_task_queue_response),
	SERVICE(poll_nexus_task_queue_request),
	SERVICE(poll_nexus_task_queue_response),
	SERVICE(poll_workflow_task_queue_request),
	SERVICE(poll_workflow_task_queue_response),
	SERVICE(record_worker_heartbeat_request),
	SERVICE(record_worker_heartbeat_response),
	SERVICE(reset_sticky_task_queue_request),
	SERVICE(reset_sticky_task_queue_response),
	SERVICE(respond_query_task_completed_request),
	SERVICE(respond_query_task_completed_response),
	SERVICE(respond_workflow_task_completed_request),
	SERVICE(respond_workflow_task_completed_response),
	SERVICE(respond_workflow_task_failed_request),
	SERVICE(respond_workflow_task_failed_response),
	SERVICE(shutdown_worker_request),
	SERVICE(shutdown_worker_response),
	/* What workflows ask of the service through Nexus: payloads in a payload. */
	SERVICE(signal_with_start_workflow_execution_request),
	SERVICE(signal_with_start_workflow_execution_response),
};

#undef SERVICE
#define SCHEMA_ROOTS_N (sizeof(SCHEMA_ROOTS) / sizeof(SCHEMA_ROOTS[0]))

/* Another world, with a schema of its own. */
static const ProtobufCMessageDescriptor *const CADENCE_ROOTS[] = {
	&uber__cadence__api__v1__history__descriptor,
};

#define CADENCE_ROOTS_N (sizeof(CADENCE_ROOTS) / sizeof(CADENCE_ROOTS[0]))
