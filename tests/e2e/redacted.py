#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# redacted.py: redacted histories mean the same to real workers, and where not, it is said.
"""
    redacted.py [--sdk python]...

Every recorded sample history is redacted with --verify against the worker that recorded it,
and against changed ones, whose verdicts must not change either. With --types no worker knows
the workflow any more: then --verify must find that.
"""
import argparse
import os
import shlex
import subprocess
import sys
import tempfile
import threading
import time

import samples_test
import toolchains
from common import HINDCAST, ROOT, SDKS, Tally, say

TIMEOUT = 600  # seconds: two replays of a handful of histories, and a slow start

# change of the worker ("good": none), options of redact, exit code, words on stderr
CASES = [
    ("good", [], 0, "the same verdict for every history"),
    ("good", ["--keep-size"], 0, "the same verdict for every history"),
    ("good", ["--ids", "--names"], 0, "the same verdict for every history"),
    ("rename-activity", [], 0, "the same verdict for every history"),
    ("good", ["--types"], 1, "the redacted one unregistered"),
]


def redact(command, sdk, options):
    histories = sorted(str(p) for p in (samples_test.ORDER / "histories" / sdk).glob("*.json"))
    with tempfile.TemporaryDirectory() as folder:
        words = [str(HINDCAST), "redact", *histories, "-o", folder + "/out/", "--to", "json",
                 *options, "--verify", "--worker", command]
        clean = {k: v for k, v in os.environ.items() if k not in ("VARIANT", "ACTLOG")}
        done = subprocess.run(words, cwd=str(ROOT), stdin=subprocess.DEVNULL, env=clean,
                              capture_output=True, text=True, timeout=TIMEOUT)
    return done.returncode, done.stderr


def judge(code, said, right_code, right_words):
    if code == right_code and right_words in said:
        return ""
    return "exit %d where %d is right: %s" % (code, right_code, " | ".join(said.split("\n")[-4:]))


def run_sdk(tally, sdk):
    began, commands = time.time(), {}
    before = (tally.passed, tally.failed)
    for change, options, code, words in CASES:
        label = "redacted %s %s %s" % (sdk, change, " ".join(options))
        if change not in commands:
            commands[change], problem = samples_test.set_up(sdk, change, threading.Lock())
            tally.check(problem, label + ", set-up")
        if commands[change]:
            tally.check(judge(*redact(commands[change], sdk, options), code, words), label,
                        "tests/e2e/redacted.py --sdk " + sdk)
    say("redacted %s: %d passed, %d failed, %.0f s" % (
        sdk, tally.passed - before[0], tally.failed - before[1], time.time() - began))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sdk", action="append", choices=SDKS)
    args = parser.parse_args()
    tally = Tally()
    for sdk in args.sdk or SDKS:
        chain = toolchains.find([sdk])[sdk]
        if chain.present:
            run_sdk(tally, sdk)
        else:
            tally.skip("redacted %s: %s" % (sdk, chain.why), len(CASES))
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
