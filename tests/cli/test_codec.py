#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# test_codec.py: convert --codec, with keys and with a codec server that may misbehave.
"""
    test_codec.py HINDCAST CORPUS     prints what is wrong, exits 1
"""
import base64
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from codec_server import CodecServer, ZLIB, encode, to_wire  # noqa: E402

KEY = "test text:test-key-test-key-test-key-test!\n"


class World:
    def __init__(self, program, corpus, folder):
        self.program = os.path.abspath(program)
        self.corpus = os.path.abspath(corpus)
        self.folder = folder
        self.out = os.path.join(folder, "out.json")
        self.keys = os.path.join(folder, "keys")
        with open(self.keys, "w", encoding="ascii") as file:
            file.write(KEY)
        os.chmod(self.keys, 0o600)

    def run(self, history, *options, env=None, out=None):
        """Converts; (exit code, what was written or None, stderr)."""
        out = out or self.out
        if os.path.exists(out):
            os.unlink(out)
        got = subprocess.run(
            [self.program, "convert", os.path.join(self.corpus, history), "-o", out, *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
            timeout=120, check=False, env=dict(os.environ, **(env or {})))
        written = None
        if os.path.exists(out):
            with open(out, encoding="utf-8") as file:
                written = file.read()
        return got.returncode, written, got.stderr


def expect(name, got, wanted):
    if got != wanted:
        yield f"{name}: {got!r}, expected {wanted!r}"


def expect_in(name, text, *parts):
    for part in parts:
        if part not in (text or ""):
            yield f"{name}: {part!r} is not in {text!r}"


def expect_not_in(name, text, *parts):
    for part in parts:
        if part in (text or ""):
            yield f"{name}: {part!r} is in {text!r}"


# ---- our own layers ----

def check_keys(w):
    code, written, err = w.run("odd/encrypted-failures-saga.json", "--codec", "decode",
                               "--keys", w.keys)
    yield from expect("decode", (code, err.endswith("codec: 22 payloads decoded, with the text "
                                                    "of 7 failures\n")), (0, True))
    yield from expect_in("decode", written, "charge refused")
    yield from expect_not_in("decode", written, "Encoded failure", "encodedAttributes")
    environment = w.run("odd/encrypted-failures-saga.json", "--codec", "decode",
                        env={"HINDCAST_KEY_TEST": KEY.split()[1]})
    yield from expect("key from the environment", environment[1], written)
    os.chmod(w.keys, 0o644)
    code, _, err = w.run("odd/encrypted-order.json", "--codec", "decode", "--keys", w.keys)
    yield from expect_in("open keys", err, "others may read these keys")
    os.chmod(w.keys, 0o600)


def check_strict(w):
    code, written, err = w.run("odd/encrypted-order.json", "--codec", "decode")
    yield from expect("no key", code, 0)
    yield from expect_in("no key", err, "10 payloads could not be decoded; the first: event 1: "
                         'workflowExecutionStartedEventAttributes.input.payloads[0]: there is '
                         'no key "test"')
    yield from expect_in("no key", written, "YmluYXJ5L2VuY3J5cHRlZA==")
    code, written, _ = w.run("odd/encrypted-order.json", "--codec", "decode", "--strict")
    yield from expect("no key, strict", (code, written), (1, None))


def check_rotation(w):
    """Decoded and encoded with another key, then decoded: the same as decoded at once."""
    with open(w.keys, "a", encoding="ascii") as file:
        file.write("new hex:" + "5a" * 16 + "\n")
    plain = w.run("odd/encrypted-order.json", "--codec", "decode", "--keys", w.keys)[1]
    first = os.path.join(w.folder, "plain.json")
    with open(first, "w", encoding="utf-8") as file:
        file.write(plain)
    second = os.path.join(w.folder, "rotated.json")
    code, rotated, err = w.run(first, "--codec", "encode", "--codec-chain", "zlib,encrypted",
                               "--key-id", "new", "--keys", w.keys, out=second)
    yield from expect("rotated", code, 0)
    yield from expect_not_in("rotated", rotated, "anNvbi9wbGFpbg==")
    again = w.run(first, "--codec", "encode", "--codec-chain", "encrypted", "--key-id", "new",
                  "--keys", w.keys)[1]
    yield from expect("nonces differ", again == w.run(
        first, "--codec", "encode", "--codec-chain", "encrypted", "--key-id", "new",
        "--keys", w.keys)[1], False)
    yield from expect("back", w.run(second, "--codec", "decode", "--keys", w.keys)[1], plain)


def show(w, *arguments, env=None):
    got = subprocess.run([w.program, "show", *arguments], stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
                         timeout=60, check=False, env=dict(os.environ, **(env or {})))
    return got.returncode, got.stdout, got.stderr


def check_show(w):
    saga = os.path.join(w.corpus, "odd/encrypted-failures-saga.json")
    code, out, err = show(w, "--grep", "charge refused", "--keys", w.keys, saga)
    yield from expect("show --grep", (code, err), (0, ""))
    yield from expect_in("show --grep", out, "failure.message: charge refused")
    yield from expect("show --grep, encoded", show(w, "--grep", "charge refused", saga)[0], 1)
    code, out, err = show(w, "--event", "13", "--payloads", "--keys", w.keys, saga)
    yield from expect("show --payloads", (code, err), (0, ""))
    yield from expect_in(
        "show --payloads", out, '"message": "Encoded failure"',
        "activityTaskFailedEventAttributes.failure.applicationFailureInfo.details.payloads[1]: "
        'json/plain, was encrypted\n  {\n    "last4": "4242"\n  }\n')
    code, out, err = show(w, "--event", "13", "-p", "--json", saga)
    shown = json.loads(out)
    yield from expect("show --payloads --json", (code, shown["event"]["eventId"]), (0, "13"))
    yield from expect("show --payloads --json", shown["payloads"][0]["problem"],
                      'there is no key "test"')
    code, out, err = show(w, "--event", "1", "--decode", saga)
    yield from expect("show --decode", code, 0)
    yield from expect_in("show --decode", err, "22 payloads could not be decoded; the first: "
                         "event 1: ")
    yield from expect("show --payloads --tasks", show(w, "--payloads", "--tasks", saga)[0], 2)
    yield from expect("show --keys", show(w, "--keys", "/no/such", saga)[0], 3)
    yield from expect("show --descriptor-set", show(w, "--descriptor-set", saga, saga)[0], 3)


def stored_history(w, key):
    reference = {"driverName": "s3", "claimData": {"bucket": "b", "key": key,
                                                   "hash_algorithm": "sha256"}}
    event = {"eventId": "1", "eventType": "EVENT_TYPE_WORKFLOW_EXECUTION_STARTED",
             "workflowExecutionStartedEventAttributes": {
                 "workflowType": {"name": "t"}, "input": {"payloads": [{
                     "metadata": {
                         "encoding": base64.b64encode(b"json/protobuf").decode(),
                         "messageType": base64.b64encode(
                             b"temporal.api.sdk.v1.ExternalStorageReference").decode()},
                     "data": base64.b64encode(json.dumps(reference).encode()).decode()}]}}}
    path = os.path.join(w.folder, "stored.json")
    with open(path, "w", encoding="ascii") as file:
        json.dump({"events": [event]}, file)
    return path


def check_storage(w):
    """References are counted, put in, and the layers below taken off, each when asked."""
    store = os.path.join(w.folder, "store")
    inner = encode({"metadata": {"encoding": base64.b64encode(b"json/plain").decode()},
                    "data": base64.b64encode(b'"from the store"').decode()})
    os.makedirs(os.path.join(store, "v0/d"))
    with open(os.path.join(store, "v0/d/x"), "wb") as file:
        file.write(to_wire(inner))
    path = stored_history(w, "v0/d/x")
    code, _, err = w.run(path, "--codec", "decode")
    yield from expect("references", code, 0)
    yield from expect_in("references", err, "1 payload is stored elsewhere")
    for options in ([], ["--codec", "encode", "--codec-chain", "zlib"]):
        code, _, err = w.run(path, *options)
        yield from expect(f"references {options}", code, 0)
        yield from expect_in(f"references {options}", err, "1 payload is stored elsewhere: the "
                             "history alone is not complete (`hindcast convert --storage DIR`")
    checked = subprocess.run([w.program, "check", path], stdout=subprocess.PIPE, timeout=60,
                             check=False, text=True)
    yield from expect_in("check", checked.stdout, ": note: 1 payload is stored elsewhere")
    with open(path, encoding="ascii") as file:
        event = json.load(file)["events"][0]
    payloads = event["workflowExecutionStartedEventAttributes"]["input"]["payloads"]
    older = base64.b64encode(b"json/external-storage-reference").decode()
    payloads.append({"metadata": {"encoding": older}, "data": payloads[0]["data"]})
    for before in range(48):  # wherever a search looks first
        event["workflowExecutionStartedEventAttributes"]["workflowType"]["name"] = "t" * before
        both = os.path.join(w.folder, "both.json")
        for these, n in ((payloads[1:], "1 payload is"), (payloads, "2 payloads are")):
            event["workflowExecutionStartedEventAttributes"]["input"]["payloads"] = these
            with open(both, "w", encoding="ascii") as file:
                json.dump({"events": [event]}, file)
            _, _, err = w.run(both)
            yield from expect_in(f"both kinds, {before}", err, n + " stored elsewhere")
    code, written, err = w.run(path, "--storage", store + "/nothing")
    yield from expect("no such store", (code, written), (3, None))
    yield from expect_in("no such store", err, "--storage: there is no folder ")
    code, written, err = w.run(path, "--storage", store)
    yield from expect("put in", code, 0)
    yield from expect_in("put in", written, ZLIB)
    yield from expect_in("put in", err, "codec: 1 payload put in\n")
    code, written, _ = w.run(path, "--storage", store, "--codec", "decode")
    yield from expect_in("put in and decoded", written,
                         base64.b64encode(b'"from the store"').decode())
    code, written, err = w.run(stored_history(w, "v0/../../etc/passwd"), "--storage", store,
                               "--strict")
    yield from expect("a key that leads out", (code, written), (1, None))
    yield from expect_in("a key that leads out", err, "1 payload could not be put in; the first: "
                         "event 1: ", "is not in ")


USAGE = [  # options, exit code, stderr
    (["--codec", "undo"], 2, "--codec is decode or encode"),
    (["--keys", "x"], 2, "--codec says what to do"),
    (["--codec", "encode"], 2, "--codec-chain says what to put on"),
    (["--codec", "encode", "--codec-chain", "gzip"], 2, 'no layer "gzip"'),
    (["--codec", "encode", "--codec-chain", "encrypted"], 2, "--key-id says which"),
    (["--codec", "encode", "--codec-chain", "encrypted", "--key-id", "k"], 3,
     'there is no key "k"'),
    (["--codec", "decode", "--codec-chain", "zlib"], 2, "belong to --codec encode"),
    (["--codec", "decode", "--codec-auth", "x"], 2, "belong to --codec-endpoint"),
    (["--codec", "decode", "--codec-cert", "x"], 2, "belong to --codec-endpoint"),
    (["--codec", "decode", "--codec-endpoint", "http://x", "--codec-cert", "x"], 2, "https://"),
    (["--codec", "decode", "--codec-endpoint", "ftp://x"], 2, "http:// or https://"),
    (["--codec", "decode", "--codec-endpoint", "http://x/{namespace}"], 2, "--namespace"),
    (["--codec", "decode", "--codec-endpoint", "http://x", "--codec-header", "x"], 2,
     "NAME=VALUE"),
    (["--codec", "decode", "--codec-endpoint", "http://x", "--codec-header", "a=b\nc: d"], 2,
     "on one line"),
    (["--codec", "decode", "--codec-endpoint", "http://x", "--keys", "k"], 2,
     "the server has chain and keys"),
    (["--codec", "decode", "--keys", "/no/such/file"], 3, "/no/such/file"),
    (["--codec", "decode", "--codec-endpoint", "http://x", "--storage", "d"], 2, "--storage"),
]


def check_usage(w):
    for options, code, err in USAGE:
        got = w.run("odd/zlib-order.json", *options)
        yield from expect(str(options), got[:2], (code, None))
        yield from expect_in(str(options), got[2], err)


# ---- a codec server ----

def remote(w, server, path, *options, history="odd/zlib-saga.json", way="decode"):
    return w.run(history, "--codec", way, "--codec-endpoint", server.url(path), *options)


def check_remote(w, server):
    wanted = w.run("odd/zlib-saga.json", "--codec", "decode")[1]
    code, written, err = remote(
        w, server, "/ok/{namespace}/x/?a=b", "--namespace", "my-space", "--codec-auth",
        "Bearer secret-token", "--codec-header", "X-Extra=1", "--codec-header", "X-Empty=")
    yield from expect("remote", (code, written), (0, wanted))
    path, headers, n, _ = server.requests[-1]
    yield from expect("path", path, "/ok/my-space/x/decode?a=b")
    yield from expect("headers", [headers.get(k) for k in (
        "Content-Type", "X-Namespace", "Authorization", "X-Extra", "X-Empty", "Expect")],
        ["application/json", "my-space", "Bearer secret-token", "1", "", None])
    yield from expect("payloads", n > 10, True)
    yield from expect_not_in("stderr", err, "secret")
    code, encoded, _ = remote(w, server, "/ok", way="encode", history="ts/saga.json")
    yield from expect("encode", code, 0)
    yield from expect_not_in("encode", encoded, "charge refused", "anNvbi9wbGFpbg==")
    for path in ("/here", "/flaky", "/go"):
        code, again, err = remote(w, server, path)
        yield from expect(path, code, 0)
        if path != "/go":
            yield from expect(path, again, wanted)
        else:
            yield from expect_in(path, again, '"externalPayloads"', '"sizeBytes": "5"')


REFUSED = [  # mode, options, stderr, requests
    ("/broken", [], "after 4 tries: status 500: the key store is down\n", 4),
    ("/refuses", [], "status 400: codec: \\x1b[31mno such key\n", 1),
    ("/denies", [], "status 401\n", 1),
    ("/count", [], "came back", 1),
    ("/more", [], "came back", 1),
    ("/slow", ["--codec-timeout", "1"], "Timeout was reached", 1),
    ("/nonsense", [], "the answer is no JSON of payloads", 1),
    ("/values", [], "the answer is no JSON of payloads", 1),
    ("/huge", [], "an answer of more than 268435456 bytes", 1),
    ("/away", [], "redirected to another host (http://localhost:", 1),
    ("/circles", [], "redirected in circles", 4),
    ("/drops", [], "after 4 tries: ", 4),
]


def check_refusals(w, server):
    for path, options, err, requests in REFUSED:
        before = len(server.requests)
        got = remote(w, server, path, "--codec-auth", "secret-token", *options)
        yield from expect(path, got[:2], (3, None))
        yield from expect_in(path, got[2], err, "codec server " + server.url("") + "/decode: ")
        yield from expect_not_in(path, got[2], "secret")
        yield from expect(path + ": lines", got[2].count("\n"), 1)
        yield from expect(path + ": requests", len(server.requests) - before, requests)
    before = len(server.requests)
    code, _, err = w.run("odd/zlib-order.json", "--codec", "decode", "--codec-endpoint",
                         "http://user:secret@127.0.0.1:1/x")
    yield from expect("nobody there", code, 3)
    yield from expect_in("nobody there", err, "codec server http://127.0.0.1:1/decode: after 4")
    yield from expect_not_in("nobody there", err, "secret")


def check_batches(w, server):
    """Many payloads, and large ones: never more than 4 MB or 1000 a request."""
    events = [{"eventId": str(i), "eventType": "EVENT_TYPE_MARKER_RECORDED",
               "markerRecordedEventAttributes": {"markerName": "m", "details": {"d": {
                   "payloads": [{"metadata": {"encoding": "anNvbi9wbGFpbg=="},
                                 "data": "MTIz" * (1 if i < 2500 else 200000)}]}}}}
              for i in range(2, 2515)]
    events.insert(0, {"eventId": "1", "eventType": "EVENT_TYPE_WORKFLOW_EXECUTION_STARTED",
                      "workflowExecutionStartedEventAttributes": {}})
    path = os.path.join(w.folder, "many.json")
    with open(path, "w", encoding="ascii") as file:
        json.dump({"events": events}, file)
    plain = w.run(path)[1]
    before = len(server.requests)
    code, encoded, err = w.run(path, "--codec", "encode", "--codec-endpoint", server.url("/ok"))
    seen = server.requests[before:]
    yield from expect("batches", (code, sum(n for _, _, n, _ in seen)), (0, 2513))
    yield from expect("batch sizes", all(n <= 1000 and size <= 4 << 20 for _, _, n, size in seen),
                      True)
    yield from expect("number of batches", len(seen) <= 8, True)
    with open(path, "w", encoding="ascii") as file:
        file.write(encoded or "")
    yield from expect("batches, back", w.run(path, "--codec", "decode", "--codec-endpoint",
                                             server.url("/ok"))[1], plain)


def make_certificate(folder, name=""):
    files = os.path.join(folder, name + "cert.pem"), os.path.join(folder, name + "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                    "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-out", files[0], "-keyout", files[1]], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return files


def check_tls(w, _):
    """A certificate that nobody vouches for is refused; one that was named is fine."""
    files = make_certificate(w.folder)
    wanted = w.run("odd/zlib-saga.json", "--codec", "decode")[1]
    with CodecServer(files) as server:
        code, written, err = remote(w, server, "/ok", "--codec-auth", "secret")
        yield from expect("own certificate", (code, written), (3, None))
        yield from expect_in("own certificate", err, "certificate")
        yield from expect_not_in("own certificate", err, "secret", "after 4 tries")
        yield from expect("own certificate: requests", server.requests, [])
        code, written, err = remote(w, server, "/ok", "--codec-ca", files[0])
        yield from expect("named certificate", (code, written), (0, wanted))


def check_mutual_tls(w, _):
    """A server that asks who its client is."""
    own, mine, other = (make_certificate(w.folder, n) for n in ("server-", "mine-", "other-"))
    wanted = w.run("odd/zlib-saga.json", "--codec", "decode")[1]
    made = {name: os.path.join(w.folder, name) for name in ("both.pem", "locked.pem", "none.pem")}
    with open(made["both.pem"], "w") as both:
        both.writelines(open(f).read() for f in mine)
    with open(made["none.pem"], "w") as none:
        none.write("no PEM")
    subprocess.run(["openssl", "pkey", "-in", mine[1], "-aes128", "-passout", "pass:secret",
                    "-out", made["locked.pem"]], check=True)
    missing = os.path.join(w.folder, "missing.pem")
    fine = [["--codec-cert", mine[0], "--codec-key", mine[1]], ["--codec-cert", made["both.pem"]]]
    wrong = [
        ([], 3, ["may ask for a certificate", "--codec-cert"]),
        (["--codec-cert", other[0], "--codec-key", other[1]], 3, ["may not accept"]),
        (["--codec-cert", mine[0], "--codec-key", other[1]], 3, ["the key of that certificate"]),
        (["--codec-cert", missing], 3, ["--codec-cert", missing]),
        (["--codec-cert", mine[0], "--codec-key", missing], 3, ["--codec-key", missing]),
        (["--codec-cert", made["none.pem"]], 3, ["none.pem", "no certificate"]),
        (["--codec-cert", mine[0], "--codec-key", mine[0]], 3, ["mine-cert.pem", "no private key"]),
        (["--codec-cert", mine[0], "--codec-key", made["locked.pem"]], 3,
         ["locked.pem", "passphrase"]),
        (["--codec-cert", mine[0]], 2, ["--codec-key says where"]),
        (["--codec-key", mine[1]], 2, ["belongs to --codec-cert"]),
        (["--codec-ca", missing], 3, ["--codec-ca", missing]),
    ]
    if os.geteuid():  # nothing is unreadable to root
        os.chmod(made["none.pem"], 0)
        wrong.append((["--codec-cert", made["none.pem"]], 3, ["none.pem", "ermission"]))
    with CodecServer(own, mine[0]) as server:
        for options in fine:
            code, written, err = remote(w, server, "/ok", "--codec-ca", own[0], *options)
            yield from expect(f"{options}: {err}", (code, written), (0, wanted))
        served = len(server.requests)
        for options, exits, texts in wrong:
            ca = [] if "--codec-ca" in options else ["--codec-ca", own[0]]
            code, written, err = remote(w, server, "/ok", *ca, *options)
            yield from expect(str(options), (code, written), (exits, None))
            for text in texts:
                yield from expect_in(str(options), err, text)
        yield from expect("no requests of strangers", len(server.requests), served)


def main(arguments):
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    broken = []
    with tempfile.TemporaryDirectory() as folder, CodecServer() as server:
        w = World(*arguments, folder)
        for check in (check_keys, check_strict, check_rotation, check_show,
                      check_storage, check_usage):
            broken.extend(check(w))
        for check in (check_remote, check_refusals, check_batches, check_tls,
                      check_mutual_tls):
            broken.extend(check(w, server))
    for line in broken:
        print(line)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
