"""Runs small programs before and after a fix, all in one process, and compares what their probes show.

Reads a JSON list of {name, before, after (if there is one), probe, frozen} from standard input (`before` and `after` are folders with a module
`case`), writes a JSON list of {name, equal, before, after, warnings}. A probe calls show(label, thunk), and where(thunk) or
fails(thunk) where two versions of pydantic word their errors in different ways.
"""

import datetime
import importlib
import json
import re
import sys
import time
import warnings

SLACK = 5.0


def plain(value):
    """What two runs are compared by: moments by type, zone and (nearly) time, everything else by its text."""
    if isinstance(value, datetime.datetime):
        offset = value.utcoffset()
        naive = value.replace(tzinfo=None) - datetime.datetime(1970, 1, 1)
        return {"moment": naive.total_seconds(), "type": type(value).__name__, "offset": None if offset is None else offset.total_seconds(), "aware": offset is not None}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return {"number": value}
    if isinstance(value, dict):
        return [[plain(key), plain(item)] for key, item in value.items()]
    return re.sub(r"0x[0-9a-f]+", "0x", repr(value))


def failure(error):
    if type(error).__name__ == "ValidationError":
        return ["ValidationError", [[list(map(str, e["loc"])), e["type"], e["msg"], re.sub(r"0x[0-9a-f]+", "0x", repr(e["input"]))] for e in error.errors()]]
    return [type(error).__name__, re.sub(r"0x[0-9a-f]+", "0x", str(error).split("\n")[0])]


def where(thunk):
    """Where a validation fails, said alike for both versions of pydantic; what it gives if it does not fail."""
    try:
        return thunk()
    except Exception as error:
        if type(error).__name__ != "ValidationError":
            raise
        return ["fails at", [[part for part in e["loc"] if part != "__root__"] for e in error.errors()]]


def fails(thunk):
    """Whether it raises anything."""
    try:
        thunk()
    except Exception:
        return True
    return False


def equal(one, other):
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        key = "moment" if "moment" in one else "number"
        same = one[key] == other[key] or abs(one[key] - other[key]) < SLACK
        return same and all(one[k] == other[k] for k in one if k != key)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    return one == other


def run(folder, probe):
    """Imports `case` from a folder and probes it; what was shown, and the deprecations that the case itself asked for."""
    results = {}

    def show(label, thunk):
        try:
            results[label] = plain(thunk())
        except BaseException as error:
            results[label] = ["raised", failure(error)]

    sys.path.insert(0, folder)
    importlib.invalidate_caches()
    known = set(sys.modules)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            case = importlib.import_module("case")
            case.__dict__.update(show=show, where=where, fails=fails)
            exec(compile(probe, "probe", "exec"), case.__dict__)
        except BaseException as error:
            results["import or probe"] = ["raised", failure(error)]
    sys.path.remove(folder)
    # Pydantic 1 refuses a validator of a name that another case had.
    for name in ("pydantic.class_validators", "pydantic.v1.class_validators"):
        getattr(sys.modules.get(name), "_FUNCS", set()).clear()
    for name in set(sys.modules) - known:
        if (getattr(sys.modules[name], "__file__", None) or "").startswith(folder):
            del sys.modules[name]
    return results, sorted({w.category.__name__ for w in caught if w.filename.startswith(folder) and "Deprecat" in w.category.__name__})


def main():
    sys.dont_write_bytecode = True
    if hasattr(time, "tzset"):
        time.tzset()
    answers = []
    for case in json.load(sys.stdin):
        if case.get("frozen"):
            from freezegun import freeze_time

            with freeze_time("2024-03-01 22:30:15.250000"):
                before, _ = run(case["before"], case["probe"])
                after, left = run(case["after"], case["probe"])
            same = before == after
        else:
            before, left = run(case["before"], case["probe"])
            after, left = run(case["after"], case["probe"]) if "after" in case else (before, left)
            same = before.keys() == after.keys() and all(equal(before[k], after[k]) for k in before)
        answers.append({"name": case["name"], "equal": same, "before": before, "after": after, "warnings": left})
    json.dump(answers, sys.stdout)


main()
