//! Where the work is, whose it is, and how long it has been there.

use super::write::{Column, attribute, code, figure, number, paragraph, places, table, text};
use crate::debt::{Age, Document, Entry, Hotspot, Owner, chart, words};

/// So many rows a table has; the JSON has all.
const ROWS: usize = 25;

/// What a table leaves out, in a sentence.
pub fn left_out(all: usize, shown: usize, word: &str) -> String {
    match all.saturating_sub(shown) {
        0 => String::new(),
        more => paragraph(&format!("And {} more: the report in JSON lists all.", words::counted(more, word))),
    }
}

/// The places of errors and warnings that are wanted.
fn chosen(document: &Document, is_wanted: impl Fn(&Entry) -> bool) -> Vec<usize> {
    let findings = document.findings.iter().enumerate();
    let chosen = findings.filter(|(_, entry)| entry.severity != "note" && is_wanted(entry));
    chosen.map(|(index, _)| index).collect()
}

/// Files that change often and have much to mend.
pub fn hotspots(document: &Document) -> String {
    if document.hotspots.is_empty() {
        return paragraph(words::no_history(document).unwrap_or(words::NO_HOTSPOT));
    }
    let columns: &[Column] = &[
        ("File", false),
        ("Owner", false),
        ("Commits", true),
        ("Findings", true),
        ("Debt", true),
        ("Commits \u{d7} minutes", true),
    ];
    let shown = document.hotspots.iter().take(ROWS);
    let rows: Vec<Vec<String>> = shown.map(|hotspot| hotspot_row(document, hotspot)).collect();
    format!(
        "{}{}{}",
        paragraph(words::hotspots(document)),
        table("Hotspots, the worst first", columns, &rows),
        left_out(document.hotspots.len(), ROWS, "file")
    )
}

fn hotspot_row(document: &Document, hotspot: &Hotspot) -> Vec<String> {
    let findings = chosen(document, |entry| entry.path == hotspot.path);
    vec![
        code(&hotspot.path),
        format!("<bdi>{}</bdi>", text(&hotspot.owner)),
        words::grouped(hotspot.commits),
        places(document, &findings, &number(hotspot.findings, "finding"), "href=\"#findings\""),
        words::duration(hotspot.minutes),
        words::grouped(usize::try_from(hotspot.weight).unwrap_or(usize::MAX)),
    ]
}

/// Whose it is.
pub fn owners(document: &Document) -> String {
    let owners = &document.owners.owners;
    if owners.is_empty() {
        return paragraph(words::NO_OWNER);
    }
    let columns: &[Column] = &[
        ("Owner", false),
        ("Findings", true),
        ("Errors", true),
        ("Warnings", true),
        ("Time to mend", true),
        ("Median age", true),
    ];
    let rows: Vec<Vec<String>> = owners.iter().take(ROWS).map(|owner| owner_row(document, owner)).collect();
    format!(
        "{}{}{}",
        paragraph(&text(&words::owners_by(&document.owners))),
        table("Owners, most time to mend first", columns, &rows),
        left_out(owners.len(), ROWS, "owner")
    )
}

fn owner_row(document: &Document, owner: &Owner) -> Vec<String> {
    let findings = chosen(document, |entry| entry.owner == owner.name);
    let rest = format!("href=\"#findings\" data-owner=\"{}\"", attribute(&owner.name));
    vec![
        format!("<bdi>{}</bdi>", text(&owner.name)),
        places(document, &findings, &number(owner.errors + owner.warnings, "finding"), &rest),
        words::grouped(owner.errors),
        words::grouped(owner.warnings),
        words::duration(owner.minutes),
        owner.age.map_or("\u{2013}".to_owned(), |days| words::counted(days as usize, "day")),
    ]
}

/// How old it is.
pub fn ages(document: &Document) -> String {
    if document.ages.is_empty() {
        return paragraph(words::NO_AGE);
    }
    let columns: &[Column] = &[("Age", false), ("Findings", true), ("Errors", true), ("Warnings", true)];
    let rows: Vec<Vec<String>> = document.ages.iter().map(|age| age_row(document, age)).collect();
    let said = "<span class=\"key error\">errors</span> <span class=\"key warning\">warnings</span>";
    let chart = chart::ages("Age of findings", &document.ages);
    let figure = chart.map(|svg| figure("Age of findings", said, &svg)).unwrap_or_default();
    let table = table("Findings by age", columns, &rows);
    format!("{}<div class=\"beside\">\n{figure}{table}</div>\n", paragraph(&text(&words::as_of(document))))
}

fn age_row(document: &Document, age: &Age) -> Vec<String> {
    vec![
        text(&age.label),
        places(document, &age.findings, &number(age.errors + age.warnings, "finding"), "href=\"#findings\""),
        words::grouped(age.errors),
        words::grouped(age.warnings),
    ]
}
