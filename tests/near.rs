//! A run of a few files after an earlier one reports what a run without any cache reports, whatever has changed in between.

use crate::common::oracle::{copy, davy, root, run_with, said, scratch};
use crate::common::repository::Dice;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Lines that say something to other files, or ask them.
const LINES: [&str; 18] = [
    "import app.db.models",
    "from app.schemas.order import OrderRead",
    "from app.schemas.base import *",
    "class Late(OrderRead):\n    def dict(self):\n        return {}",
    "def shown(order: OrderRead):\n    return order.dict()",
    "OrderRead.dict = lambda self: {}",
    "import datetime\nMOMENT = datetime.datetime.utcnow()",
    "def test_late(client, nothing_of_the_kind):\n    assert client",
    "import pytest\n\n\n@pytest.fixture\ndef nothing_of_the_kind():\n    return 1",
    "import tests.conftest",
    "API_TOKEN = \"q8Zr4kPw2LxT6vNbq8Zr\"",
    "from gaslib.geo import _haversine_km",
    "class Model(OrderRead):\n    class Config:\n        orm_mode = True",
    "created: datetime.datetime",
    "pytest_plugins = [\"tests.utils.database\"]",
    "import sys\nsys.path.insert(0, \"lib\")",
    "def broken(:",
    "from app.core.nowhere import lost",
];

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).expect("readable").flatten() {
            match entry.path() {
                path if path.is_dir() => waiting.push(path),
                path => found.push(path),
            }
        }
    }
    found.sort();
    found
}

/// Makes a file or folder so old that its time is trusted.
fn age(path: &Path) {
    let long_ago = SystemTime::now() - Duration::from_secs(1_000);
    // A link may lead nowhere.
    let _ = fs::File::open(path).and_then(|file| file.set_modified(long_ago));
}

fn change(random: &mut Dice, project: &Path, with_links: bool) -> String {
    let all = files_below(project);
    let python: Vec<&PathBuf> = all.iter().filter(|path| path.extension().is_some_and(|end| end == "py")).collect();
    let file = python[random.below(python.len())];
    let text = fs::read_to_string(file).unwrap_or_default();
    let name = file.display();
    match random.below(20) {
        0..=6 => {
            let line = LINES[random.below(LINES.len())];
            fs::write(file, format!("{text}\n{line}\n")).expect("writable");
            format!("{name} has {line:?}")
        }
        7..=8 => {
            let gone = random.below(text.lines().count());
            let rest: Vec<&str> =
                text.lines().enumerate().filter(|(at, _)| *at != gone).map(|(_, line)| line).collect();
            fs::write(file, rest.join("\n") + "\n").expect("writable");
            format!("{name} has no line {gone}")
        }
        9 => {
            fs::remove_file(file).expect("removable");
            format!("{name} is gone")
        }
        10 => {
            let place = file.with_file_name(format!("made{}.py", random.below(3)));
            fs::write(&place, LINES[random.below(LINES.len())]).expect("writable");
            format!("{} is new", place.display())
        }
        11 => {
            let folder = file.with_file_name(format!("package{}", random.below(2)));
            fs::create_dir_all(&folder).expect("writable");
            fs::write(folder.join("__init__.py"), "").expect("writable");
            format!("{} is a package", folder.display())
        }
        12 => {
            let lines = ["scripts/", "made0.py", "!scripts/", "*.md"];
            let path = file.with_file_name(".gitignore");
            let line = lines[random.below(lines.len())];
            fs::write(&path, line).expect("writable");
            format!("{} says {line}", path.display())
        }
        13 => {
            let manifest = project.join("pyproject.toml");
            let text = fs::read_to_string(&manifest).expect("text");
            let (one, other) = ("pydantic>=2.6,<3", "pydantic>=1.10");
            let new = if text.contains(one) { text.replace(one, other) } else { text.replace(other, one) };
            fs::write(&manifest, new).expect("writable");
            "pydantic is another".to_owned()
        }
        15 | 16 => {
            let names = ["config.yaml", ".env", "settings.json", "local.toml"];
            let place = file.with_file_name(names[random.below(names.len())]);
            let text = [
                "password: q8Zr4kPw2LxT6vNbq8Zr\n",
                "DB_PASSWORD=q8Zr4kPw2LxT6vNb\n",
                "{\"token\": \"q8Zr4kPw2LxT6vNbq8Zr\"}\n",
                "a = 1\n",
            ];
            fs::write(&place, text[random.below(text.len())]).expect("writable");
            format!("{} is new", place.display())
        }
        #[cfg(unix)]
        17 if with_links => {
            // What was a file is a link to another one, or the other way round.
            let other = python[random.below(python.len())];
            if file.is_symlink() {
                fs::remove_file(file).expect("removable");
                fs::write(file, text).expect("writable");
            } else if other != file && !other.is_symlink() {
                fs::remove_file(file).expect("removable");
                std::os::unix::fs::symlink(other, file).expect("linkable");
            }
            format!("{name} is another sort of file")
        }
        14 => {
            let link = file.with_extension("tmp");
            fs::write(&link, format!("{text}# as editors save it\n")).expect("writable");
            fs::rename(&link, file).expect("movable");
            format!("{name} is another file")
        }
        _ => {
            all.iter().for_each(|path| age(path));
            all.iter().filter_map(|path| path.parent()).for_each(age);
            "all is old".to_owned()
        }
    }
}

