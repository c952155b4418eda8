//! What davy calls broken, CPython does not compile, and the other way round; and no fix breaks a file that compiled.

use crate::common::oracle::{copy, davy, root, run, run_with, said, say, scratch};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const SAMPLE: usize = 400;
const SEED: u64 = 20_240_301;

/// Prints the paths that do not compile, and how.
const COMPILE: &str = "
import sys, json, warnings
warnings.simplefilter('ignore')
answers = {}
for path in json.load(sys.stdin):
    try:
        compile(open(path, 'rb').read(), path, 'exec', dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        answers[path] = '%s: %s' % (type(error).__name__, error)
    except RecursionError:
        pass
print(json.dumps(answers))
";

/// `python3` on the path, and whatever pyenv has, from 3.8 on: (version, interpreter, its standard library).
fn pythons() -> Vec<((u32, u32), PathBuf, PathBuf)> {
    let mut candidates = vec![PathBuf::from("python3")];
    if let Some(home) = std::env::var_os("HOME") {
        let versions = fs::read_dir(Path::new(&home).join(".pyenv/versions")).into_iter().flatten().flatten();
        candidates.extend(versions.map(|entry| entry.path().join("bin/python")));
    }
    candidates.sort();
    let ask = "import sys, sysconfig; print(*sys.version_info[:2], sysconfig.get_paths()['stdlib'])";
    let mut found: Vec<((u32, u32), PathBuf, PathBuf)> = Vec::new();
    for candidate in candidates {
        let Ok(output) = Command::new(&candidate).args(["-c", ask]).output() else { continue };
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut words = said.trim().splitn(3, ' ');
        let (Some(major), Some(minor), Some(library)) = (words.next(), words.next(), words.next()) else { continue };
        let (Ok(major), Ok(minor)) = (major.parse(), minor.parse()) else { continue };
        if (major, minor) >= (3, 8) && found.iter().all(|(version, ..)| *version != (major, minor)) {
            found.push(((major, minor), candidate, PathBuf::from(library)));
        }
    }
    found.sort();
    found
}

#[test]
fn verdicts_and_fixes() {
    let pythons = pythons();
    assert!(!pythons.is_empty(), "python3 has to be on the path");
    for (version, python, library) in &pythons {
        one_python(*version, python, library);
    }
}

/// What a Python does otherwise, and why davy does not follow it.
const OTHERWISE: &[((u32, u32), &str)] = &[
    // The parser has no room for what one old version took: `((x) := 1)`, `print((*a))`.
    ((3, 8), "((x) := 1)"),
    ((3, 8), "print((*a))"),
];

/// Pieces of CPython's own tests, and blocks of ours alone, in pairs and in threes: refused by davy exactly where this Python refuses them.
#[test]
fn verdicts_on_pieces() {
    let blocks = root().join("tests/data/syntax/blocks.txt");
    for (version, python, library) in &pythons() {
        let scratch = scratch();
        let place = scratch.path().canonicalize().expect("the scratch folder is there");
        let mut files = Vec::new();
        sources(&library.join("test"), &mut files);
        files.retain(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("test_")));
        files.sort();
        let asked = serde_json::json!({"out": place, "files": files, "blocks": blocks});
        let script = root().join("tests/common/snippets.py");
        let output = run_with(Command::new(python).arg(script), &asked.to_string());
        assert!(output.status.success(), "{}", said(&output));
        let verdicts: std::collections::BTreeMap<String, Option<String>> =
            serde_json::from_slice(&output.stdout).expect("it answers in JSON");
        assert!(verdicts.len() > 1_500, "{} pieces", verdicts.len());
        let (major, minor) = *version;
        let target = format!("target-version = '{major}.{minor}'");
        let mut command = davy();
        command
            .args([
                "check",
                "--select",
                "SYN",
                "--format",
                "json",
                "--exit-zero",
                "--no-cache",
                "--config",
                &target,
                ".",
            ])
            .current_dir(&place);
        let output = run(&mut command);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("the report is JSON");
        let found: BTreeSet<&str> = report["findings"]
            .as_array()
            .expect("it has findings")
            .iter()
            .filter_map(|one| one["path"].as_str())
            .collect();
        let text = |name: &str| fs::read_to_string(place.join(name)).unwrap_or_default();
        let known = |name: &str| OTHERWISE.iter().any(|(of, part)| of == version && text(name).contains(part));
        let other: Vec<String> = verdicts
            .iter()
            .filter(|(name, verdict)| verdict.is_some() != found.contains(name.as_str()) && !known(name))
            .map(|(name, verdict)| format!("{name}: Python says {verdict:?}:\n{}", text(name)))
            .collect();
        let refused = verdicts.values().flatten().count();
        say(&format!(
            "oracle_cpython: Python {major}.{minor}: {} pieces, {refused} refused, {} verdicts differ; 0 skipped",
            verdicts.len(),
            other.len()
        ));
        assert!(other.len() * 500 <= verdicts.len(), "agreement is below 99.8 %:\n{}", other.join("\n---\n"));
        if (3, 11) <= *version && *version <= (3, 13) {
            assert!(other.is_empty(), "{}", other.join("\n---\n"));
        }
    }
}

