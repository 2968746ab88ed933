#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# line.py: keys in the viewer lead from a failed replay to the line that somebody changed.
"""Usage: line.py [--sdk SDK]... judges the run files that samples_test.py left. samples_test.py
does so in its own runs. The line that the editor is given is held against the lines that the
change's patch touches."""
import argparse
import os
import re
import shlex
import subprocess
import sys
import tempfile

from common import BUILD, E2E, HINDCAST, ROOT, SDKS, Tally, relative

# From the list of the history, which the report's own command opens.
KEYS = "d o"
# What asks for a command may stand some lines from what was changed before it.
NEAR = 10
# A handler that is gone is named nowhere: the editor opens where the code waited.
GONE = {"drop-update"}


def touched(patch):
    """{file: numbers of lines, as they are after the change, that it touches}."""
    found, lines, number = {}, set(), 0
    for row in patch.read_text(encoding="utf-8").splitlines():
        if row.startswith("+++ "):
            lines = found.setdefault(row[4:].split("/", 1)[1].split("\t")[0], set())
        elif row.startswith("@@"):
            number = int(re.search(r"\+(\d+)", row).group(1))
        elif row.startswith("+"):
            lines.add(number)
            number += 1
        elif row.startswith("-") and not row.startswith("--- "):
            lines.add(number)
        elif row.startswith(" "):
            number += 1
    return found


def opened(run, history, source):
    """(file below SOURCE, number of the line), or None and what was said instead."""
    with tempfile.TemporaryDirectory() as folder:
        log, editor = os.path.join(folder, "log"), os.path.join(folder, "editor")
        with open(editor, "w", encoding="utf-8") as out:
            out.write('#!/bin/sh\nprintf "%%s\\n" "$@" >%s\n' % shlex.quote(log))
        os.chmod(editor, 0o755)
        keys = os.path.join(folder, "keys")
        with open(keys, "w", encoding="utf-8") as out:
            out.write("size 80x24\nkeys %s\nscreen\n" % KEYS)
        env = dict(os.environ, EDITOR=editor, VISUAL="", LC_ALL="C.UTF-8")
        done = subprocess.run(
            [str(HINDCAST), "view", "--script", keys, "--source", str(source),
             "%s#%s" % (run, history)], cwd=str(ROOT), env=env, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, check=False)
        if not os.path.exists(log):
            said = (done.stderr or done.stdout).decode("utf-8", "replace").strip()
            return None, said.splitlines()[-1] if said else "nothing"
        with open(log, encoding="utf-8") as text:
            number, path = text.read().splitlines()
    return (os.path.relpath(ROOT / path, source), int(number[1:])), ""


def judge(sdk, change, history):
    """What is wrong with the line that the keys lead to."""
    run = E2E / "runs" / "samples" / sdk / change / "run.jsonl"
    place, problem = opened(relative(run), history, BUILD / "samples" / sdk / change / "src")
    if not place:
        return "no editor was opened: " + problem
    if change in GONE:
        return ""
    lines = touched(ROOT / "samples" / "order" / sdk / "changes" / (change + ".patch"))
    distance = min((abs(place[1] - n) for n in lines.get(place[0], ())), default=None)
    if distance is None:
        return "%s:%d: the change is in %s" % (place + (", ".join(sorted(lines)),))
    return "" if distance <= NEAR else "%s:%d is %d lines away" % (place + (distance,))


def main():
    import samples_test
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sdk", action="append", choices=SDKS)
    args = parser.parse_args()
    tally = Tally()
    for sdk in args.sdk or SDKS:
        for row in samples_test.rows_of(sdk):
            if row["verdict"] == "diverged":
                tally.check(judge(sdk, row["change"], samples_test.history_path(row)),
                            "sample %s %s %s, the line" % (sdk, row["change"], row["history"]))
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
