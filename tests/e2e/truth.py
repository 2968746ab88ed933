#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# truth.py: every row of tests/corpus/truth-*.tsv against the newest SDKs' workers.
"""One run of hindcast per SDK and variant, over all histories of that variant."""
import argparse
import concurrent.futures
import sys
import time

import toolchains
import workers
from common import CORPUS, ROOT, SDKS, SHORT, Tally, judge_row, read_tsv, relative, replay, say

KNOWN = ROOT / "tests" / "e2e" / "known.tsv"


def known_rows():
    """{(sdk, variant, history): row} of the disagreements that are written down."""
    return {(r["sdk"], r["variant"], r["history"]): r for r in read_tsv(KNOWN)}


def history_path(sdk, history):
    return relative(CORPUS / SHORT[sdk] / history)


def rows_of(sdk, variants=None, histories=None):
    rows = read_tsv(CORPUS / ("truth-%s.tsv" % SHORT[sdk]))
    return [r for r in rows if (not variants or r["variant"] in variants)
            and (not histories or r["history"] in histories)]


def by_variant(rows):
    groups = {}
    for row in rows:
        groups.setdefault(row["variant"], []).append(row)
    # The longest run first, so that none is left alone at the end.
    return sorted(groups.items(), key=lambda g: -weight(g))


def weight(group):
    variant, rows = group
    slow = 20 if variant == "err-loop" else 1
    return slow * len(rows) + sum(40 for r in rows if r["history"].endswith(".gz"))


def again(sdk, variant, history=None):
    return "tests/e2e/truth.py --sdk %s --variant %s%s" % (
        sdk, variant, " --history " + history if history else "")


def check_known(tally, entry, verdict, problem, what):
    """A row that is listed in known.tsv: it must disagree, and exactly as listed."""
    if not problem:
        tally.fail("%s is right now: take it out of known.tsv" % what)
    elif verdict != entry["verdict"] or not entry["reason"]:
        tally.fail("%s: %s; known.tsv says %s because %r" % (
            what, problem, entry["verdict"], entry["reason"]))
    else:
        tally.skip("%s, known: %s" % (what, entry["reason"]))


def run_variant(tally, sdk, command, variant, rows, known):
    began = time.time()
    paths = {r["history"]: history_path(sdk, r["history"]) for r in rows}
    outcome = replay("truth/%s/%s" % (sdk, variant), command, sorted(paths.values()),
                     {"VARIANT": variant})
    for row in rows:
        verdict, problem = outcome.only(paths[row["history"]])
        problem = judge_row(verdict, row["right"]) if verdict else problem
        what = "%s %s %s" % (sdk, variant, row["history"])
        entry = known.get((sdk, variant, row["history"]))
        if entry:
            check_known(tally, entry, (verdict or {}).get("verdict"), problem, what)
        else:
            tally.check(problem, what, again(sdk, variant, row["history"]))
    tally.check("; ".join(outcome.problems), "%s %s, the run" % (sdk, variant),
                again(sdk, variant))
    return time.time() - began


def run_sdk(tally, sdk, command, rows, jobs=2):
    groups, known, began = by_variant(rows), known_rows(), time.time()
    before, done = (tally.passed, tally.failed), 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        runs = [pool.submit(run_variant, tally, sdk, command, v, r, known) for v, r in groups]
        for run in concurrent.futures.as_completed(runs):
            run.result()
            done += 1
            if done % 20 == 0 and done < len(groups):
                say("truth %s: %d of %d variants, %.0f s" % (
                    sdk, done, len(groups), time.time() - began))
    say("truth %s: %d rows in %d variants, %d passed, %d failed, %.0f s" % (
        sdk, len(rows), len(groups), tally.passed - before[0], tally.failed - before[1],
        time.time() - began))


def check_tables(tally):
    """Each table names its SDK's rows once, and known.tsv only rows that exist."""
    every = {(sdk, r["variant"], r["history"]) for sdk in SDKS for r in rows_of(sdk)}
    strange = sorted(set(known_rows()) - every)
    tally.check("no such row: %s" % " ".join(strange[0]) if strange else "", "known.tsv")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sdk", action="append", choices=SDKS)
    parser.add_argument("--variant", action="append")
    parser.add_argument("--history", action="append")
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    tally = Tally()
    for sdk in args.sdk or SDKS:
        rows = rows_of(sdk, args.variant, args.history)
        chain = toolchains.find([sdk])[sdk]
        if not chain.present:
            tally.skip("truth %s: %s" % (sdk, chain.why), len(rows))
        elif rows:
            command = workers.prepare(sdk, workers.NEWEST[sdk], chain)
            run_sdk(tally, sdk, command, rows, args.jobs)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
