#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# test_replay.py: hindcast replay as a user runs it, with workers that follow a script.
"""
    test_replay.py HINDCAST FAKE_WORKER [TEST...]

Each test is a function; it gets a World: an empty folder, histories in domain words, and
the program. A test that fails keeps its folder and says where it is.
"""
import json
import os
import pathlib
import shutil
import socket
import sys

from replay_world import (Build, accounted, errors, has, order, processes_with, run_tests, same,
                          wait_for)

DATA = pathlib.Path(__file__).resolve().parent.parent / "data"
ND = "[TMPRL1100] Nondeterminism error: "
# Two commands of one kind: nothing but bisecting finds the place.
ND_VAGUE = ND + "Unexpected command producing an invalid transition X"
DEADLOCK = "code:_DeadlockError:[TMPRL1101] Potential deadlock detected: workflow didn't yield"


# ---- exit codes ----

def test_passed(w):
    w.write("a.json", order())
    w.write("open.json", Build("w-2").task().activity("Charge"))
    got = w.replay("a.json", "open.json", worker=w.worker())
    same(got.code, 0, "exit")
    accounted(got, {"a.json": "passed", "open.json": "passed"})
    same(errors(got), [], "stderr")
    row = got.row("a.json")
    same((row["workflowId"], row["runId"], row["workflowType"], row["events"]),
         ("w-1", "run-of-w-1", "OrderWorkflow", 11), "facts")
    same(row["worker"]["sdk"], "temporal-python", "sdk")
    same(row["worker"]["version"], "1.20.0", "version")


def test_diverged_wins_over_unjudged(w):
    w.write("a.json", order("w-1"))
    w.write("b.json", order("w-2"))
    w.write("c.json", "{")
    got = w.replay("a.json", "b.json", "c.json",
                   worker=w.worker("w-1:nd:" + ND_VAGUE))
    same(got.code, 1, "exit")
    accounted(got, {"a.json": "diverged", "b.json": "passed", "c.json": "invalid"})


def test_usage(w):
    w.write("a.json", order())
    for arguments, worker, words in [
            (["a.json"], None, "--worker"),
            ([], "true", "a history"),
            (["a.json", "--report", "paper"], "true", "text, json, junit"),
            (["a.json", "--sdk", "cobol"], "true", "Go, Java, Python"),
            (["a.json", "--env", "NOVALUE"], "true", "NAME=VALUE"),
            (["a.json", "--strict", "--ignore", "Nothing.input"], "true", "there is no command Nothing"),
            (["a.json", "--strict", "--ignore", "*.*Timeout"], "true", "a whole part"),
            (["a.json", "--port", "99999"], "true", "--port"),
            (["a.json", "--port", "65530", "-j", "7"], "true", "none beyond 65535"),
            (["a.json", "--ignore", "*.header"], "true", "--ignore needs --strict"),
            (["a.json", "--strict-tasks", "3"], "true", "--strict-tasks needs --strict"),
            (["a.json", "--query", "q", "--stacks", "none"], "true", "--query needs --stacks"),
            (["a.json", "--no-such"], "true", "--no-such")]:
        got = w.replay(*arguments, worker=worker)
        same(got.code, 2, f"exit of {arguments}")
        has(got.err.splitlines()[0], words)
        same(got.out, "", "stdout")
        assert not w.path(".hindcast").exists(), "a usage error leaves a run file"


def test_nothing_to_replay(w):
    w.path("empty").mkdir()
    w.write("no-task.json", Build())
    touch = "touch started; " + w.worker()
    for arguments in (["empty"], ["nowhere.json"], ["no*.jsonl"]):
        got = w.replay(*arguments, worker=touch)
        same(got.code, 4, f"exit of {arguments}")
        same(len(errors(got)), 1, f"lines of {arguments}: {got.err}")
    got = w.replay("no-task.json", worker=touch)
    same(got.code, 4, "exit of a history without a task")
    accounted(got, {"no-task.json": "skipped"})
    assert not w.path("started").exists(), "the worker was started for nothing"


