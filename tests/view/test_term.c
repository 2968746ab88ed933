/* SPDX-License-Identifier: MIT */
/* test_term.c: the viewer on a terminal: keys, sizes, signals, and how it leaves. */
#include "tests/view/vt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *history(void)
{
	return getenv("HISTORY");
}

static void start(struct vt *p, int width, int height)
{
	const char *args[] = {history(), NULL};

	vt_start(p, width, height, "xterm-256color", args, NULL);
	vt_idle(p);
}

static void key(struct vt *p, const char *bytes)
{
	vt_keys(p, bytes);
	vt_idle(p);
}

static void quit(struct vt *p)
{
	vt_keys(p, "Q");
	assert_int_equal(vt_end(p), 0);
	vt_assert_restored(p);
	vt_done(p);
}

static void q_leaves_the_terminal_as_it_was(void **state)
{
	struct vt p;

	start(&p, 80, 24);
	assert_true(p.alternate);
	assert_true(vt_shows(&p, "WorkflowExecutionStarted"));
	quit(&p);
}

static void keys_of_a_terminal_move_the_cursor(void **state)
{
	static const struct {
		const char *bytes, *position;
	} KEYS[] = {
		{"\x1b[B", "ev 2/"},  /* Down */
		{"j", "ev 5/"},
		{"\x1bOA", "ev 2/"},  /* Up, as an application's cursor key */
		{"\x1b[F", "ev 12/"}, /* End */
		{"\x1b[H", "ev 1/"},  /* Home */
		{"G", "ev 12/"},
		{"g", "ev 1/"},
		{":7\r", "ev 7/"},
		{"]", "ev 8/"},
		{"[", "ev 7/"},
		{"%", "ev 8/"},
		{"5G", "ev 5/"},
	};
	struct vt p;

	start(&p, 80, 24);
	for (size_t i = 0; i < sizeof(KEYS) / sizeof(*KEYS); i++) {
		vt_keys(&p, KEYS[i].bytes);
		/* each byte of a prompt is a key of its own */
		for (size_t k = 0; k < 6 && !vt_shows(&p, KEYS[i].position); k++)
			vt_idle(&p);
		assert_true(vt_shows(&p, KEYS[i].position));
	}
	vt_done(&p);
}

static void a_new_size_is_drawn_at_once_with_the_cursor_kept(void **state)
{
	struct vt p;

	start(&p, 80, 24);
	key(&p, "j");
	key(&p, "j");
	vt_resize(&p, 160, 48);
	vt_idle(&p);
	assert_true(vt_shows(&p, "ev 5/12"));
	vt_resize(&p, 20, 5);
	vt_idle(&p);
	assert_true(vt_shows(&p, "too small (20x5)"));
	vt_resize(&p, 1, 1);
	vt_idle(&p);
	vt_resize(&p, 80, 24);
	vt_idle(&p);
	assert_true(vt_shows(&p, "ev 5/12"));
	quit(&p);
}

#define ROW(id, verdict)                                                       \
	"{\"history\":\"" id ".json\",\"workflowId\":\"" id "\",\"events\":7," \
	"\"verdict\":\"" verdict "\"}\n"

