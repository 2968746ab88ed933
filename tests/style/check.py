#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# check.py: the rules of docs/style.md that a machine can check.
"""
    check.py ROOT          prints one line per broken rule: file:line: rule: what
    check.py --self-test   shows that every rule can fail, and that good code passes

Only the standard library. C is read by a small scanner that knows comments, strings and
braces; that is enough for these rules and keeps them readable. A rule is a function from
a Source to (line, message) pairs; RULES lists them.
"""
import os
import re
import sys
import tempfile

FILE_LINES = 600
FUNCTION_LINES = 100

ROOMS = ["formats", "replayer", "viewer"]  # each may include those before it
# What a folder of the viewer may include of the viewer, besides itself.
VIEWER_FOLDERS = {
    "model": [],  # has no idea that it is displayed, or what keys there are
    "cells": [],
    "keys": [],
    "term": ["cells/", "keys/"],
    "pane": ["cells/", "keys/", "model/", "session.h", "act/act.h"],  # keys that are its own
    "act": ["cells/", "keys/", "model/", "pane/", "address.h", "draw.h", "layout.h", "session.h"],
}
SKIPPED_FOLDERS = {"node_modules", "__pycache__", "corpus", "workers", "samples", "data"}

# A ratchet: what was longer when the wall was built; a number may only go down.
LONGER_FILES = {
    "formats/transcode/transcode_read.c": 797,
    "formats/transcode/transcode_write.c": 606,
}
LONGER_FUNCTIONS = {}

# Who may do what nobody else may: function names, patterns of paths, and why.
OWNED_CALLS = [
    ("memory", r"malloc|calloc|realloc|reallocarray|free|strdup|strndup|asprintf|vasprintf",
     [r"formats/base/mem\.c"], "take memory from formats/base/mem.h"),
    ("printing", r"printf|fprintf|vprintf|vfprintf|dprintf|puts|fputs|putchar|fputc|putc|"
     r"perror|fwrite",
     [r"(.*/)?cmd_[^/]*\.c", r"(.*/)?report_[^/]*\.c", r"hindcast\.c",
      r"formats/base/err\.c", r"formats/base/mem\.c"],  # the last words before abort()
     "print in cmd_*, report_* and hindcast.c only"),
    ("outside-world", r"getenv|secure_getenv|setenv|putenv|unsetenv|time|clock_gettime|"
     r"gettimeofday|clock",
     [r"(.*/)?cmd_[^/]*\.c", r"hindcast\.c"],
     "take clock and environment as arguments"),
    ("banned", r"strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|atof|alloca|tmpnam|"
     r"mktemp|strncpy|strncat|system|popen",
     [], "has a safe counterpart in formats/base"),
]

# Who may keep mutable state at file scope, and why.
OWNED_STATE = [
    r"formats/base/simd\.c",  # which vector instructions: no answer depends on it
    r"formats/bytes/mapped\.c",  # a signal handler is given an address and nothing else
    r"viewer/term/rescue\.c",  # what a handler of SIGABRT writes: it is given a number
]

OWNED_INCLUDES = [
    (r"archive(_entry)?\.h", [r"formats/bytes/members\.c"]),
    (r"grpc/", [r"replayer/remote/grpc_[^/]*\.[ch]"]),
    (r"openssl/", [r"replayer/remote/certificate\.c", r"formats/payload/codec_encrypted\.c",
                   r"formats/base/digest\.c"]),
    (r"snappy", [r"formats/payload/codec_snappy\.c"]),
    (r"curl/", [r"formats/payload/codec_http\.c"]),
    (r"(ncursesw/)?(n?curses|term)\.h", [r"viewer/term/term_curses\.c"]),
    (r"dlfcn\.h", [r"replayer/native/host\.c", r"formats/payload/codec_http\.c"]),
]


