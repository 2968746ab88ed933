#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# test_formats_doc.py: the tables of docs/formats.md are what the program does.
"""    test_formats_doc.py HINDCAST ROOT [--update]    prints what differs, exits 1

Between its markers docs/formats.md has what each format is, whether it is read and written,
what one recorded history of 35 events takes in it, and what older loaders are given. All of
it is asked of the program here; --update writes it into the page.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

BEGIN, END = "<!-- %s: begin -->", "<!-- %s: end -->"


class Program:
    def __init__(self, path, root):
        self.path, self.root = path, root
        self.reference = root / "tests" / "corpus" / "odd" / "history.bin"

    def run(self, *words):
        done = subprocess.run([self.path, "convert", *map(str, words)], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
        return done.returncode, done.stdout.decode()

    def rows(self, option):
        """(name, rest of the line) of what --from list and the like print."""
        return [tuple(line.split(None, 1)) for line in self.run(option, "list")[1].splitlines()]


def written(program, name, folder):
    """Bytes of the reference history in a format, and whether it comes back."""
    out, back = folder / ("a." + name), folder / ("back." + name)
    code, _ = program.run(program.reference, "--to", name, "-o", out)
    if code:
        raise SystemExit("--to %s: exit code %d" % (name, code))
    code, _ = program.run(out, "--to", "proto", "-o", back)
    same = code == 0 and back.read_bytes() == program.reference.read_bytes()
    return out.stat().st_size, "byte for byte" if same else "no"


def writing_table(program):
    lines = ["| `--to` | endings | bytes of 35 events | read back |", "|---|---|---|---|"]
    with tempfile.TemporaryDirectory() as temporary:
        for name, rest in program.rows("--to"):
            endings = re.split(r"\s{2,}", rest)[0]
            size, back = written(program, name, pathlib.Path(temporary))
            lines.append("| `%s` | %s | %d | %s |" % (
                name, " ".join("`%s`" % e for e in endings.split()), size, back))
    return lines


def reading_table(program):
    return ["| `--from` | what it is |", "|---|---|"] + [
        "| `%s` | %s |" % row for row in program.rows("--from")]


def loader_table(program):
    lines = ["| `--target` | Temporal's API | enums |", "|---|---|---|"]
    for line in program.run("--target", "list")[1].splitlines()[1:]:
        name, rest = line.split(None, 1)
        api, _, enums = rest.partition(", ")
        lines.append("| `%s` | %s | %s |" % (name, api.replace("API ", ""),
                                             enums or "in full"))
    return lines


TABLES = {"read": reading_table, "written": writing_table, "loaders": loader_table}


def with_tables(text, program):
    for name, table in TABLES.items():
        begin, end = BEGIN % name, END % name
        if begin not in text or end not in text:
            raise SystemExit("docs/formats.md has no place for the table '%s'" % name)
        head, rest = text.split(begin, 1)
        text = head + begin + "\n" + "\n".join(table(program)) + "\n" + end + rest.split(end, 1)[1]
    return text


def main():
    program = Program(sys.argv[1], pathlib.Path(sys.argv[2]))
    page = program.root / "docs" / "formats.md"
    text = page.read_text(encoding="utf-8")
    now = with_tables(text, program)
    if "--update" in sys.argv[3:]:
        page.write_text(now, encoding="utf-8")
        return 0
    for old, new in zip(text.splitlines(), now.splitlines()):
        if old != new:
            print("docs/formats.md: %s\n      should be: %s" % (old, new))
            break
    if text != now:
        print("tests/cli/test_formats_doc.py HINDCAST ROOT --update writes it")
    return text != now


if __name__ == "__main__":
    sys.exit(main())
