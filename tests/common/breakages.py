"""Breaks real files, one slip a copy, and compares what became of them.

`breakages.py make SEED PER_KIND FOLDER < list of paths as JSON` writes the copies and prints `{name: path of the original}`.
`breakages.py same < [[original, other], ...] as JSON` prints for each pair whether both have the same tree.
"""

import ast
import io
import json
import random
import re
import sys
import tokenize
import warnings

warnings.simplefilter("ignore")


def parses(text):
    try:
        compile(text, "<text>", "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


class Source:
    """A file with its lines, and its tokens as (type, text, start, end) in offsets of characters."""

    def __init__(self, text):
        self.text = text
        self.lines = text.splitlines(keepends=True)
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line))
        self.tokens = []
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            start = self.starts[token.start[0] - 1] + token.start[1]
            end = self.starts[min(token.end[0] - 1, len(self.lines))] + token.end[1]
            self.tokens.append((token.type, token.string, start, end))

    def places(self, test):
        return [index for index, token in enumerate(self.tokens) if test(*token)]

    def edit(self, start, end, new):
        return self.text[:start] + new + self.text[end:]

    def line_of(self, offset):
        return self.text.count("\n", 0, offset)


OPERATOR, STRING, NAME, COMMENT = tokenize.OP, tokenize.STRING, tokenize.NAME, tokenize.COMMENT


def operator(*texts):
    return lambda kind, text, start, end: kind == OPERATOR and text in texts


def drop(test):
    def broken(source, chance):
        places = source.places(test)
        if not places:
            return None
        _, _, start, end = source.tokens[chance.choice(places)]
        return source.edit(start, end, "")

    return broken


def simple_string(kind, text, start, end):
    return kind == STRING and len(text) > 2 and text[0] in "'\"" and not text.startswith(('"""', "'''"))


def lost_quote(at_end):
    def broken(source, chance):
        places = source.places(simple_string)
        if not places:
            return None
        _, _, start, end = source.tokens[chance.choice(places)]
        return source.edit(end - 1, end, "") if at_end else source.edit(start, start + 1, "")

    return broken


def other_quote(source, chance):
    places = source.places(simple_string)
    if not places:
        return None
    _, text, start, end = source.tokens[chance.choice(places)]
    return source.edit(end - 1, end, '"' if text[0] == "'" else "'")


def smart_quotes(source, chance):
    places = source.places(simple_string)
    if not places:
        return None
    _, text, start, end = source.tokens[chance.choice(places)]
    left, right = ("\u201c", "\u201d") if text[0] == '"' else ("\u2018", "\u2019")
    return source.edit(start, end, left + text[1:-1] + right)


def no_break_space(source, chance):
    places = [m.start() for m in re.finditer(r"(?<=\S) (?=\S)", source.text)]
    inside = [(start, end) for kind, _, start, end in source.tokens if kind in (STRING, COMMENT)]
    places = [at for at in places if not any(start <= at < end for start, end in inside)]
    if not places:
        return None
    at = chance.choice(places)
    return source.edit(at, at + 1, "\u00a0")


def fences(source, chance):
    return "Here is the updated module:\n\n```python\n" + source.text + "```\n"


def top_level(source):
    module = ast.parse(source.text)
    lines = [stmt.lineno - 1 - len(getattr(stmt, "decorator_list", [])) for stmt in module.body[1:]]
    return [line for line in lines if line > 0]


def inserted_line(text):
    def broken(source, chance):
        lines = top_level(source)
        if not lines:
            return None
        at = source.starts[chance.choice(lines)]
        return source.edit(at, at, text)

    return broken


def extra(bracket):
    def broken(source, chance):
        places = source.places(operator(bracket))
        if not places:
            return None
        end = source.tokens[chance.choice(places)][3]
        return source.edit(end, end, bracket)

    return broken


def comma(at_line_end):
    def broken(source, chance):
        def test(kind, text, start, end):
            rest = source.text[end:].split("\n", 1)[0].strip()
            return kind == OPERATOR and text == "," and (not rest) == at_line_end

        return drop(test)(source, chance)

    return broken


def replaced(pattern, new, flags=re.M):
    def broken(source, chance):
        inside = [(start, end) for kind, _, start, end in source.tokens if kind in (STRING, COMMENT)]
        found = [m for m in re.finditer(pattern, source.text, flags)]
        found = [m for m in found if not any(start <= m.start() < end for start, end in inside)]
        if not found:
            return None
        match = chance.choice(found)
        return source.edit(match.start(), match.end(), match.expand(new))

    return broken


def elif_words(source, chance):
    return replaced(r"^(\s*)elif\b", r"\1else if")(source, chance)


def increments(source, chance):
    return replaced(r"^(\s*[\w.]+) \+= 1$", r"\1++")(source, chance)


def print_statement(source, chance):
    """A line with a call of print takes the place of a simple statement; the original is changed, too."""
    return replaced(r"^(\s*)print\(([^()\n]+)\)$", r"\1print \2")(source, chance)


