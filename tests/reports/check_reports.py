#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# check_reports.py: every kind of report, read by a parser of its format.
"""usage: check_reports.py HINDCAST CHECK

Makes a report of each run file of tests/data, hostile ones among them, and reads it as the
program would that it is for. Exit code 77: the check could not be made, and why
(1 with HINDCAST_REQUIRE_TOOLS=1).
"""
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

import github_log
import mixed
import tools

DATA = tools.ROOT / "tests" / "data"
RUNS = ("run.jsonl", "run.cut.jsonl", "run.hostile.jsonl")
MIXED_ROUNDS = 15
KINDS = ("text", "json", "junit", "sarif", "github", "markdown")
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


class Broken(Exception):
    """What a report must not be."""


def that(condition, *what):
    if not condition:
        raise Broken(" ".join(str(w) for w in what))


def made(hindcast, kind, run, **variables):
    done = subprocess.run([hindcast, "report", "-r", kind, str(run)], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60,
                          env={**{k: v for k, v in os.environ.items()
                                  if k != "GITHUB_STEP_SUMMARY"}, **variables})
    that(done.returncode == 0 and not done.stderr, kind, run, done.returncode, done.stderr)
    return done.stdout.decode("utf-8")


def rows_of(run):
    for line in (DATA / run).read_text(encoding="utf-8").split("\n"):
        try:
            row = json.loads(line)
        except ValueError:
            continue  # the last line of a run that was cut
        if "verdict" in row:
            yield row


def found_causes(run, known):
    """How many findings a report by cause has at least and at most."""
    prints = set()
    for row in rows_of(run):
        if row["verdict"] in ("passed", "skipped") or bool(row.get("known")) != known:
            continue
        d = row.get("divergence") or {}
        prints.add(d.get("fingerprint") or row.get("fingerprint") or row["history"])
    return len(prints)


# ---- github ----

def check_github(hindcast, run):
    text = made(hindcast, "github", DATA / run)
    commands, rest = github_log.commands(text)
    for c in commands:
        that(c.name in ("error", "notice"), "a command of its own:", c.name, c.text)
        that(set(c.properties) <= {"file", "line", "col", "title"}, c.properties)
        that(c.properties.get("title"), "no title")
        that(re.fullmatch(r"\d+", c.properties.get("line", "1")), c.properties)
        that(not c.properties.get("file", "x").startswith("/"), c.properties)
        for value in [c.text] + list(c.properties.values()):
            that(not CONTROL.search(value), "control characters in", repr(value))
    for name in ("error", "notice"):
        that(sum(c.name == name for c in commands) <= 10, "more than GitHub shows of", name)
    that(any(c.name == "error" for c in commands) == bool(found_causes(run, False)), "errors")
    ours = ("hindcast: ", "strict: ", "The run was ")
    that([line for line in rest if line and not line.startswith(ours)] == [],
         "lines of others:", rest)


def github_parser_sees_commands():
    bad = "x\n::error::a\r  ::add-mask::b\ntext ##[warning]c\n::set-output name=a%2Cb::c%0Ad\n"
    names = [c.name for c in github_log.commands(bad)[0]]
    that(names == ["error", "add-mask", "warning", "set-output"], names)
    that(github_log.commands(bad)[0][3].properties == {"name": "a,b"}, "properties")


# ---- markdown ----

SUMMARY = re.compile(r"<details><summary>[A-Z ]+( <code>[^<>\n]*</code>)?(, known)?: "
                     r"<code>[^<>\n]*</code></summary>\n")


def cells(line):
    """A row's cells: split where a bar stands unescaped."""
    return re.split(r"(?<!\\)\|", line.strip()[1:-1])


def walk(tokens):
    for token in tokens:
        yield token
        yield from walk(token.children or ())


def check_markdown_text(text, parser):
    """TEXT holds nothing but our headings, tables, fences and folds."""
    that(len(text.encode()) <= 60000, len(text.encode()), "bytes")
    that(not CONTROL.search(text), "control characters")
    tokens = list(walk(parser.parse(text)))
    kinds = {t.type for t in tokens}
    allowed = {"heading_open", "heading_close", "inline", "text", "code_inline", "html_block",
               "fence", "paragraph_open", "paragraph_close", "table_open", "table_close",
               "thead_open", "thead_close", "tbody_open", "tbody_close", "tr_open", "tr_close",
               "th_open", "th_close", "td_open", "td_close"}
    that(kinds <= allowed, "markup that is not ours:", kinds - allowed)
    blocks = [t.content for t in tokens if t.type == "html_block"]
    opened = [b for b in blocks if SUMMARY.fullmatch(b)]
    that(len(blocks) == 2 * len(opened) and blocks.count("</details>\n") == len(opened),
         "HTML that is not ours:", [b for b in blocks if not SUMMARY.fullmatch(b)][:3])
    fences = [t for t in tokens if t.type == "fence"]
    that(len(fences) == len(opened), "a fence for each fold")
    for t in fences:  # even where the text begins a line of its own
        that(t.markup not in t.content, "a fence that its text could close:", t.markup)
    that(sum(t.type == "heading_open" for t in tokens) == 1, "headings")
    inside, rows = False, 0
    for line in text.split("\n"):
        inside ^= line.startswith("```")
        if line.startswith("| ") and not inside:
            rows += 1
            that(len(cells(line)) in (4,), "cells of a row:", line[:200])
    that(sum(t.type == "tr_open" for t in tokens) == rows, "rows of the tables")
    for t in tokens:
        if t.type == "text":
            that("`" not in t.content and "@" not in t.content and "<" not in t.content,
                 "a name outside of code:", t.content)
    return opened


