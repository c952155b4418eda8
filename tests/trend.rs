//! `davy trend` against what it stands for: a clean check of every commit, checked out.

use crate::common::oracle::{davy, run, said, say, scratch};
use crate::common::repository::{Dice, Repository, change, sources};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

type Counts = BTreeMap<(String, String), u64>;

/// What `davy trend` says of every commit.
fn trend(folder: &Path) -> Vec<(String, Counts)> {
    let output = run(davy().args(["trend", "--every", "commit", "--format", "json"]).current_dir(folder));
    assert!(output.status.success(), "{}", said(&output));
    let document: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    let points = document["points"].as_array().expect("a list").iter().map(|point| {
        let mut counts = Counts::new();
        for (rule, levels) in point["rules"].as_object().expect("rules") {
            for (level, count) in levels.as_object().expect("levels") {
                counts.insert((rule.clone(), level.clone()), count.as_u64().expect("a number"));
            }
        }
        (point["commit"].as_str().expect("a commit").to_owned(), counts)
    });
    points.collect()
}

/// What `davy check` says of a commit that is checked out.
fn check(folder: &Path) -> Counts {
    let args = ["check", "--format", "json", "--notes", "--exit-zero", "--no-cache", "--no-baseline"];
    let output = run(davy().args(args).current_dir(folder));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
    let mut counts = Counts::new();
    for finding in document["findings"].as_array().expect("a list") {
        let of = |key: &str| finding[key].as_str().expect("a text").to_owned();
        *counts.entry((of("code"), of("severity"))).or_default() += 1;
    }
    counts
}

/// Compares every commit; how many there are, and how many findings.
fn compare(repository: &Repository, place: &Path) -> (usize, u64) {
    let checkout = place.join("checkout");
    let checkout_name = checkout.to_string_lossy().into_owned();
    repository.git(&["worktree", "add", "-q", "--detach", &checkout_name, "HEAD"]);
    let (mut wrong, mut findings) = (Vec::new(), 0);
    let points = trend(&repository.folder);
    for (commit, counts) in &points {
        let out = run(Command::new("git").args(["checkout", "-q", "-f", "--detach", commit]).current_dir(&checkout));
        assert!(out.status.success(), "{}", said(&out));
        let checked = check(&checkout);
        findings += checked.values().sum::<u64>();
        if checked != *counts {
            let files = run(Command::new("git").args(["show", "--stat", "--format=%s", commit]).current_dir(&checkout));
            wrong.push(format!("{commit}: checked {checked:?}, trend {counts:?}\n{}", said(&files)));
        }
    }
    assert!(wrong.is_empty(), "{} commits differ:\n{}", wrong.len(), wrong.join("\n---\n"));
    (points.len(), findings)
}

#[test]
fn every_commit_counts_what_a_check_of_it_counts() {
    let place = scratch();
    let mut repository = Repository::new(place.path().join("repository"));
    let mut dice = Dice(20_261_127);
    let (pool, sources) = sources(place.path());
    repository.commit("nothing yet");
    for step in 0..90 {
        for _ in 0..1 + dice.below(3) {
            change(&repository, &mut dice, &pool, &sources);
        }
        match step % 15 {
            // What a branch did comes as one step.
            7 => {
                repository.commit("before the branch");
                repository.git(&["checkout", "-q", "-b", &format!("topic-{step}")]);
                change(&repository, &mut dice, &pool, &sources);
                repository.commit("on the branch");
                change(&repository, &mut dice, &pool, &sources);
                repository.commit("on the branch, again");
                repository.git(&["checkout", "-q", "main"]);
                repository.git(&["merge", "-q", "--no-ff", "-m", "merge", &format!("topic-{step}")]);
            }
            11 => {
                repository.write("undone.py", &format!("import datetime\nx{step} = datetime.datetime.utcnow()\n"));
                repository.commit("to be undone");
                repository.git(&["revert", "--no-edit", "HEAD"]);
            }
            _ => repository.commit(&format!("step {step}")),
        }
    }
    let (commits, findings) = compare(&repository, place.path());
    assert!(commits > 95 && findings > 2_000, "{commits} commits, {findings} findings");
    say(&format!(
        "trend: {commits} commits, {findings} findings in all, each as a check of the commit has it; 0 skipped"
    ));
}

