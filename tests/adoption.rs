//! A team takes davy up on a Friday afternoon: the package installed by pip, `davy init`, real git, real pre-commit, two branches.

use crate::common::oracle::{self, bin, clean_git, run, said, say, scratch, skip, step, venv, wheel};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn naive(functions: &[&str]) -> String {
    let bodies = functions.iter().map(|name| format!("\n\ndef {name}():\n    return datetime.utcnow()\n"));
    "from datetime import datetime, timezone\n".to_owned() + &bodies.collect::<String>()
}

/// The team's repository, and the programs that are on its PATH.
struct Team {
    folder: tempfile::TempDir,
    programs: PathBuf,
    wheel: PathBuf,
}

impl Team {
    fn here(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.here().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        fs::write(path, text).expect("writable");
    }

    /// Runs a command line that has to end with this code; what it says.
    fn types(&self, line: &[&str], code: i32) -> String {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let paths = std::iter::once(self.programs.clone()).chain(std::env::split_paths(&path));
        let path = std::env::join_paths(paths).expect("a path");
        // Programs are looked for on this process's PATH, so the team's are named whole.
        let own = self.programs.join(line[0]);
        let mut command = Command::new(if own.exists() { own.as_os_str() } else { line[0].as_ref() });
        clean_git(&mut command).args(&line[1..]).current_dir(self.here()).env("PATH", path);
        let output = run(command
            .env("PRE_COMMIT_HOME", self.here().join(".git/pre-commit"))
            .env("PREK_HOME", self.here().join(".git/prek"))
            .env("PIP_FIND_LINKS", &self.wheel)
            .env("UV_FIND_LINKS", &self.wheel));
        assert_eq!(output.status.code(), Some(code), "{line:?}: {}", said(&output));
        said(&output)
    }

    fn git(&self, args: &[&str]) -> String {
        self.types(&[&["git"], args].concat(), 0)
    }

    fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
    }
}

