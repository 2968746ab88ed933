#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# workers.py: sets up the truth-table workers under build/e2e and names their commands.
"""Usage: workers.py [SDK[-VERSION]...]

Sets up each worker named (all by default) and prints the command for --worker.
The source tree is only read: sources are copied to build/e2e/SDK-VERSION first.
"""
import concurrent.futures
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import threading
import time

import toolchains
from common import E2E, ROOT, SDKS, SHORT, say

SOURCES = ROOT / "tests" / "workers"

NEWEST = {"go": "1.50.0", "java": "1.35.0", "python": "1.35.0", "typescript": "1.24.0"}
OLD = {"go": "1.29.1", "java": "1.26.0", "python": "1.10.0", "typescript": "1.13.0"}

# What an old version does not know, cut out of the copy: (file, text, replacement).
# The workflow code stays as it is; only Nexus handlers are left out.
OLD_CUTS = {
    "python": [("worker.py", """,
             nexus_service_handlers=[nexus_handlers.Handler()] if os.environ.get("NEXUS", "1") == "1" else [])""", ")")],
}


class SetupFailed(Exception):
    pass


class Job:
    """One worker being set up in its folder; every step's output goes to setup.log."""

    def __init__(self, sdk, version, tool):
        self.sdk, self.version, self.tool = sdk, version, tool
        self.old = version != NEWEST[sdk]
        self.folder = E2E / ("%s-%s" % (sdk, version))
        self.source = SOURCES / SHORT[sdk]

    def path(self, *parts):
        return shlex.quote(str(self.folder.joinpath(*parts)))

    def run(self, *words, **more):
        env = dict(os.environ, **more.get("env", {}))
        with open(str(self.folder / "setup.log"), "a") as log:
            log.write("$ %s\n" % " ".join(words))
            log.flush()
            code = subprocess.call(words, cwd=str(self.folder), stdin=subprocess.DEVNULL,
                                   stdout=log, stderr=log, env=env)
        if code and not more.get("may_fail"):
            tail = (self.folder / "setup.log").read_text(errors="replace").splitlines()[-12:]
            raise SetupFailed("%s-%s: %s: exit code %d\n    %s" % (
                self.sdk, self.version, words[0], code, "\n    ".join(tail)))

    def replace(self, name, old, new):
        text = (self.folder / name).read_text()
        if old not in text:
            raise SetupFailed("%s: no %r to replace" % (self.folder / name, old))
        (self.folder / name).write_text(text.replace(old, new))


def set_up_go(job):
    shutil.rmtree(str(job.folder / "replayer"))
    if job.old:
        (job.folder / "go.sum").unlink()
        (job.folder / "go.mod").write_text(
            "module hcgo\n\ngo 1.24.0\n\nrequire go.temporal.io/sdk v%s\n" % job.version)
        job.run("go", "mod", "tidy")
    job.run("go", "build", "-o", "worker.bin", "./worker")


def set_up_python(job):
    if job.old:
        job.replace("requirements.txt", NEWEST["python"], job.version)
        # The workflow module imports it, whether or not its SDK knows Nexus.
        with open(str(job.folder / "requirements.txt"), "a") as f:
            f.write("nexus-rpc==1.4.0\n")
    job.run(job.tool, "-m", "venv", "venv")
    job.run("venv/bin/pip", "install", "--quiet", "--disable-pip-version-check",
            "-r", "requirements.txt")
    job.run("venv/bin/python", "-m", "compileall", "-q", ".", may_fail=True)


def set_up_typescript(job):
    more = []
    if job.old:
        job.replace("package.json", NEWEST["typescript"], job.version)
        more = ["nexus-rpc@0.0.3"]
    job.run("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", *more)
    # worker.js keeps the bundle that this leaves; the workers then start without webpack.
    job.run("node", "-e", "require('./worker.js').code('raw').catch(e => "
            "{ console.error(e); process.exit(1); })")


JAVA_FLAGS = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]


def java_classpath(job):
    return "%s:%s" % (job.folder / "target" / "hcjava-1.jar", job.folder / "target/dependency/*")


