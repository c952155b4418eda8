//! The baseline on real git: what is recorded blocks nobody, what is new fails, branches that mend different things merge.

use crate::common::oracle::{git, said, write};
use davy::baseline::Baseline;
use proptest::prelude::*;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn davy(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_davy")).args(args).current_dir(folder).output().expect("davy runs")
}

fn ok(folder: &Path, args: &[&str], code: i32) -> String {
    let output = davy(folder, args);
    assert_eq!(output.status.code(), Some(code), "davy {}: {}", args.join(" "), said(&output));
    said(&output)
}

fn naive(functions: &[&str]) -> String {
    let bodies = functions.iter().map(|name| format!("\n\ndef {name}():\n    return datetime.utcnow()\n"));
    "from datetime import datetime\n".to_owned() + &bodies.collect::<String>()
}

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    git(folder.path(), &["init", "-q"]);
    write(folder.path(), "pyproject.toml", "[project]\nname = \"case\"\nversion = \"0\"\n");
    write(folder.path(), "app/a.py", &naive(&["one", "two", "three"]));
    write(folder.path(), "app/b.py", &naive(&["four"]));
    folder
}

fn entries(folder: &Path) -> usize {
    let text = fs::read_to_string(folder.join("davy-baseline.jsonl")).expect("there is a baseline");
    Baseline::parse(&text).expect("it can be read").entries().count()
}

#[test]
fn a_team_takes_davy_up() {
    let project = project();
    let here = project.path();
    ok(here, &["check"], 1);
    assert!(ok(here, &["baseline", "create"], 0).contains("Recorded 4 findings"));
    assert!(ok(here, &["check"], 0).contains("Nothing new"));
    git(here, &["add", "-A"]);
    git(here, &["commit", "-qm", "adopt"]);

    // A branch brings one finding, and moves the others about.
    git(here, &["checkout", "-qb", "feature"]);
    let moved = "# a line more\nfrom datetime import datetime\n\n\ndef zero():\n    return  datetime.utcnow()  # new\n";
    write(
        here,
        "app/a.py",
        &(moved.to_owned() + naive(&["one", "two", "three"]).trim_start_matches("from datetime import datetime\n")),
    );
    let found = ok(here, &["check", "--format", "concise"], 1);
    assert_eq!(found.matches("DTM001").count(), 1, "{found}");
    assert!(found.contains("app/a.py:6:13"), "{found}");
    assert!(found.contains("Found 1 new warning"), "{found}");
    git(here, &["checkout", "-q", "."]);

    // Two branches mend entries that lie beside each other; both prune, and git merges them by itself.
    for (branch, functions) in [("first", ["two", "three"]), ("second", ["one", "three"])] {
        git(here, &["checkout", "-q", "main"]);
        git(here, &["checkout", "-qb", branch]);
        let kept = naive(&functions);
        let mended = ["one", "two", "three"].into_iter().find(|name| !functions.contains(name)).expect("one is mended");
        write(here, "app/a.py", &kept);
        write(here, &format!("app/{mended}.py"), "value = 1\n");
        assert!(ok(here, &["check"], 0).contains("1 more is fixed"));
        assert!(ok(here, &["baseline", "check"], 1).contains(&format!("fixed: app/a.py: DTM001 in {mended}")));
        assert!(ok(here, &["baseline", "prune"], 0).contains("Removed 1"));
        git(here, &["add", "davy-baseline.jsonl", &format!("app/{mended}.py")]);
        git(here, &["checkout", "-q", "app/a.py"]);
        git(here, &["commit", "-qm", branch]);
    }
    git(here, &["merge", "-q", "--no-edit", "first"]);
    assert_eq!(entries(here), 2);
    write(here, "app/a.py", &naive(&["three"]));
    assert!(ok(here, &["check"], 0).contains("Nothing new"));
    ok(here, &["baseline", "check"], 0);

    // What moves to another file of the same name stays known, and the update says so.
    fs::rename(here.join("app/b.py"), here.join("app/c.py")).expect("movable");
    assert!(ok(here, &["check"], 0).contains("Nothing new"));
    assert!(ok(here, &["baseline", "update"], 0).contains("> app/b.py is app/c.py now"));
    assert_eq!(entries(here), 2);
    fs::remove_file(here.join("app/c.py")).expect("removable");
    assert!(ok(here, &["check"], 0).contains("1 more is stale"));
    ok(here, &["baseline", "prune"], 0);
    assert_eq!(entries(here), 1);
}