#[test]
fn a_friday_afternoon() {
    let test = "adoption::a_friday_afternoon";
    let wheel = match wheel() {
        Ok(wheel) => wheel,
        Err(why) => return skip(test, &why),
    };
    let tools = match venv("hooks", &["pre-commit>=4,<5", "prek==0.5.11"]) {
        Ok(tools) => tools,
        Err(why) => return skip(test, &why),
    };
    // A new environment with nothing but davy, as `pip install` gives it, and the tools of hooks beside it.
    let folder = scratch();
    let env = folder.path().join(".git/env");
    step(Command::new("python3").args(["-m", "venv"]).arg(&env)).expect("Python makes an environment");
    let pip = ["-m", "pip", "install", "--quiet", "--no-index", "--find-links"];
    step(Command::new(bin(&env).join("python")).args(pip).arg(&wheel).arg("davy")).expect("the wheel is installed");
    for name in ["pre-commit", "prek"] {
        let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        fs::copy(tools.parent().expect("a folder").join(&name), bin(&env).join(&name)).expect("a program");
    }
    let team = Team { folder, programs: bin(&env), wheel };
    assert!(team.types(&["davy", "--version"], 0).contains(env!("CARGO_PKG_VERSION")));

    // The project as it is: old debt, a configuration of ruff.
    team.git(&["-c", "init.defaultBranch=main", "init", "--quiet"]);
    team.git(&["remote", "add", "origin", "https://github.example.invalid/shop.git"]);
    let manifest = "[project]\nname = \"shop\"\nversion = \"0\"\n\n[tool.ruff.lint]\nselect = [\"DTZ\"]\n";
    team.write("pyproject.toml", manifest);
    team.write("shop/old.py", &naive(&["one", "two", "three"]));
    team.write("shop/other.py", &naive(&["four"]));
    team.commit("the shop");

    // Set up, look, record, commit.
    let said = team.types(&["davy", "init", "--yes"], 0);
    for file in ["pyproject.toml", ".pre-commit-config.yaml", ".github/workflows/davy.yml"] {
        assert!(said.contains(&format!("Wrote {file}")), "{said}");
    }
    assert!(said.contains("+ignore = [\"DTZ003\", \"DTZ004\"]"), "{said}");
    assert!(team.types(&["davy", "check"], 1).contains("Found 4 warnings"));
    assert!(team.types(&["davy", "baseline", "create"], 0).contains("Recorded 4 findings"));
    assert!(team.types(&["davy", "check"], 0).contains("Nothing new"));
    team.types(&["pre-commit", "install"], 0);
    team.commit("adopt davy");

    // A branch brings one finding on top of lines that move: the hook shows that one alone.
    team.git(&["checkout", "--quiet", "-b", "feature"]);
    let moved = format!("\"\"\"Old.\"\"\"\n\n{}", naive(&["zero", "one", "two", "three"]));
    team.write("shop/old.py", &moved);
    team.git(&["add", "--all"]);
    let refused = team.types(&["git", "commit", "--quiet", "--message", "feature"], 1);
    assert!(refused.contains("shop/old.py:7:12") && refused.contains("Found 1 new warning"), "{refused}");
    assert_eq!(refused.matches("warning[DTM001]").count(), 1, "{refused}");
    // prek reads the same configuration, and says the same.
    let refused = team.types(&["prek", "run"], 1);
    assert!(refused.contains("shop/old.py:7:12") && refused.contains("Found 1 new warning"), "{refused}");

    // The author mends the new one and an old one; what is mended is told, and taken out of the record.
    let mended = moved
        .replacen("zero():\n    return datetime.utcnow()", "zero():\n    return datetime.now(timezone.utc)", 1)
        .replacen("one():\n    return datetime.utcnow()", "one():\n    return datetime.now(timezone.utc)", 1);
    team.write("shop/old.py", &mended);
    assert!(team.types(&["davy", "check"], 0).contains("1 more is fixed"));
    assert!(team.types(&["davy", "baseline", "prune"], 0).contains("Removed 1: "));
    team.commit("feature");

    // Meanwhile another branch mends another one.
    team.git(&["checkout", "--quiet", "main"]);
    team.git(&["checkout", "--quiet", "-b", "tidy"]);
    let tidy = naive(&["one", "two", "three"]).replacen(
        "three():\n    return datetime.utcnow()",
        "three():\n    return datetime.now(timezone.utc)",
        1,
    );
    team.write("shop/old.py", &tidy);
    team.types(&["davy", "baseline", "prune"], 0);
    team.commit("tidy");

    // Both merge; the record needs nobody's hands.
    team.git(&["checkout", "--quiet", "main"]);
    team.git(&["merge", "--quiet", "--no-edit", "feature"]);
    team.git(&["merge", "--quiet", "--no-edit", "tidy"]);
    assert!(team.types(&["davy", "baseline", "check"], 0).contains("is what davy finds: 2 findings"));
    assert!(team.types(&["davy", "check"], 0).contains("Nothing new"));
    assert!(team.types(&["davy", "baseline", "prune"], 0).contains("Removed 0: "));
    // What was new to `main` since adoption is nothing, asked without the record.
    team.types(&["davy", "check", "--since", "main~1"], 0);
    team.types(&["pre-commit", "run", "--all-files"], 0);
    say("adoption: davy by pip, two branches, pre-commit and prek with the wheel; 0 skipped");
}

/// What `davy init` asks on a terminal, with answers typed; what the terminal shows.
fn asked(folder: &Path, answers: &str) -> String {
    let script = "
import os, pty, sys, time
pid, fd = pty.fork()
if not pid:
    os.execv(sys.argv[1], [sys.argv[1], 'init', '--ci', 'github'])
shown = b''
answers = list(sys.argv[2])
while True:
    try:
        part = os.read(fd, 65536)
    except OSError:
        break
    if not part:
        break
    shown += part
    if shown.rstrip().endswith(b'[Y/n]') and answers:
        answer = answers.pop(0)
        os.write(fd, b'\\x03' if answer == 'c' else (answer + '\\n').encode())
status = os.waitpid(pid, 0)[1]
sys.stdout.buffer.write(shown + b'status %d' % status)
";
    let mut command = Command::new("python3");
    clean_git(&mut command).args(["-c", script]).arg(env!("CARGO_BIN_EXE_davy")).arg(answers).current_dir(folder);
    let output = run(&mut command);
    assert!(output.status.success(), "{}", said(&output));
    String::from_utf8_lossy(&output.stdout).replace('\r', "")
}

