# SPDX-License-Identifier: MIT
# viewing.py: the figures of the viewer: first screens, keys, searches, lists.
import base64
import json
import sys

import measure
from common import ROOT
from formats import EVENTS, folder, made
from measure import Spread
from rows import Row, below

# Of bench_view's rows: what the slowest of many keys takes, by the kind of key.
KEYS = (
    ("row", "one row"), ("task_or_group", "a workflow task, group or failure"),
    ("anywhere", "any event"), ("ends", "the ends"), ("views", "another view"),
    ("hit", "a hit of a search"), ("hit_on_page", "a hit in an event's JSON"),
)


def small_files():
    """A folder of 1,000 small histories."""
    files = measure.fresh_folder("view-many")
    measure.run([measure.need_program("make_histories"), 1000, files])
    return files


# The same of a payload of megabytes, and of the list of a large run.
LARGE = (
    ("payload_detail", "a letter looked for in the detail"),
    ("payload_detail_none", "… that is not there"),
    ("payload_json", "a letter looked for in the JSON"),
    ("payload_json_none", "… that is not there"),
    ("payload_fold", "folding all of the JSON"),
    ("payload_fold_detail", "… of the detail"),
)
RUN = 33000
LISTED = (
    ("run_sort", "another order"), ("run_filter", "another filter"),
    ("run_search", "a letter looked for that is not there"),
)


def large_payload():
    """A history that begins with a payload of some 3.6 MB, in lines of a few words."""
    value = [{"line": i, "text": "lorem ipsum dolor sit amet", "of": {"page": i // 40}}
             for i in range(50000)]
    data = base64.b64encode(json.dumps(value).encode()).decode()
    payload = {"metadata": {"encoding": "anNvbi9wbGFpbg=="}, "data": data}
    started = {"eventId": "1", "eventTime": "2026-01-01T00:00:00Z",
               "eventType": "EVENT_TYPE_WORKFLOW_EXECUTION_STARTED",
               "workflowExecutionStartedEventAttributes": {
                   "workflowType": {"name": "Large"}, "input": {"payloads": [payload]}}}
    path = measure.fresh_folder("view-payload") / "large.json"
    path.write_text(json.dumps({"events": [started]}))
    return path


def large_run():
    path = measure.fresh_folder("view-run") / "run.jsonl"
    path.write_text(measure.run([sys.executable, ROOT / "tests" / "bench" / "make_run.py",
                                 RUN, 40]).out)
    return path


def view():
    """A screen, keys and searches on a history as large as a server allows."""
    program = measure.need_program("bench_view")
    files, payload, run = small_files(), large_payload(), large_run()
    rounds = []
    for _ in range(3):
        lines = measure.run([program, made(EVENTS), files, payload, run]).out.splitlines()
        rounds.append({line.split()[0]: float(line.split()[1]) for line in lines if line.strip()})

    def of(name):
        return Spread([r[name] for r in rounds])

    def ratio(name, other):
        return Spread([r[name] / r[other] for r in rounds])
    size = "%s events, 48 MB" % format(EVENTS, ",")
    yield below("view: first screen of %s, before it is indexed" % size, of("first_paint_ms"), 20,
                "%.1f", " ms")
    yield below("view: its whole index, in memcpy times of the file", ratio("index_ms", "memcpy_ms"),
                3, unit="x")
    yield Row("… all worked out, groups too; the longest slice of it", ", ".join(
        (of("whole_ms").show("%.0f", " ms"), of("longest_slice_ms").show("%.1f", " ms"))))
    for name, what in KEYS:
        yield below("view: the slowest of 400 keys, screen of 160 × 48 included: %s" % what,
                    of(name + "_ms"), 5, "%.1f", " ms")
    yield below("view: a text looked for in the whole file, base64 too, in times of memmem",
                ratio("search_ms", "memmem_ms"), 5, unit="x")
    yield below("view: private memory then", of("private_mb"), 40, "%.0f", " MB")
    yield below("view: 500 histories listed with their facts",
                Spread([r["list_ms"] / 1000 for r in rounds]), 0.5, "%.2f", " s")
    yield Row("… their first screen", of("list_first_ms").show("%.1f", " ms"))
    for names, where in ((LARGE, "a payload of 3.6 MB"),
                         (LISTED, "a run of %s histories" % format(RUN, ","))):
        for name, what in names:
            yield below("view: the slowest key in %s: %s" % (where, what), of(name + "_ms"), 5,
                        "%.1f", " ms")
    yield Row("… that run read, and taken into the list", ", ".join(
        of(name).show("%.0f", " ms") for name in ("run_read_ms", "run_take_ms")))


FIGURES = {"view": view}
