#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# test_view.py: what the viewer does to the outside: files, clipboards, editors; its configuration.
import base64
import fcntl
import json
import os
import pathlib
import pty
import resource
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import unittest

HINDCAST = pathlib.Path(sys.argv[1]).resolve()
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FAILED = ROOT / "tests/data/view/failed.json"
RUN = ROOT / "tests/data/run.jsonl"
ORDERS = ROOT / "tests/data/view/order-go.jsonl"


class World:
    """A home and a folder with programs of its own, which log how they were called."""

    def __init__(self):
        self.before = None  # of the program's beginning
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)
        self.bin = self.path / "bin"
        self.bin.mkdir()
        self.env = {"PATH": f"{self.bin}:/usr/bin:/bin", "HOME": str(self.path), "TZ": "UTC",
                    "LC_ALL": "C.UTF-8", "TMPDIR": str(self.path)}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.folder.cleanup()

    def program(self, name, code=0):
        log = self.path / f"{name}.log"
        script = self.bin / name
        script.write_text(f'#!/bin/sh\nprintf "[%s]" "$@" >"{log}"\ncat >"{log}.in"\nexit {code}\n')
        script.chmod(0o755)
        return log

    def play(self, script, *arguments):
        keys = self.path / "script.keys"
        keys.write_text("size 100x30\n" + script + "\nscreen\n")
        return self.run("--script", keys, *arguments)

    def run(self, *arguments):
        done = subprocess.run([HINDCAST, "view", *map(str, arguments)], cwd=self.path,
                              env=self.env, capture_output=True, timeout=60,
                              stdin=subprocess.DEVNULL, preexec_fn=self.before)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def said(self, script, *arguments):
        """The last line of the last screen: the message."""
        return self.play(script, *arguments)[1].rstrip("\n").split("\n")[-1].strip()


