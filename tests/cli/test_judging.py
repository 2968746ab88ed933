#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# test_judging.py: which histories are replayed, which verdicts fail a run, and how it ends.
"""
    test_judging.py HINDCAST FAKE_WORKER [TEST...]

Each test is a function; it gets a World: an empty folder, histories in domain words, and
the program. A test that fails keeps its folder and says where it is.
"""
import json
import os
import sys
import time

from replay_world import Build, accounted, errors, has, order, run_tests, same

ND = "[TMPRL1100] Nondeterminism error: "
ND_ACTIVITY = ND + "Activity type of scheduled event 'Charge' does not match activity type of " \
    "activity command 'Refund'"
ND_VAGUE = ND + "Unexpected command producing an invalid transition X"


def orders(w, n, prefix="w", **names):
    for i in range(n):
        w.write(f"{prefix}-{i}.json", order(f"{prefix}-{i}", **names))
    return [f"{prefix}-{i}.json" for i in range(n)]


# ---- which histories ----

def test_where(w):
    w.write("a.json", order("w-a"))
    w.write("b.json", order("w-b", type_="RefundWorkflow"))
    w.write("open.json", Build("w-c").task().activity("Charge"))
    worker = "touch started; " + w.worker()
    got = w.replay(".", "--where", "type = OrderWorkflow and status = completed", worker=worker)
    same(got.code, 0, "exit")
    accounted(got, {"./a.json": "passed"})
    same(got.header["leftOut"], 2, "left out")
    got = w.replay(".", "--where", "age > 1d and events < 100", worker=worker)
    accounted(got, {"./a.json": "passed", "./b.json": "passed", "./open.json": "passed"})
    assert "leftOut" not in got.header, "nothing was left out"
    os.unlink(w.path("started"))
    got = w.replay(".", "--where", "age < 1d", worker=worker)
    same(got.code, 4, "exit where nothing fits")
    has(got.err, "none of 3 histories fits --where")
    got = w.replay(".", "--where", "typ = x", worker=worker)
    same(got.code, 2, "exit of a query that can't be read")
    has(errors(got)[0], "--where: column 1: there is no field 'typ' (did you mean 'type'?)")
    assert not w.path("started").exists(), "a worker was started for nothing"


def test_where_does_not_hide_what_cannot_be_read(w):
    w.write("a.json", order("w-a"))
    w.write("b.json", "{")
    got = w.replay(".", "--where", "type = Nope", worker=w.worker())
    same(got.code, 3, "exit")
    accounted(got, {"./b.json": "invalid"})


def test_sample(w):
    orders(w, 12)
    first = w.replay(".", "--sample", "5", "--seed", "x", worker=w.worker())
    same(first.code, 0, "exit")
    same(len(first.rows), 5, "rows")
    same((first.header["histories"], first.header["leftOut"]), (5, 7), "header")
    again = w.replay(".", "--sample", "5", "--seed", "x", worker=w.worker())
    same(again.verdicts(), first.verdicts(), "the same seed")
    other = w.replay(".", "--sample", "5", "--seed", "y", worker=w.worker())
    assert other.verdicts() != first.verdicts(), "another seed, the same sample"
    same(w.replay(".", "--seed", "x", worker=w.worker()).code, 2, "a seed alone")


def test_duplicates(w):
    w.write("a.json", order("w-1"))
    w.write("b.json", order("w-1"))
    w.write("c.json", json.dumps(json.loads(order("w-1").text()), indent=2))
    got = w.replay("a.json", "b.json", "c.json", "a.json", worker=w.worker())
    same(got.code, 0, "exit")
    same(sorted((row["history"], row["verdict"]) for row in got.rows),
         [("a.json", "passed"), ("a.json", "skipped"), ("b.json", "skipped"),
          ("c.json", "skipped")], "verdicts")
    row = got.row("b.json")
    same((row["reason"], row["message"], row["duplicateOf"]),
         ("duplicate", "duplicate of a.json", "a.json"), "why")


# ---- which verdicts fail ----