#[test]
fn it_reports_what_a_run_without_a_cache_reports() {
    let was_near = compared(20_261_128, false, 60);
    assert!(was_near[0] > 10 && was_near[1] > 5, "{was_near:?} runs knew the project from the one before");
}

#[test]
fn links_are_looked_behind() {
    compared(7, true, 30);
}

/// Changes a project at random and compares runs with a cache and without; how many runs of a few files and of all knew the project from an earlier one.
fn compared(seed: u64, with_links: bool, steps: usize) -> [usize; 2] {
    let place = scratch();
    let (project, cache) = (place.path().join("gas-delivery"), place.path().join("cache"));
    copy(&root().join("fixtures/gas-delivery"), &project);
    let mut random = Dice(seed);
    let mut was_near = [0, 0];
    let mut log: Vec<String> = Vec::new();
    for _ in 0..steps {
        for _ in 0..random.below(3) {
            log.push(change(&mut random, &project, with_links));
        }
        let all = files_below(&project);
        let mut named: Vec<PathBuf> = (0..1 + random.below(3)).map(|_| all[random.below(all.len())].clone()).collect();
        let is_whole = random.below(4) == 0;
        if is_whole {
            named = vec![project.clone()];
        }
        let args: &[&str] = match random.below(5) {
            0 => &["--diff", "--unsafe-fixes"],
            1 => &["--select", "PYM", "--format", "json", "--notes"],
            _ => &["--format", "json", "--notes"],
        };
        let stdin = !is_whole && random.below(6) == 0 && named[0].extension().is_some_and(|end| end == "py");
        let text = if stdin {
            fs::read_to_string(&named[0]).unwrap_or_default() + "\nimport app.main\n"
        } else {
            String::new()
        };
        let check = |more: &[&str]| {
            let mut command = davy();
            command.args(["check"]).args(args).args(more).current_dir(&project);
            match stdin {
                true => command.arg("-").arg("--stdin-filename").arg(&named[0]),
                false if is_whole => command.arg("."),
                false => command.arg("--force-exclude").args(&named),
            };
            run_with(command.env("DAVY_CACHE_DIR", &cache), &text)
        };
        let without = check(&["--no-cache"]);
        // Of a whole project the second run has the first one to look back to.
        for _ in 0..1 + usize::from(is_whole) {
            let with = check(&["--verbose"]);
            let told = String::from_utf8_lossy(&with.stderr).into_owned();
            was_near[usize::from(is_whole)] += usize::from(told.contains("knew from an earlier run"));
            assert_eq!(
                String::from_utf8_lossy(&with.stdout),
                String::from_utf8_lossy(&without.stdout),
                "{named:?} {args:?} {stdin}: {told}{}\n{}",
                said(&without),
                log.join("\n")
            );
            assert_eq!(with.status, without.status);
        }
    }
    was_near
}

