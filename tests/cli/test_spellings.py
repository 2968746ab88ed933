#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# test_spellings.py: recorded histories, spelled as other tools do, convert to the same bytes.
"""
    test_spellings.py HINDCAST ROOT     prints what differs, exits 1

Every recorded history is written in every spelling of respell.py and converted to protobuf.
The exact ones must be so with --strict, the others must say that they guessed.
"""
import glob
import json
import os
import subprocess
import sys
import tempfile

import respell

FOLDERS = ["go", "java", "python", "ts"]


def histories(corpus):
    for folder in FOLDERS:
        for path in sorted(glob.glob(os.path.join(corpus, folder, "*.json"))):
            with open(path, encoding="utf-8") as f:
                tree = json.load(f)
            if ".sdk." not in path and isinstance(tree, dict) and tree.get("events"):
                yield folder + "-" + os.path.basename(path), tree


def convert(program, source, target, *options):
    done = subprocess.run([program, "convert", source, "--to", "proto", "-o", target + "/", *options],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          stdin=subprocess.DEVNULL, timeout=300, check=False)
    files = {}
    for root, _, names in os.walk(target):
        for name in names:
            with open(os.path.join(root, name), "rb") as f:
                files[name.split(".")[0]] = f.read()
    return done, files


def canonical(program, folder, trees):
    """Each history as we write it ourselves, and its bytes."""
    source, target = os.path.join(folder, "as-is"), os.path.join(folder, "as-is.out")
    os.mkdir(source)
    for name, tree in trees.items():
        with open(os.path.join(source, name), "w", encoding="utf-8") as f:
            json.dump(tree, f)
    done, files = convert(program, source, target, "--strict")
    if done.returncode:
        sys.exit("the corpus itself does not convert: " + done.stderr)
    return files


def check(program, folder, speller, trees, wanted):
    name = type(speller).__name__
    source, target = os.path.join(folder, name), os.path.join(folder, name + ".out")
    os.mkdir(source)
    for file, tree in trees.items():
        with open(os.path.join(source, file), "w", encoding="utf-8") as f:
            f.write(speller.history(tree))
    done, files = convert(program, source, target, *(["--strict"] if speller.exact else []))
    wrong = [file for file in wanted if files.get(file) != wanted[file]]
    for file in wrong[:3]:
        print(f"{name}: {file} {'differs' if file in files else 'is missing'}")
    if done.returncode:
        print(f"{name}: exit {done.returncode}: {done.stderr[:1000]}")
    elif not speller.exact and "guessed" not in done.stderr:
        print(f"{name}: nothing is said of guesses")
        return 1
    return 1 if wrong or done.returncode else 0


def main(program, root):
    schema = respell.Schema(os.path.join(root, "formats/schema"))
    trees = dict(histories(os.path.join(root, "tests/corpus")))
    if len(trees) < 100:
        print(f"only {len(trees)} histories in the corpus")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        wanted = canonical(program, folder, trees)
        failed = sum(check(program, folder, spelling(schema), trees, wanted)
                     for spelling in respell.SPELLINGS)
    print(f"{len(trees)} histories in {len(respell.SPELLINGS)} spellings, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1]), sys.argv[2]))
