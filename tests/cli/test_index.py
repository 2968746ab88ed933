#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# test_index.py: an event of a mapped JSON file is the same as of the same history in protobuf.
"""usage: test_index.py HINDCAST CORPUS"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HINDCAST, CORPUS = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
MAPPED_FROM = 64 * 1024  # smaller files are read whole


def run(*words, env=None):
    ran = subprocess.run([HINDCAST] + [str(w) for w in words], capture_output=True, text=True,
                         timeout=60, env=dict(os.environ, **(env or {})))
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
        for level in ("scalar", "sse2", "avx2"):
            got = run("show", "--event", wanted, mapped, env={"HINDCAST_SIMD": level})
            if "HINDCAST_SIMD" in got[2]:
                continue  # this processor has it not
            want = run("show", "--event", wanted, other)
            assert got[:2] == want[:2], (source, wanted, level, got, want)
            assert got[2].replace("mapped.json", "other.bin") == want[2], (got, want)


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


def wrong_level():
    code, _, err = run("--version", env={"HINDCAST_SIMD": "mmx"})
    assert code == 2 and "HINDCAST_SIMD" in err and "scalar" in err, (code, err)


def main():
    with tempfile.TemporaryDirectory() as name:
        for source in ("go/order-1.json", "java/order-1.json", "python/order.json",
                       "ts/order.json"):
            compare(CORPUS / source, pathlib.Path(name))
        damaged(CORPUS / "go/order-1.json", pathlib.Path(name))
    wrong_level()
    print("ok")


main()
