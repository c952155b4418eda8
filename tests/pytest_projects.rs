//! Small projects, judged by davy and by real pytest: what keeps tests from running, and what looks like it and does not.
//!
//! `tests/data/pytest/projects.txt` says of each what pytest makes of it, and where davy says something else, why.

use crate::common::oracle::{bin, davy, root, run, said, say, scratch, skip, venv};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

struct Project {
    name: &'static str,
    /// `fails`, `warns`, `passes`, `skips`.
    pytest: &'static str,
    /// Why davy says something else.
    but: Option<&'static str>,
    files: Vec<(&'static str, String)>,
}

fn projects() -> Vec<Project> {
    let mut projects: Vec<Project> = Vec::new();
    for line in include_str!("data/pytest/projects.txt").lines() {
        if let Some(head) = line.strip_prefix("## ") {
            let (name, verdict) = head.split_once(": ").expect("a project has a verdict");
            let (pytest, but) = match verdict.split_once("; ") {
                Some((pytest, but)) => (pytest, Some(but)),
                None => (verdict, None),
            };
            projects.push(Project { name, pytest, but, files: Vec::new() });
            continue;
        }
        let project = projects.last_mut().expect("a project comes first");
        match line.strip_prefix("=== ") {
            Some(path) => project.files.push((path, String::new())),
            None => {
                let (_, text) = project.files.last_mut().expect("a path comes first");
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    projects
}

fn write(project: &Project, into: &Path) -> PathBuf {
    let folder = into.join(project.name);
    let usual = ("requirements.txt", "pytest==9.2.0\npytest-asyncio==1.5.0\n".to_owned());
    let has_own = project.files.iter().any(|(path, _)| *path == usual.0);
    for (path, text) in project.files.iter().chain((!has_own).then_some(&usual)) {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        fs::write(path, text).expect("writable");
    }
    folder
}

#[test]
fn davy_says_what_pytest_says() {
    let place = scratch();
    let all = projects();
    assert!(all.len() > 200);
    let mut wrong = Vec::new();
    for project in &all {
        let folder = write(project, place.path());
        let mut command = davy();
        command.args(["check", "--no-cache", "--select", "SYN,TST", "--format", "concise", "--notes", "."]);
        let output = run(command.current_dir(&folder));
        let says =
            String::from_utf8_lossy(&output.stdout).lines().any(|line| line.contains(" SYN") || line.contains(" TST"));
        let is_bad = matches!(project.pytest, "fails" | "warns");
        if says != (is_bad != project.but.is_some()) {
            wrong.push(format!("{}: pytest {}, and davy says:\n{}", project.name, project.pytest, said(&output)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n---\n"));
    let bad = all.iter().filter(|project| matches!(project.pytest, "fails" | "warns"));
    let missed = bad.clone().filter(|project| project.but.is_some()).count();
    say(&format!(
        "pytest_projects: {} projects; of {} that pytest fails or warns of, davy misses {missed}; no false alarm on the others",
        all.len(),
        bad.count()
    ));
}

/// Projects whose tests only a run can tell: what is installed decides, or a hook.
const OPEN: [&str; 14] = [
    "anyio_is_fine",
    "f_param_star_params_is_fine",
    "g_ignore_collect_hook",
    "g_importorskip_then_submodule",
    "g_optional_skipif",
    "g_skip_in_except",
    "importorskip_is_fine",
    "importorskip_third_party",
    "l_value_rewraps_is_fine",
    "v2_apply_marks_loop_is_fine",
    "v2_fixture_kwargs_scope_is_fine",
    "v2_rewrap_loop_is_fine",
    "v2_rewrap_patch_is_fine",
    "wrapped_test_is_fine",
];

/// The node ids in what is printed, in order.
fn ids(printed: &str) -> Vec<String> {
    printed.lines().filter(|line| line.contains(".py::") && !line.starts_with(' ')).map(str::to_owned).collect()
}

#[test]
fn pytest_says_what_is_written() {
    let python = match venv("pytest-projects", &["pytest>=9,<10", "pytest-asyncio>=1,<2", "anyio>=4,<5"]) {
        Ok(python) => python,
        Err(why) => return skip("pytest_projects", &why),
    };
    // Plugins are rewritten once for all that follow, which are told to write nothing.
    let empty = scratch();
    let mut first = Command::new(&python);
    first.args(["-m", "pytest", "-q", "-p", "no:cacheprovider"]).env_remove("PYTHONDONTWRITEBYTECODE");
    run(first.current_dir(empty.path()));
    let all = projects();
    let (first, second) = all.split_at(all.len() / 2);
    let (mut wrong, mut compared) = (Vec::new(), 0);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| differences(&mut Pytest::start(&python), second));
        let halves = [differences(&mut Pytest::start(&python), first), other.join().expect("the other half is run")];
        for (differ, same) in halves {
            wrong.extend(differ);
            compared += same;
        }
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n---\n"));
    say(&format!("pytest_projects: {} projects run by pytest, {compared} ids the same; 0 skipped", all.len()));
}

/// Real pytest, imported once and forked for each run (`common/pytest_server.py`): importing it takes longer than most of the projects do.
struct Pytest {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Pytest {
    fn start(python: &Path) -> Pytest {
        let program = bin(python.parent().and_then(Path::parent).expect("an environment has a folder")).join("pytest");
        let mut command = Command::new(python);
        command.arg(root().join("tests/common/pytest_server.py")).arg(program);
        command
            .env_remove("PYTHONPATH")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = command.spawn().expect("Python starts");
        let requests = child.stdin.take().expect("standard input is piped");
        let answers = BufReader::new(child.stdout.take().expect("standard output is piped"));
        Pytest { child, requests, answers }
    }

    fn run(&mut self, folder: &Path) -> Value {
        let request = json!({ "folder": folder, "args": ["-q", "-p", "no:cacheprovider"] });
        writeln!(self.requests, "{request}").expect("the server reads");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("the server answers");
        serde_json::from_str(&answer).expect("the server answers in JSON")
    }
}

impl Drop for Pytest {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where pytest says something else than is written, or collects something else than davy; and how many ids are the same.
fn differences(pytest: &mut Pytest, projects: &[Project]) -> (Vec<String>, usize) {
    let place = scratch();
    let (mut wrong, mut compared) = (Vec::new(), 0);
    for project in projects {
        let folder = write(project, place.path());
        let answer = pytest.run(&folder);
        let (report, beside) = (answer["out"].as_str().unwrap_or_default(), &answer["err"]);
        // The end of the report; plugins warn beside it.
        let last = report.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
        let verdict = match answer["code"].as_i64() {
            Some(0 | 5) if last.contains("warning") => "warns",
            Some(0) => "passes",
            Some(5) => "skips",
            _ => "fails",
        };
        if !matches!(verdict, "fails") && !OPEN.contains(&project.name) {
            let listed: Vec<String> = serde_json::from_value(answer["ids"].clone()).expect("a list of ids");
            let mut command = davy();
            let own = run(command.args(["collect", "-q"]).current_dir(&folder)).stdout;
            let own = ids(&String::from_utf8_lossy(&own));
            let same = match own.iter().any(|id| id.contains("[...]")) {
                true => functions(&listed) == functions(&own),
                false => listed == own,
            };
            if !same {
                wrong.push(format!("{}: pytest collects {listed:?}, and davy {own:?}", project.name));
            }
            compared += listed.len();
        }
        if verdict != project.pytest {
            wrong.push(format!("{}: {verdict} rather than {}\n{report}\n{beside}", project.name, project.pytest));
        }
    }
    (wrong, compared)
}

/// The functions of node ids, for those whose parameters only a run can tell.
fn functions(ids: &[String]) -> Vec<&str> {
    let mut all: Vec<&str> = ids.iter().map(|id| id.split('[').next().unwrap_or(id)).collect();
    all.dedup();
    all
}