def test_bad_histories_are_decided_without_a_worker(w):
    bad = ["duplicate", "empty", "gap", "mid-batch", "no-start", "truncated"]
    for name in bad:
        shutil.copy(DATA / (name + ".json"), w.path(name + ".json"))
    shutil.copy(DATA / "text.txt", w.path("text.txt"))
    got = w.replay(".", worker="touch started; " + w.worker())
    same(got.code, 3, "exit")
    names = [row["history"] for row in got.rows]
    same(sorted(names), sorted(["./" + n + ".json" for n in bad] + ["./text.txt"]), "names")
    for row in got.rows:
        same(row["verdict"], "invalid", row["history"])
        assert row["message"] and "\n" not in row["message"], row
    assert not w.path("started").exists(), "the worker was started for nothing"


def test_decoded_payloads_are_guessed_and_said(w):
    shutil.copy(DATA / "decoded.json", w.path("decoded.json"))
    got = w.replay(".", worker=w.worker())
    accounted(got, {"./decoded.json": "passed"})
    same(got.row("./decoded.json")["payloadsGuessed"], True, "payloadsGuessed")
    has(got.err, "payloads are guessed in 1 of 1")


def test_two_documents_are_two_histories(w):
    shutil.copy(DATA / "two-docs.json", w.path("two-docs.json"))
    got = w.replay(".", worker=w.worker())
    same(got.code, 0, "exit")
    accounted(got, {"./two-docs.json#1": "passed", "./two-docs.json#2": "skipped"})
    same(got.row("./two-docs.json#2")["reason"], "duplicate", "both tell of one run")


def test_bad_histories_do_not_stop_the_good(w):
    shutil.copy(DATA / "gap.json", w.path("gap.json"))
    w.write("a.json", order())
    w.write("skip.json", Build("w-3"))
    got = w.replay(".", worker=w.worker())
    same(got.code, 3, "exit")
    accounted(got, {"./a.json": "passed", "./gap.json": "invalid", "./skip.json": "skipped"})


def test_unknown_event_type(w):
    history = order()
    history.events[5]["eventType"] = "EVENT_TYPE_FROM_THE_FUTURE"
    w.write("a.json", history)
    got = w.replay("a.json", worker=w.worker())
    accounted(got, {"a.json": "invalid"})
    has(got.row("a.json")["message"], "event 6", "not known")
    same(got.code, 3, "exit")


# ---- identity ----

def test_ids_from_the_name(w):
    w.write("order-7__run-9.json", order(None))
    w.write("order-8.json", order(None))
    got = w.replay(".", worker=w.worker())
    same(got.code, 0, "exit")
    same(got.row("./order-7__run-9.json")["workflowId"], "order-7", "workflow id")
    same(got.row("./order-7__run-9.json")["runId"], "run-9", "run id")
    same(got.row("./order-8.json")["workflowId"], "order-8", "workflow id")
    has(got.err, "note: ", "workflow id", "--workflow-id")
    # The worker gets what was guessed.
    got = w.replay("order-8.json", "--workflow-id", "mine",
                   worker=w.worker("mine:nd:" + ND_VAGUE))
    same(got.code, 1, "exit under --workflow-id")
    same(errors(got), [], "no note where the id is given")


def test_standard_input_and_globs(w):
    w.write("in/a.json", order("w-1"))
    w.write("in/b.json", order("w-2"))
    got = w.replay("in/*.json", worker=w.worker())
    accounted(got, {"in/a.json": "passed", "in/b.json": "passed"})
    with open(w.path("in/a.json"), "rb") as stdin:
        got = w.replay("-", worker=w.worker(), stdin=stdin)
    accounted(got, {"-": "passed"})
    same(got.code, 0, "exit")


# ---- the worker's end ----

