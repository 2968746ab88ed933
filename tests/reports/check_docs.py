#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# check_docs.py: every snippet of the documentation, run or read by what it is for.
"""usage: check_docs.py HINDCAST CHECK

Exit code 77: the check could not be made, and why
(1 with HINDCAST_REQUIRE_TOOLS=1).
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import snippets
import tools


class Broken(Exception):
    """A snippet that would not work."""


def that(condition, *what):
    if not condition:
        raise Broken(" ".join(str(w) for w in what))


def run(*words, **options):
    return subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=120, **options)


def shell_reads(text, where):
    done = run("sh", "-n", "-c", text)
    that(done.returncode == 0, where, done.stdout)


def placed(folder, found):
    """The snippets as the files that they say they are."""
    files = []
    for s in found:
        path = pathlib.Path(folder) / s.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(s.text, encoding="utf-8")
        files.append(path)
    return files


# ---- hindcast's own commands ----

# What a command of the documentation may find in the folder it is tried in.
BASELINE = '{"hindcast":"baseline","version":1}\n'


def try_command(hindcast, words, where, whole=True):
    """The program understands WORDS, and if they are a WHOLE command takes them, whatever it
    then finds."""
    words = [hindcast] + words[1:]
    with tempfile.TemporaryDirectory() as folder:
        for name in [w for i, w in enumerate(words) if words[i - 1] == "--baseline"]:
            (pathlib.Path(folder) / name).write_text(BASELINE)
        # Prose names an option without its value.
        value = [] if whole or not words[-1].startswith("-") else ["x"]
        help_ = run(*words, *value, "--help", cwd=folder)
        that(help_.returncode == 0, where, help_.stdout[:300])
        if not whole:
            return
        done = run(*words, cwd=folder)
        that(done.returncode in (0, 3, 4), where, "exit", done.returncode, done.stdout[:300])


def commands_of_documents():
    for s in snippets.everywhere():
        text = s.text
        if s.name == "Dockerfile":
            text = entry_point(s.text)
        for words, line in snippets.in_text(text):
            yield words, line, str(s), True
    for path in snippets.documents():
        for words, line in snippets.in_prose(path):
            yield words, line, str(path.relative_to(tools.ROOT)), False


def entry_point(text):
    """ENTRYPOINT and CMD of a Dockerfile as a shell would write them."""
    parts = [json.loads(m) for m in re.findall(r"(?m)^(?:ENTRYPOINT|CMD) (\[.*\])$", text)]
    return " ".join("'%s'" % w for w in sum(parts, [])).replace("'hindcast' 'replay'",
                                                                "hindcast replay") + "\n"


def check_commands(hindcast):
    n = 0
    for words, line, where, whole in commands_of_documents():
        if "..." in line:
            continue  # said to be a part
        that(words, where, "a shell cannot read:", line)
        try_command(hindcast, words, "%s: %s:" % (where, line), whole)
        n += 1
    that(n >= 20, "only", n, "commands were found")
    for bad in ("hindcast replay --no-such-option x", "hindcast replay --worker x -r html .",
                "hindcast repro x"):
        try:
            try_command(hindcast, bad.split(), bad)
        except Broken:
            continue
        raise Broken("not seen: " + bad)
    return n


# ---- workflows, pipelines, images ----

def check_workflows(hindcast):
    venv, found = tools.enter_venv(), snippets.named(r"^\.github/workflows/")
    import yaml
    with tempfile.TemporaryDirectory() as folder:
        for path in placed(folder, found):
            done = run(venv / "bin" / "check-jsonschema", "--builtin-schema",
                       "vendor.github-workflows", path)
            that(done.returncode == 0, path.name, done.stdout)
            for job in yaml.safe_load(path.read_text())["jobs"].values():
                for step in job["steps"]:
                    shell_reads(re.sub(r"\$\{\{.*?\}\}", "x", step.get("run", "")), path.name)
    return len(found)


def check_actionlint(hindcast):
    program, found = tools.actionlint(), snippets.named(r"^\.github/workflows/")
    with tempfile.TemporaryDirectory() as folder:
        run("git", "init", "-q", folder)
        files = placed(folder, found)
        done = run(program, "-no-color", *files, cwd=folder)
        that(done.returncode == 0, done.stdout)
        files[0].write_text(files[0].read_text().replace("runs-on:", "runs_on:"))
        that(run(program, *files, cwd=folder).returncode != 0, "it takes anything")
    return len(found)


def check_gitlab(hindcast):
    venv, found = tools.enter_venv(), snippets.named(r"^\.gitlab-ci\.yml$")
    import yaml
    with tempfile.TemporaryDirectory() as folder:
        for path in placed(folder, found):
            words = [venv / "bin" / "check-jsonschema", "--builtin-schema", "vendor.gitlab-ci",
                     "--data-transform", "gitlab-ci", path]
            done = run(*words)
            that(done.returncode == 0, path.name, done.stdout)
            for job in yaml.safe_load(path.read_text()).values():
                for part in ("before_script", "script"):
                    for line in isinstance(job, dict) and job.get(part) or ():
                        shell_reads(line, path.name)
            path.write_text(path.read_text().replace("stage: test", "stage: [1]"))
            that(run(*words).returncode != 0, "it takes anything")
    return len(found)


def check_jenkins(hindcast):
    """The declarative skeleton, its braces, and every sh step through sh -n."""
    found = snippets.named(r"^Jenkinsfile$")
    blocks = {"pipeline", "options", "stages", "stage", "steps", "post", "always"}
    for s in found:
        steps = re.findall(r"(?s)\bsh '''(.*?)'''", s.text) + re.findall(r"\bsh '([^'\n]*)'\n", s.text)
        that(steps, s, "no sh step")
        for step in steps:
            shell_reads(step.replace("\\\\", "\\"), s)
        bare = re.sub(r"(?s)'''.*?'''|'[^'\n]*'|//[^\n]*", "''", s.text)
        depth = 0
        for char in bare:
            depth += {"{": 1, "}": -1, "(": 1, ")": -1}.get(char, 0)
            that(depth >= 0, s, "a brace too many")
        that(depth == 0, s, "a brace is open")
        that(set(re.findall(r"(\w+)(?:\(''\))? \{", bare)) <= blocks, s, "an unknown section")
        that(re.match(r"\s*pipeline \{\s*agent ", re.sub(r"^''", "", bare)), s, "no agent")
    return len(found)


INSTRUCTIONS = {"ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "LABEL", "RUN",
                "USER", "VOLUME", "WORKDIR", "COMMENT"}


def check_container(hindcast):
    tools.enter_venv()
    import dockerfile_parse
    import yaml
    import kubernetes_validate
    images, jobs = snippets.named(r"^Dockerfile$"), snippets.named(r"-job\.yaml$")
    for s in images:
        with tempfile.TemporaryDirectory() as folder:
            parser = dockerfile_parse.DockerfileParser(path=folder)
            parser.content = s.text
            steps = [i for i in parser.structure if i["instruction"] != "COMMENT"]
            base = parser.baseimage
        that(steps[0]["instruction"] == "FROM" and base, s, "no base image")
        for step in steps:
            that(step["instruction"] in INSTRUCTIONS, s, step["content"])
            if step["instruction"] == "RUN":
                shell_reads(step["value"], s)
            if step["instruction"] in ("CMD", "ENTRYPOINT"):
                that(all(isinstance(w, str) for w in json.loads(step["value"])), s, step["value"])
    entry = sum((json.loads(m) for m in
                 re.findall(r"(?m)^ENTRYPOINT (\[.*\])$", images[0].text)), [])
    for s in jobs:
        job = yaml.safe_load(s.text)
        kubernetes_validate.validate(job, "1.30", strict=True)
        for container in job["spec"]["template"]["spec"]["containers"]:
            try_command(hindcast, entry + container["args"], str(s))
        job["spec"]["template"]["spec"]["containers"][0]["imaeg"] = "x"
        try:
            kubernetes_validate.validate(job, "1.30", strict=True)
        except kubernetes_validate.ValidationError:
            continue
        raise Broken("a misspelt member is not seen")
    return len(images) + len(jobs)


def check_links(hindcast):
    """Links between documents lead somewhere."""
    n = 0
    for path in snippets.documents():
        for target in re.findall(r"\]\(([^)#\s]+)\)", path.read_text(encoding="utf-8")):
            if "://" in target:
                continue
            that((path.parent / target).exists(), path.name, "links to", target)
            n += 1
    that(n > 10, "links")
    return n


CHECKS = {name[len("check_"):]: check for name, check in list(globals().items())
          if name.startswith("check_")}


def main():
    if len(sys.argv) != 3 or sys.argv[2] not in CHECKS:
        print(__doc__, "\nchecks:", ", ".join(CHECKS), file=sys.stderr)
        return 2
    try:
        n = CHECKS[sys.argv[2]](os.path.abspath(sys.argv[1]))
    except tools.Missing as why:
        return tools.exit_without(sys.argv[2], why)
    except (Broken, AssertionError) as what:
        print("FAILED: %s: %s" % (sys.argv[2], what))
        return 1
    print("%s: %d checked" % (sys.argv[2], n))
    return 0


if __name__ == "__main__":
    sys.exit(main())
