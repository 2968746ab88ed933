#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# loaders.py: what convert writes is loaded by each SDK's own loader, today's and an old one's.
"""The whole corpus is written as canonical JSON for each SDK's newest release, and with
--target for an old one; the SDK loads it (tests/e2e/loaders) and writes what it understood
as bytes. For the newest those must be the history again; for an old one they must be the
history as that release's API has it, which is what `convert --target` of the bytes says."""
import concurrent.futures
import gzip
import os
import pathlib
import shutil
import subprocess
import tempfile

import toolchains
import workers
from common import CORPUS, E2E, HINDCAST, ROOT, SDKS, relative, say

SOURCES = ROOT / "tests" / "e2e" / "loaders"
# Old ones that read some enums, or all, in the short spelling only.
OLD = {"go": "1.25.1", "java": "1.20.1", "python": "1.10.0", "typescript": "1.4.3"}

POM = """<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>hc</groupId><artifactId>load</artifactId><version>1</version><dependencies>
<dependency><groupId>io.temporal</groupId><artifactId>temporal-sdk</artifactId>
<version>%s</version></dependency>
<dependency><groupId>com.jayway.jsonpath</groupId><artifactId>json-path</artifactId>
<version>2.6.0</version></dependency></dependencies></project>
"""

# TypeScript loads no event that has no attributes, and an event of a later type has none.
REFUSES_UNTYPED = {"typescript"}


class Loader:
    def __init__(self, sdk, version, tool):
        self.sdk, self.version, self.tool = sdk, version, tool
        self.folder = E2E / ("loader-%s-%s" % (sdk, version))

    def run(self, *words):
        with open(str(self.folder / "setup.log"), "a") as log:
            code = subprocess.call(words, cwd=str(self.folder), stdin=subprocess.DEVNULL,
                                   stdout=log, stderr=log)
        if code:
            raise workers.SetupFailed("loader %s-%s: %s: exit code %d, see %s" % (
                self.sdk, self.version, words[0], code, relative(self.folder / "setup.log")))

    def set_up(self):
        done = self.folder / "ready"
        if not done.exists():
            shutil.rmtree(str(self.folder), ignore_errors=True)
            self.folder.mkdir(parents=True)
            SET_UP[self.sdk](self)
            done.touch()
        return self

    def load(self, out, files):
        """What it complains of, by file; what it loaded is in OUT."""
        words = COMMANDS[self.sdk](self) + [str(out)] + [str(f) for f in files]
        done = subprocess.run(words, cwd=str(self.folder), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=600,
                              universal_newlines=True)
        if done.returncode:
            raise workers.SetupFailed("loader %s-%s: exit code %d: %s" % (
                self.sdk, self.version, done.returncode, done.stderr[-500:]))
        return dict(line.split(": ", 1) for line in done.stdout.splitlines() if ": " in line)


def set_up_go(loader):
    shutil.copy(str(SOURCES / "load.go"), str(loader.folder / "main.go"))
    (loader.folder / "go.mod").write_text(
        "module load\n\ngo 1.24.0\n\nrequire go.temporal.io/sdk v%s\n" % loader.version)
    loader.run("go", "mod", "tidy")
    loader.run("go", "build", "-o", "load", ".")


def set_up_java(loader):
    (loader.folder / "pom.xml").write_text(POM % loader.version)
    loader.run("mvn", "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=lib")
    loader.run("javac", "-cp", "lib/*", "-d", ".", str(SOURCES / "Load.java"))


def set_up_python(loader):
    loader.run(loader.tool, "-m", "venv", "venv")
    loader.run("venv/bin/pip", "install", "--quiet", "--disable-pip-version-check",
               "temporalio==" + loader.version)


def set_up_typescript(loader):
    (loader.folder / "package.json").write_text("{}\n")
    loader.run("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts",
               "@temporalio/common@" + loader.version, "@temporalio/proto@" + loader.version)
    shutil.copy(str(SOURCES / "load.js"), str(loader.folder / "load.js"))


SET_UP = {"go": set_up_go, "java": set_up_java, "python": set_up_python,
          "typescript": set_up_typescript}
COMMANDS = {
    "go": lambda loader: [str(loader.folder / "load")],
    "java": lambda loader: ["java", "-cp", "lib/*:.", "Load"],
    "python": lambda loader: ["venv/bin/python", str(SOURCES / "load.py")],
    "typescript": lambda loader: ["node", "load.js"],
}


def histories():
    """Corpus histories under names of their own, the huge ones left out."""
    found = {}
    for sdk in SDKS:
        folder = CORPUS / workers.SHORT[sdk]
        for path in sorted(folder.glob("*.json")):
            found["%s-%s" % (sdk, path.stem)] = path
    return found


def convert(source, out, *options):
    done = subprocess.run([str(HINDCAST), "convert", str(source), "-o", str(out), "--force",
                           *options], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, universal_newlines=True, timeout=120)
    return "" if done.returncode == 0 else done.stderr.strip() or "exit code %d" % done.returncode


def read(path):
    return pathlib.Path(path).read_bytes()


def judge(loader, name, folder, options, complaint):
    """What is wrong with what the loader made of one history; "" if nothing is."""
    made = folder / "out" / (name + ".json.bin")
    given = folder / "in" / (name + ".json")
    if complaint:
        untyped = '"eventType"' not in given.read_text() or any(
            '"eventType"' not in event for event in given.read_text().split('"eventId"')[1:])
        return "" if untyped and loader.sdk in REFUSES_UNTYPED else complaint
    wrong = convert(made, folder / "again.json", *options)
    if wrong:
        return wrong
    return "" if read(folder / "again.json") == read(given) else \
        "it loads, but as another history"


def run_loader(tally, loader, options):
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        (folder / "in").mkdir()
        (folder / "out").mkdir()
        names = []
        for name, path in histories().items():
            wrong = convert(path, folder / "in" / (name + ".json"), *options)
            if wrong:
                tally.fail("loaders %s-%s: %s: %s" % (loader.sdk, loader.version, name, wrong))
            else:
                names.append(name)
        complaints = loader.load(folder / "out", [folder / "in" / (n + ".json") for n in names])
        for name in names:
            tally.check(judge(loader, name, folder, options, complaints.get(name + ".json")),
                        "loaders %s-%s: %s" % (loader.sdk, loader.version, name))


def plan(sdk):
    """[(version, options of convert)]"""
    old = OLD[sdk].rsplit(".", 1)[0]
    return [(workers.NEWEST[sdk], ()), (OLD[sdk], ("--target", "%s-%s" % (sdk, old)))]


def run_sdk(tally, sdk, tool):
    for version, options in plan(sdk):
        try:
            loader = Loader(sdk, version, tool).set_up()
            run_loader(tally, loader, options)
        except workers.SetupFailed as error:
            tally.fail("loaders %s: %s" % (sdk, error))


def main():
    from common import Tally
    tally, chains = Tally(), toolchains.find()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda sdk: run_sdk(tally, sdk, chains[sdk].tool),
                      [sdk for sdk in SDKS if chains[sdk].present]))
    return tally.finish()


if __name__ == "__main__":
    raise SystemExit(main())
