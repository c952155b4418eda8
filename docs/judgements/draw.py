#!/usr/bin/env python3
"""Draw findings to judge: draw.py SEED N FAMILY FINDINGS.json...

The tree is the stem of the file. All findings of the family (or of several, with commas between), over all trees, are sorted by tree, path, line, column and
code, whatever the order of the arguments; N of them (or all, if there are fewer) are drawn by the seed and printed in
that order: tree, path:line, code, severity, separated by tabs.
"""
import json
import random
import sys
from pathlib import Path


def main():
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    seed, count, family = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    rows = []
    for name in sys.argv[4:]:
        for found in json.loads(Path(name).read_text(encoding="utf-8"))["findings"]:
            if found["family"] in family.split(","):
                start = found["start"]
                rows.append((Path(name).stem, found["path"], start["line"], start["column"], found["code"], found["severity"]))
    rows.sort()
    drawn = sorted(random.Random(seed).sample(rows, min(count, len(rows))))
    for tree, path, line, _, code, severity in drawn:
        print(tree, f"{path}:{line}", code, severity, sep="\t")
    print(f"{len(drawn)} of {len(rows)} findings of {family}", file=sys.stderr)


main()
