#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# make_aliases.py: renames.tsv as a C table, aliases.h.
"""
    make_aliases.py renames.tsv aliases.h

A row of renames.tsv says in which version of the api a name went: a `value` of an enum or
a `field` that is called otherwise since, a field of `seconds` or `nanos` that became a
Duration or a Timestamp, a field that is `gone`. Only what kept its meaning is listed:
where numbers were given to other names, nobody can tell what a file means by them. Rows of
one message or enum stand together.
"""
import sys

KINDS = {"value": "SCHEMA_ALIAS_VALUE", "field": "SCHEMA_ALIAS_FIELD",
         "seconds": "SCHEMA_ALIAS_SECONDS", "nanos": "SCHEMA_ALIAS_NANOS",
         "gone": "SCHEMA_ALIAS_GONE"}


def rows(path):
    with open(path, encoding="utf-8") as f:
        for line in f.read().splitlines()[1:]:
            since, kind, place, old, now = line.split("\t")
            yield since, KINDS[kind], place, old, now


def main(source, target):
    with open(target, "w", encoding="utf-8") as out:
        out.write("/* Made from renames.tsv by make_aliases.py. */\n#pragma once\n\n"
                  "static const struct schema_alias SCHEMA_ALIASES[] = {\n")
        for since, kind, place, old, now in sorted(rows(source), key=lambda row: row[2]):
            now = "NULL" if now == "-" else f'"{now}"'
            out.write(f'\t{{{kind}, "{place}", "{old}", {now}}}, /* {since} */\n')
        out.write("};\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
