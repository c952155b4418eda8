//! `davy collect` lists what `pytest --collect-only -q` lists: on a project of ours, id by id, and on packages whose sdists carry tests.

use crate::common::oracle::{davy, prepared, root, run, said, say, scratch, skip, step, venv};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Pure Python, few dependencies, and tests in the sdist; versions of one day, as wheels and sdists have to agree.
const PACKAGES: [&str; 8] = [
    "attrs==26.1.0",
    "click==8.5.1",
    "h11==0.16.0",
    "itsdangerous==2.2.0",
    "jinja2==3.1.6",
    "markupsafe==3.0.4",
    "more-itertools==11.2.1",
    "pluggy==1.7.0",
];
/// What their tests import.
const OTHERS: [&str; 5] = ["pytest==9.2.0", "hypothesis==6.*", "freezegun==1.*", "trio==0.*", "cloudpickle==3.*"];

/// A project with all that can be told from the source; the files stand one after the other.
fn project(folder: &Path) {
    let text = fs::read_to_string(root().join("tests/data/collect/project.txt")).expect("it is there");
    for file in text.split("--- ").skip(1) {
        let (path, text) = file.split_once('\n').expect("a path stands in a line of its own");
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        fs::write(path, text).expect("writable");
    }
}

fn ids(text: &str) -> Vec<String> {
    text.lines().filter(|line| line.contains("::") && !line.starts_with("ERROR")).map(str::to_owned).collect()
}

