#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# test_index.py: what is shown of a mapped JSON file is what is shown of it read whole.
"""usage: test_index.py HINDCAST CORPUS"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HINDCAST, CORPUS = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
MAPPED_FROM = 64 * 1024  # smaller files are read whole


def run(*words, env=None, cwd=None, stdin=None):
    ran = subprocess.run([HINDCAST] + [str(w) for w in words], capture_output=True, text=True,
                         timeout=60, env=dict(os.environ, **(env or {})), cwd=cwd,
                         input=stdin and stdin.read_text(encoding="utf-8"))
    return ran.returncode, ran.stdout, ran.stderr


def padded(text):
    """The same JSON, long enough to be mapped: blanks mean nothing."""
    return text + " " * MAPPED_FROM


def compare(source, folder):
    text = source.read_text(encoding="utf-8")
    mapped, other = folder / "mapped.json", folder / "other.bin"
    mapped.write_text(padded(text), encoding="utf-8")
    assert run("convert", "--force", source, "-t", "proto", "-o", other)[0] == 0, source
    ids = [e["eventId"] for e in json.loads(text)["events"]]
    for wanted in (ids[0], ids[len(ids) // 2], ids[-1], "999999"):
        for level in ("scalar", "sse2", "avx2", "neon"):
            got = run("show", "--event", wanted, mapped, env={"HINDCAST_SIMD": level})
            if "HINDCAST_SIMD" in got[2]:
                continue  # this processor has it not
            want = run("show", "--event", wanted, other)
            assert got[:2] == want[:2], (source, wanted, level, got, want)
            assert got[2].replace("mapped.json", "other.bin") == want[2], (got, want)


FEW = ["--limit 5", "--tail 5", "--json --limit 7", "--json --tail 3", "--payloads --limit 9",
       "--where id>4", "--where bytes>100", "--where attempt>0 --limit 2", "--event 3", "--event 2-",
       "--columns id,type,name,bytes,payload --tail 9", "--columns id,group,outcome,took --limit 9",
       "--grep [a-z]+ --limit 4", "--state-at 3", "--state-at 2-9", "--state-at 5- --json --limit 2"]


def alike(text, folder, modes=FEW):
    """The same name in two folders: short enough to be read whole, and padded."""
    assert len(text) < MAPPED_FROM
    for name, content in (("whole", text), ("mapped", padded(text))):
        (folder / name).mkdir(exist_ok=True)
        (folder / name / "h.json").write_text(content, encoding="utf-8")
    for mode in modes:
        got, want = (run("show", *mode.split(), "h.json", cwd=folder / name)
                     for name in ("mapped", "whole"))
        assert got == want, (mode, got, want)
    return want


def decoded(source):
    """As a Web UI downloads it: the data of payloads as values, so that all are guessed at."""
    def visit(value):
        if isinstance(value, dict) and "data" in value and "metadata" in value:
            value["data"] = {"n": 1}
        for v in value.values() if isinstance(value, dict) else value:
            if isinstance(v, (dict, list)):
                visit(v)
        return value
    return json.dumps(visit(json.loads(source.read_text(encoding="utf-8"))))


def one_is_damaged(source, folder):
    """Once such an event is looked at, the file is read as it is without an index."""
    history = json.loads(source.read_text(encoding="utf-8"))
    history["events"][6]["taskId"] = True
    code, out, err = alike(json.dumps(history), folder,
                           ["--event 1-", "--tail 99", "--where id>2", "--grep [a-z]+ --limit 99"])
    assert code == 3 and "taskId" in err and out, (code, out, err)
    shown = run("show", "--limit", 3, folder / "mapped" / "h.json")
    assert shown[0] == 0 and not shown[2], shown


def much_is_kept_back(folder):
    """More than is kept back until it is sure; the last event can't be read."""
    event = ('{"eventId":"%d","eventTime":"2026-01-02T03:04:05Z","eventType":'
             '"EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED","workflowExecutionSignaledEventAttributes":'
             '{"signalName":"%s"}%s}')
    path = folder / "much.json"
    for last in ("", ',"taskId":true'):
        path.write_text("[" + ",\n".join(event % (i, "x" * 30000, last if i == 700 else "")
                                         for i in range(1, 701)) + "]", encoding="utf-8")
        got = run("show", "--event", "1-", path)
        want = run("show", "--event", "1-", "-", stdin=path)
        assert got[0] == want[0] == (3 if last else 0) and got[1] == want[1], (last, got[0], want[0])
        assert got[2] == want[2].replace(" -:", " %s:" % path), (got[2], want[2])


def damaged(source, folder):
    """What is wrong with another event is no matter; with this one it is told."""
    text = source.read_text(encoding="utf-8")
    bad = text.replace('"eventType": "EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED"',
                       '"eventType": "EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED", "taskId": true,')
    bad = bad.replace("true,,", "true,")
    assert bad != text
    path = folder / "bad.json"
    path.write_text(padded(bad), encoding="utf-8")
    last = json.loads(text)["events"][-1]["eventId"]
    assert run("show", "--event", 1, path)[0] == 0
    code, out, err = run("show", "--event", last, path)
    assert code == 3 and not out and "taskId" in err and "line" in err, (code, out, err)
    assert "there is no event %s" % last in err, err


def wrong_level():
    code, _, err = run("--version", env={"HINDCAST_SIMD": "mmx"})
    assert code == 2 and "HINDCAST_SIMD" in err and "scalar" in err, (code, err)


def main():
    with tempfile.TemporaryDirectory() as name:
        for source in ("go/order-1.json", "java/order-1.json", "python/order.json",
                       "ts/order.json"):
            compare(CORPUS / source, pathlib.Path(name))
            alike((CORPUS / source).read_text(encoding="utf-8"), pathlib.Path(name))
            alike(decoded(CORPUS / source), pathlib.Path(name))
        one_is_damaged(CORPUS / "go/order-1.json", pathlib.Path(name))
        damaged(CORPUS / "go/order-1.json", pathlib.Path(name))
        much_is_kept_back(pathlib.Path(name))
    wrong_level()
    print("ok")


main()
