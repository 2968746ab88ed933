#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# test_convert.py: nothing is lost on the way through any format, and files are whole or absent.
"""
    test_convert.py HINDCAST TESTS [--all]    prints what is wrong, exits 1

Every format that is written is read again here by a few lines of Python that know nothing
of hindcast's readers, and by hindcast itself, and both must give the bytes that went in.
A quick run takes one history in ten; --all takes the whole corpus.
"""
import base64
import csv
import glob
import gzip
import io
import json
import os
import pty
import resource
import signal
import subprocess
import sys
import tempfile
import time

# Formats whose files hindcast reads back, and those that are only to look at.
READ_BACK = ["json", "jsonl", "events", "proto", "delimited", "response", "raw-response", "pages",
             "blob", "export", "archival", "tdbg"]
FORMATS = ["json", "jsonl", "events", "proto", "delimited", "response", "raw-response", "pages",
           "blob", "export", "archival", "tdbg", "tsv", "csv"]


class World:
    def __init__(self, program, tests, everything):
        self.program, self.tests, self.everything = program, tests, everything
        self.wrong = []

    def run(self, *arguments, **options):
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("stdout", subprocess.PIPE)
        return subprocess.run([self.program, "convert", *arguments], stderr=subprocess.PIPE,
                              timeout=300, **options)

    def check(self, fine, what):
        if not fine:
            self.wrong.append(what)
        return fine


def read(path):
    with open(path, "rb") as file:
        return file.read()


# ---- readers that share nothing with hindcast ----

def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7f) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def fields(data):
    """Number and value of each field: bytes, or an int for varints."""
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        if tag & 7 == 2:
            size, at = varint(data, at)
            yield tag >> 3, data[at:at + size]
            at += size
        elif tag & 7 == 0:
            value, at = varint(data, at)
            yield tag >> 3, value
        else:
            size = {1: 8, 5: 4}[tag & 7]
            yield tag >> 3, data[at:at + size]
            at += size


def only(data, number):
    values = [v for n, v in fields(data) if n == number]
    assert len(values) == 1 and len(list(fields(data))) == 1, values
    return values[0]


def blob(data):
    parts = dict(fields(data))
    assert set(parts) == {1, 2} and parts[1] == 1
    return parts[2]


def size(value):
    out = b""
    while value > 0x7f:
        out += bytes([value & 0x7f | 0x80])
        value >>= 7
    return out + bytes([value])


def delimited(data):
    out, at = b"", 0
    while at < len(data):
        n, at = varint(data, at)
        out += b"\x0a" + size(n) + data[at:at + n]
        at += n
    return out


def pages(data):
    out = b""
    documents = [json.loads(line) for line in data.decode().splitlines()]
    for i, page in enumerate(documents):
        assert bool(page["nextPageToken"]) == (i + 1 < len(documents))
        assert len(page["rawHistory"]) <= 256
        for one in page["rawHistory"]:
            assert one["encodingType"] == "ENCODING_TYPE_PROTO3"
            out += base64.b64decode(one["data"], validate=True)
    return out


WIRE = {
    "proto": lambda data: data,
    "delimited": delimited,
    "response": lambda data: only(data, 1),
    "raw-response": lambda data: b"".join(blob(v) for n, v in fields(data) if n == 2),
    "pages": pages,
    "blob": blob,
    "export": lambda data: only(only(data, 1), 1),
}


def batches(data):
    events = []
    for batch in json.loads(data):
        kinds = [e["eventType"] for e in batch["events"]]
        completed = kinds[0] == "EVENT_TYPE_WORKFLOW_TASK_COMPLETED"
        assert len(kinds) == 1 or completed, kinds
        assert "EVENT_TYPE_WORKFLOW_TASK_COMPLETED" not in kinds[1:]
        events += batch["events"]
    return events


JSON = {
    "json": lambda data: json.loads(data)["events"],
    "jsonl": lambda data: json.loads(data)["events"],
    "events": lambda data: [json.loads(line) for line in data.splitlines()],
    "archival": batches,
    "tdbg": batches,
}


