//! Repositories that tests make, and histories that are the same in every run.

use crate::common::oracle::{copy, root, run, said};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A repository of its own.
pub struct Repository {
    pub folder: PathBuf,
    /// Seconds that the clock of commits has counted.
    pub clock: u64,
}

impl Repository {
    pub fn new(folder: PathBuf) -> Repository {
        fs::create_dir_all(&folder).expect("writable");
        let repository = Repository { folder, clock: 1_700_000_000 };
        repository.git(&["init", "-q", "-b", "main"]);
        repository
    }

    pub fn git(&self, args: &[&str]) -> Output {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=Ada <L>", "-c", "user.email=ada@example.org", "-c", "core.autocrlf=false"]);
        command.args(["-c", "commit.gpgsign=false", "-c", "advice.detachedHead=false"]);
        let date = format!("{} +0000", self.clock);
        command.args(args).current_dir(&self.folder).env("GIT_COMMITTER_DATE", &date).env("GIT_AUTHOR_DATE", date);
        let output = run(&mut command);
        assert!(output.status.success(), "git {args:?}: {}", said(&output));
        output
    }

    pub fn commit(&mut self, message: &str) {
        self.clock += 50_000;
        self.git(&["add", "-A", "-f"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.folder.join(path);
        if path.parent().is_some_and(Path::is_file) {
            fs::remove_file(path.parent().expect("a folder")).expect("writable");
        }
        fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        if path.is_dir() {
            fs::remove_dir_all(&path).expect("writable");
        }
        fs::write(path, text).expect("writable");
    }

    /// The files that git has, in their order.
    pub fn files(&self) -> Vec<String> {
        let output = self.git(&["ls-files", "-z"]);
        String::from_utf8_lossy(&output.stdout).split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect()
    }
}

/// Numbers that are the same in every run.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit.max(1)
    }
}

/// Files that decide about others, or about what is said of them, each in the states that it may have.
const DECIDING: [(&str, &[&str]); 14] = [
    (".gitignore", &["app/routes/\n*.env\n", "*.pyc\n", "tests/*\n!tests/conftest.py\n", "/scripts\n"]),
    ("app/.gitignore", &["models.py\n", "!models.py\n*.log\n"]),
    (".ignore", &["legacy.py\n", "# nothing\n"]),
    (
        "requirements.txt",
        &["pydantic>=1.10,<2\n", "pydantic>=2\npytest\n", "-r more/base.in\npytest==9.2.0\n", "requests\n"],
    ),
    ("more/base.in", &["pydantic<2\n", "pydantic==2.7\n"]),
    ("pytest.ini", &["[pytest]\n", "[pytest]\ntestpaths = tests\npythonpath = .\n", "[pytest]\npythonpath = src\n"]),
    (".env", &["DATABASE_PASSWORD=hfd7Sd4-kLq9x\n", "DEBUG=1\n"]),
    ("deploy/Dockerfile", &["FROM python:3.12\nCOPY . .\n", "FROM python:3.12\nENV API_TOKEN=q8Zr4kPw2LxT6vNb\n"]),
    ("deploy/.env", &["DB_PASSWORD=kfj38fjKdk29\n"]),
    ("deploy/.dockerignore", &[".env\n", "*.md\n"]),
    ("venv/pyvenv.cfg", &["home = /usr\n"]),
    ("venv/lib/site.py", &["import datetime\nx = datetime.datetime.utcnow()\n"]),
    ("build/lib/copy.py", &["import datetime\nx = datetime.datetime.utcnow()\n"]),
    (".github/workflows/ci.yml", &["env:\n  DB_PASSWORD: sd8f7Gh3jkLm\n", "on: push\n"]),
];

/// What is written into files.
const LINES: [&str; 8] = [
    "import datetime\nmade = datetime.datetime.utcnow()\n",
    "from pydantic import BaseModel, validator\nclass Row(BaseModel):\n    a: int\n    @validator('a')\n    def f(cls, v):\n        return v\n",
    "password = 'hunter2-Kd8fh3'\n",
    "from app import settings\nprint(settings._secret)\n",
    "def broken(:\n    pass\n",
    "import datetime  # davy: ignore\nlater = datetime.datetime.now()\n",
    "def test_a(nothing): ...\ndef test_a(): ...\n",
    "value = 1\n",
];

/// Changes something, as the dice fall.
pub fn change(repository: &Repository, dice: &mut Dice, pool: &Path, sources: &[String]) {
    let files = repository.files();
    let pick = |dice: &mut Dice| files.get(dice.below(files.len())).cloned();
    match dice.below(10) {
        0..=3 => {
            let source = &sources[dice.below(sources.len())];
            let text = fs::read_to_string(pool.join(source)).unwrap_or_default();
            // Without the name of the fixture: they become one project.
            repository.write(source.split_once('/').map_or(source.as_str(), |(_, path)| path), &text);
        }
        4..=5 => {
            let (path, states) = DECIDING[dice.below(DECIDING.len())];
            repository.write(path, states[dice.below(states.len())]);
        }
        6..=7 => {
            if let Some(path) = pick(dice).filter(|path| path.ends_with(".py")) {
                let old = fs::read_to_string(repository.folder.join(&path)).unwrap_or_default();
                repository.write(&path, &format!("{old}\n{}", LINES[dice.below(LINES.len())]));
            }
        }
        8 => {
            if let Some(path) = pick(dice) {
                let _ = fs::remove_file(repository.folder.join(path));
            }
        }
        _ => {
            if let Some(path) = pick(dice).filter(|path| path.ends_with(".py")) {
                let text = fs::read_to_string(repository.folder.join(&path)).unwrap_or_default();
                let _ = fs::remove_file(repository.folder.join(&path));
                let folder = ["app", "app/services", "tests", "src/app", "scripts.py"][dice.below(5)];
                let name = path.rsplit('/').next().unwrap_or(&path).to_owned();
                repository.write(&format!("{folder}/{name}"), &text);
            }
        }
    }
}

/// The files below a folder.
pub fn listed(folder: &Path, below: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("readable").flatten() {
        let path = entry.path();
        if path.is_dir() {
            listed(&path, below, found);
        } else if let Ok(path) = path.strip_prefix(below) {
            found.push(path.to_string_lossy().replace('\\', "/"));
        }
    }
}

/// A pool of files to take from, and their names.
pub fn sources(place: &Path) -> (PathBuf, Vec<String>) {
    let pool = place.join("pool");
    for fixture in ["gas-delivery", "kiosk"] {
        copy(&root().join("fixtures").join(fixture), &pool.join(fixture));
    }
    let mut sources = Vec::new();
    listed(&pool, &pool, &mut sources);
    sources.sort();
    (pool, sources)
}
