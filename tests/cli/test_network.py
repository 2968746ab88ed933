#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# test_network.py: workers that were started elsewhere, and workers that reach nobody.
"""
    test_network.py HINDCAST FAKE_WORKER [TEST...]

Each test is a function; it gets a World: an empty folder, histories in domain words, and
the program. A test that fails keeps its folder and says where it is.
"""
import contextlib
import ctypes
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
import time

from replay_world import Skipped, accounted, errors, has, order, run_tests, same

ND_VAGUE = "[TMPRL1100] Nondeterminism error: Unexpected command producing an invalid transition X"
CLONE_NEWUSER = 0x10000000


def orders(w, n):
    return [w.write(f"h{i}.json", order(f"w-{i}")) for i in range(n)]


class Waiting:
    """hindcast --listen, and the note that says where."""

    def __init__(self, w, *arguments, listen="127.0.0.1:0", worker=None, **options):
        self.w = w
        self.process = w.start("--listen", listen, *arguments, worker=worker, **options)
        self.note, self.workers = self.line(), []
        found = re.search(r"TEMPORAL_ADDRESS=(\S+)", self.note)
        assert found, self.note
        self.address = found.group(1).replace("ADDRESS-OF-THIS-HOST", "127.0.0.1")

    def line(self):
        """One line of standard error, and nothing behind it."""
        line = b""
        while not line.endswith(b"\n"):
            c = os.read(self.process.stderr.fileno(), 1)
            assert c, f"the end of standard error after {line!r}"
            line += c
        return line.decode()

    def worker(self, *script, fake=None, **options):
        env = dict(os.environ, TEMPORAL_ADDRESS=self.address, TEMPORAL_TASK_QUEUE="queue")
        process = subprocess.Popen([fake or self.w.fake, *script], env=env, cwd=self.w.folder,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, **options)
        self.workers.append(process)
        return process

    def worker_until_over(self, *script):
        """Started again whenever it ends, as a container's restart policy does."""
        def keep():
            while self.process.poll() is None:
                self.worker(*script).communicate()
                time.sleep(0.05)
        thread = threading.Thread(target=keep, daemon=True)
        thread.start()

    def finish(self):
        try:
            return self.w.finish(self.process)
        finally:
            for worker in self.workers:
                if worker.poll() is None:
                    worker.kill()
                with contextlib.suppress(ValueError):  # another thread has read it
                    worker.communicate()


def ended(worker):
    """Exit code and output."""
    out = worker.communicate(timeout=20)[0].decode()
    return worker.returncode, out


def key_file(w, text, mode=0o600):
    w.path("key").write_text(text, encoding="utf-8")
    w.path("key").chmod(mode)
    return "key"


# ---- a worker that was started elsewhere ----

def test_elsewhere(w):
    names = orders(w, 5)
    for host in ("127.0.0.1", "[::1]", "localhost"):
        run = Waiting(w, *names, listen=host + ":0")
        has(run.note, "note: listening on ", "TEMPORAL_NAMESPACE=default",
            "TEMPORAL_TASK_QUEUE=queue")
        run.worker("w-3:nd:" + ND_VAGUE)
        got = run.finish()
        same(got.code, 1, "exit " + got.err)
        accounted(got, dict({name: "passed" for name in names}, **{"h3.json": "diverged"}))
        same(errors(got), [], "more on standard error")


def test_a_chosen_port(w):
    orders(w, 1)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    run = Waiting(w, "h0.json", listen=f"127.0.0.1:{port}")
    same(run.address, f"127.0.0.1:{port}", "address")
    run.worker()
    accounted(run.finish(), {"h0.json": "passed"})
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        got = w.replay("h0.json", "--listen", f"127.0.0.1:{port}")
    same(got.code, 3, "exit where the port is taken")
    has(got.err, f"can't listen on 127.0.0.1 port {port}")


def test_nobody_comes(w):
    names = orders(w, 2)
    run = Waiting(w, *names, "--ready-timeout", "1")
    got = run.finish()
    same(got.code, 5, "exit")
    accounted(got, {name: "failed" for name in names})
    row = got.row("h0.json")
    same(row["reason"], "no-worker", "reason")
    has(row["message"], f"no worker polled {run.address} within 1 s (--ready-timeout)")


