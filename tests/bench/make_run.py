#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# make_run.py: writes a run file of many verdicts, half of them diverged with evidence.
"""usage: make_run.py ROWS CAUSES [SEED] >run.jsonl

The same arguments give the same bytes. A tenth of the causes hold half of the diverged
histories, as in life; rows are as large as a worker in TypeScript makes them.
"""
import json
import random
import sys

KINDS = ("replaced", "missing", "extra", "attribute", "reordered")
WORKER = {"identity": "4711@build", "sdk": "temporal-typescript", "version": "1.13.0",
          "buildId": "0d5c91fe"}


def frame(cause, depth):
    return {"file": "src/workflows/part%d.ts" % (cause % 20), "line": 10 + cause + depth,
            "column": 9, "function": "step%d" % depth, "user": True,
            "source": "await activities.charge(order, { amount: total })"}


def event(name, number):
    return {"event": "ActivityTaskScheduled", "name": name, "id": str(number)}


def command(name, number):
    return {"command": "ScheduleActivityTask", "name": name, "id": str(number)}


def task(cause, at):
    """Six commands of which two differ."""
    pairs = [{"eventId": at + i, "history": event("step%d" % i, i),
              "worker": command("step%d" % i, i)} for i in range(6)]
    pairs[2]["differences"] = [
        {"path": "input[0].amount", "history": "object, 210 bytes, #405a878a",
         "worker": "object, 233 bytes, #9e822e57"},
        {"path": "startToCloseTimeout", "history": "30s", "worker": "%ds" % (cause + 31)}]
    pairs[4]["worker"] = {"command": "StartTimer", "name": "30s", "id": "1"}
    return {"task": 3, "startedEventId": at - 2, "provenance": "probe-replay", "commands": pairs}


def context(at):
    return [{"eventId": at + i, "type": "ActivityTaskScheduled", "summary": "step%d  on orders" % i}
            for i in range(-3, 4)]


def passed(number):
    return {"history": "histories/order-%05d.json" % number, "workflowId": "order-%d" % number,
            "runId": "01a20542-201f-729e-a5a6-%012d" % number, "workflowType": "OrderWorkflow",
            "queue": "orders", "events": 40 + number % 60, "bytes": 19600,
            "sdk": "temporal-typescript", "sdkVersion": "1.12.0", "ms": 12.5,
            "verdict": "passed", "worker": WORKER}


def diverged(number, cause):
    at, row = 12 + cause % 9, passed(number)
    kind = KINDS[cause % len(KINDS)]
    row.update(
        verdict="diverged",
        divergence={"kind": kind, "eventId": at, "workflowTask": 3,
                    "history": event("charge%d" % cause, 4),
                    "worker": command("refund%d" % cause, 4), "field": None,
                    "fingerprint": "%016x" % (cause + 1),
                    "message": "[TMPRL1100] Nondeterminism error: Activity machine does not handle "
                               "this event: HistoryEvent(id: %d, ActivityTaskScheduled)" % at,
                    "provenance": "probe-replay"},
        clues=["recorded by 1.12.0; the worker runs 1.13.0"],
        stoodTask=2, stood=[frame(cause, 0), frame(cause, 1)],
        context=context(at), tasks=[task(cause, at)],
        stacks=[{"task": 2, "coroutines": [
            {"name": "root", "frames": [frame(cause, d) for d in range(8)]}]}])
    return row


def main():
    rows, causes = int(sys.argv[1]), int(sys.argv[2])
    pick = random.Random(sys.argv[3] if len(sys.argv) > 3 else "")
    print(json.dumps({"hindcast": "run", "version": 1, "tool": "0.1.0",
                      "started": "2026-11-22T10:00:00Z", "histories": rows}))
    for number in range(rows):
        few = max(1, causes // 10)
        cause = pick.randrange(few) if pick.random() < 0.5 else pick.randrange(causes)
        row = diverged(number, cause) if number % 2 else passed(number)
        print(json.dumps(row, separators=(",", ":")))
    print(json.dumps({"totals": {}, "causes": [], "ended": "2026-11-22T10:09:00Z"}))


if __name__ == "__main__":
    main()