def ids(data, delimiter):
    rows = list(csv.DictReader(io.StringIO(data.decode(), newline=""), delimiter=delimiter))
    return [int(row["id"]) for row in rows]


# ---- round trips ----

def histories(world):
    """The corpus as protobuf: what every other format is compared with."""
    files = sorted(glob.glob(world.tests + "/corpus/*/*.json")) + \
        sorted(glob.glob(world.tests + "/corpus/*/*.json.gz"))
    files = [f for f in files if "/odd/" not in f and os.path.getsize(f)]
    return files if world.everything else files[::10]


def by_stem(folder):
    """Files of one ending, which itself may have a dot, by their names without it."""
    paths = glob.glob(folder + "/*")
    ending = os.path.commonprefix([p[::-1] for p in paths])[::-1]
    ending = ending[ending.index("."):]
    return {os.path.basename(p)[:-len(ending)]: p for p in paths}


def round_trip(world, base, name, folder):
    """All of BASE to the format NAME and back."""
    there, back = f"{folder}/{name}", f"{folder}/{name}-back"
    done = world.run(*base.values(), "--to", name, "-o", there + "/")
    if not world.check(done.returncode == 0 and not done.stderr, f"{name}: {done.stderr}"):
        return
    written = by_stem(there)
    if not world.check(sorted(written) == sorted(base), f"{name}: {len(written)} files"):
        return
    for stem, path in written.items():
        wire, data = read(base[stem]), read(path)
        if name in WIRE:
            world.check(WIRE[name](data) == wire, f"{name}: {stem}: other bytes")
        elif name in JSON:
            plain = world.run(base[stem], "--to", "json", "-o", "-").stdout
            world.check(JSON[name](data) == json.loads(plain)["events"], f"{name}: {stem}")
        else:
            n = len([1 for number, _ in fields(wire) if number == 1])
            rows = ids(data, "\t" if name == "tsv" else ",")
            world.check(len(rows) == n and rows == sorted(rows), f"{name}: {stem}: rows")
    if name not in READ_BACK:
        return
    done = world.run(*written.values(), "--to", "proto", "-o", back + "/")
    world.check(done.returncode == 0 and not done.stderr, f"{name} back: {done.stderr}")
    for stem, path in base.items():
        again = f"{back}/{stem}.bin"
        world.check(os.path.exists(again) and read(again) == read(path), f"{name}: {stem}: back")


def test_round_trips(world, folder):
    base = folder + "/base"
    done = world.run(*histories(world), "--to", "proto", "-o", base + "/")
    world.check(done.returncode == 0, f"corpus: {done.stderr}")
    files = by_stem(base)
    world.check(len(files) > 5, "corpus: too few histories")
    for name in FORMATS:
        round_trip(world, files, name, folder)


def test_formats_are_known(world, folder):
    listed = world.run("--to", "list").stdout.decode().splitlines()
    names = [line.split()[0] for line in listed]
    world.check(sorted(names) == sorted(FORMATS), f"--to list: {names}")
    with open(world.tests + "/../docs/formats.md", encoding="utf-8") as file:
        rows = [line for line in file if line.startswith("| `")]
    for line in listed:
        name, ending = line.split()[:2]
        world.check(any(f"`{name}`" in row.split("|")[1] and f"`{ending}`" in row.split("|")[2]
                        for row in rows), f"docs/formats.md: {name} {ending}")


def test_folders_hold_what_is_written(world, folder):
    """What convert writes under its own ending is found again in a folder."""
    history = world.tests + "/data/open.json"
    plain = world.run(history, "--to", "proto", "-o", "-").stdout
    for i, line in enumerate(world.run("--to", "list").stdout.decode().splitlines()):
        name, ending = line.split()[:2]
        os.mkdir(f"{folder}/{i}")
        world.run(history, "--to", name, "-o", f"{folder}/{i}/x{ending}")
        done = world.run(f"{folder}/{i}", "--to", "proto", "-o", "-")
        world.check(done.stdout == (b"" if name in ("tsv", "csv") else plain),
                    f"folder of {ending}: {done.stderr}")


