# SPDX-License-Identifier: MIT
# replay_world.py: what tests of hindcast replay share: histories, runs, what they leave.
import glob
import json
import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

VERDICTS = ("passed", "diverged", "failed", "unregistered", "timed-out", "crashed", "invalid",
            "skipped")


class Skipped(Exception):
    """This test cannot run here; the text says what it needs."""


class Build:
    """A history: Build("w-1").task().activity("Charge").task().completed()."""

    def __init__(self, workflow_id="w-1", run_id=None, queue="queue", type_="OrderWorkflow"):
        self.events, self.last_task = [], 0
        attributes = {"workflowType": {"name": type_}, "taskQueue": {"name": queue},
                      "attempt": 1}
        if workflow_id:
            attributes["workflowId"] = workflow_id
            run_id = run_id or "run-of-" + workflow_id
        if run_id:
            attributes.update(originalExecutionRunId=run_id, firstExecutionRunId=run_id)
        self.add("WORKFLOW_EXECUTION_STARTED", "workflowExecutionStarted", attributes)

    def add(self, kind, attributes_of, attributes):
        self.events.append({"eventId": str(len(self.events) + 1),
                            "eventTime": f"2026-01-01T00:00:{len(self.events) % 60:02}Z",
                            "eventType": "EVENT_TYPE_" + kind,
                            attributes_of + "EventAttributes": attributes})
        return len(self.events)

    def task(self):
        scheduled = self.add("WORKFLOW_TASK_SCHEDULED", "workflowTaskScheduled", {})
        started = self.add("WORKFLOW_TASK_STARTED", "workflowTaskStarted",
                           {"scheduledEventId": str(scheduled)})
        self.last_task = self.add("WORKFLOW_TASK_COMPLETED", "workflowTaskCompleted",
                                  {"scheduledEventId": str(scheduled),
                                   "startedEventId": str(started)})
        return self

    def activity(self, name):
        scheduled = self.add("ACTIVITY_TASK_SCHEDULED", "activityTaskScheduled",
                             {"activityId": str(len(self.events)), "activityType": {"name": name},
                              "workflowTaskCompletedEventId": str(self.last_task)})
        started = self.add("ACTIVITY_TASK_STARTED", "activityTaskStarted",
                           {"scheduledEventId": str(scheduled)})
        self.add("ACTIVITY_TASK_COMPLETED", "activityTaskCompleted",
                 {"scheduledEventId": str(scheduled), "startedEventId": str(started)})
        return self

    def completed(self):
        self.add("WORKFLOW_EXECUTION_COMPLETED", "workflowExecutionCompleted",
                 {"workflowTaskCompletedEventId": str(self.last_task)})
        return self

    def text(self):
        return json.dumps({"events": self.events})


def order(workflow_id="w-1", **names):
    """12 events, two tasks: an activity, then the end."""
    return Build(workflow_id, **names).task().activity("Charge").task().completed()


class Result:
    def __init__(self, code, out, err, run_file):
        self.code, self.out, self.err = code, out, err
        self.rows, self.totals, self.header = [], None, None
        if run_file.exists():
            for line in run_file.read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                if "totals" in row:
                    self.totals = row["totals"]
                elif "verdict" in row:
                    self.rows.append(row)
                else:
                    self.header = row

    def verdicts(self):
        return {row["history"]: row["verdict"] for row in self.rows}

    def row(self, history):
        return next(row for row in self.rows if row["history"] == history)


class World:
    def __init__(self, hindcast, fake, folder):
        self.hindcast, self.fake, self.folder = hindcast, fake, folder

    def path(self, name):
        return self.folder / name

    def write(self, name, history):
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(history if isinstance(history, str) else history.text(),
                        encoding="utf-8")
        return name

    def worker(self, *script):
        return " ".join(["exec", self.fake] + [shlex.quote(word) for word in script])

    def start(self, *arguments, worker=None, env=None, **options):
        command = [self.hindcast, "replay"]
        if worker is not None:
            command += ["--worker", worker]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("TEMPORAL_")}
        environment.update(NO_COLOR="1", LC_ALL="C.UTF-8", **(env or {}))
        options.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.Popen(command + list(arguments), cwd=self.folder, env=environment,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)

    def finish(self, process, run=".hindcast/last.jsonl", timeout=60):
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise
        return Result(process.returncode, out.decode(), err.decode(), self.path(run))

    def replay(self, *arguments, run=".hindcast/last.jsonl", **options):
        result = self.finish(self.start(*arguments, **options), run)
        assert "Sanitizer" not in result.err and "runtime error" not in result.err, result.err
        return result


def same(got, expected, what=""):
    assert got == expected, f"{what}: got {got!r}, expected {expected!r}"


def has(text, *parts):
    for part in parts:
        assert part in text, f"{part!r} is not in {text!r}"


def errors(result):
    """What standard error says, without the lines that name the run file and open it."""
    last = ("hindcast: run file: ", "hindcast: open: ")
    return [line for line in result.err.splitlines() if not line.startswith(last)]


def accounted(result, expected):
    """Exactly these verdicts, one a history, and totals that agree."""
    same(result.verdicts(), expected, "verdicts")
    same(len(result.rows), len(expected), "rows of the run file")
    count = {name: 0 for name in VERDICTS}
    for verdict in expected.values():
        count[verdict] += 1
    same(result.totals, count, "totals")
    same(result.header["histories"], len(expected), "histories in the header")


def processes_with(mark):
    found = []
    for path in glob.glob("/proc/[0-9]*/environ"):
        try:
            with open(path, "rb") as environ:
                if mark.encode() in environ.read():
                    found.append(int(path.split("/")[2]))
        except OSError:
            pass
    return found


def wait_for(what, seconds=20):
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "what was waited for did not come"
        time.sleep(0.02)


def interrupt(w, worker, ready, *arguments, signals=(signal.SIGTERM,)):
    """A run that gets SIGNALS when READY is true; what it left."""
    mark = "HINDCAST_TEST_MARK=" + str(w.folder)
    process = w.start(*arguments, worker=worker,
                      env={"HINDCAST_TEST_MARK": str(w.folder)})
    wait_for(ready)
    for number in signals:
        process.send_signal(number)
        time.sleep(0.1)
    got = w.finish(process)
    same(got.code, 130, "exit " + got.err)
    assert got.header is not None and got.totals is not None, "the run file has an end"
    wait_for(lambda: not processes_with(mark), 5)
    return got


def run_tests(module):
    """test_*.py HINDCAST FAKE_WORKER [TEST...]: the functions test_* of MODULE, in order."""
    hindcast, fake = (os.path.abspath(p) for p in sys.argv[1:3])
    wanted = sys.argv[3:]
    tests = [(name[5:], test) for name, test in module.items() if name.startswith("test_")]
    failed = ran = skipped = 0
    for name, test in tests:
        if wanted and name not in wanted:
            continue
        folder = pathlib.Path(tempfile.mkdtemp(prefix="replay-"))
        began = time.monotonic()
        ran += 1
        try:
            test(World(hindcast, fake, folder))
        except Skipped as why:
            ran -= 1
            skipped += 1
            print(f"SKIPPED: {name}: {why}")
        except Exception:
            failed += 1
            print(f"FAILED: {name} (kept: {folder})\n{traceback.format_exc()}")
            continue
        shutil.rmtree(folder)
        if time.monotonic() - began > 3:
            print(f"slow: {name}: {time.monotonic() - began:.1f} s")
    print(f"{ran - failed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not ran else 0
