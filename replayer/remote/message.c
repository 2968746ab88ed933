/* SPDX-License-Identifier: MIT */
/* message.c: the few workflow-service messages that a frontend needs. */
#include "replayer/remote/message.h"

#include "formats/history/events.h"
#include "formats/schema/workflowservice.pb-c.h"
#include "formats/wire/field.h"
#include "formats/wire/wire.h"
#include "replayer/explain/explain.h"

#define SERVICE "temporal.api.workflowservice.v1."
/* The server whose behaviour the recipes were proven against; SDKs only log it. */
#define SERVER_VERSION "1.29.1"

typedef Temporal__Api__Workflowservice__V1__PollWorkflowTaskQueueResponse poll_response;
typedef Temporal__Api__Workflowservice__V1__PollWorkflowTaskQueueResponse__QueriesEntry
	queries_entry;
typedef Temporal__Api__Workflowservice__V1__GetSystemInfoResponse system_info;
typedef Temporal__Api__Workflowservice__V1__GetSystemInfoResponse__Capabilities capabilities;
typedef Temporal__Api__Workflowservice__V1__DescribeNamespaceResponse namespace_response;
typedef Temporal__Api__Query__V1__WorkflowQuery workflow_query;

/* Field numbers that are joined by hand. */
enum {
	POLL_RESPONSE_HISTORY = 8,
	POLL_RESPONSE_MESSAGES = 15,
	HISTORY_RESPONSE_HISTORY = 1,
	HISTORY_RESPONSE_NEXT_PAGE = 3,
	COMPLETED_RESPONSE_TASK = 1,
	ANY_REQUEST_TASK_TOKEN = 1, /* in all three Respond... messages */
	COMPLETED_COMMANDS = 2,
	COMPLETED_MESSAGES = 11,
	COMMAND_TYPE = 1,
};

void message_read_poll(const struct schema *s, struct str request, struct poll_request *ret)
{
	const struct schema_message *m = schema_message(s, SERVICE "PollWorkflowTaskQueueRequest");
	struct str build_id = field_str(m, request, "deployment_options.build_id");

	if (!build_id.n)
		build_id = field_str(m, request, "worker_version_capabilities.build_id");
	if (!build_id.n)
		build_id = field_str(m, request, "binary_checksum");
	*ret = (struct poll_request){
		.name_space = field_str(m, request, "namespace"),
		.queue = field_str(m, request, "task_queue.name"),
		.sticky = field_int(m, request, "task_queue.kind", 0) ==
			  TEMPORAL__API__ENUMS__V1__TASK_QUEUE_KIND__TASK_QUEUE_KIND_STICKY,
		.identity = field_str(m, request, "identity"),
		.instance = field_str(m, request, "worker_instance_key"),
		.build_id = build_id,
	};
}

static void put_packed(const ProtobufCMessage *message, struct buf *out)
{
	size_t n = protobuf_c_message_get_packed_size(message);
	char *room = buf_room(out, n);

	if (room)
		out->n += protobuf_c_message_pack(message, (uint8_t *)room);
}

static ProtobufCBinaryData binary(struct str s)
{
	return (ProtobufCBinaryData){s.n, (uint8_t *)(uintptr_t)s.p};
}

/* The message in which a server asked for the update that EVENT accepts. */
static void put_update(const struct history *h, size_t event, struct buf *head)
{
	Temporal__Api__Protocol__V1__Message message =
		TEMPORAL__API__PROTOCOL__V1__MESSAGE__INIT;
	Google__Protobuf__Any body = GOOGLE__PROTOBUF__ANY__INIT;
	const struct schema_message *m;
	struct str bytes, request;
	struct arena a;
	struct buf packed;

	if (!history_attributes(h, event, &m, &bytes))
		return;
	request = field_str(m, bytes, "accepted_request");
	if (!request.n) /* one that was admitted before: its event, which is served, says it */
		return;
	arena_init(&a);
	buf_init(&packed, 0);
	message.id = arena_cstr(&a, field_str(m, bytes, "accepted_request_message_id"));
	message.protocol_instance_id = arena_cstr(&a, field_str(m, bytes, "protocol_instance_id"));
	message.sequencing_id_case = TEMPORAL__API__PROTOCOL__V1__MESSAGE__SEQUENCING_ID_EVENT_ID;
	message.event_id = field_int(m, bytes, "accepted_request_sequencing_event_id", 0);
	body.type_url = (char *)(uintptr_t) "type.googleapis.com/temporal.api.update.v1.Request";
	body.value = binary(request);
	message.body = &body;
	put_packed(&message.base, &packed);
	wire_put_bytes(head, POLL_RESPONSE_MESSAGES, buf_str(&packed));
	buf_done(&packed);
	arena_done(&a);
}