def markdown_parser():
    from markdown_it import MarkdownIt
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def check_markdown(hindcast, run):
    text = made(hindcast, "markdown", DATA / run)
    opened = check_markdown_text(text, markdown_parser())
    that(bool(opened) == bool(found_causes(run, False) + found_causes(run, True)), "folds")


def many_causes(folder, count):
    """A run file of COUNT histories that diverged, each for a reason of its own."""
    run = pathlib.Path(folder) / "many.jsonl"
    hostile = [r for r in rows_of("run.hostile.jsonl") if r["verdict"] == "diverged"]
    lines = [json.dumps({"hindcast": "run", "version": 1, "histories": count})]
    for i in range(count):
        row = json.loads(json.dumps(hostile[i % len(hostile)]))
        row["divergence"]["fingerprint"] = "%016x" % (i + 1)
        row["history"] += str(i)
        lines.append(json.dumps(row))
    run.write_text("\n".join(lines) + "\n")
    return run


def check_markdown_ceiling(hindcast, folder):
    """As many causes as no comment holds: cut, with a line that says so."""
    text = made(hindcast, "markdown", many_causes(folder, 2000))
    that(len(check_markdown_text(text, markdown_parser())) >= 5, "hardly any cause is shown")
    that("Left out here, to be short: " in text, "nothing is said of what was left out")


def markdown_parser_sees_markup():
    for bad in ("### x\n\n| a | b | c | d |\n|---|---|---|---|\n| 1 | <b>x</b> | 2 | 3 |\n",
                "### x\n\n<details><summary>A: <code></code><script></code></summary>\n\n</details>\n",
                "### x\n\n| a | b | c | d |\n|---|---|---|---|\n| 1 | 2 | 3 | 4 | 5 |\n",
                "### x\n\n[a](http://e)\n", "### x\n\n@team\n", "### x\n\n# y\n"):
        try:
            check_markdown_text(bad, markdown_parser())
        except Broken:
            continue
        raise Broken("not seen: " + bad)


# ---- junit, json ----

def check_junit(hindcast, run):
    root = xml.etree.ElementTree.fromstring(made(hindcast, "junit", DATA / run))
    rows = list(rows_of(run))
    cases = root.findall("./testsuite/testcase")
    that(len(cases) == len(rows) == int(root.get("tests")), "cases")
    that({e.tag for e in root.iter()} <= {"testsuites", "testsuite", "testcase", "failure",
                                          "error", "skipped"}, "elements")
    failures = sum(r["verdict"] == "diverged" and not r.get("known") for r in rows)
    that(len(root.findall(".//failure")) == failures == int(root.get("failures")), "failures")
    for case in cases:
        that((case.get("file") is None) == (case.get("line") is None), "file without line")


def check_json(hindcast, run):
    text = made(hindcast, "json", DATA / run)
    that(text.isascii() and "##" not in text, "characters that a terminal or server acts on")
    report = json.loads(text)
    that(len(report["histories"]) == sum(1 for _ in rows_of(run)), "histories")


# ---- sarif ----

def check_sarif(hindcast, run):
    """What GitHub's documentation asks for beyond the schema, and its limits."""
    text = made(hindcast, "sarif", DATA / run)
    that(text.isascii(), "characters that hide")
    report = json.loads(text)["runs"][0]
    rules = report["tool"]["driver"]["rules"]
    that(len({r["id"] for r in rules}) == len(rules), "ids of rules")
    that(len(report["results"]) <= 5000, "results")
    for r in report["results"]:
        that(rules[r["ruleIndex"]]["id"] == r["ruleId"], r["ruleId"])
        that(len(r["locations"]) == 1 and len(r["relatedLocations"]) <= 100, "locations")
        that(r["partialFingerprints"]["primaryLocationLineHash"], "fingerprint")
        that((r["level"] == "note") == bool(r["suppressions"]), "known ones are suppressed")
        for place in r["locations"] + r["relatedLocations"]:
            p = place["physicalLocation"]
            uri = p["artifactLocation"]["uri"]
            that(re.fullmatch(r"(file://)?([A-Za-z0-9._~/-]|%[0-9A-F]{2})*", uri), uri)
            that(uri.startswith("file:///") != ("uriBaseId" in p["artifactLocation"]), uri)
            that(p["region"]["startLine"] >= 1, "line")
        for message in [r["message"]] + [p["message"] for p in r["relatedLocations"]]:
            bare = message["text"].replace("{{", "").replace("}}", "")
            that(not re.search(r"\]\(|\{\d", bare), "markup in", message["text"])
            that(not CONTROL.search(message["text"]), "control characters")
    that(len([r for r in report["results"] if not r["suppressions"]]) >=
         min(1, found_causes(run, False)), "new findings")