static void append(const char *path, const char *text)
{
	FILE *f = fopen(path, "a");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* Nothing is typed: the file alone changes. */
static void a_run_that_grows_is_read_again_with_the_cursor_kept(void **state)
{
	char path[] = "/tmp/hindcast-run-XXXXXX";
	const char *args[] = {path, NULL};
	int fd = mkstemp(path);
	struct vt p;

	assert_true(fd >= 0);
	close(fd);
	append(path, "{\"hindcast\":\"run\",\"version\":1,\"histories\":3}\n" ROW("b", "crashed"));
	vt_start(&p, 80, 24, "xterm-256color", args, NULL);
	vt_idle(&p);
	assert_true(vt_shows(&p, "1 history of 3, not ended"));
	assert_true(vt_shows(&p, "> c b "));
	append(path, ROW("a", "crashed") ROW("c", "passed"));
	vt_idle(&p);
	assert_true(vt_shows(&p, "3 histories, not ended"));
	assert_true(vt_shows(&p, "  c a "));
	assert_true(vt_shows(&p, "> c b "));
	quit(&p);
	unlink(path);
}

static void ctrl_z_stops_it_and_fg_draws_all_again(void **state)
{
	struct vt p;

	start(&p, 80, 24);
	vt_keys(&p, "\x1a");
	vt_stopped(&p);
	assert_false(p.alternate);
	kill(p.pid, SIGCONT);
	vt_idle(&p);
	assert_true(p.alternate);
	assert_true(vt_shows(&p, "WorkflowExecutionStarted"));
	quit(&p);
}

static void ctrl_z_where_nobody_could_go_on_draws_again(void **state)
{
	const char *args[] = {history(), NULL};
	struct vt p;

	vt_start_orphan(&p, 80, 24, "xterm-256color", args, NULL);
	vt_idle(&p);
	key(&p, "\x1a");
	assert_true(p.alternate);
	assert_true(vt_shows(&p, "WorkflowExecutionStarted"));
	quit(&p);
}

/* kill -STOP from elsewhere: the shell sets its modes, and the terminal keeps them after fg. */
static void a_stop_from_elsewhere_sets_the_modes_again(void **state)
{
	struct termios now;
	struct vt p;

	start(&p, 80, 24);
	kill(p.pid, SIGSTOP);
	vt_stopped(&p);
	assert_int_equal(tcsetattr(p.fd, TCSANOW, &p.before), 0);
	kill(p.pid, SIGCONT);
	vt_idle(&p);
	assert_int_equal(tcgetattr(p.fd, &now), 0);
	assert_int_equal(now.c_lflag & (ICANON | ECHO | ISIG), 0);
	assert_true(p.alternate);
	quit(&p);
}

static void an_abort_leaves_the_terminal_as_it_was(void **state)
{
	struct vt p;

	start(&p, 80, 24);
	key(&p, "M");
	kill(p.pid, SIGABRT);
	assert_int_equal(vt_end(&p), 128 + SIGABRT);
	vt_assert_restored(&p);
	vt_done(&p);
}

/* Of whatever says them: hindcast where it has a bug, a library, the C runtime. */
static void words_before_an_abort_are_left_on_the_terminal(void **state)
{
	static const char WORDS[] = "this is a bug in hindcast: x.c:1: n > 0\n";
	char path[64];
	struct vt p;
	int fd;

	start(&p, 80, 24);
	snprintf(path, sizeof(path), "/proc/%d/fd/2", (int)p.pid);
	fd = open(path, O_WRONLY | O_NOCTTY);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, WORDS, strlen(WORDS)), strlen(WORDS));
	close(fd);
	key(&p, "j");
	assert_false(vt_shows(&p, "this is a bug"));
	kill(p.pid, SIGABRT);
	assert_int_equal(vt_end(&p), 128 + SIGABRT);
	vt_assert_restored(&p);
	assert_true(vt_shows(&p, "this is a bug in hindcast: x.c:1: n > 0"));
	vt_done(&p);
}

/* What they say is no part of what is typed: that stands on the screen too. */
static void signals_while_a_child_runs_end_both(void **state)
{
	static const struct {
		const char *command, *shows;
		int signal;
		bool tells;
	} ROWS[] = {
		{"|trap 'kill $!; echo to-$((6*7)); exit' TERM; sleep 60 & echo up-$((6*7)); wait\r", "up-42", SIGTERM, true},
		{"|trap 'kill $!; echo to-$((6*7)); exit' HUP; sleep 60 & echo up-$((6*7)); wait\r", "up-42", SIGHUP, true},
		{"|trap '' TERM; echo up-$((6*7)); sleep 5\r", "up-42", SIGTERM, false},
		{"|true\r", "[Enter: back to the history]", SIGTERM, false},
	};

	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct vt p;

		start(&p, 80, 24);
		vt_keys(&p, ROWS[i].command);
		vt_until(&p, ROWS[i].shows);
		kill(p.pid, ROWS[i].signal);
		assert_int_equal(vt_end(&p), 128 + ROWS[i].signal);
		vt_assert_restored(&p);
		assert_true(vt_shows(&p, "to-42") == ROWS[i].tells);
		vt_done(&p);
	}
}

