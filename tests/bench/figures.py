# SPDX-License-Identifier: MIT
# figures.py: every figure of docs/performance.md: how it is measured and what it must be.
import re
import sys

import formats
import measure
import toolchains
import viewing
import workers
from common import E2E, HINDCAST, ROOT
from histories import ORDERS, copies, generated
from measure import BENCH, Broken, Ran, Skipped, Spread
from faults import crash_recovery
from rows import Row, above, below

REPLAY_NAMESPACE = "ReplayNamespace"


def worker_of(sdk):
    chain = toolchains.find((sdk,))[sdk]
    if not chain.present:
        raise Skipped(chain.why)
    try:
        return workers.prepare(sdk, workers.NEWEST[sdk], chain)
    except workers.SetupFailed as e:
        raise Broken(str(e))


def folder_of(sdk):
    return E2E / ("%s-%s" % (sdk, workers.NEWEST[sdk]))


# ---- a Go worker, against a frontend that does nothing else

class Slope:
    """Runs of two sizes: what a further unit costs, whatever starting and stopping costs."""

    def __init__(self, small, large):
        self.seconds = (large.seconds - small.seconds) / (large.tasks - small.tasks)
        self.cpu_ms = None
        if large.cpu_ms is not None:
            self.cpu_ms = (large.cpu_ms - small.cpu_ms) / (large.tasks - small.tasks)
        if self.seconds <= 0:
            raise Broken("%d units took no longer than %d: the machine is too busy to measure"
                         % (large.tasks, small.tasks))


def bare(worker, history, tasks):
    program = measure.need_program("bare_frontend")
    ran = measure.run([program, history, tasks, "--", "sh", "-c", worker])
    told = re.search(r"tasks (\d+) failed 0 .*cpu_ms/task ([\d.]+)", ran.out)
    if not told or int(told.group(1)) != tasks:
        raise Broken("bare_frontend did not serve %d tasks" % tasks)
    ran.tasks, ran.cpu_ms = tasks, tasks * float(told.group(2))
    return ran


GO_SIZES = (300, 2300)
GO_MODES = (("three tasks a history, two polls", None),
            ("ReplayNamespace: two tasks, two polls", REPLAY_NAMESPACE))


def go_mode(worker, label, name_space):
    """Tasks a second and own CPU per task, hindcast and the bare frontend in turns."""
    folders = [copies("go", ORDERS["go"], n) for n in GO_SIZES]
    history = ROOT / "tests" / "corpus" / "go" / "order-1.pb"
    ours, theirs = [], []
    for _ in range(5):
        runs = [measure.hindcast(worker, f, n, name_space) for f, n in zip(folders, GO_SIZES)]
        ours.append(Slope(*runs))
        theirs.append(Slope(*[bare(worker, history, r.tasks) for r in runs]))
    yield above("Go worker, tasks a second through hindcast / through a bare libgrpc frontend; %s"
                % label, Spread([b.seconds / a.seconds for a, b in zip(ours, theirs)]), 0.8, unit="x")
    yield below("Own CPU per task, hindcast's / the bare frontend's",
                Spread([a.cpu_ms / b.cpu_ms for a, b in zip(ours, theirs)]), 1.5, "%.2f", "x")
    for name, slopes in (("hindcast", ours), ("the bare frontend", theirs)):
        yield Row("… tasks a second, own CPU per task: %s" % name, "%s, %s" % (
            Spread([1 / s.seconds for s in slopes]).show("%.0f", "/s"),
            Spread([s.cpu_ms for s in slopes]).show("%.3f", " ms")))


def go_tasks():
    worker = worker_of("go")
    for label, name_space in GO_MODES:
        yield from go_mode(worker, label, name_space)


# ---- the SDKs' own replayers

def own_go(folder):
    program = BENCH / "go-replayer"
    if not program.exists():
        measure.run(["go", "build", "-o", program, "./replayer"], cwd=ROOT / "tests/workers/go")
    return [program] + sorted(folder.glob("*.json")), {"ORIG": "1"}


def own_python(folder):
    worker = folder_of("python")
    return [worker / "venv/bin/python", ROOT / "tests/bench/own/replay.py", worker, folder], {}


def own_typescript(folder):
    return ["node", ROOT / "tests/bench/own/replay.js", folder_of("typescript"), folder], {}


