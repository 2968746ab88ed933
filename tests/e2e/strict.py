#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# strict.py: what --strict finds of the changes that no SDK sees, and that it invents none.
"""Usage: strict.py [--sdk SDK]... [--write]. Every silent-* row of the truth tables and the
unchanged code, once with --strict. tests/e2e/strict.tsv says how many rows of a variant are
found, and why the others are not; --write writes the counts anew (reasons stay)."""
import argparse
import collections
import sys

import toolchains
import workers
from common import ROOT, SDKS, Tally, judge_row, read_tsv, replay, say
from truth import history_path, rows_of

TABLE = ROOT / "tests" / "e2e" / "strict.tsv"
COLUMNS = ("sdk", "variant", "found", "rows", "unseen")


def strict_rows(sdk):
    """{variant: rows}: silent changes, and of the unchanged code what is no giant."""
    groups = collections.OrderedDict()
    for row in rows_of(sdk):
        if row["variant"] == "base" and not row["history"].endswith(".gz"):
            groups.setdefault("base", []).append(row)
        if row["variant"].startswith("silent-"):
            groups.setdefault(row["variant"], []).append(row)
    return groups


def found_by(tally, sdk, command, variant, rows):
    """How many of ROWS --strict calls diverged; other verdicts than that or right fail."""
    paths = {r["history"]: history_path(sdk, r["history"]) for r in rows}
    outcome = replay("strict/%s/%s" % (sdk, variant), command, sorted(paths.values()),
                     {"VARIANT": variant}, options=("--strict",))
    found = 0
    for row in rows:
        verdict, problem = outcome.only(paths[row["history"]])
        seen = bool(verdict) and verdict["verdict"] == "diverged"
        if seen and row["right"] == "passed":
            found += 1
            kind = verdict["divergence"]["kind"]
            problem = "" if kind == "attribute" else "found as %s" % kind
        elif verdict:
            problem = judge_row(verdict, row["right"])
        tally.check(problem, "strict %s %s %s" % (sdk, variant, row["history"]),
                    "tests/e2e/strict.py --sdk %s" % sdk)
    tally.check("; ".join(outcome.problems), "strict %s %s, the run" % (sdk, variant))
    return found


def run_sdk(tally, sdk, command, write=None):
    listed = {(r["sdk"], r["variant"]): r for r in read_tsv(TABLE)} if TABLE.exists() else {}
    for variant, rows in strict_rows(sdk).items():
        found = found_by(tally, sdk, command, variant, rows)
        entry = listed.get((sdk, variant), {})
        line = {"sdk": sdk, "variant": variant, "found": str(found), "rows": str(len(rows)),
                "unseen": entry.get("unseen", "")}
        say("strict %s %-16s %3d of %3d found%s" % (
            sdk, variant, found, len(rows), ": " + line["unseen"] if line["unseen"] else ""))
        if write is not None:
            write.append(line)
            continue
        right = (entry.get("found"), entry.get("rows"))
        tally.check("" if right == (line["found"], line["rows"]) else
                    "%d of %d found, strict.tsv says %s of %s" % ((found, len(rows)) + right),
                    "strict %s %s" % (sdk, variant), "tests/e2e/strict.py --sdk %s" % sdk)


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
        run_sdk(tally, sdk, command, lines if args.write else None)
    if args.write:
        old = [r for r in (read_tsv(TABLE) if TABLE.exists() else [])
               if r["sdk"] not in (args.sdk or SDKS)]
        every = sorted(old + lines, key=lambda r: (r["sdk"], r["variant"]))
        TABLE.write_text("\n".join(["\t".join(COLUMNS)] + [
            "\t".join(r[c] for c in COLUMNS) for r in every]) + "\n", encoding="utf-8")
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