def test_fail_on(w):
    w.write("a.json", order("w-a"))
    w.write("b.json", order("w-b"))
    w.write("c.json", "{")
    diverges = ["w-b:nd:" + ND_ACTIVITY]
    for fail_on, code in [(None, 1), ("diverged", 1), ("invalid", 3), ("none", 0),
                          ("crashed,failed", 0), ("attribute", 1), ("marker,missing", 0),
                          ("marker, invalid", 3)]:
        options = ["--fail-on", fail_on] if fail_on else []
        got = w.replay(".", *options, worker=w.worker(*diverges))
        same(got.code, code, f"exit with --fail-on {fail_on}")
        accounted(got, {"./a.json": "passed", "./b.json": "diverged", "./c.json": "invalid"})
    same(got.row("./b.json")["divergence"]["kind"], "attribute", "kind")
    for bad, words in [("divergd", "did you mean 'diverged'?"), ("passed", "a history that passed fails no run"),
                       ("invalid,,failed", "no verdict ''")]:
        got = w.replay(".", "--fail-on", bad, worker="touch started")
        same(got.code, 2, f"exit of --fail-on {bad}")
        has(errors(got)[0], words)
    assert not w.path("started").exists(), "a worker was started for nothing"


def test_require(w):
    orders(w, 3)
    w.write("skip.json", Build("w-9"))
    for require, code in [("3", 0), ("4", 4)]:
        got = w.replay(".", "--require", require, worker=w.worker())
        same(got.code, code, f"exit with --require {require}")
    has(got.err, "3 histories were judged, and --require wants 4")
    # what diverged was judged, and that it diverged is the worse news
    got = w.replay(".", "--require", "4", worker=w.worker("*:nd:" + ND_VAGUE))
    same(got.code, 1, "exit where all diverge")
    # what failed was not
    got = w.replay(".", "--require", "3", "--fail-on", "diverged",
                   worker=w.worker("w-1:code:ValueError:no"))
    same(got.code, 4, "exit where one fails")


def test_fail_fast(w):
    names = orders(w, 6)
    got = w.replay(*names, "--fail-fast", worker=w.worker("*:nd:" + ND_VAGUE))
    same(got.code, 1, "exit")
    count = {name: sum(v == name for v in got.verdicts().values())
             for name in ("diverged", "skipped")}
    assert count["diverged"] >= 1 and count["skipped"] >= 1, count
    same(sum(count.values()), 6, "rows")
    for row in got.rows:
        same(row.get("reason"), "fail-fast" if row["verdict"] == "skipped" else None, "reason")
    # what needs no worker fails it too, and then none is started
    w.write("bad.json", "{")
    got = w.replay("w-0.json", "bad.json", "--fail-fast", worker="touch started; " + w.worker())
    same(got.code, 3, "exit")
    accounted(got, {"w-0.json": "skipped", "bad.json": "invalid"})
    assert not w.path("started").exists(), "a worker was started for nothing"
    # what does not fail the run does not end it
    got = w.replay("w-0.json", "bad.json", "--fail-fast", "--fail-on", "diverged",
                   worker=w.worker())
    same(got.code, 0, "exit")
    accounted(got, {"w-0.json": "passed", "bad.json": "invalid"})


def test_max_time(w):
    w.write("a.json", order("w-a"))
    w.write("b.json", order("w-b"))
    started = time.monotonic()
    got = w.replay("a.json", "b.json", "--max-time", "2", worker=w.worker("w-b:hang"))
    assert time.monotonic() - started < 20, "it did not end"
    same(got.code, 3, "exit")
    accounted(got, {"a.json": "passed", "b.json": "skipped"})
    same(got.row("b.json")["reason"], "max-time", "reason")


# ---- the baseline ----

def lines(w, name="known.jsonl"):
    return [json.loads(line) for line in w.path(name).read_text(encoding="utf-8").splitlines()]


