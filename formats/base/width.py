#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# width.py: writes width.inc: the code points that take two columns of a terminal, and none.
"""
    width.py > width.inc

Two columns: East Asian Wide and Fullwidth. None: marks that combine with the character
before them, and format characters. By the Unicode tables that Python carries.
"""
import unicodedata

LAST = 0x10ffff


def width(code):
    c = chr(code)
    if unicodedata.category(c) in ("Mn", "Me", "Cf") and code != 0xad:
        return 0
    if 0x1160 <= code <= 0x11ff:  # vowels and finals of Hangul: part of the syllable
        return 0
    return 2 if unicodedata.east_asian_width(c) in ("W", "F") else 1


def ranges():
    first, kind = 0, width(0)
    for code in range(1, LAST + 2):
        now = width(code) if code <= LAST else None
        if now != kind:
            if kind != 1:
                yield first, code - 1, kind
            first, kind = code, now


for first, last, kind in ranges():
    print(f"{{0x{first:x}, 0x{last:x}, {kind}}},")