def own_java(way):
    def words(folder):
        classes, worker = BENCH / "java", folder_of("java")
        # The worker's own class path first: its class archive counts only for such a path.
        path = "%s/target/hcjava-1.jar:%s/target/dependency/*" % (worker, worker)
        if not (classes / "hc" / "Replay.class").exists():
            measure.run(["javac", "-d", classes, "-cp", path, ROOT / "tests/bench/own/Replay.java"])
        archive = "-XX:SharedArchiveFile=%s" % (worker / "classes.jsa")
        return ["java", archive] + workers.JAVA_FLAGS + [
            "-cp", "%s:%s" % (path, classes), "hc.Replay", way, folder], {"QUIET": "1"}
    return words


def own_passed(ran):
    """Go's replayer prints a line for each history, the others how many passed and failed."""
    if "\tPASS\t" in ran.out:
        return ran.out.count("\tPASS\t")
    return int(ran.out.split()[-2])


class Ours:
    """One way of hindcast's: its name, worker, processes, namespace, and the bars it has to meet
    against the SDK's own ways, by their names."""

    def __init__(self, name, jobs=1, name_space=None, worker=worker_of, bars=()):
        self.name, self.jobs, self.name_space = name, jobs, name_space
        self.worker, self.bars = worker, dict(bars)


def go_without_local_activities(sdk):
    """The same worker, built so that its program holds no call that starts one."""
    worker_of(sdk)
    program = BENCH / "go-worker-nolocal"
    measure.run(["go", "build", "-tags", "nolocal", "-o", program, "./worker"],
                cwd=ROOT / "tests/workers/go")
    return "exec %s" % program


ONE, TWO = Ours("one process"), "-j 2"
GO_OWN = "WorkflowReplayer, JSON files"
# SDK: rounds, hindcast's ways, their two sizes, and each of the SDK's own ways with its sizes.
# Sizes follow speed: a run should last seconds, and the difference more than the noise.
PEERS = {
    "go": (5, [
        Ours("-j 2, ReplayNamespace: guard, all", 2, REPLAY_NAMESPACE, bars={GO_OWN: 1.0}),
        Ours("-j 2: guard, all but the last task, all", 2, bars={GO_OWN: 0.6}),
        Ours("-j 2, ReplayNamespace, a program without local activities: all", 2,
             REPLAY_NAMESPACE, go_without_local_activities, {GO_OWN: 1.0}),
        Ours("-j 2, a program without local activities: all but the last task, all", 2,
             None, go_without_local_activities, {GO_OWN: 0.6}),
    ], (200, 2000), [(GO_OWN, own_go, (200, 2000))]),
    "python": (3, [ONE, Ours(TWO, 2, bars={"Replayer": 1.5})], (20, 160),
               [("Replayer", own_python, (20, 160))]),
    "typescript": (3, [ONE, Ours(TWO, 2, bars={"runReplayHistories": 1.5})], (20, 240),
                   [("runReplayHistories", own_typescript, (20, 240))]),
    "java": (3, [ONE, Ours(TWO, 2, bars={"WorkflowReplayer": 10,
                                         "Worker.replayWorkflowExecution": 1.5})], (500, 4500),
             [("WorkflowReplayer", own_java("static"), (10, 110)),
              ("Worker.replayWorkflowExecution", own_java("reused"), (500, 4500))]),
}
LABELS = {"go": "Go", "java": "Java", "python": "Python", "typescript": "TypeScript"}


def own_run(way, folder, count):
    words, env = way(folder)
    ran = measure.run(words, env=env)
    if own_passed(ran) != count:
        raise Broken("%s: %d of %d histories passed" % (words[0], own_passed(ran), count))
    ran.tasks = count
    return ran


def our_run(ours, worker, folder, count):
    ran = measure.hindcast(worker, folder, count, ours.name_space, jobs=ours.jobs)
    ran.tasks, ran.cpu_ms = count, None
    return ran


def rate_of(pairs):
    """Units a second, of the medians of each size: starting a JVM varies by seconds."""
    small, large = [Ran(Spread([pair[i].seconds for pair in pairs]).median, "", "") for i in (0, 1)]
    small.tasks, large.tasks = pairs[0][0].tasks, pairs[0][1].tasks
    return 1 / Slope(small, large).seconds


def compared(ours, rate, own):
    """What OURS does a second, against each of the SDK's own ways."""
    yield Row("… hindcast, %s" % ours.name, "%.0f/s" % rate)
    for name, their_rate in own.items():
        bar = ours.bars.get(name)
        yield Row("… … / %s" % name, "%.2fx" % (rate / their_rate),
                  "≥ %.1fx" % bar if bar else "", rate / their_rate >= bar if bar else None)