#[test]
fn days_weeks_and_tags_take_the_last_of_theirs() {
    let place = scratch();
    let mut repository = Repository::new(place.path().join("repository"));
    let lines = "x = datetime.datetime.utcnow()\n";
    for step in 1..=6 {
        repository.write("a.py", &format!("import datetime\n{}", lines.repeat(step)));
        repository.commit(&format!("step {step}"));
        if step == 2 {
            repository.git(&["tag", "-a", "v1", "-m", "one"]);
        }
    }
    let counts = |args: &[&str]| {
        let output = run(davy().arg("trend").args(args).args(["--format", "csv"]).current_dir(&repository.folder));
        assert!(output.status.success(), "{}", said(&output));
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.lines().skip(1).map(|line| line.rsplit(',').next().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(counts(&["--every", "commit"]), ["1", "2", "3", "4", "5", "6"]);
    // 50,000 seconds between two, from 2023-11-14 12:06 on.
    assert_eq!(counts(&["--every", "day"]), ["1", "3", "5", "6"]);
    assert_eq!(counts(&["--every", "week"]), ["6"]);
    assert_eq!(counts(&["--every", "tag"]), ["2", "6"]);
    assert_eq!(counts(&["--every", "commit", "--from", "v1", "--to", "main~1"]), ["2", "3", "4", "5"]);
    let wrong = run(davy().args(["trend", "--from", "nowhere"]).current_dir(&repository.folder));
    assert_eq!(wrong.status.code(), Some(2));
    assert!(said(&wrong).contains("git knows no commit `nowhere` here"), "{}", said(&wrong));
}

#[test]
fn objects_that_a_clone_does_not_have_are_counted() {
    let place = scratch();
    let mut repository = Repository::new(place.path().join("repository"));
    for step in 1..=4 {
        repository.write("a.py", &format!("import datetime\nx = datetime.datetime.utcnow()  # {step}\n"));
        repository.commit(&format!("step {step}"));
    }
    // One of the objects goes, as in a partial clone.
    let old = repository.git(&["rev-parse", "HEAD~2:a.py"]);
    let old = String::from_utf8_lossy(&old.stdout).trim().to_owned();
    fs::remove_file(repository.folder.join(".git/objects").join(&old[..2]).join(&old[2..])).expect("a loose object");
    let output = run(davy().args(["trend", "--every", "commit"]).current_dir(&repository.folder));
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("does not have 1 file of older commits"), "{}", said(&output));
    // So is what is in place of a large file.
    let pointer =
        "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22e\nsize 12345\n";
    repository.write("large.py", pointer);
    repository.write("user.py", "from large import anything\n");
    repository.commit("a large file");
    let output = run(davy().args(["trend", "--every", "commit"]).current_dir(&repository.folder));
    assert!(said(&output).contains("does not have 2 files of older commits"), "{}", said(&output));
    assert!(!said(&output).contains("syntax") && !said(&output).contains("tests  "), "{}", said(&output));
    let shallow = place.path().join("shallow");
    let from = format!("file://{}", repository.folder.display());
    run(Command::new("git").args(["clone", "-q", "--depth", "1", &from]).arg(&shallow));
    let output = run(davy().args(["trend", "--every", "commit"]).current_dir(&shallow));
    assert!(said(&output).contains("The clone is shallow"), "{}", said(&output));
    // A gate over commits that it does not see is none.
    let output = run(davy().args(["trend", "--secrets", "--exit-code"]).current_dir(&shallow));
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let output = run(davy().args(["report", "--output", "-"]).current_dir(&shallow));
    assert!(said(&output).contains("The clone is shallow"), "{}", said(&output));
    let output = run(davy().args(["trend", "--every", "commit", "--format", "csv"]).current_dir(&shallow));
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 2, "{}", said(&output));
}