/// Every file of every standard library found, Python 2.7's too: broken to davy exactly where it is broken to its Python, or to all of them.
#[test]
fn verdicts_on_whole_libraries() {
    let pythons = pythons();
    for (version, python, library) in &pythons {
        let name = format!("{}.{}", version.0, version.1);
        whole_library(&format!("Python {name}"), &[python], library, Some(&name));
    }
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let versions = fs::read_dir(home.join(".pyenv/versions")).into_iter().flatten().flatten();
    let mut old = versions.map(|entry| entry.path().join("lib/python2.7")).filter(|library| library.is_dir());
    match old.next() {
        Some(library) => {
            let all: Vec<&PathBuf> = pythons.iter().map(|(_, python, _)| python).collect();
            whole_library("Python 2.7, to all of them", &all, &library, None);
        }
        None => say("oracle_cpython: no Python 2.7: skipped"),
    }
}

/// `target` is the Python that davy is told of; without one, it reports what is invalid in all.
fn whole_library(name: &str, pythons: &[&PathBuf], library: &Path, target: Option<&str>) {
    let scratch = scratch();
    let place = scratch.path().canonicalize().expect("the scratch folder is there");
    let mut all = Vec::new();
    sources(library, &mut all);
    let mut files = Vec::new();
    for path in all {
        let target = place.join(path.strip_prefix(library).expect("it lies in the library"));
        fs::create_dir_all(target.parent().expect("it has a folder")).expect("the scratch folder is writable");
        fs::copy(&path, &target).expect("the scratch folder is writable");
        files.push(target);
    }
    let mut broken: BTreeSet<PathBuf> = files.iter().cloned().collect();
    for python in pythons {
        let refused: BTreeSet<PathBuf> = uncompiled(python, &files).into_iter().map(|(path, _)| path).collect();
        broken.retain(|path| refused.contains(path));
    }
    let mut command = davy();
    command.args(["check", "--select", "SYN", "--format", "json", "--exit-zero", "--no-cache"]).current_dir(&place);
    if let Some(target) = target {
        command.arg("--config").arg(format!("target-version = '{target}'"));
    }
    let output = run(command.arg("."));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("the report is JSON");
    let findings = report["findings"].as_array().expect("it has findings").iter();
    let errors = findings.filter(|one| one["severity"] == "error");
    let found: BTreeSet<PathBuf> = errors.map(|one| place.join(one["path"].as_str().expect("a path"))).collect();
    say(&format!(
        "oracle_cpython: the library of {name}: {} files, {} broken, {} to davy; 0 skipped",
        files.len(),
        broken.len(),
        found.len()
    ));
    assert!(files.len() > 1_000, "{}", library.display());
    let differ: Vec<_> = found.symmetric_difference(&broken).collect();
    assert!(differ.is_empty(), "{name}: {differ:?}");
}