def unfit_worker(w, worker, *words, arguments=()):
    w.write("a.json", order("w-1"))
    w.write("b.json", order("w-2"))
    got = w.replay("a.json", "b.json", *arguments, worker=worker)
    same(got.code, 5, f"exit of {worker}: {got.err}")
    has(errors(got)[0], "hindcast: ")
    has(got.err, *words)
    same(len([e for e in errors(got) if e.startswith("hindcast: ")]), 1, "one line " + got.err)
    same(sorted(got.verdicts()), ["a.json", "b.json"], "every history is accounted for")
    same(set(got.verdicts().values()), {"failed"}, "verdicts")
    same({row["reason"] for row in got.rows}, {"no-worker"}, "reason")
    return got


def test_worker_missing(w):
    unfit_worker(w, "no-such-program --x", "127", "not found")


def test_worker_exits_at_once(w):
    unfit_worker(w, "echo last words; exit 7", "status 7", "last words")


def test_worker_dies_before_its_first_poll(w):
    unfit_worker(w, "kill -SEGV $$", "signal 11")


def test_worker_never_polls(w):
    unfit_worker(w, "echo waiting; sleep 60", "did not poll within 1 s", "waiting",
                 arguments=["--ready-timeout", "1"])


def test_worker_connected_elsewhere(w):
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        port = elsewhere.getsockname()[1]
        unfit_worker(w, w.worker(f"connect={port}"), f"127.0.0.1:{port}", "stopped",
                     arguments=["--ready-timeout", "1"])


def test_some_wait_for_a_poller_in_vain(w):
    w.write("a.json", order("w-1", queue="orders"))
    w.write("b.json", order("w-2", queue="nobody"))
    got = w.replay("a.json", "b.json", worker=w.worker("queue=orders", "queue=refunds"))
    same(got.code, 3, "exit")
    accounted(got, {"a.json": "passed", "b.json": "failed"})
    row = got.row("b.json")
    same(row["reason"], "no-poller", "reason")
    has(row["message"], "nobody", "orders", "refunds")


def test_the_only_queue_gets_all(w):
    w.write("a.json", order("w-1", queue="orders"))
    got = w.replay("a.json", worker=w.worker("queue=other"))
    accounted(got, {"a.json": "passed"})


def test_unknown_sdk(w):
    w.write("a.json", order())
    got = w.replay("a.json", worker=w.worker("sdk=temporal-cobol"))
    same(got.code, 3, "exit")
    accounted(got, {"a.json": "failed"})
    same(got.row("a.json")["reason"], "unknown-sdk", "reason")
    has(got.row("a.json")["message"], "temporal-cobol", "Go, Java, Python, TypeScript", "--sdk")
    got = w.replay("a.json", "--sdk", "python", worker=w.worker("sdk=temporal-cobol"))
    accounted(got, {"a.json": "passed"})
    got = w.replay("a.json", worker=w.worker("sdk="))
    same(got.row("a.json")["reason"], "unknown-sdk", "reason without a name")


def test_sdk_too_old(w):
    w.write("a.json", order())
    got = w.replay("a.json", worker=w.worker("version=1.2.9"))
    same(got.code, 3, "exit")
    same(got.row("a.json")["reason"], "sdk-too-old", "reason")
    has(got.row("a.json")["message"], "1.2.9", "1.3.0", "Python")


def test_unregistered(w):
    w.write("a.json", order())
    text = "code:NotFoundError:Workflow class OrderWorkflow is not registered on this worker"
    got = w.replay("a.json", worker=w.worker("*:" + text))
    same(got.code, 3, "exit")
    accounted(got, {"a.json": "unregistered"})


# ---- replies ----

def test_the_first_reply_counts(w):
    w.write("a.json", order("w-1"))
    w.write("b.json", order("w-2"))
    got = w.replay("a.json", "b.json", worker=w.worker("*:twice"))
    same(got.code, 0, "exit")
    accounted(got, {"a.json": "passed", "b.json": "passed"})


