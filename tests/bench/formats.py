# SPDX-License-Identifier: MIT
# formats.py: the figures of reading and converting histories.
import re
import shutil
import subprocess

import measure
from common import HINDCAST
from measure import BENCH, Broken, Skipped, Spread
from rows import Row, above, below

EVENTS = 51200
HUGE_EVENTS = 2200000  # 2 GB of JSON


def folder():
    BENCH.mkdir(parents=True, exist_ok=True)
    return BENCH


def made(events):
    """The generated history of so many events, as JSON; made once."""
    path = folder() / ("made-%d.json" % events)
    if not path.exists():
        program = measure.need_program("make_histories")
        part = path.with_suffix(".part")
        with open(str(part), "wb") as out:
            if subprocess.call([str(program), str(events)], stdout=out):
                raise Broken("make_histories failed")
        part.rename(path)
    return path


def need_tool(name):
    found = shutil.which(name)
    if not found:
        raise Skipped("%s is not installed" % name)
    return found


def taken(line, stdin=None):
    """Milliseconds and peak kilobytes of the last program of a shell line that `peak` runs."""
    ran = measure.run(["sh", "-c", line])
    told = re.findall(r"^ms ([\d.]+) peak_kb (\d+)$", ran.err, re.M)
    if not told:
        raise Broken("peak told nothing: %s" % line)
    return float(told[-1][0]), int(told[-1][1])


# ---- in memory, one process

IN_MEMORY = (
    ("json_to_wire", "JSON → wire", 7), ("wire_to_json", "wire → JSON", 7),
    ("open_json", "open JSON (map, index, facts)", 4), ("open_wire", "open wire, the same", 1),
)


def transcode():
    """Conversions and opening against memcpy of the JSON, all in one process and in turns."""
    program = measure.need_program("bench_formats")
    rounds = []
    for _ in range(5):
        lines = measure.run([program, EVENTS, folder()]).out.splitlines()
        rounds.append({line.split()[0]: float(line.split()[1]) for line in lines if line.strip()})

    def of(name):
        return Spread([r[name] for r in rounds])
    size = rounds[0]["json_bytes"] / 1e6
    for name, what, bar in IN_MEMORY:
        yield below("%s, %d events, %.0f MB, in memcpy times of the JSON" % (what, EVENTS, size),
                    of(name + "_per_memcpy"), bar, unit="x")
    yield below("The first 50 events of it, mapping the file included", of("first_screen"), 1,
                "%.2f", " ms")
    yield Row("… memcpy; JSON → wire; wire → JSON; open JSON; open wire", ", ".join(
        [of("memcpy").show(unit=" ms")] +
        [of(name + "_speed").show("%.0f", " MB/s") for name, _, _ in IN_MEMORY]))


# ---- whole processes

def against_jq():
    """JSON file to proto file, against `jq .` on the same file."""
    jq, peak = need_tool("jq"), measure.need_program("peak")
    source = made(EVENTS)
    ours, null, theirs, theirs_null = [], [], [], []
    for _ in range(5):
        ours.append(taken("%s %s convert --force -o %s/made.bin %s" % (
            peak, HINDCAST, BENCH, source))[0])
        null.append(taken("%s %s convert -t proto -o - %s >/dev/null" % (
            peak, HINDCAST, source))[0])
        theirs.append(taken("%s %s . %s >%s/made.jq.json" % (peak, jq, source, BENCH))[0])
        theirs_null.append(taken("%s %s . %s >/dev/null" % (peak, jq, source))[0])
    yield above("convert, JSON file → proto file, in times of `jq .` to a file",
                Spread([b / a for a, b in zip(ours, theirs)]), 25, "%.0f", "x")
    yield above("… both to /dev/null", Spread([b / a for a, b in zip(null, theirs_null)]), 40,
                "%.0f", "x")
    yield Row("… convert to a file; to /dev/null; jq to a file; to /dev/null", ", ".join(
        Spread(s).show("%.0f", " ms") for s in (ours, null, theirs, theirs_null)))


def against_zstd():
    """The same from .json.zst, against `zstd -dc` alone."""
    zstd, peak = need_tool("zstd"), measure.need_program("peak")
    packed = folder() / ("made-%d.json.zst" % EVENTS)
    measure.run([zstd, "-q", "-f", made(EVENTS), "-o", packed])
    ours, theirs = [], []
    for _ in range(9):
        ours.append(taken("%s %s convert -t proto -o - %s >/dev/null" % (
            peak, HINDCAST, packed))[0])
        theirs.append(taken("%s %s -dc %s >/dev/null" % (peak, zstd, packed))[0])
    yield below("convert, .json.zst → proto to /dev/null, in times of `zstd -dc` alone",
                Spread([a / b for a, b in zip(ours, theirs)]), 1.3, "%.2f", "x")
    yield Row("… convert; zstd -dc", ", ".join(
        Spread(s).show("%.0f", " ms") for s in (ours, theirs)))


def streaming():
    """Peak memory of a conversion from a pipe, small and large."""
    peak, program = measure.need_program("peak"), measure.need_program("make_histories")
    peaks = {}
    for events in (EVENTS, HUGE_EVENTS):
        ms, kilobytes = taken("%s %d | %s %s convert -t proto -o - - >/dev/null" % (
            program, events, peak, HINDCAST))
        peaks[events] = kilobytes / 1024
        yield below("Peak memory of convert from a pipe, %s events" % format(events, ","),
                    Spread([peaks[events]]), 16, unit=" MB")
    more = peaks[HUGE_EVENTS] - peaks[EVENTS]
    yield Row("… the larger takes more by", "%.1f MB" % more, "≤ 1.0 MB", more <= 1)


# ---- many, and more

def many_files():
    """Small files from open to close."""
    files = measure.fresh_folder("many")
    measure.run([measure.need_program("make_histories"), 1000, files])
    program = measure.need_program("bench_many")
    for threads, bar in ((1, None), (2, 20000)):
        rates = []
        for _ in range(3):
            out = measure.run([program, threads, files]).out
            rates.append(float(re.search(r"files_per_second (\d+)", out).group(1)))
        what = "1,000 files of 20 to 60 events, read by %d thread%s" % (threads, "s"[:threads - 1])
        if bar:
            yield above(what, Spread(rates), bar, "%.0f", "/s")
        else:
            yield Row(what, Spread(rates).show("%.0f", "/s"))


GROWTH = (1000, 10000, 100000, 1000000)


def growth():
    """`show` of ever longer histories: own CPU for each event."""
    each = []
    for events in GROWTH:
        words = [HINDCAST, "show", made(events)]
        rounds = 1 if events > 100000 else 5
        each.append(Spread([measure.cpu_of(words) / events * 1e6 for _ in range(rounds)]))
        if events > 100000:
            made(events).unlink()
    yield Row("show of %s events, own CPU for each event" % ", ".join(
        format(n, ",") for n in GROWTH), ", ".join(s.show("%.2f", " µs") for s in each))
    ratio = Spread([each[-1].median / each[1].median])
    yield below("… of a million in times of 10,000", ratio, 1.3, "%.2f", "x")


FIGURES = {
    "transcode": transcode,
    "convert-jq": against_jq,
    "convert-zstd": against_zstd,
    "streaming": streaming,
    "many-files": many_files,
    "growth": growth,
}
