#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# faults.py: thousands of deliveries to workers that fail in every way, and each verdict counted.
"""
    faults.py HINDCAST FAKE_WORKER [--deliveries N] [--seed S] [--patience X] [--only SCENARIO]

The truth about each history is known before it is replayed (fates.py), whatever the worker
does to it and to its neighbours. After each scenario every history must have exactly one
verdict, and that one: none lost, none doubled, none wrong. The same seed gives the same
histories and fates; the moments are the machine's.
"""
import argparse
import collections
import concurrent.futures
import json
import pathlib
import random
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from fates import draw, rule_of
from replay_world import VERDICTS, Result, World, processes_with, wait_for

RUN = ".hindcast/last.jsonl"
OLD_RUN = ".hindcast/last.old.jsonl"
MARK = "HINDCAST_FAULTS_MARK"


class Scale:
    """Seconds that a worker has, and what it may hold: more where everything is slow."""

    def __init__(self, patience):
        self.timeout = max(1, round(patience))
        self.ready = max(3, round(3 * patience))
        self.memory, self.hog = 250, 350


class Wrong(Exception):
    pass


class Scenario:
    """A way of running: SHARE of all deliveries, arguments, and who cuts the run short."""

    def __init__(self, name, share, jobs, *arguments, worker=(), queues=("queue",), cut=None,
                 is_open=False):
        self.name, self.share, self.jobs, self.arguments = name, share, jobs, arguments
        self.worker, self.queues, self.cut, self.is_open = worker, queues, cut, is_open


# ---- who cuts a run short ----

def kill_it(process, dice):
    time.sleep(dice.uniform(0.1, 1.5))
    process.kill()


def interrupt_it(process, dice):
    time.sleep(dice.uniform(0.1, 1.5))
    signals = dice.choice([[signal.SIGINT], [signal.SIGINT, signal.SIGINT], [signal.SIGTERM],
                           [signal.SIGINT, signal.SIGTERM]])
    for number in signals:
        process.send_signal(number)
        time.sleep(dice.uniform(0, 0.3))


def wait_for_it(process, dice):
    """The disk is full at some moment, or not: see small_files()."""


def small_files(bytes_):
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_, resource.RLIM_INFINITY))
    return limit


SCENARIOS = [
    Scenario("one process", .1, 1),
    Scenario("two processes, confirmed", .12, 2, "--confirm"),
    Scenario("four processes", .15, 4, worker=["pollers=6"]),
    # Each of its histories goes out three times.
    Scenario("Go", .12, 2, worker=["sdk=temporal-go", "version=1.35.0", "next=1"], is_open=True),
    Scenario("two queues", .1, 2, queues=("red", "blue")),
    Scenario("stubborn and slow to start", .07, 2, worker=["term=ignore", "slow=300"]),
    Scenario("killed and resumed", .1, 2, cut=kill_it),
    Scenario("interrupted and resumed", .1, 4, cut=interrupt_it),
    Scenario("compared, killed and resumed", .1, 2, "--compare", cut=kill_it),
    Scenario("disk full and resumed", .1, 2, cut=wait_for_it),
]
CUTS = 4
# Of a delivery: what is tried again, bisected and confirmed goes out more than once.
HISTORIES = 0.75


# ---- one scenario ----

