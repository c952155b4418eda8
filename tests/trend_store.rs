//! What `davy trend` keeps between runs: whatever happens to it or to the repository, the answer is that of a run that starts anew.

use crate::common::oracle::{self, davy, run, run_with, said, say, scratch};
use crate::common::repository::{Dice, Repository, change, sources};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What `davy trend` says, but for how much it had to compile.
fn trend(folder: &Path, cache: &Path, args: &[&str]) -> Value {
    let mut command = davy();
    command.args(["trend", "--format", "json"]).args(args).current_dir(folder).env("DAVY_CACHE_DIR", cache);
    let output = run(&mut command);
    assert!(output.status.success(), "{args:?}: {}", said(&output));
    let mut document: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    document.as_object_mut().expect("an object").remove("compiled");
    document
}

#[test]
fn what_is_kept_is_what_a_new_run_finds() {
    let place = scratch();
    let mut repository = Repository::new(place.path().join("repository"));
    let (pool, sources) = sources(place.path());
    let cache = place.path().join("cache");
    let mut dice = Dice(20_261_128);
    let mut runs = 0;
    repository.write("a.py", "import datetime\nx = datetime.datetime.utcnow()\n");
    repository.commit("first");
    for step in 0..40 {
        match dice.below(12) {
            // History that is written anew.
            0 => _ = repository.git(&["reset", "-q", "--hard", "HEAD~1"]),
            1 => {
                change(&repository, &mut dice, &pool, &sources);
                repository.git(&["add", "-A", "-f"]);
                repository.git(&["commit", "-q", "--amend", "--allow-empty", "-m", "amended"]);
            }
            2 => {
                let topic = format!("topic-{step}");
                repository.git(&["checkout", "-q", "-b", &topic]);
                change(&repository, &mut dice, &pool, &sources);
                repository.commit("on a branch");
                repository.git(&["checkout", "-q", "main"]);
                change(&repository, &mut dice, &pool, &sources);
                repository.commit("beside it");
                repository.git(&["merge", "-q", "--no-ff", "-X", "ours", "-m", "merge", &topic]);
            }
            // Today's configuration says something else.
            3 => {
                repository.write("davy.toml", ["ignore = [\"DTM\"]\n", "\n", "exclude = [\"tests\"]\n"][dice.below(3)])
            }
            _ => {}
        }
        for _ in 0..1 + dice.below(3) {
            change(&repository, &mut dice, &pool, &sources);
            repository.commit(&format!("step {step}"));
        }
        let args: &[&str] = match dice.below(8) {
            0 => &["--every", "day"],
            1 => &["--every", "commit", "--to", "HEAD~2"],
            2 => &["--every", "commit", "--from", "HEAD~2"],
            3 => &["--every", "commit", "--first-parent"],
            _ => &["--every", "commit"],
        };
        if step < 3 && args.iter().any(|arg| arg.contains('~')) {
            continue;
        }
        let kept = trend(&repository.folder, &cache, args);
        let anew = place.path().join(format!("anew-{step}"));
        assert_eq!(kept, trend(&repository.folder, &anew, args), "step {step}, {args:?}");
        runs += 1;
    }
    say(&format!("trend: {runs} runs on what was kept, each as one that begins anew; 0 skipped"));
}