class Taking(unittest.TestCase):
    def test_event_goes_to_the_clipboard_as_show_prints_it(self):
        with World() as w:
            log = w.program("xclip")
            w.env["DISPLAY"] = ":0"
            self.assertIn("copied the event", w.said("keys y e", f"{FAILED}:5"))
            self.assertEqual(log.read_text(), "[-selection][clipboard]")
            shown = subprocess.run([HINDCAST, "show", "--event", "5", FAILED],
                                   capture_output=True, check=True).stdout
            self.assertEqual((w.path / "xclip.log.in").read_bytes(), shown)

    def test_payload_and_id(self):
        with World() as w:
            w.program("wl-copy")
            w.env["WAYLAND_DISPLAY"] = "w"
            self.assertIn("by wl-copy", w.said("keys y p", f"{FAILED}:5"))
            payload = json.loads((w.path / "wl-copy.log.in").read_text())
            self.assertEqual(payload["big"], 12345678901234567890)
            w.said("keys y i", f"{FAILED}:8")
            self.assertEqual((w.path / "wl-copy.log.in").read_text(), "a-5")
            w.said("keys y s", f"{FAILED}:8")
            self.assertIn("reserve.go:88", (w.path / "wl-copy.log.in").read_text())
            w.said("keys y l", f"{FAILED}:8")
            self.assertEqual((w.path / "wl-copy.log.in").read_text(),
                             f"hindcast view {FAILED}:8:list")

    def test_a_program_that_fails_is_not_believed(self):
        with World() as w:
            w.program("xclip", code=1)
            w.env["DISPLAY"] = ":0"
            self.assertIn("no clipboard here", w.said("keys y i", f"{FAILED}:8"))

    def test_without_a_clipboard_a_private_file(self):
        with World() as w:
            said = w.said("keys y i", f"{FAILED}:8")
            self.assertIn("no clipboard here: the id (3 bytes) is in ", said)
            path = pathlib.Path(said.split(" is in ")[1])
            self.assertEqual(path.read_text(), "a-5")
            self.assertEqual(path.stat().st_mode & 0o777, 0o600)

    def test_without_a_clipboard_the_next_copy_takes_the_files_place(self):
        with World() as w:
            w.env["XDG_RUNTIME_DIR"] = str(w.path)
            said = w.said("keys y e y i", f"{FAILED}:8")
            (path,) = w.path.glob("hindcast-*")
            self.assertEqual(path.read_text(), "a-5")
            self.assertTrue(said.endswith(f" is in {path}, over the last"), said)

    def test_over_ssh_the_terminal_is_asked(self):
        with World() as w:
            log = w.program("xclip")
            w.env.update(DISPLAY=":0", SSH_TTY="/dev/pts/1")
            self.assertIn("by the terminal (OSC 52)", w.said("keys y i", f"{FAILED}:8"))
            self.assertFalse(log.exists())

    def test_what_the_terminal_is_sent(self):
        with World() as w:
            w.env.update(SSH_TTY="/dev/pts/1", TERM="xterm-256color")
            ours, theirs = pty.openpty()
            fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
            child = subprocess.Popen([HINDCAST, "view", f"{FAILED}:8"], cwd=w.path, env=w.env,
                                     stdin=theirs, stdout=theirs, stderr=theirs)
            os.close(theirs)
            os.write(ours, b"yiQ")
            sent = b""
            try:
                while some := os.read(ours, 65536):
                    sent += some
            except OSError:  # the other side is closed
                pass
            os.close(ours)
            self.assertEqual(child.wait(60), 0)
            self.assertIn(b"\x1b]52;c;" + base64.b64encode(b"a-5") + b"\a", sent)

    def test_too_long_for_a_terminal(self):
        with World() as w:
            history = json.loads(FAILED.read_text())
            history["events"][0]["workflowExecutionStartedEventAttributes"]["identity"] = \
                "x" * 80000
            (w.path / "long.json").write_text(json.dumps(history))
            w.env["TMUX"] = "1"
            self.assertIn("too long for the terminal's clipboard: the event",
                          w.said("keys y e", "long.json:1"))

    def test_report_of_a_divergence(self):
        with World() as w:
            w.program("wl-copy")
            w.env["WAYLAND_DISPLAY"] = "w"
            self.assertIn("copied the report", w.said("keys y r", RUN))
            report = (w.path / "wl-copy.log.in").read_text()
            self.assertTrue(report.startswith("```\n") and report.endswith("```\n"))
            self.assertIn("diverged", report)
            self.assertIn("the SDK", report)

    def test_nothing_to_take(self):
        with World() as w:
            self.assertIn("no payload", w.said("keys y p", f"{FAILED}:2"))
            self.assertIn("no replay run", w.said("keys y r", FAILED))
            self.assertIn("no stack", w.said("keys y s", f"{FAILED}:2"))


class Files(unittest.TestCase):
    def test_written_once(self):
        with World() as w:
            self.assertIn("written: out.txt", w.said("keys w\ntype out.txt\nkeys Enter", FAILED))
            self.assertIn("ReserveStock", (w.path / "out.txt").read_text())
            (w.path / "out.txt").write_text("mine")
            said = w.said("keys w\ntype out.txt\nkeys Enter", FAILED)
            self.assertIn("there already (:write! out.txt", said)
            self.assertEqual((w.path / "out.txt").read_text(), "mine")
            w.said("keys :\ntype write! out.txt\nkeys Enter", FAILED)
            self.assertIn("ReserveStock", (w.path / "out.txt").read_text())
            self.assertIn("No such file",
                          w.said("keys w\ntype no/out.txt\nkeys Enter", FAILED))

    def test_half_a_file_does_not_stay(self):
        with World() as w:
            keys = w.path / "script.keys"
            keys.write_text("size 100x30\nkeys w\ntype out.txt\nkeys Enter\nscreen\n")
            done = subprocess.run(
                [HINDCAST, "view", "--script", keys, FAILED], cwd=w.path, env=w.env,
                capture_output=True, timeout=60, stdin=subprocess.DEVNULL,
                restore_signals=False,  # SIGXFSZ stays ignored
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)))
            self.assertIn("out.txt: not all of it was written", done.stdout.decode())
            self.assertFalse((w.path / "out.txt").exists())


