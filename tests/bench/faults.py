# SPDX-License-Identifier: MIT
# faults.py: how soon a worker that died has a successor that is served.
import json
import sys

import measure
from common import BUILD, HINDCAST, ROOT
from measure import Broken, Spread
from rows import Row, below

sys.path.append(str(ROOT / "tests" / "cli"))
from replay_world import order  # noqa: E402 - found in the folder just named

CRASHES = 10
BAR_MS = 1000


def lives_of(log):
    """For each process in turn: when it started, got its first and its last task, in ms."""
    lives = {}
    for line in log.read_text().splitlines():
        ms, pid, workflow = line.split()[:3]
        life = lives.setdefault(pid, {"start": int(ms)})
        if workflow != "-":
            life.setdefault("first", int(ms))
            life["last"] = int(ms)
    return list(lives.values())


def crash_recovery():
    """
    From a worker's death to the next one's start, and to its first task: a fake worker that
    starts at once and dies of every history's first task, twice each.
    """
    fake = BUILD / "tests" / "cli" / "fake_worker"
    measure.run(["ninja", "-C", BUILD, fake.relative_to(BUILD)])
    folder = measure.fresh_folder("crashes")
    for i in range(CRASHES):
        (folder / ("%d.json" % i)).write_text(order("w-%d" % i).text())
    log, run_file = folder / "log", folder / "run.jsonl"
    # That it ends with exit code 3 is what all these crashes amount to.
    measure.run(["sh", "-c", 'exec 3>&2; "$@" 2>&3; test $? -eq 3', "replay", HINDCAST, "replay",
                 "--run", run_file, "--worker", "exec %s pollers=1 log=%s '*:die:9'" % (fake, log),
                 "--quiet"] + sorted(folder.glob("*.json")))
    crashed = sum(json.loads(line).get("verdict") == "crashed"
                  for line in run_file.read_text().splitlines())
    lives = lives_of(log)
    if crashed != CRASHES or len(lives) < CRASHES or any("last" not in life for life in lives):
        raise Broken("%d of %d histories crashed a worker, in %d processes" % (
            crashed, CRASHES, len(lives)))
    pairs = list(zip(lives, lives[1:]))
    recovery = Spread([after["start"] - before["last"] for before, after in pairs])
    yield below("Crash recovery: from a worker's death to the next one's start", recovery,
                BAR_MS, "%.0f", " ms")
    yield Row("… and to its first task (a worker that starts at once)", Spread(
        [after["first"] - before["last"] for before, after in pairs]).show("%.0f", " ms"))