#[test]
fn since_a_revision_only_what_is_new_counts() {
    let project = project();
    let here = project.path();
    git(here, &["add", "-A"]);
    git(here, &["commit", "-qm", "first"]);
    assert!(ok(here, &["check", "--since", "HEAD"], 0).contains("4 findings were there at `HEAD`"));

    // A branch renames a file, mends one finding and brings two, one of them in a file that git does not know yet.
    git(here, &["checkout", "-qb", "feature"]);
    git(here, &["mv", "app/a.py", "app/moved.py"]);
    write(here, "app/moved.py", &("import os\n".to_owned() + &naive(&["one", "two", "five"])));
    git(here, &["commit", "-qam", "work"]);
    write(here, "app/new.py", &naive(&["six"]));
    let text = ok(here, &["check", "--since", "main", "--format", "concise"], 1);
    assert_eq!(text.matches("DTM001").count(), 2, "{text}");
    assert!(text.contains("app/moved.py:14") && text.contains("app/new.py:5"), "{text}");
    assert!(text.contains("3 findings were there at `main`") && text.contains("and 1 is gone since"), "{text}");

    // What happens on the main branch in between is none of the branch's business.
    git(here, &["stash", "-qu"]);
    git(here, &["checkout", "-q", "main"]);
    write(here, "app/b.py", &naive(&[]));
    git(here, &["commit", "-qam", "mended on main"]);
    git(here, &["checkout", "-q", "feature"]);
    git(here, &["stash", "pop", "-q"]);
    assert_eq!(ok(here, &["check", "--since", "main", "--format", "concise"], 1), text);
    // A work tree of its own, and a folder below the root.
    let trees = tempfile::tempdir().expect("a temporary folder");
    let tree = trees.path().join("feature");
    git(here, &["worktree", "add", "-q", &tree.to_string_lossy(), "HEAD"]);
    assert_eq!(ok(&tree, &["check", "--since", "main", "--format", "concise"], 1).matches("DTM001").count(), 1);
    assert_eq!(
        ok(&tree.join("app"), &["check", "--since", "main", "--format", "concise"], 1).matches("DTM001").count(),
        1
    );
}

#[test]
fn a_pin_that_moves_brings_nothing_new() {
    let project = project();
    let here = project.path();
    let manifest =
        |pin: &str| format!("[project]\nname = \"case\"\nversion = \"0\"\ndependencies = [\"pydantic{pin}\"]\n");
    write(here, "pyproject.toml", &manifest("<2"));
    write(
        here,
        "app/m.py",
        "from pydantic import BaseModel\n\n\nclass M(BaseModel):\n    a: int\n\n\ndef show(m: M):\n    return m.dict()\n",
    );
    git(here, &["add", "-A"]);
    git(here, &["commit", "-qm", "first"]);
    write(here, "pyproject.toml", &manifest(">=2"));
    assert!(ok(here, &["check", "--format", "concise"], 1).contains("PYM004"));
    assert!(ok(here, &["check", "--since", "HEAD"], 0).contains("Nothing new"));
}

