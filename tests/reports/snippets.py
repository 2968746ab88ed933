# SPDX-License-Identifier: MIT
# snippets.py: the pieces of code in docs/*.md and README.md, and the commands in them.
import re
import shlex

import tools

NAME = re.compile(r"(?:#|//) (\S+)\n")


class Snippet:
    """A fenced or indented block: its language, the file it says it is, its text."""

    def __init__(self, path, line, language, text):
        self.path, self.line, self.language, self.text = path, line, language, text
        named = NAME.match(text)
        self.name = named.group(1) if named else ""

    def __str__(self):
        return "%s:%d" % (self.path.relative_to(tools.ROOT), self.line)


def of(path):
    lines = path.read_text(encoding="utf-8").split("\n")
    at = 0
    while at < len(lines):
        fence = re.match(r"(```+)(\w*)", lines[at])
        start = at
        if fence:
            at += 1
            while not lines[at].startswith(fence.group(1)):
                at += 1
            yield Snippet(path, start + 2, fence.group(2),
                          "\n".join(lines[start + 1:at]) + "\n")
        elif lines[at].startswith("    ") and (not start or not lines[start - 1].strip()):
            while at < len(lines) and (lines[at].startswith("    ") or not lines[at].strip()):
                at += 1
            yield Snippet(path, start + 1, "", "\n".join(l[4:] for l in lines[start:at]) + "\n")
            continue
        at += 1


def documents():
    return sorted((tools.ROOT / "docs").glob("*.md")) + [tools.ROOT / "README.md"]


def everywhere():
    for path in documents():
        yield from of(path)


def named(pattern):
    """The snippets whose file's name fits PATTERN; there must be one."""
    found = [s for s in everywhere() if re.search(pattern, s.name)]
    if not found:
        raise AssertionError("no snippet is named " + pattern)
    return found


# ---- commands ----

COMMAND = re.compile(r"(?<![\w./-])hindcast (?:replay|report|view|show|check|convert)\b")
END = ("|", "||", "&&", ";", "&", ">", ">>", "2>", "<")


def words_of(text):
    """The words of the command that TEXT begins with, as a shell reads them; None: no command."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split, lexer.commenters = True, "#"
    words = []
    try:
        for word in lexer:
            if word in END or set(word) <= set("|&;<>"):
                break
            words.append(word)
    except ValueError:
        return None
    return words


def in_text(text):
    """Commands of a shell's text, with lines that go on joined."""
    joined = re.sub(r"\\\n\s*", " ", text)
    for line in joined.split("\n"):
        for match in COMMAND.finditer(line):
            rest = line[match.start():]
            # What stands in the quotes of another language ends with them.
            before = line[:match.start()]
            quote = before[-1:] if before[-1:] in ("'", '"') else ""
            words = words_of(rest[:rest.rindex(quote)] if quote and quote in rest else rest)
            yield words, rest


def in_prose(path):
    """Commands between backticks, a line or two long."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"(?ms)^```.*?^```", "", text)
    for match in re.finditer(r"`(hindcast [^`]*)`", text):
        command = " ".join(match.group(1).split())
        if COMMAND.match(command):
            yield words_of(command), command
