#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# test_tmux.py: the viewer within tmux, by terminal type and locale: keys, sizes, the way out.
"""test_tmux.py HINDCAST HISTORY

Nothing sleeps for a time that should do: the screen is looked at until it shows what it must,
for at most SECONDS.
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

HINDCAST, HISTORY = (pathlib.Path(p).resolve() for p in sys.argv[1:3])
SECONDS = 30
TERMS = ("xterm-256color", "screen-256color", "tmux-256color", "vt100")


class Tmux:
    def __init__(self, term, locale):
        self.folder = tempfile.TemporaryDirectory()
        self.socket = pathlib.Path(self.folder.name) / "socket"
        line = "env -i TERM=%s LC_ALL=%s PATH=/usr/bin:/bin HOME=%s %s view %s; echo code=$?; cat" % (
            term, locale, self.folder.name, HINDCAST, HISTORY)
        self.run("-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", line)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.run("kill-server")
        self.folder.cleanup()

    def run(self, *words):
        return subprocess.run(["tmux", "-S", self.socket, *words], capture_output=True, text=True,
                              timeout=SECONDS, check=False).stdout

    def keys(self, *keys):
        self.run("send-keys", *keys)

    def until(self, text):
        deadline = time.monotonic() + SECONDS
        screen = ""
        while time.monotonic() < deadline:
            screen = self.run("capture-pane", "-p")
            if text in screen:
                return screen
            time.sleep(0.02)
        raise AssertionError("%r did not show:\n%s" % (text, screen))


@unittest.skipUnless(shutil.which("tmux"), "tmux is not installed")
class Smoke(unittest.TestCase):
    def go_through(self, tmux):
        tmux.until("WorkflowExecutionStarted")
        tmux.keys("j", "j")
        tmux.until("ev 5/12")
        tmux.keys("End")
        tmux.until("ev 12/12")
        tmux.run("resize-window", "-x", "160", "-y", "48")
        screen = tmux.until("stack")
        self.assertIn("ev 12/12", screen)
        tmux.run("resize-window", "-x", "60", "-y", "15")
        tmux.until("ev 12/12")
        tmux.keys("?")
        tmux.until("Moving")
        tmux.keys("Q")
        self.assertNotIn("ev 12/12", tmux.until("code=0"))

    def test_every_terminal_and_locale(self):
        for term in TERMS:
            for locale in ("C.UTF-8", "C"):
                with self.subTest(term=term, locale=locale), Tmux(term, locale) as tmux:
                    self.go_through(tmux)

    def test_lines_are_drawn_as_the_locale_can(self):
        with Tmux("tmux-256color", "C") as tmux:
            self.assertTrue(tmux.until("WorkflowExecutionStarted").isascii())
        with Tmux("tmux-256color", "C.UTF-8") as tmux:
            self.assertIn("\u2500", tmux.until("WorkflowExecutionStarted"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
