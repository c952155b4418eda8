//! The family of tests on whole projects: what is looked up for every test is looked up once.

use crate::common::project::Project;
use std::time::{Duration, Instant};

fn project(files: usize) -> Project {
    let conftest = "import pytest\n\n@pytest.fixture\ndef fx():\n    return 1\n";
    let project = Project::new(&[
        ("pytest.ini", "[pytest]\n"),
        ("requirements.txt", "pytest\n"),
        ("tests/conftest.py", conftest),
    ]);
    let tests: String = (0..20).map(|n| format!("def test_{n}(fx, tmp_path, nope):\n    assert fx\n")).collect();
    (0..files).for_each(|file| project.write(&format!("tests/test_m{file}.py"), &tests));
    project
}

#[test]
fn four_times_the_tests_take_about_four_times_as_long() {
    let time = |files: usize| -> Duration {
        let project = project(files);
        let runs = (0..2).map(|_| {
            let start = Instant::now();
            let run = project.davy(&["check", "--no-cache", "--select", "TST", "--statistics"]);
            assert!(run.out.contains(&format!("{}", files * 20)), "{}", run.out);
            start.elapsed()
        });
        runs.min().expect("two runs")
    };
    let (few, many) = (time(250), time(1_000));
    assert!(many < few * 8 + Duration::from_millis(500), "{few:?} for 250 files, {many:?} for 1,000");
}

#[test]
fn a_project_that_is_a_package_itself_ends() {
    let test = "from ..missing import x\n\ndef test_x():\n    assert x\n";
    let project = Project::new(&[
        ("pytest.ini", "[pytest]\n"),
        ("__init__.py", ""),
        ("tests/__init__.py", ""),
        ("tests/test_x.py", test),
    ]);
    let run = project.davy(&["check", "--no-cache", "--select", "TST"]);
    assert!(run.out.contains("TST011"), "{}", run.out);
}
