#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# stood.py: where the code stood, against the source text of the line that is named.
"""Usage: stood.py [--sdk SDK]... [--write]. tests/e2e/stood.tsv says for every sample change
and history that diverges at which line of the changed source the code waited before, by the
text of that line; of Python, which names no such line, what waits. samples_test.py checks it
in its own runs; --write writes the table from those runs, for a person to read. This script
asks for the rest: code that throws, --stacks all and none, --query."""
import argparse
import re
import sys

import toolchains
import workers
from common import BUILD, E2E, ROOT, SDKS, Tally, read_tsv, replay, say
from truth import history_path

TABLE = ROOT / "tests" / "e2e" / "stood.tsv"
COLUMNS = ("sdk", "change", "history", "task", "waits")

# What waits in each language; a line of the table without it is no place to wait.
WAITS = {
    "go": r"\.Get\(ctx|\.Select\(ctx|workflow\.Sleep\(ctx",
    "java": r"Workflow\.(sleep|await)\(|activities\.\w+\(|\.get\(\)",
    "typescript": r"\bawait\b",
    "python": r"^(activity: |child: |run\b|timer)",
}

# A workflow that throws at its end: variant and history of the truth tables, and what the
# line that raises holds.
THROWS = {
    "go": ("err-panic", "order-1.json", 'panic("boom at end")'),
    "java": ("err-throws", "order-1.json", 'throw new IllegalStateException("unrelated boom")'),
    "python": ("err-throwend", "order.json", "raise"),
    "typescript": ("err-throwend", "order.json", "throw"),
}


def line_text(folder, frame):
    """(the line that FRAME names, stripped, or None; what is wrong with its name)."""
    name = frame["file"]
    if name.startswith("/") or ":" in name:
        return None, "%s is a build path" % name
    parts = name.split("/")
    found = [p for p in sorted(folder.rglob(parts[-1]))
             if "node_modules" not in p.parts and "venv" not in p.parts and
             str(p).endswith("/" + name)]
    if not found:  # shown with more folders than there are below this one
        found = [p for p in sorted(folder.rglob(parts[-1])) if "node_modules" not in p.parts and
                 name.endswith(str(p.relative_to(folder)))]
    if len(found) != 1:
        return None, "%d files are called %s below %s" % (len(found), name, folder)
    lines = found[0].read_text(encoding="utf-8").splitlines()
    if not 1 <= frame.get("line", 0) <= len(lines):
        return None, "%s has no line %s" % (name, frame.get("line"))
    return lines[frame["line"] - 1].strip(), ""


def names_of(verdict):
    """What waits where no line is named; names that count up are left out."""
    stack = (verdict.get("stacks") or [{}])[-1]
    return ", ".join(c["name"] for c in stack.get("coroutines", [])
                     if not re.match(r"Task-\d+$", c["name"]))


def seen(sdk, folder, verdict):
    """({task, waits} as the table has them, what is wrong)."""
    task = verdict["divergence"]["workflowTask"]
    if task == 1:
        return {"task": "0", "waits": ""}, "" if not verdict.get("stood") else "stood before 1"
    stacks = verdict.get("stacks") or []
    if len(stacks) != 1 or stacks[0]["task"] != task - 1:
        return None, "stacks of %s before task %d" % ([s["task"] for s in stacks], task)
    if sdk == "python":
        note = stacks[0].get("note")
        return {"task": str(task - 1), "waits": names_of(verdict)}, "" if note else "no note"
    if verdict.get("stoodTask") != task - 1 or not verdict.get("stood"):
        return None, "it stood nowhere before task %d" % task
    text, problem = line_text(folder, verdict["stood"][0])
    return {"task": str(task - 1), "waits": text or ""}, problem


def listed():
    return {(r["sdk"], r["change"], r["history"]): r
            for r in (read_tsv(TABLE) if TABLE.exists() else [])}


def judge(sdk, change, history, verdict):
    """What is wrong with where the code of a sample change stood."""
    found, problem = seen(sdk, BUILD / "samples" / sdk / change, verdict)
    entry = listed().get((sdk, change, history))
    if problem:
        return problem
    if found["task"] != "0" and not re.search(WAITS[sdk], found["waits"]):
        return "%r is no place to wait" % found["waits"]
    right = {k: entry[k] for k in found} if entry else None
    return "" if found == right else "stood at %s, stood.tsv says %s" % (found, right)


def check_throws(tally, sdk, command):
    variant, history, text = THROWS[sdk]
    path = history_path(sdk, history)
    outcome = replay("stood/%s/throws" % sdk, command, [path], {"VARIANT": variant})
    verdict, problem = outcome.only(path)
    if verdict:
        problem = "%s, not failed" % verdict["verdict"] if verdict["verdict"] != "failed" else ""
        frames = verdict.get("stood") or []
        if not problem and (not frames or verdict.get("stoodTask")):
            problem = "no line that raises: %s after %s" % (frames, verdict.get("stoodTask"))
        if not problem:
            lines = [line_text(workers.Job(sdk, workers.NEWEST[sdk], None).folder, f)
                     for f in frames]
            if not any(line and text in line for line, _ in lines):
                problem = "%r stands in none of %s" % (text, lines)
    tally.check(problem or "; ".join(outcome.problems), "stood %s, code that throws" % sdk)


