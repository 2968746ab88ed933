#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# test_many.py: many histories, many workers, and what becomes of a run that is cut short.
"""
    test_many.py HINDCAST FAKE_WORKER [TEST...]

Each test is a function; it gets a World: an empty folder, histories in domain words, and
the program. A test that fails keeps its folder and says where it is.
"""
import json
import os
import resource
import signal
import sys
import time

from replay_world import (Build, accounted, errors, has, interrupt, order, run_tests, same,
                          wait_for)

RUN = ".hindcast/last.jsonl"
ND = "[TMPRL1100] Nondeterminism error: "
# Two commands of one kind: nothing but bisecting finds the place.
ND_VAGUE = ND + "Unexpected command producing an invalid transition X"


def orders(w, n):
    for i in range(n):
        w.write(f"h{i}.json", order(f"w-{i}"))
    return {f"./h{i}.json": "passed" for i in range(n)}


def lines(w):
    return w.path(RUN).read_text(encoding="utf-8").splitlines(keepends=True)


def verdicts_written(w, n):
    return lambda: w.path(RUN).exists() and w.path(RUN).read_text().count('"verdict"') >= n


# ---- interrupted ----


def test_interrupted_twice_it_stops(w):
    passed = orders(w, 4)
    del passed["./h2.json"]
    for signals in ((signal.SIGINT, signal.SIGINT), (signal.SIGTERM,)):
        w.path(RUN).unlink(missing_ok=True)
        got = interrupt(w, w.worker("pollers=1", "w-2:hang"), verdicts_written(w, 3), ".",
                        signals=signals)
        same(got.verdicts(), passed, "verdicts")


def test_interrupted_once_it_finishes_what_is_out(w):
    orders(w, 4)
    worker = w.worker("pollers=1", "w-0:pass", "*:when:go:pass")
    process = w.start(".", worker=worker)
    wait_for(verdicts_written(w, 1))
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    w.write("go", "")
    got = w.finish(process)
    same(got.code, 130, "exit")
    assert got.totals is not None, "the run file has an end"
    assert got.verdicts()["./h1.json"] == "passed" and "./h3.json" not in got.verdicts(), \
        "what was out has its verdict, and nothing else went out"
    has(got.err, "what is out is finished first")


def test_interrupted_while_a_suspect_is_out(w):
    """What the interruption does to the worker is not the history's doing."""
    w.write("a.json", order("w-1"))
    worker = "echo started >>starts; test -e mark && exec %s \"*:hang\"; " % w.fake + \
             w.worker("*:once:mark:exit:9")
    starts = w.path("starts")

    def second_is_busy():
        return starts.exists() and starts.read_text().count("started") == 2 and \
            "fake worker on" in w.path(".hindcast/last.worker-2.log").read_text()

    got = interrupt(w, worker, lambda: second_is_busy() and not time.sleep(0.5), "a.json")
    same(got.verdicts(), {}, "verdicts")


def test_interrupted_before_the_first_poll(w):
    w.write("a.json", order("w-1"))
    got = interrupt(w, "touch started; sleep 60", w.path("started").exists, "a.json")
    same(got.verdicts(), {}, "verdicts")
    same([e for e in errors(got) if "error" in e], [], "stderr")


def test_interrupted_while_it_waits_for_histories_or_readers(w):
    """Neither standard input nor a report's reader keeps Ctrl-C waiting."""
    w.write("a.json", order("w-1"))
    os.mkfifo(w.path("report"))
    never, writer = os.pipe()
    for number in (signal.SIGINT, signal.SIGTERM):
        for arguments, run in ((["-"], None), (["a.json", "-r", "junit:report"], RUN)):
            w.path(RUN).unlink(missing_ok=True)
            process = w.start(*arguments, worker=w.worker(), stdin=never)
            if run:
                wait_for(lambda: w.path(RUN).exists() and '"totals"' in w.path(RUN).read_text())
            time.sleep(0.5)
            process.send_signal(number)
            same(w.finish(process, timeout=5).code, 130, f"exit of {arguments}")
    os.close(never)
    os.close(writer)


# ---- several programs behind one command ----


