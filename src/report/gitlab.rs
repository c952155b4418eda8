//! GitLab's Code Quality report: a JSON list, with a fingerprint of each finding.

use super::Report;
use super::fingerprint::fingerprints;
use super::mask::Masks;
use crate::finding::Severity;
use serde::Serialize;
use std::borrow::Cow;
use std::io::{self, Write};

/// The findings; what davy could not do has no place in it, and shows in the exit code.
pub fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let masks = Masks::new(report);
    let names = fingerprints(report);
    let all = report.findings.iter().zip(names);
    let listed = all.filter(|(shown, _)| report.lists(shown) && !shown.baselined);
    let findings = listed.map(|(shown, fingerprint)| {
        let finding = &shown.finding;
        let (begin, end) = report.sources.get(&finding.path).map_or((1, 1), |source| {
            let span = source.clip(finding.span);
            (source.lines().line(span.start), source.lines().line(span.end))
        });
        Issue {
            description: masks.text(&[&finding.path], &finding.message),
            check_name: &finding.code.0,
            fingerprint,
            severity: match (shown.page.family.name, finding.severity) {
                ("secrets", Severity::Error) => "critical",
                (_, Severity::Error) => "major",
                (_, Severity::Warning) => "minor",
                (_, Severity::Note) => "info",
            },
            location: Location { path: &finding.path, lines: Lines { begin, end } },
        }
    });
    serde_json::to_writer_pretty(&mut *out, &findings.collect::<Vec<_>>())?;
    writeln!(out)
}

#[derive(Serialize)]
struct Issue<'a> {
    description: Cow<'a, str>,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}