def test_packing(world, folder):
    history = world.tests + "/data/open.json"
    plain = world.run(history, "--to", "json", "-o", "-").stdout
    world.run(history, "-o", folder + "/a.json.gz")
    world.check(gzip.decompress(read(folder + "/a.json.gz")) == plain, "gzip: other bytes")
    world.run(history, "-o", folder + "/a.json.zst")
    back = world.run(folder + "/a.json.zst", "--to", "json", "-o", "-").stdout
    world.check(back == plain, "zstd: other bytes")


def test_merging(world, folder):
    """Several inputs in one container, in order."""
    files = histories(world)[:4]
    for name, take in (("export", lambda d: [only(v, 1) for _, v in fields(d)]),
                       ("jsonl", lambda d: d.decode().splitlines())):
        out = f"{folder}/merged.{name}"
        done = world.run(*files, "--to", name, "-o", out)
        world.check(done.returncode == 0, f"merge {name}: {done.stderr}")
        alone = [world.run(f, "--to", name, "-o", "-").stdout for f in files]
        world.check(read(out) == b"".join(alone), f"merge {name}: other bytes")
        world.check(len(take(read(out))) == 4, f"merge {name}: not four")


def test_runs_that_come_again(world, folder):
    """Exports come at least once: what is there already is not written twice."""
    files = histories(world)[:2]
    done = world.run(*files, files[0], "--to", "export", "-o", folder + "/a.export")
    world.check(done.returncode == 0 and b"not written again" in done.stderr, f"again: {done}")
    world.check(len(list(fields(read(folder + "/a.export")))) == 2, "again: not two")
    # the same run with another event, of the same size, is another history
    cut = folder + "/other.bin"
    world.run(files[0], "-o", folder + "/whole.bin")
    wire = read(folder + "/whole.bin")
    with open(cut, "wb") as file:
        file.write(wire[:-1] + bytes([wire[-1] ^ 1]))
    done = world.run(files[0], cut, "--to", "export", "-o", folder + "/b.export")
    world.check(done.returncode == 0 and not done.stderr, f"not again: {done}")
    world.check(len(list(fields(read(folder + "/b.export")))) == 2, "not again: not two")


def test_splitting(world, folder):
    """A container's histories go by their ids, which may be anything."""
    export, runs = folder + "/all.export", folder + "/runs"
    with open(export, "wb") as file:
        for i, workflow in enumerate(("../../up", "a\nb", "same", "same", "")):
            started = b"\xe2\x01" + size(len(workflow)) + workflow.encode()
            second = b"\x08\x02\x18\x1a" + b"\xd2\x01\x03\x0a\x01" + bytes([97 + i])
            event = b"\x08\x01\x18\x01\x32" + size(len(started)) + started
            history = b"".join(b"\x0a" + size(len(e)) + e for e in (event, second))
            item = b"\x0a" + size(len(history)) + history
            file.write(b"\x0a" + size(len(item)) + item)
    done = world.run(export, "--to", "proto", "-o", runs + "/")
    world.check(done.returncode == 0, f"split: {done}")
    names = ["%2E.%2F..%2Fup.bin", "a%0Ab.bin", "all-5.bin", "same-2.bin", "same.bin"]
    world.check(sorted(os.listdir(runs)) == names, f"split: {sorted(os.listdir(runs))}")
    again = world.run(*sorted(glob.glob(runs + "/*")), "--to", "export", "-o", "-")
    items = sorted(v for _, v in fields(read(export)))
    world.check(sorted(v for _, v in fields(again.stdout)) == items, "split: not the same runs")
    rows = [json.loads(line) for line in
            world.run("--list", "--json", export).stdout.decode().splitlines()]
    world.check([r["workflowId"] for r in rows] == ["../../up", "a\nb", "same", "same", None],
                f"--list: {rows}")
    world.check(all(r["events"] == 2 and r["status"] == "open" for r in rows), f"--list: {rows}")
    data = read(export)
    for row, (_, item) in zip(rows, fields(data)):
        at = data.index(item)
        world.check(row["offset"] <= at <= row["offset"] + 6, f"--list: offset {row['offset']}")


