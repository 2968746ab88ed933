# SPDX-License-Identifier: MIT
# measure.py: runs programs and says what they took: time, own CPU, peak memory.
import json
import os
import re
import resource
import shutil
import signal
import statistics
import subprocess
import time

from common import BUILD, HINDCAST, ROOT

BENCH = BUILD / "bench"
# The recorded workers change their code with VARIANT and log with ACTLOG: neither here.
ENV = {k: v for k, v in os.environ.items() if k not in ("VARIANT", "ACTLOG")}


class Skipped(Exception):
    """This figure cannot be had on this machine; the text says why."""


class Broken(Exception):
    """A program that is measured did not do what it was to do: its time means nothing."""


class Spread:
    """The samples of one figure: the median speaks, the ends say how far to trust it."""

    def __init__(self, samples):
        self.samples = sorted(samples)

    @property
    def median(self):
        return statistics.median(self.samples)

    def show(self, shape="%.1f", unit=""):
        ends = "" if len(self.samples) < 2 else " [%s–%s]" % (
            shape % self.samples[0], shape % self.samples[-1])
        return (shape % self.median) + unit + ends


class Ran:
    """One run of a program: seconds from its start to its end, and what it printed."""

    def __init__(self, seconds, out, err):
        self.seconds, self.out, self.err = seconds, out, err
        self.peak = self.cpu_ms = self.tasks = None


def peak_of(pid):
    """Peak resident bytes of a live process, or 0 when it is gone."""
    try:
        with open("/proc/%d/status" % pid) as f:
            found = re.search(r"^VmHWM:\s+(\d+) kB", f.read(), re.M)
    except OSError:
        return 0
    return int(found.group(1)) * 1024 if found else 0


def end_group(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def run(words, env=None, watch_memory=False, timeout=240, cwd=ROOT):
    """Runs WORDS to their end; anything but exit code 0 is Broken."""
    BENCH.mkdir(parents=True, exist_ok=True)
    peak = 0
    with open(str(BENCH / "stdout"), "w+") as out, open(str(BENCH / "stderr"), "w+") as err:
        began = time.perf_counter()
        process = subprocess.Popen([str(w) for w in words], cwd=str(cwd), stdin=subprocess.DEVNULL,
                                   stdout=out, stderr=err, env=dict(ENV, **(env or {})),
                                   start_new_session=True)
        try:
            while watch_memory:
                # The peak never falls, so only what comes in the last moment can be missed.
                peak = max(peak, peak_of(process.pid))
                try:
                    process.wait(0.02)
                    break
                except subprocess.TimeoutExpired:
                    if time.perf_counter() - began > timeout:
                        raise
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise Broken("%s: not done after %d s" % (words[0], timeout))
        finally:
            seconds = time.perf_counter() - began
            if process.poll() is None:
                end_group(process)
        out.seek(0)
        err.seek(0)
        ran = Ran(seconds, out.read(), err.read())
    if code:
        tail = (ran.err.strip() or ran.out.strip()).splitlines()[-3:]
        raise Broken("%s: exit code %d: %s" % (os.path.basename(str(words[0])), code, " | ".join(tail)))
    ran.peak = peak
    return ran


def cpu_of(words):
    """Seconds of CPU that WORDS and its children took, in user and system together."""
    def used():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime
    before = used()
    run(words)
    return used() - before


def passed_in(run_file):
    for line in run_file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if "totals" in row:
            return row["totals"].get("passed", 0)
    return 0


def hindcast(worker, histories, count, name_space=None, watch_memory=False, timeout=240, jobs=1):
    """`hindcast replay` over the folder HISTORIES, all COUNT of which have to pass."""
    run_file = BENCH / "run.jsonl"
    words = [HINDCAST, "replay", "-v", "--worker", worker, "--run", run_file, "--jobs", jobs]
    words += ["--namespace", name_space] if name_space else []
    ran = run(words + [histories], watch_memory=watch_memory, timeout=timeout)
    passed = passed_in(run_file)
    if passed != count:
        raise Broken("hindcast: %d of %d histories passed" % (passed, count))
    cost = re.search(r"own CPU ([\d.]+) ms, (\d+) tasks", ran.err)
    if not cost:
        raise Broken("hindcast -v did not print its own CPU")
    ran.cpu_ms, ran.tasks = float(cost.group(1)), int(cost.group(2))
    return ran


def need_program(name):
    """A program of tests/bench, built on demand: nobody else needs it."""
    path = BUILD / "tests" / "bench" / name
    run(["ninja", "-C", BUILD, path.relative_to(BUILD)])
    return path


def fresh_folder(*parts):
    folder = BENCH.joinpath(*parts)
    if folder.exists():
        shutil.rmtree(str(folder))
    folder.mkdir(parents=True)
    return folder


def spawn_ms(*words):
    """Milliseconds from spawning to having waited for a program that prints to nowhere."""
    null = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]
    began = time.perf_counter()
    pid = os.posix_spawn(words[0], words, ENV, file_actions=null)
    _, status = os.waitpid(pid, 0)
    took = (time.perf_counter() - began) * 1e3
    if status:
        raise Broken("%s: wait status %d" % (words[0], status))
    return took
