/* SPDX-License-Identifier: MIT */
/* vt.c: bytes between a program, libvterm and a test. */
#include "tests/view/vt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <utmp.h>
#include <unistd.h>

static int on_property(VTermProp prop, VTermValue *value, void *data)
{
	struct vt *p = data;

	if (prop == VTERM_PROP_ALTSCREEN)
		p->alternate = value->boolean;
	return 1;
}

static const VTermScreenCallbacks CALLBACKS = {.settermprop = on_property};

/*
 * The program leads a session, and its group would be orphaned: no stop would come of SIGTSTP.
 * A process in it whose parent is in another group of the session, as a shell's job has one,
 * makes it a group that can be stopped. Both end with the program.
 */
static void have_a_shell(void)
{
	int ready[2];
	char byte;
	pid_t group = getpid(), shell, member;

	if (pipe(ready) != 0)
		_exit(126);
	shell = fork();
	if (shell == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		setpgid(0, 0);
		member = fork();
		if (member == 0)
			prctl(PR_SET_PDEATHSIG, SIGKILL);
		else
			setpgid(member, group);
		close_range(0, ~0U, 0);
		for (;;)
			pause();
	}
	close(ready[1]);
	while (read(ready[0], &byte, 1) > 0)
		continue;
	close(ready[0]);
}

