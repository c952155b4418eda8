//! Fixes of broken files, on real files that were broken on purpose: a safe one gives back the tree of the original.

use crate::common::oracle::{davy, root, run, run_with, said, say, scratch};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const SEED: &str = "20261127";
/// How many files are broken in each way.
const PER_KIND: &str = "18";

/// What a fix made of one broken file.
struct Mended {
    name: String,
    title: String,
    safe: bool,
    path: PathBuf,
}

fn breakages(args: &[&str], input: &Value) -> Value {
    let mut command = Command::new("python3");
    command.arg(root().join("tests/common/breakages.py")).args(args);
    let output = run_with(&mut command, &input.to_string());
    assert!(output.status.success(), "{}", said(&output));
    serde_json::from_slice(&output.stdout).expect("it answers in JSON")
}

/// Files of the standard library, neither small nor large, that are meant to parse.
fn originals() -> Vec<PathBuf> {
    let ask = "import sysconfig; print(sysconfig.get_paths()['stdlib'])";
    let output = run(Command::new("python3").args(["-c", ask]));
    let mut folders = vec![PathBuf::from(String::from_utf8_lossy(&output.stdout).trim())];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            let size = entry.metadata().map_or(0, |metadata| metadata.len());
            if path.is_dir() {
                let others = ["site-packages", "dist-packages", "lib2to3", "__pycache__"];
                if !others.contains(&name.as_str()) && !path.is_symlink() {
                    folders.push(path);
                }
            } else if name.ends_with(".py") && (2_000..60_000).contains(&size) && !name.contains("bad") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// The text after a fix, whose edits count in bytes.
fn applied(text: &[u8], fix: &Value) -> Vec<u8> {
    let offset = |edit: &Value, end: &str| edit[end]["offset"].as_u64().expect("an offset") as usize;
    let mut edits: Vec<&Value> = fix["edits"].as_array().expect("a list").iter().collect();
    edits.sort_by_key(|edit| (offset(edit, "start"), offset(edit, "end")));
    let (mut new, mut at) = (Vec::new(), 0);
    for edit in edits {
        new.extend_from_slice(&text[at..offset(edit, "start")]);
        new.extend_from_slice(edit["text"].as_str().expect("a text").as_bytes());
        at = offset(edit, "end");
    }
    new.extend_from_slice(&text[at..]);
    new
}

fn report(place: &Path) -> Value {
    let mut command = davy();
    command.args(["check", "--no-cache", "--select", "SYN", "--format", "json", "--exit-zero", "."]);
    let output = run(command.current_dir(place));
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    serde_json::from_slice(&output.stdout).expect("the report is JSON")
}

#[test]
fn safe_fixes_give_back_the_original() {
    let scratch = scratch();
    let place = scratch.path().canonicalize().expect("the scratch folder is there");
    let (broken, mended) = (place.join("broken"), place.join("mended"));
    for folder in [&broken, &mended] {
        fs::create_dir(folder).expect("the scratch folder is writable");
    }
    let made = breakages(&["make", SEED, PER_KIND, &broken.to_string_lossy()], &json!(originals()));
    let made = made.as_object().expect("an object");
    let kinds: BTreeSet<&str> = made.keys().map(|name| &name[..name.len() - 7]).collect();
    assert!(made.len() >= 500 && kinds.len() >= 30, "{} of {} kinds", made.len(), kinds.len());

    let mut all: Vec<Mended> = Vec::new();
    for finding in report(&broken)["findings"].as_array().expect("a list") {
        let name = finding["path"].as_str().expect("a path").to_owned();
        let text = fs::read(broken.join(&name)).expect("the file is there");
        let others = finding["alternatives"].as_array().expect("a list");
        for fix in std::iter::once(&finding["fix"]).chain(others).filter(|fix| !fix.is_null()) {
            let path = mended.join(format!("{}.py", all.len()));
            fs::write(&path, applied(&text, fix)).expect("the scratch folder is writable");
            let title = fix["title"].as_str().expect("a title").to_owned();
            all.push(Mended { name: name.clone(), title, safe: fix["safety"] == "safe", path });
        }
    }
    let pairs: Vec<Value> = all.iter().map(|one| json!([made[&one.name], one.path])).collect();
    let same = breakages(&["same"], &json!(pairs));
    let same: Vec<bool> = serde_json::from_value(same).expect("one answer each");
    let wrong: Vec<String> = all
        .iter()
        .zip(&same)
        .filter(|(one, same)| one.safe && !**same)
        .map(|(one, _)| format!("{}: {}", one.name, one.title))
        .collect();
    assert!(wrong.is_empty(), "not what the original was:\n{}", wrong.join("\n"));

    let names = |test: &dyn Fn(&Mended, bool) -> bool| -> usize {
        let chosen = all.iter().zip(&same).filter(|(one, same)| test(one, **same));
        chosen.map(|(one, _)| &one.name).collect::<BTreeSet<_>>().len()
    };
    let (safe, right, offered) = (names(&|one, _| one.safe), names(&|_, same| same), names(&|_, _| true));
    say(&format!(
        "syntax_fixes: {} breakages of {} kinds: {offered} with a fix, {right} with the right one among its alternatives, \
         {safe} safe, all of them right; 0 skipped",
        made.len(),
        kinds.len()
    ));
    assert!(safe * 5 >= made.len() * 2, "{safe} safe fixes for {} breakages", made.len());
    assert!(right * 10 >= made.len() * 9, "{right} right fixes for {} breakages", made.len());
    for kind in kinds {
        let of_kind = all.iter().zip(&same).any(|(one, same)| one.name.starts_with(kind) && *same);
        assert!(of_kind, "nothing mends {kind}");
    }

    no_line_is_lost(&broken);
}

/// With all fixes written, safe and unsafe, every line that is not a fence or a marker is still there, if not as it was.
fn no_line_is_lost(place: &Path) {
    let lines = |text: &str| -> usize {
        let marker = |line: &&str| ["```", "=======", ">>>>>>>"].iter().any(|sign| line.starts_with(sign));
        text.lines().filter(|line| !line.trim().is_empty() && !marker(line)).count()
    };
    let count = || -> BTreeMap<PathBuf, usize> {
        let entries = fs::read_dir(place).expect("the folder is there").flatten();
        entries
            .map(|entry| (entry.path(), lines(&fs::read_to_string(entry.path()).expect("the file is text"))))
            .collect()
    };
    let before = count();
    let mut command = davy();
    command.args(["check", "--no-cache", "--select", "SYN", "--fix", "--unsafe-fixes", "--exit-zero", "--quiet", "."]);
    let output = run(command.current_dir(place));
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let after = count();
    for (path, lines) in &before {
        assert!(after[path] >= *lines, "{}: {lines} lines, then {}", path.display(), after[path]);
    }
    let left = report(place)["findings"].as_array().expect("a list").len();
    say(&format!("syntax_fixes: {} files fixed, {left} places left; 0 skipped", before.len()));
    assert!(left * 10 <= before.len(), "{left} places are left in {} files", before.len());
}
