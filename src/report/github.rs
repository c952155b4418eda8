//! Workflow commands of GitHub Actions, which become annotations on the lines of a pull request.
//!
//! GitHub shows ten of each kind and step: the gravest come first, those that the baseline holds last.

use super::mask::{Masks, one_line};
use super::{Report, concise};
use crate::finding::Severity;
use std::cmp::Reverse;
use std::io::{self, Write};

/// One command a finding, then what davy could not do, then the summary, which no command is.
pub fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let masks = Masks::new(report);
    let mut findings: Vec<_> = report.listed().collect();
    findings.sort_by_key(|shown| (shown.baselined, Reverse(shown.finding.severity)));
    for shown in findings {
        let finding = &shown.finding;
        let kind = match finding.severity {
            _ if shown.baselined => "notice",
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        write!(out, "::{kind} file={}", property(&finding.path))?;
        if let Some(source) = report.sources.get(&finding.path) {
            let span = source.clip(finding.span);
            let (start, end) =
                (source.lines().position(span.start, &source.text), source.lines().position(span.end, &source.text));
            write!(out, ",line={},endLine={}", start.line, end.line)?;
            // Columns count only where both ends are on one line.
            if start.line == end.line {
                write!(out, ",col={},endColumn={}", start.column, end.column)?;
            }
        }
        let title = format!("{} {}", finding.code, shown.page.name);
        let mut text = masks.text(&[&finding.path], &finding.message).into_owned();
        if let Some(help) = &finding.help {
            text = format!("{text}\n{}", masks.text(&[&finding.path], help));
        }
        writeln!(out, ",title={}::{}", property(&title), data(&text))?;
    }
    for problem in &report.errors {
        let file = problem.path.as_ref().map(|path| format!(" file={}", property(path))).unwrap_or_default();
        let text = masks.text(problem.path.as_deref().as_slice(), &problem.message);
        writeln!(out, "::error{file}::{}", data(&one_line(&text)))?;
    }
    if report.summary { concise::end(report, out) } else { Ok(()) }
}

/// What stands behind the second `::`. Source: actions/toolkit, `command.ts`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