def test_each_program_is_looked_at_for_local_activities(w):
    """Go's are served without a guard as long as all of them can do without."""
    method = b"\0go.temporal.io/sdk/internal.(*workflowEnvironmentInterceptor).ExecuteLocalActivity\0"
    function = b"\0go.temporal.io/sdk/internal.ExecuteLocalActivity\0"
    with open(w.fake, "rb") as file:
        program = file.read()
    for name, symbols in (("without", method), ("with", method + function)):
        w.path(name).write_bytes(program + symbols)
        w.path(name).chmod(0o755)
    orders(w, 10)
    go = "sdk=temporal-go version=1.35.0 pollers=1 '*:after:1000:pass'"
    got = w.replay(".", "--verbose", worker=f"./without {go} & sleep 0.5; exec ./with {go}")
    told = [line for line in got.err.splitlines() if ", recipe go (" in line]
    unguarded = [line for line in told if "no local activities" in line]
    # All went out to the first one, and were begun anew when the second one came.
    same((len(told), told[:10]), (20, unguarded), "recipes")


def test_go_is_asked_for_one_stack_at_a_time(w):
    """Its SDK prints all stacks of a process into one buffer: two at a time get mixed."""
    for i in range(30):
        w.write(f"h{i}.json", Build(f"w-{i}").task().activity("Charge").task())
    passed = {f"./h{i}.json": "passed" for i in range(30)}
    mixed = "*:together:stack:internal.ExecuteLocalActivity"
    go = w.worker("sdk=temporal-go", "version=1.35.0", "pollers=4", "pause=3", mixed)
    for options in ((), ("--stacks", "all")):
        accounted(w.replay(".", *options, worker=go), passed)


# ---- resumed ----


def test_a_killed_run_is_resumed(w):
    passed = orders(w, 6)
    process = w.start(".", "-w", w.worker("pollers=1", "w-3:hang"))
    wait_for(verdicts_written(w, 3))
    process.kill()
    w.finish(process)
    before = lines(w)
    w.path(RUN).write_text("".join(before) + '{"history":"./h4.json","verd')
    got = w.replay(".", "--resume", worker=w.worker())
    same(got.code, 0, "exit " + got.err)
    accounted(got, passed)
    same(got.header["resumed"], len(before) - 1, "resumed")
    for line in before[1:]:
        assert line in lines(w), "a verdict that was there is kept to the byte"
    has(got.out, "6 histories: 6 passed")


def test_a_resumed_run_counts_what_was_found_before(w):
    w.write("a.json", order("w-1"))
    w.write("b.json", order("w-2"))
    worker = w.worker("pollers=1", "w-1:nd:" + ND_VAGUE, "w-2:hang")
    interrupt(w, worker, verdicts_written(w, 1), "--jobs", "1", ".")
    got = w.replay(".", "--resume", worker=w.worker())
    same(got.code, 1, "exit")
    accounted(got, {"./a.json": "diverged", "./b.json": "passed"})
    has(got.out, "1 passed, 1 diverged")


def test_what_is_known_is_so_by_the_baseline_of_now(w):
    w.write("a.json", order("w-1"))
    w.write("b.json", order("w-2"))
    worker = w.worker("w-1:nd:" + ND_VAGUE)
    same(w.replay(".", worker=worker).code, 1, "exit")
    known = ("--resume", "--baseline", "known.baseline")
    for arguments, code, kept in ((known + ("--update-baseline",), 0, 1), (known, 0, 2),
                                  (("--resume",), 1, 1)):
        got = w.replay(".", *arguments, worker=worker)
        same(got.code, code, f"exit with {arguments}: {got.err}")
        accounted(got, {"./a.json": "diverged", "./b.json": "passed"})
        same(got.header["resumed"], kept, f"kept with {arguments}")


def test_what_changed_since_is_replayed_again(w):
    orders(w, 3)
    same(w.replay(".", worker=w.worker()).code, 0, "exit")
    w.write("h1.json", Build("w-1").task().activity("Refund").task().completed())
    w.path("h2.json").unlink()
    got = w.replay(".", "--resume", worker=w.worker("w-0:nd:" + ND_VAGUE))
    same(got.code, 0, "exit: h0 is not asked again")
    accounted(got, {"./h0.json": "passed", "./h1.json": "passed"})
    has(got.err, "1 of 2 histories have a verdict", "1 histories have changed since")


def test_another_worker_is_told_of_when_a_run_is_resumed(w):
    orders(w, 2)
    w.replay(".", worker=w.worker("w-0:nd:" + ND_VAGUE))
    got = w.replay(".", "--resume", worker=w.worker("w-0:nd:" + ND_VAGUE))
    assert "not what it was" not in got.err, "the same worker"
    got = w.replay(".", "--resume", worker=w.worker())
    has(got.err, "the worker's command or what is asked of it is not what it was")
    same(got.code, 1, "exit: what is there is kept")


