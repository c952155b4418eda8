//! The hooks of `.pre-commit-hooks.yaml`, run by the real pre-commit in a repository of their own.
//!
//! `language: python` and `rust` build davy anew, which takes minutes: here the same hooks run the binary that is built already.

use crate::common::oracle::{self, bin, builds, clean_git, root, run, said, say, scratch, skip, step, venv, wheel};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const CLEAN: &str = "def total(prices):\n    return sum(prices)\n";
const NAIVE: &str = "from datetime import datetime\n\nSTARTED = datetime.utcnow()\n";
const MENDED: &str =
    "from datetime import datetime, timezone\n\nSTARTED = datetime.now(timezone.utc).replace(tzinfo=None)\n";

struct Project {
    guard: tempfile::TempDir,
    python: PathBuf,
    cache: PathBuf,
}

impl Project {
    fn place(&self) -> &Path {
        self.guard.path()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.place().join(path);
        fs::create_dir_all(path.parent().expect("it has a folder")).expect("the scratch folder is writable");
        fs::write(path, text).expect("the scratch folder is writable");
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.place().join(path)).expect("the file is still there")
    }

    fn git(&self, arguments: &[&str]) -> Output {
        run(clean_git(&mut Command::new("git")).args(arguments).current_dir(self.place()))
    }

    /// Commits what is staged, with pre-commit as git's own hook; the fixing hook stays out of it.
    fn commit(&self, message: &str) -> (bool, String) {
        let mut install = Command::new(&self.python);
        clean_git(&mut install).args(["-m", "pre_commit", "install"]).current_dir(self.place());
        assert!(run(install.env("PRE_COMMIT_HOME", &self.cache)).status.success());
        let mut command = Command::new("git");
        clean_git(&mut command).args(["commit", "--quiet", "--message", message]).current_dir(self.place());
        let output = run(command.env("PRE_COMMIT_HOME", &self.cache).env("SKIP", "davy-fix"));
        (output.status.success(), said(&output))
    }

    /// Stages everything and runs a hook on what is staged, or on all files.
    fn hook(&self, id: &str, all: bool) -> (bool, String) {
        assert!(self.git(&["add", "--all"]).status.success());
        let mut command = Command::new(&self.python);
        clean_git(&mut command)
            .args(["-m", "pre_commit", "run", id, "--color", "never"])
            .args(all.then_some("--all-files"));
        let output = run(command.current_dir(self.place()).env("PRE_COMMIT_HOME", &self.cache));
        (output.status.success(), said(&output))
    }
}

/// A repository whose hooks are those of the manifest, with the built binary as their program.
fn project(python: &Path) -> Project {
    let guard = scratch();
    let cache = guard.path().join(".git/pre-commit-home");
    let project = Project { guard, python: python.to_owned(), cache };
    assert!(project.git(&["init", "--quiet"]).status.success());
    let script = "
import json, sys, yaml
hooks = yaml.safe_load(open(sys.argv[1]))
for hook in hooks:
    assert hook['language'] == {'davy-system': 'system', 'davy-src': 'rust'}.get(hook['id'], 'python'), hook
    assert hook['require_serial'] is True, hook
    program, rest = hook['entry'].split(' ', 1)
    assert program == 'davy', hook
    hook['entry'] = json.dumps(sys.argv[2]) + ' ' + rest
    hook['language'] = 'system'
print(json.dumps({'repos': [{'repo': 'local', 'hooks': hooks}]}))
";
    let manifest = root().join(".pre-commit-hooks.yaml");
    let output = run(Command::new(python).args(["-c", script]).arg(manifest).arg(env!("CARGO_BIN_EXE_davy")));
    assert!(output.status.success(), "{}", said(&output));
    // JSON is YAML.
    project.write(".pre-commit-config.yaml", &String::from_utf8_lossy(&output.stdout));
    project
        .write("pyproject.toml", "[project]\nname = \"shop\"\nversion = \"0\"\n\n[tool.davy]\nexclude = [\"old\"]\n");
    project.write("shop/prices.py", CLEAN);
    assert!(project.git(&["add", "--all"]).status.success());
    assert!(project.git(&["commit", "--quiet", "--message", "start"]).status.success());
    project
}