class Source:
    """A file: its path below the root, raw lines, and lines without comments and strings."""

    def __init__(self, path, text):
        self.path = path
        self.text = text
        self.lines = text.split("\n")
        if self.lines and self.lines[-1] == "":
            self.lines.pop()
        self.is_c = path.endswith((".c", ".h"))
        self.is_test = path.startswith("tests/")
        self.code = blank_out(text) if self.is_c else text
        self.code_lines = self.code.split("\n")

    def line_of(self, offset):
        return self.code.count("\n", 0, offset) + 1


def blank_out(text):
    """Comments, strings and characters become blanks, so that offsets stay."""
    token = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)

    def blank(match):
        keep = '"' if match.group(0)[0] == '"' else " "
        return "".join("\n" if c == "\n" else keep for c in match.group(0))

    out = []
    for line in re.split(r"(?m)^(\s*#\s*include[^\n]*)", text):
        is_include = re.match(r"\s*#\s*include", line)
        out.append(line if is_include else token.sub(blank, line))
    return "".join(out)


def matches(path, patterns):
    return any(re.fullmatch(p, path) for p in patterns)


def room_of(path):
    head = path.split("/")[0]
    return ROOMS.index(head) if head in ROOMS else None


# ---- rules ----

def rule_layers(source):
    mine = room_of(source.path)
    if mine is None:
        return
    for number, line in enumerate(source.code_lines, 1):
        match = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
        if not match:
            continue
        theirs = room_of(match.group(1))
        if theirs is None:
            yield number, f"'{match.group(1)}' is not named from the root"
        elif theirs > mine:
            yield number, f"{ROOMS[mine]} knows nothing of {ROOMS[theirs]}"


def rule_viewer_folders(source):
    parts = source.path.split("/")
    mine = parts[1] if parts[0] == "viewer" and len(parts) > 2 else None
    if mine is None:
        return
    may = [f"viewer/{name}" for name in [mine + "/"] + VIEWER_FOLDERS.get(mine, [])]
    for number, line in enumerate(source.code_lines, 1):
        match = re.match(r'\s*#\s*include\s+"(viewer/[^"]+)"', line)
        if match and not match.group(1).startswith(tuple(may)):
            yield number, f"viewer/{mine} knows nothing of {match.group(1)}"


def rule_includes(source):
    if source.is_test:
        return
    for number, line in enumerate(source.code_lines, 1):
        match = re.match(r'\s*#\s*include\s+<([^>]+)>', line)
        for pattern, owners in OWNED_INCLUDES if match else []:
            if re.match(pattern, match.group(1)) and not matches(source.path, owners):
                yield number, f"<{match.group(1)}> belongs to {owners[0]}"


def owned_calls(name):
    names, owners, advice = next(row[1:] for row in OWNED_CALLS if row[0] == name)
    # not a member (x->free), not part of a longer name, and called or its address taken
    call = re.compile(rf"(?<![\w.>])({names})\s*\(")

    def rule(source):
        if source.is_test and name != "banned":
            return
        if matches(source.path, owners):
            return
        for match in call.finditer(source.code):
            yield source.line_of(match.start()), f"{match.group(1)}(): {advice}"
    return rule


def rule_environ(source):
    """Headers may call a member or parameter so; a .c file that says it bare uses it."""
    if source.is_test or source.path.endswith(".h") or matches(source.path, [r"(.*/)?cmd_[^/]*\.c", r"hindcast\.c"]):
        return
    for match in re.finditer(r"(?<![\w.>])environ\b", source.code):
        yield source.line_of(match.start()), "environ: take the environment as an argument"


def statements(code):
    """(offset, text, depth) of what ends in ; or opens a brace, outside parentheses."""
    code = re.sub(r"(?m)^[ \t]*#(?:[^\n]*\\\n)*[^\n]*",
                  lambda m: re.sub(r"[^\n]", " ", m.group(0)), code)
    start, depth, parens = 0, 0, 0
    for at, c in enumerate(code):
        if c == "(":
            parens += 1
        elif c == ")":
            parens -= 1
        elif c in ";{}" and parens == 0:
            yield start, code[start:at].strip(), depth, c
            depth += {"{": 1, "}": -1}.get(c, 0)
            start = at + 1