def look(sdk, command, name, options, change="child-id", history="approved"):
    path = "samples/order/histories/%s/%s.json" % (sdk, history)
    outcome = replay("stood/%s/%s" % (sdk, name), command, [path], options=options)
    verdict, problem = outcome.only(path)
    return verdict or {}, problem or "; ".join(outcome.problems)


def check_extents(tally, sdk, command):
    """The sample `child-id`: all tasks before the divergence, none, and its own query."""
    verdict, problem = look(sdk, command, "all", ("--stacks", "all", "--query", "status",
                                                  "--query", "nosuch"))
    task = (verdict.get("divergence") or {}).get("workflowTask", 0)
    want = list(range(1, task))
    stacks = [s["task"] for s in verdict.get("stacks", [])]
    answers = verdict.get("queries", [])
    status = [a["answer"] for a in answers if a["name"] == "status" and not a.get("failed")]
    unknown = [a for a in answers if a["name"] == "nosuch"]
    if not problem and (not want or stacks != want):
        problem = "stacks of tasks %s where %s are right" % (stacks, want)
    if not problem and (len(status) != len(want) or status[-1] != "charging"):
        problem = "status was %s" % status
    if not problem and (len(unknown) != len(want) or not all(a.get("failed") for a in unknown)):
        problem = "an unknown query: %s" % unknown[:1]
    tally.check(problem, "stood %s, --stacks all --query" % sdk)
    plain = verdict
    verdict, problem = look(sdk, command, "none", ("--stacks", "none"))
    if not problem and (verdict.get("stacks") or verdict.get("stood")):
        problem = "stacks that nobody asked for"
    if not problem and verdict["divergence"] != plain.get("divergence"):
        problem = "--stacks changed the divergence"
    tally.check(problem, "stood %s, --stacks none" % sdk)
    # The report names the place, or of Python what waits.
    text = (E2E / "runs" / "stood" / sdk / "all" / "stdout").read_text(encoding="utf-8")
    line = next((t.strip() for t in text.splitlines() if t.strip().startswith("stood:")), "")
    want = "'activity: charge_card'" if sdk == "python" else "the code waited at "
    tally.check("" if want in line else "%r is not in %r" % (want, line),
                "stood %s, the report" % sdk)
    # A run that passes is looked at to its end only where that is asked for.
    verdict, problem = look(sdk, command, "open", ("--stacks", "all"), history="expired")
    if not problem and (verdict["verdict"] != "passed" or not verdict.get("stacks")):
        problem = "%s with stacks %s" % (verdict["verdict"], verdict.get("stacks"))
    tally.check(problem, "stood %s, --stacks all of one that passes" % sdk)


# One row each for who counts what a missing toolchain leaves out.
CHECKS = ("throws", "all", "none", "passes", "report")


def run_sdk(tally, sdk, command, _checks=CHECKS):
    """COMMAND starts the newest truth-table worker; the sample's worker is set up already."""
    check_throws(tally, sdk, command)
    worker = BUILD / "samples" / sdk / "child-id" / "worker"
    check_extents(tally, sdk, "exec '%s'" % worker)


def write_table(sdks):
    """From what samples_test.py left."""
    import samples_test
    from common import Outcome, read_run
    lines = [r for r in listed().values() if r["sdk"] not in sdks]
    for sdk in sdks:
        for row in samples_test.rows_of(sdk):
            if row["verdict"] != "diverged":
                continue
            outcome = Outcome(None, 0, [])
            read_run(E2E / "runs" / "samples" / sdk / row["change"] / "run.jsonl", outcome)
            verdict, problem = outcome.only(samples_test.history_path(row))
            found, problem = seen(sdk, BUILD / "samples" / sdk / row["change"], verdict)
            if problem:
                say("%s %s %s: %s" % (sdk, row["change"], row["history"], problem))
            else:
                lines.append(dict(found, sdk=sdk, change=row["change"], history=row["history"]))
    lines.sort(key=lambda r: [r[c] for c in COLUMNS[:3]])
    TABLE.write_text("\n".join(["\t".join(COLUMNS)] + [
        "\t".join(r[c] for c in COLUMNS) for r in lines]) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sdk", action="append", choices=SDKS)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    tally = Tally()
    if args.write:
        write_table(args.sdk or SDKS)
        return 0
    for sdk in args.sdk or SDKS:
        chain = toolchains.find([sdk])[sdk]
        if not chain.present:
            tally.skip("stood %s: %s" % (sdk, chain.why))
            continue
        run_sdk(tally, sdk, workers.prepare(sdk, workers.NEWEST[sdk], chain))
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