#[test]
fn odd_histories_are_counted_like_others() {
    let place = scratch();
    let mut repository = Repository::new(place.path().join("repository"));
    let line = "x = datetime.datetime.utcnow()\n";
    repository.write("a.py", &format!("import datetime\n{line}"));
    repository.commit("first; \"quotes\", commas, <b>tags</b> and a \u{1} mark");
    // An octopus.
    for branch in ["one", "two", "three"] {
        repository.git(&["checkout", "-q", "-b", branch, "main"]);
        repository.write(&format!("{branch}.py"), &format!("import datetime\n{line}"));
        repository.commit(branch);
    }
    repository.git(&["checkout", "-q", "main"]);
    repository.git(&["merge", "-q", "--no-ff", "-m", "octopus", "one", "two", "three"]);
    // A file that becomes a folder, and one that becomes a link.
    fs::remove_file(repository.folder.join("one.py")).expect("it is there");
    repository.write("one.py/inner.py", &format!("import datetime\n{line}{line}"));
    repository.commit("a folder called one.py");
    #[cfg(unix)]
    {
        fs::remove_file(repository.folder.join("two.py")).expect("it is there");
        std::os::unix::fs::symlink("a.py", repository.folder.join("two.py")).expect("links");
        repository.commit("a link");
    }
    // A submodule, by its entry alone.
    let head = String::from_utf8_lossy(&repository.git(&["rev-parse", "HEAD"]).stdout).trim().to_owned();
    repository.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{head},vendored")]);
    repository.git(&["commit", "-q", "-m", "a submodule"]);
    // A history that began elsewhere, and a clock that goes backwards.
    repository.git(&["checkout", "-q", "--orphan", "other"]);
    repository.git(&["rm", "-rfq", "."]);
    repository.clock -= 4_000_000;
    repository.write("other.py", &format!("import datetime\n{line}"));
    repository.commit("another beginning");
    repository.git(&["checkout", "-q", "main"]);
    repository.git(&["merge", "-q", "--allow-unrelated-histories", "-m", "joined", "other"]);
    // Names that are no UTF-8, or nearly commands.
    repository.write("dossier é/naïve [1].py", &format!("import datetime\n{line}"));
    repository.write("-rf.py", &format!("import datetime\n{line}"));
    repository.commit("names");
    let (commits, findings) = compare(&repository, place.path());
    assert!(commits >= 6 && findings > 20, "{commits} commits, {findings} findings");
    // Authors are who `.mailmap` says, and tables stay tables.
    repository.write(".mailmap", "=Ada, \"the\" Countess <ada@example.org>\n");
    repository.commit("mailmap");
    let output = run(davy().args(["trend", "--every", "commit", "--format", "csv"]).current_dir(&repository.folder));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains(",\"'=Ada, \"\"the\"\" Countess\","), "{text}");
    let days = run(davy().args(["trend", "--every", "day", "--format", "csv"]).current_dir(&repository.folder));
    assert!(days.status.success() && text.lines().count() > String::from_utf8_lossy(&days.stdout).lines().count());
    // A repository without a commit, and a folder without a repository.
    let empty = Repository::new(place.path().join("empty"));
    let output = run(davy().arg("trend").current_dir(&empty.folder));
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
}

/// Every life that `davy trend` tells of, as `rule path scope born died`, with the commits' subjects.
fn lives(folder: &Path) -> Vec<String> {
    let output = run(davy().args(["trend", "--every", "commit", "--format", "json"]).current_dir(folder));
    assert!(output.status.success(), "{}", said(&output));
    let document: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    let subject = |commit: &Value| {
        let points = document["points"].as_array().expect("a list");
        let point = points.iter().find(|point| point["commit"] == *commit);
        point.map_or("alive".to_owned(), |point| point["subject"].as_str().expect("a text").to_owned())
    };
    let all = document["lives"].as_array().expect("a list").iter().map(|life| {
        let of = |key: &str| life[key].as_str().expect("a text").to_owned();
        let (born, died) = (subject(&life["born"]), subject(&life["died"]));
        format!("{} {} {}: {born} - {died}", of("rule"), of("path"), of("scope"))
    });
    all.collect()
}

