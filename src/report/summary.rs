//! How a run went, in one line, and what to type next: shared by every format that people read.
//!
//! Plain words without colour.

use super::{Gate, Report, count};
use crate::finding::Severity;
use std::collections::BTreeMap;

/// Numbers of a run.
#[derive(Debug, Default, Clone, Copy)]
pub struct Counts {
    /// Findings that fail the run and stand last.
    pub errors: usize,
    /// Findings that fail the run.
    pub warnings: usize,
    /// Findings that never fail it.
    pub notes: usize,
    /// Findings that `--fix` mends.
    pub safe: usize,
    /// Findings that only `--unsafe-fixes` mends.
    pub risky: usize,
}

impl Counts {
    /// Counts findings.
    pub fn of<'a>(findings: impl Iterator<Item = &'a super::Shown>) -> Counts {
        let mut counts = Counts::default();
        for shown in findings {
            match shown.finding.severity {
                Severity::Error => counts.errors += 1,
                Severity::Warning => counts.warnings += 1,
                Severity::Note => counts.notes += 1,
            }
            match &shown.fix {
                Some(fix) if fix.safe => counts.safe += 1,
                Some(_) => counts.risky += 1,
                None => {}
            }
        }
        counts
    }
}

/// `Found 9 errors, 31 warnings (and 12 notes) in 240 files: 25 can be fixed with --fix, 6 more with --unsafe-fixes`.
/// Notes that can be fixed are counted, too: `--fix` mends them.
pub fn line(report: &Report) -> String {
    let new = || report.findings.iter().filter(|shown| !shown.baselined);
    let Counts { errors, warnings, notes, safe, risky } = Counts::of(new());
    let files = count(report.files, "file");
    if errors + warnings == 0 && (notes == 0 || !report.show_notes) {
        return match (report.errors.len(), report.files) {
            (0, 0) => "No Python files to check".to_owned(),
            (0, _) if report.gate.is_some() => format!("Nothing new: {files}"),
            (0, _) => format!("All clear: {files}"),
            (problems, 0) => format!("Nothing was checked: {}", count(problems, "problem")),
            (problems, _) => {
                format!("No findings in {files}, but {} kept davy from the rest", count(problems, "problem"))
            }
        };
    }
    let mut parts = Vec::new();
    for (number, word) in [(errors, "error"), (warnings, "warning")] {
        if number > 0 {
            let new = if report.gate.is_some() { "new " } else { "" };
            parts.push(count(number, &format!("{new}{word}")));
        }
    }
    let notes = match (notes, parts.is_empty()) {
        (0, _) => String::new(),
        (_, true) => count(notes, "note"),
        (_, false) => format!(" (and {})", count(notes, "note")),
    };
    let fixes = match (safe, risky) {
        (0, 0) => String::new(),
        (_, 0) => format!(": {safe} can be fixed with --fix"),
        (0, _) => format!(": {risky} can be fixed with --unsafe-fixes"),
        _ => format!(": {safe} can be fixed with --fix, {risky} more with --unsafe-fixes"),
    };
    format!("Found {}{notes} in {files}{fixes}", parts.join(", "))
}

/// `Fixed 12 findings`, where that happened.
pub fn fixed(report: &Report) -> Option<String> {
    (report.fixed > 0).then(|| format!("Fixed {}", count(report.fixed, "finding")))
}