def test_baseline(w):
    orders(w, 2)
    refund = w.write("r.json", order("w-r", type_="RefundWorkflow"))
    old, new = "w-0:nd:" + ND_ACTIVITY, "w-r:nd:" + ND_VAGUE
    base = ["--baseline", "known.jsonl"]
    got = w.replay(".", *base, worker="touch started; " + w.worker())
    same(got.code, 2, "exit without the file")
    has(errors(got)[0], "known.jsonl", "--update-baseline makes it")
    assert not w.path("started").exists(), "a worker was started for nothing"
    # made of a run, it lets that run pass
    got = w.replay(".", *base, "--update-baseline", worker=w.worker(old))
    same(got.code, 0, "exit of the update")
    same([(x["workflowType"], x["kind"], x["history"]) for x in lines(w)[1:]],
         [("OrderWorkflow", "attribute", "*")], "lines")
    before = w.path("known.jsonl").read_bytes()
    got = w.replay(".", *base, "--report", "text", "--report", "junit:junit.xml",
                   worker=w.worker(old))
    same(got.code, 0, "exit of what is known")
    has(got.out, "1 diverged (1 cause, 1 known)", "DIVERGED (attribute, known) ./w-0.json")
    has(w.path("junit.xml").read_text(encoding="utf-8"), 'failures="0"', 'skipped="1"',
        'message="known: history: ')
    same((got.row("./w-0.json")["verdict"], got.row("./w-0.json")["known"]), ("diverged", True),
         "row")
    # something new fails
    got = w.replay(".", *base, worker=w.worker(old, new))
    same(got.code, 1, "exit of something new")
    assert "known" not in got.row("./r.json"), "new, not known"
    # fixed is told, and the file changes only when told to
    got = w.replay(".", *base, worker=w.worker())
    same(got.code, 0, "exit where all is fixed")
    has(got.err, "fixed: OrderWorkflow: ", "--update-baseline")
    same(w.path("known.jsonl").read_bytes(), before, "the file")
    got = w.replay(".", *base, "--update-baseline", worker=w.worker(new))
    same([x["workflowType"] for x in lines(w)[1:]], ["RefundWorkflow"], "lines")
    assert not list(w.folder.glob("*.new")), "a temporary file is left"
    # half a run says nothing of what is fixed
    got = w.replay(".", *base, "--where", "type = OrderWorkflow", "--update-baseline",
                   worker=w.worker(old))
    same([x["workflowType"] for x in lines(w)[1:]], ["OrderWorkflow", "RefundWorkflow"], "lines")
    got = w.replay(refund, *base, worker=w.worker("w-r:die:9"))
    assert "fixed" not in got.err, got.err


def test_baseline_is_known_failures_too(w):
    orders(w, 1)
    failing = "w-0:code:ValueError:no"
    got = w.replay(".", "--baseline", "k", "--update-baseline", worker=w.worker(failing))
    same(got.code, 4, "known, but nothing was judged")
    got = w.replay(".", "--baseline", "k", "--fail-fast", worker=w.worker(failing))
    accounted(got, {"./w-0.json": "failed"})
    same(got.row("./w-0.json")["known"], True, "known")


def test_baseline_for_one_history(w):
    orders(w, 2)
    w.replay(".", "--baseline", "k", "--update-baseline", worker=w.worker("*:nd:" + ND_ACTIVITY))
    header, line = lines(w, "k")
    line.update(history="./w-0.json", note="ORD-17: waits for the migration")
    kept = json.dumps(line)
    w.path("k").write_text(json.dumps(header) + "\n" + kept + "\n", encoding="utf-8")
    got = w.replay(".", "--baseline", "k", worker=w.worker("*:nd:" + ND_ACTIVITY))
    same(got.code, 1, "exit")
    same((got.row("./w-0.json").get("known"), got.row("./w-1.json").get("known")), (True, None),
         "known")
    # an update keeps what people wrote
    w.replay(".", "--baseline", "k", "--update-baseline", worker=w.worker("*:nd:" + ND_ACTIVITY))
    assert kept in w.path("k").read_text(encoding="utf-8").splitlines(), "their line is gone"
    same(len(lines(w, "k")), 3, "lines")
    got = w.replay(".", "--baseline", "k", worker=w.worker("w-1:nd:" + ND_ACTIVITY))
    has(got.err, "fixed: ", "(./w-0.json)")


def test_a_bad_baseline_is_a_usage_error(w):
    orders(w, 1)
    header = '{"hindcast":"baseline","version":1}\n'
    for text, words in [("[]\n", "line 1: not a JSON object"),
                        ('{"hindcast":"run","version":1}\n', "not a hindcast baseline"),
                        (header + '{"title":"x"}\n', "line 2: 'fingerprint' is missing"),
                        (header + '{"fingerprint":7}\n', "line 2: 'fingerprint' is not a string")]:
        w.path("k").write_text(text, encoding="utf-8")
        got = w.replay(".", "--baseline", "k", worker="touch started")
        same(got.code, 2, f"exit of {text}")
        has(errors(got)[0], "baseline k: ", words)
    same(w.replay(".", "--update-baseline", worker="touch started").code, 2, "without a file")
    assert not w.path("started").exists(), "a worker was started for nothing"


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
