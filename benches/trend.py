#!/usr/bin/env python3
"""Holds `davy trend` against a check of every commit: consecutive releases of a package as commits.

    python3 -m pip download --no-deps --no-binary :all: -d ARCHIVES langchain==0.0.248 langchain==0.0.249 ...
    python3 benches/trend.py DAVY ARCHIVES [REPOSITORY]
    python3 benches/trend.py --files 2 --last 400 DAVY ARCHIVES [REPOSITORY]

REPOSITORY is made from the archives (wheels or sdists) where it is not there yet: a commit a release, or with `--files` as many as it takes
to change so many files in each, as people do. `--last` looks at so many of the commits. Prints for how many commits the counts differ, rule by rule
and severity by severity, and the times: the whole history with an empty cache and again, one cold check of the last commit (median of
five), and checking out and checking every commit. The bound is 3 x (bytes of all Python blobs that were looked at / those of the last commit) x
that check.
"""

import argparse
import collections
import io
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("davy", type=pathlib.Path)
parser.add_argument("archives", type=pathlib.Path)
parser.add_argument("repository", type=pathlib.Path, nargs="?")
parser.add_argument("--files", type=int)
parser.add_argument("--last", type=int)
options = parser.parse_args()
davy, archives = options.davy.resolve(), options.archives.resolve()
place = pathlib.Path(tempfile.mkdtemp(prefix="davy-trend-"))
repository = options.repository.resolve() if options.repository else place / "repository"


def version(path):
    return [int(part) for part in re.findall(r"\d+", re.sub(r"^.*?-(?=\d)", "", path.name).split("-")[0])]


def files(path):
    """The names and bytes in an archive, without the folder that an sdist has around all."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as archive:
            yield from ((name, archive.read(name)) for name in archive.namelist() if not name.endswith("/"))
        return
    with tarfile.open(fileobj=io.BytesIO(path.read_bytes())) as archive:
        for member in archive:
            if member.isfile() and "/" in member.name:
                yield member.name.split("/", 1)[1], archive.extractfile(member).read()


def make():
    repository.mkdir(parents=True)
    subprocess.run(["git", "init", "-q", "-b", "main", repository], check=True)
    stream = subprocess.Popen(["git", "fast-import", "--quiet"], cwd=repository, stdin=subprocess.PIPE)
    found = (path for path in archives.iterdir() if path.name.endswith((".whl", ".tar.gz")))
    known = {}
    for day, path in enumerate(sorted(found, key=version)):
        name = path.name.encode()
        when = 1_500_000_000 + day * 86_400
        now = {inner: data for inner, data in files(path) if '"' not in inner and "\n" not in inner and not inner.startswith(".git/")}
        changed = sorted(inner for inner in {*known, *now} if known.get(inner) != now.get(inner))
        parts = [changed]
        if options.files:
            # What pip writes about a version comes and goes with it.
            about = [inner for inner in changed if ".dist-info/" in inner]
            rest = [inner for inner in changed if ".dist-info/" not in inner]
            parts = [rest[at : at + options.files] for at in range(0, len(rest), options.files)] + [about]
        for at, part in enumerate(parts):
            stream.stdin.write(b"commit refs/heads/main\ncommitter R <r@example.org> %d +0000\n" % (when + at))
            stream.stdin.write(b"data %d\n%s\n" % (len(name), name))
            for inner in part:
                if inner in now:
                    data = now[inner]
                    stream.stdin.write(b"M 100644 inline %s\ndata %d\n%s\n" % (inner.encode(), len(data), data))
                else:
                    stream.stdin.write(b"D %s\n" % inner.encode())
            stream.stdin.write(b"\n")
        known = now
    stream.stdin.close()
    assert stream.wait() == 0
    git("reset", "-q", "--hard", "main")


def git(*arguments, folder=None):
    done = subprocess.run(["git", *arguments], cwd=folder or repository, capture_output=True, text=True, check=True)
    return done.stdout


def timed(*arguments, folder, env=None):
    start = time.perf_counter()
    done = subprocess.run([davy, *arguments], cwd=folder, capture_output=True, env={**os.environ, **(env or {})})
    assert done.returncode == 0, done.stderr.decode()
    return time.perf_counter() - start, done.stdout


if not repository.exists():
    make()
cache = {"DAVY_CACHE_DIR": str(place / "cache")}
trend = ["trend", "--every", "commit", "--format", "json", *(["--from", f"HEAD~{options.last}"] if options.last else [])]
cold, out = timed(*trend, folder=repository, env=cache)
warm, _ = timed(*trend, folder=repository, env=cache)
checkout = place / "checkout"
git("worktree", "add", "-q", "--detach", str(checkout), "HEAD")
check = ["check", "--format", "json", "--notes", "--exit-zero", "--no-cache", "--no-baseline"]
head = statistics.median(timed(*check, folder=checkout)[0] for _ in range(5))
points = json.loads(out)["points"]
start, differ, total = time.perf_counter(), 0, 0
for point in points:
    git("checkout", "-q", "-f", "--detach", point["commit"], folder=checkout)
    findings = json.loads(timed(*check, folder=checkout)[1])["findings"]
    counted = collections.Counter((finding["code"], finding["severity"]) for finding in findings)
    told = {(rule, level): count for rule, levels in point["rules"].items() for level, count in levels.items()}
    total += len(findings)
    if dict(counted) != told:
        differ += 1
        print(point["commit"], point["subject"], sorted(set(counted.items()) ^ set(told.items())))
every = time.perf_counter() - start
git("worktree", "remove", "--force", str(checkout))
first = f"HEAD~{options.last}" if options.last else git("rev-list", "--max-parents=0", "HEAD").split()[0]
raw = git("log", "--first-parent", "-m", "--raw", "--no-abbrev", "--format=", f"{first}..HEAD")
blobs = {line.split()[3] for line in raw.splitlines() if line.endswith((".py", ".pyi")) and " 100" in line}
blobs |= {line.split()[2] for line in git("ls-tree", "-r", first).splitlines() if line.endswith((".py", ".pyi"))}
sizes = subprocess.run(["git", "cat-file", "--batch-check=%(objectsize)"], cwd=repository, input="\n".join(blobs),
                       capture_output=True, text=True, check=True).stdout.split()
last = [line.split() for line in git("ls-tree", "-r", "-l", "HEAD").splitlines() if line.endswith((".py", ".pyi"))]
ratio = sum(int(size) for size in sizes if size.isdigit()) / sum(int(line[3]) for line in last)
print(f"{len(points)} commits, {differ} differ, {total} findings in all")
print(f"history {cold:.2f} s, again {warm:.2f} s; a check of the last commit {head:.3f} s; blobs are {ratio:.1f} times its bytes")
print(f"bound {3 * ratio * head:.2f} s; checking out and checking every commit {every:.1f} s, {every / cold:.1f} times as long")
