/* SPDX-License-Identifier: MIT */
/* bare_frontend.c: the least that a frontend on libgrpc can be, for hindcast to be measured by. */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <grpc/byte_buffer.h>
#include <grpc/byte_buffer_reader.h>
#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpc/slice.h>
#include <grpc/support/alloc.h>
#include <grpc/support/time.h>

/*
 *     bare_frontend HISTORY.pb COUNT -- worker command
 *
 * Serves one history COUNT times to a Go worker in namespace "ReplayNamespace", each time
 * as another run, and counts what comes back. Nothing is judged, nothing survives an
 * error; nothing of hindcast is in here. Field numbers are those of Temporal's API.
 */

#define WAITING 32	   /* calls asked for ahead */
#define GIVE_UP_SECONDS 60 /* without an answer */

struct bytes {
	uint8_t *p;
	size_t n;
};

enum kind { CALL_NEW, CALL_MESSAGE, CALL_REPLY };

struct call {
	grpc_call *call;
	grpc_call_details details;
	grpc_metadata_array metadata;
	grpc_byte_buffer *message, *reply;
	enum kind kind; /* what the queue will tell next */
};

struct frontend {
	grpc_server *server;
	grpc_completion_queue *queue;
	struct bytes history, id, type, task_queue; /* what tasks are made of */
	size_t count, served, answered, failed;
	struct timespec first, last, heard; /* first task served, last answer, last sign */
	struct rusage usage;		    /* at the first task */
};

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "bare_frontend: %s\n", what);
	exit(1);
}

static uint8_t *put_varint(uint8_t *to, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		*to++ = (uint8_t)(v | 0x80);
	*to++ = (uint8_t)v;
	return to;
}

static uint8_t *put_number(uint8_t *to, unsigned field, uint64_t v)
{
	return put_varint(put_varint(to, field << 3), v);
}

static uint8_t *put_bytes(uint8_t *to, unsigned field, const void *p, size_t n)
{
	to = put_varint(put_varint(to, field << 3 | 2), n);
	memcpy(to, p, n);
	return to + n;
}

static uint64_t get_varint(struct bytes *in)
{
	uint64_t v = 0;
	unsigned shift = 0;

	while (in->n > 0 && shift < 64) {
		uint8_t b = *in->p++;

		in->n--;
		v |= (uint64_t)(b & 0x7f) << shift;
		shift += 7;
		if (b < 0x80)
			break;
	}
	return v;
}

/* The first field NUMBER of message IN: its bytes, or its value in *ret_number. */
static struct bytes get(struct bytes in, unsigned number, uint64_t *ret_number)
{
	while (in.n > 0) {
		uint64_t key = get_varint(&in), v = 0;
		struct bytes field = {0};

		switch (key & 7) {
		case 0:
			v = get_varint(&in);
			break;
		case 1:
			field = (struct bytes){in.p, 8};
			break;
		case 2:
			field.n = get_varint(&in);
			field.p = in.p;
			break;
		case 5:
			field = (struct bytes){in.p, 4};
			break;
		default:
			die("a message that is none");
		}
		if (field.n > in.n)
			die("a message that is cut off");
		in.p += field.n;
		in.n -= field.n;
		if (key >> 3 != number)
			continue;
		if (ret_number)
			*ret_number = v;
		return field;
	}
	return (struct bytes){0};
}

static void ask(struct frontend *f)
{
	struct call *c = calloc(1, sizeof(*c));

	if (!c)
		die("no memory");
	grpc_call_details_init(&c->details);
	grpc_metadata_array_init(&c->metadata);
	if (grpc_server_request_call(f->server, &c->call, &c->details, &c->metadata, f->queue,
				     f->queue, c) != GRPC_CALL_OK)
		die("request_call");
}

static void batch(struct call *c, const grpc_op *ops, size_t n, enum kind next)
{
	c->kind = next;
	if (grpc_call_start_batch(c->call, ops, n, c, NULL) != GRPC_CALL_OK)
		die("start_batch");
}

