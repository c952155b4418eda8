//! What the pages of the family of tests say of pytest, by pytest itself: the first example of each is run.

use crate::common::oracle::{bin, root, run, said, say, scratch, skip, venv};
use std::fs;
use std::path::Path;
use std::process::Command;

/// By page: what pytest prints for its first example.
const SAID: &[(&str, &str)] = &[
    ("async-test-not-awaited", "async def functions are not natively supported"),
    ("broken-configuration", "unrecognized arguments: -n"),
    ("broken-fixture", "called directly"),
    ("broken-hook", "Argument(s) {'item'} are declared in the hookimpl"),
    ("broken-parametrize", "Unknown 'parameterize' mark"),
    ("circular-import", "partially initialized module"),
    ("guarded-import", "RuntimeError: only in the test environment"),
    ("missing-name", "ImportError: cannot import name 'Mapping'"),
    ("nose-setup", "AttributeError: 'TestOrders' object has no attribute 'orders'"),
    ("same-module-name", "import file mismatch"),
    ("shadowed-test", "1 passed"),
    ("stops-at-import", "Using pytest.skip outside of a test"),
    ("test-without-verdict", "assertion is always true"),
    ("uncollected-file", "1 passed"),
    ("uncollected-tests", "cannot collect test class 'TestOrder' because it has a __init__ constructor"),
    ("unknown-fixture", "fixture 'order' not found"),
    ("unknown-mark", "Unknown pytest.mark.slwo"),
    ("unreachable-module", "No module named 'helpers'"),
    ("unrunnable-test", "'yield' keyword is allowed in fixtures, but not in tests"),
];

/// The files of the first example of a page, without their marks.
fn example(page: &str) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find("```") {
        if rest[..at].contains("Use instead:") || rest[..at].contains("## Cases") {
            break;
        }
        let (head, body) = rest[at + 3..].split_once('\n').expect("a block has a first line");
        let (text, behind) = body.split_once("```").expect("a block ends");
        if let Some(path) = head.split("title=\"").nth(1).and_then(|path| path.split('"').next()) {
            let lines = text.lines().map(|line| line.split("  # error").next().unwrap_or(line));
            files.push((path.to_owned(), lines.map(|line| format!("{line}\n")).collect()));
        }
        rest = behind;
    }
    files
}

fn write(folder: &Path, files: &[(String, String)]) {
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        fs::write(path, text).expect("writable");
    }
}

#[test]
fn pages_say_what_pytest_says() {
    let packages = ["pytest>=9,<10", "pytest-asyncio>=1,<2", "pytest-mock>=3,<4", "pytest-timeout>=2,<3"];
    let python = match venv("pytest", &packages) {
        Ok(python) => python,
        Err(why) => return skip("oracle_pytest", &why),
    };
    let pytest = bin(python.parent().and_then(Path::parent).expect("an environment has a folder")).join("pytest");
    let mut wrong = Vec::new();
    for (name, expected) in SAID {
        let page = fs::read_to_string(root().join(format!("rules/tests/{name}.md"))).expect("there is a page");
        let folder = scratch();
        let files = example(&page);
        assert!(!files.is_empty(), "{name} has no example");
        write(folder.path(), &files);
        let mut command = Command::new(&pytest);
        let output = run(command.args(["-p", "no:cacheprovider"]).current_dir(folder.path()).env_remove("PYTHONPATH"));
        let said = said(&output);
        if !said.contains(expected) {
            wrong.push(format!("{name}: expected `{expected}` in\n{said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n---\n"));
    say(&format!("oracle_pytest: {} pages, their first examples run by pytest 9; 0 skipped", SAID.len()));
}