def test_what_was_only_skipped_is_tried_again(w):
    orders(w, 3)
    got = w.replay(".", "--fail-fast",
                   worker=w.worker("w-0:nd:" + ND_VAGUE, "*:hang"))
    same(sorted(got.verdicts().values()), ["diverged", "skipped", "skipped"], "verdicts")
    got = w.replay(".", "--resume", worker=w.worker())
    accounted(got, {"./h0.json": "diverged", "./h1.json": "passed", "./h2.json": "passed"})


def test_a_finished_run_starts_no_worker(w):
    passed = orders(w, 2)
    w.replay(".", worker=w.worker())
    got = w.replay(".", "--resume", worker="touch started; " + w.worker())
    same(got.code, 0, "exit")
    accounted(got, passed)
    assert not w.path("started").exists(), "there was nothing to ask"


def test_resume_begins_where_there_is_no_run(w):
    passed = orders(w, 2)
    got = w.replay(".", "--resume", worker=w.worker())
    same(got.code, 0, "exit")
    accounted(got, passed)


def test_resume_refuses_what_is_no_run_file(w):
    orders(w, 1)
    w.write("run.jsonl", '{"events":[]}\n')
    got = w.replay(".", "--resume", "--run", "run.jsonl", worker=w.worker(), run="run.jsonl")
    same(got.code, 3, "exit")
    has(got.err, "--resume: ", "run.jsonl")
    same(w.path("run.jsonl").read_text(), '{"events":[]}\n', "and leaves it alone")


# ---- before anything starts ----


def test_a_run_file_among_the_histories_is_none(w):
    passed = orders(w, 2)
    both = ("--compare", "-w", w.worker(), "-w", w.worker())
    for arguments in (both, both, ("--worker", w.worker())):
        got = w.replay(".", "--run", "run.jsonl", *arguments, run="run.jsonl")
        same(got.code, 0, "exit " + got.err)
        accounted(got, passed)
    assert w.path("run.old.jsonl").exists(), "there was another one to be left out"


def test_a_history_is_not_written_over(w):
    """As --run histories/*.json has it, which a shell makes several words of."""
    orders(w, 2)
    whole = w.path("h0.json").read_text(encoding="utf-8")
    for histories in ("h1.json", "h0.json", "."):
        process = w.start("--run", "h0.json", histories, worker="touch started; " + w.worker())
        out, err = process.communicate(timeout=20)
        same(process.returncode, 3, "exit")
        has(err.decode(), "run file h0.json: it holds something else, which is not written over")
        same(w.path("h0.json").read_text(encoding="utf-8"), whole, "the history")
    assert not w.path("started").exists(), "no worker was started"


def test_dry_run(w):
    w.write("a.json", order("w-1"))
    w.write("b.json", order("w-2", queue="slow"))
    w.write("c.json", "no history\n")
    got = w.replay(".", "--dry-run", "--map-queue", "slow=fast",
                   worker="touch started; " + w.worker())
    same(got.code, 0, "exit")
    has(got.out, "./a.json\n    OrderWorkflow, 11 events, to task queue queue; recipe ",
        "to task queue fast;", "./c.json\n    invalid: ",
        "2 of 3 histories would be replayed")
    assert not w.path("started").exists() and not w.path(RUN).exists(), "nothing was begun"


def test_dry_run_of_nothing(w):
    w.write("c.json", "no history\n")
    same(w.replay(".", "--dry-run", worker=w.worker()).code, 4, "exit")


# ---- workers ----


def test_several_processes_share_the_histories(w):
    passed = orders(w, 40)

    def each_has_one():
        return w.path("log").exists() and \
            len({pid for _, pid, workflow in read_log(w) if workflow != "-"}) == 3

    process = w.start(".", "-j", "3",
                      worker=w.worker("pollers=1", "log=log", "*:when:go:pass"))
    wait_for(each_has_one)
    w.write("go", "")
    got = w.finish(process)
    same(got.code, 0, "exit")
    accounted(got, passed)
    same(len({row["worker"]["identity"] for row in got.rows}), 3, "processes that worked")


def test_no_more_processes_than_histories(w):
    passed = orders(w, 2)
    got = w.replay(".", "-j", "9", worker="echo started >>starts; " + w.worker())
    accounted(got, passed)
    same(w.path("starts").read_text().count("started"), 2, "processes")


