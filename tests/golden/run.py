#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# run.py: runs the commands of golden files and compares stdout, stderr and exit code.
"""A golden file is a list of cases:

    == what the case shows
    needs: zstd, file:corpus/go          (optional: programs, or files below tests/)
    stdin: data/order.json               (optional: else nothing)
    $ hindcast show data/order.json
    exit 0
    1| a line of standard output
    2| a line of standard error

The command is run by sh in an empty folder where `data` and `corpus` are links to those
of tests/, `hindcast` is the one under test and `fake_worker` (tests/e2e) a worker that
follows a script. `1\\|` ends an output without a newline.
With --update the expectations are rewritten from what happens.
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

TESTS = pathlib.Path(__file__).resolve().parent.parent
LINKS = ("data", "corpus", "workers")


class Case:
    def __init__(self, title):
        self.title = title
        self.comments, self.needs, self.stdin, self.command = [], [], None, []
        self.expected = []

    def lines(self, expected):
        out = [f"== {self.title}"] + self.comments
        if self.needs:
            out.append("needs: " + ", ".join(self.needs))
        if self.stdin:
            out.append("stdin: " + self.stdin)
        return out + ["$ " + c for c in self.command] + expected + [""]

    def missing(self):
        return [n for n in self.needs
                if not (TESTS / n[5:]).exists() if n.startswith("file:")] + \
               [n for n in self.needs if not n.startswith("file:") and not shutil.which(n)]


def parse(path):
    head, cases = [], []
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line.startswith("== "):
            cases.append(Case(line[3:]))
        elif not cases:
            head.append(line)
        elif line.startswith("$ "):
            cases[-1].command.append(line[2:])
        elif line.startswith("needs: "):
            cases[-1].needs = [n.strip() for n in line[7:].split(",")]
        elif line.startswith("stdin: "):
            cases[-1].stdin = line[7:]
        elif line.startswith("#"):
            cases[-1].comments.append(line)
        elif line:
            cases[-1].expected.append(line)
    return head, cases


def marked(number, raw):
    """Output as lines; bytes that are not UTF-8 show as \\xNN."""
    text = raw.decode("utf-8", "backslashreplace")
    if not text:
        return []
    lines = text.split("\n")
    last = lines.pop()
    out = [f"{number}| {line}".rstrip(" ") if not line else f"{number}| {line}"
           for line in lines]
    return out + ([f"{number}\\| {last}"] if last else [])


def run(case, program):
    with tempfile.TemporaryDirectory() as folder:
        for name in LINKS:
            if (TESTS / name).exists():
                os.symlink(TESTS / name, os.path.join(folder, name))
        environment = {k: v for k, v in os.environ.items() if not k.startswith("TEMPORAL_")}
        environment["PATH"] = os.pathsep.join(
            [str(program.parent), str(program.parent / "tests/cli"), environment["PATH"]])
        environment.update(NO_COLOR="1", LC_ALL="C.UTF-8")
        stdin = open(TESTS / case.stdin, "rb") if case.stdin else subprocess.DEVNULL
        try:
            done = subprocess.run(["sh", "-c", "\n".join(case.command)], cwd=folder,
                                  env=environment, stdin=stdin, capture_output=True,
                                  timeout=120)
        finally:
            if case.stdin:
                stdin.close()
    return [f"exit {done.returncode}"] + marked(1, done.stdout) + marked(2, done.stderr)


def differences(expected, actual):
    for line in expected:
        if line not in actual:
            yield "- " + line
    for line in actual:
        if line not in expected:
            yield "+ " + line
    if sorted(expected) == sorted(actual):
        yield "  (the same lines in another order or number)"


def main():
    parser = argparse.ArgumentParser(description="golden tests of commands")
    parser.add_argument("--hindcast", required=True, type=pathlib.Path)
    parser.add_argument("--update", action="store_true", help="rewrite the expectations")
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    passed = failed = skipped = 0
    for path in options.files:
        head, cases = parse(path)
        written = head[:]
        for case in cases:
            missing = case.missing()
            if missing:
                skipped += 1
                print(f"skipped: {path.name}: {case.title} (needs {', '.join(missing)})")
                written += case.lines(case.expected)
                continue
            actual = run(case, options.hindcast.resolve())
            written += case.lines(actual)
            if actual == case.expected:
                passed += 1
            elif not options.update:
                failed += 1
                print(f"FAILED: {path.name}: {case.title}")
                print("\n".join("  $ " + c for c in case.command))
                print("\n".join("  " + d for d in differences(case.expected, actual)))
        if options.update:
            path.write_text("\n".join(written).rstrip("\n") + "\n", encoding="utf-8")
    if options.update:
        return 0
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed + skipped else 0


if __name__ == "__main__":
    sys.exit(main())