def test_archives(world, folder):
    """Written as an archive names it, a run is found in it by its ids."""
    source = world.tests + "/data/open.json"
    done = world.run(source, "--to", "archival", "--namespace-id", "n-1", "-o", folder + "/a/")
    world.check(done.returncode == 0, f"archive: {done}")
    name = os.listdir(folder + "/a")
    world.check(len(name) == 1 and name[0].endswith("_0.history") and name[0][:50].isdigit(),
                f"archive: {name}")
    address = f"archive:{folder}/a?workflowId=cancelme-74556&namespaceId=n-1" \
              "&runId=01a204a9-a5aa-7c0b-a04b-4cf3e86c1e53"
    back = world.run(address, "--to", "proto", "-o", "-")
    plain = world.run(source, "--to", "proto", "-o", "-")
    world.check(back.stdout == plain.stdout and len(back.stdout) > 500, f"archive: {back}")


def test_unknown_things(world, folder):
    """What the schema lacks goes from wire to JSON and back, and stays in JSON as it is."""
    source, strange = world.tests + "/data/open.json", folder + "/strange.bin"
    world.run(source, "-o", strange)
    with open(strange, "ab") as file:
        # an event of type 9999 with attributes in field 250, and an odd varint
        event = b"\x08\x09\x18\x8f\x4e\xd2\x0f\x03abc\xa0\x7d\x07\x9b\x06\x08\x05\x9c\x06"
        file.write(b"\x0a" + size(len(event)) + event)
    for name in JSON:
        out = f"{folder}/strange.{name}"
        done = world.run(strange, "--keep-unknown", "--to", name, "-o", out)
        world.check(done.returncode == 0 and not done.stderr, f"unknown {name}: {done.stderr}")
        back = world.run(out, "--keep-unknown", "--to", "proto", "-o", "-")
        world.check(back.stdout == read(strange), f"unknown {name}: other bytes {back.stderr}")
        done = world.run(strange, "--to", name, "-o", "-")
        world.check(done.returncode == 0 and b"not carried over" in done.stderr,
                    f"unknown {name}: {done.stderr}")
        done = world.run(strange, "--strict", "--to", name, "-o", "-")
        world.check(done.returncode == 1 and not done.stdout, f"unknown {name}: --strict")
        # from JSON to JSON nothing is lost, whoever asks
        again = world.run(out, "--strict", "--to", name, "-o", "-")
        world.check(again.stdout == read(out) and not again.stderr,
                    f"unknown {name} again: {again.stderr}")
    # what a newer History has beside its events
    fields_too = read(strange) + b"\xa0\x06\x05\x9a\x06\x02hi\x9b\x06\x9c\x06"
    strange = folder + "/beside.bin"
    with open(strange, "wb") as file:
        file.write(fields_too)
    for name in ("proto", "response", "raw-response", "pages", "blob", "export", "json", "jsonl",
                 "archival", "tdbg"):
        out = f"{folder}/beside.{name}"
        keep = ["--keep-unknown"] if name in JSON else []
        done = world.run(strange, "--strict", *keep, "--to", name, "-o", out)
        world.check(done.returncode == 0 and not done.stderr, f"beside {name}: {done.stderr}")
        back = world.run(out, "--to", "proto", "-o", "-")
        world.check(back.stdout == fields_too, f"beside {name}: other bytes {back.stderr}")
    for arguments in (["--to", "events"], ["--to", "delimited"],
                      ["--to", "json", "--target", "java-1.20"],
                      ["--to", "proto", "--target", "java-1.20"]):
        done = world.run(strange, "--keep-unknown", *arguments, "-o", "-")
        world.check(b"3 wire fields without a name (first: #100)" in done.stderr,
                    f"beside {arguments}: {done.stderr}")
        done = world.run(strange, "--strict", *arguments, "-o", "-")
        world.check(done.returncode == 1 and not done.stdout, f"beside {arguments}: --strict")
    done = world.run(strange, "--to", "json", "-o", "-")
    world.check(b"(first: #250 of event 9)" in done.stderr, f"beside json: {done.stderr}")
    member = world.tests + "/data/unknown-member.json"
    done = world.run(member, "--to", "json", "-o", "-", "--strict")
    world.check(done.returncode == 0 and b'"newMember"' in done.stdout, f"member: {done.stderr}")
    world.run(member, "--keep-unknown", "-o", folder + "/kept.bin")
    back = world.run(folder + "/kept.bin", "--to", "json", "-o", "-")
    world.check(back.stdout == done.stdout and not back.stderr, f"member: {back.stderr}")