#[cfg(unix)]
#[test]
fn init_asks_before_it_writes() {
    let project = || {
        let folder = scratch();
        step(Command::new("git").args(["init", "--quiet"]).arg(folder.path())).expect("git runs");
        fs::write(folder.path().join("ruff.toml"), "lint.select = [\"S\"]\n").expect("writable");
        folder
    };
    let files = |folder: &Path| {
        let names = [".pre-commit-config.yaml", "davy.toml", ".github/workflows/davy.yml"];
        names.iter().filter(|name| folder.join(name).exists()).count()
    };
    let ruff = |folder: &Path| fs::read_to_string(folder.join("ruff.toml")).expect("it is there").contains("S105");

    let folder = project();
    let shown = asked(folder.path(), "n");
    assert!(shown.contains("Write these 3 files? [Y/n]") && shown.ends_with("status 0"), "{shown}");
    assert_eq!((files(folder.path()), ruff(folder.path())), (0, false), "{shown}");
    // Ctrl-C at the question.
    let shown = asked(folder.path(), "c");
    assert!(!shown.ends_with("status 0"), "{shown}");
    assert_eq!((files(folder.path()), ruff(folder.path())), (0, false), "{shown}");
    let shown = asked(folder.path(), "yn");
    assert!(shown.contains("Switch off in ruff"), "{shown}");
    assert_eq!((files(folder.path()), ruff(folder.path())), (3, false), "{shown}");
    let folder = project();
    let shown = asked(folder.path(), "yy");
    assert_eq!((files(folder.path()), ruff(folder.path())), (3, true), "{shown}");

    // Nobody to ask: nothing is written, and it is no success.
    let folder = project();
    let output = run(oracle::davy().arg("init").current_dir(folder.path()).stdin(std::process::Stdio::null()));
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("+++ davy.toml") && said(&output).contains("`--yes` writes"), "{}", said(&output));
    assert_eq!(files(folder.path()), 0);
}

