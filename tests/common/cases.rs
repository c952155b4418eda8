//! Small programs with a probe, executed before and after davy's fixes.
//!
//! A data file (no `.py`: nobody should lint it) holds several: `# === name: expectation`, the program, perhaps `# --- file: NAME` with a second file, and
//! `# --- probe` with what is called. `fixed`: changed by `--fix`, equal, no deprecation left. `partly`: changed and equal, but
//! a deprecation stays. `left`: not changed. `unsafe`: changed only by `--unsafe-fixes`.

use crate::common::oracle::{self, davy, run, run_with, said, say};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

/// One program.
pub struct Case {
    pub name: String,
    pub expected: String,
    pub files: BTreeMap<String, String>,
    pub probe: String,
}

/// All programs of a folder of data files, in order; `crlf` behind the expectation turns the line ends round.
pub fn read(folder: &Path) -> Vec<Case> {
    let mut paths: Vec<_> =
        fs::read_dir(folder).expect("the cases are there").map(|entry| entry.expect("readable").path()).collect();
    paths.sort();
    let mut cases = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).expect("the cases are readable");
        let group = path.file_stem().expect("a case file has a name").to_string_lossy().into_owned();
        for part in format!("\n{text}").split("\n# === ").skip(1) {
            let (head, body) = part.split_once('\n').expect("a case has a body");
            let (name, expected) = head.rsplit_once(": ").expect("a case says what is expected");
            let (program, probe) = body.split_once("# --- probe\n").unwrap_or_else(|| panic!("{name}: no probe"));
            let mut files = BTreeMap::new();
            let mut parts = program.split("# --- file: ");
            files.insert("case.py".to_owned(), parts.next().unwrap_or_default().to_owned());
            for part in parts {
                let (file, text) = part.split_once('\n').expect("a file has a name");
                files.insert(file.to_owned(), text.to_owned());
            }
            let crlf = expected.contains("crlf");
            for text in files.values_mut().filter(|_| crlf) {
                *text = text.replace('\n', "\r\n");
            }
            let expected = expected.split(' ').next().unwrap_or_default().to_owned();
            cases.push(Case { name: format!("{group}: {name}"), expected, files, probe: probe.to_owned() });
        }
    }
    cases
}

/// How cases are fixed and executed.
pub struct Run<'a> {
    pub python: &'a Path,
    pub project: &'a str,
    pub select: &'a str,
    /// Each is one run of all cases: what it is called, its environment, and whether time stands still.
    pub rounds: Rounds<'a>,
}

/// Name, environment, frozen.
pub type Rounds<'a> = &'a [(&'a str, &'a [(&'a str, &'a str)], bool)];

/// Fixes and executes all cases; panics with every one that is not as expected.
pub fn check(title: &str, cases: &[Case], run_: &Run) {
    let scratch = oracle::scratch();
    let root = scratch.path().canonicalize().expect("the scratch folder is there");
    let mut jobs = Vec::new();
    let mut wrong = Vec::new();
    let mut changed: BTreeMap<&str, (bool, bool)> = BTreeMap::new();
    for (index, case) in cases.iter().enumerate() {
        let place = |what: &str| root.join(format!("{index}")).join(what);
        for what in ["before", "after", "risky"] {
            fs::create_dir_all(place(what)).expect("the scratch folder is writable");
            fs::write(place(what).join("pyproject.toml"), run_.project).expect("the scratch folder is writable");
            for (file, text) in &case.files {
                fs::write(place(what).join(file), text).expect("the scratch folder is writable");
            }
        }
        let fix = |what: &str, risky: bool| {
            let mut command = davy();
            command.args(["check", "--select", run_.select, "--fix", "--quiet", "."]).current_dir(place(what));
            command.args(risky.then_some("--unsafe-fixes"));
            let output = run(&mut command);
            if !matches!(output.status.code(), Some(0 | 1)) {
                return Err(format!("{}: davy failed: {}", case.name, said(&output)));
            }
            let read = |file: &String| fs::read(place(what).join(file)).expect("the file is still there");
            Ok(case.files.keys().map(read).collect::<Vec<_>>())
        };
        let before: Vec<Vec<u8>> = case.files.values().map(|text| text.clone().into_bytes()).collect();
        let results = (|| Ok((fix("after", false)?, fix("after", false)?, fix("risky", true)?, fix("risky", true)?)))();
        match results {
            Ok((once, twice, risky, again)) => {
                if once != twice || risky != again {
                    wrong.push(format!("{}: a second --fix changes more", case.name));
                }
                let mixed = |text: &Vec<u8>| String::from_utf8_lossy(text).replace("\r\n", "").contains('\n');
                if case.files.values().all(|text| text.contains("\r\n")) && once.iter().chain(&risky).any(mixed) {
                    wrong.push(format!("{}: line ends are mixed", case.name));
                }
                changed.insert(&case.name, (once != before, risky != before));
            }
            Err(why) => wrong.push(why),
        }
        jobs.push(serde_json::json!({
            "name": case.name, "probe": case.probe, "before": place("before"), "after": place("after"),
        }));
    }
    let script = oracle::root().join("tests/common/run_cases.py");
    let mut left: BTreeMap<String, bool> = BTreeMap::new();
    for (round, environment, frozen) in run_.rounds {
        let mut jobs = jobs.clone();
        jobs.iter_mut().for_each(|job| job["frozen"] = serde_json::json!(frozen));
        let mut command = Command::new(run_.python);
        command.arg(&script).envs(environment.iter().copied());
        let output = run_with(&mut command, &serde_json::to_string(&jobs).expect("plain data"));
        assert!(output.status.success(), "{title}: {}", said(&output));
        let answers: Vec<serde_json::Value> =
            serde_json::from_slice(&output.stdout).expect("the runner answers in JSON");
        for (case, answer) in cases.iter().zip(&answers) {
            left.insert(case.name.clone(), answer["warnings"].as_array().is_some_and(|names| !names.is_empty()));
            if answer["equal"] != true {
                wrong.push(format!(
                    "{} [{round}]: WRONG FIX\n  before {}\n  after  {}",
                    case.name, answer["before"], answer["after"]
                ));
            }
            if answer["before"].as_object().is_none_or(|shown| shown.is_empty()) {
                wrong.push(format!("{} [{round}]: the probe shows nothing", case.name));
            }
        }
    }
    let mut tally: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, case) in cases.iter().enumerate() {
        let Some((safely, riskily)) = changed.get(case.name.as_str()) else { continue };
        let got = match (safely, riskily, left.get(&case.name) == Some(&true)) {
            (true, _, false) => "fixed",
            (true, _, true) => "partly",
            (false, true, _) => "unsafe",
            (false, false, _) => "left",
        };
        *tally.entry(got).or_default() += 1;
        if got != case.expected {
            let now = fs::read_to_string(root.join(format!("{index}/after/case.py"))).unwrap_or_default();
            wrong.push(format!("{}: expected {}, got {got}\n{now}", case.name, case.expected));
        }
    }
    let counts: Vec<String> = tally.iter().map(|(what, count)| format!("{count} {what}")).collect();
    say(&format!(
        "{title}: {} cases executed before and after, {} rounds: {}; 0 skipped",
        cases.len(),
        run_.rounds.len(),
        counts.join(", ")
    ));
    assert!(wrong.is_empty(), "{} of {} cases:\n\n{}", wrong.len(), cases.len(), wrong.join("\n\n"));
}