/// A long history, made in one go: each commit edits one of ten modules.
fn long(repository: &Repository, commits: usize) {
    let mut stream = String::new();
    for at in 0..commits {
        let module = format!("import datetime\n\n\ndef made_{at}():\n    return datetime.datetime.utcnow()\n")
            .repeat(1 + at % 3);
        let message = format!("commit {at}");
        stream.push_str("commit refs/heads/main\n");
        stream.push_str(&format!("committer Ada <ada@example.org> {} +0000\n", 1_700_000_000 + at * 3600));
        stream.push_str(&format!("data {}\n{message}\n", message.len()));
        stream.push_str(&format!("M 100644 inline app/module_{}.py\ndata {}\n{module}\n", at % 10, module.len()));
    }
    let output =
        run_with(Command::new("git").args(["fast-import", "--quiet"]).current_dir(&repository.folder), &stream);
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn a_run_that_is_stopped_goes_on_where_it_was() {
    let place = scratch();
    let repository = Repository::new(place.path().join("repository"));
    long(&repository, 900);
    let db = place.path().join("trend.db");
    let file = db.to_string_lossy().into_owned();
    let args = ["--every", "commit", "--db", &file];
    let cache = place.path().join("cache");
    let kept = || {
        let sql = "SELECT count(*) FROM commits";
        let output = run(Command::new("python3").args(["-c", "import sqlite3, sys\ntry:\n    print(sqlite3.connect('file:' + sys.argv[1] + '?mode=ro', uri=True).execute(sys.argv[2]).fetchone()[0])\nexcept sqlite3.Error:\n    print(0)", &file, sql]));
        String::from_utf8_lossy(&output.stdout).trim().parse::<usize>().unwrap_or_default()
    };
    let mut command = davy();
    command.arg("trend").args(args).current_dir(&repository.folder).env("DAVY_CACHE_DIR", &cache);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("davy starts");
    let begin = Instant::now();
    while kept() == 0 && begin.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().expect("it runs or has ended");
    child.wait().expect("it ends");
    let known = kept();
    assert!(known > 0, "nothing is kept");
    let document = trend(&repository.folder, &cache, &args);
    assert_eq!(document["points"].as_array().map(Vec::len), Some(900));
    let anew = place.path().join("anew");
    assert_eq!(document, trend(&repository.folder, &anew, &["--every", "commit"]));
    say(&format!("trend: stopped after {known} of 900 commits, and gone on; 0 skipped"));
}

/// Runs a statement in a database, as any tool would.
fn sqlite(file: &Path, sql: &str) {
    let code = "import sqlite3, sys\ndb = sqlite3.connect(sys.argv[1])\ndb.executescript(sys.argv[2])\ndb.commit()";
    let output = run(Command::new("python3").args(["-c", code]).arg(file).arg(sql));
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn a_broken_or_old_store_is_made_anew_and_other_files_stay() {
    let place = scratch();
    let repository = Repository::new(place.path().join("repository"));
    long(&repository, 40);
    let cache = place.path().join("cache");
    let db = place.path().join("trend.db");
    let file = db.to_string_lossy().into_owned();
    let args = ["--every", "commit", "--db", &file];
    let right = trend(&repository.folder, &cache, &args);
    let breakages: [&dyn Fn(); 9] = [
        &|| sqlite(&db, "UPDATE findings SET born = 9999, died = NULL"),
        &|| sqlite(&db, "UPDATE sightings SET since = since + 5000"),
        &|| sqlite(&db, "DELETE FROM commits WHERE point = 3"),
        &|| fs::write(&db, &fs::read(&db).expect("it is there")[..5_000]).expect("writable"),
        &|| {
            let mut bytes = fs::read(&db).expect("it is there");
            bytes[4_096..].fill(0xA5);
            fs::write(&db, bytes).expect("writable");
        },
        &|| sqlite(&db, "PRAGMA user_version = 0"),
        &|| sqlite(&db, "PRAGMA user_version = 99"),
        &|| sqlite(&db, "DROP TABLE sightings"),
        &|| sqlite(&db, "UPDATE meta SET value = 'another' WHERE key = 'davy'; DELETE FROM findings"),
    ];
    for (at, breakage) in breakages.iter().enumerate() {
        breakage();
        assert_eq!(right, trend(&repository.folder, &cache, &args), "breakage {at}");
        assert_eq!(right, trend(&repository.folder, &cache, &args), "after breakage {at}");
    }
    // The day that a comment silences until has come.
    sqlite(
        &db,
        "UPDATE meta SET value = '2020-01-01' WHERE key = 'expires'; DELETE FROM sightings; DELETE FROM findings",
    );
    assert_eq!(right, trend(&repository.folder, &cache, &args));
    // What is somebody else's is not touched, and said.
    let notes = place.path().join("notes.txt");
    fs::write(&notes, "my notes, longer than the head of a database: ".repeat(5)).expect("writable");
    let other = place.path().join("other.db");
    sqlite(&other, "CREATE TABLE mine (x)");
    let folder = place.path().join("folder");
    fs::create_dir(&folder).expect("writable");
    for file in [&notes, &other, &folder, &place.path().join("no/such/folder/x.db")] {
        let before = fs::read(file).ok();
        let output = run(davy().args(["trend", "--db"]).arg(file).current_dir(&repository.folder));
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains("help: "), "{}", said(&output));
        assert_eq!(before, fs::read(file).ok(), "{}", file.display());
    }
}

#[test]
fn what_is_kept_can_be_asked_and_not_changed() {
    let place = scratch();
    let repository = Repository::new(place.path().join("repository"));
    long(&repository, 30);
    let cache = place.path().join("cache");
    let ask = |sql: &str, format: &str| {
        let mut command = davy();
        command.args(["trend", "--every", "commit", "--sql", sql, "--format", format]);
        run(command.current_dir(&repository.folder).env("DAVY_CACHE_DIR", &cache))
    };
    let sql = "SELECT rule, count(*) AS findings, NULL AS rest FROM alive GROUP BY rule";
    let out = |format: &str| String::from_utf8_lossy(&ask(sql, format).stdout).into_owned();
    assert_eq!(out("text"), "rule    findings  rest\nDTM001  21\n");
    assert_eq!(out("csv"), "rule,findings,rest\nDTM001,21,\n");
    assert_eq!(out("markdown"), "| rule | findings | rest |\n|---|---|---|\n| DTM001 | 21 |  |\n");
    let rows: Value = serde_json::from_str(&out("json")).expect("JSON");
    assert_eq!(rows, serde_json::json!([{"rule": "DTM001", "findings": 21, "rest": null}]));
    let twice = ask("SELECT rule, rule FROM alive LIMIT 1", "json");
    let rows: Value = serde_json::from_slice(&twice.stdout).expect("JSON");
    assert_eq!(
        rows,
        serde_json::json!([{"rule": "DTM001", "rule:1": "DTM001"}]),
        "no column takes the place of another"
    );
    // The last day of the table is what the last commit has.
    let days = ask("SELECT findings FROM days ORDER BY day DESC LIMIT 1", "csv");
    assert_eq!(String::from_utf8_lossy(&days.stdout), "findings\n21\n");
    let written = place.path().join("written.db");
    let vacuum = format!("VACUUM INTO '{}'", written.display());
    let attach = format!("ATTACH '{}' AS other", written.display());
    for sql in [&vacuum, &attach, "PRAGMA writable_schema = 1"] {
        let output = ask(sql, "text");
        assert_eq!(output.status.code(), Some(2), "{sql}: {}", said(&output));
        assert!(!written.exists(), "{sql}");
    }
    for sql in ["DELETE FROM commits", "SELEKT 1", "SELECT * FROM nothing", "SELECT 1; DROP TABLE commits"] {
        let output = ask(sql, "text");
        assert_eq!(output.status.code(), Some(2), "{sql}: {}", said(&output));
        assert!(said(&output).contains("SQLite says: "), "{}", said(&output));
    }
    assert_eq!(out("csv"), "rule,findings,rest\nDTM001,21,\n");
}

#[test]
fn an_object_that_comes_later_is_counted_then() {
    let place = scratch();
    let repository = Repository::new(place.path().join("repository"));
    long(&repository, 12);
    repository.git(&["reset", "-q", "--hard"]);
    let object = repository.git(&["rev-parse", "HEAD~3:app/module_8.py"]);
    let object = String::from_utf8_lossy(&object.stdout).trim().to_owned();
    let cache = place.path().join("cache");
    let right = trend(&repository.folder, &cache, &["--every", "commit"]);
    // `fast-import` packs few objects loosely.
    let file = repository.folder.join(".git/objects").join(&object[..2]).join(&object[2..]);
    let bytes = fs::read(&file).expect("a loose object");
    fs::remove_file(&file).expect("a loose object");
    let other = place.path().join("other");
    let without = trend(&repository.folder, &other, &["--every", "commit"]);
    assert_eq!(without["missing"], 1);
    fs::write(&file, bytes).expect("writable");
    assert_eq!(right, trend(&repository.folder, &other, &["--every", "commit"]));
}

#[test]
fn findings_came_with_whoever_wrote_them() {
    let place = scratch();
    let mut repository = Repository::new(place.path().join("repository"));
    let made = |name: &str| format!("import datetime\n\n\ndef {name}():\n    return datetime.datetime.utcnow()\n");
    let by = |repository: &mut Repository, author: &str, message: &str| {
        repository.clock += 600;
        repository.git(&["add", "-A"]);
        repository.git(&["commit", "-q", "--author", &format!("{author} <x@example.org>"), "-m", message]);
    };
    repository.write("app.py", &made("first"));
    by(&mut repository, "Ada", "first");
    repository.git(&["checkout", "-q", "-b", "topic"]);
    repository.write("orders.py", "def nothing():\n    pass\n");
    by(&mut repository, "Grace", "prepares");
    repository.write("orders.py", &made("ordered"));
    by(&mut repository, "Grace", "orders");
    repository.write("orders.py", &(made("ordered") + "\n\ndef rest():\n    pass\n"));
    by(&mut repository, "Barbara", "tidies");
    repository.git(&["checkout", "-q", "main"]);
    repository.write("clock.py", &made("ticked"));
    by(&mut repository, "Ada", "the clock");
    repository.clock += 600;
    repository.git(&["merge", "-q", "--no-ff", "-m", "merged", "topic"]);
    // Who renames a file or a function, or writes beside a finding, did not bring it.
    repository.write("renamed.py", &made("early"));
    by(&mut repository, "Ada", "early");
    repository.git(&["mv", "renamed.py", "late.py"]);
    by(&mut repository, "Grace", "renames the file");
    repository.write("late.py", &(made("early") + &made("added")));
    by(&mut repository, "Barbara", "adds one");
    repository.write("late.py", &(made("earliest") + &made("added")));
    by(&mut repository, "Grace", "renames the function");
    let cache = place.path().join("cache");
    let authors = |args: &[&str]| -> Vec<String> {
        let document = trend(&repository.folder, &cache, args);
        let lives = document["lives"].as_array().expect("a list").iter().map(|life| {
            let of = |value: &Value| value.as_str().expect("a text").to_owned();
            let came = &life["came_with"];
            format!("{} {}: {}", of(&life["scope"]), of(&came["author"]), of(&came["subject"]))
        });
        lives.collect()
    };
    assert_eq!(
        authors(&["--every", "commit"]),
        [
            "first Ada: first",
            "ticked Ada: the clock",
            "ordered Grace: orders",
            "earliest Ada: early",
            "added Barbara: adds one"
        ]
    );
    // All of it is one day, and its last commit is the merge.
    assert_eq!(
        authors(&["--every", "day"]),
        [
            "first Ada: first",
            "ticked Ada: the clock",
            "earliest Ada: early",
            "added Barbara: adds one",
            "ordered Grace: orders"
        ]
    );
    assert_eq!(
        authors(&["--every", "commit", "--first-parent"]),
        [
            "first Ada: first",
            "ticked Ada: the clock",
            "ordered Ada L: merged",
            "earliest Ada: early",
            "added Barbara: adds one"
        ]
    );
}

#[test]
fn the_tables_are_documented_as_they_are() {
    let page = fs::read_to_string(oracle::root().join("docs/store.md")).expect("readable");
    assert!(
        page.contains(davy::history::store::SCHEMA),
        "docs/store.md shows other tables than src/history/schema.sql"
    );
}