def test_refuses_to_start(w):
    orders(w, 1)
    key_file(w, "k")
    for arguments, words in [
            (["--listen", "0.0.0.0:0"], "--insecure"),
            (["--listen", "[::]:0", "--tls", "auto"], "--api-key-file"),
            (["--listen", "0.0.0.0:0", "--api-key-file", "key"], "--tls"),
            (["--listen", "nowhere:1"], "address"),
            (["--listen", "127.0.0.1"], "HOST:PORT"),
            (["--listen", "127.0.0.1:0", "--api-key-file", "none"], "none"),
            (["--listen", "127.0.0.1:0", "--tls", "h0.json,key"], "no certificate"),
            (["--tls", "auto", "--worker", "true"], "--tls needs --listen"),
            (["--listen", "127.0.0.1:0", "--port", "7233"], "--port needs --worker"),
            (["--listen", "127.0.0.1:0", "--env", "A=B"], "--env needs --worker"),
            (["--listen", "127.0.0.1:0", "--worker-memory", "1G"], "--worker-memory needs"),
            (["--listen", "127.0.0.1:0", "-j", "2"], "--jobs needs --worker"),
            (["--listen", "127.0.0.1:0", "--isolate"], "--isolate needs --worker")]:
        got = w.replay("h0.json", *arguments)
        same(got.code, 2, f"exit of {arguments}: {got.err}")
        has(errors(got)[0], words)
        assert not w.path(".hindcast").exists(), "a usage error leaves a run file"
    key_file(w, "k", 0o644)
    got = w.replay("h0.json", "--listen", "127.0.0.1:0", "--api-key-file", "key")
    same(got.code, 2, "exit with a key that others may read")
    has(got.err, "others may read this key")


def test_insecure(w):
    orders(w, 1)
    run = Waiting(w, "h0.json", "--insecure", listen="0.0.0.0:0")
    run.worker()
    got = run.finish()
    accounted(got, {"h0.json": "passed"})
    has(got.err, "note: --insecure: whoever reaches that address")


def test_keys(w):
    orders(w, 2)
    run = Waiting(w, "h0.json", "h1.json", "--api-key-file", key_file(w, "right\n"))
    has(run.note, "TEMPORAL_API_KEY=(the key)")
    assert "right" not in run.note, "the key itself is printed"
    for script in (["key=wrong"], ["key=right-and-more"], []):
        code, out = ended(run.worker(*script))
        same(code, 3, "a worker with " + str(script))
        has(out, "status 16")
    run.worker("key=right")
    got = run.finish()
    accounted(got, {"h0.json": "passed", "h1.json": "passed"})
    notes = [line for line in errors(got) if "refused" in line]
    same(len([n for n in notes if "another API key" in n]), 1, "notes of wrong keys")
    same(len([n for n in notes if "without an API key" in n]), 1, "notes of no key")
    assert re.search(r"in all [0-9]+ calls were refused", got.err), got.err


def test_tls_and_key_beyond_loopback(w):
    orders(w, 1)
    run = Waiting(w, "h0.json", "--tls", "auto", "--api-key-file", key_file(w, "k"),
                  listen="0.0.0.0:0")
    has(run.note, "with TLS", "TEMPORAL_TLS=true",
        "TEMPORAL_TLS_SERVER_CA_CERT_PATH=.hindcast/last.tls.pem",
        "TEMPORAL_TLS_SERVER_NAME=localhost")
    path = w.path(".hindcast/last.tls.pem")
    same(stat.S_IMODE(path.stat().st_mode), 0o600, "mode of the certificate")
    text = path.read_text()
    assert "BEGIN CERTIFICATE" in text and "PRIVATE" not in text, text
    shutil.copy(path, w.path("roots.pem"))
    code, out = ended(run.worker("key=k"))
    same(code, 3, "a worker without TLS")
    has(out, "status 14")
    code, out = ended(run.worker("roots=roots.pem", "key=x"))
    has(out, "status 16")
    run.worker("roots=roots.pem", "key=k")
    got = run.finish()
    same(got.code, 0, "exit " + got.err)
    accounted(got, {"h0.json": "passed"})