#[test]
fn the_index_is_what_is_committed() {
    let project = project();
    let here = project.path();
    git(here, &["add", "-A"]);
    // Before the first commit, everything is staged.
    assert_eq!(ok(here, &["check", "--staged", "--format", "concise"], 1).matches("DTM001").count(), 4);
    git(here, &["commit", "-qm", "first"]);
    ok(here, &["check", "--staged"], 0);
    // Staged with a finding, mended in the work tree only; another file the other way round.
    write(here, "app/c.py", &naive(&["staged"]));
    write(here, "app/d.py", "value = 1\n");
    git(here, &["add", "-A"]);
    write(here, "app/c.py", "value = 1\n");
    write(here, "app/d.py", &naive(&["unstaged"]));
    let text = ok(here, &["check", "--staged", "--format", "concise"], 1);
    assert!(text.contains("app/c.py:5") && !text.contains("app/d.py"), "{text}");
    let text = ok(here, &["check", "--changed", "--format", "concise"], 1);
    assert!(text.contains("app/d.py:5") && !text.contains("app/c.py") && !text.contains("app/a.py"), "{text}");
    // One more in a file that had some: only that one is new.
    git(here, &["checkout", "-q", "."]);
    write(here, "app/a.py", &naive(&["one", "two", "three", "more"]));
    git(here, &["add", "app/a.py"]);
    let text = ok(here, &["check", "--staged", "--since", "HEAD", "--format", "concise"], 1);
    assert_eq!(text.matches("DTM001").count(), 2, "{text}");
    assert!(text.contains("app/a.py:17") && text.contains("app/c.py:5"), "{text}");
}

#[test]
fn what_git_lacks_is_named() {
    let project = project();
    let here = project.path();
    assert!(ok(here, &["check", "--since", "HEAD"], 2).contains("nothing is committed yet"));
    git(here, &["add", "-A"]);
    git(here, &["commit", "-qm", "first"]);
    git(here, &["checkout", "-qb", "feature"]);
    write(here, "app/new.py", &naive(&["six"]));
    git(here, &["add", "-A"]);
    git(here, &["commit", "-qm", "work"]);
    assert!(ok(here, &["check", "--since", "nowhere"], 2).contains("git knows no commit `nowhere` here"));
    assert!(ok(here, &["check", "--since", "origin/gone"], 2).contains("git branch -a"));
    assert!(ok(here, &["check", "--since=-x"], 2).contains("git knows no commit"));

    let clone = tempfile::tempdir().expect("a temporary folder");
    let url = format!("file://{}", here.display());
    git(clone.path(), &["clone", "-q", "--depth", "1", "--branch", "feature", &url, "."]);
    let text = ok(clone.path(), &["check", "--since", "origin/main"], 2);
    // The fetch that it names is the one that is missing.
    let words = text.split('`').find_map(|part| part.strip_prefix("git fetch ")).expect("it names a fetch");
    let complete = tempfile::tempdir().expect("a temporary folder");
    git(complete.path(), &["clone", "-q", "--depth", "1", "--branch", "feature", &url, "."]);
    git(complete.path(), &[&["fetch", "-q"][..], &words.split(' ').collect::<Vec<_>>()].concat());
    assert!(ok(complete.path(), &["check", "--since", "origin/main"], 1).contains("Found 1 new warning"));
    let text = ok(clone.path(), &["check", "--since", "HEAD~1"], 2);
    assert!(text.contains("`git fetch --unshallow`"), "{text}");
    git(clone.path(), &["fetch", "-q", "--depth", "1", "origin", "main:refs/remotes/origin/main"]);
    let text = ok(clone.path(), &["check", "--since", "origin/main"], 2);
    assert!(text.contains("the clone is shallow") && text.contains("git fetch --unshallow"), "{text}");
    git(clone.path(), &["fetch", "-q", "--unshallow"]);
    assert!(ok(clone.path(), &["check", "--since", "origin/main"], 1).contains("Found 1 new warning"));

    let outside = tempfile::tempdir().expect("a temporary folder");
    write(outside.path(), "a.py", "x = 1\n");
    for args in [&["check", "--since", "HEAD"][..], &["check", "--staged"], &["check", "--changed"]] {
        let text = ok(outside.path(), args, 2);
        assert!(text.contains("this is no git repository"), "{text}");
    }
}

#[test]
fn only_what_was_looked_at_is_called_fixed() {
    let project = project();
    let here = project.path();
    ok(here, &["baseline", "create"], 0);
    for args in [vec!["check", "app/b.py"], vec!["check", "--select", "SEC"], vec!["check", "--ignore", "DTM"]] {
        let text = ok(here, &args, 0);
        assert!(!text.contains("fixed"), "{args:?}: {text}");
    }
    // A file that does not parse hides its findings, and mends none.
    write(here, "app/b.py", "def broken(:\n");
    let text = ok(here, &["check"], 1);
    assert!(text.contains("SYN001") && !text.contains("fixed"), "{text}");
    assert!(ok(here, &["check", "--no-baseline"], 1).contains("Found 1 error, 3 warnings"));
    let listed = ok(here, &["check", "--show-baselined", "--format", "concise"], 1);
    assert_eq!(listed.matches("(in the baseline)").count(), 3, "{listed}");
}