class Children(unittest.TestCase):
    def test_editor_at_the_frame(self):
        with World() as w:
            log = w.program("ed it")
            code = w.path / "src/orders/activities"
            code.mkdir(parents=True)
            (code / "reserve.go").write_text("".join(f"line {n}\n" for n in range(1, 101)))
            w.env["EDITOR"] = f"'{w.bin}/ed it' --wait"
            _, out, _ = w.play("keys f o", "--source", "src", f"{FAILED}:8")
            self.assertIn("line 88", out)
            self.assertEqual(log.read_text(),
                             "[--wait][+88][./src/orders/activities/reserve.go]")

    def test_frame_that_would_be_an_option(self):
        with World() as w:
            log = w.program("edit")
            w.env["EDITOR"] = "edit"
            history = json.loads(FAILED.read_text())
            failure = history["events"][7]["activityTaskFailedEventAttributes"]["failure"]
            failure["stackTrace"] = "orders.Reserve(...)\n\t+!sh.go:88\n"
            (w.path / "hostile.json").write_text(json.dumps(history))
            (w.path / "src").mkdir()
            said = w.said("keys f o", "--source", "src", "hostile.json:8")
            self.assertFalse(log.exists(), said)
            (w.path / "src/+!sh.go").write_text("x\n" * 100)
            w.said("keys f o", "--source", "src", "hostile.json:8")
            self.assertEqual(log.read_text(), "[+88][./src/+!sh.go]")

    def test_a_source_folder_must_be_named(self):
        with World() as w:
            log = w.program("edit")
            w.env["EDITOR"] = "edit"
            self.assertIn("--source DIR", w.said("keys f o", f"{FAILED}:8"))
            self.assertFalse(log.exists())

    def test_exit_code_is_said(self):
        with World() as w:
            w.program("pag", code=7)
            w.env["PAGER"] = "pag"
            self.assertIn("pag: exit code 7", w.said("keys p", FAILED))
            self.assertIn("ReserveStock", (w.path / "pag.log.in").read_text())

    def test_whoever_starts_the_viewer_may_ignore_children(self):
        with World() as w:
            w.program("pag", code=7)
            w.env["PAGER"] = "pag"
            w.before = lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN)
            self.assertIn("pag: exit code 7", w.said("keys p", FAILED))

    def test_pipe(self):
        with World() as w:
            w.said("keys |\ntype cat >piped\nkeys Enter", FAILED)
            self.assertIn("ReserveStock", (w.path / "piped").read_text())
            self.assertNotIn("exit", w.said("keys |\ntype head -c 1 >x\nkeys Enter", FAILED))
            self.assertIn("signal 9", w.said("keys |\ntype kill -9 $$\nkeys Enter", FAILED))