def check_sarif_ceiling(hindcast, folder):
    """More causes than a code host shows, and more histories of one than it takes."""
    report = json.loads(made(hindcast, "sarif", many_causes(folder, 5003)))["runs"][0]
    that(len(report["results"]) == 5000, "results")
    notes = report["invocations"][0]["toolExecutionNotifications"]
    that(notes[0]["message"]["text"].startswith("3 more causes are left out here"), notes)
    run = many_causes(folder, 300)
    run.write_text(re.sub(r'("fingerprint": ")[0-9a-f]{16}', r"\g<1>" + 16 * "a", run.read_text()))
    results = json.loads(made(hindcast, "sarif", run))["runs"][0]["results"]
    that([len(r["relatedLocations"]) for r in results] == [100], "locations")
    that(results[0]["occurrenceCount"] == 300, "histories of the cause")


def check_sarif_schema(hindcast, run):
    import jsonschema
    schema = tools.sarif_schema()
    validator = jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())
    report = json.loads(made(hindcast, "sarif", DATA / run))
    errors = ["/".join(str(p) for p in e.absolute_path) + ": " + e.message[:300]
              for e in validator.iter_errors(report)]
    that(not errors, errors[:5])
    report["runs"][0]["results"].append({"level": "loud", "ruleIndex": "x"})
    that(list(validator.iter_errors(report)), "the schema takes anything")


# ---- all ----

def check_mixed(hindcast, run):
    """Strings of anything, in every place of a row: no report lets one out."""
    rows, parser = list(rows_of(run)), markdown_parser()
    for seed in range(MIXED_ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "run.jsonl"
            path.write_text(mixed.run_file(rows, "%s %d" % (run, seed)))
            texts = {kind: made(hindcast, kind, path) for kind in KINDS}
        where = "%s, seed %d:" % (run, seed)
        check_markdown_text(texts["markdown"], parser)
        json.loads(texts["json"])
        json.loads(texts["sarif"])
        xml.etree.ElementTree.fromstring(texts["junit"])
        for kind, text in texts.items():
            for c in github_log.commands(text)[0]:
                that(kind == "github" and c.name in ("error", "notice") and
                     set(c.properties) <= {"file", "line", "col", "title"}, where, kind, c.text)


def check_bytes(hindcast, run):
    """The same verdicts in another order give the same bytes."""
    lines = re.findall("[^\n]*\n|[^\n]+", (DATA / run).read_text(encoding="utf-8"))
    rows = [line for line in lines[1:] if '"verdict":' in line and line.endswith("}\n")]
    rest = [line for line in lines[1:] if line not in rows]
    random.Random(run).shuffle(rows)
    with tempfile.TemporaryDirectory() as folder:
        other = pathlib.Path(folder) / "other.jsonl"
        other.write_text("".join(lines[:1] + rows + rest), encoding="utf-8")
        for kind in KINDS:
            first = made(hindcast, kind, DATA / run)
            that(first == made(hindcast, kind, other), kind, "depends on the order of lines")
            that(folder not in first and str(tools.ROOT) not in first, kind, "names a path here")


CHECKS = {
    "github": (check_github, False),
    "markdown": (check_markdown, True),
    "junit": (check_junit, False),
    "json": (check_json, False),
    "sarif": (check_sarif, False),
    "sarif-schema": (check_sarif_schema, True),
    "bytes": (check_bytes, False),
    "mixed": (check_mixed, True),
}
CEILINGS = {"markdown": check_markdown_ceiling, "sarif": check_sarif_ceiling}


def main():
    if len(sys.argv) != 3 or sys.argv[2] not in CHECKS:
        print(__doc__, "\nchecks:", ", ".join(CHECKS), file=sys.stderr)
        return 2
    hindcast, name = os.path.abspath(sys.argv[1]), sys.argv[2]
    check, needs_venv = CHECKS[name]
    try:
        if needs_venv:
            tools.enter_venv()
        for run in RUNS:
            check(hindcast, run)
        if name == "github":
            github_parser_sees_commands()
        if name == "markdown":
            markdown_parser_sees_markup()
        with tempfile.TemporaryDirectory() as folder:
            if name in CEILINGS:
                CEILINGS[name](hindcast, folder)
    except tools.Missing as why:
        return tools.exit_without(name, why)
    except Broken as what:
        print("FAILED: %s: %s" % (name, what))
        return 1
    print("%s: %d run files read" % (name, len(RUNS)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