def test_leftover_commands(w):
    w.write("a.json", Build().task().activity("Charge").task())
    got = w.replay("a.json", worker=w.worker("*:extra"))
    same(got.code, 1, "exit")
    divergence = got.row("a.json")["divergence"]
    same(divergence["worker"]["command"], "StartTimer", "command")


def test_bisecting_finds_the_task(w):
    history = Build().task()
    for i in range(20):
        history.activity("Step").task()
    w.write("a.json", history.completed())
    # Event 47 is the 8th task's: from there on no prefix replays.
    got = w.replay("a.json", worker=w.worker("*:nd-from:47:" + ND_VAGUE))
    same(got.code, 1, "exit")
    divergence = got.row("a.json")["divergence"]
    first = next(i for i in range(1, 22) if 6 * i - 2 + 3 >= 47)
    same(divergence["workflowTask"], first, "workflow task")


def test_go(w):
    w.write("open.json", Build("w-1").task().activity("Charge").task().activity("Ship").task())
    w.write("closed.json", order("w-2"))
    w.write("local.json", Build("w-3").task().activity("Charge").task())
    go = ["sdk=temporal-go", "version=1.35.0", "w-2:complete"]
    got = w.replay("open.json", "closed.json", "local.json",
                   worker=w.worker(*go, "w-3:stack:ExecuteLocalActivity"))
    same(got.code, 1, "exit")
    same(got.verdicts()["open.json"], "passed", "open")
    # `complete` answers the pass before the last too, where nothing may be left over.
    same(got.verdicts()["closed.json"], "diverged", "closed")
    same(got.verdicts()["local.json"], "diverged", "local activity")
    same(got.row("local.json")["divergence"]["kind"], "marker", "kind")
    same(len([e for e in errors(got) if "local activity" in e]), 1, "Go's limit is said once")
    got = w.replay("closed.json", "--namespace", "ReplayNamespace",
                   worker=w.worker(*go, "namespace=ReplayNamespace"))
    accounted(got, {"closed.json": "passed"})


# ---- crashes, hangs, deadlocks ----

def test_only_the_guilty_crash(w):
    names = {}
    for i in range(12):
        names[w.write(f"h{i:02}.json", order(f"w-{i}"))] = "passed"
    names["h05.json"] = "crashed"
    got = w.replay(".", worker=w.worker("pollers=6", "w-5:die:9"))
    same(got.code, 3, "exit")
    accounted(got, {"./" + name: verdict for name, verdict in names.items()})
    row = got.row("./h05.json")
    has(row["message"], "signal 9", "about to die")
    assert pathlib.Path(w.folder / row["output"]).exists(), row["output"]


def test_a_crash_that_does_not_come_again(w):
    w.write("a.json", order("w-1"))
    w.write("b.json", order("w-2"))
    got = w.replay("a.json", "b.json", worker=w.worker("w-1:once:mark:exit:9"))
    same(got.code, 0, "exit")
    accounted(got, {"a.json": "passed", "b.json": "passed"})


def test_a_worker_that_crashes_on_everything(w):
    names = {"./" + w.write(f"h{i}.json", order(f"w-{i}")): "crashed" for i in range(4)}
    got = w.replay(".", worker=w.worker("*:exit:9"))
    same(got.code, 3, "exit")
    accounted(got, names)
    has(got.rows[0]["message"], "status 9")


def test_a_worker_that_does_not_start_again(w):
    w.write("a.json", order("w-1"))
    w.write("b.json", order("w-2"))
    worker = "test -e second && exit 6; touch second; " + w.worker("*:die:9")
    got = w.replay("a.json", "b.json", worker=worker)
    same(got.code, 3, "exit")
    accounted(got, {"a.json": "crashed", "b.json": "crashed"})
    has(got.rows[0]["message"], "status 6")


def test_only_the_guilty_time_out(w):
    names = {"./" + w.write(f"h{i}.json", order(f"w-{i}")): "passed" for i in range(6)}
    names["./h2.json"] = "timed-out"
    got = w.replay(".", "--timeout", "1", "--ready-timeout", "1",
                   worker=w.worker("pollers=3", "w-2:hang"))
    same(got.code, 3, "exit")
    accounted(got, names)