#[test]
fn a_rule_that_the_baseline_does_not_know_fails_nobody() {
    let project = project();
    let here = project.path();
    ok(here, &["baseline", "create"], 0);
    let path = here.join("davy-baseline.jsonl");
    let text = fs::read_to_string(&path).expect("readable");
    let older: String =
        text.lines().filter(|line| !line.contains("\"rule\":\"DTM001\"")).map(|line| format!("{line}\n")).collect();
    fs::write(&path, older.replace("\"DTM001\",", "")).expect("writable");
    let text = ok(here, &["check"], 0);
    assert!(text.contains("4 findings of a rule that it does not know yet (DTM001)"), "{text}");
    ok(here, &["baseline", "update"], 0);
    assert_eq!(entries(here), 4);
}

#[test]
fn what_fails_is_configured() {
    let project = project();
    let here = project.path();
    write(here, "tests/test_a.py", &naive(&["five"]));
    write(here, "app/s.py", "DB_PASSWORD = 'k3ep-me-0ut-of-here'\n");
    let gate = |text: &str| write(here, "davy.toml", text);
    for (text, code) in [
        ("", 1),
        ("[gate]\nfail-on = \"error\"\n", 1),
        ("[gate]\nfail-on = \"never\"\n", 0),
        ("[gate]\nfail-on = \"error\"\nrules = { SEC = \"never\" }\n", 0),
        // The more specific selector counts, whatever the order.
        ("[gate]\nrules = { all = \"never\", DTM = \"error\", naive-utcnow = \"warning\" }\n", 1),
        ("[gate]\nrules = { all = \"never\", DTM001 = \"error\" }\n", 0),
        // What is said of a file counts before what is said of a rule.
        ("[gate]\nrules = { all = \"warning\" }\npaths = { \"app\" = \"never\", \"tests\" = \"never\" }\n", 0),
        ("[gate]\npaths = { \"app\" = \"never\" }\n[severity]\nDTM = \"note\"\n", 0),
        // A note that fails is listed, and has its place in a baseline.
        ("[gate]\nfail-on = \"note\"\n[severity]\nDTM = \"note\"\n", 1),
    ] {
        gate(text);
        let found = ok(here, &["check", "--format", "concise"], code);
        assert_eq!(found.contains("app/a.py:5"), !text.contains("[severity]") || code == 1, "{text}: {found}");
    }
    ok(here, &["baseline", "create"], 0);
    assert!(ok(here, &["check"], 0).contains("The baseline holds 6 findings"));
    gate("[gate]\nfail-on = \"eror\"\n");
    assert!(ok(here, &["check"], 2).contains("did you mean `error`?"));
    gate("[gate]\nrules = { DMT = \"error\" }\n");
    assert!(ok(here, &["check"], 2).contains("DMT"));
}

#[test]
fn a_budget_only_falls() {
    let project = project();
    let here = project.path();
    let config = |most: usize| format!("# ours\n[gate.budgets]\nDTM = {most}  # to be mended\nPYM = 0\n");
    write(here, "davy.toml", &config(3));
    assert!(ok(here, &["check"], 1).contains("DTM: 4 findings, 3 allowed: 1 too many"));
    write(here, "davy.toml", &config(5));
    assert!(ok(here, &["check"], 0).contains("DTM: 4 of 5 findings allowed"));
    // Who looks at a part knows no total, and nothing of it fails by itself.
    assert!(!ok(here, &["check", "app/a.py"], 0).contains("allowed"));
    // What the baseline holds counts as well: a budget is about all there is.
    ok(here, &["baseline", "create"], 0);
    assert!(ok(here, &["check"], 0).contains("DTM: 4 of 5 findings allowed"));
    assert!(ok(here, &["baseline", "update"], 0).contains("the budget of DTM is 4 now, and was 5"));
    assert_eq!(fs::read_to_string(here.join("davy.toml")).expect("readable"), config(4));
    // It rises for nobody.
    write(here, "app/c.py", &naive(&["five"]));
    assert!(ok(here, &["check"], 1).contains("DTM: 5 findings, 4 allowed: 1 too many"));
    ok(here, &["baseline", "update"], 0);
    assert_eq!(fs::read_to_string(here.join("davy.toml")).expect("readable"), config(4));
    assert!(ok(here, &["check"], 1).contains("1 too many"));
    write(here, "davy.toml", "[gate.budgets]\nDTM = \"many\"\n");
    ok(here, &["check"], 2);
}