def peers(sdk):
    """Histories a second, hindcast's ways and the SDK's own in turns, starts taken out."""
    rounds, all_ours, sizes, ways = PEERS[sdk]
    workers_of = {ours.name: ours.worker(sdk) for ours in all_ours}
    runs = {name: [] for name in list(workers_of) + [way[0] for way in ways]}
    for _ in range(rounds):
        for ours in all_ours:
            runs[ours.name].append([our_run(ours, workers_of[ours.name],
                                            copies(sdk, ORDERS[sdk], n), n) for n in sizes])
        for name, way, own_sizes in ways:
            runs[name].append([own_run(way, copies(sdk, ORDERS[sdk], n), n) for n in own_sizes])
    rates = {name: rate_of(pairs) for name, pairs in runs.items()}
    own = {name: rates[name] for name, _, _ in ways}
    yield Row("%s: histories a second by the SDK's own" % LABELS[sdk],
              ", ".join("%s: %.0f/s" % pair for pair in own.items()))
    for ours in all_ours:
        yield from compared(ours, rates[ours.name], own)
    yield Row("… whole process, starting and stopping included", "; ".join(
        "%s: %d in %s" % (name, pairs[0][1].tasks, Spread([p[1].seconds for p in pairs]).show(unit=" s"))
        for name, pairs in runs.items()))


# ---- one history as large as the server allows

# 5 + 3 * 5 * (1990 + 1423) = 51,200 events; no more than the 2,000 activities that a server
# lets wait at once.
BIG = (5, 1990, 1423)


def big():
    """Own CPU of a whole run on one history of 51,200 events, of ordinary size and at 50 MB."""
    worker = worker_of("go")
    for label, padding, name_space in (("payloads as recorded", 0, REPLAY_NAMESPACE),
                                       ("payloads as recorded", 0, None),
                                       ("long payloads", 720, REPLAY_NAMESPACE)):
        folder, size = generated("big-%d" % padding, *BIG, payload_bytes=padding)
        runs = [measure.hindcast(worker, folder, 1, name_space) for _ in range(3)]
        yield below("Own CPU of a whole run on 51,200 events, %s, %.0f MB of JSON, %d tasks"
                    % (label, size / 1e6, runs[0].tasks),
                    Spread([r.cpu_ms for r in runs]), 150, "%.0f", " ms")


# ---- memory

# With three tasks each, the larger is 100,000 deliveries.
MEMORY_SIZES = (3334, 33334)


def memory():
    """Peak resident memory of hindcast itself, sampled until it ends."""
    worker = worker_of("go")
    small, large = [measure.hindcast(worker, copies("go", ORDERS["go"], n), n, None,
                                     watch_memory=True, jobs=2) for n in MEMORY_SIZES]
    yield below("Peak memory over %s deliveries, %s histories" % (
        format(large.tasks, ","), format(MEMORY_SIZES[1], ",")),
        Spread([large.peak / 1048576]), 64, unit=" MB")
    yield Row("… over %s deliveries" % format(small.tasks, ","), "%.1f MB" % (small.peak / 1048576))
    yield Row("… for each further history", "%.0f B" % (
        (large.peak - small.peak) / (MEMORY_SIZES[1] - MEMORY_SIZES[0])))


# ---- start

def start():
    """`hindcast --version`, spawn to wait, in turns with a program that does nothing."""
    ours, floor = [], []
    for _ in range(50):
        ours.append(measure.spawn_ms(str(HINDCAST), "--version"))
        floor.append(measure.spawn_ms("/bin/true"))
    yield below("`hindcast --version`, 50 runs", Spread(ours), 5, "%.2f", " ms")
    yield Row("… /bin/true in the same turns", Spread(floor).show("%.2f", " ms"))


# ---- reports

REPORTS = ("text", "json", "junit", "sarif", "github", "markdown")


def reports():
    """Each report of a large run, reading the run file included; it is one thread's CPU time,
    which a busy machine does not stretch."""
    run = BENCH / "reports.jsonl"
    run.write_text(measure.run([sys.executable, ROOT / "tests" / "bench" / "make_run.py",
                                10000, 300]).out)
    for kind in REPORTS:
        words = [HINDCAST, "report", "-r", kind + ":/dev/null", run]
        yield below("Report %s of 10,000 verdicts, half of them diverged with evidence" % kind,
                    Spread([measure.cpu_of(words) for _ in range(5)]), 0.5, "%.2f", " s")


FIGURES = {
    "start": start,
    **formats.FIGURES,
    **viewing.FIGURES,
    "go-tasks": go_tasks,
    "big": big,
    "memory": memory,
    "reports": reports,
    "crash": crash_recovery,
    "own-go": lambda: peers("go"),
    "own-java": lambda: peers("java"),
    "own-python": lambda: peers("python"),
    "own-typescript": lambda: peers("typescript"),
}
