#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# test_show.py: show on a terminal, its documentation, and rows that other programs read.
import io
import json
import os
import pathlib
import pty
import re
import subprocess
import sys
import tarfile
import unittest

HINDCAST = pathlib.Path(sys.argv[1]).resolve()
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SAGA = ROOT / "tests/corpus/go/saga-1.json"


def show(*arguments):
    done = subprocess.run([HINDCAST, "show", *map(str, arguments)], capture_output=True,
                          timeout=120, check=True)
    return done.stdout.decode()


def on_terminal(*arguments, **environment):
    """What a terminal is sent."""
    ours, theirs = pty.openpty()
    env = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
    env.update(TERM="xterm-256color", **environment)
    child = subprocess.Popen([HINDCAST, "show", *map(str, arguments)], stdout=theirs,
                             stderr=theirs, stdin=subprocess.DEVNULL, env=env)
    os.close(theirs)
    out = b""
    while True:
        try:
            some = os.read(ours, 65536)
        except OSError:  # the other side is closed
            break
        if not some:
            break
        out += some
    os.close(ours)
    child.wait(timeout=60)
    return out.decode()


class Show(unittest.TestCase):
    def test_terminals_get_colours_and_pipes_none(self):
        for view in ([], ["--tasks"], ["--groups"], ["--grep", "card"], ["--state-at", "9"]):
            coloured = on_terminal(*view, SAGA)
            self.assertIn("\x1b[", coloured, view)
            self.assertNotIn("\x1b[", on_terminal(*view, SAGA, NO_COLOR="1"))
            plain = re.sub(r"\x1b\[[0-9;]*m", "", coloured).replace("\r\n", "\n")
            self.assertEqual(plain, show(*view, SAGA))
        self.assertIn("\x1b[1;31mActivityTaskFailed\x1b[0m", on_terminal(SAGA))

    def test_an_archive_comes_through_a_pipe(self):
        both = [SAGA, ROOT / "tests/corpus/go/order-1.json"]
        for mode in ("w", "w:gz"):
            packed = io.BytesIO()
            with tarfile.open(fileobj=packed, mode=mode) as tar:
                for path in both:
                    tar.add(path, path.name)
                tar.add(__file__, "test_show.py")
            for n, path in enumerate(both, 1):
                done = subprocess.run([HINDCAST, "show", "--", f"-#{n}"], input=packed.getvalue(),
                                      capture_output=True, timeout=120, check=True)
                self.assertEqual(done.stdout.decode().split("\n", 1)[1],
                                 show(path).split("\n", 1)[1])

    def test_every_row_is_json(self):
        for view in (["--tasks"], ["--groups"], ["--state-at", "1-"], ["--event", "1-"],
                     ["--columns", "id,time,name,payload,took"], ["--grep", "e"], []):
            for path in ("go/saga-1.json", "ts/updates.json", "python/versions.json",
                         "java/signals-1.json"):
                if not (ROOT / "tests/corpus" / path).exists():
                    continue
                lines = show("--json", *view, ROOT / "tests/corpus" / path).splitlines()
                self.assertTrue(lines)
                for line in lines:
                    json.loads(line)

    def test_groups_hold_each_event_once(self):
        for path in sorted((ROOT / "tests/corpus").glob("*/*-1.json")):
            if path.parent.name == "odd":
                continue
            events = [json.loads(l) for l in show("--json", path).splitlines()]
            tasks = [json.loads(l) for l in show("--json", "--tasks", path).splitlines()]
            groups = [json.loads(l) for l in show("--json", "--groups", path).splitlines()]
            ids = [i for g in groups for i in g["events"]]
            ids += [t[k] for t in tasks for k in ("scheduled", "started", "ended") if k in t]
            self.assertEqual(sorted(ids), [e["eventId"] for e in events], path)

    def test_tasks_hold_what_came_in_and_went_out(self):
        """Each event but a task's own comes in once or goes out once, up to the last task."""
        for path in sorted((ROOT / "tests/corpus").glob("*/*-1.json")):
            if path.parent.name == "odd":
                continue
            events = [json.loads(l) for l in show("--json", path).splitlines()]
            tasks = [json.loads(l) for l in show("--json", "--tasks", path).splitlines()]
            done = [t for t in tasks if "task" in t]
            told = [e["eventId"] for t in done for e in t["in"] + t["out"]]
            last = max(told, default=0)
            wanted = [e["eventId"] for e in events
                      if not e["type"].startswith("WorkflowTask") and e["eventId"] <= last]
            self.assertEqual(sorted(told), wanted, path)

    def test_the_documentation_has_all_columns(self):
        text = (ROOT / "docs/show.md").read_text(encoding="utf-8")
        named = re.findall(r"(?m)^\| `(\w+)` \| ", text[text.index("## Columns"):])
        source = (ROOT / "formats/history/columns.c").read_text(encoding="utf-8")
        table = source[source.index("TABLE[]"):]
        self.assertEqual(named, re.findall(r'(?m)^\t\{"(\w+)", COLUMN_', table))
        show("--columns", ",".join(named), SAGA)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