/* MESSAGE is taken. */
static void reply(struct call *c, grpc_slice message, grpc_status_code status)
{
	static int cancelled; /* nobody asks */
	grpc_slice text = grpc_empty_slice();
	grpc_op ops[4] = {
		{.op = GRPC_OP_SEND_INITIAL_METADATA},
		{.op = GRPC_OP_RECV_CLOSE_ON_SERVER},
		{.op = GRPC_OP_SEND_STATUS_FROM_SERVER},
		{.op = GRPC_OP_SEND_MESSAGE},
	};

	c->reply = grpc_raw_byte_buffer_create(&message, 1);
	grpc_slice_unref(message);
	ops[1].data.recv_close_on_server.cancelled = &cancelled;
	ops[2].data.send_status_from_server.status = status;
	ops[2].data.send_status_from_server.status_details = &text;
	ops[3].data.send_message.send_message = c->reply;
	batch(c, ops, status == GRPC_STATUS_OK ? 4 : 3, CALL_REPLY);
}

static void reply_bytes(struct call *c, const uint8_t *p, const uint8_t *end)
{
	reply(c, grpc_slice_from_copied_buffer((const char *)p, (size_t)(end - p)),
	      GRPC_STATUS_OK);
}

/* The next run of the history, as a Go worker's own replayer gives it to itself. */
static void serve(struct frontend *f, struct call *c)
{
	grpc_slice task = grpc_slice_malloc(f->history.n + f->id.n + f->type.n +
					    f->task_queue.n + 256);
	uint8_t part[1024], *to = GRPC_SLICE_START_PTR(task), *end;
	char run[40], token[24];

	if (f->served++ == 0) {
		clock_gettime(CLOCK_MONOTONIC, &f->first);
		getrusage(RUSAGE_SELF, &f->usage);
	}
	(void)snprintf(token, sizeof(token), "task-%zu", f->served);
	(void)snprintf(run, sizeof(run), "%08lx-%04lx-4000-8000-%012zx",
		       (unsigned long)random(), (unsigned long)random() & 0xffff, f->served);
	to = put_bytes(to, 1, token, strlen(token));
	end = put_bytes(put_bytes(part, 1, f->id.p, f->id.n), 2, run, strlen(run));
	to = put_bytes(to, 2, part, (size_t)(end - part));
	end = put_bytes(part, 1, f->type.p, f->type.n);
	to = put_bytes(to, 3, part, (size_t)(end - part));
	to = put_number(to, 4, INT64_MAX); /* previous_started_event_id */
	to = put_number(to, 6, 1);	   /* attempt; started_event_id stays 0 */
	to = put_bytes(to, 8, f->history.p, f->history.n);
	end = put_number(put_bytes(part, 1, f->task_queue.p, f->task_queue.n), 2, 1);
	to = put_bytes(to, 11, part, (size_t)(end - part));
	GRPC_SLICE_SET_LENGTH(task, (size_t)(to - GRPC_SLICE_START_PTR(task)));
	reply(c, task, GRPC_STATUS_OK);
}

static void on_poll(struct frontend *f, struct call *c, struct bytes request)
{
	uint64_t kind = 0;

	(void)get(get(request, 2, NULL), 2, &kind);
	if (kind != 2 && f->served < f->count)
		serve(f, c); /* an ordinary queue, not a sticky one */
	/* All others are held until the worker goes. */
}

static void on_respond(struct frontend *f, struct call *c, bool ok)
{
	f->answered++;
	f->failed += !ok;
	clock_gettime(CLOCK_MONOTONIC, &f->last);
	f->heard = f->last;
	reply(c, grpc_empty_slice(), GRPC_STATUS_OK);
}

