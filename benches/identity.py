"""How well a finding is recognised when code moves: consecutive releases of a package as commits, compared by `davy check --since`.

    python3 -m pip download --no-deps -d WHEELS langchain==0.0.248 langchain==0.0.250 ...
    python3 benches/identity.py DAVY WHEELS

Prints, for each identity, how many of the findings that persist it calls new, and how many pairs of releases have such a false alarm.
That a finding persists is what the cascade says: scope and line, then the line alone, then scope and message, one to one.
"""

import ast
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter, defaultdict


def run(*command, cwd):
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True)


def git(place, *arguments):
    done = run("git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments, cwd=place)
    assert done.returncode == 0, done.stderr
    return done.stdout


def scopes(text):
    """The qualified name around each line."""
    names = {}

    def walk(node, prefix):
        for child in ast.iter_child_nodes(node):
            inner = prefix
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                inner = f"{prefix}.{child.name}"
                for line in range(child.body[0].lineno, child.end_lineno + 1):
                    names[line] = inner
            walk(child, inner)

    try:
        walk(ast.parse(text), "")
    except SyntaxError:
        pass
    return names


def findings(davy, place):
    done = run(davy, "check", "--format", "json", "--no-baseline", ".", cwd=place)
    found, texts = [], {}
    for one in json.loads(done.stdout)["findings"]:
        if one["severity"] == "note":
            continue
        path = one["path"]
        if path not in texts:
            text = (place / path).read_text(encoding="utf-8", errors="replace")
            texts[path] = (text.split("\n"), scopes(text))
        lines, names = texts[path]
        line = one["start"]["line"]
        found.append({
            "path": path,
            "rule": one["code"],
            "line": line,
            "column": one["start"]["column"],
            "scope": names.get(line, ""),
            "content": re.sub(r"\s+", " ", lines[line - 1]).strip(),
            "message": re.sub(r"\d+", "", one["message"]),
        })
    return found


def pair(old, new, *keys):
    """The pairs of what is the same in all keys, one to one and in order."""
    waiting = defaultdict(list)
    for one in old:
        waiting[tuple(one[key] for key in keys)].append(one)
    pairs = []
    for one in new:
        queue = waiting[tuple(one[key] for key in keys)]
        if queue:
            pairs.append((queue.pop(0), one))
    return pairs


def ids(pairs):
    return {id(new) for _, new in pairs}


def main(davy, wheels):
    davy = str(pathlib.Path(davy).resolve())
    version = lambda path: [int(number) for number in re.findall(r"\d+", path.name.split("-")[1])]
    releases = sorted(pathlib.Path(wheels).glob("*.whl"), key=version)
    place = pathlib.Path(tempfile.mkdtemp()) / "tree"
    place.mkdir()
    git(place, "init", "-q")
    before, totals, alarms, pairs_of_releases = None, Counter(), Counter(), 0
    for release in releases:
        for entry in place.iterdir():
            if entry.name != ".git":
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        with zipfile.ZipFile(release) as archive:
            archive.extractall(place)
        for info in place.glob("*.dist-info"):
            shutil.rmtree(info)
        git(place, "add", "-A")
        git(place, "commit", "-q", "--allow-empty", "-m", release.name)
        now = findings(davy, place)
        if before is not None:
            since = json.loads(run(davy, "check", "--since", "HEAD~1", "--format", "json", ".", cwd=place).stdout)
            reported = Counter((one["path"], one["start"]["line"], one["code"]) for one in since["findings"] if one["severity"] != "note")
            renamed = {}
            for line in git(place, "diff", "-M", "--name-status", "HEAD~1", "HEAD").splitlines():
                words = line.split("\t")
                if words[0].startswith("R"):
                    renamed[words[1]] = words[2]
            for one in before:
                one["path"] = renamed.get(one["path"], one["path"])
            old_left, new_left, same = list(before), list(now), []
            for keys in (("scope", "content"), ("content",), ("scope", "message")):
                step = pair(old_left, new_left, "path", "rule", *keys)
                same += step
                gone = {id(old) for old, _ in step}
                old_left = [one for one in old_left if id(one) not in gone]
                new_left = [one for one in new_left if id(one) not in ids(step)]
            persisting = ids(same)
            called_new = {
                "line and column": {id(one) for one in now} - ids(pair(before, now, "path", "rule", "line", "column")),
                "davy --since": set(),
            }
            for one in now:
                place_of = (one["path"], one["line"], one["rule"])
                if reported[place_of] > 0:
                    reported[place_of] -= 1
                    called_new["davy --since"].add(id(one))
            totals["persisting"] += len(persisting)
            totals["new"] += len(now) - len(persisting)
            pairs_of_releases += 1
            for name, new in called_new.items():
                wrong = len(new & persisting)
                totals[name] += wrong
                alarms[name] += wrong > 0
                totals[f"{name}: hidden"] += len({id(one) for one in now} - persisting - new)
        before = now
    print(f"{pairs_of_releases} pairs of releases, {totals['persisting']} findings that persist, {totals['new']} new ones")
    for name in ("line and column", "davy --since"):
        share = 100 * totals[name] / max(totals["persisting"], 1)
        print(f"{name}: {totals[name]} ({share:.2f} %) of those that persist called new, in {alarms[name]} pairs; {totals[name + ': hidden']} new ones hidden")
    shutil.rmtree(place.parent)


main(*sys.argv[1:])