#[test]
fn comments_may_silence_until_a_day() {
    let project = project();
    let here = project.path();
    let line = |until: &str| {
        format!("from datetime import datetime\n\nNOW = datetime.utcnow()  # davy: ignore[DTM001] {until} why\n")
    };
    for (until, code, says) in [
        ("until=2999-12-31", 0, "All clear"),
        ("until=2020-01-31", 0, "DVY003"),
        ("until=2020-01-32", 1, "names no day"),
        ("until=", 1, "names no day"),
        ("until then", 0, "All clear"),
    ] {
        write(here, "app/b.py", &line(until));
        let found = ok(here, &["check", "app/b.py", "--notes", "--format", "concise"], code);
        assert!(found.contains(says) && !found.contains("DTM001"), "{until}: {found}");
    }
}

#[test]
fn secrets_stay_out_of_it() {
    let project = project();
    let here = project.path();
    write(here, "app/s.py", "DB_PASSWORD = 'k3ep-me-0ut-of-here'\nTOKEN, PASSWORD = 1, 'k3ep-me-0ut-of-here'\n");
    assert!(ok(here, &["check"], 1).contains("SEC"));
    ok(here, &["baseline", "create"], 0);
    let text = fs::read_to_string(here.join("davy-baseline.jsonl")).expect("readable");
    assert!(text.contains("SEC") && !text.contains("k3ep"), "{text}");
}

#[test]
fn what_detect_secrets_recorded_is_taken_over() {
    let project = project();
    let here = project.path();
    write(here, "app/s.py", "DB_PASSWORD = 'k3ep-me-0ut-of-here'\nAPI_PASSWORD = 'an0ther-0ne-of-th0se'\n");
    let theirs = r#"{"version": "1.5.0", "results": {"app/s.py": [{"type": "Secret Keyword", "filename": "app/s.py",
        "hashed_secret": "0", "is_verified": false, "line_number": 1}]}}"#;
    write(here, ".secrets.baseline", theirs);
    assert!(ok(here, &["baseline", "create", "--from-detect-secrets", ".secrets.baseline"], 0).contains("Recorded 1"));
    let text = ok(here, &["check", "--format", "concise"], 1);
    assert!(text.contains("app/s.py:2") && !text.contains("app/s.py:1:"), "{text}");
    let text = ok(here, &["baseline", "create", "--from-detect-secrets", "pyproject.toml"], 2);
    assert!(text.contains("no baseline of detect-secrets"), "{text}");
}

#[test]
fn a_baseline_that_is_none_is_told_and_kept() {
    let project = project();
    let here = project.path();
    ok(here, &["baseline", "create"], 0);
    let path = here.join("davy-baseline.jsonl");
    let good = fs::read_to_string(&path).expect("readable");
    let cases = [
        ("", "line 1 is no head"),
        ("{}\n", "line 1 is no head"),
        ("{\"davy-baseline\":99,\"rules\":[]}\n", "line 1 is no head"),
        (&*good.replacen("\"rule\"", "\"rle\"", 1), "line 2 is no entry: unknown field"),
        (&*good.replacen("{\"path\"", "<<<<<<< HEAD\n{\"path\"", 1), "line 2 is a mark of a merge conflict"),
    ];
    for (text, message) in cases {
        fs::write(&path, text).expect("writable");
        for args in [&["check"][..], &["baseline", "update"], &["baseline", "prune"], &["baseline", "check"]] {
            let found = ok(here, args, 2);
            assert!(found.contains(message), "{args:?}: {found}");
        }
        assert_eq!(fs::read_to_string(&path).expect("readable"), text);
    }
    fs::write(&path, good).expect("writable");
    ok(here, &["check"], 0);
    write(here, "pyproject.toml", "[tool.davy]\nbaseline = \"debt/known.jsonl\"\n");
    ok(here, &["check"], 1);
    write(here, "pyproject.toml", "[tool.davy]\nrequired-version = \">=99\"\n");
    assert!(ok(here, &["check"], 2).contains("the project wants davy >=99"));
}

