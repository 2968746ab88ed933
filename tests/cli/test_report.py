#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# test_report.py: hindcast report: which reports go where, and what is said where none can.
"""
    test_report.py HINDCAST DATA     runs the binary on DATA/run.jsonl; exits 1
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

SUMMARY = "GITHUB_STEP_SUMMARY"


class Place:
    """An empty folder with a run file, and the program run in it."""

    def __init__(self, hindcast, data, folder):
        self.hindcast, self.data, self.folder = hindcast, data, folder
        shutil.copy(data / "run.jsonl", folder / "run.jsonl")

    def report(self, *arguments, **variables):
        environ = {k: v for k, v in os.environ.items() if k != SUMMARY}
        return subprocess.run([self.hindcast, "report"] + list(arguments), cwd=self.folder,
                              env=dict(environ, **variables), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              encoding="utf-8", timeout=60)

    def expected(self, name):
        return (self.data / name).read_text(encoding="utf-8")

    def read(self, name):
        return (self.folder / name).read_text(encoding="utf-8")


def same(have, want, what):
    assert have == want, "%s: %r, expected %r" % (what, have, want)


def test_the_text_is_what_is_shown(p):
    got = p.report("run.jsonl")
    same((got.returncode, got.stdout, got.stderr), (0, p.expected("run.text"), ""), "text")


def test_without_a_name_it_is_the_last_run(p):
    got = p.report()
    same((got.returncode, got.stdout), (3, ""), "nothing there")
    assert ".hindcast/last.jsonl: No such file" in got.stderr, got.stderr
    (p.folder / ".hindcast").mkdir()
    shutil.copy(p.folder / "run.jsonl", p.folder / ".hindcast" / "last.jsonl")
    same(p.report().stdout, p.expected("run.text"), "the last run")


def test_each_goes_where_it_is_wanted(p):
    got = p.report("-r", "junit:a.xml", "--report=sarif", "-rjson:b.json", "run.jsonl")
    same((got.returncode, got.stdout), (0, p.expected("run.sarif")), "standard output")
    same(p.read("a.xml"), p.expected("run.junit.xml"), "junit")
    same(p.read("b.json"), p.expected("run.json"), "json")
    got = p.report("-r", "junit:a.xml", "run.jsonl")
    same((got.returncode, got.stdout), (0, ""), "only what was asked for")


def test_the_job_summary_is_appended(p):
    summary = p.folder / "summary.md"
    summary.write_text("before\n")
    got = p.report("-r", "github", "run.jsonl", **{SUMMARY: "summary.md"})
    same((got.returncode, got.stdout), (0, p.expected("run.github")), "commands")
    same(p.read("summary.md"), "before\n" + p.expected("run.markdown"), "summary")
    p.report("-r", "github:log", "run.jsonl", **{SUMMARY: "summary.md"})
    same(p.read("summary.md"), "before\n" + 2 * p.expected("run.markdown"), "summary, twice")
    same(p.report("-r", "github", "run.jsonl", **{SUMMARY: ""}).returncode, 0, "an empty name")
    p.report("-r", "text", "run.jsonl", **{SUMMARY: "other.md"})
    assert not (p.folder / "other.md").exists(), "only the report for GitHub has a summary"


def test_what_cannot_be_is_said(p):
    (p.folder / "no-run.jsonl").write_text("{}\n")
    rows = [  # arguments, variables, exit code, in the message
        (["-r", "html", "run.jsonl"], {}, 2, "--report html: known are text, json, junit, sarif, "
         "github, markdown"),
        (["run.jsonl", "run.jsonl"], {}, 2, "report takes one run file"),
        (["none.jsonl"], {}, 3, "none.jsonl: No such file"),
        (["no-run.jsonl"], {}, 3, "no-run.jsonl: line 1: this is not a hindcast run file"),
        (["-r", "json:no/such/folder", "run.jsonl"], {}, 3, "no/such/folder: No such file"),
        (["-r", "json:/dev/full", "run.jsonl"], {}, 3, "/dev/full: No space left"),
        (["-r", "github:x", "run.jsonl"], {SUMMARY: "no/folder"}, 3,
         SUMMARY + ": no/folder: No such file"),
        (["a\x1b[31m"], {}, 3, "a\\x1b[31m: No such file"),
    ]
    for arguments, variables, code, message in rows:
        got = p.report(*arguments, **variables)
        same((got.returncode, got.stdout), (code, ""), arguments)
        assert message in got.stderr, got.stderr


def test_every_kind_is_in_the_help(p):
    kinds = ("text", "json", "junit", "sarif", "github", "markdown")
    for command in ("report", "replay"):
        text = " ".join(subprocess.run([p.hindcast, command, "--help"], stdout=subprocess.PIPE,
                                       text=True, timeout=60).stdout.split())
        for kind in kinds:
            assert kind + " (" in text, "%s --help does not tell of %s" % (command, kind)


def main():
    hindcast, data = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
    failed = 0
    for name, test in list(globals().items()):
        if not name.startswith("test_"):
            continue
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(Place(hindcast, data, pathlib.Path(folder)))
            except AssertionError as e:
                failed += 1
                print("FAILED: %s: %s" % (name[5:], e))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