def test_another_user(w):
    """Needs root, to be two users; tests/unit/test_gate.c shows the same without."""
    if os.geteuid() != 0:
        raise Skipped("needs root, to be two users")
    orders(w, 1)
    w.folder.chmod(0o755)
    fake = str(shutil.copy(w.fake, w.path("fake")))
    run = Waiting(w, "h0.json")
    code, out = ended(run.worker(fake=fake, user=4321))
    same(code, 3, "the other user's worker")
    has(out, "status 7")
    run.worker()
    got = run.finish()
    accounted(got, {"h0.json": "passed"})
    has(got.err, "note: a process of user id 4321 was refused (ipv4:127.0.0.1:")


def test_root_is_another_user(w):
    if os.geteuid() != 0:
        raise Skipped("needs root, to be two users")
    orders(w, 1)
    w.folder.chmod(0o777)
    w.hindcast = str(shutil.copy(w.hindcast, w.path("hindcast")))
    run = Waiting(w, "h0.json", "--ready-timeout", "2", user=4321)
    has(ended(run.worker())[1], "status 7")
    got = run.finish()
    same(got.code, 5, "exit")
    has(got.row("h0.json")["message"], "refused")


def test_one_that_comes_back(w):
    """It counts as fresh, so what it held is tried under the real run id."""
    names = orders(w, 3)
    run = Waiting(w, *names)
    ended(run.worker("w-1:die:9"))
    run.worker("w-1:nd-unless:run-of-w-1:" + ND_VAGUE)
    got = run.finish()
    same(got.code, 0, "exit " + got.err)
    accounted(got, {name: "passed" for name in names})


def test_only_the_guilty_crash(w):
    names = orders(w, 8)
    run = Waiting(w, *names)
    run.worker_until_over("pollers=4", "w-5:die:9")
    got = run.finish()
    same(got.code, 3, "exit")
    accounted(got, dict({name: "passed" for name in names}, **{"h5.json": "crashed"}))
    has(got.row("h5.json")["message"], "twice")


def test_only_the_guilty_time_out(w):
    names = orders(w, 6)
    run = Waiting(w, *names, "--timeout", "1", "--ready-timeout", "2")
    run.worker_until_over("pollers=3", "w-2:hang")
    got = run.finish()
    same(got.code, 3, "exit " + got.err)
    accounted(got, dict({name: "passed" for name in names}, **{"h2.json": "timed-out"}))


def test_one_that_is_frozen(w):
    """It makes nobody guilty: its polls are given up, and the next try is another worker's."""
    names = orders(w, 3)
    run = Waiting(w, *names, "--timeout", "1", "--ready-timeout", "2")
    run.worker("pollers=3", f"w-1:die:{signal.SIGSTOP}")
    time.sleep(1)
    run.worker_until_over()
    got = run.finish()
    same(got.code, 0, "exit " + got.err)
    accounted(got, {name: "passed" for name in names})


def test_one_that_does_not_come_back(w):
    names = orders(w, 3)
    run = Waiting(w, *names, "--ready-timeout", "1")
    run.worker("pollers=1", "w-1:exit:4")
    got = run.finish()
    same(got.code, 3, "exit")
    verdicts = got.verdicts()
    same(sorted(verdicts), names, "every history is accounted for")
    same(verdicts["h1.json"], "failed", "what it held")
    row = got.row("h1.json")
    same(row["reason"], "no-worker", "reason")
    has(row["message"], "is gone", "nobody polled", "again within 1 s")


def test_not_confirmed(w):
    """The same identity again: it may have the run still, so it gets a substitute id."""
    orders(w, 1)
    run = Waiting(w, "h0.json")
    ended(run.worker("identity=the-same", "w-0:die:9"))
    run.worker("identity=the-same", "w-0:nd-unless:run-of-w-0:" + ND_VAGUE)
    got = run.finish()
    same(got.code, 1, "exit")
    accounted(got, {"h0.json": "diverged"})
    has(" ".join(got.row("h0.json")["clues"]), "substitute run id only")


