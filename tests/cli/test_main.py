#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# test_main.py: what the program itself promises, whatever the command: exits and streams.
"""
    test_main.py HINDCAST     runs the binary; prints what differs, exits 1
"""
import os
import shutil
import subprocess
import sys
import tempfile

ROWS = [  # arguments, exit code, in stdout, in stderr
    (["--version"], 0, "hindcast ", ""),
    (["--help"], 0, "usage: hindcast COMMAND", ""),
    (["-h"], 0, "commands:", ""),
    (["help"], 0, "commands:", ""),
    (["--man"], 0, ".Dt HINDCAST 1", ""),
    ([], 2, "", "usage: hindcast COMMAND"),
    (["hepl"], 2, "", "there is no command 'hepl' (did you mean 'help'?)"),
    (["zzzzzz"], 2, "", "there is no command 'zzzzzz'\nTry 'hindcast --help'."),
    (["help", "zzzzzz"], 2, "", "there is no command 'zzzzzz'"),
    (["--verison"], 2, "", "there is no command '--verison'"),
]
# For every command that is built.
COMMAND_ROWS = [
    (["--help"], 0, "usage: hindcast NAME ", ""),
    (["-h"], 0, "-h, --help", ""),
    (["--no-such-option"], 2, "", "hindcast NAME: unknown option '--no-such-option'"),
    (["--no-such-option"], 2, "", "Try 'hindcast NAME --help'."),
]


def run(program, arguments, **options):
    options.setdefault("stdout", subprocess.PIPE)
    return subprocess.run([program] + arguments, stderr=subprocess.PIPE, text=True,
                          stdin=subprocess.DEVNULL, timeout=60, **options)


def check_rows(program, rows):
    for arguments, code, out, err in rows:
        got = run(program, arguments)
        if got.returncode != code:
            yield f"{arguments}: exit {got.returncode}, expected {code}"
        if out not in got.stdout or (not out and got.stdout):
            yield f"{arguments}: stdout {got.stdout!r}, expected {out!r}"
        if err not in got.stderr or (not err and got.stderr):
            yield f"{arguments}: stderr {got.stderr!r}, expected {err!r}"


def commands_of(program):
    for line in run(program, ["--help"]).stdout.split("commands:\n")[1].split("\n"):
        if not line.strip():
            return
        if line[2] != " ":
            yield line.split()[0]


def check_commands(program):
    for name in commands_of(program):
        rows = [([name] + arguments, code, out.replace("NAME", name),
                 err.replace("NAME", name)) for arguments, code, out, err in COMMAND_ROWS]
        rows.append((["help", name], 0, f"usage: hindcast {name} ", ""))
        yield from check_rows(program, rows)
        page = run(program, ["--man"]).stdout
        if f".Ss {name}\n" not in page:
            yield f"the man page has no section on {name}"


def check_output_errors(program):
    with open("/dev/full", "w", encoding="utf-8") as full:
        got = run(program, ["--version"], stdout=full)
    if got.returncode != 3 or "No space left on device" not in got.stderr:
        yield f"a full disk: exit {got.returncode}, {got.stderr!r}"

    got = subprocess.run(["/bin/sh", "-c", '"$1" --version >&-', "sh", program],
                         stderr=subprocess.PIPE, text=True, check=False)
    if got.returncode != 3 or "Bad file descriptor" not in got.stderr:
        yield f"closed standard output: exit {got.returncode}, {got.stderr!r}"

    reader, writer = os.pipe()
    os.close(reader)
    got = run(program, ["--man"], stdout=writer)
    os.close(writer)
    if got.returncode != 0 or got.stderr:
        yield f"a reader that left: exit {got.returncode}, {got.stderr!r}"


def check_temporal_replay(program):
    """A program of that name is `hindcast replay`."""
    if "replay" not in commands_of(program):
        return
    with tempfile.TemporaryDirectory() as folder:
        link = os.path.join(folder, "temporal-replay")
        os.symlink(os.path.abspath(program), link)
        yield from check_rows(link, [(["--help"], 0, "usage: hindcast replay ", "")])


def check_man_page(program):
    if not shutil.which("mandoc"):
        return
    got = subprocess.run(["mandoc", "-Tlint", "-Wwarning"],
                         input=run(program, ["--man"]).stdout,
                         stdout=subprocess.PIPE, text=True, check=False)
    for line in got.stdout.splitlines():
        yield f"man page: {line}"


def main(arguments):
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    broken = []
    for check in (lambda p: check_rows(p, ROWS), check_commands, check_output_errors,
                  check_temporal_replay, check_man_page):
        broken.extend(check(arguments[0]))
    for line in broken:
        print(line)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
