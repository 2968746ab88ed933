#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# test_captures.py: the screens in the documentation are what the program shows.
"""    test_captures.py HINDCAST ROOT [--update]    prints what differs, exits 1

A capture is an indented block that begins with "$ hindcast view --print ...", or with keys
piped into "hindcast view --script -": the command is run from ROOT by a shell, and what
stands below it compared. --update writes it into the page: look at it before you keep it.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

PAGES = ("README.md", "docs/viewer.md")
COMMAND = re.compile(r"\bhindcast view --(print|script)\b")
INDENT = "    "


def blocks(lines):
    """(first line of the command, first line below it, line behind the block)."""
    at = 0
    while at < len(lines):
        begin = at
        while lines[at].startswith(INDENT) and lines[at].endswith("\\"):
            at += 1
        below = at = at + 1
        if not (lines[begin].startswith(INDENT + "$ ") and
                COMMAND.search("\n".join(lines[begin:below]))):
            continue
        while at < len(lines) and (lines[at].startswith(INDENT) or not lines[at]):
            if lines[at].startswith(INDENT + "$ "):
                break
            at += 1
        yield begin, below, at


def shown(command, program, root):
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(program, os.path.join(folder, "hindcast"))
        environment = {"PATH": folder + ":/usr/bin:/bin", "HOME": folder, "TZ": "UTC",
                       "LC_ALL": "C.UTF-8"}
        done = subprocess.run(["sh", "-c", command], cwd=root, env=environment, timeout=60,
                              stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode or done.stderr:
        raise SystemExit("%s\nexit code %d: %s" % (command, done.returncode,
                                                   done.stderr.decode()))
    return done.stdout.decode().rstrip("\n").split("\n")


def with_captures(text, program, root):
    """The page as it should be, and how many captures it has."""
    lines, out, at, n = text.split("\n"), [], 0, 0
    for begin, below, end in blocks(lines):
        command = "\n".join(line[len(INDENT):] for line in lines[begin:below])[2:]
        out += lines[at:below] + [(INDENT + line).rstrip()
                                  for line in shown(command, program, root)] + [""]
        at, n = end, n + 1
    return "\n".join(out + lines[at:]), n


def main():
    program, root = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    failed = False
    for name in PAGES:
        page = root / name
        text = page.read_text(encoding="utf-8")
        now, n = with_captures(text, program, root)
        if not n:
            raise SystemExit(name + " has no capture")
        if "--update" in sys.argv[3:]:
            page.write_text(now, encoding="utf-8")
            continue
        for i, (old, new) in enumerate(zip(text.split("\n"), now.split("\n"))):
            if old != new:
                print("%s:%d: %s\n    should be: %s" % (name, i + 1, old, new))
                break
        failed |= text != now
    if failed:
        print("tests/cli/test_captures.py HINDCAST ROOT --update writes it")
    return failed


if __name__ == "__main__":
    sys.exit(main())
