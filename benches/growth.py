#!/usr/bin/env python3
"""What davy costs as a project grows: time and memory of cold runs without a cache, as a table in Markdown.

    python3 benches/growth.py                 builds davy, makes the projects, runs everything
    python3 benches/growth.py --davy OTHER    another binary
    python3 benches/growth.py files imports   some of the series

The last column is the cost of one more (file, finding, kilobyte, import, class) between two lines, as a ratio to the same between the two lines
before: what is linear stays near 1. Everything is made below a folder of temporary files and removed.
"""

import argparse
import datetime
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import tempfile

from speed import ROOT, TREES, fetch, measure

RUNS = 3
MANIFEST = '[project]\nname = "grown"\nversion = "1"\ndependencies = ["pydantic>=2"]\nrequires-python = ">=3.10"\n'


def files(folder, count):
    """Copies of a tree of real code, each a package of its own."""
    tree = fetch("langchain", TREES["langchain"])
    sources = sorted((tree / "langchain").rglob("*.py"))
    for at in range(count):
        copy, source = divmod(at, len(sources))
        target = folder / f"package_{copy}" / sources[source].relative_to(tree / "langchain")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(sources[source], target)


def findings(folder, count):
    """A thousand findings a file."""
    head = "from datetime import datetime\n\n\ndef stamps():\n    yield None\n"
    for at in range(0, max(count, 1), 1000):
        (folder / f"stamps_{at}.py").write_text(head + "    yield datetime.utcnow()\n" * min(1000, count - at))


def kilobytes(folder, count):
    """One file of functions."""
    function = "def total_{}(orders, rate=1.0):\n    prices = [order.price * rate for order in orders if order.is_paid]\n    return sum(prices) + {}\n\n\n"
    with open(folder / "long.py", "w") as file:
        written = at = 0
        while written < count * 1024:
            written += file.write(function.format(at, at))
            at += 1


def imports(folder, count):
    """A model at the end of a chain of modules."""
    (folder / "m0.py").write_text("from pydantic import BaseModel\n\n\nclass Order(BaseModel):\n    number: int\n")
    for at in range(1, count + 1):
        (folder / f"m{at}.py").write_text(f"from m{at - 1} import Order\n\n\ndef show_{at}(order: Order):\n    return order.dict()\n")


def classes(folder, count):
    """Each class built on the one before, and used."""
    lines = ["from pydantic import BaseModel\n\n\nclass C0(BaseModel):\n    number: int\n"]
    lines += [f"\n\nclass C{at}(C{at - 1}):\n    field_{at}: int\n\n\ndef show_{at}(value: C{at}):\n    return value.dict()\n" for at in range(1, count + 1)]
    (folder / "deep.py").write_text("".join(lines))


def subclasses(folder, count):
    """All classes built on one, each in a file of its own."""
    (folder / "base.py").write_text("from pydantic import BaseModel\n\n\nclass Base(BaseModel):\n    number: int\n\n    class Config:\n        orm_mode = True\n")
    for at in range(count):
        (folder / f"c{at}.py").write_text(f"from base import Base\n\n\nclass C{at}(Base):\n    field: int\n\n\ndef show(value: C{at}):\n    return value.dict()\n")


SERIES = {
    files: [1_000, 3_000, 10_000, 30_000],
    # A million would take 17 GB.
    findings: [0, 1_000, 10_000, 100_000, 1_000_000],
    kilobytes: [1, 100, 1_000, 5_000, 20_000],
    imports: [1, 10, 100, 500, 1_000, 2_000],
    classes: [1, 10, 100, 1_000, 2_500, 5_000],
    subclasses: [1, 10, 100, 1_000, 5_000],
}


def figures(davy, tree, *options):
    runs = [measure([davy, "check", "--exit-zero", "--quiet", "--no-cache", *options, "."], tree) for _ in range(RUNS)]
    return [statistics.median(column) for column in zip(*runs)]


def series(davy, make, sizes):
    before = slope = None
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="davy-growth-") as folder:
            folder = pathlib.Path(folder).resolve()
            (folder / "pyproject.toml").write_text(MANIFEST)
            make(folder, size)
            wall, cpu, peak = figures(davy, folder)
        ratio = ""
        if before:
            now = (cpu - before[1]) / (size - before[0])
            # Below this, a difference is noise.
            if slope and cpu - before[1] > 30:
                ratio = f"{now / slope:.2f}"
            slope = now if cpu - before[1] > 30 else None
        before = size, cpu
        print(f"| {make.__name__} | {size:,} | {cpu:.0f} | {wall:.0f} | {peak:.0f} | {ratio} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("series", nargs="*", help=f"{', '.join(make.__name__ for make in SERIES)}, cores; all where none is named")
    parser.add_argument("--davy", type=pathlib.Path, help="another binary than the release build of this tree")
    options = parser.parse_args()
    davy = options.davy and options.davy.resolve()
    if davy is None:
        subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=ROOT, check=True, stdin=subprocess.DEVNULL)
        davy = ROOT / "target" / "release" / "davy"
    wanted = lambda name: not options.series or name in options.series
    print(f"{datetime.date.today()}, {os.cpu_count()} cores ({platform.machine()}), median of {RUNS} runs\n")
    print("| what grows | to | CPU ms | wall ms | peak MiB | one more, to before |\n|---|---|---|---|---|---|", flush=True)
    for make, sizes in SERIES.items():
        if wanted(make.__name__):
            series(davy, make, sizes)
    if wanted("cores"):
        print("\n| tree | wall ms, 1 thread | 2 threads | speed-up |\n|---|---|---|---|", flush=True)
        for name in ("django", "airflow", "langchain"):
            tree = fetch(name, TREES[name])
            one, two = (figures(davy, tree, "--threads", threads)[0] for threads in "12")
            print(f"| {name} | {one:.0f} | {two:.0f} | {one / two:.2f} |", flush=True)


main()