def test_beside_a_worker_of_ours(w):
    w.write("here.json", order("w-1", queue="here"))
    w.write("there.json", order("w-2", queue="there"))
    run = Waiting(w, "here.json", "there.json", worker=w.worker("queue=here"))
    run.worker("queue=there", "w-2:nd:" + ND_VAGUE)
    accounted(run.finish(), {"here.json": "passed", "there.json": "diverged"})


# ---- a worker that reaches nobody ----

REACH = """
import os, socket, sys
def attempt(name, reach):
    try:
        reach()
        print("attempt", name, "reached")
    except OSError as e:
        print("attempt", name, "failed")
def connect(family, where):
    s = socket.socket(family)
    s.settimeout(2)
    s.connect(where)
    s.send(b"here I am")
port, path, near = int(sys.argv[1]), sys.argv[2], sys.argv[3]
attempt("tcp", lambda: connect(socket.AF_INET, ("127.0.0.1", port)))
attempt("tcp6", lambda: connect(socket.AF_INET6, ("::1", port)))
attempt("world", lambda: connect(socket.AF_INET, ("192.0.2.1", 443)))
attempt("udp", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(
    b"here I am", ("127.0.0.1", port)))
attempt("dns", lambda: socket.getaddrinfo("hindcast.example", 80))
attempt("file", lambda: connect(socket.AF_UNIX, path))
attempt("abstract", lambda: connect(socket.AF_UNIX, "\\0" + path))
attempt("host", lambda: socket.socket(40))
attempt("namespace", lambda: os.open("/proc/%s/ns/net" % os.environ["OUTSIDE"], os.O_RDONLY))
attempt("pair", socket.socketpair)
attempt("datagrams", lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM))
attempt("near", lambda: connect(socket.AF_INET, ("127.0.0.1", int(near))))
"""


def may_isolate():
    """Whether this kernel lets this user make user namespaces."""
    child = os.fork()
    if child == 0:
        os._exit(ctypes.CDLL(None).unshare(CLONE_NEWUSER) != 0)
    return os.waitpid(child, 0)[1] == 0


def isolated(w, *arguments, **options):
    """None, with the refusal checked, where it can't be had here."""
    w.path("started").unlink(missing_ok=True)
    got = w.replay("--isolate", *arguments, **options)
    if may_isolate():
        return got
    same(got.code, 3, "exit where namespaces are not to be had")
    has(got.err, "--isolate: can't ", "No worker was started")
    assert not w.path("started").exists(), "the worker was started nevertheless"
    return None


def heard(*sockets):
    """What came in from outside: nothing, for these sockets do not wait."""
    came = []
    for s in sockets:
        s.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            came.append(s.recvfrom(100) if s.type == socket.SOCK_DGRAM else s.accept())
    return came


def test_isolated(w):
    orders(w, 2)
    w.path("reach.py").write_text(REACH, encoding="utf-8")
    path = str(w.path("socket"))
    with socket.create_server(("127.0.0.1", 0)) as tcp, \
            socket.create_server(("::1", 0), family=socket.AF_INET6) as tcp6, \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, \
            socket.socket(socket.AF_UNIX) as file, socket.socket(socket.AF_UNIX) as abstract:
        port = tcp.getsockname()[1]
        udp.bind(("127.0.0.1", port))
        for s, name in ((file, path), (abstract, "\0" + path)):
            s.bind(name)
            s.listen()
        # Without it, it reaches them all; the last is hindcast's own port.
        command = f"touch started; python3 reach.py {port} {path} ${{TEMPORAL_ADDRESS##*:}}; "
        got = w.replay("h0.json", worker=command + w.worker(), env={"OUTSIDE": str(os.getpid())})
        accounted(got, {"h0.json": "passed"})
        same(len(heard(tcp, udp, file, abstract)), 4, "reached without --isolate")
        got = isolated(w, "h0.json", "h1.json", worker=command + w.worker(),
                       env={"OUTSIDE": str(os.getpid())})
        if not got:
            return
        same(heard(tcp, tcp6, udp, file, abstract), [], "what came in from the worker")
    same(got.code, 0, "exit " + got.err)
    accounted(got, {"h0.json": "passed", "h1.json": "passed"})
    attempts = dict(re.findall(r"attempt (\w+) (\w+)", w.path(got.row("h0.json")["output"])
                               .read_text()))
    # UDP on loopback is sent to nobody: what counts is that nothing came in.
    attempts.pop("udp")
    same({name for name, how in attempts.items() if how == "reached"}, {"near", "pair"}, "reached")
    same(len(attempts), 11, "attempts")


