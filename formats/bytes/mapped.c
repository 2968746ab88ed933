/* SPDX-License-Identifier: MIT */
/* mapped.c: mmap with zeros put over what a shrinking file takes away. */
#include "formats/bytes/mapped.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* More files than threads ever hold open at a time; what finds no slot is read instead. */
#define SLOTS 64

/*
 * A signal handler is given an address and nothing else, so what it looks at lies at file
 * scope. START is written last and cleared first: a slot with a start is whole.
 */
static struct slot {
	_Atomic uintptr_t start; /* 0: free */
	_Atomic size_t n;	 /* whole pages */
	_Atomic bool torn;	 /* a page of it was not there when it was read */
} slots[SLOTS];

static struct handler {
	pthread_mutex_t mutex; /* of taking and leaving slots */
	unsigned used;	       /* slots; the handler is installed for the first */
	struct sigaction before;
} handler = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static size_t page_bytes(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

/* Zeros from the page of ADDRESS to the mapping's end; false: not one of ours. */
static bool mend(uintptr_t address)
{
	for (size_t i = 0; i < SLOTS; i++) {
		uintptr_t start = atomic_load(&slots[i].start), page;
		size_t n = atomic_load(&slots[i].n);

		if (!start || address < start || address - start >= n)
			continue;
		page = address & ~(uintptr_t)(page_bytes() - 1);
		atomic_store(&slots[i].torn, true);
		return mmap((void *)page, start + n - page, PROT_READ,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED;
	}
	return false;
}

static void on_bus_error(int signal_number, siginfo_t *info, void *context)
{
	const struct sigaction *before = &handler.before;

	/* Positive codes are the kernel's: a fault, and not somebody's kill(). */
	if (info->si_code > 0 && mend((uintptr_t)info->si_addr))
		return;
	if (before->sa_flags & SA_SIGINFO) {
		before->sa_sigaction(signal_number, info, context);
	} else if (before->sa_handler != SIG_DFL && before->sa_handler != SIG_IGN) {
		before->sa_handler(signal_number);
	} else if (info->si_code > 0 || before->sa_handler == SIG_DFL) {
		signal(signal_number, SIG_DFL);
		raise(signal_number);
	}
}

/* The handler is there while something is mapped, and nobody else's is taken out. */
static bool install(void)
{
	struct sigaction action = {.sa_sigaction = on_bus_error,
				   .sa_flags = SA_SIGINFO | SA_ONSTACK};

	return sigaction(SIGBUS, &action, &handler.before) == 0;
}

static void uninstall(void)
{
	struct sigaction now;

	if (sigaction(SIGBUS, NULL, &now) == 0 && (now.sa_flags & SA_SIGINFO) &&
	    now.sa_sigaction == on_bus_error)
		sigaction(SIGBUS, &handler.before, NULL);
}

static int take_slot(uintptr_t start, size_t n)
{
	int slot = -1;

	pthread_mutex_lock(&handler.mutex);
	for (int i = 0; i < SLOTS && slot < 0; i++) {
		if (atomic_load(&slots[i].start) || (!handler.used && !install()))
			continue;
		atomic_store(&slots[i].torn, false);
		atomic_store(&slots[i].n, n);
		atomic_store(&slots[i].start, start);
		handler.used++;
		slot = i;
	}
	pthread_mutex_unlock(&handler.mutex);
	return slot;
}

static void leave_slot(int slot)
{
	pthread_mutex_lock(&handler.mutex);
	atomic_store(&slots[slot].start, 0);
	if (--handler.used == 0)
		uninstall();
	pthread_mutex_unlock(&handler.mutex);
}

bool mapped_open(struct mapped *ret, int fd, size_t n)
{
	size_t page = page_bytes(), whole = (n + page - 1) / page * page;
	struct mapped m = {.fd = -1, .slot = -1};
	struct stat st;
	char *p;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || (size_t)st.st_size != n || n == 0)
		return false;
	/* A page of zeros behind the file is the slack of one that ends at a page's end. */
	p = mmap(NULL, whole + page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return false;
	m.bytes = str_slice(p, n);
	m.seconds = st.st_mtim.tv_sec;
	m.nanoseconds = st.st_mtim.tv_nsec;
	m.slot = take_slot((uintptr_t)p, whole);
	m.fd = m.slot < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (m.fd < 0 ||
	    mmap(p, whole, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0) == MAP_FAILED) {
		mapped_done(&m);
		return false;
	}
	*ret = m;
	return true;
}

/* Enough at a time that the calls don't count. */
#define PASSED_PIECE ((size_t)4 * 1024 * 1024)

void mapped_passed(struct mapped *m, size_t n)
{
	size_t whole = n / PASSED_PIECE * PASSED_PIECE;

	if (whole <= m->passed)
		return;
	/* Who forgets less does no harm. */
	(void)madvise((char *)m->bytes.p + m->passed, whole - m->passed, MADV_DONTNEED);
	m->passed = whole;
}

bool mapped_changed(const struct mapped *m)
{
	struct stat st;

	return atomic_load(&slots[m->slot].torn) || fstat(m->fd, &st) != 0 ||
	       (size_t)st.st_size != m->bytes.n || st.st_mtim.tv_sec != m->seconds ||
	       st.st_mtim.tv_nsec != m->nanoseconds;
}

void mapped_done(struct mapped *m)
{
	size_t page = page_bytes();

	if (!m->bytes.p)
		return;
	if (m->slot >= 0)
		leave_slot(m->slot);
	munmap((void *)(uintptr_t)m->bytes.p, (m->bytes.n + page - 1) / page * page + page);
	if (m->fd >= 0)
		close(m->fd);
	*m = (struct mapped){.fd = -1, .slot = -1};
}