/// What the summary leaves out: notes that are not listed, what comments silence, and files that were not looked into.
pub fn aside(report: &Report) -> Option<String> {
    let notes = Counts::of(report.findings.iter()).notes;
    let notes = match notes {
        _ if report.show_notes => None,
        0 => None,
        1 => Some("1 note, --notes lists it".to_owned()),
        _ => Some(format!("{notes} notes, --notes lists them")),
    };
    let suppressed = (report.suppressed > 0).then(|| format!("{} suppressed", count(report.suppressed, "finding")));
    let skipped = (report.skipped > 0).then(|| {
        format!("{} skipped: binary, minified, over 5 MB or not fetched from LFS", count(report.skipped, "file"))
    });
    let parts: Vec<String> = notes.into_iter().chain(suppressed).chain(skipped).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// How the run stands against the baseline: what it holds, what can go from it, and what it does not know yet.
pub fn gate(report: &Report) -> Option<String> {
    let Gate { since, known, fixed, stale, of_new_rules } = report.gate.as_ref()?;
    if let Some(since) = since {
        let were = if *known == 1 { "was" } else { "were" };
        let gone = if *fixed == 0 { String::new() } else { format!(", and {fixed} {} gone since", are(*fixed)) };
        return Some(format!("{} {were} there at {since} already{gone}", count(*known, "finding")));
    }
    let mut parts = vec![format!("the baseline holds {}", count(*known, "finding"))];
    match (fixed, stale) {
        (0, 0) => {}
        (fixed, 0) => parts.push(format!("{fixed} more {} fixed: `davy baseline prune`", are(*fixed))),
        (0, stale) => parts.push(format!("{stale} more {} stale: `davy baseline prune`", are(*stale))),
        (fixed, stale) => parts.push(format!("{fixed} more are fixed, {stale} stale: `davy baseline prune`")),
    }
    if !of_new_rules.is_empty() {
        let total: usize = of_new_rules.values().sum();
        let rules: Vec<&str> = of_new_rules.keys().map(String::as_str).collect();
        let (word, rules) = (if rules.len() == 1 { "a rule" } else { "rules" }, rules.join(", "));
        let total = count(total, "finding");
        parts.push(format!("{total} of {word} that it does not know yet ({rules}): `davy baseline update`"));
    }
    let mut text = parts.join("; ");
    text.replace_range(..1, "T");
    Some(text)
}

/// How the findings stand against their budgets, a line each.
pub fn budgets(report: &Report) -> Vec<String> {
    let line = |(name, total, most): &(String, usize, usize)| match total.checked_sub(*most) {
        Some(over @ 1..) => format!("{name}: {}, {most} allowed: {over} too many", count(*total, "finding")),
        _ => format!("{name}: {total} of {} allowed", count(*most, "finding")),
    };
    report.budgets.iter().map(line).collect()
}

fn are(number: usize) -> &'static str {
    if number == 1 { "is" } else { "are" }
}

/// What pydantic 1 takes and pydantic 2 will not: one line for all of it.
pub fn pinned(report: &Report) -> Option<String> {
    let (places, pin) = report.pinned.as_ref()?;
    let work = if *places == 1 { "place works" } else { "places work" };
    Some(format!("{places} {work} on {pin} and will not, or not for long, on pydantic 2: `davy migrate pydantic`"))
}

/// Commands worth typing now, with what they do.
pub fn next(report: &Report, collapsed: bool) -> Vec<(String, String)> {
    // What only a person's wish would change is not pressed on anybody who does not see it.
    let counts = Counts { risky: Counts::of(report.listed()).risky, ..Counts::of(report.findings.iter()) };
    let again = &report.again;
    let mut next = Vec::new();
    if collapsed {
        next.push((format!("davy check{again} --all"), "every finding in its frame".to_owned()));
    }
    if counts.safe > 0 {
        let what =
            if counts.safe == 1 { "apply 1 safe fix".to_owned() } else { format!("apply {} safe fixes", counts.safe) };
        next.push((format!("davy check{again} --fix"), what));
    } else if counts.risky > 0 {
        next.push((format!("davy check{again} --unsafe-fixes --diff"), "look at what they would change".to_owned()));
    }
    // A frame names its own page; a line of the table does not.
    if let Some(code) = commonest(report).filter(|_| collapsed) {
        next.push((format!("davy explain {code}"), "what is wrong and what to do".to_owned()));
    }
    next
}

/// The rule found most often among the gravest findings.
fn commonest(report: &Report) -> Option<&str> {
    let gravest = report.listed().map(|shown| shown.finding.severity).max()?;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for shown in report.listed().filter(|shown| shown.finding.severity == gravest) {
        *counts.entry(&shown.finding.code.0).or_default() += 1;
    }
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map(|(code, _)| code)
}
