//! The page of the readiness report in a real browser: what it shows, what it asks of the network, who can use it.

use crate::common::oracle::{root, run, said, say, scratch, skip, venv};
use davy::debt::html::page;
use davy::debt::{Document, Verdict};
use std::path::PathBuf;
use std::process::Command;

const PACKAGES: &[&str] = &["playwright==1.65.2", "axe-core-python==0.1.0"];

/// Every part of the report, and names that want to be markup, code, or read from right to left.
fn hostile() -> Document {
    serde_json::from_str(include_str!("data/report/hostile.json")).expect("it is a document")
}

/// The same outside of a repository.
fn without_git() -> Document {
    let mut document = hostile();
    (document.commit, document.trend, document.compare) = (None, None, None);
    document.hotspots.clear();
    document.ages.clear();
    for entry in &mut document.findings {
        (entry.born, entry.from_the_beginning) = (None, false);
    }
    document
}

/// A repository of one commit in which nothing was found.
fn empty() -> Document {
    let mut document = hostile();
    document.verdict = Verdict { go: true, reasons: Vec::new() };
    for section in &mut document.sections {
        (section.score, section.clean) = (100, section.files);
        (section.errors, section.warnings, section.notes, section.minutes) = (0, 0, 0, 0);
        section.rules.clear();
        section.findings.clear();
    }
    document.recommendations.clear();
    document.hotspots.clear();
    document.owners.owners.clear();
    document.ages.clear();
    document.order.clear();
    document.findings.clear();
    document.compare = None;
    let trend = document.trend.as_mut().expect("it has a history");
    (trend.commits, trend.looked_at) = (1, 1);
    trend.dates.truncate(1);
    trend.families.clear();
    trend.periods.clear();
    trend.forecasts.clear();
    document
}

/// The browser of this machine.
fn chromium() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome"];
    std::env::split_paths(&path)
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .find(|program| program.is_file())
}

#[test]
fn a_browser_finds_nothing_wrong_with_the_page() {
    let test = "report_page::a_browser_finds_nothing_wrong_with_the_page";
    let Some(chromium) = chromium() else { return say(&format!("{test}: skipped: no chromium; 1 skipped")) };
    let python = match venv("report", PACKAGES) {
        Ok(python) => python,
        Err(why) => return skip(test, &why),
    };
    let folder = scratch();
    let documents = [("hostile", hostile()), ("without-git", without_git()), ("empty", empty())];
    let files = documents.map(|(name, document)| {
        let file = folder.path().join(name).with_extension("html");
        std::fs::write(&file, page(&document)).expect("the folder is writable");
        file
    });
    let script = root().join("tests/data/report/check.py");
    let output = run(Command::new(python).arg(script).arg(chromium).args(files));
    assert!(output.status.success() && output.stdout.is_empty(), "{}", said(&output));
    let checked = String::from_utf8_lossy(&output.stderr);
    assert_eq!(checked.matches("checked ").count(), 3, "{checked}");
    say("report_page: 3 pages, light and dark, wide and narrow: nothing is wrong; 0 skipped");
}
