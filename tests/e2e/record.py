#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# record.py: records histories with a worker of tests/workers and a real server.
"""Usage: record.py TEMPORAL_CLI PLAN FOLDER -- WORKER COMMAND...

Starts the CLI's dev server on a free port and the worker on it, drives the
workflows of the plan and writes one exported history per run into FOLDER.
"""
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

# name, type, input, what is done to it afterwards, seconds after which it is exported
# (0: when it has ended)
GO = [
    ("order-1", "order", '"in1"', [], 0),
    ("saga-1", "saga", None, [], 0),
    ("looper-1", "looper", "0", [], 0),
    ("versions-1", "versions", None, [], 0),
    ("fanout-1", "fanout", '{"N":8,"M":2}', [], 0),
    ("openone-idle", "openone", '"idle"', [], 3),
    ("openone-pending", "openone", '"pending"', [], 3),
    ("updates-1", "updates", None,
     [("update", "set", "5"), ("signal", "note", '"a"'), ("signal", "finish", '"b"')], 0),
]
JAVA = [
    ("order-1", "order", '"in1"', [], 0),
    ("saga-1", "saga", '"in"', [], 0),
    ("looper-1", "looper", "3", [], 0),
    ("versions-1", "versions", '"in"', [], 0),
    ("fanout-1", "fanout", '{"n":8,"m":2}', [], 0),
    ("openone-idle", "openone", '"idle"', [], 3),
    ("openone-pending", "openone", '"pending"', [], 3),
    ("updates-1", "updates", None,
     [("update", "set", "5"), ("signal", "poke", '"a"'), ("signal", "finish", None)], 0),
]
# Of every SDK: what the first corpus had no case of. tests/corpus/SDK.
EXTRA = [
    ("runchild-1", "runchild", None, [], 0),
    ("longlocal-1", "longlocal", None, [], 13),
    ("longlocal-2", "longlocal", None, [], 21),
]
PLANS = {"old-go": GO, "old-java": JAVA, "extra": EXTRA}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def record(cli, address, plan, out):
    def call(*args, check=True):
        return subprocess.run([cli, "workflow", *args, "--address", address], check=check,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              universal_newlines=True).stdout

    began = time.time()
    for name, kind, given, after, _ in plan:
        words = ["--input", given] if given else []
        call("start", "--type", kind, "--task-queue", "hc", "--workflow-id", name, *words)
        time.sleep(1.5 if after else 0)
        for verb, what, arg in after:
            words = ["--input", arg] if arg else []
            verb = ["update", "execute"] if verb == "update" else [verb]
            call(*verb, "--workflow-id", name, "--name", what, *words)
    host = socket.gethostname()
    for name, _, _, _, seconds in plan:
        if seconds:
            time.sleep(max(0, began + seconds - time.time()))
        else:
            # A failed workflow is a story too: its exit code says nothing here.
            call("result", "--workflow-id", name, check=False)
        text = call("show", "--workflow-id", name, "-o", "json").replace("@" + host, "@lab").replace(
            "\"" + host + ":", "\"lab:")
        json.loads(text)
        (out / (name + ".json")).write_text(text)
        print(name, len(json.loads(text)["events"]), "events")


def main():
    cli, plan, worker = sys.argv[1], PLANS[sys.argv[2]], sys.argv[sys.argv.index("--") + 1:]
    out = pathlib.Path(sys.argv[3])
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
            record(cli, address, plan, out)
        finally:
            for p in (program, server):
                p.terminate()
                p.wait()


if __name__ == "__main__":
    main()
