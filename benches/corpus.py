#!/usr/bin/env python3
"""Runs a davy binary over trees of real code and checks what has to hold on all of them.

usage: corpus.py DAVY CORPUS [same] [fix] [time]      (CORPUS holds one folder a tree; needs `ruff` on PATH for `time`)

  same  two runs, and 1 and 2 threads, print identical bytes; no run fails
  fix   on a copy: every file that this Python compiled before still compiles after `--fix`, and after `--unsafe-fixes` too;
        a second run changes nothing
  time  wall and CPU time beside ruff with the rules that come nearest, paired: the two take turns, the median of five counts
"""
import hashlib, json, pathlib, resource, shutil, statistics, subprocess, sys, tempfile, time, warnings

warnings.simplefilter("ignore")
davy, corpus = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
wanted = sys.argv[3:] or ["same", "fix", "time"]
trees = sorted(path for path in corpus.iterdir() if path.is_dir() and not path.name.startswith("."))
RUFF = "ruff check --isolated --no-cache --select E9,DTZ003,DTZ004,SLF001,S105,S106,S107 --exit-zero --quiet ."
bad = 0


def run(tree, *args):
    return subprocess.run([davy, "check", *args], cwd=tree, capture_output=True)


def compiles(path):
    try:
        compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
        return True
    except Exception:
        return False


def state(tree):
    return {path: hashlib.sha256(path.read_bytes()).digest() for path in tree.rglob("*.py") if path.is_file()}


if "same" in wanted:
    for tree in trees:
        outputs = []
        for threads in ("1", "2", "2"):
            done = run(tree, "--format", "json", "--exit-zero", "--threads", threads, ".")
            outputs.append(done.stdout)
            bad += done.returncode != 0
        report = json.loads(outputs[0])
        families = {}
        for finding in report["findings"]:
            key = (finding["family"], finding["severity"])
            families[key] = families.get(key, 0) + 1
        same = len(set(outputs)) == 1
        bad += not same
        counts = ", ".join(f"{family} {severity} {count}" for (family, severity), count in sorted(families.items()))
        print(f"same  {tree.name:14} {report['summary']['files']:5} files  {'identical' if same else 'DIFFERENT'}  {counts}")

if "fix" in wanted:
    for tree in trees:
        for flags in (["--fix"], ["--fix", "--unsafe-fixes"]):
            with tempfile.TemporaryDirectory() as temporary:
                copy = pathlib.Path(temporary, tree.name)
                shutil.copytree(tree, copy, symlinks=True)
                before = state(copy)
                first = run(copy, *flags, "--exit-zero", "--quiet", ".")
                after = state(copy)
                changed = {path for path in after if after[path] != before.get(path)}
                original = lambda path: tree / path.relative_to(copy)
                broken = [path for path in changed if not compiles(path) and compiles(original(path))]
                run(copy, *flags, "--exit-zero", "--quiet", ".")
                last = state(copy)
                again = sum(last[path] != after[path] for path in after)
                failed = first.returncode != 0 or broken or again
                bad += bool(failed)
                print(f"fix   {tree.name:14} {' '.join(flags):22} {len(changed):4} files changed, {len(broken)} no longer compile, {again} change again"
                      + (f"  FAILED {first.returncode} {first.stderr[:300]!r} {broken[:3]}" if failed else ""))

if "time" in wanted:
    def measure(command, tree):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        subprocess.run(command, cwd=tree, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wall = time.perf_counter() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    for tree in trees:
        runs = {"davy": [], "ruff": []}
        for _ in range(6):
            runs["davy"].append(measure([davy, "check", "--exit-zero", "--quiet", "."], tree))
            runs["ruff"].append(measure(RUFF.split(), tree))
        middle = {name: [statistics.median(figure) for figure in zip(*several[1:])] for name, several in runs.items()}
        (dw, dc), (rw, rc) = middle["davy"], middle["ruff"]
        print(f"time  {tree.name:14} davy {dw*1000:6.0f} ms wall {dc*1000:6.0f} ms CPU   ruff {rw*1000:6.0f} {rc*1000:6.0f}   ratio {dw/rw:.2f} {dc/rc:.2f}")

sys.exit(bool(bad))
