//! `davy report` on real projects: what it says is what `davy check` finds, and what happened.

use crate::common::oracle::{copy, davy, root, run, said, scratch};
use crate::common::repository::Repository;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The report as data.
fn report(folder: &Path, cache: &Path, args: &[&str]) -> Value {
    let mut command = davy();
    command.args(["report", "--format", "json"]).args(args).current_dir(folder).env("DAVY_CACHE_DIR", cache);
    let output = run(&mut command);
    assert!(output.status.success(), "{args:?}: {}", said(&output));
    serde_json::from_slice(&output.stdout).expect("one JSON object")
}

/// How often each rule reports, at each severity.
fn counts(findings: &Value) -> BTreeMap<(String, String), usize> {
    let mut counts = BTreeMap::new();
    for finding in findings.as_array().expect("a list") {
        let of = |key: &str| finding[key].as_str().expect("a text").to_owned();
        *counts.entry((of("code"), of("severity"))).or_default() += 1;
    }
    counts
}

fn checked(folder: &Path) -> Value {
    let args = ["check", "--format", "json", "--notes", "--exit-zero", "--no-cache", "--no-baseline"];
    let output = run(davy().args(args).current_dir(folder));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)))
}

#[test]
fn it_says_what_a_check_finds() {
    let place = scratch();
    let cache = place.path().join("cache");
    let folder = place.path().join("gas-delivery");
    copy(&root().join("fixtures/gas-delivery"), &folder);
    let found = checked(&folder);
    // Outside of a repository, and in one.
    for is_versioned in [false, true] {
        if is_versioned {
            Repository::new(folder.clone()).commit("first");
        }
        let found = if is_versioned { checked(&folder) } else { found.clone() };
        let document = report(&folder, &cache, &[]);
        assert_eq!(counts(&document["findings"]), counts(&found["findings"]));
        assert_eq!(document["verdict"]["go"], false);
        assert_eq!(document["trend"].is_null(), !is_versioned);
        let lines: u64 = document["size"]["lines"].as_u64().expect("a number");
        assert!(lines > 2_000, "{lines}");
        let total = |key: &str| -> u64 {
            let sections = document["sections"].as_array().expect("a list");
            sections.iter().map(|section| section[key].as_u64().expect("a number")).sum()
        };
        let of = |severity: &str| {
            let all = document["findings"].as_array().expect("a list");
            all.iter().filter(|finding| finding["severity"] == severity).count() as u64
        };
        assert_eq!((total("errors"), total("warnings"), total("notes")), (of("error"), of("warning"), of("note")));
        // Who does all that is recommended has mended all.
        let scores = total("score");
        let steps = document["recommendations"].as_array().expect("a list");
        let points: u64 = steps.iter().map(|step| step["points"].as_u64().expect("a number")).sum();
        assert_eq!(scores + points, 400, "{steps:?}");
        assert_eq!(steps[0]["command"], "davy check --fix");
        for section in document["sections"].as_array().expect("a list") {
            let number = |key: &str| section[key].as_u64().expect("a number");
            let percent = (number("clean") * 100).checked_div(number("files")).unwrap_or(100);
            assert_eq!(number("score"), percent.saturating_sub(5 * number("errors")), "{section}");
        }
    }
}

#[test]
fn no_value_of_a_secret_is_in_it() {
    let place = scratch();
    let cache = place.path().join("cache");
    let mut repository = Repository::new(place.path().join("repository"));
    copy(&root().join("fixtures/gas-delivery"), &repository.folder);
    let secret = "q8Zr4kPw2LxT6vNbq8Zr";
    repository.write("app/more.py", &format!("DB_PASSWORD = \"{secret}\"\nlogin(user=\"x\", password=\"{secret}\")\n"));
    repository.commit("first");
    repository.write("app/more.py", "import os\n\nDB_PASSWORD = os.environ[\"DB_PASSWORD\"]\n");
    repository.commit("out with it");
    let values: Vec<String> =
        secrets_of(&repository.folder.join("app")).into_iter().chain([secret.to_owned()]).collect();
    assert!(values.len() > 3, "{values:?}");
    for to in ["HEAD", "HEAD~1"] {
        for format in ["html", "markdown", "json"] {
            let mut command = davy();
            command.args(["report", "--output", "-", "--since", "HEAD~1", "--to", to, "--format", format]);
            let output = run(command.current_dir(&repository.folder).env("DAVY_CACHE_DIR", &cache));
            assert!(output.status.success(), "{}", said(&output));
            let text = said(&output);
            assert!(text.contains("hardcoded-password") || to == "HEAD", "{text}");
            for value in &values {
                assert!(!text.contains(value), "{value} is in the {format} of {to}");
            }
        }
    }
    for file in fs::read_dir(&cache).expect("readable").flatten() {
        let bytes = fs::read(file.path()).expect("readable");
        let is_there = |value: &String| bytes.windows(value.len()).any(|window| window == value.as_bytes());
        assert!(!values.iter().any(is_there), "{}", file.path().display());
    }
}