NOT_A_VARIABLE = re.compile(
    r"^(typedef|extern|struct\s+\w+$|union\s+\w+$|enum\b(?!\s+\w+\s+\w)|_Static_assert|"
    r"static_assert|return|goto|case|default|else|do\b|if\b|for\b|while\b|switch\b|$)")


def is_mutable(declaration):
    declarator = declaration.split("=")[0]
    declarator = re.sub(r"__attribute__\s*\(\(.*\)\)", "", declarator)
    is_pointer_to_function = re.match(r"[^(]*\(\s*\*", declarator)
    if "(" in declarator and not is_pointer_to_function:
        return False  # a function
    if "*" in declarator:
        return not re.search(r"\*\s*const\b[^*]*$", declarator)
    return not re.search(r"\bconst\b|\bconstexpr\b", declarator)


def rule_state(source):
    if not source.is_c or source.is_test or matches(source.path, OWNED_STATE):
        return
    initializer_until = -1
    for start, text, depth, end in statements(source.code):
        if start < initializer_until:
            continue
        offset = start + len(source.code[start:]) - len(source.code[start:].lstrip())
        is_variable = end == ";" or text.rstrip().endswith("=")
        if not is_variable or not text or NOT_A_VARIABLE.match(text):
            continue
        is_file_scope = depth == 0 and re.match(r"[A-Za-z_][\w\s*,\[\]()]*\w|\w", text)
        if depth == 0 and not re.search(r"\w\s+\*?\s*\w", text.split("=")[0]):
            continue  # the end of something, not a declaration
        if not is_file_scope and not re.match(r"(static|_Thread_local)\b", text):
            continue
        if depth == 0 and not re.match(r"(static|struct|const|union|enum|\w+)\s", text):
            continue
        if is_mutable(text):
            name = text.split("=")[0].strip()
            yield source.line_of(offset), f"mutable state: {name}"


def comment_style(source):
    if source.is_c or source.path.endswith(".def"):
        return r"/\* ", r" \*/"
    if source.path.endswith(".proto"):
        return r"// ", ""
    return r"# ", ""


def rule_first_lines(source):
    lines = source.lines[1:] if source.lines[:1] and source.lines[0].startswith("#!") \
        else source.lines
    opening, closing = comment_style(source)
    name = re.escape(os.path.basename(source.path))
    if not lines or not re.fullmatch(opening + r"SPDX-License-Identifier: MIT" + closing,
                                     lines[0]):
        yield 1, "the first line is the SPDX line"
    elif len(lines) < 2 or not re.match(opening + rf"({name}|[\w/]+): \S", lines[1]):
        yield 2, f"the second line says what {os.path.basename(source.path)} is for"


def rule_file_length(source):
    if source.path.endswith((".proto", ".def")):
        return  # tables, as long as what they describe
    most = LONGER_FILES.get(source.path, FILE_LINES)
    if len(source.lines) > most:
        yield len(source.lines), f"{len(source.lines)} lines; {most} is the wall"


def rule_function_length(source):
    if not source.is_c:
        return
    begin, name = None, None
    for start, text, depth, end in statements(source.code):
        if end == "{" and depth == 0 and ")" in text and "=" not in text:
            begin = source.line_of(start + len(source.code[start:]) -
                                   len(source.code[start:].lstrip()))
            found = re.search(r"(\w+)\s*\(", text)
            name = found.group(1) if found else "?"
        if end == "}" and depth == 1 and begin is not None:
            lines = source.line_of(start + len(text)) - begin + 2
            most = LONGER_FUNCTIONS.get(f"{source.path}:{name}", FUNCTION_LINES)
            if lines > most:
                yield begin, f"{name}() has {lines} lines; {most} is the wall"
            begin = None


def rule_pragma_once(source):
    if source.path.endswith(".h") and not re.search(r"(?m)^#pragma once$", source.text):
        yield 1, "a header says #pragma once"


