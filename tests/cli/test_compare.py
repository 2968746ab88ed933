#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# test_compare.py: hindcast replay --compare: an old and a new worker on the same histories.
"""
    test_compare.py HINDCAST FAKE_WORKER [TEST...]

Each test is a function that gets a World (replay_world.py).
"""
import json
import signal
import sys

from replay_world import Result, accounted, errors, has, interrupt, order, run_tests, same

OLD_RUN = ".hindcast/last.old.jsonl"
ND = "nd:[TMPRL1100] Nondeterminism error: "
REFUND = ND + ("Activity type of scheduled event 'Charge' does not match activity type of "
               "activity command 'Refund'")
REPAY = REFUND.replace("Refund", "Repay")


def orders(w, n):
    for i in range(n):
        w.write(f"h{i}.json", order(f"w-{i}"))


def compare(w, old, new, *arguments, **options):
    return w.replay(".", "--compare", "-w", w.worker(*old), "-w", w.worker(*new), *arguments,
                    **options)


def old_run(w):
    return Result(0, "", "", w.path(OLD_RUN))


def test_what_only_one_of_them_diverges_on(w):
    orders(w, 7)
    got = compare(w, ["w-1:" + REFUND, "w-2:" + REFUND, "w-3:" + REFUND, "w-6:exit:3"],
                  ["w-2:" + REFUND, "w-3:" + REPAY, "w-4:" + REFUND, "w-5:" + REFUND],
                  "-r", "text", "-r", "json:report.json", "-r", "junit:junit.xml")
    same(got.code, 1, "exit " + got.err)
    verdicts = {f"./h{i}.json": "diverged" if i in (2, 3, 4, 5) else "passed" for i in range(7)}
    accounted(got, verdicts)
    accounted(old_run(w), {f"./h{i}.json": "diverged" if i in (1, 2, 3) else
                           "crashed" if i == 6 else "passed" for i in range(7)})
    same(got.header["oldRun"], OLD_RUN, "oldRun")
    same(got.row("./h0.json")["old"], {"verdict": "passed"}, "old of what both pass")
    for name in ("./h1.json", "./h2.json"):
        theirs = old_run(w).row(name)["divergence"]
        same(got.row(name)["old"], {"verdict": "diverged", "kind": "attribute", "eventId": 5,
                                    "fingerprint": theirs["fingerprint"]}, "old of " + name)
    same(sorted(row["history"] for row in got.rows if row.get("known")),
         ["./h2.json", "./h3.json"], "known")
    with open(w.path("report.json"), encoding="utf-8") as f:
        same(json.load(f)["compared"], {"bothPass": 1, "onlyNew": 2, "onlyOld": 1, "alike": 1,
                                        "different": 1, "unjudged": 1}, "counts")
    has(got.out, "\ncompared with the old worker (run file: .hindcast/last.old.jsonl)\n"
        "    1  both pass\n"
        "    2  only the new worker diverges\n"
        "           2  OrderWorkflow: ActivityTaskScheduled Charge: activityType is 'Charge' in "
        "history, 'Refund' in the code\n"
        "    1  only the old worker diverges (fixed)\n"
        "       - ./h1.json: the old worker diverged at event 5\n"
        "    1  both diverge alike (known)\n"
        "    1  both diverge, differently (known)\n"
        "       - ./h3.json: event 5 in the new worker, event 5 in the old\n"
        "    1  not judged by both\n"
        "       - ./h6.json: passed by the new worker, crashed by the old\n")
    has(w.path("junit.xml").read_text(), 'failures="2"')


def test_what_both_diverge_on_fails_nothing(w):
    orders(w, 3)
    got = compare(w, ["*:" + REFUND], ["w-0:" + REFUND, "w-1:" + REPAY])
    same(got.code, 0, "exit " + got.out)
    has(got.out, "    0  only the new worker diverges\n")


def test_what_the_old_worker_could_not_judge_is_no_excuse(w):
    orders(w, 2)
    same(compare(w, ["w-1:exit:3"], ["w-1:" + REFUND]).code, 1, "a divergence, and a crash before")
    same(compare(w, ["w-1:" + REFUND], ["w-1:exit:3"]).code, 3, "a crash, and a divergence before")


def test_each_worker_has_its_own_processes(w):
    orders(w, 30)
    started = "echo started >>%s; "
    got = w.replay(".", "--compare", "-j", "2",
                   "-w", started % "old" + w.worker(), "-w", started % "new" + w.worker())
    same(got.code, 0, "exit")
    for name in ("old", "new"):
        same(w.path(name).read_text().count("started"), 2, name)