static void on_message(struct frontend *f, struct call *c, const char *method,
		       struct bytes request)
{
	static const uint8_t capabilities[] = {8, 1, 16, 1, 40, 1, 48, 1, 72, 1};
	uint8_t out[600], *end;

	if (strcmp(method, "PollWorkflowTaskQueue") == 0) {
		on_poll(f, c, request);
	} else if (strcmp(method, "RespondWorkflowTaskCompleted") == 0) {
		on_respond(f, c, true);
	} else if (strcmp(method, "RespondWorkflowTaskFailed") == 0) {
		on_respond(f, c, false);
	} else if (strcmp(method, "GetSystemInfo") == 0) {
		end = put_bytes(put_bytes(out, 1, "1.29.1", 6), 2, capabilities,
				sizeof(capabilities));
		reply_bytes(c, out, end);
	} else if (strcmp(method, "DescribeNamespace") == 0) {
		uint8_t info[300];
		struct bytes name = get(request, 1, NULL);

		if (name.n > 200)
			name.n = 200;
		end = put_number(put_bytes(info, 1, name.p, name.n), 2, 1);
		reply_bytes(c, out, put_bytes(out, 1, info, (size_t)(end - info)));
	} else if (strcmp(method, "PollActivityTaskQueue") != 0 &&
		   strcmp(method, "PollNexusTaskQueue") != 0) {
		reply(c, grpc_empty_slice(), GRPC_STATUS_UNIMPLEMENTED);
	}
}

static void call_free(struct call *c)
{
	if (c->call)
		grpc_call_unref(c->call);
	grpc_call_details_destroy(&c->details);
	grpc_metadata_array_destroy(&c->metadata);
	if (c->message)
		grpc_byte_buffer_destroy(c->message);
	if (c->reply)
		grpc_byte_buffer_destroy(c->reply);
	free(c);
}

static void handle(struct frontend *f, struct call *c, bool ok)
{
	if (!ok || c->kind == CALL_REPLY) {
		call_free(c);
	} else if (c->kind == CALL_NEW) {
		grpc_op message = {.op = GRPC_OP_RECV_MESSAGE};

		ask(f);
		message.data.recv_message.recv_message = &c->message;
		batch(c, &message, 1, CALL_MESSAGE);
	} else {
		char *path = grpc_slice_to_c_string(c->details.method);
		grpc_byte_buffer_reader reader;
		grpc_slice request = grpc_empty_slice();

		if (c->message && grpc_byte_buffer_reader_init(&reader, c->message)) {
			request = grpc_byte_buffer_reader_readall(&reader);
			grpc_byte_buffer_reader_destroy(&reader);
		}
		on_message(f, c, strrchr(path, '/') ? strrchr(path, '/') + 1 : path,
			   (struct bytes){GRPC_SLICE_START_PTR(request),
					  GRPC_SLICE_LENGTH(request)});
		grpc_slice_unref(request);
		gpr_free(path);
	}
}

static struct bytes read_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	struct bytes b = {0};
	long n;

	if (!file || fseek(file, 0, SEEK_END) != 0 || (n = ftell(file)) <= 0)
		die(path);
	rewind(file);
	b.p = malloc((size_t)n);
	b.n = (size_t)n;
	if (!b.p || fread(b.p, 1, b.n, file) != b.n)
		die(path);
	fclose(file);
	return b;
}

/* Workflow id, type and task queue stand in the first event. */
static void load(struct frontend *f, const char *path)
{
	struct bytes started;

	f->history = read_file(path);
	started = get(get(f->history, 1, NULL), 6, NULL);
	f->type = get(get(started, 1, NULL), 1, NULL);
	f->task_queue = get(get(started, 5, NULL), 1, NULL);
	f->id = get(started, 28, NULL);
	if (f->type.n == 0 || f->type.n > 300 || f->task_queue.n > 300 || f->id.n > 300)
		die("no history that starts with WorkflowExecutionStarted");
}

