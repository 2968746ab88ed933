#include "replayer/remote/supervise.h"
#include "formats/base/mem.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
struct worker_process { pid_t pid; int status; bool done; int64_t deadline; char log[512]; };
bool worker_start(struct worker_process **ret, const struct worker_settings *s, struct err *err)
{
	struct worker_process *w = mem_zalloc(sizeof(*w));
	struct arena a; arena_init(&a);
	snprintf(w->log, sizeof w->log, "%s", s->log_path);
	char *cmd = arena_cstr(&a, s->command);
	int fd = open(s->log_path, O_CREAT|O_TRUNC|O_WRONLY|O_CLOEXEC, 0600);
	if (fd < 0) return err_errno(err, "%s", s->log_path);
	w->pid = fork();
	if (!w->pid) {
		setpgid(0, 0);
		sigset_t none; sigemptyset(&none); sigprocmask(SIG_SETMASK, &none, NULL);
		dup2(open("/dev/null", O_RDONLY), 0); dup2(fd, 1); dup2(fd, 2);
		setenv("TEMPORAL_ADDRESS", arena_cstr(&a, s->address), 1);
		setenv("TEMPORAL_NAMESPACE", arena_cstr(&a, s->name_space), 1);
		setenv("TEMPORAL_TASK_QUEUE", arena_cstr(&a, s->queue), 1);
		for (size_t i = 0; i < s->n_env; i++) putenv(arena_cstr(&a, s->env[i]));
		for (int i = 3; i < 1000; i++) close(i);
		execl("/bin/sh", "sh", "-c", cmd, NULL); _exit(127);
	}
	setpgid(w->pid, w->pid);
	close(fd); *ret = w; return true;
}
enum worker_state worker_state(struct worker_process *w, int *code)
{
	if (!w->done && waitpid(w->pid, &w->status, WNOHANG) == w->pid) w->done = true;
	if (!w->done) return WORKER_RUNNING;
	if (WIFSIGNALED(w->status)) { if (code) *code = WTERMSIG(w->status); return WORKER_KILLED; }
	if (code) *code = WEXITSTATUS(w->status);
	return WORKER_EXITED;
}
pid_t worker_pid(const struct worker_process *w) { return w->pid; }
void worker_stop(struct worker_process *w, int64_t now, int64_t grace) { w->deadline = now + grace; kill(-w->pid, SIGTERM); }
bool worker_stopped(struct worker_process *w, int64_t now)
{
	if (worker_state(w, NULL) != WORKER_RUNNING) return true;
	if (now > w->deadline) kill(-w->pid, SIGKILL);
	return false;
}
void worker_kill(struct worker_process *w) { kill(-w->pid, SIGKILL); }
void worker_free(struct worker_process *w) { kill(-w->pid, SIGKILL); if (!w->done) waitpid(w->pid, &w->status, 0); mem_free(w); }
struct str worker_tail(const struct worker_process *w, size_t max, struct arena *a)
{
	FILE *f = fopen(w->log, "r"); char *b = arena_alloc(a, max + 1); size_t n = 0;
	if (f) { fseek(f, 0, SEEK_END); long e = ftell(f); fseek(f, e > (long)max ? e - (long)max : 0, SEEK_SET); n = fread(b, 1, max, f); fclose(f); }
	return str_slice(b, n);
}
bool worker_foreign_peer(const struct worker_process *w, struct arena *a, struct str *ret) { return false; }
int64_t worker_memory(const struct worker_process *w) { return 0; }
bool worker_owns(const struct worker_process *w, pid_t pid) { return true; }