#[test]
fn init_takes_what_is_there_into_account() {
    let folder = scratch();
    let here = folder.path();
    let init = |args: &[&str], code: i32| {
        let output = run(oracle::davy().arg("init").args(args).current_dir(here));
        assert_eq!(output.status.code(), Some(code), "{}", said(&output));
        said(&output)
    };
    // Outside of a repository there is a configuration and nothing else.
    let shown = init(&["--yes"], 0);
    assert!(shown.contains("no git repository") && shown.contains("Wrote davy.toml"), "{shown}");
    fs::remove_file(here.join("davy.toml")).expect("it is there");

    // A backend in a folder of a larger repository: hook and job at the top, for that folder alone.
    step(Command::new("git").args(["init", "--quiet"]).arg(here)).expect("git runs");
    fs::create_dir(here.join("my backend")).expect("writable");
    fs::write(here.join("my backend/pyproject.toml"), "[project]\r\nname = \"b\"\r\nversion = \"0\"\r\n")
        .expect("writable");
    fs::write(here.join(".gitlab-ci.yml"), "include:\n  - template: x\n\nstages: [test]\n").expect("writable");
    init(&["--yes", "my backend"], 0);
    let text = |path: &str| fs::read_to_string(here.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    assert!(text("my backend/pyproject.toml").contains("\r\n[tool.davy]\r\n"), "line endings stay");
    assert!(text(".pre-commit-config.yaml").contains("files: '^my backend/'"));
    let include =
        "include:\n  - template: x\n  - local: .gitlab/davy.yml\n    inputs:\n      path: 'my backend'\n\nstages";
    assert!(text(".gitlab-ci.yml").starts_with(include), "{}", text(".gitlab-ci.yml"));
    assert!(text(".gitlab/davy.yml").contains("davy check"));
    assert!(init(&["my backend"], 0).contains("set up here already"));

    // What cannot be edited safely is said, and nothing is lost; broken TOML stays as it is.
    fs::write(here.join(".pre-commit-config.yaml"), "repos: [{repo: local, hooks: []}]\n").expect("writable");
    fs::write(here.join("pyproject.toml"), "[project\n").expect("writable");
    let shown = init(&["--yes"], 2);
    assert!(shown.contains("add this to `repos`") && shown.contains("no valid TOML"), "{shown}");
    assert_eq!(text("pyproject.toml"), "[project\n");
    assert!(init(&["nowhere"], 2).contains("no such folder"));
}

#[test]
fn init_edits_nothing_that_it_does_not_understand() {
    let repository = |files: &[(&str, &str)]| {
        let folder = scratch();
        step(Command::new("git").args(["init", "--quiet"]).arg(folder.path())).expect("git runs");
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
            fs::write(path, text).expect("writable");
        }
        folder
    };
    let init = |folder: &Path, args: &[&str], code: i32| {
        let output = run(oracle::davy().args(["init", "--yes"]).args(args).current_dir(folder));
        assert_eq!(output.status.code(), Some(code), "{}", said(&output));
        said(&output)
    };
    let text = |folder: &Path, path: &str| fs::read_to_string(folder.join(path)).unwrap_or_default();

    // The second backend of a repository is not covered by the first one's hook and job.
    let folder = repository(&[("one/a.py", ""), ("two/b.py", "")]);
    init(folder.path(), &["one", "--ci", "github"], 0);
    let shown = init(folder.path(), &["two", "--ci", "github"], 2);
    assert!(
        shown.contains("add `|^two/`") && shown.contains("add two") && shown.contains("Wrote two/davy.toml"),
        "{shown}"
    );
    // What it says to do next can be typed where one stands.
    let folder = repository(&[("one/a.py", "")]);
    let shown = init(&folder.path().join("one"), &["--skip", "ci"], 0);
    assert!(shown.contains("  davy check    ") && shown.contains("  pre-commit install  "), "{shown}");
    // The configuration above goes on counting.
    let folder = repository(&[("davy.toml", "ignore = [\"SEC\"]\n"), ("app/a.py", "")]);
    init(folder.path(), &["app"], 0);
    assert!(!folder.path().join("app/davy.toml").exists());

    // GitLab refuses a job in a stage that is not there; an `include` of another form is a person's to extend, the job is there.
    let folder = repository(&[(".gitlab-ci.yml", "stages:\n- build\n- lint-all\n")]);
    init(folder.path(), &["--skip", "hook"], 0);
    let pipeline = text(folder.path(), ".gitlab-ci.yml");
    assert!(pipeline.contains("- local: .gitlab/davy.yml\n    inputs:\n      stage: 'lint-all'\n"), "{pipeline}");
    for include in ["include: ci/a.yml\n", "include: [ci/a.yml]\n", "\"include\":\n  - local: a.yml\n"] {
        let folder = repository(&[(".gitlab-ci.yml", include)]);
        let shown = init(folder.path(), &["--skip", "hook"], 2);
        assert!(shown.contains("add this to `include`") && shown.contains("Wrote .gitlab/davy.yml"), "{shown}");
        assert_eq!(text(folder.path(), ".gitlab-ci.yml"), include);
    }

    // Hooks are never lost: other spellings of the key, broken files, the other names.
    for hooks in ["\"repos\":\n  - repo: meta\n", "broken: [\nrepos:\n  - x: y\n"] {
        let folder = repository(&[(".pre-commit-config.yaml", hooks)]);
        assert!(init(folder.path(), &["--skip", "ci"], 2).contains("add this to `repos`"));
        assert_eq!(text(folder.path(), ".pre-commit-config.yaml"), hooks);
    }
    let folder =
        repository(&[(".pre-commit-config.yml", "repos:\n- repo: meta\n  hooks:\n  - id: identity\n  # - id: b\n")]);
    init(folder.path(), &["--skip", "ci"], 0);
    assert!(text(folder.path(), ".pre-commit-config.yml").contains("  # - id: b\n- repo: local\n"));
    assert!(!folder.path().join(".pre-commit-config.yaml").exists());
    let folder = repository(&[("prek.toml", "[[repos]]\nrepo = \"meta\"\nhooks = [{ id = \"identity\" }]\n")]);
    init(folder.path(), &["--skip", "ci"], 0);
    assert!(text(folder.path(), "prek.toml").contains("entry = \"davy check --force-exclude\""));
    assert!(init(folder.path(), &["--skip", "ci"], 0).contains("set up here already"));

    // A comment about davy is no job; of two systems, the one that is pushed to counts.
    let folder = repository(&[
        (".github/workflows/ci.yml", "on: push\n# - run: davy check\njobs: {}\n"),
        (".gitlab-ci.yml", "a: {}\n"),
    ]);
    step(
        Command::new("git")
            .args(["remote", "add", "origin", "https://github.example.invalid/x"])
            .current_dir(folder.path()),
    )
    .expect("git runs");
    assert!(init(folder.path(), &["--skip", "hook"], 0).contains("Wrote .github/workflows/davy.yml"));
}