#[test]
fn whatever_lies_in_its_file() {
    let place = scratch();
    let (project, cache) = (place.path().join("project"), place.path().join("cache"));
    fs::create_dir_all(&project).expect("writable");
    fs::write(project.join("pyproject.toml"), "[project]\nname = \"x\"\nversion = \"1\"\n").expect("writable");
    fs::write(
        project.join("order.py"),
        "from pydantic import BaseModel\n\n\nclass Order(BaseModel):\n    number: int\n",
    )
    .expect("writable");
    let asks = "from order import Order\n\n\ndef show(order: Order):\n    return order.dict()\n";
    fs::write(project.join("show.py"), asks).expect("writable");
    let check_some = |what: &str| {
        let mut command = davy();
        command.args(["check", "--format", "json", "-v", what]).current_dir(&project);
        let output = run_with(command.env("DAVY_CACHE_DIR", &cache), "");
        let near = String::from_utf8_lossy(&output.stderr).contains("knew from an earlier run");
        (String::from_utf8_lossy(&output.stdout).into_owned(), near)
    };
    let check = || check_some("show.py");
    let (first, near) = check();
    assert!(first.contains("PYM004") && !near, "{first}");
    // So few files are compiled anew until a run of all of them keeps them.
    assert!(!check_some(".").1);
    assert_eq!(check(), (first.clone(), true));
    let is_state = |path: &PathBuf| path.to_string_lossy().contains("-state-");
    let state = files_below(&cache).into_iter().find(is_state).expect("it is kept");
    let good = fs::read(&state).expect("readable");
    for at in (0..good.len()).step_by(23) {
        let mut bad = good.clone();
        bad[at] ^= 0x55;
        fs::write(&state, bad).expect("writable");
        assert_eq!(check().0, first, "a byte at {at}");
        fs::write(&state, &good[..at]).expect("writable");
        assert_eq!(check().0, first, "cut at {at}");
    }
    for text in [&b""[..], b"davystat", b"something else altogether", &[0xFF; 4096]] {
        fs::write(&state, text).expect("writable");
        assert_eq!(check().0, first);
        assert_eq!(check(), (first.clone(), true), "it is replaced");
    }
}

/// Runs a check with a cache and without, and compares them.
fn same(project: &Path, cache: &Path, args: &[&str]) -> String {
    let check = |more: &[&str]| {
        let mut command = davy();
        command.args(["check", "--format", "json", "--notes"]).args(args).args(more).current_dir(project);
        run_with(command.env("DAVY_CACHE_DIR", cache), "")
    };
    let (with, without) = (check(&[]), check(&["--no-cache"]));
    let out = String::from_utf8_lossy(&with.stdout).into_owned();
    assert_eq!(out, String::from_utf8_lossy(&without.stdout), "{args:?}");
    out
}

#[test]
fn what_an_earlier_run_was_not_asked_is_asked_now() {
    let place = scratch();
    let (project, cache) = (place.path().join("project"), place.path().join("cache"));
    let write = |path: &str, text: &str| {
        let path = project.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        fs::write(path, text).expect("writable");
    };
    write("pyproject.toml", "[project]\nname = \"x\"\nversion = \"1\"\n");
    write("order.py", "from pydantic import BaseModel\n\n\nclass Order(BaseModel):\n    number: int\n");
    write("late.py", "from order import Order\n\n\nclass Late(Order):\n    def dict(self):\n        return {}\n");
    write("show.py", "from order import Order\n\n\ndef show(order: Order):\n    return order.dict()\n");
    write("clean.py", "NUMBER = 1\n");
    let same = |args: &[&str]| same(&project, &cache, args);
    same(&["."]);
    // Of a file without a question nothing is asked, and what was not asked is not known to be nowhere.
    same(&["--select", "PYM", "clean.py"]);
    same(&["--select", "PYM", "show.py"]);
    // Settings that are new.
    same(&["."]);
    write("config.yaml", "password: q8Zr4kPw2LxT6vNbq8Zr\n");
    assert!(same(&["."]).contains("config.yaml"));
    // What somebody named once is no part of the project from then on.
    write(".gitignore", "*.txt\nlost/\n");
    write("requirements.txt", "pydantic==1.10.2\n");
    write("lost/test_order.py", "import show\n\n\ndef test_show():\n    assert show\n");
    same(&["requirements.txt", "show.py"]);
    same(&["show.py"]);
    same(&["lost/test_order.py", "show.py"]);
    same(&["show.py"]);
    // What a manifest asks for comes later.
    write(
        "pyproject.toml",
        "[project]\nname = \"x\"\nversion = \"1\"\n\n[tool.pytest.ini_options]\npythonpath = [\".\"]\n",
    );
    write("requirements.in", "-r deps/base.lst\n");
    same(&["."]);
    write("deps/base.lst", "pydantic==1.10.2\n");
    same(&["."]);
    same(&["show.py"]);
}