RULES = {
    "layers": rule_layers,
    "viewer-folders": rule_viewer_folders,
    "includes": rule_includes,
    "memory": owned_calls("memory"),
    "printing": owned_calls("printing"),
    "outside-world": owned_calls("outside-world"),
    "environ": rule_environ,
    "banned": owned_calls("banned"),
    "state": rule_state,
    "first-lines": rule_first_lines,
    "file-length": rule_file_length,
    "function-length": rule_function_length,
    "pragma-once": rule_pragma_once,
}
C_ONLY = set(RULES) - {"first-lines", "file-length"}


# ---- walking ----

def is_ours(path, first_line):
    if path.endswith((".c", ".h", ".py", ".sh", ".def", ".proto", "meson.build")):
        return True
    return first_line.startswith("#!") and "." not in os.path.basename(path)


def sources(root):
    for folder, names, files in os.walk(root):
        below = os.path.relpath(folder, root)
        names[:] = sorted(n for n in names if n not in SKIPPED_FOLDERS
                          and (n == ".ci" or not n.startswith((".", "build"))))
        for name in sorted(files):
            path = os.path.normpath(os.path.join(below, name))
            full = os.path.join(folder, name)
            try:
                with open(full, encoding="utf-8") as f:
                    first = f.readline()
                    if is_ours(path, first):
                        yield Source(path, first + f.read())
            except UnicodeDecodeError:
                continue  # a binary, not source


def check(root):
    for source in sources(root):
        for name, rule in RULES.items():
            if name in C_ONLY and not source.is_c:
                continue
            for line, message in rule(source) or ():
                yield source.path, line, name, message


# ---- self-test ----

def head(path):
    return f"/* SPDX-License-Identifier: MIT */\n/* {os.path.basename(path)}: an example. */\n"


