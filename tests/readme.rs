//! Every command that the README shows is run, in a copy of the fixture.

use crate::common::oracle::{copy, root};
use std::path::Path;
use std::process::Command;

/// A migration wants a clean work tree.
fn committed(folder: &Path) {
    let own = ["-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "core.hooksPath=/dev/null"];
    for args in [&["init", "-q"][..], &["add", "."], &["commit", "-qm", "all"]] {
        let output = Command::new("git").args(own).args(args).current_dir(folder).output().expect("git runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn commands_run() {
    let root = root();
    let pages = ["README.md", "docs/store.md"].map(|page| std::fs::read_to_string(root.join(page)).expect("a page"));
    let readme = pages.concat();
    let shell = readme.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let mut run = 0;
    for line in shell.flat_map(str::lines) {
        let line = line.split(" # ").next().unwrap_or_default().trim();
        let line = line.replace("cargo run --release --quiet -- ", "davy ").replace("path/to/your/backend", ".");
        if line.is_empty() || line == "cargo test" {
            continue;
        }
        let mut words = words(&line).into_iter();
        assert_eq!(words.next().as_deref(), Some("davy"), "a command that no test runs: {line}");
        let folder = tempfile::tempdir().expect("a temporary folder");
        copy(&root.join("fixtures/gas-delivery"), folder.path());
        let asks_git = ["--since", "--staged", "--changed"].iter().any(|flag| line.contains(flag));
        if ["davy migrate", "davy trend", "davy report"].iter().any(|command| line.starts_with(command)) || asks_git {
            committed(folder.path());
        }
        if line.contains("baseline update") {
            let mut create = Command::new(env!("CARGO_BIN_EXE_davy"));
            assert!(
                create.args(["baseline", "create"]).current_dir(folder.path()).status().expect("davy runs").success()
            );
        }
        let output = Command::new(env!("CARGO_BIN_EXE_davy"))
            .args(words)
            .current_dir(folder.path())
            .output()
            .expect("davy runs");
        let code = output.status.code();
        // The fixture's broken tests keep `--add-ignore` from finishing, and it says so.
        let explains = line.contains("--explain-unknown");
        // The fixture runs pydantic 2 already, so a move leaves what would change it for a person.
        let moves = line.starts_with("davy migrate") && !line.contains("--plan");
        let finds =
            (line.starts_with("davy check") && !explains && !asks_git) || line.starts_with("davy collect") || moves;
        let expected = if line.contains("--add-ignore") { Some(2) } else { Some(i32::from(finds)) };
        assert_eq!(code, expected, "{line}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(!output.stdout.is_empty(), "{line} prints nothing");
        run += 1;
    }
    assert!(run > 10);
}

/// The words of a command, as a shell takes them apart: what stands in double quotes is one.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for char in line.chars() {
        match char {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            char => words.last_mut().expect("never empty").push(char),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn the_configuration_shown_is_read() {
    let root = root();
    let readme = std::fs::read_to_string(root.join("README.md")).expect("there is a README");
    let toml = readme.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a TOML block");
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("pyproject.toml"), toml).expect("writable");
    std::fs::write(folder.path().join("app.py"), "import datetime\nnow = datetime.datetime.utcnow()\n")
        .expect("writable");
    let output = Command::new(env!("CARGO_BIN_EXE_davy"))
        .args(["check", "--format", "concise", "--notes"])
        .current_dir(folder.path())
        .output()
        .expect("davy runs");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("app.py:2:7: note DTM001"), "{text}");
}