class Opening(unittest.TestCase):
    def given(self, w, data, *arguments):
        done = subprocess.run([HINDCAST, "view", "--print", *arguments], cwd=w.path, env=w.env,
                              input=data, capture_output=True, timeout=60)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def test_standard_input_is_read_as_often_as_need_be(self):
        with World() as w:
            one = FAILED.read_bytes()
            code, out, err = self.given(w, one, "--size", "100x20", "-")
            self.assertEqual((code, err), (0, ""))
            self.assertIn("ev 1/15", out)
            code, out, err = self.given(w, one + b"\n" + one, "--size", "100x20", "-")
            self.assertEqual((code, err), (0, ""))
            self.assertIn("2 histories", out)
            with FAILED.open("rb") as file:
                done = subprocess.run([HINDCAST, "view", "--print", "-"], stdin=file, env=w.env,
                                      cwd=w.path, capture_output=True, timeout=60)
            self.assertIn(b"order-88121", done.stdout)
            self.assertIn("-: an empty file", self.given(w, b"", "-")[2])

    def test_without_a_last_run(self):
        with World() as w:
            code, _, err = w.run("--print")
            self.assertEqual(code, 3)
            self.assertIn("there is no .hindcast/last.jsonl here", err)

    def test_a_view_that_is_none(self):
        with World() as w:
            for address, words in ((f"{FAILED}:8:sate", "did you mean 'state'?"),
                                   (f"{FAILED}:diffs", "did you mean 'diff'?"),
                                   (f"{FAILED}:diffs:8", "there is no view 'diffs'"),
                                   (f"{FAILED}:qqq", "views: run, files, list, tree, time"),
                                   (f"{ORDERS}#order-1000:sate", "did you mean 'state'?"),
                                   (f"{ORDERS}#order-1000:12:qqq", "there is no view 'qqq'"),
                                   (f"{FAILED}:verdict", "is of a run file")):
                code, _, err = w.run("--print", address)
                self.assertEqual(code, 2, address)
                self.assertIn(words, err)

    def test_a_history_or_event_that_is_not_there(self):
        with World() as w:
            for address, words in ((f"{ORDERS}#order-100", "did you mean 'order-100"),
                                   (f"{ORDERS}#a:b", "has no history 'a:b'"),
                                   (f"{FAILED}:-3", "has no event -3"),
                                   (f"{FAILED}:0:json", "has no event 0")):
                code, _, err = w.run("--print", address)
                self.assertEqual(code, 3, address)
                self.assertIn(words, err)

    def test_an_event_within_a_gap_is_the_next_there_is(self):
        with World() as w:
            gap = ROOT / "tests/data/gap.json"
            code, out, err = w.run("--print", "--size", "80x20", f"{gap}:5")
            self.assertEqual((code, err), (0, ""))
            self.assertIn("ev 7/8", out)
            self.assertIn("event 5 is not in the file: this is the next, 7", out)
            code, _, err = w.run("--print", f"{gap}:9")
            self.assertEqual(code, 3)
            self.assertIn("has no event 9", err)

    def test_two_events_of_one_id_are_remarked_on(self):
        with World() as w:
            history = json.loads(FAILED.read_text())
            again = int(history["events"][3]["eventId"])
            history["events"][5]["eventId"] = str(again)
            (w.path / "odd.json").write_text(json.dumps(history))
            _, out, _ = w.run("--print", "--size", "100x40", "odd.json")
            self.assertIn(f"({again} again)", out)

    def test_events_have_an_address_whatever_their_id(self):
        with World() as w:
            history = json.loads(FAILED.read_text())
            history["events"][4]["eventId"] = "-3"
            (w.path / "odd.json").write_text(json.dumps(history))
            code, out, err = w.run("--print", "odd.json:-3:json")
            self.assertEqual((code, err), (0, ""))
            self.assertIn('"eventId": "-3"', out)
            w.program("wl-copy")
            w.env["WAYLAND_DISPLAY"] = "w"
            w.said("keys y l", "odd.json:-3")
            self.assertEqual((w.path / "wl-copy.log.in").read_text(),
                             "hindcast view odd.json:-3:list")

    def test_a_place_in_standard_input(self):
        with World() as w:
            code, out, err = self.given(w, FAILED.read_bytes(), "-:5:json")
            self.assertEqual((code, err), (0, ""))
            self.assertIn('"eventId": "5"', out)

    def test_a_run_file_that_was_written_again_with_blanks(self):
        with World() as w:
            lines = [json.loads(line) for line in ORDERS.read_text().splitlines()]
            text = "\n".join(json.dumps(line, separators=(" , ", " : ")) for line in lines)
            (w.path / "run.jsonl").write_text(text + "\n")
            code, out, err = w.run("--print", "run.jsonl")
            self.assertEqual((code, err), (0, ""))
            self.assertIn("diverged 2  passed 2", out)

    def test_print_is_coloured_when_that_is_asked_for(self):
        with World() as w:
            for no_color, color, wanted in (("", "always", True), ("1", "always", True),
                                            ("", "auto", False), ("", "never", False)):
                w.env["NO_COLOR"] = no_color
                code, out, _ = w.run("--color", color, "--print", f"{FAILED}:8")
                self.assertEqual(code, 0)
                self.assertEqual("\x1b[" in out, wanted, (no_color, color))

    def test_a_damaged_file_is_shown_up_to_the_damage_and_said(self):
        with World() as w:
            code, out, err = self.given(w, FAILED.read_bytes()[:6000], "-")
            self.assertEqual(code, 3)
            self.assertIn("WorkflowExecutionStarted", out)
            self.assertIn("truncated: the text ends at line", err)


    def test_each_view_of_a_run_is_of_the_history_under_the_cursor(self):
        with World() as w:
            for key, shows in [("1", "[1 list]"), ("d", "[4 diff]"), ("B", "- breakpoints -"),
                               ("f", "> failure")]:
                out = w.play(f"keys > {key}", ORDERS, ROOT / "samples/order/histories/go")[1]
                self.assertIn("> order-1001", out, key)
                self.assertIn(shows, out, key)


