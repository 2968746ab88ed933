#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# test_odd.py: every odd export of the corpus does what its index says.
"""
    test_odd.py HINDCAST

tests/corpus/odd/index.tsv has a line for each export, and its column `expect` says what is to
become of it: "converts", "converts, lossy: ...", "converts: two histories", "partial: ..." or
"refused: ...".
"""
import csv
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ODD = pathlib.Path(__file__).resolve().parent.parent / "corpus" / "odd"
HINDCAST = None

# What a refusal must say, by the words behind "refused: ".
REFUSALS = {
    "text table": "a text table of the Temporal CLI",
    "empty": "an empty file",
    "not a history": "is no history",
    "an error reply": "an error that a server answered",
    "holds no events": "holds no history",
    "truncated": "truncated: the text ends at line ",
}

# Pages that join, and how many events they have together.
JOINED = [
    (["http-history-page1.json", "http-history-page2.json"], 35),
    (["grpc-page-1.bin", "grpc-page-2.bin"], 35),
    (["grpc-page-2.bin", "grpc-page-1.bin"], 35),
    (["grpc-response-fanout-big-p9057.raw.bin", "grpc-response-fanout-big-p0.raw.bin",
      "grpc-response-fanout-big-p4027.raw.bin"], 11933),
]


class Failed(Exception):
    pass


def hindcast(*arguments):
    return subprocess.run([HINDCAST, *map(str, arguments)], capture_output=True, timeout=60)


def convert(files, folder, *options):
    """The exit code, stderr, and the events of each history that was written."""
    out = folder / "out"
    out.mkdir()
    ran = hindcast("convert", *files, "--to", "json", *options, "-o", out)
    found = [json.loads(p.read_text())["events"] for p in sorted(out.iterdir())]
    return ran.returncode, ran.stderr.decode(), found


def need(condition, what):
    if not condition:
        raise Failed(what)


def converts(path, expect, folder):
    code, said, found = convert([path], folder)
    need(code == 0, f"exit {code}: {said}")
    n = len(found) + said.count("not written again")  # the same run twice: one file
    need(n == (2 if "two histories" in expect else 1), f"{n} histories")
    for events in found:
        ids = [int(e["eventId"]) for e in events]
        need(ids == list(range(1, len(ids) + 1)), f"ids are {ids}")
    need(("guessed" in said) == ("lossy" in expect and path.name not in WITHOUT_PAYLOADS),
         f"said: {said}")
    need(("newest event came first" in said) == ("newest first" in expect), f"said: {said}")
    twin = path.with_suffix(".bin")
    if twin != path and twin.exists():
        with tempfile.TemporaryDirectory() as other:
            theirs = convert([twin], pathlib.Path(other))[2]
        need(found == theirs, "another history than its .bin")
    need(hindcast("show", path).returncode == 0, "show")
    ran = hindcast("check", "--json", path)
    found = [json.loads(line)["code"] for line in ran.stdout.decode().splitlines()
             if json.loads(line)["severity"] != "note"]
    finding = (["newest-first"] if "newest first" in expect
               else ["payload-guessed"] if "lossy" in expect else [])
    if path.name in WITHOUT_PAYLOADS:
        finding = []
    need(found == finding, f"check finds {found}, not {finding}")
    need(ran.returncode == bool(finding), f"check: exit {ran.returncode}")


# What these have is written in full although their dialect is a lossy one.
WITHOUT_PAYLOADS = {"cli-execute-detailed.json"}


def refused(path, expect, folder):
    code, said, found = convert([path], folder)
    need(code == 3 and not found, f"exit {code}, {len(found)} histories")
    need(said.count("\n") == 1, f"more than a line: {said}")
    words = re.match(r"refused: ([^(]*)", expect).group(1).strip()
    need(REFUSALS[words] in said, f"said: {said}")
    if words != "truncated":
        return
    need(re.search(r"after \d+ whole events", said), f"said: {said}")
    with tempfile.TemporaryDirectory() as other:
        code, said, found = convert([path], pathlib.Path(other), "--repair")
    need(len(found) == 1 and found[0], f"--repair: exit {code}: {said}")


def partial(path, expect, folder):
    code, said, found = convert([path], folder)
    need(code == 3 and not found, f"exit {code}, {len(found)} histories")
    need(said.count("\n") == 1, f"more than a line: {said}")
    first = "first page" in expect or "-p0." in path.name
    need(("nextPageToken is set" if first else "are missing") in said, f"said: {said}")


KINDS = {"converts": converts, "refused": refused, "partial": partial}


def run_one(name, test, *arguments):
    try:
        with tempfile.TemporaryDirectory() as folder:
            test(*arguments, pathlib.Path(folder))
    except (Failed, KeyError, subprocess.TimeoutExpired) as why:
        print(f"FAILED: {name}: {why}")
        return False
    return True


def joined(files, n, folder):
    code, said, found = convert([ODD / f for f in files], folder)
    need(code == 0, f"exit {code}: {said}")
    need([len(events) for events in found] == [n], f"{[len(e) for e in found]} events")
    need(f"{len(files)} pages are joined" in said, f"said: {said}")


def peak_of(stdin, folder):
    """What converting standard input came to: exit code, stderr, and kilobytes at most."""
    with open(folder / "stderr", "wb+") as said:
        ran = subprocess.Popen([HINDCAST, "convert", "-", "--to", "proto", "-fo",
                                folder / "out.bin"], stdin=stdin, stderr=said)
        _, status, usage = os.wait4(ran.pid, 0)
        ran.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        return ran.returncode, said.read().decode(), usage.ru_maxrss


def blanks(folder):
    """A hundred megabytes of them from a pipe, in the memory of a window."""
    hindcast("convert", ODD / "history.bin", "--to", "json", "-o", folder / "history.json")
    source = folder / "source.py"
    source.write_text("import sys\nfor i in range(100): sys.stdout.buffer.write(b' \\n' * 500000)\n"
                      "sys.stdout.buffer.write(open(sys.argv[1], 'rb').read())\n")
    least = peak_of((folder / "history.json").open("rb"), folder)[2]
    for path, code, said in ((folder / "history.json", 0, ""),
                             ("/dev/null", 3, "an empty file: nothing but blanks")):
        with subprocess.Popen([sys.executable, source, path], stdout=subprocess.PIPE) as pipe:
            ended, err, peak = peak_of(pipe.stdout, folder)
        need(ended == code and said in err, f"exit {ended}: {err}")
        need(peak < least + 32768, f"{peak} kB of memory, {least} kB without blanks")
    need((folder / "out.bin").read_bytes() == (ODD / "history.bin").read_bytes(), "other bytes")


def main():
    global HINDCAST
    HINDCAST = pathlib.Path(sys.argv[1]).resolve()
    with open(ODD / "index.tsv", encoding="utf-8") as index:
        rows = list(csv.DictReader(index, delimiter="\t", quoting=csv.QUOTE_NONE))
    good = 0
    for row in rows:
        kind = re.match(r"\w+", row["expect"]).group()
        good += run_one(row["file"], KINDS[kind], ODD / row["file"], row["expect"])
    for files, n in JOINED:
        good += run_one(" + ".join(files), joined, files, n)
    good += run_one("blanks in front", blanks)
    print(f"{good} of {len(rows) + len(JOINED) + 1}")
    listed = {row["file"] for row in rows} | {"index.tsv"}
    lost = [p.name for p in ODD.iterdir() if p.name not in listed]
    if lost:
        print(f"not in the index: {lost}")
    return good != len(rows) + len(JOINED) + 1 or bool(lost)


sys.exit(main())
