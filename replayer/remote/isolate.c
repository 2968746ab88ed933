/* SPDX-License-Identifier: MIT */
/* isolate.c: namespaces, loopback, the port that is passed out, and a filter of sockets. */
#include "replayer/remote/isolate.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "formats/base/str.h"

#define CHANNEL 3
/* What a worker's 20 to 30 polls and its reconnects can have waiting. */
#define BACKLOG 128
#define MAP_BYTES 4096

enum step { STEP_NAMESPACE, STEP_MAP, STEP_LOOPBACK, STEP_LISTEN, STEP_FILTER, STEPS };

static const struct step_row {
	const char *what;
	const char *advice;
} ROWS[STEPS] = {
	[STEP_NAMESPACE] = {"make a user and a network namespace",
			    "they must be allowed here: sysctls user.max_user_namespaces, "
			    "user.max_net_namespaces and kernel.unprivileged_userns_clone; in a "
			    "container, its seccomp profile"},
	[STEP_MAP] = {"map the user into the namespace",
		      "a security module may forbid it: sysctl "
		      "kernel.apparmor_restrict_unprivileged_userns; in a container, its seccomp "
		      "profile and capabilities"},
	[STEP_LOOPBACK] = {"bring the namespace's loopback up",
			   "a security module may forbid it: sysctl "
			   "kernel.apparmor_restrict_unprivileged_userns"},
	[STEP_LISTEN] = {"listen in the namespace", "is --port a port that can be used?"},
	[STEP_FILTER] = {"filter the worker's sockets",
			 "the kernel needs seccomp filters (CONFIG_SECCOMP_FILTER), and hindcast "
			 "a processor it knows them for: x86-64 or arm64"},
};

/* What goes over the channel; with step STEPS a descriptor beside it: all went well. */
struct news {
	int32_t step;
	int32_t number; /* errno */
};

/* ---- the helper: users ---- */

static bool write_file(const char *path, struct str text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool fine = fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n;
	int why = errno;

	if (fd >= 0)
		close(fd);
	errno = why;
	return fine;
}

/*
 * Every user that is known here, as itself: "0 100000 65536" here is "0 0 65536" there. So a
 * worker that is started by root finds its files as ever, and may still drop root.
 */
static bool map_all(pid_t pid, const char *what)
{
	char path[64], map[MAP_BYTES], line[64];
	unsigned inside, outside, count;
	size_t n = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/self/%s", what);
	file = fopen(path, "re");
	if (!file)
		return false;
	while (fgets(line, sizeof(line), file) && n + sizeof(line) < sizeof(map))
		if (sscanf(line, "%u %u %u", &inside, &outside, &count) == 3)
			n += (size_t)snprintf(map + n, sizeof(map) - n, "%u %u %u\n", inside,
					      inside, count);
	fclose(file);
	(void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, what);
	return write_file(path, str_slice(map, n));
}

/*
 * Runs outside of the new namespace, since only from there more than oneself can be mapped;
 * waits for GO. The exit code says whether it worked.
 */
static pid_t start_mapper(int go[2])
{
	pid_t us = getpid(), child = fork();
	char byte;

	if (child != 0)
		return child;
	close(go[1]);
	if (read(go[0], &byte, 1) != 1)
		_exit(1);
	_exit(map_all(us, "gid_map") && map_all(us, "uid_map") ? 0 : 1);
}

static bool finish_mapper(pid_t mapper)
{
	int status = 1;

	while (waitpid(mapper, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* What needs no right: oneself, as oneself. A group map needs setgroups() given up. */
static bool map_self(uid_t user, gid_t group)
{
	char line[64];
	int n = snprintf(line, sizeof(line), "%u %u 1", (unsigned)user, (unsigned)user);

	if (!write_file("/proc/self/uid_map", str_slice(line, (size_t)n)))
		return false;
	n = snprintf(line, sizeof(line), "%u %u 1", (unsigned)group, (unsigned)group);
	return write_file("/proc/self/setgroups", STR("deny")) &&
	       write_file("/proc/self/gid_map", str_slice(line, (size_t)n));
}

static bool enter(enum step *ret_step)
{
	uid_t user = geteuid();
	gid_t group = getegid();
	pid_t mapper = -1;
	bool entered, mapped = false;
	int go[2], why;

	*ret_step = STEP_NAMESPACE;
	if (pipe2(go, O_CLOEXEC) < 0)
		return false;
	if (user == 0)
		mapper = start_mapper(go);
	entered = unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC) == 0;
	why = errno;
	if (entered && mapper > 0)
		mapped = write(go[1], "", 1) == 1;
	close(go[1]);
	close(go[0]);
	if (mapper > 0)
		mapped = finish_mapper(mapper) && mapped;
	errno = why;
	if (!entered)
		return false;
	*ret_step = STEP_MAP;
	return mapped || map_self(user, group);
}

/* ---- the helper: the network ---- */

static bool loopback_up(void)
{
	struct ifreq lo = {.ifr_name = "lo"};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool fine;

	if (fd < 0)
		return false;
	fine = ioctl(fd, SIOCGIFFLAGS, &lo) == 0;
	lo.ifr_flags |= IFF_UP | IFF_RUNNING;
	fine = fine && ioctl(fd, SIOCSIFFLAGS, &lo) == 0;
	close(fd);
	return fine;
}

static int listen_on(int port)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons((uint16_t)port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), one = 1;

	/* Who is accepted inherits it: small replies are not held back. */
	if (fd >= 0)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (fd >= 0 && bind(fd, (struct sockaddr *)&to, sizeof(to)) == 0 &&
	    listen(fd, BACKLOG) == 0)
		return fd;
	return -1; /* the process ends, and the descriptor with it */
}

/*
 * Sockets that are files, and those between machines and their hosts, belong to no network
 * namespace. So only kinds that do can be made: IP, and the kernel's own (netlink). Pairs
 * of connected sockets stay, but not of datagrams, which can be connected again elsewhere.
 * io_uring makes sockets past this filter, as do other instruction sets, so they are closed.
 */
#if defined(__x86_64__)
#define NATIVE AUDIT_ARCH_X86_64
#define OTHER_CALLS 0x40000000U /* and above: x32's */
#elif defined(__aarch64__)
#define NATIVE AUDIT_ARCH_AARCH64
#define OTHER_CALLS UINT32_MAX
#endif

#ifdef NATIVE
#define AT(member) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offsetof(struct seccomp_data, member))
/* The low half: the kernel takes these arguments as int. */
#define ARGUMENT(i) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offsetof(struct seccomp_data, args[i]))
#define IS(value, then, otherwise) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), (then), (otherwise))
#define FAIL(number) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)(number))
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define KILL BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)

