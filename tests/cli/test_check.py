#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# test_check.py: a healthy history broken in one way per code, and what check says of it.
import base64
import copy
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

HINDCAST = pathlib.Path(sys.argv[1]).resolve()
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CORPUS = ROOT / "tests/corpus"
HEALTHY = ["go/saga-1.json", "go/updates-1.json", "go/nexusy-1.json", "go/parent-1.json",
           "go/cancelme-1.json", "go/signals-1.json", "go/versions-1.json", "go/attrs-1.json"]


def check(*arguments):
    done = subprocess.run([HINDCAST, "check", "--json", *map(str, arguments)],
                          capture_output=True, timeout=120)
    if done.stderr:
        raise AssertionError(done.stderr.decode())
    return [json.loads(line) for line in done.stdout.splitlines()], done.returncode


def load(name):
    return json.loads((CORPUS / name).read_text(encoding="utf-8"))


def attributes(event):
    return next(v for k, v in event.items() if k.endswith("EventAttributes"))


def at(history, event_id):
    return next(e for e in history["events"] if int(e["eventId"]) == event_id)


def renumber(history):
    """Ids from 1 on again; references stay."""
    for i, event in enumerate(history["events"], 1):
        event["eventId"] = str(i)


def payload(text):
    return {"metadata": {"encoding": base64.b64encode(b"json/plain").decode()},
            "data": base64.b64encode(text).decode()}


# What breaks the history, by code. Each takes a parsed healthy history (saga-1 unless it
# names another), changes it, and returns the id of the event to be named, or None.
BREAKS = {}


def breaks(code, base="go/saga-1.json", more=()):
    """MORE: the codes of what follows from it, which are found as well."""
    def keep(function):
        BREAKS[code] = (function, base, set(more))
        return function
    return keep


@breaks("truncated")
def _(h):
    return json.dumps(h)[:900]


@breaks("incomplete")
def _(h):
    return json.dumps({"history": h, "nextPageToken": "eA=="})


@breaks("newest-first")
def _(h):
    h["events"].reverse()


@breaks("sorted")
def _(h):
    h["events"] = h["events"][10:] + h["events"][:10]


@breaks("duplicates-dropped", more=["pages-joined"])
def _(h):
    return json.dumps({"history": {"events": h["events"][:12]}, "nextPageToken": "eA=="}) + \
        json.dumps({"history": {"events": h["events"][8:]}})


@breaks("pages-joined")
def _(h):
    return json.dumps({"history": {"events": h["events"][:12]}, "nextPageToken": "eA=="}) + \
        json.dumps({"history": {"events": h["events"][12:]}})


@breaks("cadence", more=["unknown-member", "no-type"])
def _(h):
    return (ROOT / "tests/data/cadence.json").read_text(encoding="utf-8")


@breaks("repaired")
def _(h):
    return "time=2026 level=WARN msg=something\n" + json.dumps(h)


@breaks("payload-guessed")
def _(h):
    attributes(at(h, 5))["input"] = ["a", 1]


@breaks("unknown-member")
def _(h):
    attributes(at(h, 5))["newMember"] = 1


@breaks("oddity")
def _(h):
    at(h, 5)["category"] = "activity"
    at(h, 5)["classification"] = "Scheduled"


@breaks("no-start")
def _(h):
    del h["events"][0]
    return 2


@breaks("gap")
def _(h):
    del h["events"][11:13]
    return 14


@breaks("no-type", more=["unknown-member"])
def _(h):
    at(h, 23)["eventType"] = "EVENT_TYPE_OF_TOMORROW"
    return 23


@breaks("batch")
def _(h):
    attributes(at(h, 17))["workflowTaskCompletedEventId"] = "10"
    return 17


@breaks("task-cut", more=["task-open", "impossible", "wrong-reference", "batch",
                           "later-reference"])
def _(h):
    """The completion of the second workflow task, 10, is gone."""
    del h["events"][9]
    renumber(h)
    return 10


@breaks("after-close")
def _(h):
    late = copy.deepcopy(at(h, 20))
    late["eventId"] = "24"
    late["eventTime"] = at(h, 23)["eventTime"]
    h["events"].append(late)
    return 24


