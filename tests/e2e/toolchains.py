#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# toolchains.py: which SDK toolchains this machine has, and which a run demands.
import os
import re
import shutil
import subprocess
import sys

from common import SDKS


class Toolchain:
    """One SDK's tools: where they are, or why they do not count."""

    def __init__(self, sdk, version=None, why=None, tool=None):
        self.sdk, self.version, self.why, self.tool = sdk, version, why, tool

    @property
    def present(self):
        return self.why is None


def output_of(*words):
    try:
        return subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, universal_newlines=True,
                              timeout=60).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


def version_in(text, pattern):
    """(1, 26, 8) of what a tool printed, or None."""
    found = re.search(pattern, text)
    return tuple(int(n) for n in found.group(1).split(".") if n) if found else None


def shown(version):
    return ".".join(str(n) for n in version)


def judged(sdk, label, version, least, tool=None, also=None):
    if version is None:
        return Toolchain(sdk, why="%s not found, %s or newer needed" % (label, shown(least)))
    if version < least:
        return Toolchain(sdk, shown(version), "%s %s found, %s or newer needed" % (
            label, shown(version), shown(least)))
    if also:
        return Toolchain(sdk, shown(version), "%s %s found, but %s" % (
            label, shown(version), also))
    return Toolchain(sdk, shown(version), tool=tool)


def find_go():
    return judged("go", "Go", version_in(output_of("go", "version"), r"go(\d+(\.\d+)*)"),
                  (1, 25), "go")


def find_typescript():
    npm = None if shutil.which("npm") else "no npm"
    return judged("typescript", "Node", version_in(output_of("node", "--version"),
                                                   r"v(\d+(\.\d+)*)"), (20,), "node", npm)


def find_java():
    version = version_in(output_of("java", "-version"), r'version "(\d+(\.\d+)*)')
    missing = [t for t in ("javac", "mvn") if not shutil.which(t)]
    return judged("java", "Java", version, (17,), "java",
                  "no " + " and no ".join(missing) if missing else None)


def find_python():
    best = None
    for name in ["python3"] + ["python3.%d" % n for n in range(14, 9, -1)]:
        where = shutil.which(name)
        version = where and version_in(output_of(where, "--version"), r"Python (\d+(\.\d+)*)")
        if not version:
            continue
        works = output_of(where, "-c", "import venv, ensurepip; print('both')").strip() == "both"
        found = judged("python", "Python", version, (3, 10), where,
                       None if works else "no venv (Debian: python3-venv)")
        if found.present:
            return found
        best = best or found
    return best or judged("python", "Python", None, (3, 10))


FINDERS = {"go": find_go, "java": find_java, "python": find_python,
           "typescript": find_typescript}


def required():
    """The SDKs that HINDCAST_REQUIRE_SDKS names."""
    names = [n for n in os.environ.get("HINDCAST_REQUIRE_SDKS", "").replace(",", " ").split() if n]
    unknown = [n for n in names if n not in SDKS]
    if unknown:
        raise SystemExit("HINDCAST_REQUIRE_SDKS: %s is none of %s" % (unknown[0], ", ".join(SDKS)))
    return names


def find(sdks=SDKS):
    return {sdk: FINDERS[sdk]() for sdk in sdks}


def main():
    """Prints what each SDK named (default: all) has; exit code 1 when one is missing."""
    chains = find(sys.argv[1:] or SDKS).values()
    for chain in chains:
        print("%-11s %s" % (chain.sdk, chain.version if chain.present else "missing: " + chain.why))
    return 0 if all(chain.present for chain in chains) else 1


if __name__ == "__main__":
    sys.exit(main())