void message_put_task(const struct task_spec *spec, const struct task_identity *id,
		      size_t n_bytes, struct buf *head)
{
	poll_response r = TEMPORAL__API__WORKFLOWSERVICE__V1__POLL_WORKFLOW_TASK_QUEUE_RESPONSE__INIT;
	queries_entry entry =
		TEMPORAL__API__WORKFLOWSERVICE__V1__POLL_WORKFLOW_TASK_QUEUE_RESPONSE__QUERIES_ENTRY__INIT;
	queries_entry *entries[] = {&entry};
	workflow_query query = TEMPORAL__API__QUERY__V1__WORKFLOW_QUERY__INIT;
	Temporal__Api__Common__V1__WorkflowExecution execution =
		TEMPORAL__API__COMMON__V1__WORKFLOW_EXECUTION__INIT;
	Temporal__Api__Common__V1__WorkflowType type =
		TEMPORAL__API__COMMON__V1__WORKFLOW_TYPE__INIT;
	Temporal__Api__Taskqueue__V1__TaskQueue queue =
		TEMPORAL__API__TASKQUEUE__V1__TASK_QUEUE__INIT;
	struct arena a;

	arena_init(&a);
	execution.workflow_id = arena_cstr(&a, id->workflow_id);
	execution.run_id = arena_cstr(&a, id->run_id);
	type.name = arena_cstr(&a, spec->history->workflow_type);
	queue.name = arena_cstr(&a, id->queue);
	queue.kind = TEMPORAL__API__ENUMS__V1__TASK_QUEUE_KIND__TASK_QUEUE_KIND_NORMAL;
	r.task_token = binary(id->token);
	r.next_page_token = binary(id->next_page_token);
	r.workflow_execution = &execution;
	r.workflow_type = &type;
	/* core drops a task without it */
	r.workflow_execution_task_queue = &queue;
	r.previous_started_event_id = spec->previous_started;
	r.started_event_id = spec->started;
	/* later attempts are not reported as failed */
	r.attempt = 1;
	query.query_type = (char *)(uintptr_t)spec->query_type;
	if (spec->query == TASK_QUERY_LEGACY) {
		r.query = &query;
	} else if (spec->query == TASK_QUERY_MAP) {
		entry.key = (char *)(uintptr_t) "q";
		entry.value = &query;
		r.queries = entries;
		r.n_queries = 1;
	}
	put_packed(&r.base, head);
	for (size_t i = spec->n_events; i < spec->updates_end; i++)
		if (spec->history->events[i].type == EVENT_WORKFLOW_EXECUTION_UPDATE_ACCEPTED)
			put_update(spec->history, i, head);
	wire_put_tag(head, POLL_RESPONSE_HISTORY, WIRE_BYTES);
	wire_put_varint(head, n_bytes);
	arena_done(&a);
}

void message_put_following(size_t n_bytes, struct buf *prefix)
{
	wire_put_tag(prefix, COMPLETED_RESPONSE_TASK, WIRE_BYTES);
	wire_put_varint(prefix, n_bytes);
}

void message_put_history_page(struct str next_page_token, size_t n_bytes, struct buf *head)
{
	if (next_page_token.n)
		wire_put_bytes(head, HISTORY_RESPONSE_NEXT_PAGE, next_page_token);
	wire_put_tag(head, HISTORY_RESPONSE_HISTORY, WIRE_BYTES);
	wire_put_varint(head, n_bytes);
}

/*
 * sdk_metadata is what makes core and Java compare fields at all; the others are what every
 * server of the last years says. Nothing that would make a worker ask for more is claimed.
 */
void message_put_system_info(struct buf *out)
{
	capabilities c = TEMPORAL__API__WORKFLOWSERVICE__V1__GET_SYSTEM_INFO_RESPONSE__CAPABILITIES__INIT;
	system_info r = TEMPORAL__API__WORKFLOWSERVICE__V1__GET_SYSTEM_INFO_RESPONSE__INIT;

	c.signal_and_query_header = true;
	c.internal_error_differentiation = true;
	c.activity_failure_include_heartbeat = true; /* without it core warns in every log */
	c.encoded_failure_attributes = true;
	c.build_id_based_versioning = true;
	c.sdk_metadata = true;
	r.server_version = (char *)(uintptr_t)SERVER_VERSION;
	r.capabilities = &c;
	put_packed(&r.base, out);
}