class Trial:
    def __init__(self, scenario, options, folder):
        self.scenario, self.scale = scenario, Scale(options.patience)
        self.dice = random.Random("%s %s" % (options.seed, scenario.name))
        self.world = World(options.hindcast, options.fake, folder)
        self.tasks = 3 if scenario.is_open else 1
        n = int(options.deliveries * scenario.share * HISTORIES) // self.tasks
        self.histories = draw(max(n, 1), self.dice, scenario.queues)
        self.runs = 0
        self.kept = {}
        self.compares = "--compare" in scenario.arguments
        self.run_files = [OLD_RUN, RUN] if self.compares else [RUN]

    def prepare(self):
        w = self.world
        w.path("marks").mkdir(parents=True)
        rules = []
        for h in self.histories:
            w.write(h.name, h.build(self.dice, self.scenario.is_open))
            if h.fate.name != "passes":
                rules.append(rule_of(h, self.dice, self.scale, self.tasks))
        w.write("rules", "".join(rules))
        w.write("only-divergence", "".join(r for r in rules if ":nd" in r))

    def worker(self, queue, *words):
        # Workers may write what the run file may not: see small_files().
        return "ulimit -S -f unlimited; " + self.world.worker(
            "queue=" + queue, *self.scenario.worker, *words)

    def start(self, workers, *arguments, **options):
        words = [a for w in workers for a in ("-w", w)]
        return self.world.start(
            "h", "--timeout", str(self.scale.timeout), "--ready-timeout", str(self.scale.ready),
            "--quiet", "--stacks", "none", "--report", "json:report.json", *arguments, *words,
            env={MARK: str(self.world.folder)}, **options)

    def finish(self, process):
        return self.world.finish(process, RUN, timeout=900)

    def find_places(self):
        """Where each divergence is: asked of workers that do nothing else."""
        diverging = [h for h in self.histories if h.fate.verdict == "diverged"]
        if not diverging:
            return
        got = self.finish(self.start(
            [self.worker(q, "rules=only-divergence") for q in self.scenario.queues]))
        rows = {row["history"]: row for row in got.rows}
        for h in diverging:
            if rows[h.name]["verdict"] != "diverged":
                raise Wrong("without a fault %s is %s" % (h.name, rows[h.name]))
            h.place = place_of(rows[h.name])
        shutil.rmtree(self.world.path(".hindcast"))

    def arguments(self):
        return ["-j", str(self.scenario.jobs), "--worker-memory", "%dM" % self.scale.memory,
                *self.scenario.arguments]

    def workers(self):
        return [self.worker(q, "rules=rules", "log=log", "pause=8", *(
            [] if "pollers=6" in self.scenario.worker else ["pollers=4"]))
            for q in self.scenario.queues] * len(self.run_files)

    def check_cut(self, run_file):
        """After a run was cut short: whole rows, no history twice, and none of them forgotten."""
        path = self.world.path(run_file)
        lines = path.read_text().split("\n")[1:-1] if path.exists() else []
        rows = [line for line in lines if '"verdict"' in line and '"totals"' not in line]
        names = [json.loads(row)["history"] for row in rows]
        if len(names) != len(set(names)):
            raise Wrong("doubled in a cut run: %s" % [
                n for n, c in collections.Counter(names).items() if c > 1])
        forgotten = self.kept.get(run_file, set()) - set(rows)
        if forgotten:
            raise Wrong("forgotten: %s" % sorted(forgotten)[:3])
        self.kept[run_file] = set(rows)

    def run_cut(self):
        size = 0
        for _ in range(CUTS):
            self.runs += 1
            options = {}
            if self.scenario.cut is wait_for_it:
                size += self.dice.randint(8 << 10, 80 * len(self.histories) + (8 << 10))
                options["preexec_fn"] = small_files(size)
            process = self.start(self.workers(), *self.arguments(), "--resume", **options)
            self.scenario.cut(process, self.dice)
            self.finish(process)
            for run_file in self.run_files:
                self.check_cut(run_file)

    def run(self):
        self.prepare()
        self.find_places()
        if self.scenario.cut:
            self.run_cut()
        self.runs += 1
        got = self.finish(self.start(self.workers(), *self.arguments(),
                                     *(["--resume"] if self.scenario.cut else [])))
        if self.scenario.cut:
            for run_file in self.run_files:
                self.check_cut(run_file)
        problems = list(self.judge(got)) + list(self.judge_run(got))
        if self.compares:
            problems += ["old: " + p for p in
                         self.judge(Result(0, "", "", self.world.path(OLD_RUN)))]
            problems += ["%s: old: %s" % (row["history"], row.get("old")) for row in got.rows
                         if row.get("old", {}).get("verdict") != row["verdict"]]
        wait_for(lambda: not processes_with("%s=%s" % (MARK, self.world.folder)), 10)
        return problems

    def judge(self, got):
        """What is lost, doubled or wrong."""
        counts = collections.Counter(row["history"] for row in got.rows)
        rows = {row["history"]: row for row in got.rows}
        for h in self.histories:
            if counts[h.name] != 1:
                yield "%s (%s): %d verdicts" % (h.name, h.fate.name, counts[h.name])
                continue
            wrong = disagreement(h, rows[h.name])
            if wrong:
                yield "%s (%s): %s" % (h.name, h.fate.name, wrong)
        if len(rows) != len(self.histories):
            yield "%d rows for %d histories" % (len(rows), len(self.histories))
        expected = collections.Counter(h.fate.verdict for h in self.histories)
        if got.totals != {v: expected[v] for v in VERDICTS}:
            yield "totals %s, expected %s; stderr: %s" % (got.totals, dict(expected), got.err)

    def judge_run(self, got):
        verdicts = {h.fate.verdict for h in self.histories}
        # What both of two workers diverge on is known.
        fails = verdicts - {"passed", "diverged"} if self.compares else verdicts - {"passed"}
        code = 1 if "diverged" in fails else 3 if fails else 0
        if got.code != code:
            yield "exit code %d, expected %d" % (got.code, code)
        if "Sanitizer" in got.err or "runtime error" in got.err:
            yield got.err

    def deliveries(self):
        with open(self.world.path("log")) as f:
            return sum(" - " not in line for line in f)