/// What pytest lists in a folder.
fn pytest(python: &Path, folder: &Path) -> Vec<String> {
    let mut command = Command::new(python);
    command.args(["-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]).current_dir(folder);
    let output = run(command.env("PYTHONPATH", "src").env_remove("PYTEST_ADDOPTS"));
    assert_eq!(output.status.code(), Some(0), "{}: {}", folder.display(), said(&output));
    ids(&String::from_utf8_lossy(&output.stdout))
}

/// The version of a Python, as `--python` takes it.
fn version(python: &Path) -> String {
    let ask = "import sys; print('%d.%d' % sys.version_info[:2])";
    let output = run(Command::new(python).args(["-c", ask]));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn collected(folder: &Path, version: &str) -> Value {
    let mut command = davy();
    let output = run(command.args(["collect", "--format", "json", "--python", version]).current_dir(folder));
    assert_eq!(output.status.code(), Some(0), "{}: {}", folder.display(), said(&output));
    serde_json::from_slice(&output.stdout).expect("it is JSON")
}

fn base(id: &str) -> String {
    id.split('[').next().unwrap_or(id).to_owned()
}

/// How two lists compare: functions that only one of them has, and how many of those that davy knows all ids of.
struct Compared {
    functions: usize,
    exact: usize,
    computed: usize,
    wrong: Vec<String>,
}

fn compare(davy: &Value, pytest: &[String]) -> Compared {
    let mut wanted: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for id in pytest {
        wanted.entry(base(id)).or_default().push(id.clone());
    }
    let mut compared = Compared { functions: wanted.len(), exact: 0, computed: 0, wrong: Vec::new() };
    let mut found: BTreeSet<String> = BTreeSet::new();
    for file in davy["files"].as_array().expect("a list") {
        for test in file["tests"].as_array().expect("a list") {
            let text = |value: &Value| value.as_str().expect("a text").to_owned();
            let function = format!("{}::{}", text(&file["path"]), text(&test["name"]));
            let mut here = wanted.get(&function).cloned().unwrap_or_default();
            found.insert(function.clone());
            let ids = test["ids"].as_array();
            let known: Option<Vec<String>> = match ids {
                Some(ids) => ids.iter().map(|id| id.as_str().map(|id| format!("{function}[{id}]"))).collect(),
                None => (test["parametrized"] == false).then(|| vec![function.clone()]),
            };
            match (known, test["count"].as_u64()) {
                (Some(mut ids), _) => {
                    ids.sort();
                    here.sort();
                    if ids == here {
                        compared.exact += 1;
                    } else {
                        compared.wrong.push(format!("{ids:?} is {here:?}"));
                    }
                }
                (None, Some(count)) if count as usize != here.len() => {
                    compared.wrong.push(format!("{function}: {count} are {}", here.len()));
                }
                (None, _) => compared.computed += 1,
            }
        }
    }
    let missing = wanted.keys().filter(|function| !found.contains(*function));
    compared.wrong.extend(missing.map(|function| format!("{function} is missing")));
    let extra = found.iter().filter(|function| !wanted.contains_key(*function));
    compared.wrong.extend(extra.map(|function| format!("{function} is none")));
    compared
}

#[test]
fn a_project_id_by_id() {
    let folder = scratch();
    project(folder.path());
    let python = match venv("collect", &[PACKAGES.as_slice(), &OTHERS].concat()) {
        Ok(python) => python,
        Err(why) => return skip("collect", &why),
    };
    let found = collected(folder.path(), &version(&python));
    let wanted = pytest(&python, folder.path());
    let compared = compare(&found, &wanted);
    assert!(compared.wrong.is_empty(), "{}", compared.wrong.join("\n"));
    let order = |ids: &[String]| -> Vec<String> {
        let mut bases: Vec<String> = ids.iter().map(|id| base(id)).collect();
        bases.dedup();
        bases
    };
    let quiet = run(davy().args(["collect", "-q", "--python", &version(&python)]).current_dir(folder.path()));
    assert_eq!(order(&ids(&said(&quiet))), order(&wanted), "in the same order");
    assert_eq!(compared.computed, 3, "ids that only a run can tell");
    assert!(compared.exact >= 50, "{} functions", compared.exact);

    // Without `-q` ids stand alone, one a line, and the rest says what is not collected.
    let output = run(davy().arg("collect").current_dir(folder.path()));
    let text = said(&output);
    for (path, reason) in [
        ("tests/test_classes.py:", "TestWithInit: it has an `__init__`"),
        ("tests/test_classes.py:", "TestOff: `__test__` is False"),
        ("tests/test_classes.py:", "Helper: 1 test in it, and `python_classes` has no pattern for this name"),
        ("tests/test_plain.py:", "test_twice: defined again in line"),
        ("tests/test_plain.py:", "test_inner: stands inside of a function"),
        ("tests/test_off.py", "`__test__ = False` for the whole file"),
        ("elsewhere/test_elsewhere.py", "1 test: outside of `tests`, `more_tests`"),
    ] {
        assert!(text.lines().any(|line| line.contains(path) && line.contains(reason)), "{path} {reason}:\n{text}");
    }
}

#[test]
fn packages_function_by_function() {
    let python = match venv("collect", &[PACKAGES.as_slice(), &OTHERS].concat()) {
        Ok(python) => python,
        Err(why) => return skip("collect", &why),
    };
    let version = version(&python);
    let sdists = prepared("sdists/collect", &PACKAGES.join("\n"), |place| {
        let _ = fs::remove_dir_all(place);
        fs::create_dir_all(place).map_err(|error| error.to_string())?;
        let pip = ["-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest", "."];
        step(Command::new(&python).args(pip).args(PACKAGES).current_dir(place))?;
        for archive in fs::read_dir(place).map_err(|error| error.to_string())?.flatten() {
            step(Command::new(&python).args(["-m", "tarfile", "-e"]).arg(archive.path()).current_dir(place))?;
        }
        Ok(())
    });
    let sdists = match sdists {
        Ok(sdists) => sdists,
        Err(why) => return skip("collect", &why),
    };
    let mut wrong = Vec::new();
    for package in PACKAGES {
        let name = package.replace("==", "-").replace('-', "_");
        let folder: Option<PathBuf> =
            fs::read_dir(&sdists).expect("the sdists are there").flatten().map(|one| one.path()).find(|path| {
                let file = path.file_name().unwrap_or_default().to_string_lossy().replace('-', "_");
                path.is_dir() && file == name
            });
        let folder = folder.unwrap_or_else(|| panic!("{package} has a folder"));
        let compared = compare(&collected(&folder, &version), &pytest(&python, &folder));
        say(&format!(
            "collect: {package}: {} functions, {} with all ids, {} with ids that only a run can tell, {} wrong; 0 skipped",
            compared.functions,
            compared.exact,
            compared.computed,
            compared.wrong.len()
        ));
        wrong.extend(compared.wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_cannot_be_collected_says_why() {
    let folder = scratch();
    let write = |path: &str, text: &str| fs::write(folder.path().join(path), text).expect("writable");
    write("pytest.ini", "[pytest]\n");
    write("test_a.py", "def test_a(: ...\n");
    write("test_b.py", "import pytest\n\n\n@pytest.mark.parametrize('x', [1])\ndef test_b(): ...\n");
    write("test_c.py", "def test_c(): ...\n");
    let collect = |args: &[&str]| run(davy().arg("collect").args(args).current_dir(folder.path()));
    let output = collect(&[]);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    for words in
        ["test_c.py::test_c\n", "test_a.py:1: ", "test_b.py:4: ", "1 test in 1 file, 2 files cannot be collected"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
    let quiet = collect(&["-q", "test_c.py"]);
    assert_eq!((quiet.status.code(), said(&quiet).as_str()), (Some(0), "test_c.py::test_c\n\n"));
    assert_eq!(collect(&["nowhere"]).status.code(), Some(2));
    assert_eq!(collect(&["--python", "three"]).status.code(), Some(2));
    write("pytest.ini", "[pytest\n");
    let broken = collect(&[]);
    assert_eq!(broken.status.code(), Some(2), "{}", said(&broken));
    assert!(said(&broken).contains("pytest.ini:1"), "{}", said(&broken));

    let empty = scratch();
    let output = run(davy().arg("collect").current_dir(empty.path()));
    assert_eq!((output.status.code(), said(&output).trim()), (Some(0), "0 tests in 0 files"));
}
