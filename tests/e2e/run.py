#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# run.py: all end-to-end tests, for every toolchain that is here.
"""Usage: run.py [SDK...]. One test is one row of a table or one check; the last line
counts them. HINDCAST_REQUIRE_SDKS=go,java,... makes a missing toolchain a failure."""
import sys
import time

import loaders
import old_versions
import redacted
import samples_test
import stood
import strict
import tail
import toolchains
import truth
import workers
from common import HINDCAST, SDKS, Tally, relative, say


def parts_of(sdk):
    """[(name, rows, function of tally and command, worker version)]."""
    return [
        ("truth", truth.rows_of(sdk), truth.run_sdk, workers.NEWEST[sdk]),
        ("strict", strict.strict_rows(sdk), strict.run_sdk, workers.NEWEST[sdk]),
        ("tail", tail.CASES[sdk], tail.run_sdk, workers.NEWEST[sdk]),
        ("old", old_versions.plan(sdk), old_versions.run_sdk, workers.OLD[sdk]),
    ]


def run_present(tally, sdk, chain, commands):
    for name, rows, run, version in parts_of(sdk):
        command = commands[sdk, version]
        if isinstance(command, workers.SetupFailed):
            tally.fail("%s %s: its worker cannot be set up: %s" % (name, sdk, command))
        else:
            run(tally, sdk, command, rows)
    loaders.run_sdk(tally, sdk, chain.tool)
    rows = samples_test.rows_of(sdk)
    tally.check("" if rows else "expected.tsv has no row", "samples %s" % sdk)
    samples_test.run_sdk(tally, sdk, rows)
    redacted.run_sdk(tally, sdk)
    command = commands[sdk, workers.NEWEST[sdk]]
    if not isinstance(command, workers.SetupFailed):
        stood.run_sdk(tally, sdk, command)


def run_missing(tally, sdk, chain, demanded):
    if demanded:
        tally.fail("%s is demanded by HINDCAST_REQUIRE_SDKS: %s" % (sdk, chain.why))
    rows = samples_test.rows_of(sdk) + list(stood.CHECKS) + list(loaders.plan(sdk)) + [
        row for part in parts_of(sdk) for row in part[1]]
    tally.skip("%s: %s" % (sdk, chain.why), len(rows))


def main():
    unknown = [a for a in sys.argv[1:] if a not in SDKS]
    if unknown:
        raise SystemExit("usage: run.py [SDK...], SDK one of " + ", ".join(SDKS))
    if not HINDCAST.exists():
        raise SystemExit("run.py: %s is not built: ./dev build" % relative(HINDCAST))
    sdks, demanded = sys.argv[1:] or list(SDKS), toolchains.required()
    tally, began, chains = Tally(), time.time(), toolchains.find(sdks)
    truth.check_tables(tally)
    present = [sdk for sdk in sdks if chains[sdk].present]
    for sdk in present:
        say("%s: toolchain %s" % (sdk, chains[sdk].version))
    commands = workers.prepare_all(
        [(sdk, v) for sdk in present for v in (workers.NEWEST[sdk], workers.OLD[sdk])], chains)
    for sdk in sdks:
        if chains[sdk].present:
            run_present(tally, sdk, chains[sdk], commands)
        else:
            run_missing(tally, sdk, chains[sdk], sdk in demanded)
    say("end to end: %.0f s" % (time.time() - began))
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
