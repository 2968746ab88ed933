# SPDX-License-Identifier: MIT
# common.py: paths, counting, and one `hindcast replay` with its run file read back.
import json
import os
import pathlib
import signal
import subprocess
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
E2E = BUILD / "e2e"
CORPUS = ROOT / "tests" / "corpus"
HINDCAST = pathlib.Path(os.environ.get("HINDCAST", str(BUILD / "hindcast"))).resolve()

SDKS = ("go", "java", "python", "typescript")
# The corpus and its workers say ts; people and the environment say typescript.
SHORT = {"go": "go", "java": "java", "python": "python", "typescript": "ts"}

KINDS = ("marker", "update", "early-close", "late-close", "wrong-close", "attribute",
         "reordered", "replaced", "missing", "extra")


class Tally:
    """Counts checks; prints the ones that fail as they fail."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.lock = threading.Lock()

    def ok(self, count=1):
        with self.lock:
            self.passed += count

    def fail(self, what, again=None):
        with self.lock:
            self.failed += 1
            print("FAIL " + what + ("\n     again: " + again if again else ""), flush=True)

    def skip(self, what, count=1):
        with self.lock:
            self.skipped += count
            print("skipped: %s (%d)" % (what, count), flush=True)

    def check(self, problem, what, again=None):
        """One check: PROBLEM is empty when it went well."""
        if problem:
            self.fail(what + ": " + problem, again)
        else:
            self.ok()

    def line(self):
        return "%d passed, %d failed, %d skipped" % (self.passed, self.failed, self.skipped)

    def finish(self):
        print(self.line(), flush=True)
        return 1 if self.failed else 0


def say(text):
    print(text, flush=True)


def read_tsv(path):
    """Rows as dicts; the tables quote nothing."""
    with open(str(path), encoding="utf-8") as f:
        lines = [line.rstrip("\n").split("\t") for line in f if line.strip()]
    return [dict(zip(lines[0], row + [""] * (len(lines[0]) - len(row)))) for row in lines[1:]]


def relative(path):
    return os.path.relpath(str(path), str(ROOT))


class Outcome:
    """What one run left: exit code, verdicts by history, and what is wrong with the run."""

    def __init__(self, folder, code, given):
        self.folder = folder
        self.code = code
        self.given = given
        self.verdicts = {}
        self.totals = None
        self.header = None
        self.problems = []

    def only(self, history):
        """The one verdict of HISTORY, or None and why."""
        found = self.verdicts.get(history, [])
        if len(found) == 1:
            return found[0], ""
        return None, "%d verdicts in the run file, exit code %s%s" % (
            len(found), self.code, last_words(self.folder))


def last_words(folder):
    try:
        lines = (folder / "stderr").read_text(errors="replace").strip().splitlines()
    except OSError:
        lines = []
    return ": " + lines[-1][:300] if lines else ""


def read_run(path, outcome):
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as e:
        outcome.problems.append("no readable run file: %s" % e)
        return
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
        except ValueError as e:
            outcome.problems.append("run file line %d is not JSON: %s" % (number, e))
            continue
        if "hindcast" in row:
            outcome.header = row
        elif "totals" in row:
            outcome.totals = row["totals"]
        else:
            outcome.verdicts.setdefault(row.get("history"), []).append(row)


def right_exit(counts):
    """The exit code that DESIGN names for these counts of verdicts."""
    if counts.get("diverged"):
        return 1
    if any(counts.get(v) for v in ("failed", "unregistered", "timed-out", "crashed", "invalid")):
        return 3
    return 0 if counts.get("passed") else 4


def judge_run(outcome, actlog):
    """Everything that must hold of a whole run, whatever the verdicts are."""
    problems = outcome.problems
    counts = {}
    for rows in outcome.verdicts.values():
        for row in rows:
            counts[row.get("verdict")] = counts.get(row.get("verdict"), 0) + 1
    if outcome.code != right_exit(counts):
        problems.append("exit code %s where %d is right%s" % (
            outcome.code, right_exit(counts), last_words(outcome.folder)))
    if outcome.header is None:
        problems.append("the run file has no first line")
    if outcome.totals is None:
        problems.append("the run file has no totals")
    elif {k: v for k, v in outcome.totals.items() if v} != counts:
        problems.append("totals %s but verdicts %s" % (outcome.totals, counts))
    for history in outcome.verdicts:
        if history not in outcome.given:
            problems.append("a verdict for %s, which was not given" % history)
    if actlog.exists() and actlog.stat().st_size:
        problems.append("code ran for real: " + actlog.read_text(errors="replace").splitlines()[0])


def stop(process):
    try:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    except ProcessLookupError:
        pass


def replay(name, worker, histories, env=None, timeout=60, options=()):
    """Runs hindcast over HISTORIES (paths relative to the project) against WORKER."""
    folder = E2E / "runs" / name
    folder.mkdir(parents=True, exist_ok=True)
    actlog, run = folder / "actlog", folder / "run.jsonl"
    for old in (actlog, run):
        if old.exists():
            old.unlink()
    words = [str(HINDCAST), "replay", "--worker", worker, "--run", str(run),
             "--timeout", str(timeout), "--env", "ACTLOG=%s" % actlog]
    for key, value in sorted((env or {}).items()):
        words += ["--env", "%s=%s" % (key, value)]
    words += list(options) + histories
    clean = {k: v for k, v in os.environ.items() if k not in ("VARIANT", "ACTLOG")}
    code = "none"
    with open(str(folder / "stdout"), "w") as out, open(str(folder / "stderr"), "w") as err:
        try:
            process = subprocess.Popen(words, cwd=str(ROOT), stdin=subprocess.DEVNULL, stdout=out,
                                       stderr=err, env=clean, start_new_session=True)
            try:
                # A worker may need a minute to start, a deadlocked one a minute for each task.
                code = process.wait(120 + timeout * len(histories))
            except subprocess.TimeoutExpired:
                code = "none (it hung and was stopped)"
                stop(process)
        except OSError as e:
            err.write("cannot run %s: %s\n" % (HINDCAST, e))
    outcome = Outcome(folder, code, histories)
    read_run(run, outcome)
    judge_run(outcome, actlog)
    return outcome


def judge_row(row, right):
    """What is wrong with one verdict line where RIGHT is the verdict expected."""
    if right not in ("?", row.get("verdict")):
        text = (row.get("divergence") or {}).get("message") or row.get("message") or ""
        reason = row.get("reason") or ""
        return "%s where %s is right. %s %s" % (
            row.get("verdict"), right, reason, " ".join(text.split())[:200])
    if row.get("verdict") != "diverged":
        return ""
    found = row.get("divergence") or {}
    if found.get("kind") not in KINDS:
        return "diverged without a kind that DESIGN names: %r" % found.get("kind")
    event, task = found.get("eventId"), found.get("workflowTask")
    if not isinstance(event, int) or event < 1 or event > row.get("events", event):
        return "diverged at event %r of %r" % (event, row.get("events"))
    if not isinstance(task, int) or task < 1:
        return "diverged in workflow task %r" % task
    return ""