static void a_signal_during_a_replay_ends_it_too(void **state)
{
	const char *args[] = {"--worker", "exec sleep 60", history(), NULL};
	struct vt p;

	vt_start(&p, 80, 24, "xterm-256color", args, NULL);
	vt_idle(&p);
	vt_keys(&p, "R");
	vt_until(&p, "replaying against");
	kill(p.pid, SIGTERM);
	assert_int_equal(vt_end(&p), 128 + SIGTERM);
	vt_assert_restored(&p);
	vt_done(&p);
}

/* In one piece, as by a terminal that is slow: Esc is not taken for the beginning of more. */
static void a_key_behind_esc_is_a_key(void **state)
{
	struct vt p;

	start(&p, 80, 24);
	vt_keys(&p, "\x1bj");
	vt_until(&p, "ev 2/12");
	quit(&p);
}

static void ctrl_c_at_the_end_of_a_pipe_is_no_end(void **state)
{
	struct vt p;

	start(&p, 80, 24);
	vt_keys(&p, "|true\r");
	vt_until(&p, "[Enter: back to the history]");
	vt_keys(&p, "\x03\r");
	vt_until(&p, "WorkflowExecutionStarted");
	vt_keys(&p, "j");
	vt_until(&p, "ev 2/12");
	quit(&p);
}

static void signals_end_it_with_the_terminal_restored(void **state)
{
	static const int SIGNALS[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT};

	for (size_t i = 0; i < sizeof(SIGNALS) / sizeof(*SIGNALS); i++) {
		struct vt p;

		start(&p, 80, 24);
		kill(p.pid, SIGNALS[i]);
		assert_int_equal(vt_end(&p), 128 + SIGNALS[i]);
		vt_assert_restored(&p);
		vt_done(&p);
	}
}

static void the_mouse_is_off_until_it_is_asked_for(void **state)
{
	struct vt p;

	start(&p, 80, 24);
	assert_false(vt_mouse(&p));
	key(&p, "M");
	assert_true(vt_mouse(&p));
	key(&p, "\x1b[<0;10;6M\x1b[<0;10;6m"); /* a click: the third row of the list */
	assert_true(vt_shows(&p, "ev 5/12"));
	quit(&p);
}

static void a_terminal_that_goes_away_ends_it(void **state)
{
	struct vt p;
	int status;

	start(&p, 80, 24);
	close(p.fd);
	assert_int_equal(waitpid(p.pid, &status, 0), p.pid);
	assert_true(WIFSIGNALED(status) || WIFEXITED(status));
	p.pid = 0;
	p.fd = -1;
	vt_done(&p);
}

static void a_terminal_that_can_not_move_its_cursor_gets_text(void **state)
{
	static const char *const NAMES[] = {"dumb", "no-such-terminal", ""};

	for (size_t i = 0; i < sizeof(NAMES) / sizeof(*NAMES); i++) {
		const char *args[] = {history(), NULL};
		struct vt p;

		vt_start(&p, 80, 24, NAMES[i], args, NULL);
		assert_int_equal(vt_end(&p), 0);
		assert_false(p.alternate);
		assert_non_null(strstr(p.sent, "WorkflowExecutionStarted"));
		assert_non_null(strstr(p.sent, "the view is written as text: the terminal type"));
		assert_null(strstr(p.sent, "\x1b["));
		vt_done(&p);
	}
}

static void write_events(const char *path, int n)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	for (int i = 1; i <= n; i++)
		fprintf(f,
			"{\"eventId\":\"%d\",\"eventTime\":\"2026-01-01T00:00:%02dZ\",\"eventType\":"
			"\"EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED\","
			"\"workflowExecutionSignaledEventAttributes\":{\"signalName\":\"s%d\"}}\n",
			i, i % 60, i);
	fclose(f);
}

