"""Runs pytest again and again, each time in a process of its own that has pytest imported already.

    python pytest_server.py PYTEST

Reads a line of JSON for each run, `{"folder": ..., "args": [...]}`, and answers with one: `{"code": ..., "out": ..., "err": ...}`. Imported
beforehand is what every run imports before it looks at a project: pytest, and what its plugins need of the standard library. The plugins
themselves are not, because pytest rewrites them and warns where it comes too late.
"""

import asyncio  # noqa: F401
import importlib
import json
import os
import sys
import tempfile
import unittest.mock  # noqa: F401

from _pytest.config import _console_main, default_plugins

for name in default_plugins:
    importlib.import_module("_pytest." + name)


def run(program, request):
    """One run in a child, which ends as the program itself does."""
    out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()
    child = os.fork()
    if child == 0:
        null = os.open(os.devnull, os.O_RDONLY)
        for at, file in enumerate((null, out.fileno(), err.fileno())):
            os.dup2(file, at)
        os.chdir(request["folder"])
        sys.argv = [program, *request["args"]]
        sys.path[0] = os.path.dirname(program)
        sys.exit(_console_main())
    _, status = os.waitpid(child, 0)
    said = []
    for file in (out, err):
        file.seek(0)
        said.append(file.read().decode(errors="replace"))
    return {"code": os.waitstatus_to_exitcode(status), "out": said[0], "err": said[1]}


for line in iter(sys.stdin.readline, ""):
    print(json.dumps(run(sys.argv[1], json.loads(line))), flush=True)
