"""Runs pytest again and again, each time in a process of its own that has pytest imported already.

    python pytest_server.py PYTEST

Reads a line of JSON for each run, `{"folder": ..., "args": [...]}`, and answers with one: `{"code": ..., "out": ..., "err": ..., "ids": [...]}`
with the node ids of what was collected. Imported beforehand is what every run imports before it looks at a project: pytest, and what its plugins need of the standard library. The plugins
themselves are not, because pytest rewrites them and warns where it comes too late.
"""

import asyncio  # noqa: F401
import importlib
import json
import os
import sys
import tempfile
import unittest.mock  # noqa: F401

from _pytest.config import default_plugins, main

for name in default_plugins:
    importlib.import_module("_pytest." + name)


class Collected:
    """A plugin that notes what was collected."""

    def __init__(self, file):
        self.file = file

    def pytest_collection_finish(self, session):
        self.file.write(json.dumps([item.nodeid for item in session.items]).encode())
        self.file.flush()


def run(program, request):
    """One run in a child, which ends as the program itself does."""
    out, err, ids = tempfile.TemporaryFile(), tempfile.TemporaryFile(), tempfile.TemporaryFile()
    child = os.fork()
    if child == 0:
        null = os.open(os.devnull, os.O_RDONLY)
        for at, file in enumerate((null, out.fileno(), err.fileno())):
            os.dup2(file, at)
        os.chdir(request["folder"])
        sys.argv = [program, *request["args"]]
        sys.path[0] = os.path.dirname(program)
        sys.exit(main(plugins=[Collected(ids)]))
    _, status = os.waitpid(child, 0)
    said = []
    for file in (out, err, ids):
        file.seek(0)
        said.append(file.read().decode(errors="replace"))
        file.close()
    code = os.waitstatus_to_exitcode(status)
    return {"code": code, "out": said[0], "err": said[1], "ids": json.loads(said[2] or "[]")}


for line in iter(sys.stdin.readline, ""):
    print(json.dumps(run(sys.argv[1], json.loads(line))), flush=True)