def over_indent(source, chance):
    lines = [n for n, line in enumerate(source.lines) if line.startswith("    ") and line.strip()]
    firsts = {source.line_of(start) for kind, _, start, _ in source.tokens if kind in (NAME,)}
    lines = [n for n in lines if n in firsts]
    if not lines:
        return None
    at = source.starts[chance.choice(lines)]
    return source.edit(at, at, "    ")


def under_indent(source, chance):
    lines = [n for n, line in enumerate(source.lines) if line.startswith("        ") and line.strip()]
    if not lines:
        return None
    at = source.starts[chance.choice(lines)]
    return source.edit(at, at + 4, "")


def lost_triple(source, chance):
    places = source.places(lambda kind, text, start, end: kind == STRING and text.endswith('"""'))
    if not places:
        return None
    end = source.tokens[chance.choice(places)][3]
    return source.edit(end - 3, end, "")


def typo(source, chance):
    words = ("def", "class", "return", "import", "from", "while", "raise", "except", "elif", "else", "with", "yield")
    places = source.places(lambda kind, text, start, end: kind == NAME and text in words)
    if not places:
        return None
    _, text, start, end = source.tokens[chance.choice(places)]
    at = chance.randrange(len(text) - 1)
    return source.edit(start, end, text[:at] + text[at + 1] + text[at] + text[at + 2 :])


def brace(source, chance):
    return replaced(r"^(\s*(?:if|while|for|elif) [^:\n]*):$", r"\1 {")(source, chance)


KINDS = {
    "colon": replaced(r"^(\s*(?:if|while|for|elif|else|def|class|with|try|except|finally)\b.*):$", r"\1"),
    "colon-in-dict": replaced(r"([\"'])\s*:(\s+[\w\"'])", r"\1\2"),
    "closing-quote": lost_quote(True),
    "opening-quote": lost_quote(False),
    "other-quote": other_quote,
    "smart-quotes": smart_quotes,
    "no-break-space": no_break_space,
    "fences": fences,
    "marker": inserted_line(">>>>>>> branch\n"),
    "middle-marker": inserted_line("=======\n"),
    "prose": inserted_line("Now let us define the next part of the module.\n"),
    "extra-parenthesis": extra(")"),
    "extra-bracket": extra("]"),
    "lost-parenthesis": drop(operator(")")),
    "lost-bracket": drop(operator("]")),
    "lost-brace": drop(operator("}")),
    "lost-opening": drop(operator("(")),
    "comma-at-end": comma(True),
    "comma-inside": comma(False),
    "equals": replaced(r"^(\s*(?:if|elif|while|assert) .*?[\w\])]) == ", r"\1 = "),
    "else-if": elif_words,
    "bang": replaced(r"\b(if|and|or|while|return|elif|assert) not (?=\w)", r"\1 !"),
    "ampersands": replaced(r" and (?=\w)", " && "),
    "bars": replaced(r" or (?=\w)", " || "),
    "increment": increments,
    "arrow": replaced(r"\) -> ", ") => "),
    "brace": brace,
    "print": print_statement,
    "except-comma": replaced(r"^(\s*except [\w.]+) as (\w+):", r"\1, \2:"),
    "raise-comma": replaced(r"^(\s*raise \w+)\((\"[^\"\n]*\"|'[^'\n]*')\)$", r"\1, \2"),
    "not-equal": replaced(r" != ", " <> "),
    "over-indent": over_indent,
    "under-indent": under_indent,
    "triple": lost_triple,
    "typo": typo,
}


def make(seed, per_kind, folder, paths):
    sources = []
    for path in paths:
        try:
            text = open(path, encoding="utf-8", newline="").read()
            if "\r" not in text and "\f" not in text and parses(text):
                sources.append((path, Source(text)))
        except (UnicodeDecodeError, SyntaxError, tokenize.TokenError, IndentationError):
            continue
    made = {}
    for kind, breaks in KINDS.items():
        chance = random.Random("%s-%s" % (seed, kind))
        for number in range(per_kind):
            for _ in range(60):
                path, source = chance.choice(sources)
                broken = breaks(source, chance)
                if broken is not None and not parses(broken):
                    name = "%s-%03d.py" % (kind, number)
                    with open("%s/%s" % (folder, name), "w", encoding="utf-8", newline="") as out:
                        out.write(broken)
                    made[name] = path
                    break
    return made


def tree(path):
    return ast.dump(ast.parse(open(path, encoding="utf-8", newline="").read()))


def same(pairs):
    answers = []
    for original, other in pairs:
        try:
            answers.append(tree(original) == tree(other))
        except (SyntaxError, ValueError):
            answers.append(False)
    return answers


if sys.argv[1] == "make":
    answer = make(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], json.load(sys.stdin))
else:
    answer = same(json.load(sys.stdin))
json.dump(answer, sys.stdout)
