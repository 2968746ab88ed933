#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# strict.py: what --strict finds of the changes that no SDK sees, and that it invents none.
"""Usage: strict.py [--sdk SDK]... [--write]. The silent-* rows of the truth tables, each
once with --strict, and the unchanged and ok-* rows, of which --strict must call none
diverged. tests/e2e/strict.tsv has one line per SDK and variant: rows that pass without
--strict, how many of them it finds, and why the others are unseen, in the run's own words;
--write writes it anew. An ok-* variant has a line, with a reason written by hand, only where
--strict is right about it and the SDK too lenient."""
import argparse
import collections
import concurrent.futures
import sys
import threading
import time

import samples_test
import toolchains
import workers
from common import ROOT, SDKS, Tally, judge_row, read_tsv, replay, say
from truth import history_path, rows_of

TABLE = ROOT / "tests" / "e2e" / "strict.tsv"
COLUMNS = ("sdk", "variant", "rows", "found", "unseen")

# What a verdict's clues say of tasks that were not compared, and why: the first that fits.
REASONS = (
    ("side effect or a local activity", "in a task that could run a side effect or a local "
                                        "activity, which is not asked about"),
    ("does not say all", "in what the worker does not say in a replay (answers of updates, "
                         "rejections)"),
    ("differs only in a generated value", "a generated value, classed apart"),
    ("", "all tasks compared, and alike: history holds nothing of the change"),
)


def strict_rows(sdk):
    """{variant: rows} that are silent or well, without giants."""
    groups = collections.OrderedDict()
    for row in rows_of(sdk):
        kind = row["variant"].split("-")[0]
        # A giant is run in each silent variant that has one, not once for every ok-*.
        if kind in ("base", "ok") and row["history"].endswith(".gz"):
            continue
        if kind in ("base", "ok", "silent"):
            groups.setdefault(row["variant"], []).append(row)
    return groups


def reason_of(verdict):
    clues = " ".join(verdict.get("clues", []))
    return next(reason for mark, reason in REASONS if mark in clues)


def judge_strict(verdict, row):
    """(what is wrong, found, reason): found where --strict sees what the SDK does not."""
    if verdict["verdict"] != "diverged" or row["right"] != "passed":
        problem = judge_row(verdict, row["right"])
        return problem, False, reason_of(verdict) if not problem else ""
    kind = verdict["divergence"]["kind"]
    return "" if kind == "attribute" else "found as %s" % kind, True, ""


def run_variant(tally, sdk, command, listed, variant, rows):
    """The line of the table for VARIANT."""
    paths = {r["history"]: history_path(sdk, r["history"]) for r in rows}
    outcome = replay("strict/%s/%s" % (sdk, variant), command, sorted(paths.values()),
                     {"VARIANT": variant}, options=("--strict",))
    silent, total, found = variant.startswith("silent-"), 0, 0
    unseen = collections.Counter()
    for row in rows:
        verdict, problem = outcome.only(paths[row["history"]])
        reason, seen = "", False
        if verdict:
            problem, seen, reason = judge_strict(verdict, row)
        if seen and not silent and (sdk, variant) not in listed:
            problem = "--strict invents %s" % verdict["divergence"].get("field")
        if row["right"] == "passed":
            total, found = total + 1, found + seen
            unseen[reason] += not seen
        tally.check(problem, "strict %s %s %s" % (sdk, variant, row["history"]),
                    "tests/e2e/strict.py --sdk %s" % sdk)
    tally.check("; ".join(outcome.problems), "strict %s %s, the run" % (sdk, variant))
    words = "; ".join("%d: %s" % (n, reason) for reason, n in sorted(unseen.items()) if n)
    if not silent:
        words = listed.get((sdk, variant), {}).get("unseen", "")
    return {"sdk": sdk, "variant": variant, "rows": str(total), "found": str(found),
            "unseen": words}


# What --ignore and --strict-tasks leave out of a variant that is found without them: the
# options, and what is found nevertheless (a path), or what a clue says.
OPTIONS = {
    "go": ("order-1.json", (
        ("silent-timeout", ("--ignore", "ScheduleActivityTask.startToCloseTimeout"), "", ""),
        ("silent-timeout", ("--ignore", "ScheduleActivityTask.*"), "", ""),
        ("silent-timeout", ("--ignore", "StartTimer.*"), "startToCloseTimeout", ""),
        ("silent-input", ("--ignore", "*.input[0]"), "", ""),
        ("silent-timer", ("--strict-tasks", "1"), "", "--strict-tasks left out"),
        ("silent-timer", ("--strict-tasks", "2"), "startToFireTimeout", ""),
    )),
}


