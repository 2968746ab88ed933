#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# old_versions.py: one old version of every SDK, on its own and on newer histories.
"""Core's old workers (Python, TypeScript) replay the newest SDKs' histories: the truth
tables hold for them. Go's and Java's replay histories that they recorded themselves
(tests/e2e/old), and newer ones as far as they know the flags in them; a history with a
flag that the worker does not know is `failed`, reason sdk-older-than-history."""
import argparse
import concurrent.futures
import gzip
import json
import sys
import time

import toolchains
import truth
import workers
from common import CORPUS, ROOT, SDKS, SHORT, Tally, judge_row, relative, replay, say

OLDER = "sdk-older-than-history"

# Variants tried: unchanged code, safe changes, breaks of every kind, code that fails.
VARIANTS = {
    "go": "base ok-log ok-actimpl ok-refactor ok-patched nd-acttype nd-actadded-start"
          " nd-actadded-end nd-early nd-fails nd-completes nd-returns nd-laadded"
          " nd-laadded-end nd-reorder nd-updact nd-noupdate nd-pendingtype nd-extrapar"
          " err-panicstart err-unreg",
    "java": "base ok-log ok-actimpl nd-acttype nd-actadded-start nd-actadded-end nd-early"
            " nd-fails nd-completes nd-returns nd-laadded nd-laadded-end nd-reorder nd-updact"
            " nd-pendingtype nd-more err-throws err-unregistered",
    "python": "base ok-log ok-refactor ok-patch nd-acttype nd-early nd-timeradded"
              " nd-actaddedend nd-actremovedend nd-fails nd-extraend nd-laadded"
              " nd-patchremoved nd-updact err-throw err-unreg",
    "typescript": "base ok-log ok-refactor ok-patch nd-acttype nd-early nd-timeradded"
                  " nd-actaddedend nd-actremovedend nd-fails nd-extraend nd-laadded"
                  " nd-patchremoved nd-updact err-throw err-unregistered",
}

# Language flags that the old version knows (REPLAY has the figures); None: ignores them.
FLAGS = {"go": {1, 2, 3, 4}, "java": {1}, "python": None, "typescript": {1, 2}}

# The old SDK's own histories, and the history of the truth table that tells the same story.
OWN = {
    "go": {"order-1": "order-1", "saga-1": "saga-1", "looper-1": "looper-4",
           "versions-1": "versions-1", "fanout-1": "fanout-small",
           "openone-idle": "openone-idle", "openone-pending": "openone-pending",
           "updates-1": "updates-1"},
    "java": {"order-1": "order-1", "saga-1": "saga-1", "looper-1": "looper-4",
             "versions-1": "versions-1", "fanout-1": "fanout-1",
             "openone-idle": "openone-2", "openone-pending": "openone-1",
             "updates-1": "updates-1"},
    "python": {}, "typescript": {},
}

# Workflows that the old version cannot hold: it has no Nexus.
WITHOUT = {"python": ("nexusy",), "typescript": ("nexusy",), "go": (), "java": ()}


def flags_in(path):
    with open(str(path), "rb") as f:
        data = f.read()
    history = json.loads(gzip.decompress(data) if path.suffix == ".gz" else data)
    flags = set()
    for event in history["events"]:
        done = event.get("workflowTaskCompletedEventAttributes") or {}
        flags |= set((done.get("sdkMetadata") or {}).get("langUsedFlags") or [])
    return flags


def plan(sdk):
    """[(variant, path, right, reason)]: what each old worker should be told."""
    rows = truth.rows_of(sdk, VARIANTS[sdk].split())
    rights = {(r["history"], r["variant"]): r["right"] for r in rows}
    own = ROOT / "tests" / "e2e" / "old" / ("%s-%s" % (sdk, workers.OLD[sdk]))
    known, checks, flags = FLAGS[sdk], [], {}
    for name, like in OWN[sdk].items():
        for variant in VARIANTS[sdk].split():
            right = rights.get((like + ".json", variant))
            if right:
                checks.append((variant, relative(own / (name + ".json")), right, None))
    for row in rows:
        path = CORPUS / SHORT[sdk] / row["history"]
        if row["workflow"] in WITHOUT[sdk]:
            continue
        if path not in flags:
            flags[path] = flags_in(path)
        if known is None or flags[path] <= known:
            checks.append((row["variant"], relative(path), row["right"], None))
        elif row["variant"] == "base" and row["right"] == "passed":
            # A break ahead of the first unknown flag would be found all the same.
            checks.append(("base", relative(path), "failed", OLDER))
    return checks


def run_variant(tally, sdk, command, variant, checks):
    outcome = replay("old/%s/%s" % (sdk, variant), command, sorted(c[1] for c in checks),
                     {"VARIANT": variant})
    label = "%s-%s %s" % (sdk, workers.OLD[sdk], variant)
    again = "tests/e2e/old_versions.py --sdk %s --variant %s" % (sdk, variant)
    for _, path, right, reason in checks:
        row, problem = outcome.only(path)
        if row:
            problem = judge_row(row, right)
            if not problem and reason and row.get("reason") != reason:
                problem = "reason %r where %r is right" % (row.get("reason"), reason)
        tally.check(problem, "%s %s" % (label, path), again)
    tally.check("; ".join(outcome.problems), label + ", the run", again)


def run_sdk(tally, sdk, command, checks):
    groups, began = {}, time.time()
    for check in checks:
        groups.setdefault(check[0], []).append(check)
    before = (tally.passed, tally.failed)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(run_variant, tally, sdk, command, v, c) for v, c in groups.items()]
        for run in runs:
            run.result()
    say("old %s %s: %d rows in %d variants, %d passed, %d failed, %.0f s" % (
        sdk, workers.OLD[sdk], len(checks), len(groups), tally.passed - before[0],
        tally.failed - before[1], time.time() - began))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sdk", action="append", choices=SDKS)
    parser.add_argument("--variant", action="append")
    args = parser.parse_args()
    tally = Tally()
    for sdk in args.sdk or SDKS:
        checks = [c for c in plan(sdk) if not args.variant or c[0] in args.variant]
        chain = toolchains.find([sdk])[sdk]
        if not chain.present:
            tally.skip("old %s: %s" % (sdk, chain.why), len(checks))
        elif checks:
            run_sdk(tally, sdk, workers.prepare(sdk, workers.OLD[sdk], chain), checks)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