/// Values that `davy check` hides in a folder: those between the quotes of lines with errors about secrets.
fn secrets_of(folder: &Path) -> Vec<String> {
    let found = checked(folder);
    // Names of variables stand in quotes, too.
    let is_value = |value: &&str| value.len() >= 10 && value.contains(|char: char| char.is_ascii_lowercase());
    let mut values = Vec::new();
    for finding in found["findings"].as_array().expect("a list") {
        let code = finding["code"].as_str().expect("a code");
        let path = folder.join(finding["path"].as_str().expect("a path"));
        if !matches!(code, "SEC001" | "SEC002") || path.extension().is_none_or(|end| end != "py") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("readable");
        let line = finding["start"]["line"].as_u64().expect("a line") as usize;
        let line = text.lines().nth(line - 1).expect("a line");
        values.extend(line.split('"').skip(1).step_by(2).filter(|value| is_value(value)).map(str::to_owned));
    }
    values
}

#[test]
fn owners_ages_and_comparison_are_what_happened() {
    let place = scratch();
    let cache = place.path().join("cache");
    let mut repository = Repository::new(place.path().join("repository"));
    let made = |name: &str| format!("import datetime\n\n\ndef {name}():\n    return datetime.datetime.utcnow()\n");
    let by = |repository: &mut Repository, author: &str, message: &str| {
        repository.clock += 7 * 24 * 3600;
        repository.git(&["add", "-A"]);
        repository.git(&["commit", "-q", "--author", &format!("{author} <x@example.org>"), "-m", message]);
    };
    let hostile = "\"O'Brien\" & Söhne |*x*";
    repository.write("app/orders.py", &(made("one") + &made("two").replace("import datetime\n", "")));
    by(&mut repository, "Ada", "orders");
    repository.git(&["tag", "v1"]);
    repository.write("app/clock.py", &made("tick"));
    by(&mut repository, "Grace", "the clock");
    repository.write("app/orders.py", &made("one"));
    by(&mut repository, "Ada", "one less");
    repository.write("app/orders.py", &(made("one") + "\n\nx = 1\n"));
    by(&mut repository, "Ada", "nothing");
    let document = report(&repository.folder, &cache, &["--since", "v1"]);
    let owners = |document: &Value| -> Vec<(String, u64)> {
        let owners = document["owners"]["owners"].as_array().expect("a list").iter();
        owners
            .map(|one| (one["name"].as_str().expect("a name").to_owned(), one["warnings"].as_u64().expect("a number")))
            .collect()
    };
    assert_eq!(owners(&document), [("Ada".to_owned(), 1), ("Grace".to_owned(), 1)]);
    let compare = &document["compare"];
    assert_eq!((compare["then"].as_u64(), compare["now"].as_u64()), (Some(2), Some(2)));
    let came = compare["came"][0].as_u64().expect("one came") as usize;
    assert_eq!(document["findings"][came]["path"], "app/clock.py");
    assert_eq!(document["findings"][came]["born"]["author"], "Grace");
    assert_eq!(compare["went"][0]["scope"], "two");
    assert_eq!(compare["went"][0]["commit"]["subject"], "one less");
    let spots = document["hotspots"].as_array().expect("a list");
    assert_eq!((spots[0]["path"].as_str(), spots[0]["commits"].as_u64()), (Some("app/orders.py"), Some(3)));
    assert!(document["trend"]["forecasts"][0]["per_week"].is_null(), "three weeks say nothing");
    // On a branch that was made before, the comparison is with where the two parted.
    repository.git(&["checkout", "-q", "-b", "work", "HEAD~1"]);
    repository.write("app/new.py", &made("newer"));
    by(&mut repository, "Ada", "on a branch");
    let branch = report(&repository.folder, &cache, &["--since", "main"]);
    assert_eq!(branch["compare"]["commit"]["subject"], "one less");
    assert_eq!(branch["compare"]["came"].as_array().map(Vec::len), Some(1));
    repository.git(&["checkout", "-q", "main"]);
    // What was left out is said, and has no score.
    let secrets = report(&repository.folder, &cache, &["--select", "SEC"]);
    let looked: Vec<&Value> =
        secrets["sections"].as_array().expect("a list").iter().map(|one| &one["is_looked_at"]).collect();
    assert_eq!(looked, [false, false, false, true]);
    let reason = secrets["verdict"]["reasons"].to_string();
    assert!(
        reason.contains("Not looked at, as none of its rules is on: System startup, Test suite, Integration."),
        "{reason}"
    );
    for format in ["html", "markdown"] {
        let mut command = davy();
        command.args(["report", "--select", "SEC", "--path", "app", "--output", "-", "--format", format]);
        let text = said(&run(command.current_dir(&repository.folder).env("DAVY_CACHE_DIR", &cache)));
        assert!(text.contains("it was not looked at") && text.contains("by the rules"), "{text}");
    }
    // A year passes, in which one finding goes every two weeks.
    for left in (0..24).rev() {
        let functions: String = (0..left).map(|at| made(&format!("f{at}")).replace("import datetime\n", "")).collect();
        repository.write("app/more.py", &format!("import datetime\n{functions}"));
        by(&mut repository, hostile, "less");
        repository.write("notes.txt", &left.to_string());
        by(&mut repository, "Ada", "nothing");
    }
    repository
        .write("app/more.py", &format!("import datetime\n{}", made("rest").repeat(3).replace("import datetime\n", "")));
    by(&mut repository, hostile, "more");
    // As it was at that commit, which is long ago: today nothing has changed for years.
    let today = report(&repository.folder, &cache, &[]);
    assert!(today["trend"]["forecasts"][0]["per_week"].is_null());
    let document = report(&repository.folder, &cache, &["--to", "main"]);
    let all = document["trend"]["forecasts"].as_array().expect("a list").last().expect("one").clone();
    let pace = all["per_week"].as_f64().expect("a pace");
    assert!(pace < 0.0 && pace > -1.0, "{all}");
    assert_eq!(document["effort"]["weeks"], 12);
    // Whoever owns the files comes first, where the project says who.
    repository.write("CODEOWNERS", "*.py @all\n/app/clock.py @clocks\n");
    by(&mut repository, "Ada", "owners");
    let document = report(&repository.folder, &cache, &[]);
    assert_eq!(owners(&document), [("@all".to_owned(), 4), ("@clocks".to_owned(), 1)]);
    // A shallow clone knows no authors, and says so.
    let shallow = place.path().join("shallow");
    let from = format!("file://{}", repository.folder.display());
    run(std::process::Command::new("git").args(["clone", "-q", "--depth", "1", &from]).arg(&shallow));
    fs::remove_file(shallow.join("CODEOWNERS")).expect("it is there");
    run(std::process::Command::new("git")
        .args(["-c", "user.name=x", "-c", "user.email=x@y.z", "commit", "-qam", "x", "--amend"])
        .current_dir(&shallow));
    let document = report(&shallow, &cache, &[]);
    let first = &document["findings"][0];
    assert!(first["born"].is_null() && first["from_the_beginning"] == true && first["owner"] == "", "{first}");
}

