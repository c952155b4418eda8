#!/usr/bin/env python3
"""davy beside ruff on trees of real code, paired: the two take turns on the same tree, and prints the table as Markdown.

    python3 benches/speed.py                            builds davy, fetches ruff and the trees, runs everything
    python3 benches/speed.py --runs 5 warm hook         some rows of the table, with so many runs
    python3 benches/speed.py --davy OTHER --only django another binary, one tree

davy runs all its rules and its link; ruff runs the rules that come nearest. Everything is kept in `davy-speed` in the folder
of temporary files.
For each figure: the median of the runs, and the lowest and highest ratio of any pair. Nothing of the trees is run or imported.
"""

import argparse
import datetime
import os
import pathlib
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Not below this project, which would be the project of everything there.
PLACE = pathlib.Path(tempfile.gettempdir()) / "davy-speed"
TREES = {
    "homeassistant": "homeassistant==2025.4.4",
    "django": "django==5.2.9",
    "airflow": "apache-airflow==2.6.3",
    "langchain": "langchain==0.0.250",
    "zenml": "zenml==0.44.3",
}
RULES = "--isolated --select E9,DTZ003,DTZ004,SLF001,S105,S106,S107 --exit-zero --quiet".split()
# Rows of the table, with the ratio to ruff that may not be exceeded.
TARGETS = {
    "cold": {"homeassistant": 0.60, "django": 0.60, "airflow": 0.60, "langchain": 0.70, "zenml": 0.70},
    "warm": {"homeassistant": 1.0, "django": 0.35, "airflow": 0.35},
    "touched": dict.fromkeys(TREES, 0.15),
    "hook": {"homeassistant": 2.0},
}


def fetch(name, requirement):
    """The wheel of a release, unpacked, with a manifest beside it: a project."""
    folder = PLACE / "trees" / name
    if folder.exists():
        return folder
    archives = PLACE / "archives" / name
    archives.mkdir(parents=True, exist_ok=True)
    download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(archives), requirement]
    wheel = ["--only-binary", ":all:", "--ignore-requires-python"]
    subprocess.run([*download, *wheel], check=True)
    part = folder.with_suffix(".part")
    zipfile.ZipFile(next(archives.glob("*.whl"))).extractall(part)
    (part / "pyproject.toml").write_text(f'[project]\nname = "{name}"\nversion = "1"\n')
    part.rename(folder)
    return folder


def ruff():
    venv = PLACE / "venv"
    program = venv / "bin" / "ruff"
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        subprocess.run([venv / "bin" / "python", "-m", "pip", "install", "--quiet", "ruff"], check=True)
    return program


def measure(command, tree, env=None):
    """Wall and CPU time in milliseconds, and peak memory in MiB."""
    start = time.perf_counter()
    null = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
    process = subprocess.Popen(command, cwd=tree, env={**os.environ, **(env or {})}, **null)
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, (command, said.decode())
    return wall * 1000, (usage.ru_utime + usage.ru_stime) * 1000, usage.ru_maxrss / 1024


def paired(ours, theirs, runs, before=lambda: None):
    """Both by turns, after one of each that does not count."""
    figures = ([], [])
    for at in range(runs + 1):
        for command, kept in zip((ours, theirs), figures):
            before()
            kept.append(measure(*command))
    return [kept[1:] for kept in figures]


def python_files(tree):
    return sorted(path for path in tree.rglob("*.py") if path.is_file())


class Row:
    def __init__(self, name, tree, pairs, target):
        ours, theirs = pairs
        self.name, self.tree, self.target = name, tree, target
        self.ours = [statistics.median(column) for column in zip(*ours)]
        self.theirs = [statistics.median(column) for column in zip(*theirs)]
        ratios = [[a[i] / b[i] for a, b in zip(ours, theirs)] for i in (0, 1)]
        self.wall, self.cpu = (statistics.median(column) for column in ratios)
        self.spread = min(ratios[1]), max(ratios[1])

    def print(self):
        (ow, oc, om), (tw, tc, tm) = self.ours, self.theirs
        target = "" if self.target is None else f"{self.target:.2f}{'' if self.cpu <= self.target else ' **missed**'}"
        print(f"| {self.name} | {self.tree} | {oc:.0f} | {tc:.0f} | **{self.cpu:.2f}** | {self.spread[0]:.2f} to {self.spread[1]:.2f} | {target} | "
              f"{ow:.0f} | {tw:.0f} | {self.wall:.2f} | {om:.0f} | {tm:.0f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", help="cold, warm, touched, hook; all where none is named")
    parser.add_argument("--davy", type=pathlib.Path, help="another binary than the release build of this tree")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--only", action="append", help="one tree; may be repeated")
    options = parser.parse_args()
    davy = options.davy and options.davy.resolve()
    if davy is None:
        subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=ROOT, check=True, stdin=subprocess.DEVNULL)
        davy = ROOT / "target" / "release" / "davy"
    other = ruff()
    rows = options.rows or list(TARGETS)
    said = subprocess.run([other, "--version"], capture_output=True, text=True).stdout.strip()
    print(f"{datetime.date.today()}, {os.cpu_count()} cores ({platform.machine()}), {said}, {options.runs} runs\n")
    print("| run | tree | CPU ms | ruff | ratio | spread | at most | wall ms | ruff | ratio | peak MiB | ruff |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|", flush=True)
    for name in options.only or TREES:
        tree = fetch(name, TREES[name])
        files = python_files(tree)
        cache = {"DAVY_CACHE_DIR": str(PLACE / "cache" / name)}
        kept = ["--cache-dir", str(PLACE / "ruff-cache" / name)]
        for row in rows:
            target = TARGETS[row].get(name)
            run = [davy, "check", "--exit-zero", "--quiet"]
            if row == "cold":
                pairs = paired(([*run, "--no-cache", "."], tree), ([other, "check", *RULES, "--no-cache", "."], tree), options.runs)
            else:
                ours, theirs = ([*run, "."], tree, cache), ([other, "check", *RULES, *kept, "."], tree)
                touch = lambda: [os.utime(path) for path in files]
                if row == "hook":
                    measure(*ours)
                    for file in random.Random(9).sample(files, 5):
                        original = file.read_bytes()
                        changes = iter(range(1000))
                        def change():
                            file.write_bytes(original + b"# changed %d\n" % next(changes))
                        named = str(file.relative_to(tree))
                        hook = ([*run, named], tree, cache), ([other, "check", *RULES, *kept, named], tree)
                        Row(f"hook on `{file.name}`", name, paired(*hook, options.runs, change), target).print()
                        file.write_bytes(original)
                    continue
                if row == "warm":
                    # A file that was written just now is not trusted to be what it was.
                    time.sleep(2.5)
                    measure(*ours)
                pairs = paired(ours, theirs, options.runs, touch if row == "touched" else lambda: None)
            Row(row, name, pairs, target).print()


if __name__ == "__main__":
    main()
