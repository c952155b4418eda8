"""Labelled secrets: fills `fixtures/secrets` in, and holds davy and its peers against it.

    python3 benches/secrets.py generate target/secrets
    python3 benches/secrets.py compare target/secrets --davy target/release/davy

`compare` prints, for every tool that is on PATH, how many of the lines with a secret it reports, and how many of those without.
Peers run without network and without validation. Findings of any severity count, davy's notes included.
"""

import argparse
import base64
import json
import pathlib
import random
import re
import shutil
import string
import subprocess
import zlib

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "secrets"
BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
MARK = re.compile(r"\s*(?:#|//)([+-])$")
HOLE = re.compile(r"<<([a-z0-9_]+)>>")
SEED = 20261126


class Values:
    """Values of every kind, from one seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def of(self, alphabet, length):
        return "".join(self.random.choice(alphabet) for _ in range(length))

    def word(self):
        syllables = "ba ko ri ten mol sa ver lin pu dor gas tem fi lo nar zu wel kip".split()
        return "".join(self.random.choice(syllables) for _ in range(3))

    def digits(self):
        return self.of("23456789", 3)

    def short(self):
        return self.of("bcdfghjkmnpqrstvwxz", 3) + self.of(string.digits[2:], 2) + self.of("aeiou", 1)

    def password(self):
        word = self.word()
        shapes = [
            lambda: word.capitalize() + self.digits() + self.random.choice("!_.-"),
            lambda: word + self.digits(),
            lambda: self.of(string.ascii_letters + string.digits, 11) + self.random.choice("!+_"),
            lambda: word.capitalize() + "-" + self.word() + "-" + self.of(string.digits, 2),
            lambda: word.replace("o", "0").replace("i", "1") + "!" + self.of(string.digits, 1),
        ]
        return self.random.choice(shapes)()

    def crc(self, prefix):
        payload = self.of(BASE62, 30)
        value, tail = zlib.crc32(payload.encode()), ""
        for _ in range(6):
            value, digit = divmod(value, 62)
            tail = BASE62[digit] + tail
        return prefix + payload + tail

    def encoded(self, count):
        return base64.b64encode(self.random.randbytes(count)).decode()

    def fill(self, kind):
        plain = {
            "password": self.password,
            "short": self.short,
            "word": self.word,
            "digits": self.digits,
            "github": lambda: self.crc("ghp_"),
            "npm": lambda: self.crc("npm_"),
            "aws": lambda: "AKIA" + self.of(string.ascii_uppercase + "234567", 16),
            "slack": lambda: f"xoxb-{self.of(string.digits, 12)}-{self.of(string.digits, 12)}-{self.of(BASE62, 24)}",
            "slack_hook": lambda: "https://hooks.slack.com/services/T" + self.of(string.ascii_uppercase, 8)
            + "/B" + self.of(string.ascii_uppercase, 8) + "/" + self.of(BASE62, 24),
            "stripe": lambda: "sk_live_" + self.of(BASE62, 24),
            "pypi": lambda: "pypi-" + base64.urlsafe_b64encode(
                b"\x02\x01\x08" + b".".join([b"pypi", b"org"]) + b"\x02\x24" + self.random.randbytes(72)
            ).decode().rstrip("="),
            "google": lambda: "AIza" + self.of(BASE62, 35),
            "sendgrid": lambda: "SG." + self.of(BASE62, 22) + "." + self.of(BASE62, 43),
            "telegram": lambda: self.of("123456789", 10) + ":AA" + self.of(BASE62, 33),
            "openai": lambda: "sk-proj-" + self.of(BASE62, 20) + "T3BlbkFJ" + self.of(BASE62, 20),
            "anthropic": lambda: "sk-ant-api03-" + self.of(BASE62 + "_-", 93) + "AA",
            "gitlab": lambda: "glpat-" + self.of(BASE62, 20),
            "huggingface": lambda: "hf_" + self.of(string.ascii_letters, 34),
            "azure": lambda: self.encoded(64),
            "twilio_sid": lambda: "AC" + self.of("0123456789abcdef", 32),
            "line": lambda: self.of(BASE62 + "+/", 168) + "1O/w1cDnyilFU=",
            "fernet": lambda: base64.urlsafe_b64encode(self.random.randbytes(32)).decode(),
            "basic": lambda: base64.b64encode(f"app:{self.password()}".encode()).decode(),
            "uuid": lambda: "-".join(self.of("0123456789abcdef", n) for n in (8, 4, 4, 4, 12)),
            "jwt": self.jwt,
            "pem": self.pem,
        }
        if kind in plain:
            return plain[kind]()
        alphabet, length = re.fullmatch(r"(hex|b62_|b64_)(\d+)", kind).groups()
        return self.of({"hex": "0123456789abcdef", "b62_": BASE62, "b64_": BASE62}[alphabet], int(length))

    def jwt(self):
        part = lambda data: base64.urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")
        head, body = part({"alg": "HS256", "typ": "JWT"}), part({"sub": self.of(string.digits, 10), "name": self.word()})
        return f"{head}.{body}.{self.of(BASE62 + '_-', 43)}"

    def pem(self):
        body = "MII" + self.of(BASE62 + "+/", 64 * 12 - 3)
        lines = [body[at:at + 64] for at in range(0, len(body), 64)]
        return "\n".join(["-----BEGIN RSA PRIVATE KEY-----", *lines, "-----END RSA PRIVATE KEY-----"])


def generate(target, seed=SEED):
    """Writes the files without marks; the labels, by file and first and last line."""
    values, labels = Values(seed), []
    shutil.rmtree(target, ignore_errors=True)
    for path in sorted(FIXTURES.rglob("*")):
        if not path.is_file() or path.name == "README.md":
            continue
        name, lines = str(path.relative_to(FIXTURES)), []
        for line in path.read_text().splitlines():
            mark = MARK.search(line)
            filled = HOLE.sub(lambda hole: values.fill(hole[1]), line[: mark.start()] if mark else line)
            first = len(lines) + 1
            lines.extend(filled.split("\n"))
            if mark:
                labels.append({"file": name, "first": first, "last": len(lines), "secret": mark[1] == "+"})
        place = target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("\n".join(lines) + "\n")
    (target.parent / (target.name + ".json")).write_text(json.dumps(labels))
    return labels


def run(command, **options):
    return subprocess.run(command, capture_output=True, text=True, errors="replace", **options)


def davy(target, program):
    out = run([program, "check", "--no-cache", "--select", "secrets", "--format", "json", "--exit-zero", "."], cwd=target)
    for finding in json.loads(out.stdout)["findings"]:
        yield finding["path"], finding["start"]["line"]
        for label in finding["labels"]:
            if label["message"].startswith("the same value stands here"):
                yield label["path"], label["start"]["line"]


def ruff(target, program):
    out = run([program, "check", "--isolated", "--select", "S105,S106,S107", "--output-format", "json", "."], cwd=target)
    for finding in json.loads(out.stdout):
        yield str(pathlib.Path(finding["filename"]).relative_to(target)), finding["location"]["row"]


def bandit(target, program):
    out = run([program, "-q", "-r", "-t", "B105,B106,B107", "-f", "json", "."], cwd=target)
    for finding in json.loads(out.stdout)["results"]:
        yield finding["filename"].removeprefix("./"), finding["line_number"]


def detect_secrets(target, program):
    out = run([program, "scan", "--all-files", "--no-verify", "."], cwd=target)
    for name, findings in json.loads(out.stdout)["results"].items():
        for finding in findings:
            yield name, finding["line_number"]


def gitleaks(target, program):
    report = target.parent / (pathlib.Path(program).name + ".out.json")
    run([program, "dir", ".", "--no-banner", "-f", "json", "-r", str(report)], cwd=target)
    for finding in json.loads(report.read_text() or "[]"):
        yield finding["File"].removeprefix("./"), finding["StartLine"]


def kingfisher(target, program):
    arguments = ["scan", ".", "--no-validate", "--no-update-check", "--format", "jsonl", "--confidence", "low"]
    out = run([program, *arguments], cwd=target)
    for line in out.stdout.splitlines():
        if not line.startswith("{"):
            continue
        place = json.loads(line).get("finding")
        if isinstance(place, dict):
            yield str(place["path"]).removeprefix("./"), place["line"]


TOOLS = {
    "davy": davy,
    "ruff": ruff,
    "bandit": bandit,
    "detect-secrets": detect_secrets,
    "gitleaks": gitleaks,
    "betterleaks": gitleaks,
    "kingfisher": kingfisher,
}


def measure(labels, found, wanted=lambda label: True):
    """Recall and the share of false alarms, over the labelled lines."""
    hit = lambda label: any((label["file"], line) in found for line in range(label["first"], label["last"] + 1))
    real = [label for label in labels if label["secret"] and wanted(label)]
    rest = [label for label in labels if not label["secret"] and wanted(label)]
    return sum(map(hit, real)), len(real), sum(map(hit, rest)), len(rest)


def compare(target, program, verbose, only):
    labels = json.loads((target.parent / (target.name + ".json")).read_text())
    print(f"{'tool':16}{'secrets found':>18}{'false alarms':>18}{'in Python':>14}{'elsewhere':>14}")
    for name, tool in TOOLS.items():
        if only not in (None, name):
            continue
        path = program if name == "davy" else shutil.which(name)
        if not path:
            print(f"{name:16}  not on PATH")
            continue
        found = set(tool(target.resolve(), path))
        real, all_real, false, all_false = measure(labels, found)
        python = measure(labels, found, lambda label: label["file"].endswith(".py"))
        other = measure(labels, found, lambda label: not label["file"].endswith(".py"))
        print(
            f"{name:16}{f'{real} of {all_real}':>18}{f'{false} of {all_false}':>18}"
            f"{f'{python[0]}/{python[1]}':>14}{f'{other[0]}/{other[1]}':>14}"
        )
        if name == "davy" and verbose:
            for label in labels:
                hit = any((label["file"], line) in found for line in range(label["first"], label["last"] + 1))
                if hit != label["secret"]:
                    print("  missed" if label["secret"] else "  false ", f"{label['file']}:{label['first']}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ["generate", "compare"]:
        command = commands.add_parser(name)
        command.add_argument("target", type=pathlib.Path)
        if name == "generate":
            command.add_argument("--seed", type=int, default=SEED)
        else:
            command.add_argument("--davy", default="target/release/davy")
            command.add_argument("--only", help="one tool")
            command.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    if arguments.command == "generate":
        labels = generate(arguments.target, arguments.seed)
        secrets = sum(label["secret"] for label in labels)
        print(f"{secrets} lines with a secret, {len(labels) - secrets} without")
    else:
        program = str(pathlib.Path(arguments.davy).resolve())
        compare(arguments.target, program, arguments.verbose, arguments.only)


if __name__ == "__main__":
    main()