def test_it_fails_fast_by_the_new_worker_only(w):
    orders(w, 40)
    got = compare(w, ["pollers=1", "w-0:" + REFUND], ["pollers=1", "w-0:" + REFUND], "--fail-fast")
    same(got.code, 0, "exit " + got.out)
    assert "skipped" not in old_run(w).verdicts().values(), "what is old fails nothing"
    got = compare(w, ["pollers=1"], ["pollers=1", "w-0:" + REFUND], "--fail-fast")
    same(got.code, 1, "exit")
    assert "skipped" in got.verdicts().values(), "the rest is skipped"
    assert "skipped" not in old_run(w).verdicts().values(), "the old worker judged all"


def test_an_old_worker_that_never_comes(w):
    orders(w, 2)
    w.replay(".", worker=w.worker())
    got = w.replay(".", "--compare", "-w", "exit 3", "-w", "touch started; " + w.worker())
    same(got.code, 5, "exit")
    has(got.err, "hindcast: the old worker: ", "status 3")
    same(got.rows, [], "what an earlier run left is gone")
    assert not w.path("started").exists(), "there is nothing to compare the new one with"
    got = compare(w, [], [], "--resume")
    same(got.code, 0, "exit")
    accounted(got, {"./h0.json": "passed", "./h1.json": "passed"})


def test_a_run_that_was_cut_short_is_resumed(w):
    orders(w, 6)
    passed = {f"./h{i}.json": "passed" for i in range(6)}
    hangs, log = ["pollers=1", "w-3:hang"], "log=log"
    for old, new, path, rows in ((hangs, [], OLD_RUN, 0),
                                 ([log], hangs, ".hindcast/last.jsonl", 3)):
        w.path("log").write_text("")
        got = interrupt(w, None, lambda: w.path(path).exists() and
                        w.path(path).read_text().count('"ms"') >= 3, ".", "--compare", "--resume",
                        "-w", w.worker(*old), "-w", w.worker(*new),
                        signals=(signal.SIGINT, signal.SIGINT))
        assert rows <= len(got.rows) < 6, got.rows
        if old == [log]:
            # The old worker has what it had from the first part.
            same(w.path("log").read_text().count("w-0"), 0, "asked again")
    got = compare(w, ["*:exit:9"], [], "--resume")
    same(got.code, 0, "exit " + got.err)
    accounted(got, passed)
    accounted(old_run(w), passed)
    assert all(row["old"] == {"verdict": "passed"} for row in got.rows), got.rows
    has(got.out, "    6  both pass\n")


def test_a_run_without_the_other_worker_is_not_resumed(w):
    """What was not compared, or was excused by a comparison, is asked again."""
    orders(w, 3)
    diverged = {f"./h{i}.json": "diverged" for i in range(3)}
    same(w.replay(".", worker=w.worker("*:" + REFUND)).code, 1, "exit without --compare")
    got = compare(w, ["*:" + REFUND], ["*:" + REFUND], "--resume")
    same(got.code, 0, "exit " + got.err)
    accounted(got, diverged)
    has(got.err, "3 verdicts are of another baseline or comparison")
    assert all(row["old"]["verdict"] == "diverged" for row in got.rows), got.rows
    got = w.replay(".", "--resume", worker=w.worker("*:" + REFUND))
    same(got.code, 1, "exit without it again " + got.err)
    accounted(got, diverged)
    assert not any("old" in row or "known" in row for row in got.rows), got.rows


def test_usage(w):
    orders(w, 1)
    for arguments, words in ((["-w", "true"], "two --worker"),
                             (["-w", "true"] * 3, "two --worker"),
                             (["-w", "true", "-w", "true", "-"], "standard input")):
        got = w.replay(".", "--compare", *arguments)
        same(got.code, 2, "exit")
        same(len(errors(got)), 1, got.err)
        has(got.err, words)
        assert not w.path(".hindcast").exists(), "a usage error leaves a run file"


def test_bad_histories_are_bad_for_both(w):
    orders(w, 1)
    w.write("bad.json", "{")
    got = compare(w, [], [])
    same(got.code, 3, "exit")
    accounted(got, {"./h0.json": "passed", "./bad.json": "invalid"})
    same(got.row("./bad.json")["old"], {"verdict": "invalid"}, "old")


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