def test_queues_have_workers_of_their_own(w):
    w.write("a.json", order("w-1", queue="red"))
    w.write("b.json", order("w-2", queue="blue"))
    got = w.replay(".", "-w", w.worker("queue=red", "w-2:nd:" + ND_VAGUE),
                   worker=w.worker("queue=blue", "w-1:nd:" + ND_VAGUE))
    same(got.code, 0, "exit " + got.err)
    accounted(got, {"./a.json": "passed", "./b.json": "passed"})


def test_each_worker_is_told_its_queue(w):
    """Both get the same TEMPORAL_TASK_QUEUE: a command that sets its own has the last word."""
    w.write("a.json", order("w-1", queue="red"))
    w.write("b.json", order("w-2", queue="blue"))
    plain = "./worker"
    w.write("worker", "#!/bin/sh\n" + w.worker() + "\n")
    w.path("worker").chmod(0o700)
    got = w.replay(".", "-w", "TEMPORAL_TASK_QUEUE=red " + plain,
                   worker="TEMPORAL_TASK_QUEUE=blue " + plain)
    same(got.code, 0, "exit " + got.err)
    accounted(got, {"./a.json": "passed", "./b.json": "passed"})


def test_mapped_queues(w):
    w.write("a.json", order("w-1", queue="red"))
    w.write("b.json", order("w-2", queue="blue"))
    got = w.replay(".", "--map-queue", "red=green", "-w", w.worker("queue=green"),
                   worker=w.worker("queue=blue", "w-1:nd:" + ND_VAGUE))
    same(got.code, 0, "exit " + got.err)
    for bad, words in (("red", "FROM=TO"), ("=red", "FROM=TO"), ("red=", "FROM=TO")):
        got = w.replay(".", "--map-queue", bad, worker="touch started; " + w.worker())
        same(got.code, 2, "exit")
        has(got.err, "--map-queue " + bad, words)
    got = w.replay(".", "--map-queue", "red=a", "--map-queue", "red=b", worker=w.worker())
    same(got.code, 2, "exit")
    has(got.err, "task queue red is mapped twice")


def test_a_missing_worker_s_histories_go_to_nobody_else(w):
    w.write("a.json", order("w-1", queue="red"))
    w.write("b.json", order("w-2", queue="blue"))
    got = w.replay(".", "-w", "exit 3", worker=w.worker("queue=blue"))
    same(got.code, 3, "exit " + got.err)
    accounted(got, {"./a.json": "failed", "./b.json": "passed"})
    same(got.row("./a.json")["reason"], "no-poller", "reason")


def test_too_much_memory_ends_a_worker(w):
    passed = orders(w, 3)
    got = w.replay(".", "--worker-memory", "100M",
                   worker=w.worker("pollers=1", "w-1:hog:300"))
    same(got.code, 3, "exit " + got.err)
    accounted(got, dict(passed, **{"./h1.json": "crashed"}))
    has(got.row("./h1.json")["message"], "more than the 100 MB that --worker-memory allows")


def test_a_flood_of_output_fills_no_disk(w):
    passed = orders(w, 3)
    got = w.replay(".", worker=w.worker("*:flood:80"))
    same(got.code, 0, "exit " + got.err)
    accounted(got, passed)
    kept = sum(p.stat().st_size for p in w.path(".hindcast").glob("*.log"))
    assert kept < 40 << 20, f"{kept} bytes of output are kept"


# ---- who is guilty ----


def after_a_first_process(w, first, then):
    """A worker whose first process has all histories out at once and does FIRST with them."""
    return "test -e first && %s; touch first; %s" % (
        w.worker("*:" + then), w.worker("pollers=3", "*:" + first))


def test_trouble_that_comes_late_is_not_the_next_one_s_doing(w):
    for trouble in ("die:9", "drop:hang"):
        passed = orders(w, 3)
        w.path("first").unlink(missing_ok=True)
        got = w.replay(".", worker=after_a_first_process(
            w, "after:300:die:9", "after:100:then:after:20:" + trouble))
        same(got.code, 0, "exit after %s: %s" % (trouble, got.out))
        accounted(got, passed)


