//! The hook under the real pre-commit: the entries, types and arguments of `.pre-commit-hooks.yaml`, with the binary at hand.

#[path = "common/oracle.rs"]
mod common;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const NAIVE: &str = "import datetime\n\n\ndef now():\n    return datetime.datetime.utcnow()\n";

/// A local configuration that runs a hook of ours as pre-commit would, without building davy once more.
fn configuration(id: &str) -> String {
    let hooks =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(".pre-commit-hooks.yaml")).expect("the manifest");
    let hook = hooks.split("- id: ").find(|hook| hook.lines().next() == Some(id)).expect("the hook is declared");
    let lines = hook.lines().skip(1).filter(|line| !line.contains("language:") && !line.contains("minimum_pre_commit"));
    let body: String = lines.map(|line| format!("    {line}\n")).collect();
    let body = body.replace("entry: davy", &format!("entry: {}", env!("CARGO_BIN_EXE_davy")));
    format!("repos:\n  - repo: local\n    hooks:\n    - id: {id}\n      language: system\n{body}")
}

fn run(folder: &Path, program: &Path, args: &[&str]) -> Output {
    Command::new(program)
        .args(args)
        .current_dir(folder)
        .env("GIT_AUTHOR_NAME", "a")
        .env("GIT_AUTHOR_EMAIL", "a@example.org")
        .env("GIT_COMMITTER_NAME", "a")
        .env("GIT_COMMITTER_EMAIL", "a@example.org")
        .env("PRE_COMMIT_HOME", folder.join(".cache"))
        .output()
        .expect("the program starts")
}

#[test]
fn pre_commit_runs_the_hooks() {
    let python = match common::venv("pre-commit", &["pre-commit>=4,<5"]) {
        Ok(python) => python,
        Err(why) => return common::skip("hook::pre_commit_runs_the_hooks", &why),
    };
    let pre_commit = python.with_file_name("pre-commit");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let valid = run(root, &pre_commit, &["validate-manifest", ".pre-commit-hooks.yaml"]);
    assert!(valid.status.success(), "{}", String::from_utf8_lossy(&valid.stdout));

    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let git = |args: &[&str]| run(folder, Path::new("git"), args);
    assert!(git(&["init", "-q"]).status.success());
    fs::write(folder.join("pyproject.toml"), "[tool.davy]\nexclude = [\"vendored\"]\n").expect("writable");
    fs::create_dir(folder.join("vendored")).expect("writable");
    fs::write(folder.join("vendored/old.py"), NAIVE).expect("writable");
    fs::write(folder.join("clean.py"), "x = 1\n").expect("writable");
    fs::write(folder.join(".gitignore"), ".cache\n").expect("writable");
    fs::write(folder.join(".pre-commit-config.yaml"), configuration("davy")).expect("writable");
    git(&["add", "-A"]);
    let clean = run(folder, &pre_commit, &["run", "--all-files"]);
    assert!(clean.status.success(), "excluded files are left alone: {}", String::from_utf8_lossy(&clean.stdout));

    fs::write(folder.join("app.py"), NAIVE).expect("writable");
    git(&["add", "-A"]);
    let found = run(folder, &pre_commit, &["run"]);
    let said = String::from_utf8_lossy(&found.stdout).into_owned();
    assert!(!found.status.success() && said.contains("DTM001"), "{said}");
    assert_eq!(fs::read_to_string(folder.join("app.py")).expect("readable"), NAIVE, "checking changes nothing");

    fs::write(folder.join(".pre-commit-config.yaml"), configuration("davy-fix")).expect("writable");
    git(&["add", "-A"]);
    let fixed = run(folder, &pre_commit, &["run"]);
    assert!(!fixed.status.success(), "a hook that changes files fails");
    let text = fs::read_to_string(folder.join("app.py")).expect("readable");
    assert!(text.contains("datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)"), "{text}");
    git(&["add", "-A"]);
    let again = run(folder, &pre_commit, &["run"]);
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stdout));
}