void message_put_namespace(struct str name, struct buf *out)
{
	namespace_response r = TEMPORAL__API__WORKFLOWSERVICE__V1__DESCRIBE_NAMESPACE_RESPONSE__INIT;
	Temporal__Api__Namespace__V1__NamespaceInfo info =
		TEMPORAL__API__NAMESPACE__V1__NAMESPACE_INFO__INIT;
	Temporal__Api__Namespace__V1__NamespaceInfo__Capabilities none =
		TEMPORAL__API__NAMESPACE__V1__NAMESPACE_INFO__CAPABILITIES__INIT;
	Temporal__Api__Namespace__V1__NamespaceConfig config =
		TEMPORAL__API__NAMESPACE__V1__NAMESPACE_CONFIG__INIT;
	struct arena a;

	arena_init(&a);
	info.name = arena_cstr(&a, name);
	info.id = info.name;
	info.state = TEMPORAL__API__ENUMS__V1__NAMESPACE_STATE__NAMESPACE_STATE_REGISTERED;
	info.capabilities = &none;
	r.namespace_info = &info;
	r.config = &config;
	put_packed(&r.base, out);
	arena_done(&a);
}

struct str message_token(struct str request)
{
	return wire_bytes_at(request, ANY_REQUEST_TASK_TOKEN);
}

static size_t count_of(struct str request, uint32_t number)
{
	struct wire w = wire_of(request);
	struct wire_field f;
	size_t n = 0;

	while (wire_next(&w, &f))
		n += f.number == number && f.type == WIRE_BYTES;
	return n;
}

static void read_commands(struct str request, struct arena *a, struct task_reply *reply)
{
	struct command_view *views = arena_array(a, struct command_view,
						 count_of(request, COMPLETED_COMMANDS) + 1);
	struct wire w = wire_of(request);
	struct wire_field f;

	while (wire_next(&w, &f))
		if (f.number == COMPLETED_COMMANDS && f.type == WIRE_BYTES)
			views[reply->n_commands++] = (struct command_view){
				(int32_t)wire_value_at(f.bytes, COMMAND_TYPE, 0), f.bytes};
	reply->commands = views;
}

static void read_messages(const struct schema *s, struct str request, struct arena *a,
			  struct task_reply *reply)
{
	const struct schema_message *m = schema_message(s, "temporal.api.protocol.v1.Message");
	struct message_view *views = arena_array(a, struct message_view,
						 count_of(request, COMPLETED_MESSAGES) + 1);
	struct wire w = wire_of(request);
	struct wire_field f;

	while (wire_next(&w, &f)) {
		struct str type;
		ptrdiff_t slash;

		if (f.number != COMPLETED_MESSAGES || f.type != WIRE_BYTES)
			continue;
		type = field_str(m, f.bytes, "body.type_url");
		slash = str_find(type, STR("/"));
		views[reply->n_messages++] = (struct message_view){
			.id = field_str(m, f.bytes, "id"),
			.type = str_skip(type, (size_t)(slash + 1)),
			.body = field_str(m, f.bytes, "body.value"),
		};
	}
	reply->messages = views;
}

void message_read_completed(const struct schema *s, struct str request, struct arena *a,
			    struct task_reply *reply)
{
	const struct schema_message *m =
		schema_message(s, SERVICE "RespondWorkflowTaskCompletedRequest");

	*reply = (struct task_reply){.kind = REPLY_COMPLETED};
	reply->wants_another_task =
		field_int(m, request, "force_create_new_workflow_task", 0) != 0;
	reply->takes_next = field_int(m, request, "return_new_workflow_task", 0) != 0;
	read_commands(request, a, reply);
	read_messages(s, request, a, reply);
}

void message_read_failed(const struct schema *s, struct str request, struct arena *a,
			 struct task_reply *reply)
{
	const struct schema_message *m =
		schema_message(s, SERVICE "RespondWorkflowTaskFailedRequest");

	*reply = (struct task_reply){.kind = REPLY_FAILED};
	explain_failure(s, field_str(m, request, "failure"), a, &reply->failure);
	reply->failure.cause = (int32_t)field_int(m, request, "cause", 0);
}

void message_read_query(const struct schema *s, struct str request, struct arena *a,
			struct task_reply *reply)
{
	const struct schema_message *m =
		schema_message(s, SERVICE "RespondQueryTaskCompletedRequest");
	struct str text = field_str(m, request, "error_message");

	*reply = (struct task_reply){.kind = REPLY_QUERY_ANSWERED};
	if (field_int(m, request, "completed_type", 0) !=
	    TEMPORAL__API__ENUMS__V1__QUERY_RESULT_TYPE__QUERY_RESULT_TYPE_FAILED) {
		reply->query_answer = field_str(m, request, "query_result.payloads.data");
		reply->query_encoding =
			field_str(m, request, "query_result.payloads.metadata[encoding]");
		return;
	}
	reply->kind = REPLY_QUERY_FAILED;
	explain_failure(s, field_str(m, request, "failure"), a, &reply->failure);
	reply->failure.cause = (int32_t)field_int(m, request, "cause", 0);
	/* Java sends no failure here, only the text; where both are there they agree. */
	if (text.n && (!reply->failure.message.n || reply->failure.encoded)) {
		reply->failure.message = text;
		reply->failure.encoded = str_is(text, "Encoded failure");
	}
}
