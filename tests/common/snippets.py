"""The verdict of this Python on pieces of its own test suite.

Reads a folder, a list of files of `Lib/test` and a file of blocks from standard input (JSON: {"out": ..., "files": [...], "blocks": ...}), writes every piece of
source in them (doctest examples, and texts that are handed to what compiles, evaluates or expects an error; blocks by themselves, in pairs and in threes) into the
folder as a file of its own, and prints a JSON object {name: null where it compiles, else the error}.
"""

import ast
import doctest
import hashlib
import json
import os
import sys
import textwrap
import warnings

HANDED = {
    "compile", "exec", "eval", "check_syntax_error", "_check_error", "check_error", "_check_noerror", "assertSyntaxError", "checkSyntaxError",
    "assert_signature_raises", "_check_in_scopes", "check", "parse", "run_test", "check_syntax_warning", "_check_scopes", "check_suite", "check_expr",
    "assertAllRaise", "raises_syntax_error", "suite", "assertParseError", "check_decode_fails", "assert_invalid", "assertRaises", "run_python", "func",
    "build_and_run", "syntax_error", "run_code", "check_list", "check_stmts", "_testcase", "dedent",
}


def pieces(path):
    try:
        tree = ast.parse(open(path, "rb").read())
    except (SyntaxError, ValueError):
        return
    parser = doctest.DocTestParser()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            docs = ast.get_docstring(node, clean=True) or ""
            if ">>>" in docs:
                try:
                    yield from (example.source for example in parser.get_examples(docs))
                except ValueError:
                    pass
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str) and ">>>" in node.value.value:
            try:
                yield from (example.source for example in parser.get_examples(node.value.value))
            except ValueError:
                pass
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in HANDED:
                for argument in node.args:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        yield argument.value
                        if "\n" in argument.value:
                            yield textwrap.dedent(argument.value)


def combined(path):
    """The blocks of a file, each with the one and the two behind it. A block begins with a line that is not indented and continues nothing."""
    blocks = []
    for line in open(path, encoding="utf-8"):
        goes_on = line[:1].isspace() or line.startswith(("else", "elif", "except", "finally"))
        if goes_on and blocks:
            blocks[-1] += line
        else:
            blocks.append(line)
    for size in (1, 2, 3):
        for at in range(len(blocks) - size + 1):
            yield "".join(blocks[at : at + size])


def main():
    asked = json.load(sys.stdin)
    warnings.simplefilter("ignore")
    answers = {}
    for path in asked["files"] + [asked["blocks"]]:
        for text in pieces(path) if path.endswith(".py") else combined(path):
            if not text.strip() or len(text) > 20_000:
                continue
            try:
                raw = text.encode()
            except UnicodeEncodeError:
                continue
            name = os.path.basename(path).rsplit(".", 1)[0] + "_" + hashlib.sha1(raw).hexdigest()[:12] + ".py"
            if name in answers:
                continue
            with open(os.path.join(asked["out"], name), "wb") as file:
                file.write(raw)
            try:
                compile(raw, name, "exec", dont_inherit=True)
                answers[name] = None
            except (SyntaxError, ValueError, OverflowError) as error:
                answers[name] = "%s: %s (line %s)" % (type(error).__name__, getattr(error, "msg", error), getattr(error, "lineno", None))
            except (RecursionError, MemoryError) as error:
                os.remove(os.path.join(asked["out"], name))
    json.dump(answers, sys.stdout)


main()
