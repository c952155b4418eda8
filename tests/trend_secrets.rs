//! `davy trend --secrets`: what any commit ever held, and never a value of it.

use crate::common::oracle::{davy, run, said, scratch};
use crate::common::repository::Repository;
use serde_json::Value;
use std::fs;
use std::process::Output;

/// Each of these stands in for a secret of its own.
const VALUES: [&str; 6] =
    ["kfj38fjKdk29Qw", "hfd7Sd4-kLq9x2", "zP5mRt8wXc3vNb", "q8Zr4kPw2LxT6v", "Yb7Kd2mQs9Wf4j", "nT6gHr3bVx8Lp1"];

#[test]
fn whatever_was_held_is_listed_and_no_value_is_shown() {
    let place = scratch();
    let cache = place.path().join("cache");
    let mut repository = Repository::new(place.path().join("repository"));
    let [moved, edited, edit, branch, variable, tested] = VALUES;
    let by = |repository: &mut Repository, author: &str, message: &str| {
        repository.clock += 24 * 3600;
        repository.git(&["add", "-A", "-f"]);
        repository.git(&["commit", "-q", "--author", &format!("{author} <x@example.org>"), "-m", message]);
    };
    repository.write("app/db.py", &format!("DB_PASSWORD = \"{moved}\"\n"));
    repository.write("app/mail.py", &format!("SMTP_PASSWORD = \"{edited}\"\n"));
    by(&mut repository, "Ada", "first");
    // The same value in another file is the same secret.
    repository.write("app/db.py", "from app.settings import DB_PASSWORD\n");
    repository.write("app/settings.py", &format!("DB_PASSWORD = \"{moved}\"\n"));
    by(&mut repository, "Grace", "moves it");
    // Another value on the same line is another secret.
    repository.write("app/mail.py", &format!("SMTP_PASSWORD = \"{edit}\"\n"));
    by(&mut repository, "=Barbara, \"B\" L", "edits it");
    // What a branch took back before it was merged.
    repository.git(&["checkout", "-q", "-b", "topic"]);
    repository.write("app/token.py", &format!("API_TOKEN = \"{branch}\"\n"));
    by(&mut repository, "Grace", "oops");
    repository.write("app/token.py", "import os\n\nAPI_TOKEN = os.environ[\"API_TOKEN\"]\n");
    by(&mut repository, "Ada", "takes it back");
    repository.git(&["checkout", "-q", "main"]);
    repository.write("tests/test_login.py", &format!("def test_login():\n    login(password=\"{tested}\")\n"));
    by(
        &mut repository,
        "Ada",
        &format!("a test, DB_PASSWORD={moved}, SMTP_PASSWORD = '{edited}', postgres://u:{edit}@db/x"),
    );
    repository.git(&["merge", "-q", "--no-ff", "-m", "merged", "topic"]);
    repository.write(".env", &format!("DATABASE_PASSWORD={variable}\n"));
    repository.write("app/settings.py", "import os\n\nDB_PASSWORD = os.environ[\"DB_PASSWORD\"]\n");
    by(&mut repository, "Grace", "to the environment");

    let ask = |args: &[&str]| -> Output {
        let mut command = davy();
        command.args(["trend", "--secrets"]).args(args).current_dir(&repository.folder).env("DAVY_CACHE_DIR", &cache);
        let output = run(&mut command);
        let text = said(&output);
        assert!(VALUES.iter().all(|value| !text.contains(value)), "{text}");
        output
    };
    let output = ask(&["--format", "json"]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
    let lines: Vec<String> = document["secrets"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|secret| secret["code"] == "SEC002")
        .map(|secret| {
            let paths: Vec<&str> =
                secret["paths"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
            let commit = |commit: &Value| match commit {
                Value::Null => "none".to_owned(),
                commit => format!("{} ({})", commit["subject"].as_str().unwrap(), commit["author"].as_str().unwrap()),
            };
            let end = if secret["is_at_head"] == true { "still there".to_owned() } else { commit(&secret["gone"]) };
            format!("{}: {} - {end}", paths.join(", "), commit(&secret["first"]))
        })
        .collect();
    assert_eq!(
        lines,
        [
            "app/db.py, app/settings.py: first (Ada) - to the environment (Grace)",
            "app/mail.py: first (Ada) - edits it (=Barbara, \"B\" L)",
            "app/mail.py: edits it (=Barbara, \"B\" L) - still there",
            "app/token.py: oops (Grace) - takes it back (Ada)",
            ".env: to the environment (Grace) - still there",
        ]
    );
    let text = String::from_utf8_lossy(&ask(&[]).stdout).into_owned();
    assert!(text.contains("still in HEAD") && text.contains("gone  2023-"), "{text}");
    let csv = String::from_utf8_lossy(&ask(&["--format", "csv"]).stdout).into_owned();
    assert!(csv.contains(",\"'=Barbara, \"\"B\"\" L\","), "{csv}");
    ask(&["--format", "markdown"]);
    // On request it is a gate.
    assert_eq!(ask(&["--exit-code"]).status.code(), Some(1));
    assert_eq!(
        ask(&["--exit-code", "--path", "app/token.py", "--from", "HEAD~1", "--to", "HEAD"]).status.code(),
        Some(0)
    );
    assert_eq!(ask(&[]).status.code(), Some(0));
    for file in fs::read_dir(&cache).expect("readable").flatten() {
        let bytes = fs::read(file.path()).expect("readable");
        let is_there = |value: &&str| bytes.windows(value.len()).any(|window| window == value.as_bytes());
        assert!(!VALUES.iter().any(is_there), "{}", file.path().display());
    }
}
