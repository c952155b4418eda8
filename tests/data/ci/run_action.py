"""Runs the shell steps of a composite action as a runner does: `run_action.py ACTION INPUTS GITHUB WORKSPACE`, JSON on standard output.

What needs GitHub itself (a `uses`) is left out and named. Knows the expressions that davy's action has, and fails on any other.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml


def main(action: str, inputs: str, github: str, workspace: str) -> None:
    spec = yaml.safe_load(Path(action).read_text(encoding="utf-8"))
    contexts = {"github": json.loads(github), "inputs": {}, "steps": {}}
    for name, declared in spec["inputs"].items():
        contexts["inputs"][name] = expand(str(declared.get("default", "")), contexts)
    given = json.loads(inputs)
    assert set(given) <= set(contexts["inputs"]), given
    contexts["inputs"].update(given)
    report = {"steps": [], "used": []}
    with tempfile.TemporaryDirectory() as temporary:
        for step in spec["runs"]["steps"]:
            if "if" in step and not truth(step["if"], contexts):
                continue
            if "uses" in step:
                report["used"].append({key: expand(value, contexts) for key, value in step["with"].items()})
                continue
            assert step["shell"] == "bash", step
            output = Path(temporary, "output")
            output.write_text("", encoding="utf-8")
            env = dict(os.environ, RUNNER_TEMP=temporary, GITHUB_OUTPUT=str(output))
            env |= {f"GITHUB_{key.upper()}": value for key, value in contexts["github"].items() if isinstance(value, str)}
            env |= {key: expand(value, contexts) for key, value in step.get("env", {}).items()}
            command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
            ran = subprocess.run(command, cwd=workspace, env=env, capture_output=True, text=True)
            lines = [line.split("=", 1) for line in output.read_text(encoding="utf-8").splitlines()]
            contexts["steps"][step.get("id", step["name"])] = {"outputs": dict(lines)}
            said = {"name": step["name"], "code": ran.returncode, "out": ran.stdout, "err": ran.stderr}
            report["steps"].append(said)
            if ran.returncode:
                break
        sarif = Path(temporary, "davy.sarif")
        report["sarif"] = json.loads(sarif.read_text(encoding="utf-8")) if sarif.exists() else None
    report["outputs"] = {name: expand(output["value"], contexts) for name, output in spec["outputs"].items()}
    print(json.dumps(report))


def expand(text: str, contexts: dict) -> str:
    return re.sub(r"\$\{\{\s*(.*?)\s*\}\}", lambda found: value(found[1], contexts), text)


def value(expression: str, contexts: dict) -> str:
    assert re.fullmatch(r"[\w.-]+", expression), expression
    at = contexts
    for key in expression.split("."):
        at = at.get(key, "") if isinstance(at, dict) else ""
    return "" if isinstance(at, dict) else str(at)


def truth(condition: str, contexts: dict) -> bool:
    def one(term: str) -> bool:
        left, operator, right = re.fullmatch(r"([\w.-]+)(?:\s*(==|!=)\s*'([^']*)')?", term.strip()).groups()
        found = value(left, contexts)
        return bool(found) if operator is None else (found == right) is (operator == "==")

    return all(one(term) for term in condition.split("&&"))


if __name__ == "__main__":
    main(*sys.argv[1:])