#[test]
fn hooks() {
    let python = match venv("pre-commit", &["pre-commit>=4,<5"]) {
        Ok(python) => python,
        Err(why) => return skip("hook", &why),
    };
    let manifest = root().join(".pre-commit-hooks.yaml");
    step(Command::new(&python).args(["-m", "pre_commit", "validate-manifest"]).arg(&manifest))
        .expect("the manifest is valid");
    assert!(bin(python.parent().and_then(Path::parent).expect("it lies in an environment")).is_dir());

    let project = project(&python);
    let (passes, said) = project.hook("davy", true);
    assert!(passes, "a clean project fails: {said}");

    // A finding fails the commit and is shown; the file stays.
    project.write("shop/clock.py", NAIVE);
    let (passes, said) = project.hook("davy", false);
    assert!(!passes && said.contains("DTM001") && said.contains("shop/clock.py"), "{said}");
    assert_eq!(project.read("shop/clock.py"), NAIVE);

    // A stub is checked, other files are not.
    project.write("shop/clock.py", CLEAN);
    project.write("shop/notes.txt", NAIVE);
    let (passes, said) = project.hook("davy", false);
    assert!(passes, "{said}");
    project.write("shop/stub.pyi", "def broken(:\n");
    let (passes, said) = project.hook("davy", false);
    assert!(!passes && said.contains("shop/stub.pyi"), "{said}");
    fs::remove_file(project.place().join("shop/stub.pyi")).expect("the stub is there");

    // What the configuration excludes stays excluded though pre-commit names it.
    project.write("old/clock.py", NAIVE);
    let (passes, said) = project.hook("davy", false);
    assert!(passes, "exclude is not obeyed: {said}");

    // The fixing hook rewrites the file, fails once, and passes then.
    project.write("shop/clock.py", NAIVE);
    let (passes, said) = project.hook("davy-fix", false);
    assert!(!passes && said.contains("files were modified"), "{said}");
    assert_eq!(project.read("shop/clock.py"), MENDED);
    assert_eq!(project.read("old/clock.py"), NAIVE);
    let (passes, said) = project.hook("davy-fix", false);
    assert!(passes, "{said}");

    // One staged file is judged with the whole project: the model is two files away.
    project.write("shop/base.py", "from pydantic import BaseModel\n\n\nclass Base(BaseModel):\n    pass\n");
    project.write("shop/order.py", "from shop.base import Base\n\n\nclass Order(Base):\n    number: int\n");
    assert!(project.git(&["add", "--all"]).status.success());
    assert!(project.git(&["commit", "--quiet", "--no-verify", "--message", "models"]).status.success());
    project
        .write("shop/api.py", "from shop.order import Order\n\n\ndef show(order: Order):\n    return order.dict()\n");
    let (passes, said) = project.hook("davy", false);
    assert!(!passes && said.contains("PYM004"), "{said}");
    fs::remove_file(project.place().join("shop/api.py")).expect("the file is there");

    // A team with debt records it: what is old blocks nobody, what is new fails, on whatever line.
    project.write("shop/debt.py", NAIVE);
    let recorded = run(oracle::davy().args(["baseline", "create"]).current_dir(project.place()));
    assert!(oracle::said(&recorded).contains("Recorded 1 finding"), "{}", oracle::said(&recorded));
    let (passes, said) = project.hook("davy-system", false);
    assert!(passes, "{said}");
    assert!(project.git(&["commit", "--quiet", "--no-verify", "--message", "adopt"]).status.success());
    project.write("shop/debt.py", &format!("# moved\n{NAIVE}\n\ndef more():\n    return datetime.utcnow()\n"));
    let (passes, said) = project.hook("davy", false);
    assert!(!passes && said.matches("DTM001").count() == 2 && said.contains("shop/debt.py:8:12"), "{said}");
    assert!(said.contains("Found 1 new warning"), "{said}");

    // What is staged counts, not what was written since: pre-commit puts the rest away and brings it back.
    project.write("shop/debt.py", &format!("# moved\n{NAIVE}"));
    assert!(project.git(&["add", "--all"]).status.success());
    let unstaged = format!("{NAIVE}\n\ndef more():\n    return datetime.utcnow()\n");
    project.write("shop/debt.py", &unstaged);
    let committed = project.commit("staged only");
    assert!(committed.0, "{}", committed.1);
    assert_eq!(project.read("shop/debt.py"), unstaged);
    // The other way round: staged with a finding, mended in the work tree.
    assert!(project.git(&["add", "--all"]).status.success());
    project.write("shop/debt.py", CLEAN);
    let (passes, said) = project.commit("refused");
    assert!(!passes && said.contains("Found 1 new warning"), "{said}");
    assert_eq!(project.read("shop/debt.py"), CLEAN);

    // More names than fit into one command line: several batches, each with the whole project and the whole baseline.
    let name = |number: usize| format!("shop/batch/{number:0>110}.py");
    for number in 0..1500 {
        project.write(&name(number), if number % 1499 == 0 { NAIVE } else { CLEAN });
    }
    let (passes, said) = project.hook("davy", true);
    assert!(!passes && said.matches("Found 1 new warning").count() == 2, "{said}");
    run(oracle::davy().args(["baseline", "update"]).current_dir(project.place()));
    let (passes, said) = project.hook("davy", true);
    assert!(passes && !said.contains("fixed") && !said.contains("stale"), "{said}");
    say("hook: 14 runs of the real pre-commit; 0 skipped");
}

/// The hook as the manifest has it, in a clone of this repository: pip builds what git tracks, and nothing else is there.
#[test]
fn the_hook_builds_from_a_clone() {
    let test = "hook::the_hook_builds_from_a_clone";
    let python = match (venv("pre-commit", &["pre-commit>=4,<5"]), wheel()) {
        (Ok(python), Ok(_)) => python,
        (Err(why), _) | (_, Err(why)) => return skip(test, &why),
    };
    if !root().join(".git").exists() {
        return skip(test, "these sources are no clone");
    }
    let project = project(&python);
    project.write("shop/clock.py", NAIVE);
    assert!(project.git(&["add", "--all"]).status.success());
    let mut command = Command::new(&python);
    clean_git(&mut command).args(["-m", "pre_commit", "try-repo"]).arg(root()).args(["davy", "--all-files"]);
    let output = run(builds(&mut command).current_dir(project.place()).env("PRE_COMMIT_HOME", &project.cache));
    let said = said(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("shop/clock.py:3:11") && said.contains("Found 1 warning"), "{said}");
}