static void be_program(int idle, const char *term, const char *const *args, const char *const *env)
{
	const char *argv[32] = {getenv("HINDCAST"), "view", "--idle-fd"};
	char fd[16];
	size_t n = 3;

	snprintf(fd, sizeof(fd), "%d", idle);
	argv[n++] = fd;
	for (size_t i = 0; args[i]; i++)
		argv[n++] = args[i];
	setenv("TERM", term, 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("TZ", "UTC", 1);
	unsetenv("COLUMNS");
	unsetenv("LINES");
	for (size_t i = 0; env && env[i]; i++)
		putenv((char *)env[i]);
	execv(argv[0], (char *const *)argv);
	_exit(127);
}

static void begin(struct vt *p, int width, int height, const char *term, const char *const *args,
		  const char *const *env, bool shell)
{
	struct winsize size = {.ws_row = (unsigned short)height, .ws_col = (unsigned short)width};
	int idle[2], master, slave;

	*p = (struct vt){0};
	assert_int_equal(pipe(idle), 0);
	assert_int_equal(openpty(&master, &slave, NULL, NULL, &size), 0);
	assert_int_equal(tcgetattr(slave, &p->before), 0);
	p->pid = fork();
	assert_true(p->pid >= 0);
	if (p->pid == 0) {
		close(master);
		close(idle[0]);
		login_tty(slave);
		if (shell)
			have_a_shell();
		be_program(idle[1], term, args, env);
	}
	close(slave);
	close(idle[1]);
	p->fd = master;
	p->idle = idle[0];
	p->vterm = vterm_new(height, width);
	vterm_set_utf8(p->vterm, 1);
	p->screen = vterm_obtain_screen(p->vterm);
	vterm_screen_set_callbacks(p->screen, &CALLBACKS, p);
	vterm_screen_enable_altscreen(p->screen, 1);
	vterm_screen_reset(p->screen, 1);
}

void vt_start(struct vt *p, int width, int height, const char *term, const char *const *args,
	       const char *const *env)
{
	begin(p, width, height, term, args, env, true);
}

void vt_start_orphan(struct vt *p, int width, int height, const char *term,
		     const char *const *args, const char *const *env)
{
	begin(p, width, height, term, args, env, false);
}

/* What the program has written; false: nothing more will come. */
static bool take_output(struct vt *p)
{
	char bytes[4096];
	ssize_t n = read(p->fd, bytes, sizeof(bytes));

	if (n <= 0)
		return n < 0 && errno == EINTR;
	vterm_input_write(p->vterm, bytes, (size_t)n);
	for (ssize_t i = 0; i < n && p->n_sent < sizeof(p->sent) - 1; i++)
		p->sent[p->n_sent++] = bytes[i];
	return true;
}

static void must_not_take_longer(time_t begin)
{
	if (time(NULL) - begin > VT_SECONDS)
		fail_msg("the program did not come to rest in %d seconds", VT_SECONDS);
}

/* What stands in the terminal's buffer is shown before the wait that was announced. */
static void drain(struct vt *p)
{
	struct pollfd out = {p->fd, POLLIN, 0};

	while (poll(&out, 1, 0) > 0 && out.revents & POLLIN)
		if (!take_output(p))
			return;
}

void vt_idle(struct vt *p)
{
	time_t begin = time(NULL);

	for (;;) {
		struct pollfd fds[] = {{p->fd, POLLIN, 0}, {p->idle, POLLIN, 0}};
		char byte;

		must_not_take_longer(begin);
		if (poll(fds, 2, 1000) <= 0)
			continue;
		if (fds[0].revents & POLLIN)
			take_output(p);
		if (!(fds[1].revents & (POLLIN | POLLHUP)))
			continue;
		if (read(p->idle, &byte, 1) != 1)
			fail_msg("the program has ended");
		drain(p);
		vterm_screen_flush_damage(p->screen);
		return;
	}
}

void vt_until(struct vt *p, const char *text)
{
	time_t begin = time(NULL);

	while (!vt_shows(p, text)) {
		struct pollfd out = {p->fd, POLLIN, 0};

		must_not_take_longer(begin);
		if (poll(&out, 1, 1000) > 0 && !take_output(p))
			fail_msg("the program ended before it showed '%s'", text);
		vterm_screen_flush_damage(p->screen);
	}
}

void vt_keys(struct vt *p, const char *bytes)
{
	size_t n = strlen(bytes);

	assert_int_equal(write(p->fd, bytes, n), n);
}

void vt_resize(struct vt *p, int width, int height)
{
	struct winsize size = {.ws_row = (unsigned short)height, .ws_col = (unsigned short)width};

	vterm_set_size(p->vterm, height, width);
	assert_int_equal(ioctl(p->fd, TIOCSWINSZ, &size), 0);
}

VTermScreenCell vt_cell(struct vt *p, int x, int y)
{
	VTermScreenCell cell;

	assert_true(vterm_screen_get_cell(p->screen, (VTermPos){.row = y, .col = x}, &cell));
	return cell;
}

void vt_row(struct vt *p, int y, char *ret, size_t size)
{
	int width, height;
	size_t n;

	vterm_get_size(p->vterm, &height, &width);
	n = vterm_screen_get_text(p->screen, ret, size - 1,
				  (VTermRect){.start_row = y, .end_row = y + 1, .end_col = width});
	while (n && ret[n - 1] == ' ')
		n--;
	ret[n] = '\0';
}

bool vt_shows(struct vt *p, const char *text)
{
	int width, height;
	char row[4096];

	vterm_get_size(p->vterm, &height, &width);
	for (int y = 0; y < height; y++) {
		vt_row(p, y, row, sizeof(row));
		if (strstr(row, text))
			return true;
	}
	return false;
}

int vt_end(struct vt *p)
{
	time_t begin = time(NULL);
	int status;

	for (;;) {
		struct pollfd out = {p->fd, POLLIN, 0};
		pid_t ended = waitpid(p->pid, &status, WNOHANG);

		must_not_take_longer(begin);
		if (ended == p->pid)
			break;
		if (poll(&out, 1, 20) > 0 && out.revents & POLLIN)
			take_output(p);
	}
	p->pid = 0;
	drain(p);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void vt_stopped(struct vt *p)
{
	time_t begin = time(NULL);
	int status;

	for (;;) {
		struct pollfd out = {p->fd, POLLIN, 0};

		must_not_take_longer(begin);
		if (waitpid(p->pid, &status, WNOHANG | WUNTRACED) == p->pid && WIFSTOPPED(status))
			break;
		if (poll(&out, 1, 20) > 0 && out.revents & POLLIN)
			take_output(p);
	}
	drain(p);
}

void vt_assert_restored(struct vt *p)
{
	struct termios now;

	assert_int_equal(tcgetattr(p->fd, &now), 0);
	assert_int_equal(now.c_lflag, p->before.c_lflag);
	assert_int_equal(now.c_iflag, p->before.c_iflag);
	assert_int_equal(now.c_oflag, p->before.c_oflag);
	assert_false(p->alternate);
	assert_false(vt_mouse(p));
}

bool vt_mouse(struct vt *p)
{
	bool on = false;

	p->sent[p->n_sent] = '\0';
	for (const char *at = p->sent; (at = strstr(at, "1000")); at += 4)
		on = at[4] == 'h';
	return on;
}

void vt_done(struct vt *p)
{
	if (p->pid > 0) {
		kill(p->pid, SIGKILL);
		waitpid(p->pid, NULL, 0);
	}
	close(p->fd);
	close(p->idle);
	vterm_free(p->vterm);
}
