#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# test_view_rerun.py: R and S of hindcast view, with workers that follow a script.
"""
    test_view_rerun.py HINDCAST FAKE_WORKER [TEST...]

Keys are played from a script; what the screens say is looked through, and what is left.
"""
import os
import subprocess
import sys

from replay_world import has, order, run_tests, same

ND = "[TMPRL1100] Nondeterminism error: "


def view(w, keys, *arguments, worker=None):
    w.path("keys").write_text("size 100x30\n" + keys, encoding="utf-8")
    temporary = w.path("temporary")
    temporary.mkdir(exist_ok=True)
    command = [w.hindcast, "view", "--script", "keys"]
    if worker is not None:
        command += ["--worker", worker]
    environment = dict(os.environ, LC_ALL="C.UTF-8", TZ="UTC", TMPDIR=str(temporary))
    done = subprocess.run(command + list(arguments), cwd=w.folder, env=environment,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
    err = done.stderr.decode()
    same((done.returncode, err), (0, ""), "exit and stderr")
    same(os.listdir(temporary), [], "what is left in the temporary folder")
    return done.stdout.decode()


def test_a_history_without_a_run(w):
    w.write("a.json", order())
    out = view(w, "keys R\nscreen\n", "a.json:diff", worker=w.worker())
    has(out, "replayed again in ", "s: passed", "the code did what the history says")
    assert not w.path(".hindcast").exists(), "the run file is the viewer's own"


def test_a_divergence_is_mended(w):
    w.write("a.json", order("w-1"))
    w.write("b.json", order("w-2"))
    w.replay("a.json", "b.json", worker=w.worker("w-1:nd:" + ND + "x"))
    out = view(w, "screen\nkeys Enter R\nscreen\nkeys q\nscreen\n", ".hindcast/last.jsonl",
               worker=w.worker())
    has(out, "diverged 1  passed 1", "passed (was diverged)", "passed 2")


def test_a_divergence_is_made(w):
    w.write("a.json", order("w-1"))
    w.replay("a.json", worker=w.worker())
    out = view(w, "keys R\nscreen\nkeys Enter 4\nscreen\n", ".hindcast/last.jsonl",
               worker=w.worker("w-1:nd:" + ND + "x"))
    has(out, "(was passed)", "diverged 1", "- cause ---")


def test_a_run_whose_histories_lie_elsewhere(w):
    w.write("ci/a.json", order("w-1"))
    w.replay("ci/a.json", worker=w.worker("w-1:nd:" + ND + "x"))
    os.rename(w.path("ci"), w.path("here"))
    for keys in ("keys n R", "keys Enter R\nkeys q"):
        out = view(w, keys + "\nscreen\n", ".hindcast/last.jsonl", "here", worker=w.worker())
        has(out, "(was diverged)", "passed 1")


def test_standard_input_is_no_file_to_replay(w):
    w.write("keys", "size 100x30\nkeys R\nscreen\n")
    done = subprocess.run([w.hindcast, "view", "--script", "keys", "--worker", w.worker(), "-"],
                          cwd=w.folder, input=order().text().encode(), capture_output=True,
                          timeout=60)
    has(done.stdout.decode(), "standard input can't be given to a worker")


def test_without_a_worker_nothing_runs(w):
    w.write("a.json", order())
    out = view(w, "keys R\nscreen\nkeys S\nscreen\n", "a.json")
    same(out.count("no worker: hindcast view --worker 'CMD'"), 2, "said")


def test_a_worker_that_does_not_come(w):
    w.write("a.json", order())
    out = view(w, "keys 4 R\nscreen\n", "a.json", worker="echo no luck; exit 3")
    has(out, "no verdict: ", "no luck", "no replay data for this history")


def test_a_history_that_looks_like_an_option(w):
    w.write("-x.json", order())
    out = view(w, "keys R\nscreen\n", "--", "-x.json", worker=w.worker())
    has(out, "s: passed")


def test_the_stack_is_asked_for(w):
    w.write("a.json", order())
    out = view(w, "keys S\nscreen\n", "a.json", worker=w.worker())
    has(out, "[6 stack]", "s: passed")


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
