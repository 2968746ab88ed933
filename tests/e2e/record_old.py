#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# record_old.py: records tests/e2e/old/SDK-VERSION with an old worker and a real server.
"""Usage: record_old.py TEMPORAL_CLI SDK-VERSION -- WORKER COMMAND...

Starts the CLI's dev server on a free port and the worker on it, drives the
workflows listed below and writes one exported history per run.
"""
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent

# name, type, input, what is done to it afterwards, open: do not wait for the end
GO = [
    ("order-1", "order", '"in1"', [], False),
    ("saga-1", "saga", None, [], False),
    ("looper-1", "looper", "0", [], False),
    ("versions-1", "versions", None, [], False),
    ("fanout-1", "fanout", '{"N":8,"M":2}', [], False),
    ("openone-idle", "openone", '"idle"', [], True),
    ("openone-pending", "openone", '"pending"', [], True),
    ("updates-1", "updates", None,
     [("update", "set", "5"), ("signal", "note", '"a"'), ("signal", "finish", '"b"')], False),
]
JAVA = [
    ("order-1", "order", '"in1"', [], False),
    ("saga-1", "saga", '"in"', [], False),
    ("looper-1", "looper", "3", [], False),
    ("versions-1", "versions", '"in"', [], False),
    ("fanout-1", "fanout", '{"n":8,"m":2}', [], False),
    ("openone-idle", "openone", '"idle"', [], True),
    ("openone-pending", "openone", '"pending"', [], True),
    ("updates-1", "updates", None,
     [("update", "set", "5"), ("signal", "poke", '"a"'), ("signal", "finish", None)], False),
]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def record(cli, address, plan, out):
    def call(*args, check=True):
        return subprocess.run([cli, "workflow", *args, "--address", address], check=check,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              universal_newlines=True).stdout

    for name, kind, given, after, _ in plan:
        words = ["--input", given] if given else []
        call("start", "--type", kind, "--task-queue", "hc", "--workflow-id", name, *words)
        time.sleep(1.5 if after else 0)
        for verb, what, arg in after:
            words = ["--input", arg] if arg else []
            verb = ["update", "execute"] if verb == "update" else [verb]
            call(*verb, "--workflow-id", name, "--name", what, *words)
    host = socket.gethostname()
    for name, _, _, _, is_open in plan:
        if is_open:
            time.sleep(2)
        else:
            # A failed workflow is a story too: its exit code says nothing here.
            call("result", "--workflow-id", name, check=False)
        text = call("show", "--workflow-id", name, "-o", "json").replace("@" + host, "@lab").replace(
            "\"" + host + ":", "\"lab:")
        json.loads(text)
        (out / (name + ".json")).write_text(text)
        print(name, len(json.loads(text)["events"]), "events")


def main():
    cli, version, worker = sys.argv[1], sys.argv[2], sys.argv[sys.argv.index("--") + 1:]
    out = HERE / "old" / version
    out.mkdir(parents=True, exist_ok=True)
    port = free_port()
    address = "127.0.0.1:%d" % port
    with tempfile.TemporaryDirectory() as lab:
        log = open(os.path.join(lab, "log"), "w")
        server = subprocess.Popen(
            [cli, "server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", str(port),
             "--log-level", "error"], stdout=log, stderr=log)
        time.sleep(4)
        env = dict(os.environ, TEMPORAL_ADDRESS=address, TEMPORAL_TASK_QUEUE="hc")
        program = subprocess.Popen(worker, env=env, stdout=log, stderr=log)
        try:
            time.sleep(8)
            record(cli, address, GO if version.startswith("go-") else JAVA, out)
        finally:
            for p in (program, server):
                p.terminate()
                p.wait()


if __name__ == "__main__":
    main()
