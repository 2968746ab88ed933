# SPDX-License-Identifier: MIT
# codec_server.py: a codec server on 127.0.0.1 for tests: zlib, and the ways to fail.
"""
    with CodecServer() as server:
        server.url("/ok")        POST there + /decode or /encode
        server.requests          what came in: (path, headers, number of payloads, bytes)

The first part of the path is the mode: a method of Handler named mode_*.
"""
import base64
import http.server
import json
import ssl
import threading
import time
import zlib


def varint(n):
    out = b""
    while n >= 0x80:
        out += bytes([n & 0x7f | 0x80])
        n >>= 7
    return out + bytes([n])


def field(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


def to_wire(payload):
    out = b""
    for key in sorted(payload.get("metadata", {})):
        value = base64.b64decode(payload["metadata"][key])
        out += field(1, field(1, key.encode()) + field(2, value))
    data = base64.b64decode(payload.get("data", ""))
    return out + (field(2, data) if data else b"")


def read_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7f) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def fields(data):
    at = 0
    while at < len(data):
        tag, at = read_varint(data, at)
        size, at = read_varint(data, at)
        yield tag >> 3, data[at:at + size]
        at += size


def from_wire(data):
    payload = {"metadata": {}}
    for number, value in fields(data):
        if number == 1:
            entry = dict(fields(value))
            payload["metadata"][entry[1].decode()] = base64.b64encode(entry[2]).decode()
        elif number == 2:
            payload["data"] = base64.b64encode(value).decode()
    return payload


ZLIB = base64.b64encode(b"binary/zlib").decode()


def encode(payload):
    return {"metadata": {"encoding": ZLIB},
            "data": base64.b64encode(zlib.compress(to_wire(payload))).decode()}


LOCKED = base64.b64encode(b"binary/locked").decode()


def lock(payload):
    """What no layer of ours takes off."""
    return {"metadata": {"encoding": LOCKED},
            "data": base64.b64encode(bytes(b ^ 0x5a for b in to_wire(payload))).decode()}


def decode(payload):
    if payload.get("metadata", {}).get("encoding") == LOCKED:
        return from_wire(bytes(b ^ 0x5a for b in base64.b64decode(payload["data"])))
    if payload.get("metadata", {}).get("encoding") != ZLIB:
        return payload
    return from_wire(zlib.decompress(base64.b64decode(payload["data"])))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def changed(self):
        change = encode if self.path.split("?")[0].endswith("/encode") else decode
        return [change(p) for p in self.payloads]

    def good(self):
        self.answer(200, json.dumps({"payloads": self.changed()}).encode())

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.payloads = json.loads(body)["payloads"]
        self.server.seen.append((self.path, dict(self.headers), len(self.payloads), len(body)))
        getattr(self, "mode_" + self.path.split("/")[1])()

    mode_ok = good

    def mode_spoilt(self):  # one that can't be read spoils the request for all
        if len(self.payloads) > 1:
            self.answer(400, b"one of them is no good\n")
        else:
            self.good()

    def mode_once(self):  # the first request fails
        if len(self.server.seen) == 1:
            self.answer(503, b"the key store is down\n")
        else:
            self.good()

    def mode_flaky(self):  # fails twice, then works
        if len(self.server.seen) % 3:
            self.answer(503, b"try again\n")
        else:
            self.good()

    def mode_broken(self):
        self.answer(500, b"the key store is down\nsecret detail\n")

    def mode_refuses(self):
        self.answer(400, b"codec: \x1b[31mno such key\n")

    def mode_denies(self):
        self.answer(401, b"")

    def mode_count(self):
        self.answer(200, json.dumps({"payloads": self.changed()[1:]}).encode())

    def mode_more(self):
        changed = self.changed()
        self.answer(200, json.dumps({"payloads": changed + changed[:1]}).encode())

    def mode_slow(self):
        time.sleep(3)
        self.close_connection = True

    def mode_huge(self):
        self.send_response(200)
        self.send_header("Content-Length", str(1 << 40))
        self.end_headers()
        try:
            while True:
                self.wfile.write(b" " * (1 << 20))
        except OSError:
            self.close_connection = True

    def mode_nonsense(self):
        self.answer(200, b'{"payloads":[{"metadata":{},"data":"secret-secret!"}')

    def mode_values(self):  # decoded for reading: no payloads any more
        self.answer(200, json.dumps({"payloads": ["secret" for _ in self.payloads]}).encode())

    def mode_drops(self):
        self.close_connection = True

    def mode_here(self):  # another path of this server
        self.answer(307, b"", [("Location", "/ok" + self.path[len("/here"):])])

    def mode_away(self):
        self.answer(307, b"", [("Location", f"http://localhost:{self.server.server_port}/ok/decode")])

    def mode_circles(self):
        self.answer(307, b"", [("Location", self.path)])

    def mode_go(self):  # what Go's encoding/json makes of the message
        changed = [dict(p, external_payloads=[{"size_bytes": 5}]) for p in self.changed()]
        self.answer(200, json.dumps({"payloads": changed}).encode())


class CodecServer:
    def __init__(self, certificate=None, clients=None):
        self.certificate = certificate  # files of certificate and key: https
        self.clients = clients  # file of what clients' certificates must be vouched for by

    def __enter__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if self.certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*self.certificate)
            if self.clients:
                context.verify_mode = ssl.CERT_REQUIRED
                context.load_verify_locations(self.clients)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.server.daemon_threads = True
        self.server.seen = []
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def url(self, path):
        return f"http{'s' if self.certificate else ''}://127.0.0.1:{self.server.server_port}{path}"

    @property
    def requests(self):
        return self.server.seen
