#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# test_view_codec.py: a codec server asked from within hindcast view.
"""
    test_view_codec.py HINDCAST [TEST...]

Keys are played from a script, which waits for what is asked.
"""
import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from codec_server import CodecServer, lock
from replay_world import Build, has, same


def plain(value):
    return {"metadata": {"encoding": base64.b64encode(b"json/plain").decode()},
            "data": base64.b64encode(json.dumps(value).encode()).decode()}


def history():
    """Two locked inputs, a readable one, and at the end a failure whose text is locked."""
    b = Build("w-1")
    b.events[0]["workflowExecutionStartedEventAttributes"]["input"] = {
        "payloads": [lock(plain({"cart": "C-9"})), lock(plain("second")), plain("open")]}
    b.task()
    text = plain({"message": "card declined", "stack_trace": "main.Charge\\n"})
    b.add("WORKFLOW_EXECUTION_FAILED", "workflowExecutionFailed", {
        "workflowTaskCompletedEventId": "4",
        "failure": {"message": "Encoded failure", "encodedAttributes": lock(text),
                    "applicationFailureInfo": {"type": "CardDeclined"}}})
    return b.text()


class World:
    def __init__(self, hindcast, folder):
        self.hindcast, self.folder = os.path.abspath(hindcast), pathlib.Path(folder)
        (self.folder / "a.json").write_text(history(), encoding="utf-8")

    def view(self, keys, *arguments, code=0):
        (self.folder / "keys").write_text("size 120x40\n" + keys, encoding="utf-8")
        command = [self.hindcast, "view", "--script", "keys"] if keys else [self.hindcast, "view"]
        done = subprocess.run(command + list(arguments), cwd=self.folder, timeout=120,
                              env=dict(os.environ, LC_ALL="C.UTF-8", TZ="UTC"),
                              stdin=subprocess.DEVNULL, capture_output=True)
        same((done.returncode, done.stderr.decode() if not code else ""), (code, ""), "the end")
        return done.stdout.decode() + (done.stderr.decode() if code else "")


def lacks(text, *parts):
    for part in parts:
        assert part not in text, f"{part!r} is in\n{text}"