static bool filter_sockets(void)
{
	struct sock_filter code[] = {
		AT(arch),
		IS(NATIVE, 1, 0),
		KILL,
		AT(nr),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, OTHER_CALLS, 0, 1),
		KILL,
		IS(__NR_io_uring_setup, 0, 1),
		FAIL(ENOSYS),
		IS(__NR_socket, 0, 5),
		ARGUMENT(0),
		IS(AF_INET, 9, 0),
		IS(AF_INET6, 8, 0),
		IS(AF_NETLINK, 7, 0),
		FAIL(EAFNOSUPPORT),
		IS(__NR_socketpair, 0, 5),
		ARGUMENT(1),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xf), /* without SOCK_CLOEXEC and such */
		IS(SOCK_STREAM, 2, 0),
		IS(SOCK_SEQPACKET, 1, 0),
		FAIL(EPROTONOSUPPORT),
		ALLOW,
	};
	struct sock_fprog program = {.len = sizeof(code) / sizeof(*code), .filter = code};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}
#else
static bool filter_sockets(void)
{
	errno = ENOSYS;
	return false;
}
#endif

/* ---- the channel ---- */

union control {
	struct cmsghdr head;
	char room[CMSG_SPACE(sizeof(int))];
};

static bool tell(struct news news, int fd)
{
	struct iovec part = {&news, sizeof(news)};
	union control control = {.room = {0}};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

	if (fd >= 0) {
		message.msg_control = &control;
		message.msg_controllen = sizeof(control);
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
	}
	return sendmsg(CHANNEL, &message, MSG_NOSIGNAL) == (ssize_t)sizeof(news);
}

static bool set_up(int port, enum step *ret_step, int *ret_listener)
{
	if (!enter(ret_step))
		return false;
	*ret_step = STEP_LOOPBACK;
	if (!loopback_up())
		return false;
	*ret_step = STEP_LISTEN;
	*ret_listener = listen_on(port);
	if (*ret_listener < 0)
		return false;
	*ret_step = STEP_FILTER;
	return filter_sockets();
}

int isolate_main(char *const *argv, int argc, char *const *environment)
{
	const char *shell[] = {"sh", "-c", argc == 3 ? argv[2] : NULL, NULL};
	enum step step = STEP_LISTEN;
	int listener = -1;
	long long port;

	if (argc != 3 || !str_to_int(str_of(argv[1]), &port))
		return 127;
	if (fcntl(CHANNEL, F_SETFD, FD_CLOEXEC) < 0)
		return 127;
	if (!set_up((int)port, &step, &listener)) {
		(void)tell((struct news){(int32_t)step, errno}, -1);
		return 127;
	}
	if (!tell((struct news){STEPS, 0}, listener))
		return 127;
	(void)execve("/bin/sh", (char *const *)shell, environment);
	return 127;
}

bool isolate_channel(int ends[2], struct err *err)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0)
		return true;
	return err_errno(err, "can't make a pair of sockets");
}

static bool say_why(const struct news *news, struct err *err)
{
	const struct step_row *row;

	if (news->step < 0 || news->step >= STEPS)
		return err_set(err, ERR_IO, "--isolate: the helper speaks nonsense");
	row = &ROWS[news->step];
	return err_set(err, ERR_IO, "--isolate: can't %s: %s; %s. No worker was started",
		       row->what, strerror(news->number), row->advice);
}

bool isolate_receive(int channel, int *ret, struct err *err)
{
	struct news news;
	struct iovec part = {&news, sizeof(news)};
	union control control;
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof(control)};
	const struct cmsghdr *head;
	ssize_t n;

	*ret = -1;
	n = recvmsg(channel, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (n < (ssize_t)sizeof(news))
		return err_set(err, ERR_IO, "--isolate: the helper ended before it was done");
	head = CMSG_FIRSTHDR(&message);
	if (news.step == STEPS && head && head->cmsg_type == SCM_RIGHTS) {
		memcpy(ret, CMSG_DATA(head), sizeof(*ret));
		return true;
	}
	return say_why(&news, err);
}