#[test]
fn what_is_wrong_is_said() {
    let place = scratch();
    let mut repository = Repository::new(place.path().join("repository"));
    repository.write("a.py", "x = 1\n");
    repository.commit("first");
    let plain = place.path().join("plain");
    fs::create_dir(&plain).expect("writable");
    let fails = |folder: &Path, args: &[&str], words: &str| {
        let output = run(davy().arg("report").args(args).current_dir(folder));
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", said(&output));
        assert!(said(&output).contains(words) && said(&output).contains("help: "), "{args:?}: {}", said(&output));
    };
    fails(&repository.folder, &["--since", "v9"], "git knows no commit `v9` here");
    fails(&repository.folder, &["--output", "no/such/folder/x.html"], "cannot be written");
    fails(&plain, &["--since", "HEAD"], "is in no git repository");
    fails(&plain, &[], "nothing to report");
    fails(&repository.folder, &["no/such/folder"], "no/such/folder: no such file or folder");
    let empty = Repository::new(place.path().join("empty"));
    fails(&empty.folder, &[], "nothing is committed yet");
    assert!(!empty.folder.join("davy-report.html").exists());
    // A bare repository has commits to report.
    let bare = place.path().join("bare.git");
    run(std::process::Command::new("git").args(["clone", "-q", "--bare"]).arg(&repository.folder).arg(&bare));
    let output = run(davy().args(["report", "--format", "json"]).current_dir(&bare));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
    assert_eq!(document["size"]["files"], 1);
    fs::write(plain.join("a.py"), "x = 1\n").expect("writable");
    let output = run(davy().args(["report", "--output", "-"]).current_dir(&plain));
    assert!(output.status.success() && said(&output).contains("<!DOCTYPE html>"), "{}", said(&output));
}

#[test]
fn pytest_is_said_to_stop_only_where_it_does() {
    let place = scratch();
    let cache = place.path().join("cache");
    let folder = place.path().join("shop");
    let reasons = |files: &[(&str, &str)]| {
        for (path, text) in files {
            fs::create_dir_all(folder.join(path).parent().expect("a folder")).expect("a folder");
            fs::write(folder.join(path), text).expect("a file");
        }
        report(&folder, &cache, &[])["verdict"]["reasons"].to_string()
    };
    let unread = reasons(&[
        ("pytest.ini", "[pytest]\n"),
        ("tests/test_shop.py", "def test_shop():\n    assert len('a') == 1\n"),
        ("tests/data/broken.py", "def broken(:\n    pass\n"),
    ]);
    assert!(unread.contains("syntax-error"), "{unread}");
    assert!(!unread.contains("Plain `pytest` stops"), "{unread}");
    let stopped = reasons(&[("tests/test_broken.py", "def test_broken(:\n    pass\n")]);
    assert!(stopped.contains("Plain `pytest` stops"), "{stopped}");
}
