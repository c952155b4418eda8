//! Many findings as one line a rule: which rules are collapsed, and which findings keep their frame.
//!
//! Decides and lays out; colours and frames are not known here.

use super::wrap::{short_path, width};
use super::{Report, Shown};
use crate::finding::Severity;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Up to so many findings are all framed; and so many errors, however many warnings there are.
const FRAME_ALL: usize = 50;
/// Beyond that, so many errors of one rule are framed.
const FRAMES_OF_A_RULE: usize = 3;
/// And so many in all.
const FRAMES: usize = 15;
/// So many files of a rule are named, the worst first.
const FILES: usize = 3;

/// All findings of one rule and severity.
#[derive(Debug)]
pub struct Row<'a> {
    /// As judged, so that one rule may have several rows.
    pub severity: Severity,
    /// The rule's code.
    pub code: &'a str,
    /// The rule's name.
    pub name: &'a str,
    /// How many findings.
    pub count: usize,
    /// How many `--fix` mends.
    pub safe: usize,
    /// How many only `--unsafe-fixes` mends.
    pub risky: usize,
    /// How many are framed too.
    pub framed: usize,
    /// Files with their counts, worst first.
    pub files: Vec<(&'a str, usize)>,
}

/// What is framed and what is collapsed.
#[derive(Debug, Default)]
pub struct Plan<'a> {
    /// Gravest last, each in the order of the report.
    pub framed: Vec<&'a Shown>,
    /// Gravest last, commonest first; rules whose findings are all framed have no row.
    pub rows: Vec<Row<'a>>,
}

/// Sorts out what is listed. Of a rule, findings in different files are framed first.
pub fn plan(report: &Report) -> Plan<'_> {
    let mut listed: Vec<&Shown> = report.listed().collect();
    listed.sort_by_key(|shown| shown.finding.severity);
    if report.show_all || listed.len() <= FRAME_ALL {
        return Plan { framed: listed, rows: Vec::new() };
    }
    let mut rows = rows(listed.iter().copied());
    let errors = listed.iter().filter(|shown| shown.finding.severity == Severity::Error).count();
    let (mut left, each) = if errors <= FRAME_ALL { (errors, errors) } else { (FRAMES, FRAMES_OF_A_RULE) };
    for _ in 0..each {
        for row in rows.iter_mut().filter(|row| row.severity == Severity::Error && row.framed < row.count) {
            let framed = left.min(1);
            row.framed += framed;
            left -= framed;
        }
    }
    let mut nth_in_file: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut errors: Vec<(usize, usize)> = Vec::new();
    for (index, shown) in listed.iter().enumerate().filter(|(_, shown)| shown.finding.severity == Severity::Error) {
        let nth = nth_in_file.entry((&shown.finding.code.0, &shown.finding.path)).or_default();
        errors.push((*nth, index));
        *nth += 1;
    }
    errors.sort();
    let mut kept: Vec<usize> = Vec::new();
    for row in rows.iter().filter(|row| row.severity == Severity::Error) {
        let of_rule = errors.iter().map(|(_, index)| *index).filter(|&index| listed[index].finding.code.0 == row.code);
        kept.extend(of_rule.take(row.framed));
    }
    kept.sort();
    let framed = kept.into_iter().map(|index| listed[index]).collect();
    // What is framed in full needs no line, unless other errors have one: their numbers add up to the summary's.
    let some_left = rows.iter().any(|row| row.severity == Severity::Error && row.framed < row.count);
    rows.retain(|row| row.framed < row.count || some_left && row.severity == Severity::Error);
    Plan { framed, rows }
}

/// One row a rule and severity: gravest last, commonest first, then by code.
pub fn rows<'a>(findings: impl Iterator<Item = &'a Shown>) -> Vec<Row<'a>> {
    let mut groups: BTreeMap<(Severity, &str), Vec<&Shown>> = BTreeMap::new();
    for shown in findings {
        groups.entry((shown.finding.severity, &shown.finding.code.0)).or_default().push(shown);
    }
    let mut rows: Vec<Row> = groups.into_iter().map(|((severity, code), group)| row(severity, code, &group)).collect();
    rows.sort_by_key(|row| (row.severity, Reverse(row.count), row.code));
    rows
}

fn row<'a>(severity: Severity, code: &'a str, group: &[&'a Shown]) -> Row<'a> {
    let fixes = |safe: bool| group.iter().filter_map(|shown| shown.fix.as_ref()).filter(|fix| fix.safe == safe).count();
    let mut files: BTreeMap<&str, usize> = BTreeMap::new();
    for shown in group {
        *files.entry(&shown.finding.path).or_default() += 1;
    }
    let mut files: Vec<(&str, usize)> = files.into_iter().collect();
    files.sort_by_key(|(path, count)| (Reverse(*count), *path));
    let name = group.first().map_or("", |shown| shown.page.name.as_str());
    Row { severity, code, name, count: group.len(), safe: fixes(true), risky: fixes(false), framed: 0, files }
}

impl Row<'_> {
    /// `290 fixable`, `6 unsafe`, or nothing.
    pub fn fixable(&self) -> String {
        match (self.safe, self.risky) {
            (0, 0) => String::new(),
            (safe, 0) => format!("{safe} fixable"),
            (0, risky) => format!("{risky} unsafe"),
            (safe, risky) => format!("{safe} fixable, {risky} unsafe"),
        }
    }

    /// The worst files with their counts, within `room` columns where one alone fits.
    pub fn worst(&self, room: usize, ellipsis: &str) -> String {
        let mut line = String::new();
        for (index, (path, count)) in self.files.iter().take(FILES).enumerate() {
            let path = short_path(&super::mask::one_line(path), room.saturating_sub(10), ellipsis);
            let next = format!("{}{path} {count}", if index == 0 { "" } else { ", " });
            let rest = self.files.len() - index - 1;
            let tail = if rest == 0 { 0 } else { width(&format!(", {rest} more")) };
            if index > 0 && width(&line) + width(&next) + tail > room {
                return format!("{line}, {} more", self.files.len() - index);
            }
            line.push_str(&next);
        }
        match self.files.len().saturating_sub(FILES) {
            0 => line,
            rest => format!("{line}, {rest} more"),
        }
    }
}