/// Folders that are renamed as a whole, files that move across the path that is named: nothing of it is new.
#[test]
fn what_moves_is_not_new() {
    let project = project();
    let here = project.path();
    git(here, &["add", "-A"]);
    git(here, &["commit", "-qm", "start"]);
    git(here, &["mv", "app", "src"]);
    git(here, &["commit", "-qm", "move"]);
    assert!(ok(here, &["check", "--since", "HEAD~1"], 0).contains("4 findings were there"));
    write(here, "lib/c.py", &naive(&["five"]));
    git(here, &["add", "-A"]);
    git(here, &["commit", "-qm", "more"]);
    git(here, &["mv", "src/a.py", "lib/a.py"]);
    assert!(ok(here, &["check", "--since", "HEAD", "lib"], 0).contains("4 findings were there"));
    assert!(ok(here, &["check", "--since", "HEAD", "lib/a.py"], 0).contains("3 findings were there"));
    git(here, &["rm", "-rqf", "lib"]);
    assert!(ok(here, &["check", "--since", "HEAD"], 0).contains("4 are gone since"));
}

/// A project in a folder of a repository that has no configuration itself has its own baseline and budgets.
#[test]
fn a_project_below_the_top_keeps_its_own_record() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let here = folder.path();
    git(here, &["init", "-q"]);
    write(here, "one/davy.toml", "baseline = \"debt.jsonl\"\n[gate.budgets]\nDTM = 1\n");
    write(here, "one/a.py", &naive(&["a"]));
    write(here, "two/davy.toml", "");
    write(here, "two/b.py", &naive(&["b"]));
    let one = here.join("one");
    assert!(ok(&one, &["baseline", "create"], 0).contains("Recorded 1 finding in debt.jsonl"));
    ok(here, &["check", "one"], 0);
    assert!(ok(here, &["baseline", "create", "two"], 0).contains("two/davy-baseline.jsonl"));
    ok(here, &["check", "two/b.py"], 0);
    write(here, "one/a.py", &naive(&["a", "c"]));
    // A budget that is exceeded says so whatever is printed.
    for args in [
        &["check", "one"][..],
        &["check", "one", "-q"],
        &["check", "one", "--format", "json"],
        &["check", "one", "--format", "sarif"],
    ] {
        let output = davy(here, args);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        let text = said(&output);
        assert!(text.contains("DTM: 2 findings, 1 allowed"), "{args:?}: {text}");
    }
}

#[test]
fn another_secret_in_the_same_place_is_new_to_a_revision() {
    let project = project();
    let here = project.path();
    write(here, "app/s.py", "def f(db):\n    db.connect(password=\"hunter2-Zq8!x\")\n");
    git(here, &["add", "-A"]);
    git(here, &["commit", "-qm", "start"]);
    ok(here, &["check", "--since", "HEAD"], 0);
    write(here, "app/s.py", "def f(db):\n    db.connect(password=\"Another-9secretZ\")\n");
    let text = ok(here, &["check", "--since", "HEAD", "--format", "json"], 1);
    assert!(text.contains("SEC002") && !text.contains("9secretZ"), "{text}");
}

#[test]
fn the_index_has_its_own_baseline() {
    let project = project();
    let here = project.path();
    ok(here, &["baseline", "create"], 0);
    git(here, &["add", "-A"]);
    git(here, &["commit", "-qm", "start"]);
    write(here, "app/b.py", &naive(&["four", "new"]));
    git(here, &["add", "app"]);
    ok(here, &["check", "--staged"], 1);
    // What is recorded and not staged is not committed.
    ok(here, &["baseline", "update"], 0);
    ok(here, &["check", "--staged"], 1);
    git(here, &["add", "davy-baseline.jsonl"]);
    ok(here, &["check", "--staged"], 0);
}