/* More than any pipe holds, into a program that is stopped before it reads. */
static void a_pager_that_stops_stops_the_viewer(void **state)
{
	char path[] = "/tmp/hindcast-long-XXXXXX";
	const char *args[] = {path, NULL};
	struct vt p;

	close(mkstemp(path));
	write_events(path, 3000);
	vt_start(&p, 80, 24, "xterm-256color", args, NULL);
	vt_idle(&p);
	vt_keys(&p, "|kill -STOP $$; cat\r");
	vt_stopped(&p);
	kill(p.pid, SIGCONT);
	vt_until(&p, "[Enter: back to the history]");
	vt_keys(&p, "\r");
	vt_until(&p, "ev 1/");
	vt_keys(&p, "j");
	vt_until(&p, "ev 2/");
	unlink(path);
	quit(&p);
}

static void a_history_that_grows_is_followed_at_its_end(void **state)
{
	char path[] = "/tmp/hindcast-follow-XXXXXX";
	const char *args[] = {path, NULL};
	struct vt p;

	close(mkstemp(path));
	write_events(path, 5);
	vt_start(&p, 80, 24, "xterm-256color", args, NULL);
	vt_idle(&p);
	key(&p, "G");
	assert_true(vt_shows(&p, "ev 5/5"));
	write_events(path, 9);
	vt_idle(&p);
	assert_true(vt_shows(&p, "ev 9/9"));
	key(&p, "k");
	write_events(path, 12);
	vt_idle(&p);
	assert_true(vt_shows(&p, "ev 8/12"));
	write_events(path, 0); /* being written anew */
	write_events(path, 13);
	vt_idle(&p);
	assert_true(vt_shows(&p, "ev 8/13"));
	unlink(path);
	quit(&p);
}

static void no_color_draws_without_colours(void **state)
{
	static const char *const ENV[] = {"NO_COLOR=1", NULL};
	const char *args[] = {history(), NULL};
	struct vt p;

	vt_start(&p, 80, 24, "xterm-256color", args, ENV);
	vt_idle(&p);
	p.sent[p.n_sent] = '\0';
	assert_null(strstr(p.sent, "\x1b[32m"));
	assert_null(strstr(p.sent, "\x1b[1m\x1b[31m"));
	quit(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(q_leaves_the_terminal_as_it_was),
		cmocka_unit_test(keys_of_a_terminal_move_the_cursor),
		cmocka_unit_test(a_new_size_is_drawn_at_once_with_the_cursor_kept),
		cmocka_unit_test(a_run_that_grows_is_read_again_with_the_cursor_kept),
		cmocka_unit_test(ctrl_z_stops_it_and_fg_draws_all_again),
		cmocka_unit_test(ctrl_z_where_nobody_could_go_on_draws_again),
		cmocka_unit_test(a_stop_from_elsewhere_sets_the_modes_again),
		cmocka_unit_test(an_abort_leaves_the_terminal_as_it_was),
		cmocka_unit_test(words_before_an_abort_are_left_on_the_terminal),
		cmocka_unit_test(signals_while_a_child_runs_end_both),
		cmocka_unit_test(a_signal_during_a_replay_ends_it_too),
		cmocka_unit_test(a_key_behind_esc_is_a_key),
		cmocka_unit_test(ctrl_c_at_the_end_of_a_pipe_is_no_end),
		cmocka_unit_test(a_pager_that_stops_stops_the_viewer),
		cmocka_unit_test(signals_end_it_with_the_terminal_restored),
		cmocka_unit_test(the_mouse_is_off_until_it_is_asked_for),
		cmocka_unit_test(a_terminal_that_goes_away_ends_it),
		cmocka_unit_test(a_terminal_that_can_not_move_its_cursor_gets_text),
		cmocka_unit_test(a_history_that_grows_is_followed_at_its_end),
		cmocka_unit_test(no_color_draws_without_colours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