@breaks("mixed-runs")
def _(h):
    again = copy.deepcopy(at(h, 1))
    again["eventId"] = "8"
    h["events"].insert(7, again)
    for event in h["events"][8:]:
        event["eventId"] = str(int(event["eventId"]) + 1)
        for key, value in attributes(event).items():
            if key.endswith("EventId") and int(value) >= 8:
                attributes(event)[key] = str(int(value) + 1)
    return 8


@breaks("time")
def _(h):
    at(h, 16)["eventTime"] = "2026-11-22T19:09:16.900Z"
    return 16


@breaks("no-task")
def _(h):
    del h["events"][2:]


@breaks("no-workflow-id")
def _(h):
    del attributes(at(h, 1))["workflowId"]
    return 1


@breaks("no-run-id")
def _(h):
    del attributes(at(h, 1))["originalExecutionRunId"]
    return 1


@breaks("unknown-type")
def _(h):
    h["events"].insert(22, {"eventId": "23", "eventTime": at(h, 22)["eventTime"],
                            "eventType": 99})
    h["events"][23]["eventId"] = "24"
    return 23


@breaks("no-attributes")
def _(h):
    event = at(h, 23)
    del event["workflowExecutionFailedEventAttributes"]
    return 23


@breaks("type-mismatch")
def _(h):
    event = at(h, 23)
    event["workflowExecutionCompletedEventAttributes"] = {
        "workflowTaskCompletedEventId": "22"}
    del event["workflowExecutionFailedEventAttributes"]
    return 23


@breaks("decoded-payload")
def _(h):
    attributes(at(h, 5))["input"] = {"payloads": [payload(b"\x00\x01 no JSON")]}
    return 5


# What JSON of other makers holds, by the words that check has for it.
ODD_PAYLOADS = [
    (b'{"a":NaN,"b":1}', "holds NaN"),
    (b"[1,-Infinity]", "holds Infinity"),
    (b'"\\ud800"', "half a surrogate pair"),
    (b"[" * 400 + b"]" * 400, "nested deeper than"),
    (b"hello", "a value is expected"),
    (b"1 2", "something follows the value"),
    (b"", "it is empty"),
]


@breaks("odd-payload")
def _(h):
    attributes(at(h, 5))["input"] = {"payloads": [payload(ODD_PAYLOADS[0][0])]}
    return 5


@breaks("stored-elsewhere")
def _(h):
    reference = payload(b'{"driverName":"s3"}')
    reference["metadata"] = {
        name: base64.b64encode(value).decode() for name, value in
        {"encoding": b"json/protobuf",
         "messageType": b"temporal.api.sdk.v1.ExternalStorageReference"}.items()}
    reference["externalPayloads"] = [{"sizeBytes": "123"}]
    attributes(at(h, 5))["input"] = {"payloads": [reference]}


@breaks("no-reference", more=["impossible", "wrong-reference"])
def _(h):
    del attributes(at(h, 6))["scheduledEventId"]
    return 6


@breaks("dangling-reference")
def _(h):
    attributes(at(h, 19))["startedEventId"] = "77"
    return 19


@breaks("later-reference")
def _(h):
    attributes(at(h, 19))["startedEventId"] = "19"
    return 19


@breaks("wrong-reference")
def _(h):
    attributes(at(h, 19))["startedEventId"] = "12"
    return 19


@breaks("impossible", base="go/cancelme-1.json")
def _(h):
    """The timer that was canceled at 12 is canceled again."""
    again = copy.deepcopy(at(h, 12))
    again["eventId"] = "25"
    last = h["events"].pop()
    h["events"] += [dict(again, eventId=last["eventId"]), dict(last, eventId="25")]
    event = h["events"][-2]
    attributes(event)["workflowTaskCompletedEventId"] = \
        attributes(last)["workflowTaskCompletedEventId"]
    event["eventTime"] = last["eventTime"]
    return int(last["eventId"])