class Configuration(unittest.TestCase):
    def config(self, w, text):
        path = w.path / ".config/hindcast/view.conf"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def test_keys_and_settings(self):
        with World() as w:
            self.config(w, "# mine\n\nbind J go 8\nbind g e go 5\nunbind j\nset time utc\n")
            _, out, _ = w.play("keys J", FAILED)
            self.assertIn("ev 8/15", out)
            self.assertIn("utc\n", out)
            _, out, _ = w.play("keys j", FAILED)
            self.assertIn("ev 1/15", out)
            self.assertIn("go", w.run("--help-keys")[1])

    def test_command_line_goes_first(self):
        with World() as w:
            self.config(w, "set time utc\nset source /a\n")
            done = w.run("--local", "--print", "--size", "100x20", FAILED)
            self.assertIn("local", done[1])

    def test_named_file(self):
        with World() as w:
            (w.path / "mine.conf").write_text("set payloads raw\n")
            self.assertIn("payloads raw", w.play("", "--config", "mine.conf", FAILED)[1])
            code, _, err = w.run("--config", "none.conf", "--print", FAILED)
            self.assertEqual(code, 2)
            self.assertIn("none.conf", err)

    def test_errors_name_file_line_and_what_is_allowed(self):
        for text, *words in (
                ("set time utc\nset tmie utc\n", "line 2", "did you mean 'time'"),
                ("set time noon\n", "line 1", "since-start|between|utc|local"),
                ("bind j dwon\n", "did you mean 'down'"),
                ("bind Contrl-X down\n", "is no key"),
                ("map j down\n", "bind, unbind or set"),
                ("bind j down\n\nbind q quit now\n", "line 3", "takes no argument"),
                ("bind j\n", "keys and an action"),
                ("set mouse\n", "a name and a value")):
            with World() as w, self.subTest(text):
                path = self.config(w, text)
                code, out, err = w.run("--print", FAILED)
                self.assertEqual((code, out), (2, ""))
                for word in (str(path), *words):
                    self.assertIn(word, err)

    def test_set_by_hand(self):
        with World() as w:
            self.assertIn("time is utc", w.said("keys :\ntype set time utc\nkeys Enter", FAILED))
            self.assertIn("no setting 'x'", w.said("keys :\ntype set x y\nkeys Enter", FAILED))

    def test_help_shows_bindings_as_they_are(self):
        with World() as w:
            self.config(w, "bind F5 detail\n")
            self.assertIn("8, F5", w.run("--help-keys")[1])