/// A kill at any moment leaves the old record or the new one, and the budgets as they were or lowered; the next run finishes it.
#[test]
fn a_kill_under_update_loses_no_entry() {
    let project = project();
    let here = project.path();
    let many: Vec<String> = (0..1500).map(|number| format!("f{number}")).collect();
    let names: Vec<&str> = many.iter().map(String::as_str).collect();
    write(here, "app/a.py", &naive(&names));
    write(here, "davy.toml", "[gate.budgets]\nDTM = 9000\n");
    ok(here, &["baseline", "create"], 0);
    write(here, "app/a.py", &naive(&names[..1000]));
    write(here, "app/c.py", &naive(&["new"]));
    let read = |path: &str| fs::read_to_string(here.join(path)).expect("readable");
    let (old, old_budget) = (read("davy-baseline.jsonl"), read("davy.toml"));
    ok(here, &["baseline", "update"], 0);
    let (new, new_budget) = (read("davy-baseline.jsonl"), read("davy.toml"));
    assert!(old != new && old_budget != new_budget);
    let (mut before, mut after, mut seed) = (0, 0, 0x5EED_u64);
    for round in 0..24 {
        write(here, "davy-baseline.jsonl", &old);
        write(here, "davy.toml", &old_budget);
        let mut child = Command::new(env!("CARGO_BIN_EXE_davy"))
            .args(["baseline", "update"])
            .current_dir(here)
            .stdout(std::process::Stdio::null())
            .spawn()
            .expect("davy starts");
        // Two thirds of the rounds wait for a file that is being written, or for the record to be there.
        let staged = || {
            fs::read_dir(here)
                .expect("readable")
                .flatten()
                .any(|one| one.file_name().to_string_lossy().starts_with(".davy-"))
        };
        let hit = || if round % 3 == 0 { staged() } else { read("davy-baseline.jsonl") != old };
        while round % 3 != 2 && !hit() && child.try_wait().expect("a child").is_none() {
            std::thread::yield_now();
        }
        if round % 3 == 2 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            std::thread::sleep(std::time::Duration::from_millis(seed >> 57));
        }
        child.kill().expect("a child of ours");
        child.wait().expect("it ends");
        let (record, budget) = (read("davy-baseline.jsonl"), read("davy.toml"));
        assert!(record == old || record == new, "half a record");
        assert!(budget == old_budget || budget == new_budget && record == new, "half a configuration");
        *if record == old { &mut before } else { &mut after } += 1;
        ok(here, &["baseline", "update"], 0);
        assert_eq!((read("davy-baseline.jsonl"), read("davy.toml")), (new.clone(), new_budget.clone()));
    }
    assert!(before > 0 && after > 0, "the kills hit before and after, {before} and {after}");
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,200}|(\\{\"davy-baseline\":1,\"rules\":\\[\\]\\}\n)?([ -~]{0,40}\n){0,5}") {
        if let Ok(baseline) = Baseline::parse(&text) {
            prop_assert_eq!(Baseline::parse(&baseline.text()).expect("its own text"), baseline);
        }
    }

    #[test]
    fn nothing_is_lost_between_entries(names in prop::collection::vec("[a-c]{1,2}", 0..12), gone in prop::collection::vec(any::<bool>(), 12)) {
        let entry = |name: &String| davy::identity::Identity {
            path: name.clone(), rule: "DTM001".into(), scope: String::new(), content: "x".into(), ordinal: 0,
        };
        let all: Vec<_> = names.iter().map(entry).collect();
        let mut baseline = Baseline::new(Default::default(), Vec::new());
        baseline.add(&all);
        let mut sorted = all.clone();
        sorted.sort();
        let held: Vec<_> = baseline.entries().cloned().collect();
        prop_assert_eq!(&held, &sorted);
        let removed: Vec<_> = all.iter().zip(&gone).filter(|(_, gone)| **gone).map(|(one, _)| one.clone()).collect();
        baseline.remove(&removed);
        prop_assert_eq!(baseline.entries().count(), all.len() - removed.len());
    }
}
