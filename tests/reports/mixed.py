# SPDX-License-Identifier: MIT
# mixed.py: run files whose strings are mixed from what opens something somewhere.
import json
import random

PARTS = ["::error ::", "%0A", "\n", "\r", "|", "`", "```", "~~~", "</details>", "<details>",
         "<script>", "]]>", "&amp;", "\\", "\\|", "[a](b)", "@x", "#1", "##[error]", "\x1b[31m",
         "\u202e", "\u2028", "\x00", "\t", "    ", "- ", "+ ", "> ", "# ", "<!--", "-->", "*", "_",
         "{0}", "{", "}", "](", "http://e", "::", "\\n", "\u00e9", "\U0001f600", "a" * 50, " ",
         "  \n\n"]
KEPT = {"verdict", "kind", "fingerprint", "class"}  # words that a run file must have


def mixed(value, pick, key=None):
    """VALUE with other strings, lists and numbers in it, but of the same shape."""
    if isinstance(value, dict):
        return {k: mixed(v, pick, k) for k, v in value.items()}
    if isinstance(value, list):
        return [mixed(v, pick, key) for v in value for _ in range(pick.choice((1, 1, 1, 2)))]
    if isinstance(value, str) and key not in KEPT and pick.random() < 0.8:
        return "".join(pick.choice(PARTS) for _ in range(pick.randrange(1, 7)))
    if type(value) is int and pick.random() < 0.2:
        return pick.choice((0, 1, 7, 2 ** 53))
    return value


def run_file(rows, seed, count=12):
    """The text of a run file with COUNT of ROWS, mixed; the same SEED gives the same."""
    pick = random.Random(seed)
    lines = [{"hindcast": "run", "version": 1, "histories": count}]
    lines += [mixed(pick.choice(rows), pick) for _ in range(count)]
    return "".join(json.dumps(line) + "\n" for line in lines)