# ---- whole or absent ----

def big(world, folder, n=60000):
    """A History of so many events, and its path."""
    path = folder + "/big.bin"
    with open(path, "wb") as file:
        for i in range(1, n + 1):
            event = b"\x08" + size(i) + b"\x18\x1a\xd2\x01" + size(203) + b"\x0a" + size(200) + \
                b"s" * 200
            file.write(b"\x0a" + size(len(event)) + event)
    return path


def left(folder):
    return sorted(f for f in os.listdir(folder) if not f.startswith("big"))


def has_nameless_files(folder):
    """Old kernels' overlays and network filesystems don't; there a kill leaves a .tmp file."""
    try:
        os.close(os.open(folder, os.O_TMPFILE | os.O_WRONLY))
    except OSError:
        return False
    return True


def test_kill(world, folder):
    """Killed in the middle: the name is free, and nothing lies about."""
    data = read(big(world, folder))
    out = folder + "/killed"
    os.mkdir(out)
    for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT):
        child = subprocess.Popen([world.program, "convert", "-", "-o", out + "/a.json"],
                                 stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        child.stdin.write(data[:len(data) * 3 // 4])
        child.stdin.flush()
        time.sleep(0.3)
        child.send_signal(number)
        child.wait(timeout=20)
        child.stdin.detach().close()
        child.stderr.close()
        world.check(child.returncode == -number, f"signal {number}: exit {child.returncode}")
        there = os.listdir(out)
        if has_nameless_files(out):
            world.check(there == [], f"signal {number}: left {there}")
        world.check("a.json" not in there, f"signal {number}: half a file")


def small_files():
    resource.setrlimit(resource.RLIMIT_FSIZE, (100000, 100000))


def test_full_disk(world, folder):
    source = big(world, folder)
    for name in ("a.json", "a.json.gz", "a.bin", "a.jsonl.zst", "a.export"):
        limit = small_files
        done = world.run(source, "-o", f"{folder}/{name}", preexec_fn=limit)
        # what compresses below the limit is fine
        if name.endswith((".gz", ".zst")) and done.returncode == 0:
            os.unlink(f"{folder}/{name}")
            continue
        world.check(done.returncode == 3, f"{name}: exit {done.returncode} on a full disk")
        world.check(b"File too large" in done.stderr and name.encode() in done.stderr,
                    f"{name}: {done.stderr}")
        world.check(left(folder) == [], f"{name}: left {left(folder)}")
    done = world.run(source, "--to", "json", "-o", "/dev/full")
    world.check(done.returncode == 3 and b"No space left on device" in done.stderr,
                f"/dev/full: {done.returncode} {done.stderr}")
    with open("/dev/full", "wb") as full:
        done = world.run(source, "--to", "json", "-o", "-", stdout=full)
    world.check(done.returncode == 3 and b"standard output: writing: No space" in done.stderr,
                f"standard output: {done.returncode} {done.stderr}")


def test_reader_left(world, folder):
    child = subprocess.Popen([world.program, "convert", big(world, folder), "--to", "json",
                              "-o", "-"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    child.stdout.read(1000)
    child.stdout.close()
    error = child.stderr.read()
    child.stderr.close()
    # It has what it wanted, as `head` has: nothing is wrong.
    world.check(child.wait(timeout=20) == 0 and not error,
                f"reader left: {child.returncode} {error}")


def test_strict_writes_nothing(world, folder):
    lossy = world.tests + "/data/unknown-member.json"
    for arguments in (["-o", folder + "/a.bin"], ["--to", "proto", "-o", "-"],
                      ["--to", "proto", "-o", folder + "/out/"]):
        done = world.run(lossy, "--strict", *arguments)
        world.check(done.returncode == 1 and done.stdout == b"", f"strict {arguments}: {done}")
    world.check(not os.path.exists(folder + "/a.bin"), "strict: a.bin is there")
    world.check(os.listdir(folder + "/out") == [], "strict: out/ is not empty")
    fine = world.run(world.tests + "/data/open.json", "--strict", "--to", "proto", "-o", "-")
    plain = world.run(world.tests + "/data/open.json", "--to", "proto", "-o", "-")
    world.check(fine.returncode == 0 and fine.stdout == plain.stdout, "strict: not the same")


def test_repair_that_leaves_something_wrong(world, folder):
    """What is there is written; the exit code says that it is no whole history."""
    page = world.tests + "/corpus/odd/http-history-page2.json"
    done = world.run(page, "--repair", "-o", folder + "/a.json")
    said = done.stderr.decode()
    world.check(done.returncode == 1 and "event 1 is missing" in said, f"repair: {done}")
    world.check("what follows is lost" not in said, f"repair of a run that is closed: {said}")
    with open(folder + "/a.json", encoding="utf-8") as file:
        world.check(len(json.load(file)["events"]) == 17, "repair: other events")


def test_explain_what_cannot_be_read(world, folder):
    """What was recognised up to there is what --explain is for."""
    page = world.tests + "/corpus/odd/http-history-page1.json"
    done = world.run(page, "--explain")
    world.check(done.returncode == 3 and b"only one page" in done.stderr, f"explain: {done}")
    for line in (b"carrier    JSON", b"container  a server's reply", b"events     "):
        world.check(line in done.stdout, f"explain: {line} is not in {done.stdout}")


def test_special_files(world, folder):
    """A pipe that has a name is written to, not replaced."""
    pipe = folder + "/pipe"
    os.mkfifo(pipe)
    child = subprocess.Popen([world.program, "convert", world.tests + "/data/open.json", "--to",
                              "proto", "-o", pipe])
    with open(pipe, "rb") as file:
        data = file.read()
    world.check(child.wait(timeout=20) == 0, f"pipe: exit {child.returncode}")
    plain = world.run(world.tests + "/data/open.json", "--to", "proto", "-o", "-").stdout
    world.check(data == plain and len(data) > 500, "pipe: other bytes")


def told_on_terminal(world, folder, terminal):
    """What a slow conversion says on standard error, which is a terminal or a pipe."""
    ours, theirs = pty.openpty() if terminal else os.pipe()
    child = subprocess.Popen([world.program, "convert", "-", "-o", f"{folder}/{terminal}.json"],
                             stdin=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    data = read(big(world, folder, 30000))
    for i in range(8):
        child.stdin.write(data[len(data) * i // 8:len(data) * (i + 1) // 8])
        child.stdin.flush()
        time.sleep(0.2)
    child.stdin.close()
    told = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # the terminal's other end is gone
            break
        if not piece:
            break
        told += piece
    os.close(ours)
    world.check(child.wait(timeout=20) == 0, f"progress: exit {child.returncode}")
    return told


def test_progress(world, folder):
    told = told_on_terminal(world, folder, True)
    world.check(b"MB, " in told and b" events" in told and told.endswith(b"\r\x1b[K"),
                f"progress: {told}")
    world.check(told_on_terminal(world, folder, False) == b"", "progress in a pipe")


def main():
    world = World(sys.argv[1], sys.argv[2], "--all" in sys.argv[3:])
    tests = [(name, test) for name, test in sorted(globals().items())
             if name.startswith("test_")]
    for name, test in tests:
        with tempfile.TemporaryDirectory() as folder:
            test(world, folder)
    for line in world.wrong:
        print(line)
    print(f"{len(tests)} tests, {len(world.wrong)} wrong")
    return 1 if world.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
