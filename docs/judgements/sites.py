#!/usr/bin/env python3
"""Draw places to judge: sites.py SEED N TREE...

A place is a call `receiver.method(...)` with the name of one of pydantic V1's model methods, or a read of `__fields__` or
`__fields_set__`, whatever the receiver is. The places of all *.py files that parse, over all trees, are sorted by tree
(the folder's name), path, line and column, whatever the order of the arguments; N of them are drawn by the seed and printed
in that order: tree, path:line:column, method, receiver, separated by tabs. Line and column are those of the name of the
method or attribute, counted from 1, the column in characters.
"""
import ast
import random
import sys
import warnings
from collections import Counter
from pathlib import Path

METHODS = frozenset(
    "dict json copy parse_obj parse_raw parse_file from_orm construct schema schema_json validate update_forward_refs".split()
)
ATTRIBUTES = frozenset(["__fields__", "__fields_set__"])


def places(text):
    lines = text.encode().splitlines()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in METHODS:
            found = node.func
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and node.attr in ATTRIBUTES:
            found = node
        else:
            continue
        end = len(lines[found.end_lineno - 1][: found.end_col_offset].decode())
        receiver = " ".join(ast.get_source_segment(text, found.value).split())
        yield found.end_lineno, end - len(found.attr) + 1, found.attr, receiver


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    warnings.simplefilter("ignore")
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    rows = []
    for tree in map(Path, sys.argv[3:]):
        for file in tree.rglob("*.py"):
            try:
                found = list(places(file.read_text(encoding="utf-8")))
            except (SyntaxError, UnicodeDecodeError, ValueError):
                continue
            path = file.relative_to(tree).as_posix()
            rows += ((tree.resolve().name, path, *place) for place in found)
    rows.sort()
    drawn = sorted(random.Random(seed).sample(rows, min(count, len(rows))))
    for tree, path, line, column, method, receiver in drawn:
        print(tree, f"{path}:{line}:{column}", method, receiver, sep="\t")
    total, taken = Counter(row[0] for row in rows), Counter(row[0] for row in drawn)
    for tree in sorted(total):
        print(f"{taken[tree]} of {total[tree]} places of {tree}", file=sys.stderr)


main()
