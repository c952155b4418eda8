//! The move from pydantic 1 to 2, with a project whose own tests say whether it is the same: real pytest under real pydantic 1.10
//! before, and under real pydantic 2 behind `davy migrate pydantic`.

use crate::common::cases;
use crate::common::oracle::{copy, davy, git, root, run, run_with, said, say, scratch, skip, venv};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const ONE: &[&str] = &["pydantic>=1.10.17,<2", "python-dotenv>=0.21", "pytest>=8,<9"];
const TWO: &[&str] = &["pydantic>=2.12,<3", "pydantic-settings>=2.6,<3", "pytest>=8,<9"];

/// Pythons with pydantic 1 and with pydantic 2.
fn both() -> Result<(PathBuf, PathBuf), String> {
    Ok((venv("pydantic-1", ONE)?, venv("pydantic-2-pytest", TWO)?))
}

fn pytest(python: &Path, place: &Path) -> String {
    let mut command = Command::new(python);
    command.args(["-m", "pytest", "-q", "-p", "no:cacheprovider"]).current_dir(place);
    let output = run(command.env("PYTHONDONTWRITEBYTECODE", "1"));
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    let last = text.lines().rfind(|line| line.contains(" passed")).unwrap_or_default().to_owned();
    last.split(" passed").next().unwrap_or_default().to_owned()
}

fn migrate(place: &Path, args: &[&str]) -> Output {
    run(davy().args(["migrate", "pydantic"]).args(args).current_dir(place))
}

fn texts(place: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![place.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the folder is readable") {
            let path = entry.expect("the folder is readable").path();
            if path.is_dir() {
                if path.file_name().is_some_and(|name| name != ".git") {
                    folders.push(path);
                }
            } else {
                found.insert(path.clone(), fs::read_to_string(&path).expect("the fixture is UTF-8"));
            }
        }
    }
    found
}