BAD = [  # rule, path, what follows the first two lines
    ("layers", "formats/x.c", '#include "replayer/judge/verdict.h"\n'),
    ("layers", "replayer/x.c", '#include "viewer/session.h"\n'),
    ("layers", "formats/x.c", '#include "json.h"\n'),
    ("viewer-folders", "viewer/model/x.c", '#include "viewer/cells/line.h"\n'),
    ("viewer-folders", "viewer/model/x.c", '#include "viewer/session.h"\n'),
    ("viewer-folders", "viewer/pane/x.c", '#include "viewer/term/term.h"\n'),
    ("viewer-folders", "viewer/new/x.c", '#include "viewer/model/document.h"\n'),
    ("includes", "replayer/remote/x.c", "#include <grpc/grpc.h>\n"),
    ("includes", "replayer/remote/grpc_x.c", "#include <openssl/x509.h>\n"),
    ("includes", "viewer/x.c", "#include <ncurses.h>\n"),
    ("includes", "formats/x.c", "#include <dlfcn.h>\n"),
    ("memory", "formats/x.c", "void f(void)\n{\n\tfree(malloc(1));\n}\n"),
    ("memory", "replayer/x.c", "char *f(void)\n{\n\treturn strdup(\"a\");\n}\n"),
    ("printing", "replayer/x.c", "void f(void)\n{\n\tfprintf(stderr, \"a\");\n}\n"),
    ("printing", "formats/x.c", "void f(void)\n{\n\tputs(\"a\");\n}\n"),
    ("outside-world", "replayer/x.c", "char *f(void)\n{\n\treturn getenv(\"A\");\n}\n"),
    ("outside-world", "formats/x.c", "long f(void)\n{\n\treturn time(NULL);\n}\n"),
    ("environ", "replayer/x.c", "void f(void)\n{\n\tg(environ);\n}\n"),
    ("banned", "hindcast.c", "void f(char *a)\n{\n\tstrcpy(a, \"b\");\n}\n"),
    ("banned", "tests/unit/x.c", "int f(char *a)\n{\n\treturn atoi(a);\n}\n"),
    ("state", "formats/x.c", "static int counter;\n"),
    ("state", "formats/x.c", "int counter = 3;\n"),
    ("state", "formats/x.c", "static const char *names[] = {\"a\"};\n"),
    ("state", "formats/x.c", "static struct cache {\n\tint n;\n} *cache;\nstatic struct a b;\n"),
    ("state", "formats/x.c", "static void (*hook)(int);\n"),
    ("state", "formats/x.c", "int f(void)\n{\n\tstatic int n;\n\n\treturn n++;\n}\n"),
    ("file-length", "formats/x.c", "\n" * FILE_LINES),
    ("function-length", "formats/x.c", "void f(void)\n{\n" + "\tg();\n" * 100 + "}\n"),
    ("pragma-once", "formats/x.h", "struct a;\n"),
]
BAD_WHOLE = [
    ("first-lines", "formats/x.c", "int f(void);\n"),
    ("first-lines", "formats/x.c", "/* SPDX-License-Identifier: MIT */\nint f(void);\n"),
    ("first-lines", "formats/x.c",
     "/* SPDX-License-Identifier: GPL-2.0 */\n/* x.c: an example. */\n"),
    ("first-lines", "tool.py", "#!/usr/bin/env python3\nimport os\n"),
    ("first-lines", "dev", "#!/bin/sh\nset -e\n"),
]
GOOD = [  # path, what follows the first two lines
    ("formats/x.c", """#include "formats/base/str.h"

#include <string.h>

/* malloc(1) and printf("x") in a comment, "getenv(1)" in a string */
static const char TEXT[] = "free(p); strcpy(a, b)";
static const char *const NAMES[] = {"a", "b"};
static const struct {
	int a;
	const char *b;
} ROWS[] = {{1, "a"}};
static const struct row ONE = {.run = f};
static bool (*const HOOKS[])(int) = {f};
static bool helper(const struct a *a, void (*then)(int));
struct forward;
enum { A, B };
typedef int number;

int x_value(const struct x *x)
{
	static const int TABLE[] = {1, 2};
	struct x copy = *x;

	x->free(x);
	mem_free(copy.p);
	return TABLE[0];
}
"""),
    ("hindcast.c", "int f(void)\n{\n\treturn printf(\"%s\", getenv(\"A\"));\n}\n"),
    ("replayer/cmd_x.c", "long f(void)\n{\n\treturn fputs(\"a\", stdout) + time(0);\n}\n"),
    ("formats/base/mem.c", "void f(void)\n{\n\tfree(malloc(1));\n}\n"),
    ("viewer/pane/x.c", '#include "viewer/model/document.h"\n#include "viewer/session.h"\n'),
    ("replayer/remote/grpc_server.c", "#include <grpc/grpc.h>\n"),
    ("tests/unit/x.c", "static int counter;\n\nvoid f(void)\n{\n\tprintf(\"a\");\n}\n"),
]
GOOD_WHOLE = [
    ("dev", "#!/bin/sh\n# SPDX-License-Identifier: MIT\n# dev: an example.\n"),
]


def found(path, text):
    with tempfile.TemporaryDirectory() as root:
        full = os.path.join(root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as f:
            f.write(text)
        return [(name, line, message) for _, line, name, message in check(root)]


def self_test():
    failures = []
    rows = [(rule, path, head(path) + text) for rule, path, text in BAD] + BAD_WHOLE
    for rule, path, text in rows:
        names = {name for name, _, _ in found(path, text)}
        if names != {rule}:
            failures.append(f"{path}: '{rule}' expected, found {sorted(names)}: {text[:160]!r}")
    for path, text in [(path, head(path) + text) for path, text in GOOD] + GOOD_WHOLE:
        for name, line, message in found(path, text):
            failures.append(f"{path}:{line}: nothing expected, found {name}: {message}")
    for rule in set(RULES) - {row[0] for row in rows}:
        failures.append(f"rule '{rule}' is never seen to fail")
    return failures


def main(arguments):
    if arguments == ["--self-test"]:
        broken = self_test()
    elif len(arguments) == 1:
        broken = [f"{path}:{line}: {name}: {message}"
                  for path, line, name, message in check(arguments[0])]
    else:
        print(__doc__, file=sys.stderr)
        return 2
    for line in broken:
        print(line)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
