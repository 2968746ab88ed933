#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# symbols.py: no function of ours may bear the name of one in a library that we link.
"""
    symbols.py PROGRAM ARCHIVE...

Our definition would win, silently, also inside that library: jansson once had its
json_string() replaced by ours, and crashed.
"""
import re
import subprocess
import sys


def nm(arguments):
    return subprocess.run(["nm", "--defined-only"] + arguments, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True, check=False).stdout


def names(text):
    return {line.split()[2].split("@")[0] for line in text.splitlines()
            if re.match(r"[0-9a-f]+ [TDRBWVi] ", line)}


def libraries(program):
    text = subprocess.run(["ldd", program], stdout=subprocess.PIPE, text=True,
                          check=True).stdout
    return re.findall(r"=> (/\S+)", text)


def main(arguments):
    program, archives = arguments[0], arguments[1:]
    ours = names(nm(["-g"] + archives))
    theirs = libraries(program)
    if len(ours) < 10 or not theirs:
        print("nothing to compare: are these the archives and the program?")
        return 1
    broken = 0
    for library in theirs:
        for name in sorted(ours & names(nm(["-D", library]))):
            print(f"{name} is defined in {library} too")
            broken = 1
    return broken


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