@breaks("not-open")
def _(h):
    at(h, 23)["eventId"] = "24"
    h["events"].insert(22, {"eventId": "23", "eventTime": at(h, 24)["eventTime"],
                            "eventType": "EVENT_TYPE_WORKFLOW_EXECUTION_UNPAUSED",
                            "workflowExecutionUnpausedEventAttributes": {}})
    return 23


@breaks("task-open")
def _(h):
    again = copy.deepcopy(at(h, 20))
    again["eventId"] = "21"
    h["events"].insert(20, again)
    for event in h["events"][21:]:
        event["eventId"] = str(int(event["eventId"]) + 1)
    for event in h["events"][21:]:
        for key, value in attributes(event).items():
            if key.endswith("EventId") and int(value) > 20:
                attributes(event)[key] = str(int(value) + 1)
    return 21


@breaks("same-id", base="go/parent-1.json")
def _(h):
    """Two timers of one id, put behind what the last workflow task did."""
    last = h["events"].pop()
    completed = attributes(last)["workflowTaskCompletedEventId"]
    for _ in range(2):
        h["events"].append({"eventId": "0", "eventTime": last["eventTime"],
                            "eventType": "EVENT_TYPE_TIMER_STARTED",
                            "timerStartedEventAttributes": {
                                "timerId": "x", "startToFireTimeout": "5s",
                                "workflowTaskCompletedEventId": completed}})
    h["events"].append(last)
    renumber(h)
    return len(h["events"]) - 1


@breaks("size-error")
def _(h):
    attributes(at(h, 5))["activityId"] = "a" * 1001
    return 5


@breaks("size-warning")
def _(h):
    attributes(at(h, 5))["input"] = {"payloads": [payload(b'"' + b"a" * 600000 + b'"')]}
    return 5


# Codes that JSON can't be brought to: what breaks them is bytes.
def wire(h, folder, change):
    source, target = folder / "source.json", folder / "wire.bin"
    source.write_text(json.dumps(h), encoding="utf-8")
    subprocess.run([HINDCAST, "convert", source, "--to", "proto", "-f", "-o",
                    target], check=True)
    target.write_bytes(change(target.read_bytes()))
    return target


def append_event(raw, event):
    return raw + b"\x0a" + bytes([len(event)]) + event


def reorder(raw):
    """The first five events, then 20, then 10: nobody can tell what was meant."""
    spans, i = [], 0
    while i < len(raw):
        begin, n, shift = i, 0, 0
        i += 1
        while True:
            byte = raw[i]
            i += 1
            n |= (byte & 0x7f) << shift
            shift += 7
            if byte < 0x80:
                break
        i += n
        spans.append(raw[begin:i])
    return b"".join(spans[:5] + [spans[19], spans[9]])


WIRE = {
    "no-text": (lambda raw: raw.replace(b"Reserve", b"Res\xffrve", 1), 5),
    "unknown-field": (lambda raw: append_event(raw, b"\x08\x18\x18\x3b\x82\x04\x00"
                                               b"\xc8\x3e\x01"), 24),
    "duplicate": (lambda raw: append_event(raw, b"\x08\x17\x18\x3b\x82\x04\x00"), 23),
    "damaged": (lambda raw: raw[:40] + b"\xff\xff\xff\xff\xff\xff\xff" + raw[47:], None),
}
WIRE["order"] = (reorder, 10)
# What follows from the break, and is found as well.
FOLLOW = {"unknown-field": {"after-close", "not-open"}, "damaged": {"no-task"},
          "order": {"gap", "time"}}