def check_options(tally, sdk, command):
    history, cases = OPTIONS.get(sdk, ("", ()))
    for number, (variant, options, found, clue) in enumerate(cases):
        path = history_path(sdk, history)
        outcome = replay("strict/%s/options-%d" % (sdk, number), command, [path],
                         {"VARIANT": variant}, options=("--strict",) + options)
        verdict, problem = outcome.only(path)
        if verdict:
            field = (verdict.get("divergence") or {}).get("field") or ""
            if field != found:
                problem = "found %r where %r is right" % (field, found)
            elif clue not in " ".join(verdict.get("clues", [])):
                problem = "%r is in none of %s" % (clue, verdict.get("clues"))
        tally.check(problem or "; ".join(outcome.problems),
                    "strict %s %s %s" % (sdk, variant, " ".join(options)))


def check_sample(tally, sdk):
    """The unchanged order sample: all its histories, and nothing found."""
    worker, problem = samples_test.set_up(sdk, "good", threading.Lock())
    tally.check(problem, "strict %s sample, set-up" % sdk)
    if problem:
        return
    paths = sorted({samples_test.history_path(r) for r in samples_test.rows_of(sdk, ["good"])
                    if r["verdict"] == "passed"})
    outcome = replay("strict/%s/sample" % sdk, worker, paths, options=("--strict",))
    for path in paths:
        verdict, problem = outcome.only(path)
        if verdict and verdict["verdict"] != "passed":
            problem = "--strict invents %s" % (verdict.get("divergence") or {}).get("field")
        tally.check(problem, "strict %s sample %s" % (sdk, path))
    tally.check("; ".join(outcome.problems), "strict %s sample, the run" % sdk)


def run_sdk(tally, sdk, command, groups, write=None):
    """GROUPS as strict_rows() gives them."""
    listed = {(r["sdk"], r["variant"]): r for r in read_tsv(TABLE)} if TABLE.exists() else {}
    began, before = time.time(), (tally.passed, tally.failed)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        lines = list(pool.map(lambda g: run_variant(tally, sdk, command, listed, *g), groups.items()))
    check_options(tally, sdk, command)
    check_sample(tally, sdk)
    for line in lines:
        told = line["variant"].startswith("silent-") or (sdk, line["variant"]) in listed
        if told:
            say("strict %s %-16s %2s of %2s found%s" % (
                sdk, line["variant"], line["found"], line["rows"],
                ", unseen " + line["unseen"] if line["unseen"] else ""))
        if write is not None and told:
            write.append(line)
        elif told:
            right = listed.get((sdk, line["variant"]))
            tally.check("" if right == line else "%s, but strict.tsv says %s" % (line, right),
                        "strict %s %s" % (sdk, line["variant"]),
                        "tests/e2e/strict.py --sdk %s" % sdk)
    say("strict %s: %d rows in %d variants, %d passed, %d failed, %.0f s" % (
        sdk, sum(len(g) for g in groups.values()), len(groups), tally.passed - before[0],
        tally.failed - before[1], time.time() - began))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sdk", action="append", choices=SDKS)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    tally, lines = Tally(), []
    for sdk in args.sdk or SDKS:
        chain = toolchains.find([sdk])[sdk]
        if not chain.present:
            tally.skip("strict %s: %s" % (sdk, chain.why))
            continue
        command = workers.prepare(sdk, workers.NEWEST[sdk], chain)
        run_sdk(tally, sdk, command, strict_rows(sdk), lines if args.write else None)
    if args.write:
        old = [r for r in (read_tsv(TABLE) if TABLE.exists() else [])
               if r["sdk"] not in (args.sdk or SDKS)]
        every = sorted(old + lines, key=lambda r: (r["sdk"], r["variant"]))
        TABLE.write_text("\n".join(["\t".join(COLUMNS)] + [
            "\t".join(r[c] for c in COLUMNS) for r in every]) + "\n", encoding="utf-8")
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