def halves(out):
    """Of two screens."""
    lines = out.splitlines()
    return "\n".join(lines[:len(lines) // 2]), "\n".join(lines[len(lines) // 2:])


def test_nothing_is_asked_without_a_server(w):
    with CodecServer() as server:
        out = w.view("keys 8\nscreen\n", "a.json", "--codec-auth", "Bearer x")
        same(server.requests, [], "requests")
    has(out, "binary/locked")
    lacks(out, "codec 127", "asking")


def test_what_is_on_the_screen_is_asked_for(w):
    with CodecServer() as server:
        out = w.view("keys 8\nscreen\n", "a.json", "--codec-endpoint", server.url("/ok"),
                     "--codec-auth", "Bearer x", "--codec-header", "X-Team=shop",
                     "--namespace", "orders")
        (path, headers, n, _), = server.requests
    has(out, "C-9", '"second"', "by the codec server", "codec 127.0.0.1:")
    lacks(out, "asking", "binary/locked")
    same((path, n), ("/ok/decode", 2), "the request: what is plain stays here")
    same([headers.get(h) for h in ("Authorization", "X-Team", "X-Namespace")],
         ["Bearer x", "shop", "orders"], "headers")


def test_the_server_is_named_and_left_from_within(w):
    with CodecServer() as server:
        out = w.view(f"keys 8 :\ntype codec {server.url('/ok')}\nkeys Enter\nscreen\n"
                     "keys :\ntype codec off\nkeys Enter\nscreen\n", "a.json")
        same(len(server.requests), 1, "requests")
    on, off = halves(out)
    has(on, "C-9", "is asked for payloads on the screen")
    has(off, "no codec server is asked", "binary/locked")
    lacks(off, "C-9", "codec 127")


def test_a_failure_is_read(w):
    with CodecServer() as server:
        out = w.view("keys G f\nscreen\n", "a.json", "--codec-endpoint", server.url("/ok"))
    has(out, "card declined", "CardDeclined")
    lacks(out, "<encoded failure>")


def test_json_and_text(w):
    with CodecServer() as server:
        out = w.view("", "a.json:1:json", "--print", "--codec-endpoint", server.url("/ok"))
        has(out, '// {"cart":"C-9"}', "json/plain by the codec server")
        out = w.view("", "a.json:1:detail", "--print", "--size", "120x40", "--codec-endpoint",
                     server.url("/ok"))
        has(out, "C-9", "by the codec server")


def test_what_is_known_is_found_and_listed(w):
    with CodecServer() as server:
        out = w.view("keys 8 1\nscreen\nkeys /\ntype second\nkeys Enter\nscreen\n", "a.json",
                     "--codec-endpoint", server.url("/ok"))
    has(out, "C-9", "/second 1 hit")


def test_errors_in_words_and_again_by_key(w):
    with CodecServer() as server:
        out = w.view("keys 8\nscreen\nkeys j j k\nkeys K\nscreen\n", "a.json",
                     "--codec-endpoint", server.url("/once"))
        same([r[2] for r in server.requests], [2, 1, 1], "one request, then each by itself")
    before, after = halves(out)
    has(before, "status 503: the key store is down", "K asks again")
    has(after, "C-9", '"second"')


def test_one_that_spoils_all(w):
    with CodecServer() as server:
        out = w.view("keys 8\nscreen\nkeys K\nscreen\n", "a.json", "--codec-endpoint",
                     server.url("/spoilt"))
    before, after = halves(out)
    has(before, "status 400: one of them is no good")
    has(after, "C-9", '"second"')


def test_nobody_is_there(w):
    out = w.view("keys 8\nscreen\n", "a.json", "--codec-endpoint", "http://127.0.0.1:1/x")
    has(out, "codec server http://127.0.0.1:1/decode", "K asks again")


def test_hostile_answers(w):
    for mode, words in (("count", "2 payloads sent and 1 came back"), ("more", "3 came back"),
                        ("nonsense", "no JSON of payloads"), ("values", "no JSON of payloads"),
                        ("away", "another host"), ("circles", "redirected in circles"),
                        ("refuses", "no such key"), ("drops", "codec server http")):
        with CodecServer() as server:
            out = w.view("keys 8\nscreen\n", "a.json", "--codec-endpoint",
                         server.url("/" + mode))
        has(out, words)
        lacks(out, "secret", "\x1b")


def test_the_end_does_not_wait_for_a_server(w):
    with CodecServer() as server:
        begin = time.monotonic()
        out = w.view("keys 8\nscreen\n", "a.json", "--codec-endpoint", server.url("/slow"),
                     "--codec-timeout", "1")
        assert time.monotonic() - begin < 2.8, "a timeout is for the server, not the user"
    has(out, "codec server http", "imeout")


def test_masks_go_before_a_server(w):
    with CodecServer() as server:
        out = w.view("keys 8 :\ntype redact\nkeys Enter\nscreen\nkeys 7 f 8\nscreen\n", "a.json",
                     "--codec-endpoint", server.url("/ok"))
        same(len(server.requests), 1, "requests: the one before")
        has(w.view("keys Q\n", "a.json", "--redact", "--codec-endpoint", server.url("/ok"), code=2),
            "secrets are masked")
    lacks(out, "C-9", "codec 127")


def test_a_large_one_is_asked_for_when_it_is_unfolded(w):
    b = Build("w-1")
    b.events[0]["workflowExecutionStartedEventAttributes"]["input"] = {
        "payloads": [lock(plain({"cart": "C-9", "x": "y" * 400000}))]}
    (w.folder / "large.json").write_text(b.text(), encoding="utf-8")
    with CodecServer() as server:
        w.view("keys 8\nscreen\n", "large.json", "--codec-endpoint", server.url("/ok"))
        same(server.requests, [], "requests while it is folded")
        out = w.view("keys 8 x\nscreen\n", "large.json", "--codec-endpoint", server.url("/ok"))
        has(out, "C-9", "by the codec server")
        out = w.view("keys 8 x\nkeys :\ntype codec off\nkeys Enter\nscreen\n", "large.json",
                     "--codec-endpoint", server.url("/ok"))
        lacks(out, "C-9")
        out = w.view("keys 8 x\nkeys :\ntype redact\nkeys Enter\nscreen\n", "large.json",
                     "--codec-endpoint", server.url("/ok"))
        lacks(out, "C-9")


def test_usage(w):
    out = w.view("keys Q\n", "a.json", "--codec-endpoint", "ftp://x", code=2)
    has(out, "http:// or https://")
    out = w.view("keys :\ntype codec nowhere\nkeys Enter\nscreen\n", "a.json")
    has(out, "a codec endpoint begins with http:// or https://")
    out = w.view("keys K\nscreen\n", "a.json")
    has(out, "no codec server is set")


def main():
    wanted, bad = sys.argv[2:], 0
    for name, test in list(globals().items()):
        if not name.startswith("test_") or (wanted and name not in wanted):
            continue
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(World(sys.argv[1], folder))
            except AssertionError as e:
                bad += 1
                print(f"{name}: {e}")
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