class Check(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(lambda: subprocess.run(["rm", "-rf", self.folder], check=True))

    def expect(self, code, path, event, more):
        findings, exit_code = check("--all", path)
        codes = [f["code"] for f in findings]
        self.assertIn(code, codes, findings)
        self.assertLessEqual(set(codes), {code} | more, findings)
        found = next(f for f in findings if f["code"] == code)
        self.assertEqual(found.get("eventId"), event, findings)
        problems = [f for f in findings if f["severity"] == "problem"]
        self.assertEqual(exit_code, 1 if problems else 0)

    def test_healthy_histories_are_silent(self):
        for name in HEALTHY:
            self.assertEqual(check("--all", CORPUS / name), ([], 0))
        for folder in ("go", "java", "python", "ts"):
            self.assertEqual(check(CORPUS / folder), ([], 0))

    def test_each_code_is_found(self):
        for code, (change, base, more) in BREAKS.items():
            with self.subTest(code):
                history = load(base)
                result = change(history)
                text = result if isinstance(result, str) else json.dumps(history)
                path = self.folder / (code + ".json")
                path.write_text(text, encoding="utf-8")
                self.expect(code, path, result if isinstance(result, int) else None, more)

    def test_each_code_of_bytes_is_found(self):
        for code, (change, event) in WIRE.items():
            with self.subTest(code):
                path = wire(load("go/saga-1.json"), self.folder, change)
                self.expect(code, path, event, FOLLOW.get(code, set()))

    def test_missing_pages_are_told_once(self):
        events = load("go/saga-1.json")["events"]
        path = self.folder / "pages.json"
        path.write_text(json.dumps({"history": {"events": events[:10]}, "nextPageToken": "eA=="}) +
                        json.dumps({"history": {"events": events[20:]}}), encoding="utf-8")
        findings, exit_code = check(path)
        self.assertEqual([f["code"] for f in findings if f["code"] in ("incomplete", "gap")],
                         ["incomplete"])
        self.assertIn(f"events 1 to 10, 21 to {len(events)} are there, events 11 to 20 are missing",
                      findings[0]["message"])
        self.assertEqual(exit_code, 1)

    def test_a_payload_is_odd_for_a_reason(self):
        for data, words in ODD_PAYLOADS:
            history = load("go/saga-1.json")
            attributes(at(history, 5))["input"] = {"payloads": [payload(data)]}
            path = self.folder / "payload.json"
            path.write_text(json.dumps(history), encoding="utf-8")
            findings, code = check(path)
            self.assertEqual(([f["code"] for f in findings], code), (["odd-payload"], 0), data)
            self.assertIn(words, findings[0]["message"])

    def test_cadence_is_no_problem(self):
        findings, code = check(ROOT / "tests/data/cadence.json")
        self.assertEqual([f for f in findings if "fix" in f], [])
        self.assertIn("2 blobs of Cadence's", " ".join(f["message"] for f in findings))
        self.assertEqual({f["code"] for f in findings if f["severity"] == "problem"},
                         {"no-type"})  # CancelTimerFailed, which Temporal has no number for
        self.assertEqual(code, 1)

    def test_an_event_is_named_once(self):
        path = self.folder / "time.json"
        path.write_text('{"events":[{"eventId":"1","eventTime":"soon"}]}', encoding="utf-8")
        done = subprocess.run([HINDCAST, "check", path], capture_output=True, text=True)
        self.assertEqual(done.stdout.splitlines()[0].count("event 1"), 1, done.stdout)
        self.assertEqual(done.returncode, 1)

    def test_an_unknown_type_has_its_name(self):
        history = load("go/saga-1.json")
        at(history, 5)["eventType"] = "EVENT_TYPE_WORKFLOW_DREAMT"
        path = self.folder / "dreamt.json"
        path.write_text(json.dumps(history), encoding="utf-8")
        findings, _ = check(path)
        self.assertIn("its event type, WorkflowDreamt, is unknown here",
                      [f["message"] for f in findings if f["code"] == "no-type"])
        self.assertIn("unknown-member", {f["code"] for f in findings})

    def test_no_code_is_without_a_case(self):
        done = subprocess.run([HINDCAST, "check", "--list-codes", "--json"],
                              capture_output=True, check=True)
        codes = {json.loads(line)["code"] for line in done.stdout.splitlines()}
        self.assertEqual(codes, set(BREAKS) | set(WIRE))

    def test_the_documentation_has_the_table(self):
        done = subprocess.run([HINDCAST, "check", "--list-codes", "--json"],
                              capture_output=True, check=True)
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        lines = [f"| `{r['code']}` | {r['severity']} | {r['meaning']} | {r.get('fix', '')} |"
                 for r in rows]
        text = (ROOT / "docs/check.md").read_text(encoding="utf-8")
        self.assertEqual([l for l in text.splitlines() if re.match(r"\| `", l)], lines)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