static int listen_somewhere(struct frontend *f)
{
	grpc_arg limit = {.type = GRPC_ARG_INTEGER,
			  .key = (char *)GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH,
			  .value.integer = -1};
	grpc_channel_args args = {.num_args = 1, .args = &limit};
	grpc_server_credentials *plain = grpc_insecure_server_credentials_create();
	int port;

	f->queue = grpc_completion_queue_create_for_next(NULL);
	f->server = grpc_server_create(&args, NULL);
	grpc_server_register_completion_queue(f->server, f->queue, NULL);
	port = grpc_server_add_http2_port(f->server, "127.0.0.1:0", plain);
	grpc_server_credentials_release(plain);
	grpc_server_start(f->server);
	for (int i = 0; i < WAITING; i++)
		ask(f);
	return port;
}

/* Forked before libgrpc starts; waits for the port. */
static pid_t start_worker(char **argv, int *ret_port_to)
{
	int ends[2], port;
	char address[32];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0 || (pid = fork()) < 0)
		die("can't start the worker");
	*ret_port_to = ends[1];
	if (pid > 0) {
		close(ends[0]);
		return pid;
	}
	if (read(ends[0], &port, sizeof(port)) != sizeof(port))
		_exit(1);
	(void)setpgid(0, 0);
	(void)snprintf(address, sizeof(address), "127.0.0.1:%d", port);
	(void)setenv("TEMPORAL_ADDRESS", address, 1);
	(void)setenv("TEMPORAL_NAMESPACE", "ReplayNamespace", 1);
	execvp(argv[0], argv);
	perror(argv[0]);
	_exit(127);
}

static double seconds(struct timespec a, struct timespec b)
{
	return (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
}

static double cpu_seconds(const struct rusage *u)
{
	return (double)(u->ru_utime.tv_sec + u->ru_stime.tv_sec) +
	       (double)(u->ru_utime.tv_usec + u->ru_stime.tv_usec) / 1e6;
}

static void serve_all(struct frontend *f, pid_t worker)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &f->heard);
	while (f->answered < f->count) {
		gpr_timespec second = gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
						   gpr_time_from_seconds(1, GPR_TIMESPAN));
		grpc_event event = grpc_completion_queue_next(f->queue, second, NULL);

		if (event.type == GRPC_OP_COMPLETE) {
			handle(f, event.tag, event.success != 0);
			continue;
		}
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (waitpid(worker, NULL, WNOHANG) == worker)
			die("the worker ended");
		if (seconds(f->heard, now) > GIVE_UP_SECONDS) {
			(void)kill(-worker, SIGKILL);
			die("the worker does not answer");
		}
	}
}

int main(int argc, char **argv)
{
	struct frontend f = {0};
	struct rusage end;
	double took, cpu;
	int to, port;
	pid_t worker;

	if (argc < 5 || strcmp(argv[3], "--") != 0 || (f.count = strtoul(argv[2], NULL, 10)) == 0)
		die("usage: bare_frontend HISTORY.pb COUNT -- worker command");
	load(&f, argv[1]);
	worker = start_worker(argv + 4, &to);
	grpc_init();
	port = listen_somewhere(&f);
	if (port <= 0 || write(to, &port, sizeof(port)) != sizeof(port))
		die("can't listen");
	serve_all(&f, worker);
	getrusage(RUSAGE_SELF, &end);
	(void)kill(-worker, SIGKILL);
	(void)waitpid(worker, NULL, 0);
	took = seconds(f.first, f.last);
	cpu = cpu_seconds(&end) - cpu_seconds(&f.usage);
	printf("tasks %zu failed %zu seconds %.3f tasks/s %.1f cpu_ms/task %.4f rss_kb %ld\n",
	       f.answered, f.failed, took, (double)f.answered / took,
	       cpu * 1e3 / (double)f.answered, end.ru_maxrss);
	return f.failed == 0 ? 0 : 1;
}
