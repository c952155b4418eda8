"""Makes the pictures of the readiness report: python3 docs/pictures/make.py DAVY CHROMIUM

A repository grows from fixtures/gas-delivery, a few files a week by three people, then its debt is paid back.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

DAVY, CHROMIUM = sys.argv[1:3]
HERE = pathlib.Path(__file__).resolve().parent
FIXTURE = HERE.parent.parent / "fixtures" / "gas-delivery"
AUTHORS = ["Ada Byron", "Grace Hopper", "Barbara Liskov"]
WEEK = 7 * 24 * 3600
BEGIN = int(time.time()) // WEEK * WEEK - 40 * WEEK


def main():
    with tempfile.TemporaryDirectory() as place:
        repository = pathlib.Path(place) / "gas-delivery"
        repository.mkdir()
        environment = dict(os.environ, DAVY_CACHE_DIR=f"{place}/cache", TZ="UTC")

        def run(*command, week=0, author=AUTHORS[0], check=True):
            date = f"{BEGIN + week * WEEK} +0000"
            who = {"NAME": author, "EMAIL": f"{author.split()[0].lower()}@example.org", "DATE": date}
            person = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in who.items()}
            subprocess.run(command, cwd=repository, env={**environment, **person}, check=check, capture_output=True)

        run("git", "init", "-q", "-b", "main")
        files = sorted(path for path in FIXTURE.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        files.sort(key=lambda path: (path.name != "pyproject.toml", path.name != "__init__.py"))
        # What teaches the rules is no part of the product.
        files = [path for path in files if path.name not in ("EXPECTED.md", "exercise.py")]
        weeks = 24
        for week in range(weeks):
            for path in files[week * len(files) // weeks : (week + 1) * len(files) // weeks]:
                target = repository / path.relative_to(FIXTURE)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, target)
            run("git", "add", "-A")
            run("git", "commit", "-q", "-m", f"week {week}", week=week, author=AUTHORS[week % 3])
        run("git", "tag", "v1.0")
        tracked = [path for path in files if path.suffix == ".py"]
        for step in range(16):
            part = [str(path.relative_to(FIXTURE)) for path in tracked[step * 3 : step * 3 + 3]]
            run(DAVY, "check", "--fix", *part, check=False)
            run("git", "add", "-A")
            message = "pay back what can be paid back"
            run("git", "commit", "-q", "--allow-empty", "-m", message, week=weeks + step, author=AUTHORS[step % 2])
        run(DAVY, "report", "--since", "v1.0", "--output", f"{place}/report.html")
        for name, width, height, scheme in [
            ("light", 1280, 1650, 0),
            ("dark", 1280, 1650, 1),
            ("narrow", 500, 1500, 0),
        ]:
            picture = HERE / f"report-{name}.png"
            arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
            arguments += [f"--window-size={width},{height}", f"--screenshot={picture}"]
            if scheme:
                arguments.append("--blink-settings=preferredColorScheme=0")
            subprocess.run([CHROMIUM, *arguments, f"file://{place}/report.html"], check=True, capture_output=True)


main()