def place_of(row):
    d = row["divergence"]
    return {key: d.get(key) for key in ("kind", "eventId", "workflowTask", "fingerprint")}


def disagreement(h, row):
    if row["verdict"] != h.fate.verdict:
        return "%s instead of %s: %s" % (row["verdict"], h.fate.verdict, json.dumps(row)[:600])
    for key, words in h.fate.says.items():
        if words not in row.get(key, ""):
            return "%s is %r, without %r" % (key, row.get(key), words)
    if h.place and place_of(row) != h.place:
        return "%s instead of %s" % (place_of(row), h.place)
    if row.get("unstable"):
        return "unstable: %s" % json.dumps(row)[:600]
    return None


def try_one(scenario, options):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="faults-"))
    trial = Trial(scenario, options, folder)
    began = time.monotonic()
    try:
        problems = trial.run()
    except (Wrong, AssertionError, subprocess.TimeoutExpired) as e:
        problems = ["%s: %s" % (type(e).__name__, e)]
    seconds = time.monotonic() - began
    faults = sum(h.fate.name != "passes" for h in trial.histories)
    n = trial.deliveries() if trial.world.path("log").exists() else 0
    print("%-28s -j %d  %6d histories, %5d of them with a fault  %6d deliveries  %3d runs  "
          "%5.1f s  %s" % (scenario.name, scenario.jobs, len(trial.histories), faults, n,
                           trial.runs, seconds, "ok" if not problems else "FAILED"), flush=True)
    if problems and not options.keep:
        print("  kept: %s" % folder)
    for problem in problems[:12]:
        print("  " + problem, flush=True)
    if not problems and not options.keep:
        shutil.rmtree(folder)
    return n, len(trial.histories), len(problems)


def main():
    parser = argparse.ArgumentParser(description="verdicts under faults, counted")
    parser.add_argument("hindcast", type=lambda p: str(pathlib.Path(p).resolve()))
    parser.add_argument("fake", type=lambda p: str(pathlib.Path(p).resolve()))
    parser.add_argument("--only", action="append", metavar="SCENARIO", default=[])
    parser.add_argument("--deliveries", type=int, default=10000)
    parser.add_argument("--seed", default=str(random.SystemRandom().randrange(10 ** 6)))
    parser.add_argument("--patience", type=float, default=1, metavar="TIMES",
                        help="for builds that are slow, as with sanitizers")
    parser.add_argument("--keep", action="store_true", help="leaves all folders")
    options = parser.parse_args()
    wanted = [s for s in SCENARIOS if not options.only or s.name in options.only]
    print("seed %s" % options.seed, flush=True)
    with concurrent.futures.ThreadPoolExecutor(max_workers=4) as pool:
        # The longest first: they would be waited for at the end.
        results = list(pool.map(lambda s: try_one(s, options),
                                sorted(wanted, key=lambda s: not s.cut)))
    deliveries, verdicts, problems = (sum(column) for column in zip(*results))
    print("%d deliveries, %d verdicts: %s (seed %s)" % (
        deliveries, verdicts, "%d problems" % problems if problems else
        "none lost, none doubled, none wrong", options.seed))
    if not options.only and deliveries < options.deliveries:
        problems += 1
        print("that is fewer than %d deliveries" % options.deliveries)
    if problems:
        print("again: %s" % shlex.join([sys.argv[0], options.hindcast, options.fake, "--seed",
                                        options.seed, "--deliveries", str(options.deliveries)]))
    return 1 if problems or not results else 0


if __name__ == "__main__":
    sys.exit(main())
