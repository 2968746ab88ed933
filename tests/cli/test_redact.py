#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# test_redact.py: what holds of every redacted history, shown on the corpus.
"""
    test_redact.py HINDCAST CORPUS     prints what does not hold, exits 1

For histories of each SDK: nothing that stood in a payload stands in the result, check is
silent where it was, types, ids and order of events are the same, twice the same bytes, twice
redacted the same shape, and diff finds nothing but what was to be replaced.
"""
import base64
import gzip
import json
import pathlib
import subprocess
import sys
import tempfile

ALL_OPTIONS = ([], ["--keep-size"], ["--ids", "--names"])
WITH_OPTIONS = {"go/attrs-1.json", "java/saga-1.json", "python/updates.json", "ts/saga.json",
                "odd/zlib-order.json", "odd/encrypted-failures-saga.json"}
HISTORIES = [
    "go/order-1.json", "go/saga-1.json", "go/signals-1.json", "go/updates-1.json", "go/attrs-1.json",
    "go/versions-1.json", "go/fanout-big.json.gz", "go/nexusy-1.json", "go/longlocal-1.json",
    "java/order-1.json", "java/saga-1.json", "java/versions-1.json", "java/longlocal-1.json",
    "python/order-patched.json", "python/saga.json", "python/updates.json", "python/longlocal-1.json",
    "ts/order.json", "ts/saga.json", "ts/signals.json",
    "odd/zlib-order.json", "odd/encrypted-order.json", "odd/encrypted-failures-saga.json",
]


def run(program, *arguments, **options):
    return subprocess.run([program, *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=120, **options)


def load(path):
    raw = gzip.open(path).read() if path.suffix == ".gz" else path.read_bytes()
    return json.loads(raw)["events"]


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)


KEPT_MARKERS = {"core_patch", "Version"}
KEPT_DETAILS = {"side-effect-id", "id", "type", "activityId", "meta", "time", "patch-data", "change-id",
                "changeId", "version", "mutable-side-effect-call-counter", "skipCount"}
KEPT_ATTRIBUTES = {"TemporalChangeVersion", "BuildIds"}


def payloads(value, key=None):
    """The JSON of all payloads that may not be seen afterwards."""
    if isinstance(value, list):
        for item in value:
            yield from payloads(item, key)
    if not isinstance(value, dict):
        return
    if value.get("markerName") in KEPT_MARKERS:
        return
    if isinstance(value.get("metadata"), dict) and "encoding" in value["metadata"]:
        encoding = base64.b64decode(value["metadata"]["encoding"])
        local_activity = key == "data"
        if encoding.startswith(b"json/") and not local_activity:
            yield json.loads(base64.b64decode(value.get("data", "")))
        return
    for name, item in value.items():
        if name not in KEPT_DETAILS | KEPT_ATTRIBUTES:
            # payloads of a list hang on what the list is in
            yield from payloads(item, key if name == "payloads" else name)


def secrets(events):
    found = set()
    for event in events:
        for value in payloads(event):
            found.update(s for s in strings(value) if len(s.encode()) >= 6)
        for text in failure_texts(event):
            found.add(text)
    return found


def failure_texts(value):
    if isinstance(value, list):
        for item in value:
            yield from failure_texts(item)
    elif isinstance(value, dict):
        if "stackTrace" in value or "applicationFailureInfo" in value:
            yield from (value[k] for k in ("message", "stackTrace") if len(value.get(k, "")) >= 6)
        for item in value.values():
            yield from failure_texts(item)


def words(events):
    """What stays by design: types and names of the code."""
    found = set()

    def walk(value, key):
        if isinstance(value, str) and key in ("name", "signalName", "markerName", "type", "source",
                                              "operation", "service", "sdkName"):
            found.add(value)
        elif isinstance(value, list):
            for item in value:
                walk(item, key)
        elif isinstance(value, dict):
            for name, item in value.items():
                found.add(name)
                walk(item, name)
    for event in events:
        walk(event, "")
    return found


def decoded(events):
    """The result's text as anybody can read it: the JSON, and all base64 in it decoded."""
    parts = [json.dumps(events, ensure_ascii=False).encode()]
    for text in strings(events):
        try:
            parts.append(base64.b64decode(text, validate=True))
        except ValueError:
            pass
    return b"\n".join(parts)


def shape(events):
    return [(e["eventId"], e["eventType"], e["eventTime"]) for e in events]


def json_shape(value):
    if isinstance(value, dict):
        return {k: json_shape(v) for k, v in value.items()}
    if isinstance(value, list):
        return [json_shape(v) for v in value]
    return type(value).__name__


def check_one(program, source, folder, options):
    out, again, twice = (folder / name for name in ("out.json", "again.json", "twice.json"))
    for path in (out, again, twice):
        path.unlink(missing_ok=True)
    made = run(program, "redact", str(source), "-o", str(out), *options)
    if made.returncode != 0:
        yield f"exit {made.returncode}: {made.stderr.decode()}"
        return
    before, after = load(source), load(out)
    if shape(before) != shape(after):
        yield "ids, types or times of events differ"
    known, text = words(before), decoded(after)
    for secret in secrets(before):
        if secret.encode() in text and not any(secret in word for word in known):
            yield f"{secret!r} is left"
        if secret in made.stderr.decode() and not any(secret in word for word in known):
            yield f"{secret!r} is said on stderr"
    if [json_shape(p) for e in before for p in payloads(e)] != \
            [json_shape(p) for e in after for p in payloads(e)]:
        yield "JSON has another shape"
    run(program, "redact", str(source), "-o", str(again), *options)
    if again.read_bytes() != out.read_bytes():
        yield "another time it is something else"
    run(program, "redact", str(out), "-o", str(twice), *options)
    if shape(load(twice)) != shape(after) or \
            [json_shape(p) for e in load(twice) for p in payloads(e)] != \
            [json_shape(p) for e in after for p in payloads(e)]:
        yield "redacted twice it has another shape"
    clean, dirty = run(program, "check", str(source)), run(program, "check", str(out))
    if dirty.returncode != clean.returncode:
        yield f"check: {clean.returncode} before, {dirty.returncode} now: {dirty.stdout.decode()}"
    same = run(program, "diff", "-i", "payloads", "-i", "failure-text", "-i", "stacks",
               "-i", "endpoint", "-i", "nexusHeader", str(source), str(out))
    if same.returncode and "--ids" not in options:
        yield "diff finds more than was to be replaced: " + (same.stdout + same.stderr).decode()
    if "--keep-size" in options:
        # sorted: the result's members are in the order of the canonical form
        sizes = [sorted(len(base64.b64decode(t)) for t in texts_of_data(events))
                 for events in (before, after)]
        if sizes[0] != sizes[1]:
            yield "payloads have other sizes"


def texts_of_data(value):
    if isinstance(value, list):
        for item in value:
            yield from texts_of_data(item)
    elif isinstance(value, dict):
        if "metadata" in value and "encoding" in value["metadata"]:
            if base64.b64decode(value["metadata"]["encoding"]) != b"binary/zlib":
                yield value.get("data", "")
            return
        for item in value.values():
            yield from texts_of_data(item)


def main():
    program, corpus = sys.argv[1], pathlib.Path(sys.argv[2])
    problems = 0
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for name in HISTORIES:
            for options in ALL_OPTIONS if name in WITH_OPTIONS else ALL_OPTIONS[:1]:
                for problem in check_one(program, corpus / name, folder, options):
                    print(f"{name} {' '.join(options)}: {problem}")
                    problems += 1
    return 1 if problems else 0


sys.exit(main())