#[test]
fn findings_are_followed_through_edits_moves_and_merges() {
    let place = scratch();
    let mut repository = Repository::new(place.path().join("repository"));
    let module = |body: &str| format!("import datetime\n\n\n{body}");
    let made = "def made():\n    return datetime.datetime.utcnow()\n";
    let later = "def later():\n    at = datetime.datetime.utcnow()\n    return at\n";
    repository.write("app.py", &module(made));
    repository.commit("born");
    repository.write("app.py", &module(&format!("\"\"\"Lines above.\"\"\"\n\n\n{later}\n\n{made}")));
    repository.commit("a second one above");
    repository
        .write("app.py", &module(&format!("{made}\n\n{}", later.replace("at =", "when =").replace("at\n", "when\n"))));
    repository.commit("another order, and a line edited in its block");
    repository.write("app.py", &module(&format!("{}\n\n{later}", made.replace("made", "built"))));
    repository.commit("a function renamed, and the line edited back");
    repository.git(&["mv", "app.py", "clock.py"]);
    repository.commit("the file moved");
    repository.git(&["checkout", "-q", "-b", "topic"]);
    repository.write("topic.py", &module(made));
    repository.commit("on a branch");
    repository.git(&["checkout", "-q", "main"]);
    repository.write("notes.txt", "nothing\n");
    repository.commit("beside it");
    repository.git(&["merge", "-q", "--no-ff", "-m", "merged", "topic"]);
    repository.write("clock.py", &module(later));
    repository.commit("one is gone");
    repository.git(&["revert", "--no-edit", "HEAD"]);
    repository.write("topic.py", &module(&made.repeat(2)));
    repository.commit("the same line twice");
    repository.write("topic.py", &module(made));
    repository.commit("once again");
    assert_eq!(
        lives(&repository.folder),
        [
            "DTM001 clock.py built: born - one is gone",
            "DTM001 clock.py later: a second one above - alive",
            "DTM001 topic.py made: merged - alive",
            "DTM001 clock.py built: Revert \"one is gone\" - alive",
            "DTM001 topic.py made: the same line twice - once again",
        ]
    );
}

#[test]
fn findings_are_counted_by_what_is_asked_for() {
    let place = scratch();
    let mut repository = Repository::new(place.path().join("repository"));
    let module = "import datetime\nx = datetime.datetime.utcnow()\n";
    repository.write("app/api/a.py", module);
    repository.write("app/api/b.py", module);
    repository.write("app/core.py", module);
    repository.write("CODEOWNERS", "/app/api/ @api\n");
    repository.commit("first");
    repository.write("app/core.py", "x = 1\n");
    repository.commit("second");
    let table = |args: &[&str]| -> Vec<String> {
        let mut command = davy();
        command.args(["trend", "--every", "commit", "--format", "markdown"]).args(args);
        let output = run(command.current_dir(&repository.folder));
        assert!(output.status.success(), "{args:?}: {}", said(&output));
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.lines().skip(2).take_while(|line| line.starts_with('|')).map(str::to_owned).collect()
    };
    assert_eq!(table(&["--by", "family"]), ["| datetime | 3 | 3 | 2 | 0 | 1 |"]);
    assert_eq!(table(&["--by", "rule"]), ["| DTM001 | 3 | 3 | 2 | 0 | 1 |"]);
    assert_eq!(table(&["--by", "folder"]), ["| app/api | 2 | 2 | 2 | 0 | 0 |", "| app | 1 | 1 | 0 | 0 | 1 |"]);
    assert_eq!(table(&["--by", "owner"]), ["| \\@api | 2 | 2 | 2 | 0 | 0 |", "| (nobody) | 1 | 1 | 0 | 0 | 1 |"]);
    assert_eq!(table(&["--by", "author"]), ["| Ada L | 3 | 3 | 2 | 0 | 1 |"]);
    assert_eq!(table(&["--path", "app/core.py"]), ["| datetime | 1 | 1 | 0 | 0 | 1 |"]);
    assert_eq!(table(&["app/api"]), ["| datetime | 2 | 2 | 2 | 0 | 0 |"]);
    assert_eq!(table(&["app/api/a.py"]), ["| datetime | 1 | 1 | 1 | 0 | 0 |"]);
    for path in ["app/co", "nowhere", "/etc"] {
        let output = run(davy().args(["trend", "--every", "commit", "--path", path]).current_dir(&repository.folder));
        assert_eq!(output.status.code(), Some(2), "{path}: {}", said(&output));
    }
    // A narrow terminal holds every line.
    let mut command = davy();
    command.args(["trend", "--by", "folder"]).current_dir(&repository.folder).env("COLUMNS", "60");
    let text = String::from_utf8_lossy(&run(&mut command).stdout).into_owned();
    assert!(text.lines().all(|line| line.chars().count() <= 60), "{text}");
    let output = run(davy().args(["trend", "no/such"]).current_dir(&repository.folder));
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
}
