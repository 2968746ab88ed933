#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# run.py: plays scripts of keys to `hindcast view` and compares the screens.
"""NAME.keys is a script (viewer/term/term.h) whose first lines say what is opened:

    # what the case shows
    # view: data/order.json:12 --utc       arguments; data, corpus, histories and source are links
    # c                                    (optional: in the C locale, so ASCII)
    size 80x24
    keys j Enter
    screen

NAME.screen is what comes out: screens and styles one behind the other, as the script asks
for them. --update rewrites them: look at what changed before you keep it.
"""
import argparse
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile

TESTS = pathlib.Path(__file__).resolve().parent.parent
LINKS = {"data": TESTS / "data", "corpus": TESTS / "corpus",
         "histories": TESTS.parent / "samples/order/histories",
         "source": TESTS.parent / "samples/order"}


def header(script):
    arguments, locale = None, "C.UTF-8"
    for line in script.split("\n"):
        if line.startswith("# view: "):
            arguments = shlex.split(line[8:])
        elif line == "# c":
            locale = "C"
    return arguments, locale


def play(path, program):
    arguments, locale = header(path.read_text(encoding="utf-8"))
    if arguments is None:
        return "no line '# view: ARGUMENTS'\n"
    with tempfile.TemporaryDirectory() as folder:
        for name, target in LINKS.items():
            if target.exists():
                os.symlink(target, os.path.join(folder, name))
        environment = {"PATH": os.environ["PATH"], "HOME": folder, "TZ": "UTC",
                       "LC_ALL": locale, "TERM": "xterm"}
        done = subprocess.run([program, "view", "--script", path.resolve()] + arguments,
                              cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=60)
    out = done.stdout.decode("utf-8", "backslashreplace")
    if done.stderr or done.returncode:
        out += f"exit {done.returncode}\n" + done.stderr.decode("utf-8", "backslashreplace")
    return out


def differences(expected, actual):
    a, b = expected.split("\n"), actual.split("\n")
    for i in range(max(len(a), len(b))):
        was, now = (x[i] if i < len(x) else "" for x in (a, b))
        if was != now:
            yield f"  line {i + 1}:\n    - {was}\n    + {now}"


def main():
    parser = argparse.ArgumentParser(description="golden tests of screens")
    parser.add_argument("--hindcast", required=True, type=pathlib.Path)
    parser.add_argument("--update", action="store_true", help="rewrite the screens")
    parser.add_argument("scripts", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    scripts = options.scripts or sorted(pathlib.Path(__file__).parent.glob("*.keys"))
    failed = 0
    for path in scripts:
        actual, expected = play(path, options.hindcast.resolve()), path.with_suffix(".screen")
        was = expected.read_text(encoding="utf-8") if expected.exists() else ""
        if actual == was:
            continue
        if options.update:
            expected.write_text(actual, encoding="utf-8")
            print(f"written: {expected.name}")
            continue
        failed += 1
        print(f"FAILED: {path.name} (--update rewrites it)")
        print("\n".join(list(differences(was, actual))[:40]))
    print(f"{len(scripts) - failed} of {len(scripts)} screens")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