class Failures(unittest.TestCase):
    def test_encoded_failures_are_read_with_a_key(self):
        encrypted = ROOT / "tests/corpus/odd/encrypted-failures-saga.json"
        with World() as w:
            view = ("--print", f"{encrypted}:13:failure")
            self.assertIn("<encoded failure>", w.run(*view)[1])
            w.env["HINDCAST_KEY_TEST"] = "text:test-key-test-key-test-key-test!"
            opened = w.run("--decode", *view)[1]
            self.assertIn("charge refused", opened)
            self.assertNotIn("<encoded failure>", opened)

    def test_the_same_failure_in_another_history(self):
        with World() as w:
            history = json.loads(FAILED.read_text())
            history["events"][0]["workflowExecutionStartedEventAttributes"]["workflowId"] = "w-2"
            (w.path / "b.json").write_text(json.dumps(history))
            (w.path / "a.json").write_text(FAILED.read_text())
            script = "keys Enter q j Enter :\ntype 8\nkeys Enter f G"
            _, out, _ = w.play(script, "a.json", "b.json")
            self.assertIn("the same failure elsewhere", out)
            self.assertIn("1 of 1 other open histories", out)


class Redacting(unittest.TestCase):
    GO = ROOT / "samples/order/histories/go"

    def test_print_is_of_the_redacted_history(self):
        with World() as w:
            place = f"{self.GO}/declined.json:33:failure"
            self.assertIn("card declined", w.run("--print", place)[1])
            code, out, _ = w.run("--print", "--redact", place)
            self.assertEqual(code, 0)
            self.assertNotIn("card declined", out)
            w.env["HINDCAST_SALT"] = "pepper"
            salted = w.run("--print", "--redact", place)[1]
            self.assertNotEqual(salted, out)
            self.assertNotIn("card declined", salted)

    def test_what_is_no_history_is_not_printed(self):
        with World() as w:
            for what in ([ORDERS], [f"{self.GO}/declined.json", f"{self.GO}/approved.json"]):
                code, out, err = w.run("--print", "--redact", *what)
                self.assertEqual((code, out), (2, ""))
                self.assertIn("can't be redacted", err)

    def test_a_run_says_nothing_of_a_redacted_history(self):
        with World() as w:
            out = w.run("--print", "--redact", f"{ORDERS}#order-1000:diff", self.GO)[1]
            self.assertIn("left out", out)
            self.assertNotIn("NotifyWarehouse", out)

    def test_what_is_written_is_redacted(self):
        with World() as w:
            keys = "keys e f :\ntype redact\nkeys Enter w\ntype out.txt\nkeys Enter"
            w.play(keys, f"{self.GO}/declined.json")
            text = (w.path / "out.txt").read_text()
            self.assertIn("CardDeclined", text)
            self.assertNotIn("card declined", text)


class Documentation(unittest.TestCase):
    def test_table_of_keys_is_that_of_the_program(self):
        text = (ROOT / "docs/viewer.md").read_text()
        begin, end = "<!-- keys: hindcast view --help-keys -->\n", "<!-- end of keys -->"
        with World() as w:
            keys = w.run("--help-keys")[1]
        self.assertEqual(text.split(begin)[1].split(end)[0], f"```\n{keys}```\n")


class ManualPage(unittest.TestCase):
    def test_every_key_of_the_table_is_on_it(self):
        table = subprocess.run([HINDCAST, "view", "--help-keys"], capture_output=True, text=True,
                               check=True).stdout
        page = subprocess.run([HINDCAST, "--man"], capture_output=True, text=True,
                              check=True).stdout.replace("\\-", "-")
        rows = [line for line in table.split("\n") if line.startswith("  ")]
        self.assertGreater(len(rows), 60)
        for row in rows:
            self.assertIn(row.split("  ")[-1].strip().replace("\\", "\\e"), page)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