def test_isolated_without_rights(w):
    """As a user who is not root; the worker keeps its user id."""
    orders(w, 1)
    w.folder.chmod(0o777)
    w.hindcast = str(shutil.copy(w.hindcast, w.path("hindcast")))
    w.fake = str(shutil.copy(w.fake, w.path("fake")))
    user = {"user": 4321, "group": 4321, "extra_groups": []} if os.geteuid() == 0 else {}
    got = isolated(w, "h0.json", worker="touch started; id -u; id -g; " + w.worker(), **user)
    if not got:
        return
    accounted(got, {"h0.json": "passed"})
    ids = w.path(got.row("h0.json")["output"]).read_text().split()[:2]
    same(ids, [str(user.get("user", os.getuid())), str(user.get("group", os.getgid()))], "ids")


def test_isolated_as_root(w):
    """Other users' files are at hand as ever, and it may still become one of them."""
    if os.geteuid() != 0:
        raise Skipped("needs root, to be two users")
    orders(w, 1)
    w.path("private").write_text("theirs")
    w.path("private").chmod(0o600)
    os.chown(w.path("private"), 4321, 4321)
    become = "python3 -c 'import os; os.setgid(4321); os.setuid(4321); print(os.getuid())'"
    got = isolated(w, "h0.json", worker="touch started; cat private; echo; stat -c %u private; " +
                   become + "; " + w.worker())
    if not got:
        return
    accounted(got, {"h0.json": "passed"})
    same(w.path(got.row("h0.json")["output"]).read_text().split()[:3], ["theirs", "4321", "4321"],
         "what the worker saw")


def test_each_lane_has_its_own(w):
    names = orders(w, 12)
    got = isolated(w, *names, "-j", "2", worker="touch started; readlink /proc/self/ns/net; "
                   "echo $TEMPORAL_ADDRESS {address}; " + w.worker("pollers=1"))
    if not got:
        return
    accounted(got, {name: "passed" for name in names})
    logs = [w.path(f".hindcast/last.worker-{i}.log").read_text().splitlines() for i in (1, 2)]
    spaces = {log[0] for log in logs} | {os.readlink("/proc/self/ns/net")}
    same(len(spaces), 3, "networks")
    same({log[1] for log in logs}, {"127.0.0.1:7233 127.0.0.1:7233"}, "addresses")


def test_isolated_and_guilty(w):
    names = orders(w, 6)
    got = isolated(w, *names, "--port", "4567",
                   worker="touch started; echo $TEMPORAL_ADDRESS >address; " +
                   w.worker("pollers=3", "w-2:die:9"))
    if not got:
        return
    accounted(got, dict({name: "passed" for name in names}, **{"h2.json": "crashed"}))
    same(w.path("address").read_text(), "127.0.0.1:4567\n", "address")


def test_not_to_be_had(w):
    """In a user namespace that allows no further one."""
    if not may_isolate():
        return isolated(w, orders(w, 1)[0], worker="touch started; " + w.worker())
    orders(w, 1)

    def forbid():
        if ctypes.CDLL(None).unshare(CLONE_NEWUSER) != 0:
            os._exit(99)
        with open("/proc/self/uid_map", "w", encoding="ascii") as f:
            f.write(f"0 {user} 1")
        with open("/proc/sys/user/max_user_namespaces", "w", encoding="ascii") as f:
            f.write("0")

    user = os.geteuid()
    got = w.replay("--isolate", "h0.json", "-j", "2", preexec_fn=forbid,
                   worker="touch started; " + w.worker())
    same(got.code, 3, "exit " + got.err)
    same(len(errors(got)), 1, got.err)
    has(got.err, "--isolate: can't make a user and a network namespace: No space left",
        "max_user_namespaces", "No worker was started")
    same(got.verdicts(), {}, "verdicts")
    assert not w.path("started").exists(), "the worker was started nevertheless"
    return None


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