def set_up_java(job):
    if job.old:
        job.replace("pom.xml", NEWEST["java"], job.version)
    job.run("mvn", "-q", "-B", "package", "dependency:copy-dependencies")
    # A class archive halves the JVM's start. The worker that dumps it finds no server and
    # exits by itself, which is what writes the archive; without one it only starts slower.
    job.run("timeout", "60", "java", "-XX:ArchiveClassesAtExit=classes.jsa", *JAVA_FLAGS,
            "-cp", java_classpath(job), "hc.WorkerMain",
            env={"TEMPORAL_ADDRESS": "127.0.0.1:1"}, may_fail=True)


def command_of(job):
    if job.sdk == "go":
        return "exec " + job.path("worker.bin")
    if job.sdk == "python":
        return "exec %s %s" % (job.path("venv", "bin", "python"), job.path("worker.py"))
    if job.sdk == "typescript":
        return "%sexec node %s" % ("NONEXUS=1 " if job.old else "", job.path("worker.js"))
    return "exec java -XX:SharedArchiveFile=%s %s -cp %s hc.WorkerMain" % (
        job.path("classes.jsa"), " ".join(JAVA_FLAGS), shlex.quote(java_classpath(job)))


SET_UP = {"go": set_up_go, "java": set_up_java, "python": set_up_python,
          "typescript": set_up_typescript}


def stamp_of(job, chain):
    """Changes with whatever the set-up depends on: this file, the sources, the toolchain."""
    digest = hashlib.sha256()
    for word in (job.version, chain.version, str(job.tool), str(job.folder)):
        digest.update(word.encode() + b"\0")
    files = [p for p in sorted(job.source.rglob("*")) if p.is_file() and "__pycache__" not in p.parts]
    for path in files + [ROOT / "tests" / "e2e" / "workers.py"]:
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


LOCKS = {}
LOCKS_LOCK = threading.Lock()


def prepare(sdk, version, chain):
    """Sets the worker up unless it is, and returns its command."""
    job = Job(sdk, version, chain.tool)
    with LOCKS_LOCK:
        lock = LOCKS.setdefault((sdk, version), threading.Lock())
    with lock:
        stamp, path = stamp_of(job, chain), job.folder / ".stamp"
        if path.exists() and path.read_text() == stamp:
            return command_of(job)
        began = time.time()
        if job.folder.exists():
            shutil.rmtree(str(job.folder))
        shutil.copytree(str(job.source), str(job.folder),
                        ignore=shutil.ignore_patterns("__pycache__", "node_modules", "target"))
        for name, old, new in OLD_CUTS.get(sdk, []) if job.old else []:
            job.replace(name, old, new)
        SET_UP[sdk](job)
        path.write_text(stamp)
        say("set up %s worker %s in %.0f s" % (sdk, version, time.time() - began))
        return command_of(job)


def prepare_all(wanted, chains):
    """{(sdk, version): command, or SetupFailed}; two at a time."""
    def one(pair):
        try:
            return prepare(pair[0], pair[1], chains[pair[0]])
        except (SetupFailed, OSError) as e:
            return SetupFailed(str(e))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return dict(zip(wanted, pool.map(one, wanted)))


def main():
    wanted = []
    for name in sys.argv[1:] or SDKS:
        sdk, _, version = name.partition("-")
        if sdk not in SDKS:
            raise SystemExit("usage: workers.py [SDK[-VERSION]...], SDK one of " + ", ".join(SDKS))
        wanted += [(sdk, version)] if version else [(sdk, NEWEST[sdk]), (sdk, OLD[sdk])]
    chains = toolchains.find({sdk for sdk, _ in wanted})
    for sdk, chain in chains.items():
        if not chain.present:
            raise SystemExit("%s: %s" % (sdk, chain.why))
    failed = 0
    for (sdk, version), command in prepare_all(wanted, chains).items():
        failed += isinstance(command, SetupFailed)
        print("%s-%s: %s" % (sdk, version, command))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
