#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# tail.py: --tail, with code that fails in the open task of a history, and code that does not.
"""Usage: tail.py [SDK...]. A history is cut behind its last WorkflowTaskStarted, so that it is
open inside that task; a variant of the code raises there. Without --tail it passes."""
import json
import sys

import toolchains
import workers
from common import CORPUS, E2E, SDKS, SHORT, Tally, relative, replay
from stood import line_text

# History, the variant that fails behind it, a text of the line that raises, and what the
# unchanged code asks for there.
CASES = {
    "go": [("taskfail-nd-open.json", "err-tail", 'panic("boom in the tail")',
            "ScheduleActivityTask Charge"),
           ("order-1.json", "err-panic", 'panic("boom at end")', "CompleteWorkflowExecution")],
    "java": [("saga-1.json", "err-rethrow-runtime", 'RuntimeException("plain runtime")',
              "FailWorkflowExecution")],
    "python": [("order.json", "err-throwend", "raise", "CompleteWorkflowExecution")],
    "typescript": [("order.json", "err-throwend", "throw", "CompleteWorkflowExecution")],
}


def opened(sdk, history):
    """HISTORY up to its last WorkflowTaskStarted, as a file of its own."""
    tree = json.loads((CORPUS / SHORT[sdk] / history).read_text(encoding="utf-8"))
    events = tree["events"] if isinstance(tree, dict) else tree
    while "TaskStarted" not in events[-1]["eventType"] and \
            not events[-1]["eventType"].endswith("WORKFLOW_TASK_STARTED"):
        events.pop()
    path = E2E / "tail" / sdk / history
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(tree), encoding="utf-8")
    return relative(path)


def judge_failed(sdk, verdict, text):
    if verdict["verdict"] != "failed" or verdict.get("reason") != "tail":
        return "%s (%s) where failed (tail) is right" % (verdict["verdict"], verdict.get("reason"))
    folder = workers.Job(sdk, workers.NEWEST[sdk], None).folder
    lines = [line_text(folder, f)[0] for f in verdict.get("stood", [])]
    return "" if any(line and text in line for line in lines) else "%r is not in %s" % (
        text, lines)


def judge_passed(verdict, asks):
    if verdict["verdict"] != "passed":
        return "%s where passed is right" % verdict["verdict"]
    clues = [c for c in verdict.get("clues", []) if c.startswith("--tail: ")]
    return "" if len(clues) == 1 and asks in clues[0] else "%r is not in %s" % (asks, clues)


def check(tally, sdk, command, case):
    history, variant, text, asks = case
    path = opened(sdk, history)
    label = "tail %s %s" % (sdk, history)
    for name, options, judge in (
            (variant, ("--tail",), lambda v: judge_failed(sdk, v, text)),
            (variant, (), lambda v: "" if v["verdict"] == "passed" else v["verdict"]),
            ("base", ("--tail",), lambda v: judge_passed(v, asks))):
        outcome = replay("tail/%s/%s%s" % (sdk, name, "".join(options)), command, [path],
                         {"VARIANT": name}, options=options)
        verdict, problem = outcome.only(path)
        problem = judge(verdict) if verdict else problem
        tally.check(problem or "; ".join(outcome.problems),
                    "%s %s %s" % (label, name, " ".join(options)), "tests/e2e/tail.py " + sdk)


def run_sdk(tally, sdk, command, cases):
    for case in cases:
        check(tally, sdk, command, case)


def main():
    tally = Tally()
    for sdk in sys.argv[1:] or SDKS:
        chain = toolchains.find([sdk])[sdk]
        if not chain.present:
            tally.skip("tail %s: %s" % (sdk, chain.why), len(CASES[sdk]))
            continue
        run_sdk(tally, sdk, workers.prepare(sdk, workers.NEWEST[sdk], chain), CASES[sdk])
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