#[test]
fn bottle_depot() {
    let test = "oracle_migrate::bottle_depot";
    let (one, two) = match both() {
        Ok(pythons) => pythons,
        Err(why) => return skip(test, &why),
    };
    let scratch = scratch();
    let place = scratch.path().join("bottle-depot");
    copy(&root().join("fixtures/bottle-depot"), &place);
    git(&place, &["init", "-q"]);

    // Pinned below 2, everything works: notes, and nothing is rewritten.
    let before = pytest(&one, &place);
    let written = texts(&place);
    let output = run(davy().args(["check", "--fix"]).current_dir(&place));
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("places work on pydantic>=1.10,<2 (pyproject.toml)"), "{}", said(&output));
    assert_eq!(texts(&place), written, "`check --fix` rewrote a project that runs pydantic 1");
    assert_eq!(pytest(&one, &place), before);

    // The move wants a clean work tree.
    let output = migrate(&place, &[]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("would be mixed with the migration"), "{}", said(&output));
    assert_eq!(texts(&place), written);
    git(&place, &["add", "."]);
    git(&place, &["commit", "-qm", "on pydantic 1"]);

    // A diff and a plan change nothing.
    let output = migrate(&place, &["--diff"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let plan = migrate(&place, &["--plan", "--format", "json"]);
    let plan: serde_json::Value = serde_json::from_slice(&plan.stdout).expect("one JSON object");
    assert!(plan["automatic"].as_u64() > Some(250), "{plan}");
    let order: Vec<&str> =
        plan["modules"].as_array().expect("a list").iter().filter_map(|module| module["path"].as_str()).collect();
    let at = |name: &str| order.iter().position(|path| path.ends_with(name)).expect("in the plan");
    assert!(at("depot/base.py") < at("depot/customers.py"), "{order:?}");
    assert!(at("depot/customers.py") < at("tests/test_customers.py"), "{order:?}");
    assert_eq!(texts(&place), written);

    let output = migrate(&place, &[]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    insta::assert_snapshot!("bottle_depot_migrated", String::from_utf8_lossy(&output.stdout));
    let after = pytest(&two, &place);
    assert_eq!(before, after, "tests passed under pydantic 1 and under 2");

    let moved = texts(&place);
    let output = migrate(&place, &["--allow-dirty"]);
    assert!(said(&output).contains("Nothing to rewrite"), "{}", said(&output));
    assert_eq!(texts(&place), moved, "a second run changes more");
    assert!(moved.keys().all(|path| !path.to_string_lossy().contains(".davy-")), "something is left behind");
    say(&format!("oracle_migrate: {before} tests pass under pydantic 1 before and under pydantic 2 after; 0 skipped"));
}

/// Small programs that run under pydantic 1.10 before, and the same under pydantic 2 behind the move; after
/// `check --fix --unsafe-fixes` they still run under 1.10.
#[test]
fn moves() {
    let test = "oracle_migrate::moves";
    let (one, two) = match both() {
        Ok(pythons) => pythons,
        Err(why) => return skip(test, &why),
    };
    const PROJECT: &str = "[project]\nname = \"case\"\nversion = \"0\"\ndependencies = [\"pydantic>=1.10,<2\"]\n";
    let cases = cases::read(&root().join("tests/data/pydantic_moves"));
    let scratch = scratch();
    let mut wrong = Vec::new();
    let mut places = Vec::new();
    for (index, case) in cases.iter().enumerate() {
        let place = |what: &str| scratch.path().join(index.to_string()).join(what);
        for what in ["before", "kept", "after"] {
            fs::create_dir_all(place(what)).expect("the scratch folder is writable");
            fs::write(place(what).join("pyproject.toml"), PROJECT).expect("the scratch folder is writable");
            for (file, text) in &case.files {
                fs::write(place(what).join(file), text).expect("the scratch folder is writable");
            }
        }
        let written =
            || texts(&place("after")).into_iter().filter(|(path, _)| path.extension().is_some_and(|e| e == "py"));
        let before: Vec<_> = written().collect();
        let output =
            run(davy().args(["check", "--fix", "--unsafe-fixes", "--select", "PYM", "."]).current_dir(place("kept")));
        assert_eq!(output.status.code(), Some(0), "{}: {}", case.name, said(&output));
        let output = migrate(&place("after"), &["--allow-dirty"]);
        assert!(matches!(output.status.code(), Some(0 | 1)), "{}: {}", case.name, said(&output));
        let after: Vec<_> = written().collect();
        let got = if after == before { "left" } else { "moved" };
        if got != case.expected {
            wrong.push(format!("{}: expected {}, got {got}\n{}", case.name, case.expected, said(&output)));
        }
        migrate(&place("after"), &["--allow-dirty"]);
        if after != written().collect::<Vec<_>>() {
            wrong.push(format!("{}: a second move changes more", case.name));
        }
        places.push([place("before"), place("kept"), place("after")]);
    }
    let shown = |python: &Path, which: usize| {
        let job = |(case, places): (&cases::Case, &[PathBuf; 3])| {
            let place = &places[which];
            serde_json::json!({"name": case.name, "probe": case.probe, "before": place})
        };
        let jobs: Vec<_> = cases.iter().zip(&places).map(job).collect();
        let mut command = Command::new(python);
        command.arg(root().join("tests/common/run_cases.py"));
        let output = run_with(&mut command, &serde_json::to_string(&jobs).expect("plain data"));
        assert!(output.status.success(), "{test}: {}", said(&output));
        serde_json::from_slice::<Vec<serde_json::Value>>(&output.stdout).expect("the runner answers in JSON")
    };
    let (before, kept, after) = (shown(&one, 0), shown(&one, 1), shown(&two, 2));
    for (index, case) in cases.iter().enumerate() {
        let (before, kept, after) = (&before[index], &kept[index], &after[index]);
        if before["before"].as_object().is_none_or(|shown| shown.is_empty()) {
            wrong.push(format!("{}: the probe shows nothing", case.name));
        }
        if before["before"] != kept["before"] {
            wrong.push(format!(
                "{}: WRONG UNDER 1\n  before {}\n  after  {}",
                case.name, before["before"], kept["before"]
            ));
        }
        let same = before["before"] == after["before"] && after["warnings"] == serde_json::json!([]);
        if case.expected == "moved" && !same {
            let text = fs::read_to_string(places[index][2].join("case.py")).expect("UTF-8");
            wrong.push(format!(
                "{}: WRONG MOVE\n  before {}\n  after  {}\n  warned {}\n{text}",
                case.name, before["before"], after["before"], after["warnings"]
            ));
        }
    }
    let moved: Vec<_> = cases.iter().zip(&places).filter(|(case, _)| case.expected == "moved").collect();
    let text = |place: &PathBuf| fs::read_to_string(place.join("case.py")).expect("UTF-8");
    let shown = moved.iter().map(|(case, places)| format!("# === {}\n{}", case.name, text(&places[2])));
    insta::assert_snapshot!("moves", shown.collect::<Vec<_>>().join("\n"));
    let moved = moved.len();
    say(&format!("oracle_migrate: {} small programs, {moved} moved and the same under both; 0 skipped", cases.len()));
    assert!(wrong.is_empty(), "{} of {} cases:\n\n{}", wrong.len(), cases.len(), wrong.join("\n\n"));
}

/// Files and the text that they become, letter by letter, executed on both sides: `fix` by `check --fix` in a project on pydantic 2,
/// `fix110` by the move of one on pydantic 1; `keep` stays as it is.
#[test]
fn pairs() {
    let test = "oracle_migrate::pairs";
    let (one, two) = match both() {
        Ok(pythons) => pythons,
        Err(why) => return skip(test, &why),
    };
    let cases = cases::read(&root().join("tests/data/pydantic_pairs"));
    let mut wrong = Vec::new();
    for case in &cases {
        let scratch = scratch();
        let place = |what: &str| scratch.path().join(what);
        let (before, expected) = (&case.files["case.py"], &case.files["after.py"]);
        let moves = case.expected == "fix110";
        for what in ["before", "after"] {
            fs::create_dir_all(place(what)).expect("the scratch folder is writable");
            fs::write(place(what).join("case.py"), before).expect("the scratch folder is writable");
            let pin = if moves { "<2" } else { ">=2.6" };
            fs::write(place(what).join("requirements.txt"), format!("pydantic{pin}\n")).expect("writable");
        }
        let output = match moves {
            true => migrate(&place("after"), &["--allow-dirty"]),
            false => run(davy().args(["check", "--fix", "--select", "PYM", "."]).current_dir(place("after"))),
        };
        assert!(matches!(output.status.code(), Some(0 | 1)), "{}: {}", case.name, said(&output));
        let after = fs::read_to_string(place("after").join("case.py")).expect("UTF-8");
        if &after != expected || (case.expected == "keep") != (before == expected) {
            wrong.push(format!("{}: expected\n{expected}\ngot\n{after}\n{}", case.name, said(&output)));
        }
        let shown = |python: &Path, what: &str| {
            let job = serde_json::json!([{"name": case.name, "probe": case.probe, "before": place(what)}]);
            let output = run_with(Command::new(python).arg(root().join("tests/common/run_cases.py")), &job.to_string());
            assert!(output.status.success(), "{test}: {}", said(&output));
            let answer: serde_json::Value = serde_json::from_slice(&output.stdout).expect("the runner answers in JSON");
            answer[0]["before"].clone()
        };
        let (old, new) = (shown(if moves { &one } else { &two }, "before"), shown(&two, "after"));
        if case.expected != "keep" && (old != new || old.as_object().is_none_or(|shown| shown.is_empty())) {
            wrong.push(format!("{}: not the same\n  before {old}\n  after  {new}", case.name));
        }
    }
    say(&format!("oracle_migrate: {} pairs become what they should, and do the same; 0 skipped", cases.len()));
    assert!(wrong.is_empty(), "{} of {} pairs:\n\n{}", wrong.len(), cases.len(), wrong.join("\n\n"));
}