def test_a_deadlock_is_tried_again(w):
    w.write("a.json", order("w-1"))
    w.write("b.json", order("w-2"))
    got = w.replay("a.json", "b.json",
                   worker=w.worker("w-1:once:mark:" + DEADLOCK, "w-2:" + DEADLOCK))
    same(got.code, 3, "exit")
    accounted(got, {"a.json": "passed", "b.json": "failed"})
    same(got.row("b.json")["reason"], "deadlock", "reason")


# ---- run ids ----

def test_two_exports_of_one_run(w):
    """Diverged under a substitute id only: not a divergence."""
    w.write("a.json", Build("w-1", run_id="the-run").task().activity("Charge").task())
    w.write("b.json", order("w-1", run_id="the-run"))  # the same run, later
    script = ["w-1:nd-unless:the-run:" + ND_VAGUE]
    log = "echo started >>starts; "
    got = w.replay("a.json", "b.json", worker=log + w.worker(*script))
    same(got.code, 0, "exit")
    accounted(got, {"a.json": "passed", "b.json": "passed"})
    same(w.path("starts").read_text().count("started"), 2, "a fresh process for the second")
    # And a real divergence is one for both.
    got = w.replay("a.json", "b.json", worker=w.worker("*:nd:" + ND_VAGUE))
    accounted(got, {"a.json": "diverged", "b.json": "diverged"})


# ---- interruption ----

def test_a_stubborn_worker_is_killed(w):
    w.write("a.json", order("w-1"))
    mark = "HINDCAST_TEST_MARK=" + str(w.folder)
    got = w.replay("a.json", worker=w.worker("term=ignore"),
                   env={"HINDCAST_TEST_MARK": str(w.folder)})
    accounted(got, {"a.json": "passed"})
    wait_for(lambda: not processes_with(mark), 5)


# ---- files and ports ----

def test_port_taken(w):
    w.write("a.json", order())
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        got = w.replay("a.json", "--port", str(port), worker="touch started; " + w.worker())
    same(got.code, 3, "exit")
    same(len(errors(got)), 1, got.err)
    has(got.err, str(port))
    assert not w.path("started").exists(), "the worker was started"


def test_a_chosen_port(w):
    w.write("a.json", order())
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    got = w.replay("a.json", "--port", str(port),
                   worker=f"echo $TEMPORAL_ADDRESS >address; " + w.worker())
    same(got.code, 0, "exit")
    same(w.path("address").read_text(), f"127.0.0.1:{port}\n", "address")


def test_unwritable_run_file(w):
    w.write("a.json", order())
    w.write("file", "not a folder")
    for run in ("file/run.jsonl", "/proc/no-such/run.jsonl", "."):
        got = w.replay("a.json", "--run", run, worker="touch started; " + w.worker(),
                       run="none")
        same(got.code, 3, "exit of " + run)
        same(len(errors(got)), 1, got.err)
        has(got.err, "run file")
        assert not w.path("started").exists(), "the worker was started"


def test_full_disk(w):
    w.write("a.json", order())
    if not os.path.exists("/dev/full"):
        return
    got = w.replay("a.json", "--run", "/dev/full", worker=w.worker(), run="none")
    same(got.code, 3, "exit")
    same(len(errors(got)), 1, got.err)
    has(got.err, "No space left")


def test_run_file_is_private(w):
    w.write("a.json", order())
    got = w.replay("a.json", "--run", "deep/mine.jsonl", worker="echo hello; " + w.worker(),
                   run="deep/mine.jsonl")
    same(got.code, 0, "exit")
    log = got.row("a.json")["output"]
    same(log, "deep/mine.worker-1.log", "log")
    for name in ("deep/mine.jsonl", log):
        same(oct(w.path(name).stat().st_mode & 0o777), "0o600", name)
    has(w.path(log).read_text(), "hello")


