#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# test_view_line.py: from a failed replay to the line of code, in keys that are counted.
"""Run files of real workers of all SDKs, and the samples' source as those workers had it."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

HINDCAST = pathlib.Path(sys.argv[1]).resolve()
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ORDER = ROOT / "samples/order"
RUNS = ROOT / "tests/data/view"

# Of each language: the change that its worker had, and what the line of the editor says.
LINES = {
    "go": ("unpatched-step", "workflow.ExecuteActivity(ctx, NotifyWarehouse"),
    "java": ("unpatched-step", "activities.notifyWarehouse("),
    "python": ("remove-timer", "activities.charge_card, payment"),
    "typescript": ("unpatched-step", "await notifyWarehouse("),
}
MOST_KEYS = 4


def patched(folder, patch):
    """Applies a unified diff; context is believed."""
    name, lines, shift = None, [], 0
    files = {}
    for row in patch.read_text(encoding="utf-8").splitlines():
        if row.startswith("+++ "):
            name = row[4:].split("/", 1)[1].split("\t")[0]
            lines, shift = (folder / name).read_text(encoding="utf-8").split("\n"), 0
            files[name] = lines
        elif row.startswith("@@"):
            at = int(re.search(r"-(\d+)", row).group(1)) - 1 + shift
        elif row.startswith("+"):
            lines.insert(at, row[1:])
            at, shift = at + 1, shift + 1
        elif row.startswith("-") and not row.startswith("--- "):
            assert lines[at] == row[1:], (name, at, row)
            del lines[at]
            shift -= 1
        elif row.startswith(" "):
            assert lines[at] == row[1:], (name, at, row)
            at += 1
    for name, lines in files.items():
        (folder / name).write_text("\n".join(lines), encoding="utf-8")


class World:
    def __init__(self, language, change=None):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)
        self.language = language
        self.source = self.path / "src"
        shutil.copytree(ORDER / language, self.source, ignore=shutil.ignore_patterns("changes"))
        if change:
            patched(self.source, ORDER / language / "changes" / (change + ".patch"))
        self.log = self.path / "log"
        editor = self.path / "editor"
        editor.write_text('#!/bin/sh\nprintf "%s\\n" "$@" >"' + str(self.log) + '"\n')
        editor.chmod(0o755)
        self.env = {"PATH": "/usr/bin:/bin", "HOME": str(self.path), "TZ": "UTC",
                    "LC_ALL": "C.UTF-8", "EDITOR": str(editor)}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.folder.cleanup()

    def play(self, script, *options):
        keys = self.path / "script.keys"
        keys.write_text("size 80x24\n" + script + "\nscreen\n")
        done = subprocess.run(
            [HINDCAST, "view", "--script", keys, *options, RUNS / f"order-{self.language}.jsonl",
             ORDER / "histories" / self.language], cwd=self.path, env=self.env,
            capture_output=True, timeout=60, stdin=subprocess.DEVNULL)
        self.assert_ok(done)
        return done.stdout.decode()

    @staticmethod
    def assert_ok(done):
        if done.returncode or done.stderr:
            raise AssertionError(done.stderr.decode())

    def edited(self):
        """(the file below the source, the text of the line) that the editor was given."""
        line, path = self.log.read_text().splitlines()
        path = self.path / path
        number = int(line[1:])
        return (str(path.relative_to(self.source)),
                path.read_text(encoding="utf-8").splitlines()[number - 1].strip())


class Line(unittest.TestCase):
    def reach(self, language, keys):
        change, text = LINES[language]
        self.assertLessEqual(len(keys.split()), MOST_KEYS)
        with World(language, change) as w:
            out = w.play("keys " + keys, "--source", "src")
            file, line = w.edited()
            self.assertIn(text, line)
            self.assertIn("orkflow", file)
            # Before the editor it is on the screen: the place, and that a name led there.
            self.assertIn(f"named     {file}:"[:60], out)
            self.assertIn("by its name, not by a stack", out)

    def test_go(self):
        self.reach("go", "Enter d o")

    def test_java(self):
        self.reach("java", "Enter d o")

    def test_python(self):
        self.reach("python", "Enter d o")

    def test_typescript(self):
        self.reach("typescript", "Enter d o")

    def test_without_the_diff_the_editor_opens_there_where_no_stack_has_a_line(self):
        with World("python", "remove-timer") as w:
            w.play("keys Enter o", "--source", "src")
            self.assertIn("activities.charge_card, payment", w.edited()[1])

    def test_stack_view_of_python_has_it_too(self):
        with World("python", "remove-timer") as w:
            out = w.play("keys Enter 6 o", "--source", "src")
            self.assertIn("- named in source", out)
            self.assertIn("activities.charge_card, payment", w.edited()[1])

    def test_rows_are_stepped_through(self):
        with World("python", "remove-timer") as w:
            out = w.play("keys Enter d", "--source", "src")
            w.play("keys Enter d > o", "--source", "src")
            self.assertIn("activities.charge_card, payment", w.edited()[1])
            w.play("keys Enter d /\ntype class Order\nkeys Enter o", "--source", "src")
            self.assertIn("class OrderWorkflow", w.edited()[1])
            self.assertNotIn("nowhere", out)

    def test_source_is_named_in_the_open_viewer(self):
        with World("python", "remove-timer") as w:
            out = w.play("keys Enter d")
            self.assertIn("--source DIR, or :source DIR here, shows where code names charge_card",
                          out)
            w.play("keys Enter d :\ntype source src\nkeys Enter o")
            self.assertIn("activities.charge_card, payment", w.edited()[1])

    def test_a_folder_without_source_code(self):
        with World("python") as w:
            (w.path / "none").mkdir()
            out = w.play("keys Enter d", "--source", "none")
            self.assertIn("named     nowhere in the source code", out)
            out = w.play("keys Enter d o", "--source", "none")
            self.assertIn("no line of code is known here", out)

    def test_names_of_files_are_no_options_and_no_controls(self):
        with World("python", "remove-timer") as w:
            os.rename(w.source / "workflows.py", w.source / "+!sh\x1b[2J.py")
            out = w.play("keys Enter d o", "--source", "src")
            self.assertIn("activities.charge_card, payment", w.edited()[1])
            self.assertTrue(w.log.read_text().splitlines()[1].startswith("./src/+!sh"))
            self.assertNotIn("\x1b[2J", out)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
