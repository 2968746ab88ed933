# SPDX-License-Identifier: MIT
# github_log.py: what a runner of GitHub Actions takes from a log, by its documented rules.
"""
A line that begins, after blanks, with "::NAME PROPERTIES::TEXT" is a command, and so is
"##[NAME PROPERTIES]TEXT" anywhere in a line. Properties are KEY=VALUE with commas between.
In the text %25, %0D and %0A are escapes; in values %3A and %2C too.
"""
import re

MODERN = re.compile(r"::([^\s:]+)(?:\s+(.*?))?::(.*)\Z", re.S)
OLD = re.compile(r"##\[([a-z-]+)([^\]]*)\](.*)")


class Command:
    def __init__(self, name, properties, text):
        self.name, self.properties, self.text = name, properties, text


def unescape(text, more=()):
    for code, char in (("%0D", "\r"), ("%0A", "\n")) + tuple(more) + (("%25", "%"),):
        text = text.replace(code, char)
    return text


def commands(log):
    """Every command in LOG, and every other line."""
    found, rest = [], []
    for line in re.split(r"\r\n|\r|\n", log):
        match = MODERN.match(line.lstrip())
        old = OLD.search(line)
        if match:
            properties = {}
            for part in (match.group(2) or "").split(","):
                key, _, value = part.partition("=")
                if key.strip():
                    properties[key.strip()] = unescape(value, (("%3A", ":"), ("%2C", ",")))
            found.append(Command(match.group(1), properties, unescape(match.group(3))))
        elif old:
            found.append(Command(old.group(1), {}, old.group(3)))
        else:
            rest.append(line)
    return found, rest