fn one_python(version: (u32, u32), python: &Path, library: &Path) {
    let scratch = scratch();
    let place = scratch.path().canonicalize().expect("the scratch folder is there");
    copy(&root().join("fixtures/gas-delivery"), &place.join("gas-delivery"));
    let mut all = Vec::new();
    sources(library, &mut all);
    all.retain(|path| {
        let text = path.to_string_lossy().replace('\\', "/");
        !["site-packages", "lib2to3/tests/data", "/bad_coding", "/badsyntax_", "/bad_"]
            .iter()
            .any(|part| text.contains(part))
    });
    for path in sample(all) {
        let relative = path.strip_prefix(library).expect("the sample lies in the library");
        let target = place.join("Lib").join(relative);
        fs::create_dir_all(target.parent().expect("it has a folder")).expect("the scratch folder is writable");
        fs::copy(&path, &target).expect("the scratch folder is writable");
    }
    let mut files = Vec::new();
    sources(&place, &mut files);
    files.sort();
    let name = format!("{}.{}", version.0, version.1);
    let target = format!("target-version = '{name}'");

    // Each file by itself: broken to davy exactly where it is broken to this Python.
    let broken = uncompiled(python, &files);
    let mut command = davy();
    command
        .args(["check", "--select", "SYN", "--format", "json", "--exit-zero", "--config", &target, "."])
        .current_dir(&place);
    let output = run(&mut command);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("the report is JSON");
    let paths = report["findings"].as_array().expect("it has findings").iter();
    let found: BTreeSet<PathBuf> = paths.map(|one| place.join(one["path"].as_str().expect("a path"))).collect();
    let missed: Vec<String> = broken
        .iter()
        .filter(|(path, _)| !found.contains(path))
        .map(|(path, why)| format!("{}: {why}", path.display()))
        .collect();
    let wrong: Vec<&PathBuf> = found.iter().filter(|path| !broken.iter().any(|(one, _)| one == *path)).collect();
    assert!(wrong.is_empty(), "Python {name} compiles what davy calls broken: {wrong:?}");
    assert!(missed.is_empty(), "Python {name} does not compile what davy passes:\n{}", missed.join("\n"));

    // Every fix there is: what compiled compiles, and a second run finds nothing more to do.
    let fix = || {
        let mut command = davy();
        command
            .args(["check", "--fix", "--unsafe-fixes", "--exit-zero", "--quiet", "--config", &target, "."])
            .current_dir(&place);
        let output = run(&mut command);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        files.iter().map(|path| fs::read(path).expect("the file is still there")).collect::<Vec<_>>()
    };
    let before: Vec<Vec<u8>> = files.iter().map(|path| fs::read(path).expect("the copy is readable")).collect();
    let once = fix();
    let after = uncompiled(python, &files);
    let spoilt: Vec<_> = after.iter().filter(|(path, _)| !broken.iter().any(|(one, _)| one == path)).collect();
    assert!(spoilt.is_empty(), "Python {name}: fixes broke {spoilt:?}");
    let changed = before.iter().zip(&once).filter(|(old, new)| old != new).count();
    let twice = fix();
    let moving: Vec<&PathBuf> =
        files.iter().zip(once.iter().zip(&twice)).filter(|(_, (a, b))| a != b).map(|(path, _)| path).collect();
    assert!(moving.is_empty(), "a second --fix changes {moving:?}");
    say(&format!(
        "oracle_cpython: Python {name}: {} files, {} broken to both, {changed} changed by fixes, none spoilt; 0 skipped",
        files.len(),
        broken.len()
    ));
}

fn uncompiled(python: &Path, files: &[PathBuf]) -> Vec<(PathBuf, String)> {
    let list = serde_json::to_string(files).expect("the paths are UTF-8");
    let output = run_with(Command::new(python).args(["-c", COMPILE]), &list);
    assert!(output.status.success(), "{}", said(&output));
    let answers: std::collections::BTreeMap<PathBuf, String> =
        serde_json::from_slice(&output.stdout).expect("it answers in JSON");
    answers.into_iter().collect()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
        if path.is_dir() && !is_link {
            if entry.file_name() != "__pycache__" && entry.file_name() != "site-packages" {
                sources(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "py") && path.to_str().is_some() {
            found.push(path);
        }
    }
}

/// The same files for the same library: shuffled by a small generator with a fixed seed.
fn sample(mut all: Vec<PathBuf>) -> Vec<PathBuf> {
    all.sort();
    let mut state = SEED;
    for index in (1..all.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let bound = index as u64 + 1;
        all.swap(index, usize::try_from((state >> 33) % bound).expect("it is an index"));
    }
    all.truncate(SAMPLE);
    all
}
