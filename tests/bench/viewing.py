# SPDX-License-Identifier: MIT
# viewing.py: the figures of the viewer: first screens, keys, searches, lists.
import measure
from formats import EVENTS, folder, made
from measure import Spread
from rows import Row, below

# Of bench_view's rows: what the slowest of many keys takes, by the kind of key.
KEYS = (
    ("row", "one row"), ("task_or_group", "a workflow task, group or failure"),
    ("anywhere", "any event"), ("ends", "the ends"), ("views", "another view"),
    ("hit", "a hit of a search"), ("hit_on_page", "a hit in an event's JSON"),
)


def small_files():
    """A folder of 1,000 small histories."""
    files = measure.fresh_folder("view-many")
    measure.run([measure.need_program("make_histories"), 1000, files])
    return files


def view():
    """A screen, keys and searches on a history as large as a server allows."""
    program = measure.need_program("bench_view")
    files = small_files()
    rounds = []
    for _ in range(3):
        lines = measure.run([program, made(EVENTS), files]).out.splitlines()
        rounds.append({line.split()[0]: float(line.split()[1]) for line in lines if line.strip()})

    def of(name):
        return Spread([r[name] for r in rounds])

    def ratio(name, other):
        return Spread([r[name] / r[other] for r in rounds])
    size = "%s events, 48 MB" % format(EVENTS, ",")
    yield below("view: first screen of %s, before it is indexed" % size, of("first_paint_ms"), 20,
                "%.1f", " ms")
    yield below("view: its whole index, in memcpy times of the file", ratio("index_ms", "memcpy_ms"),
                3, unit="x")
    yield Row("… all worked out, groups too; the longest slice of it", ", ".join(
        (of("whole_ms").show("%.0f", " ms"), of("longest_slice_ms").show("%.1f", " ms"))))
    for name, what in KEYS:
        yield below("view: the slowest of 400 keys, screen of 160 × 48 included: %s" % what,
                    of(name + "_ms"), 5, "%.1f", " ms")
    yield below("view: a text looked for in the whole file, base64 too, in times of memmem",
                ratio("search_ms", "memmem_ms"), 5, unit="x")
    yield below("view: private memory then", of("private_mb"), 40, "%.0f", " MB")
    yield below("view: 500 histories listed with their facts",
                Spread([r["list_ms"] / 1000 for r in rounds]), 0.5, "%.2f", " s")
    yield Row("… their first screen", of("list_first_ms").show("%.1f", " ms"))


FIGURES = {"view": view}
