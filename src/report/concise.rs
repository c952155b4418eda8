//! One line a finding, for editors and `grep`: `path:line:column: severity CODE [*] message`.
//!
//! No frames, no colours. `[*]` marks what `--fix` mends, `[!]` what needs `--unsafe-fixes`.

use super::mask::{Masks, one_line};
use super::{Problem, Report, summary};
use std::io::{self, Write};

/// Findings in the order of the report, then what davy could not do, then the summary.
pub fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let masks = Masks::new(report);
    for shown in report.listed() {
        let finding = &shown.finding;
        write!(out, "{}", one_line(&finding.path))?;
        if let Some(source) = report.sources.get(&finding.path) {
            let at = source.lines().position(source.clip(finding.span).start, &source.text);
            write!(out, ":{}:{}", at.line, at.column)?;
        }
        let marker = match &shown.fix {
            Some(fix) if fix.safe => "[*] ",
            Some(_) => "[!] ",
            None => "",
        };
        let message = masks.text(&[&finding.path], &finding.message);
        let held = if shown.baselined { " (in the baseline)" } else { "" };
        writeln!(out, ": {} {} {marker}{}{held}", finding.severity.word(), finding.code, one_line(&message))?;
    }
    for unable in &report.errors {
        writeln!(out, "{}", problem(unable, &masks))?;
    }
    if report.summary { end(report, out) } else { Ok(()) }
}

/// `error: path: message`.
pub(super) fn problem(problem: &Problem, masks: &Masks) -> String {
    let path = problem.path.as_deref();
    let message = masks.text(path.as_slice(), &problem.message);
    match path {
        Some(path) => format!("error: {}: {}", one_line(path), one_line(&message)),
        None => format!("error: {}", one_line(&message)),
    }
}

/// The summary, without colours.
pub(super) fn end(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let lines = [
        summary::fixed(report),
        Some(summary::line(report)),
        summary::aside(report),
        summary::gate(report),
        summary::pinned(report),
    ];
    for line in lines.into_iter().flatten().chain(summary::budgets(report)) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}