def test_a_divergence_looks_the_same_whatever_its_neighbours_do(w):
    w.write("a.json", Build("w-1").task().activity("Charge").task().activity("Ship").task())
    diverges = "w-1:after:300:nd-from:11:" + ND_VAGUE
    alone = w.replay("a.json", worker=w.worker(diverges)).row("a.json")["divergence"]
    w.write("b.json", order("w-2"))
    # Its place is known by then, but not yet what the code did there.
    got = w.replay(".", worker=w.worker(diverges, "w-2:once:mark:after:1050:die:9"))
    accounted(got, {"./a.json": "diverged", "./b.json": "passed"})
    same(got.row("./a.json")["divergence"], alone, "divergence")


def read_log(w):
    """What the fake worker's log says: (ms, pid, workflow id or - where it started)."""
    lines_ = [line.split() for line in w.path("log").read_text().splitlines()]
    return [(int(ms), pid, workflow) for ms, pid, workflow, _ in lines_]


def test_a_dead_worker_has_a_successor_within_a_second(w):
    orders(w, 3)
    w.replay(".", worker=w.worker("pollers=1", "log=log", "*:die:9"))
    log = read_log(w)
    starts = [(i, ms) for i, (ms, _, workflow) in enumerate(log) if workflow == "-"][1:]
    assert len(starts) >= 3, log
    for i, ms in starts:
        assert ms - log[i - 1][0] <= 1000, f"{ms - log[i - 1][0]} ms from a death to a start"


def test_large_histories_do_not_start_last(w):
    """Given last, and as long as twenty others: it goes out while others still wait."""
    orders(w, 120)
    large = Build("w-large")
    large.task()
    for _ in range(40):
        large.activity("Charge").task()
    w.write("z.json", large.completed())
    got = w.replay(".", "-j", "2", worker=w.worker("pollers=1", "log=log"))
    same(got.code, 0, "exit")
    order_ = [workflow for _, _, workflow in read_log(w) if workflow != "-"]
    same(len(order_), 121, "tasks")
    # While there is much to do, the order is the one given.
    place = order_.index("w-large")
    assert 10 < place < 100, f"it went out as number {place}"


# ---- confirmed ----


def test_confirmed_in_a_fresh_worker(w):
    w.write("a.json", order("w-1"))
    got = w.replay("a.json", "--confirm",
                   worker="echo started >>starts; " + w.worker("*:nd:" + ND_VAGUE))
    same(got.code, 1, "exit")
    accounted(got, {"a.json": "diverged"})
    same(w.path("starts").read_text().count("started"), 2, "processes")
    assert not got.row("a.json").get("unstable"), "it does so every time"


def test_a_worker_that_differs_from_itself_is_unstable(w):
    w.write("a.json", order("w-1"))
    got = w.replay("a.json", "--confirm", worker=w.worker("*:once:mark:nd:" + ND_VAGUE))
    same(got.code, 1, "exit")
    accounted(got, {"a.json": "diverged"})
    same(got.row("a.json")["unstable"], True, "unstable")
    has(got.out, "unstable")


def test_an_id_that_is_new_each_time_is_unstable(w):
    w.write("a.json", order("w-1"))
    got = w.replay("a.json", "--confirm", worker=w.worker(
        "*:nd-own:" + ND + "Activity id of scheduled event '4' does not match activity id of "
        "activity command 'PID'"))
    accounted(got, {"a.json": "diverged"})
    same(got.row("a.json")["divergence"]["field"], "activityId", "field")
    same(got.row("a.json").get("unstable"), True, "unstable")
    has(got.out, "and in a fresh worker")


# ---- the disk ----


def test_a_full_disk_ends_the_run_and_keeps_what_is_written(w):
    passed = orders(w, 60)

    def small_files():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))

    process = w.start(".", worker=w.worker("pollers=1"), preexec_fn=small_files)
    out, err = process.communicate(timeout=60)
    same(process.returncode, 3, "exit")
    has(err.decode(), "run file .hindcast/last.jsonl")
    rows = [json.loads(line) for line in lines(w)]
    assert 1 < len(rows) < 60, f"{len(rows)} lines are whole"
    got = w.replay(".", "--resume", worker=w.worker())
    same(got.code, 0, "exit " + got.err)
    accounted(got, passed)


def test_a_run_file_that_cannot_be_written(w):
    orders(w, 1)
    w.write("wall", "a file, no folder\n")
    got = w.replay(".", "--run", "wall/run.jsonl", worker="touch started; " + w.worker())
    same(got.code, 3, "exit")
    has(got.err, "wall")
    assert not w.path("started").exists(), "no worker starts for a run that leaves nothing"


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
