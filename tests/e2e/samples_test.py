#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# samples_test.py: every changed sample against its recorded histories, verdict and place.
"""samples/order/expected.tsv: columns lang, change, history, verdict, kind, eventId."""
import argparse
import concurrent.futures
import shlex
import subprocess
import sys
import threading
import time

import line
import stood
import toolchains
from common import BUILD, E2E, ROOT, SDKS, Tally, judge_row, read_tsv, relative, replay, say

ORDER = ROOT / "samples" / "order"
SETUP = ROOT / "samples" / "setup"
EXPECTED = ORDER / "expected.tsv"


def rows_of(sdk, changes=None):
    """The rows of one language; callers count a language without rows as a failure."""
    if not EXPECTED.exists():
        return []
    rows = [r for r in read_tsv(EXPECTED) if r["lang"] == sdk]
    return [r for r in rows if not changes or r["change"] in changes]


def history_path(row):
    return relative(ORDER / "histories" / row["lang"] / (row["history"] + ".json"))


def judge(found, row):
    """What is wrong with a verdict, down to the kind and the event."""
    problem = judge_row(found, row["verdict"])
    if problem or row["verdict"] != "diverged":
        return problem
    divergence = found["divergence"]
    at = "%s at event %s" % (divergence["kind"], divergence["eventId"])
    right = "%s at event %s" % (row["kind"], row["eventId"])
    return "" if at == right else "%s where %s is right" % (at, right)


def set_up(sdk, change, lock):
    """The command of one sample worker, or the last words of its set-up."""
    folder = BUILD / "samples" / sdk / change
    log = E2E / ("samples-%s-%s.log" % (sdk, change))
    log.parent.mkdir(parents=True, exist_ok=True)
    # The changes of one language share a toolchain folder: one set-up at a time.
    with lock, open(str(log), "w") as out:
        words = [str(SETUP), sdk] + ([] if change == "good" else [change])
        code = subprocess.call(words, cwd=str(ROOT), stdin=subprocess.DEVNULL, stdout=out,
                               stderr=subprocess.STDOUT)
    worker = folder / "worker"
    if code or not worker.exists():
        return None, "samples/setup left no worker: exit code %d: %s" % (
            code, " | ".join(log.read_text(errors="replace").splitlines()[-3:]))
    return "exec " + shlex.quote(str(worker)), ""


def run_change(tally, sdk, change, rows, lock):
    label = "sample %s %s" % (sdk, change)
    again = "tests/e2e/samples_test.py --sdk %s --change %s" % (sdk, change)
    command, problem = set_up(sdk, change, lock)
    tally.check(problem, label + ", set-up", again)
    if problem:
        return
    paths = {r["history"]: history_path(r) for r in rows}
    outcome = replay("samples/%s/%s" % (sdk, change), command, sorted(set(paths.values())))
    for row in rows:
        found, problem = outcome.only(paths[row["history"]])
        problem = judge(found, row) if found else problem
        tally.check(problem, "%s %s" % (label, row["history"]), again)
        if row["verdict"] == "diverged" and not problem:
            tally.check(stood.judge(sdk, change, row["history"], found),
                        "%s %s, where it stood" % (label, row["history"]), again)
            tally.check(line.judge(sdk, change, paths[row["history"]]),
                        "%s %s, the line" % (label, row["history"]), again)
    tally.check("; ".join(outcome.problems), label + ", the run", again)


def run_sdk(tally, sdk, rows):
    groups, lock, began = {}, threading.Lock(), time.time()
    for row in rows:
        groups.setdefault(row["change"], []).append(row)
    before = (tally.passed, tally.failed)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(run_change, tally, sdk, c, r, lock) for c, r in groups.items()]
        for run in runs:
            run.result()
    say("samples %s: %d rows in %d changes, %d passed, %d failed, %.0f s" % (
        sdk, len(rows), len(groups), tally.passed - before[0], tally.failed - before[1],
        time.time() - began))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sdk", action="append", choices=SDKS)
    parser.add_argument("--change", action="append")
    args = parser.parse_args()
    tally = Tally()
    for sdk in args.sdk or SDKS:
        rows = rows_of(sdk, args.change)
        chain = toolchains.find([sdk])[sdk]
        if not chain.present:
            tally.skip("samples %s: %s" % (sdk, chain.why), len(rows))
        elif rows:
            run_sdk(tally, sdk, rows)
        elif not args.change:
            tally.fail("samples %s: expected.tsv has no row for it" % sdk)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