def test_reports(w):
    w.write("a.json", order("w-1"))
    w.write("b.json", order("w-2"))
    got = w.replay("a.json", "b.json", "--report", "junit:out.xml", "--report", "json",
                   worker=w.worker("w-1:nd:" + ND_VAGUE))
    same(got.code, 1, "exit")
    json.loads(got.out)
    has(w.path("out.xml").read_text(), "<testsuite", "a.json", "b.json")
    got = w.replay("b.json", "--report", "junit:out.xml", worker=w.worker())
    has(got.out, "passed")
    got = w.replay("b.json", "--report", "junit:no/such/folder.xml", worker=w.worker())
    same(got.code, 3, "exit where the report can't be written")
    has(got.err, "no/such/folder.xml")


# ---- what the worker is given ----

def test_environment(w):
    w.write("a.json", order())
    given = {"TEMPORAL_API_KEY": "k", "TEMPORAL_TLS": "1", "TEMPORAL_TLS_CA": "x",
             "TEMPORAL_PROFILE": "prod", "TEMPORAL_CONFIG_FILE": "/x", "KEPT": "yes",
             "TEMPORAL_ADDRESS": "prod.example:7233", "TEMPORAL_NAMESPACE": "prod",
             "TEMPORAL_TASK_QUEUE": "prod"}
    got = w.replay("a.json", "--env", "MINE=at {address} in {namespace} on {queue}",
                   worker="env >environment; " + w.worker(), env=given)
    same(got.code, 0, "exit")
    lines = dict(line.split("=", 1) for line in w.path("environment").read_text().splitlines()
                 if "=" in line)
    address = lines["TEMPORAL_ADDRESS"]
    assert address.startswith("127.0.0.1:"), address
    same(sorted(n for n in lines if n.startswith("TEMPORAL_")),
         ["TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE", "TEMPORAL_TASK_QUEUE"], "names")
    same((lines["TEMPORAL_NAMESPACE"], lines["TEMPORAL_TASK_QUEUE"], lines["KEPT"]),
         ("default", "queue", "yes"), "values")
    same(lines["MINE"], f"at {address} in default on queue", "placeholders in --env")


def test_placeholders(w):
    w.write("a.json", order("w-1", queue="less"))
    w.write("b.json", order("w-2", queue="more"))
    w.write("c.json", order("w-3", queue="more"))
    got = w.replay("a.json", "b.json", "c.json", "--namespace", "there",
                   worker="echo {address} {namespace} {queue} >given; unset TEMPORAL_ADDRESS; "
                          "exec " + w.fake + " address={address} queue={queue}")
    same(got.code, 0, "exit " + got.err)
    address, namespace, queue = w.path("given").read_text().split()
    same((namespace, queue), ("there", "more"), "given")
    assert address.startswith("127.0.0.1:"), address
    got = w.replay("a.json", "--task-queue", "named",
                   worker="echo {queue} >given; " + w.worker())
    same(w.path("given").read_text(), "named\n", "queue")


def test_a_hostile_queue_name(w):
    w.write("a.json", order("w-1", queue="x; touch pwned; echo '"))
    got = w.replay("a.json", worker="exec " + w.fake + " queue={queue}")
    same(got.code, 0, "exit " + got.err)
    assert not w.path("pwned").exists(), "a history's words were run by the shell"


def test_verbose(w):
    w.write("a.json", order())
    got = w.replay("a.json", "-v", worker=w.worker(
        "also=/temporal.api.workflowservice.v1.WorkflowService/CountWorkers"))
    same(got.code, 0, "exit")
    has(got.err, "recipe core", "Python 1.20.0", "CountWorkers (Unimplemented)")


def test_paging_and_other_polls(w):
    history = Build().task()
    for i in range(50):
        history.activity("Step").task()
    w.write("a.json", history.completed())
    got = w.replay("a.json", worker=w.worker("sticky=1"))
    accounted(got, {"a.json": "passed"})


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
